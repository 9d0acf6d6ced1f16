// A table that draws the rows one can see, and no others. Rows come from a list, or page by page from the server.
import { el, setClass, setText } from "./dom.js";

const ROW_PX = 26;
const SPARE = 4;
const GAP_REM = 0.7;
const MOVES = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

export class Grid {
  // columns: {title, width (CSS), text(row), kind(row)?, right?}; keyOf(row) names a row; rowAt(index) gives it or undefined.
  constructor({ columns, keyOf, label, onOpen, onSee }) {
    Object.assign(this, { columns, keyOf, onOpen, onSee });
    this.total = 0;
    this.rowAt = () => undefined;
    this.index = 0;
    this.key = null;
    this.lines = [];
    this.head = el("div", { class: "grid-head", role: "row" }, ...columns.map((column) => el("span", { role: "columnheader", class: column.right ? "right" : "" }, column.title)));
    this.space = el("div", { class: "grid-space", role: "rowgroup" });
    this.empty = el("p", { class: "empty", hidden: true });
    this.body = el("div", { class: "grid-body", tabindex: "0", role: "grid", "aria-label": label }, this.head, this.space, this.empty);
    this.element = el("div", { class: "grid" }, this.body);
    this.body.style.setProperty("--columns", columns.map((column) => column.width).join(" "));
    this.body.style.setProperty("--least", `${leastWidth(columns)}rem`);
    this.body.addEventListener("scroll", () => this.draw(), { passive: true });
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    new ResizeObserver(() => this.draw()).observe(this.body);
  }

  setRows(rows, empty = "Nothing here.") {
    this.set(rows.length, (index) => rows[index], empty);
  }

  set(total, rowAt, empty = "Nothing here.") {
    this.total = total;
    this.rowAt = rowAt;
    setText(this.empty, empty);
    this.empty.hidden = total > 0;
    this.space.style.height = `${total * ROW_PX}px`;
    this.body.setAttribute("aria-rowcount", total);
    this.follow();
    this.draw();
  }

  // The chosen row stays the chosen one where others come in above it.
  follow() {
    if (this.key !== null && this.keyAt(this.index) !== this.key) {
      const [from, to] = this.visible();
      for (let index = Math.max(0, from - 300); index < Math.min(this.total, to + 300); index++) {
        if (this.keyAt(index) === this.key) {
          this.index = index;
          return;
        }
      }
    }
    this.index = Math.max(0, Math.min(this.index, this.total - 1));
    this.key = this.keyAt(this.index);
  }

  keyAt(index) {
    const row = this.rowAt(index);
    return row === undefined ? null : this.keyOf(row);
  }

  get chosen() {
    return this.total ? this.rowAt(this.index) : undefined;
  }

  visible() {
    const from = Math.max(0, Math.floor(this.body.scrollTop / ROW_PX) - SPARE);
    return [from, Math.min(this.total, from + Math.ceil(this.body.clientHeight / ROW_PX) + 2 * SPARE)];
  }

  draw() {
    const [from, to] = this.visible();
    this.onSee?.(from, to);
    while (this.lines.length < to - from) this.lines.push(this.makeLine());
    this.lines.forEach((line, number) => {
      const index = from + number;
      line.hidden = index >= to;
      if (!line.hidden) this.drawLine(line, index);
    });
  }

  makeLine() {
    const cells = this.columns.map(() => el("span", { role: "gridcell" }));
    const line = el("div", { class: "row", role: "row" }, ...cells);
    line.addEventListener("click", () => this.choose(line.index));
    line.addEventListener("dblclick", () => this.open());
    this.space.append(line);
    return line;
  }

  drawLine(line, index) {
    const row = this.rowAt(index);
    line.index = index;
    line.style.transform = `translateY(${index * ROW_PX}px)`;
    const isChosen = index === this.index;
    setClass(line, `row${isChosen ? " chosen" : ""}${index % 2 ? " odd" : ""}`);
    line.setAttribute("aria-rowindex", index + 1);
    line.setAttribute("aria-selected", isChosen);
    this.columns.forEach((column, number) => {
      const cell = line.children[number];
      const text = row === undefined ? "…" : String(column.text(row) ?? "");
      setText(cell, text);
      setClass(cell, `${column.right ? "right " : ""}${row === undefined ? "quiet" : (column.kind?.(row) ?? "")}`);
      cell.title = text.length > 16 ? text : "";
    });
  }

  choose(index) {
    if (!this.total) return;
    this.index = Math.max(0, Math.min(this.total - 1, index));
    this.key = this.keyAt(this.index);
    const top = this.index * ROW_PX;
    const room = this.body.clientHeight - this.head.offsetHeight - ROW_PX;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top > this.body.scrollTop + room) this.body.scrollTop = top - room;
    this.draw();
  }

  open() {
    if (this.chosen !== undefined) this.onOpen?.(this.chosen);
  }

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const screen = Math.max(1, Math.floor(this.body.clientHeight / ROW_PX) - 2);
    const places = { PageDown: this.index + screen, PageUp: this.index - screen, Home: 0, g: 0, End: this.total - 1, G: this.total - 1 };
    if (event.key in MOVES) this.choose(this.index + MOVES[event.key]);
    else if (event.key in places) this.choose(places[event.key]);
    else if (event.key === "Enter") this.open();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  focus() {
    this.body.focus({ preventScroll: true });
  }
}

// Every row is laid out by itself: below this width none of them may shrink, or they would differ.
function leastWidth(columns) {
  const widths = columns.map((column) => Number(/[\d.]+(?=rem)/.exec(column.width)[0]));
  return widths.reduce((sum, width) => sum + width + GAP_REM, GAP_REM);
}

// Tell whether a row holds every word of a filter, in any cell.
export function fits(columns, row, filter) {
  if (!filter) return true;
  const text = columns.map((column) => column.text(row) ?? "").join(" ").toLowerCase();
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
