// The wire as it is spoken, decoded; newest first, older ones as one scrolls down.
import { get } from "../api.js";
import { el, facts } from "../dom.js";
import { age, fullTime, time, words } from "../format.js";
import { Grid } from "../grid.js";
import { fieldsOf } from "./order.js";

const LIMIT = 200;
const KEPT = 5000;
const NAMES = { type: "msg_type", session: "stream", id: "order" };
// what the envelope says stands in columns of its own; who the parties are is seen when a frame is opened
const ENVELOPE = new Set(["8", "9", "10", "34", "35", "49", "52", "56", "43", "97", "122", "447", "448", "452", "453"]);

const COLUMNS = [
  { title: "Time", width: "7.5rem", text: (row) => time(row.utc_ns) },
  { title: "Age", width: "4.5rem", right: true, text: (row) => age(row.utc_ns) },
  { title: "Session", width: "minmax(8rem, .6fr)", text: (row) => row.stream },
  { title: "", width: "4.5rem", text: (row) => ({ in: "← in", out: "→ out" })[row.direction] ?? `↻ ${row.direction}`, kind: (row) => (row.direction === "in" ? "good" : "") },
  { title: "Seq", width: "5rem", right: true, text: (row) => row.msg_seq_num || "" },
  { title: "Type", width: "3.5rem", text: (row) => row.msg_type },
  { title: "Message", width: "minmax(9rem, .7fr)", text: (row) => row.name },
  { title: "Says", width: "minmax(18rem, 3fr)", text: says, kind: () => "mono" },
];

function says(row) {
  if (row.problem) return row.problem;
  const [only] = row.fields;
  if (row.fields.length === 1 && only.value.startsWith("{")) return words(parsed(only.value));
  return row.fields.filter((each) => !ENVELOPE.has(each.tag)).map((each) => `${each.name || each.tag}=${each.meaning || each.value}`).join("  ");
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function queryOf(text) {
  const query = {};
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name, ...rest] = word.split("=");
    if (rest.length) query[NAMES[name] ?? name] = rest.join("=");
    else query.order = word;
  }
  return query;
}

class WirePage {
  constructor(context) {
    this.context = context;
    this.rows = [];
    this.query = {};
    this.turn = 0;
    this.isPaused = this.isBusy = this.isAll = false;
    this.grid = new Grid({ columns: COLUMNS, keyOf: (row) => row.sequence, label: "Wire", onOpen: (row) => this.open(row), onSee: (_, to) => this.see(to) });
    this.element = el("div", { class: "page" }, this.grid.element);
    this.actions = [
      { key: "p", label: "pause / go on", always: true, run: () => { this.isPaused = !this.isPaused; } },
      { key: "s", label: "this session", run: (row) => context.go("wire", `stream=${row.stream}`) },
    ];
    this.hint = "any id of an order · stream=venue:XBRK · type=8";
  }

  open(row) {
    const node = el("div", {}, facts([["at", fullTime(row.utc_ns)], ["session", `${row.stream}, ${row.protocol}`], ["direction", row.direction], ["journal sequence", row.sequence], ["problem", row.problem]]), fieldsOf(row));
    this.context.openDetail({ title: `${row.msg_type} ${row.name}`, node });
  }

  async refresh() {
    if (this.isPaused || this.isBusy) return;
    this.isBusy = true;
    const turn = this.turn;
    try {
      const found = (await get("/api/wire", { ...this.query, after_sequence: this.rows[0]?.sequence ?? 0, limit: LIMIT })).frames;
      if (turn !== this.turn) return;
      // a full answer may have left some out between: begin anew from its end
      const isWhole = found.length < LIMIT && this.rows.length > 0;
      if (!isWhole) this.isAll = found.length < LIMIT;
      this.rows = isWhole ? [...found, ...this.rows].slice(0, KEPT) : found;
      this.draw();
    } finally {
      this.isBusy = false;
    }
  }

  async see(to) {
    if (this.isAll || this.isBusy || this.rows.length < LIMIT || this.rows.length >= KEPT || to < this.rows.length - 20) return;
    this.isBusy = true;
    const turn = this.turn;
    try {
      const found = (await get("/api/wire", { ...this.query, before_sequence: this.rows.at(-1).sequence, limit: LIMIT })).frames;
      if (turn !== this.turn) return;
      this.isAll = found.length < LIMIT;
      this.rows = [...this.rows, ...found];
    } finally {
      this.isBusy = false;
    }
    this.draw();
  }

  draw() {
    this.grid.setRows(this.rows, "No frame fits.");
  }

  async filter(text) {
    this.query = queryOf(text);
    this.turn += 1;
    this.isBusy = this.isAll = false;
    this.rows = [];
    this.draw();
    await this.refresh();
  }

  get summary() {
    return `${this.rows.length}${this.isAll ? "" : "+"}${this.isPaused ? " paused" : ""}`;
  }

  get chosen() {
    return this.grid.chosen;
  }

  focus() {
    this.grid.focus();
  }
}

export default { name: "wire", title: "Wire", topics: ["wire"], every_ms: 5000, create: (context) => new WirePage(context) };
