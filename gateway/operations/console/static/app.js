// Put the console together: pages, keys, the line for filters and commands, the panel at the side.
import { get, whoAmI } from "./api.js";
import { el, setText } from "./dom.js";
import { Header, logOut } from "./header.js";
import { showHelp } from "./help.js";
import * as stream from "./stream.js";
import { switchTheme } from "./theme.js";
import alerts from "./pages/alerts.js";
import commands, { askAny } from "./pages/commands.js";
import facts from "./pages/facts.js";
import incidents from "./pages/incidents.js";
import kills, { askKill } from "./pages/kills.js";
import latency from "./pages/latency.js";
import { showOrder } from "./pages/order.js";
import orders from "./pages/orders.js";
import risk from "./pages/risk.js";
import sessions from "./pages/sessions.js";
import waiting from "./pages/waiting.js";
import wire from "./pages/wire.js";

const PAGES = [sessions, orders, alerts, wire, latency, risk, kills, facts, commands, waiting, incidents];
const keyOf = (each) => each.key ?? String((PAGES.indexOf(each) + 1) % 10);
const DRAW_MS = 1000;
const $ = (id) => document.getElementById(id);
const [pageBox, detailBox, line, lineInput, footer] = ["page", "detail", "line", "line-input", "footer"].map($);
const made = new Map();
const filters = new Map();
let header;
let current = null;
let refreshedMs = 0;
let problem = "";
let lineKind = "/";

const context = {
  go,
  openDetail({ title, node }) {
    detailBox.replaceChildren(el("h2", {}, title, el("button", { onclick: closeDetail, "aria-label": "Close" }, "✕")), node);
    detailBox.hidden = false;
    detailBox.scrollTop = 0;
  },
};

function closeDetail() {
  detailBox.hidden = true;
  detailBox.replaceChildren();
  page()?.focus();
}

const page = () => (current ? made.get(current.name) : null);

// Pages

function go(name, filter, arrival) {
  const next = PAGES.find((each) => each.name === name);
  location.hash = name;
  if (filter !== undefined) filters.set(name, filter);
  if (next !== current) {
    current = next;
    if (!made.has(name)) made.set(name, next.create(context));
    detailBox.hidden = true;
    pageBox.replaceChildren(page().element);
    problem = "";
  }
  drawNav();
  if (filter !== undefined) apply(filter);
  else refresh();
  page().draw();
  page().focus();
  if (arrival) next.arrive?.(arrival);
}

async function apply(filter) {
  filters.set(current.name, filter);
  await attempt(() => page().filter(filter));
  await refresh();
}

async function attempt(task) {
  const at = current;
  try {
    await task();
    if (at === current) problem = "";
  } catch (error) {
    if (at === current) problem = error.message;
  }
  drawFooter();
}

let isBusy = false;

async function refresh() {
  // one question at a time: an answer that is slow is not asked for twice
  if (isBusy) return;
  isBusy = true;
  const at = current;
  await attempt(() => page().refresh());
  isBusy = false;
  refreshedMs = Date.now();
  if (at !== current) refresh();
}

function onTopics(topics) {
  if (topics.has("alerts") || topics.has("kill") || topics.has("facts")) header.refresh();
  if (current.topics.some((topic) => topics.has(topic))) refresh();
}

function tick() {
  if (document.hidden) return;
  header.refresh();
  // without a stream, pages are asked for all the same
  const pause = stream.isOpen() ? current.every_ms : Math.min(current.every_ms, 2000);
  if (Date.now() - refreshedMs >= pause) refresh();
  else page().draw();
  drawFooter();
}

// What stands around a page

function drawNav() {
  $("pages").replaceChildren(
    ...PAGES.map((each) => el("button", { id: `go-${each.name}`, class: each === current ? "chosen" : "", "aria-current": each === current ? "page" : false, onclick: () => go(each.name) }, el("kbd", {}, keyOf(each)), each.title)),
  );
}

function usable(action) {
  const row = page().chosen;
  return action.always || (row !== undefined && (!action.when || action.when(row)));
}

const footerParts = { actions: el("span", { class: "actions" }), filter: el("span", { id: "filter" }), problem: el("span", { id: "problem", class: "bad" }), summary: el("span", { id: "summary", class: "quiet push" }) };

function drawFooter() {
  if (!footer.children.length) footer.append(...Object.values(footerParts));
  const actions = page().actions.filter(usable);
  const names = actions.map((action) => action.key + action.label).join();
  if (footerParts.actions.dataset.names !== `${current.name} ${names}`) {
    footerParts.actions.dataset.names = `${current.name} ${names}`;
    footerParts.actions.replaceChildren(
      ...actions.map((action) => el("button", { id: `act-${action.key}`, onclick: () => run(action) }, el("kbd", {}, action.key), action.label)),
      ...[["/", "filter", () => openLine("/")], [":", "command", () => openLine(":")], ["?", "help", help]].map(([key, label, does]) => el("button", { onclick: does }, el("kbd", {}, key), label)),
    );
  }
  setText(footerParts.filter, filters.get(current.name) ? `/${filters.get(current.name)}` : "");
  setText(footerParts.problem, problem);
  setText(footerParts.summary, `${current.title}: ${page().summary} · ${stream.isOpen() ? "live" : "asking"}`);
}

function run(action) {
  if (usable(action)) attempt(() => action.run(action.always && !page().chosen ? undefined : page().chosen));
}

function help() {
  showHelp(page().actions);
}

// The line for filters and commands

function openLine(kind, text = kind === "/" ? (filters.get(current.name) ?? "") : "") {
  lineKind = kind;
  setText($("line-label"), kind);
  lineInput.value = text;
  lineInput.placeholder = kind === "/" ? (page().hint ?? "words that a row must hold") : "orders · order ID · wire ID · kill venue=XBRK · venues.list";
  line.hidden = false;
  lineInput.focus();
  lineInput.select();
}

function closeLine() {
  line.hidden = true;
  page().focus();
}

const pairs = (words) => Object.fromEntries(words.filter((word) => word.includes("=")).map((word) => [word.split("=")[0], word.split("=").slice(1).join("=")]));

async function obey(text) {
  const [name, ...rest] = text.trim().split(/\s+/);
  const found = PAGES.find((each) => each.name === name);
  if (name === "order") await showOrder(context, rest.join(" "));
  else if (name === "kill") askKill(pairs(rest));
  else if (name === "theme") switchTheme();
  else if (name === "logout") await logOut();
  else if (found) go(name, rest.join(" "));
  else await askNamed(name, rest);
}

async function askNamed(name, rest) {
  const known = (await get("/api/commands")).commands.find((each) => each.name === name);
  if (!known) throw new Error(`${name}: no such page or command; ? shows what there is`);
  askAny(known, pairs(rest));
}

// Keys

const KEYS = { "/": () => openLine("/"), ":": () => openLine(":"), "?": help, t: switchTheme, Escape: escape };

function escape() {
  if (!detailBox.hidden) closeDetail();
  else if (filters.get(current.name)) apply("");
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, dialog")) return;
  const action = page().actions.find((each) => each.key === event.key);
  const next = PAGES.find((each) => keyOf(each) === event.key);
  const does = KEYS[event.key] ?? (action && (() => run(action))) ?? (next && (() => go(next.name)));
  if (!does) return;
  event.preventDefault();
  does();
}

function listen() {
  addEventListener("keydown", onKey);
  addEventListener("hashchange", () => location.hash.slice(1) !== current.name && go(named()));
  lineInput.addEventListener("keydown", (event) => event.key === "Escape" && closeLine());
  line.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = lineInput.value.trim();
    closeLine();
    if (lineKind === "/") apply(text);
    else if (text) attempt(() => obey(text));
  });
}

function named() {
  const name = location.hash.slice(1);
  return PAGES.some((each) => each.name === name) ? name : "sessions";
}

async function start() {
  const me = await whoAmI();
  header = new Header($("header"), $("stale"), me, go);
  await header.refresh();
  listen();
  stream.listen(onTopics);
  stream.start();
  go(named());
  setInterval(tick, DRAW_MS);
  document.addEventListener("visibilitychange", tick);
}

start();
