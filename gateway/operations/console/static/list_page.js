// A page that is one table of rows that are all here: filter, choose, open, act.
import { el } from "./dom.js";
import { Grid, fits } from "./grid.js";

export class ListPage {
  // load() gives the rows; detail(row) a node for the panel; actions: [{key, label, run(row), when(row)?}].
  constructor({ context, label, columns, keyOf, load, detail, actions = [], empty = "Nothing here.", above = [] }) {
    Object.assign(this, { context, label, columns, load, detail, actions, empty });
    this.rows = [];
    this.words = "";
    this.grid = new Grid({ columns, keyOf, label, onOpen: (row) => this.open(row) });
    this.above = el("div", { class: "above" }, ...above);
    this.element = el("div", { class: "page" }, this.above, this.grid.element);
  }

  async refresh() {
    this.rows = await this.load();
    this.draw();
  }

  draw() {
    const shown = this.words ? this.rows.filter((row) => fits(this.columns, row, this.words)) : this.rows;
    this.grid.setRows(shown, this.words ? `Nothing that fits "${this.words}" among ${this.rows.length}.` : this.empty);
  }

  filter(text) {
    this.words = text;
    this.draw();
  }

  get summary() {
    return this.words ? `${this.grid.total} of ${this.rows.length}` : `${this.rows.length}`;
  }

  open(row) {
    if (this.detail) this.context.openDetail(this.detail(row));
  }

  get chosen() {
    return this.grid.chosen;
  }

  focus() {
    this.grid.focus();
  }
}
