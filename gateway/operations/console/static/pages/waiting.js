// What waits for a second person.
import { command } from "../api.js";
import { el, facts } from "../dom.js";
import { age, fullTime, time, until, words } from "../format.js";
import { askCommand } from "../dialog.js";
import { ListPage } from "../list_page.js";

const COLUMNS = [
  { title: "Request", width: "5rem", text: (row) => row.id },
  { title: "Command", width: "minmax(8rem, .7fr)", text: (row) => row.command },
  { title: "Of", width: "minmax(12rem, 1.5fr)", text: (row) => words(row.arguments), kind: () => "mono" },
  { title: "By", width: "7rem", text: (row) => row.operator },
  { title: "Reason", width: "minmax(10rem, 1.2fr)", text: (row) => row.reason },
  { title: "Asked", width: "7.5rem", text: (row) => time(row.requested_utc_ns) },
  { title: "Age", width: "4.5rem", right: true, text: (row) => age(row.requested_utc_ns) },
  { title: "Ends", width: "6rem", right: true, text: (row) => until(row.expires_utc_ns) },
];

function answer(name, title, danger) {
  return (row) => askCommand(`${title} ${row.id}`, name, { request: row.id }, { lines: [`${row.operator} asks for ${row.command} ${words(row.arguments)}: ${row.reason}`, `It would: ${words(row.preview)}`], danger, verb: title });
}

export default {
  name: "waiting",
  title: "Waiting",
  topics: ["facts"],
  every_ms: 3000,
  create: (context) =>
    new ListPage({
      context,
      label: "Waiting for a second person",
      columns: COLUMNS,
      keyOf: (row) => row.id,
      load: async () => (await command("control.pending")).pending,
      detail: (row) => ({ title: row.id, node: el("div", {}, facts([["command", row.command], ["arguments", words(row.arguments)], ["by", row.operator], ["reason", row.reason], ["asked", fullTime(row.requested_utc_ns)], ["ends", fullTime(row.expires_utc_ns)]]), el("h3", {}, "It would"), facts(Object.entries(row.preview ?? {}).map(([name, value]) => [name, words(value)]))) }),
      empty: "Nothing waits for a second person.",
      actions: [
        { key: "a", label: "approve", run: answer("control.approve", "Approve", true) },
        { key: "x", label: "decline", run: answer("control.decline", "Decline", false) },
      ],
    }),
};
