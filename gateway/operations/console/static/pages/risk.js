// How much of each limit is used, and how limits are changed.
import { command } from "../api.js";
import { el, facts, table } from "../dom.js";
import { words } from "../format.js";
import { ask, field, reasonField } from "../dialog.js";
import { ListPage } from "../list_page.js";

const NEAR = 80;
const BAR = 20;

function kindOf(row) {
  return row.percent >= 100 ? "bad" : row.percent >= NEAR ? "warn" : "good";
}

function bar(row) {
  const full = Math.min(BAR, Math.round((row.percent * BAR) / 100));
  return "█".repeat(full) + "░".repeat(BAR - full);
}

const COLUMNS = [
  { title: "Scope", width: "minmax(12rem, 1.5fr)", text: (row) => row.scope },
  { title: "Limit", width: "minmax(9rem, 1fr)", text: (row) => row.parameter },
  { title: "Row of the limits", width: "minmax(10rem, 1.2fr)", text: (row) => row.row },
  { title: "Used", width: "8rem", right: true, text: (row) => row.used },
  { title: "of", width: "8rem", right: true, text: (row) => row.limit },
  { title: "%", width: "4.5rem", right: true, text: (row) => row.percent.toFixed(1), kind: kindOf },
  { title: "", width: "13rem", text: bar, kind: (row) => `mono ${kindOf(row)}` },
];

function drawCheck(found) {
  const over = found.over_limit.map((one) => `${one.scope} ${one.parameter}: ${one.used} of ${one.limit}`);
  return el(
    "div",
    { class: "preview" },
    found.differences.length ? table(["Row", "Limit", "Before", "After"], found.differences.map((one) => [one.row, one.parameter, words(one.before), words(one.after)])) : el("p", {}, "Nothing would change."),
    facts([["strategies", words(found.strategies)], ["looser", words(found.loosened)], ["over the limit then", over.join("; ")], ["warnings", words(found.warnings)]]),
    found.needs_approval ? el("p", { class: "warn" }, "Looser: a second person must approve it.") : "",
  );
}

function change(row) {
  const changes = (values) => [{ row: values.row, parameter: values.parameter, value: values.value === "" ? null : values.value }];
  ask({
    title: "Change a limit",
    fields: [field("row", "Row of the limits", { value: row?.row ?? "firm", required: true }), field("parameter", "Limit", { value: row?.parameter ?? "", required: true }), field("value", "Value (empty: no longer set)", { value: row?.limit ?? "" }), field("until", "Until, for a time (2026-11-30T16:00:00Z)", {}), reasonField()],
    verb: "Change it",
    danger: true,
    preview: (values) => command("limits.check", { changes: changes(values) }),
    drawPreview: drawCheck,
    send: ({ until, reason, ...values }) => command("limits.set", { changes: changes(values), ...(until ? { until } : {}) }, reason),
  });
}

function create(context) {
  const note = el("p", { class: "quiet" });
  return new ListPage({
    context,
    label: "Limits",
    columns: COLUMNS,
    keyOf: (row) => `${row.scope} ${row.parameter}`,
    above: [note],
    empty: "No limit counts anything: see docs/risk.md.",
    load: async () => {
      const found = await command("limits.usage");
      note.textContent = `${found.limits} limits that count, the most used first. Version ${found.version} is in force.`;
      return found.usage;
    },
    detail: (row) => ({ title: row.parameter, node: facts(Object.entries(row)) }),
    actions: [{ key: "e", label: "change…", always: true, run: change }],
  });
}

export default { name: "risk", title: "Risk", topics: ["risk"], every_ms: 2000, create };
