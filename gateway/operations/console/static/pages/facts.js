// What the gateway and its operators wrote down: decisions, commands, kills, limits, breaks.
import { get } from "../api.js";
import { el, facts } from "../dom.js";
import { age, fullTime, time, words } from "../format.js";
import { ListPage } from "../list_page.js";

const COLUMNS = [
  { title: "Sequence", width: "6.5rem", right: true, text: (row) => row.sequence },
  { title: "Time", width: "7.5rem", text: (row) => time(row.utc_ns) },
  { title: "Age", width: "4.5rem", right: true, text: (row) => age(row.utc_ns) },
  { title: "Kind", width: "6.5rem", text: (row) => row.kind, kind: (row) => (row.kind === "kill" ? "bad" : row.kind === "operator" ? "accent" : "") },
  { title: "What", width: "minmax(10rem, .7fr)", text: (row) => row.event },
  { title: "Who", width: "6rem", text: (row) => row.values.operator ?? row.values.by ?? "" },
  { title: "Says", width: "minmax(20rem, 3fr)", text: (row) => words(row.values), kind: () => "mono" },
];

function detail(row) {
  const values = Object.entries(row.values).map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value, null, 1) : value]);
  return { title: row.event, node: el("div", {}, facts([["at", fullTime(row.utc_ns)], ["journal sequence", row.sequence], ["kind", row.kind]]), facts(values)) };
}

export default {
  name: "facts",
  title: "Facts",
  topics: ["facts"],
  every_ms: 5000,
  create: (context) =>
    new ListPage({ context, label: "Facts", columns: COLUMNS, keyOf: (row) => row.sequence, load: async () => (await get("/api/facts")).facts, detail, empty: "Nothing was written down since this process began to follow." }),
};
