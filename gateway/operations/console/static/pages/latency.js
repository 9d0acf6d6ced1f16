// How long each leg takes: a histogram a leg, on a logarithmic axis of time.
import { get } from "../api.js";
import { el, svg } from "../dom.js";
import { count, duration } from "../format.js";

const WIDE = 560;
const HIGH = 120;
const FOOT = 18;
const LOW_NS = 1e3;
const TOP_NS = 1e10;
const LEGS = { to_venue: "Strategy's order in → venue's bytes out", answer: "Venue's bytes out → venue's answer in", to_strategy: "Venue's answer in → strategy's report out" };
const QUANTILES = [["p50_ns", "p50"], ["p99_ns", "p99"], ["p999_ns", "p99.9"]];

function x(ns) {
  const part = Math.log(Math.max(ns, LOW_NS) / LOW_NS) / Math.log(TOP_NS / LOW_NS);
  return Math.min(1, part) * WIDE;
}

function bars(buckets) {
  const most = Math.max(1, ...buckets.map(([, each]) => each));
  return buckets.map(([upper_ns, each]) => {
    const high = Math.max(1.5, (each / most) * (HIGH - 16));
    return svg("rect", { class: "bar", x: x(upper_ns) - 2.5, width: 5, y: HIGH - high, height: high }, svg("title", {}, `up to ${duration(upper_ns)}: ${count(each)}`));
  });
}

function axis() {
  const ticks = [];
  for (let ns = LOW_NS; ns <= TOP_NS; ns *= 10) {
    ticks.push(svg("line", { class: "tick", x1: x(ns), x2: x(ns), y1: 0, y2: HIGH }));
    const anchor = ns === LOW_NS ? "start" : ns === TOP_NS ? "end" : "middle";
    ticks.push(svg("text", { class: "label", x: x(ns), y: HIGH + FOOT - 4, "text-anchor": anchor }, duration(ns).replace(/\.0+ /, " ")));
  }
  return ticks;
}

function marks(leg) {
  return QUANTILES.filter(([name]) => leg[name]).map(([name, label], number) =>
    svg("g", { class: "mark" }, svg("line", { x1: x(leg[name]), x2: x(leg[name]), y1: 0, y2: HIGH }), svg("text", { x: x(leg[name]) + 3, y: 9 + 10 * number }, label)),
  );
}

function chart(leg) {
  const whose = leg.venue ?? leg.strategy;
  const label = `${whose}: ${LEGS[leg.leg]}`;
  return el(
    "figure",
    { class: "histogram", tabindex: "0" },
    el("figcaption", {}, el("strong", {}, whose), ` ${LEGS[leg.leg]}`),
    svg("svg", { viewBox: `0 -4 ${WIDE} ${HIGH + FOOT + 4}`, role: "img", "aria-label": label }, ...axis(), ...bars(leg.buckets), ...marks(leg)),
    el("p", { class: "numbers" }, `${count(leg.count)} measured`, ...QUANTILES.flatMap(([name, title]) => [el("span", { class: "quiet" }, title), el("b", {}, duration(leg[name]))])),
  );
}

class LatencyPage {
  constructor() {
    this.legs = [];
    this.words = "";
    this.charts = el("div", { class: "charts" });
    this.element = el("div", { class: "page scroll", tabindex: "0" }, el("p", { class: "quiet" }, "Since the gateway's start. The axis of time is logarithmic; heights are relative to the fullest bucket."), this.charts);
    this.actions = [];
    this.drawn = "";
  }

  async refresh() {
    this.legs = (await get("/api/latency")).legs;
    const drawn = JSON.stringify([this.words, this.legs]);
    if (drawn !== this.drawn) this.drawLegs();
    this.drawn = drawn;
  }

  drawLegs() {
    const shown = this.shown;
    const order = Object.keys(LEGS);
    shown.sort((one, other) => order.indexOf(one.leg) - order.indexOf(other.leg));
    this.charts.replaceChildren(...(shown.length ? shown.map(chart) : [el("p", { class: "empty" }, "Nothing was measured yet.")]));
  }

  get shown() {
    const text = this.words.toLowerCase();
    return this.legs.filter((leg) => leg.count && `${leg.leg} ${leg.venue ?? leg.strategy}`.toLowerCase().includes(text));
  }

  draw() {}

  filter(text) {
    this.words = text;
    this.drawLegs();
  }

  get summary() {
    return `${this.shown.length}`;
  }

  focus() {
    this.element.focus({ preventScroll: true });
  }
}

export default { name: "latency", title: "Latency", topics: [], every_ms: 2000, create: () => new LatencyPage() };
