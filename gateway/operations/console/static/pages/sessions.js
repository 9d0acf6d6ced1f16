// Sessions of venues and strategies, and what one may do with them.
import { get } from "../api.js";
import { facts } from "../dom.js";
import { age, count, duration, fullTime, until } from "../format.js";
import { askCommand } from "../dialog.js";
import { ListPage } from "../list_page.js";

const isVenue = (row) => row.name.startsWith("venue:");
const nameOf = (row) => row.name.split(":").slice(1).join(":");
const BAD = new Set(["gap", "refused", "abandoned"]);

function kindOf(row) {
  if (row.is_up) return row.state === "gap" ? "warn" : "good";
  // a strategy comes when it likes: that it is away is no fault
  return BAD.has(row.state) || (isVenue(row) && row.is_scheduled) ? "bad" : "quiet";
}

function stateOf(row) {
  const state = row.state === "new" ? (row.is_up ? "connected" : "never here") : row.state.replace("_", " ");
  return `${row.is_up ? "●" : "○"} ${state}`;
}

const COLUMNS = [
  { title: "Session", width: "minmax(9rem, 1.4fr)", text: (row) => row.name },
  { title: "State", width: "7.5rem", text: (row) => stateOf(row), kind: kindOf },
  { title: "for", width: "4.5rem", right: true, text: (row) => age(row.state_utc_ns) },
  { title: "Protocol", width: "6.5rem", text: (row) => row.protocol },
  { title: "Next in", width: "5rem", right: true, text: (row) => count(row.next_in) },
  { title: "Next out", width: "5rem", right: true, text: (row) => count(row.next_out) },
  { title: "Last rx", width: "4.5rem", right: true, text: (row) => age(row.last_rx_utc_ns) },
  { title: "Last tx", width: "4.5rem", right: true, text: (row) => age(row.last_tx_utc_ns) },
  { title: "Ack p50", width: "5rem", right: true, text: (row) => duration(row.ack.p50_ns) },
  { title: "p99", width: "5rem", right: true, text: (row) => duration(row.ack.p99_ns) },
  { title: "Orders", width: "5rem", right: true, text: (row) => count(row.orders) },
  { title: "Fills", width: "5rem", right: true, text: (row) => count(row.fills) },
  { title: "Refused", width: "5rem", right: true, text: (row) => count(row.refused), kind: (row) => (row.refused ? "warn" : "") },
  { title: "Unsent B", width: "5.5rem", right: true, text: (row) => count(row.unsent_bytes), kind: (row) => (row.unsent_bytes ? "warn" : "") },
  { title: "Hours", width: "minmax(6.5rem, 1fr)", text: hours },
];

function hours(row) {
  const change = until(row.next_change_utc_ns);
  return change ? `${row.is_scheduled ? "closes" : "opens"} ${change}` : row.is_scheduled ? "always" : "closed";
}

function detail(row) {
  return {
    title: row.name,
    node: facts([
      ["state", row.state], ["since", fullTime(row.state_utc_ns)], ["protocol", row.protocol], ["last words", row.last_text],
      ["next in", count(row.next_in)], ["next out", count(row.next_out)], ["last received", fullTime(row.last_rx_utc_ns)],
      ["last sent", fullTime(row.last_tx_utc_ns)], ["gap since", fullTime(row.gap_utc_ns)], ["ack p50", duration(row.ack.p50_ns)],
      ["ack p99", duration(row.ack.p99_ns)], ["ack p99.9", duration(row.ack.p999_ns)], ["next change of hours", fullTime(row.next_change_utc_ns)],
    ]),
  };
}

function act(verb, lines) {
  return (row) => {
    const name = nameOf(row);
    const what = isVenue(row) ? "venue" : "strategy";
    askCommand(`${verb} ${name}`, `${what === "venue" ? "venues" : "strategies"}.${verb}`, { [what]: name }, { lines: [lines(row)], danger: verb !== "connect", verb: `${verb[0].toUpperCase()}${verb.slice(1)}` });
  };
}

export default {
  name: "sessions",
  title: "Sessions",
  topics: ["sessions"],
  every_ms: 1000,
  create: (context) =>
    new ListPage({
      context,
      label: "Sessions",
      columns: COLUMNS,
      keyOf: (row) => row.name,
      load: async () => (await get("/api/sessions")).sessions,
      detail,
      empty: "No session is configured.",
      actions: [
        { key: "c", label: "log on", when: isVenue, run: act("connect", () => "Connects now, whatever kept it waiting.") },
        { key: "l", label: "log out", when: isVenue, run: act("logout", () => "Logs out and stays away until logged on here or restarted. Open orders stay at the venue as its profile says.") },
        { key: "d", label: "disconnect", run: act("disconnect", (row) => (isVenue(row) ? "Closes the connection without a word; it is made anew at once." : "Ends the strategy's connection; its orders fare as its configuration says.")) },
        { key: "w", label: "wire", run: (row) => context.go("wire", `stream=${row.name}`) },
        { key: "K", label: "kill…", run: (row) => context.go("kills", "", { [isVenue(row) ? "venue" : "strategy"]: nameOf(row) }) },
      ],
    }),
};
