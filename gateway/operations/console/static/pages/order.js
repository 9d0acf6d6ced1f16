// One order: what it is, what it is called, its life, its frames.
import { get } from "../api.js";
import { el, facts, table } from "../dom.js";
import { duration, fullTime, time } from "../format.js";

export async function showOrder(context, name) {
  const [found, wire] = await Promise.all([get(`/api/orders/${encodeURIComponent(name)}`), get("/api/wire", { order: name, limit: 100 })]);
  const { order, events, names } = found;
  context.openDetail({ title: `Order ${order.order_id}`, node: el("div", {}, terms(order), el("h3", {}, "Called"), el("p", { class: "mono" }, names.join("  ")), el("h3", {}, "Life"), life(events), el("h3", {}, `Frames (${wire.frames.length})`), frames(wire.frames)) });
}

function terms(order) {
  return facts([
    ["status", order.is_unknown ? `${order.ord_status}, in doubt` : order.ord_status],
    ["terms", `${order.side} ${order.order_qty} ${order.symbol} at ${order.price ?? order.ord_type}, ${order.time_in_force}`],
    ["of", `${order.strategy}, account ${order.account}`],
    ["at", `${order.venue} ${order.venue_order_id}`],
    ["done, left", `${order.cum_qty} at ${order.avg_px ?? "–"}, ${order.leaves_qty}`],
    ["opened", fullTime(order.opened_utc_ns)],
    ["changed", fullTime(order.changed_utc_ns)],
    ["text", order.text],
  ]);
}

function life(events) {
  const first = events[0]?.utc_ns ?? 0;
  return table(
    ["Time", "After", "What", "Status", "Done", "Left", "Last", "Text"],
    events.map((event) => [time(event.utc_ns), duration(event.utc_ns - first), event.what, event.ord_status, event.cum_qty, event.leaves_qty, event.last_qty && event.last_qty !== "0" ? `${event.last_qty} at ${event.last_px}` : "", event.text]),
  );
}

export function fieldsOf(frame) {
  return table(["Tag", "Name", "Value", "Meaning"], frame.fields.map((each) => [each.tag, each.name, each.value, each.meaning]));
}

function frames(found) {
  return el(
    "div",
    { class: "frames" },
    ...[...found].reverse().map((frame) => el("details", {}, el("summary", {}, `${time(frame.utc_ns)} ${frame.direction} ${frame.stream} ${frame.msg_type} ${frame.name}`), frame.problem ? el("p", { class: "problem" }, frame.problem) : fieldsOf(frame))),
  );
}
