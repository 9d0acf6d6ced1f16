// Incidents: their timelines, who has them, and what was done.
import { get, post } from "../api.js";
import { el, facts, table } from "../dom.js";
import { age, fullTime, span, time } from "../format.js";
import { ask, field, reasonField } from "../dialog.js";
import { ListPage } from "../list_page.js";

const KINDS = { critical: "bad", major: "warn", minor: "" };

const COLUMNS = [
  { title: "Incident", width: "5rem", right: true, text: (row) => row.id },
  { title: "Severity", width: "6rem", text: (row) => row.severity, kind: (row) => (row.is_open ? KINDS[row.severity] : "quiet") },
  { title: "State", width: "6rem", text: (row) => (row.is_open ? "open" : "restored"), kind: (row) => (row.is_open ? "bad" : "quiet") },
  { title: "Title", width: "minmax(16rem, 2fr)", text: (row) => row.title },
  { title: "Of", width: "minmax(8rem, .8fr)", text: (row) => row.scope },
  { title: "Owner", width: "7rem", text: (row) => row.owner || "nobody yet" },
  { title: "Began", width: "7.5rem", text: (row) => time(row.started_utc_ns) },
  { title: "Age", width: "5rem", right: true, text: (row) => age(row.started_utc_ns) },
  { title: "Lasted", width: "6rem", right: true, text: (row) => (row.is_open ? "" : span((row.restored_utc_ns - row.started_utc_ns) / 1e9)) },
];

function drawn(found) {
  const { incident, timeline } = found;
  return {
    title: `Incident ${incident.id}`,
    node: el(
      "div",
      {},
      facts([["title", incident.title], ["severity", incident.severity], ["of", incident.scope], ["owner", incident.owner], ["opened by", incident.opened_by], ["began", fullTime(incident.started_utc_ns)], ["detected", fullTime(incident.detected_utc_ns)], ["acknowledged", fullTime(incident.acknowledged_utc_ns)], ["restored", fullTime(incident.restored_utc_ns)]]),
      el("h3", {}, "Timeline"),
      table(["Time", "After", "What", "By", ""], timeline.map((entry) => [time(entry.utc_ns), span((entry.utc_ns - incident.started_utc_ns) / 1e9), entry.kind, entry.by, entry.text])),
    ),
  };
}

function create(context) {
  const done = (answer) => {
    page.refresh();
    context.openDetail(drawn(answer));
    return el("p", { class: "receipt" }, `Incident ${answer.incident.id}: done.`);
  };
  const act = (title, verb, fields) => (row) =>
    ask({ title: `${title}: incident ${row.id}`, lines: [row.title], fields: fields(row), verb: title, send: (values) => post(`/api/incidents/${row.id}/${verb}`, values), show: done });
  const openOne = () =>
    ask({
      title: "Open an incident",
      fields: [field("title", "What is wrong", { required: true, maxlength: "200" }), field("scope", "With what: gateway, venue:XEXC, strategy:alpha", { value: "gateway", required: true }), field("severity", "critical, major or minor", { value: "major", required: true, pattern: "critical|major|minor" }), reasonField()],
      verb: "Open it",
      send: (values) => post("/api/incidents", values),
      show: done,
    });
  const page = new ListPage({
    context,
    label: "Incidents",
    columns: COLUMNS,
    keyOf: (row) => row.id,
    load: async () => (await get("/api/incidents")).incidents,
    empty: "No incident is known.",
    actions: [
      { key: "o", label: "open one…", always: true, run: openOne },
      { key: "n", label: "note", run: act("Note", "note", () => [field("text", "What you noticed or did", { required: true, maxlength: "500" })]) },
      { key: "m", label: "mine", run: act("Take it", "own", () => [reasonField()]) },
      { key: "s", label: "severity", run: act("Severity", "severity", (row) => [field("severity", "critical, major or minor", { value: row.severity, required: true, pattern: "critical|major|minor" }), reasonField()]) },
      { key: "x", label: "restored", when: (row) => row.is_open, run: act("Restored", "restore", () => [reasonField()]) },
    ],
  });
  page.open = async (row) => context.openDetail(drawn(await get(`/api/incidents/${row.id}`)));
  return page;
}

export default { name: "incidents", title: "Incidents", key: "i", topics: ["incidents", "alerts"], every_ms: 5000, create };
