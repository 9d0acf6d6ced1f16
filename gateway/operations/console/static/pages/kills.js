// Kills: count, type the scope, engage, follow until each order is dead; release by two people.
import { command, get } from "../api.js";
import { el, facts, table } from "../dom.js";
import { age, fullTime, span, time, words } from "../format.js";
import { ask, askCommand, field, openDialog, reasonField } from "../dialog.js";
import { ListPage } from "../list_page.js";

const FOLLOW_MS = 500;
const SCOPES = ["strategy", "account", "venue", "symbol"];
const OVER = new Set(["done", "released", "blocked"]);

const scopeOf = (row) => words(row.scope) || "all";
const took = (row) => (row.done_utc_ns ? span((row.done_utc_ns - row.since_utc_ns) / 1e9) : "");

const COLUMNS = [
  { title: "Kill", width: "5rem", text: (row) => row.kill },
  { title: "Scope", width: "minmax(10rem, 1fr)", text: scopeOf },
  { title: "State", width: "7rem", text: stateOf, kind: (row) => ({ "in force": "bad", killing: "bad", released: "quiet" })[stateOf(row)] },
  { title: "Engaged", width: "7.5rem", text: (row) => time(row.since_utc_ns) },
  { title: "Age", width: "4.5rem", right: true, text: (row) => age(row.since_utc_ns) },
  { title: "Orders", width: "5rem", right: true, text: (row) => row.listed },
  { title: "Escalated", width: "6rem", right: true, text: (row) => row.escalated, kind: (row) => (row.escalated ? "warn" : "") },
  { title: "Dead after", width: "6.5rem", right: true, text: took },
  { title: "By", width: "7rem", text: (row) => row.by },
  { title: "Reason", width: "minmax(12rem, 2fr)", text: (row) => row.reason },
];

function stateOf(row) {
  if (!row.is_active) return "released";
  return row.listed && !row.done_utc_ns ? "killing" : "in force";
}

function drawPreview(found) {
  return el(
    "div",
    { class: "preview" },
    el("p", { class: "large" }, `${found.orders} open order${found.orders === 1 ? "" : "s"}, scope: ${found.scope}`),
    found.venues.length ? table(["Venue", "Orders", "In doubt", "Up"], found.venues.map((each) => [each.venue, each.orders, each.unknown, each.is_up ? "yes" : "no"])) : "",
    found.strategies.length ? table(["Strategy", "Orders"], found.strategies.map((each) => [each.strategy, each.orders])) : "",
    found.standing ? el("p", { class: "warn" }, `Kill ${found.standing} of this scope is in force: its cancels would be sent anew.`) : "",
  );
}

const named = (values) => Object.fromEntries(SCOPES.filter((name) => values[name]).map((name) => [name, values[name]]));

export function askKill(scope = {}) {
  ask({
    title: "Kill",
    lines: ["Refuses new orders and replaces in the scope from now on, and cancels what is open. Nothing named: everything."],
    fields: [el("div", { class: "fields" }, ...SCOPES.map((name) => field(name, name, { value: scope[name] ?? "" }))), el("label", { class: "check" }, el("input", { type: "checkbox", name: "cancel", checked: true }), "cancel what is open"), reasonField()],
    verb: "Kill",
    danger: true,
    preview: (values) => command("kill.preview", named(values)),
    drawPreview,
    confirm: (found) => found.scope,
    send: (values) => command("kill.engage", { ...named(values), cancel: values.cancel }, values.reason),
    show: (answer, dialog) => follow(answer.kill, dialog),
  });
}

// Show a kill as it goes, until it is over or the dialog is closed.
function follow(kill, dialog) {
  const node = el("div", { class: "receipt progress", role: "status" }, `Kill ${kill} is in force.`);
  const look = async () => {
    if (!dialog.isConnected) return;
    let text = "";
    try {
      const found = await command("kill.status", { kill });
      node.replaceChildren(progress(found));
      if (OVER.has(found.state)) return;
    } catch (error) {
      text = `no answer, asking again: ${error.message}`;
    }
    if (text) node.append(el("p", { class: "problem" }, text));
    setTimeout(look, FOLLOW_MS);
  };
  setTimeout(look, 0);
  return node;
}

function progress(found) {
  const contact = Object.entries(found.contacts).map(([venue, each]) => el("p", { class: "warn" }, `${venue}: ${words(each)}`));
  return el(
    "div",
    {},
    el("p", { class: "large" }, `Kill ${found.id}: ${found.state}. ${found.confirmed} of ${found.total} orders confirmed dead.`),
    el("progress", { max: Math.max(1, found.total), value: found.total ? found.confirmed : 1 }),
    found.venues.length ? table(["Venue", "Orders", "Sent", "Dead", "Live", "Escalated"], found.venues.map((each) => [each.venue, each.total, each.sent, each.confirmed, each.live, each.escalated])) : "",
    ...contact,
    found.escalations.length ? table(["On the list for people"], found.escalations.map((line) => [words(line)])) : "",
  );
}

function showProgress(row) {
  const dialog = openDialog(`Kill ${row.kill}`);
  const close = el("button", { type: "button", onclick: () => dialog.close() }, "Close");
  dialog.append(follow(row.kill, dialog), el("div", { class: "buttons" }, close));
  close.focus();
}

function release(row) {
  askCommand(`Release ${row.kill}`, "kill.release", { kill: row.kill }, { lines: [`Lifts the block of ${scopeOf(row)}, by ${row.by}: ${row.reason}`, "A second person approves it on the page Waiting."], danger: true, verb: "Ask for the release" });
}

function detail(row) {
  return { title: `Kill ${row.kill}`, node: facts([["scope", scopeOf(row)], ["by", row.by], ["reason", row.reason], ["engaged", fullTime(row.since_utc_ns)], ["done", fullTime(row.done_utc_ns)], ["released", fullTime(row.released_utc_ns)], ["orders", row.listed], ["escalated", row.escalated], ["resolved by people", row.resolved]]) };
}

export default {
  name: "kills",
  title: "Kills",
  topics: ["kill", "facts"],
  every_ms: 5000,
  arrive: (scope) => askKill(scope),
  create: (context) =>
    new ListPage({
      context,
      label: "Kills",
      columns: COLUMNS,
      keyOf: (row) => row.kill,
      load: async () => (await get("/api/kills")).kills,
      detail,
      empty: "Nothing was ever killed.",
      actions: [
        { key: "K", label: "kill…", always: true, run: () => askKill() },
        { key: "p", label: "progress", run: showProgress },
        { key: "r", label: "release", when: (row) => row.is_active, run: release },
      ],
    }),
};
