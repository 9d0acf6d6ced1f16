// The blotter: only the pages of orders that one can see are asked for, however many there are.
import { get } from "../api.js";
import { el } from "../dom.js";
import { age, time } from "../format.js";
import { Grid } from "../grid.js";
import { askCommand } from "../dialog.js";
import { showOrder } from "./order.js";

const PAGE = 200;
const KEPT = 20;
const STATES = new Set(["all", "open", "ended", "unknown"]);
const NAMES = { status: "ord_status", id: "name", order: "name" };
const ENDED = { filled: "good", rejected: "bad", canceled: "quiet", expired: "quiet" };

const COLUMNS = [
  { title: "Changed", width: "7.5rem", text: (row) => time(row.changed_utc_ns) },
  { title: "Age", width: "4.5rem", right: true, text: (row) => age(row.opened_utc_ns) },
  { title: "OrderID", width: "6rem", text: (row) => row.order_id },
  { title: "ClOrdID", width: "minmax(7rem, 1fr)", text: (row) => row.cl_ord_id },
  { title: "Strategy", width: "minmax(5rem, .8fr)", text: (row) => row.strategy },
  { title: "Venue", width: "5rem", text: (row) => row.venue },
  { title: "Symbol", width: "5rem", text: (row) => row.symbol },
  { title: "Side", width: "4rem", text: (row) => row.side, kind: (row) => (row.side === "buy" ? "buy" : "sell") },
  { title: "Type", width: "4.5rem", text: (row) => row.ord_type },
  { title: "Price", width: "5.5rem", right: true, text: (row) => row.price },
  { title: "Qty", width: "5.5rem", right: true, text: (row) => row.order_qty },
  { title: "Done", width: "5.5rem", right: true, text: (row) => row.cum_qty },
  { title: "Left", width: "5.5rem", right: true, text: (row) => row.leaves_qty },
  { title: "Avg px", width: "5.5rem", right: true, text: (row) => (row.cum_qty === "0" ? "" : row.avg_px) },
  { title: "Status", width: "7.5rem", text: (row) => (row.is_unknown ? `? ${row.ord_status}` : row.ord_status), kind: (row) => (row.is_unknown ? "warn" : (ENDED[row.ord_status] ?? "")) },
];

// "open venue=XBRK" or any id of an order.
export function queryOf(text) {
  const query = {};
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [name, ...rest] = word.split("=");
    if (rest.length) query[NAMES[name] ?? name] = rest.join("=");
    else query[STATES.has(word) ? "state" : "name"] = word;
  }
  return query;
}

class OrdersPage {
  constructor(context) {
    this.context = context;
    this.query = {};
    this.pages = new Map();
    this.asked = new Set();
    this.turn = 0;
    this.total = 0;
    this.problem = el("p", { class: "problem", hidden: true });
    this.grid = new Grid({ columns: COLUMNS, keyOf: (row) => row.order_id, label: "Orders", onOpen: (row) => showOrder(context, row.order_id), onSee: (from, to) => this.see(from, to) });
    this.element = el("div", { class: "page" }, this.problem, this.grid.element);
    this.actions = [
      { key: "x", label: "cancel", when: (row) => !row.is_ended, run: (row) => this.cancel(row) },
      { key: "w", label: "wire", run: (row) => context.go("wire", row.order_id) },
    ];
    this.hint = "open · venue=XBRK · status=filled · symbol=MSFT · any id of an order";
  }

  cancel(row) {
    const title = `Cancel ${row.order_id}`;
    const line = `${row.strategy}: ${row.side} ${row.leaves_qty} ${row.symbol} at ${row.price ?? "market"}, ${row.venue}. Its end is reported when the venue confirms it.`;
    askCommand(title, "orders.cancel", { order_id: row.order_id }, { lines: [line], danger: true, verb: "Cancel the order" });
  }

  rowAt(index) {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  see(from, to) {
    this.seen = [Math.floor(from / PAGE), Math.floor(Math.max(from, to - 1) / PAGE)];
    for (let page = this.seen[0]; page <= this.seen[1]; page++) if (!this.pages.has(page)) this.fetch(page);
  }

  async fetch(page) {
    if (this.asked.has(page)) return;
    this.asked.add(page);
    const turn = this.turn;
    try {
      const found = await get("/api/orders", { ...this.query, offset: page * PAGE, limit: PAGE });
      if (turn === this.turn) this.take(page, found);
    } catch (error) {
      this.say(error.message);
    } finally {
      if (turn === this.turn) this.asked.delete(page);
    }
  }

  take(page, found) {
    this.pages.delete(page);
    this.pages.set(page, found.orders);
    while (this.pages.size > KEPT) this.pages.delete(this.pages.keys().next().value);
    this.total = found.total;
    this.say(found.problem);
    this.draw();
  }

  say(text) {
    this.problem.hidden = !text;
    this.problem.textContent = text || "";
  }

  async refresh() {
    const [from, to] = this.seen ?? [0, 0];
    // what is not on the screen is asked for again when it comes there
    for (const page of this.pages.keys()) if (page < from || page > to) this.pages.delete(page);
    await Promise.all(Array.from({ length: to - from + 1 }, (_, number) => this.fetch(from + number)));
  }

  draw() {
    this.grid.set(this.total, (index) => this.rowAt(index), "No order fits.");
  }

  filter(text) {
    this.query = queryOf(text);
    this.turn += 1;
    this.pages.clear();
    this.asked.clear();
    this.grid.choose(0);
    return this.refresh();
  }

  get summary() {
    return this.total.toLocaleString("en-GB");
  }

  get chosen() {
    return this.grid.chosen;
  }

  focus() {
    this.grid.focus();
  }
}

export default { name: "orders", title: "Orders", topics: ["orders"], every_ms: 5000, create: (context) => new OrdersPage(context) };
