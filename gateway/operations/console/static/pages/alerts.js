// What stands, what stood, and what is silenced.
import { get, post } from "../api.js";
import { el, facts, table } from "../dom.js";
import { age, fullTime, nowMs, time, words } from "../format.js";
import { ask, field, reasonField } from "../dialog.js";
import { ListPage } from "../list_page.js";

const KINDS = { critical: "bad", major: "warn", minor: "" };
const COLUMNS = [
  { title: "Severity", width: "6rem", text: (row) => row.severity, kind: (row) => (row.cleared_utc_ns ? "quiet" : KINDS[row.severity]) },
  { title: "Alert", width: "minmax(9rem, .8fr)", text: (row) => row.alert },
  { title: "About", width: "minmax(8rem, .8fr)", text: (row) => words(row.labels) },
  { title: "Text", width: "minmax(14rem, 2fr)", text: (row) => row.text || row.summary },
  { title: "Raised", width: "7.5rem", text: (row) => time(row.raised_utc_ns) },
  { title: "Age", width: "4.5rem", right: true, text: (row) => age(row.raised_utc_ns) },
  { title: "State", width: "minmax(9rem, 1fr)", text: stateOf, kind: (row) => (row.acknowledged_utc_ns || row.cleared_utc_ns ? "quiet" : "") },
];

function stateOf(row) {
  if (row.cleared_utc_ns) return `cleared ${time(row.cleared_utc_ns)}`;
  if (row.acknowledged_utc_ns) return `${row.acknowledged_by} ${age(row.acknowledged_utc_ns)} ago`;
  return row.silenced_by ? `silenced by ${row.silenced_by}` : "nobody yet";
}

function detail(row) {
  return {
    title: row.alert,
    node: el(
      "div",
      {},
      el("p", {}, row.summary),
      el("p", { class: "first-step" }, `First step: ${row.first_step}`),
      el("p", {}, el("a", { href: `/${row.runbook}`, target: "_blank", rel: "noopener" }, "Runbook")),
      facts([["text", row.text], ["about", words(row.labels)], ["began", fullTime(row.started_utc_ns)], ["raised", fullTime(row.raised_utc_ns)], ["cleared", fullTime(row.cleared_utc_ns)], ["acknowledged", row.acknowledged_by && `${row.acknowledged_by}, ${fullTime(row.acknowledged_utc_ns)}`], ["note", row.note], ["silenced by", row.silenced_by]]),
    ),
  };
}

function acknowledge(page) {
  return (row) =>
    ask({
      title: `Acknowledge ${row.alert}`,
      lines: [row.text || row.summary, row.is_event ? "It is over: acknowledging clears it." : "It stands until its cause is gone."],
      fields: [field("note", "Note: what you do about it", { required: true, maxlength: "500" })],
      verb: "Acknowledge",
      send: ({ note }) => post(`/api/alerts/${row.id}/acknowledge`, { note }),
      show: (answer) => {
        page().refresh();
        return el("div", { class: "receipt" }, el("p", {}, "Done."), facts([["by", answer.acknowledged_by], ["at", fullTime(answer.acknowledged_utc_ns)], ["note", answer.note]]));
      },
    });
}

function labelsOf(text) {
  return Object.fromEntries(text.split(/\s+/).filter(Boolean).map((word) => word.split("=")));
}

function silence(page) {
  return (row) =>
    ask({
      title: "Silence",
      lines: ["What it covers is raised and kept; nobody is told."],
      fields: [field("alert", "Alert (empty: any)", { value: row?.alert ?? "" }), field("labels", "With labels (name=value …)", { value: row ? words(row.labels) : "" }), field("minutes", "For minutes", { type: "number", min: "1", max: "10080", value: "60", required: true }), reasonField()],
      verb: "Silence",
      danger: true,
      send: ({ alert, labels, minutes, reason }) => post("/api/silences", { alert, labels: labelsOf(labels), reason, until_utc_ns: Math.round(nowMs() + minutes * 60000) * 1e6 }),
      show: (answer) => {
        page().refresh();
        return el("p", { class: "receipt" }, `Silence ${answer.id} is in force.`);
      },
    });
}

function silences(found, page) {
  if (!found.length) return el("p", { class: "quiet" }, "Nothing is silenced.");
  const end = (one) => el("button", { onclick: async () => { await post(`/api/silences/${one.id}/end`); page().refresh(); } }, "End it");
  return table(["Silence", "Alert", "Labels", "By", "Reason", "Until", ""], found.map((one) => [one.id, one.alert || "any", words(one.labels), one.by, one.reason, fullTime(one.until_utc_ns), end(one)]));
}

function create(context) {
  let isPast = false;
  const page = () => made;
  const quiet = el("div", {});
  const made = new ListPage({
    context,
    label: "Alerts",
    columns: COLUMNS,
    keyOf: (row) => row.id,
    above: [quiet],
    empty: "No alert stands.",
    load: async () => {
      const [found, silenced] = await Promise.all([get(isPast ? "/api/alerts/past" : "/api/alerts"), get("/api/silences")]);
      quiet.replaceChildren(silences(silenced.silences, page));
      return found.alerts;
    },
    detail,
    actions: [
      { key: "a", label: "acknowledge", when: (row) => !row.cleared_utc_ns, run: acknowledge(page) },
      { key: "s", label: "silence…", always: true, run: silence(page) },
      { key: "r", label: "runbook", run: (row) => open(`/${row.runbook}`, "_blank", "noopener") },
      { key: "p", label: "standing / past", always: true, run: () => { isPast = !isPast; return made.refresh(); } },
    ],
  });
  return made;
}

export default { name: "alerts", title: "Alerts", topics: ["alerts"], every_ms: 5000, create };
