// The line above everything: which gateway, is it there, what is killed, the worst alert, who one is.
import { get, post } from "./api.js";
import { el, setClass, setText } from "./dom.js";
import { age, count, nowMs, setServerTime, span, words } from "./format.js";
import { switchTheme } from "./theme.js";

const STALE_MS = 5000;

function badge(id, label) {
  const value = el("b", { id });
  return { value, node: el("span", { class: "badge" }, el("span", { class: "quiet" }, label), value) };
}

export class Header {
  constructor(element, stale, me, go) {
    this.stale = stale;
    this.answeredMs = Date.now();
    this.problem = "";
    this.parts = Object.fromEntries(["gateway", "journal", "breaks", "kill", "alert", "clock"].map((name) => [name, badge(`head-${name}`, { gateway: "Gateway", journal: "Journal", breaks: "Breaks", kill: "Kill", alert: "Worst alert", clock: "UTC" }[name])]));
    this.name = el("b", { id: "head-name", class: "name" });
    this.build = el("span", { id: "head-build", class: "quiet" });
    this.parts.kill.node.addEventListener("click", () => go("kills"));
    this.parts.alert.node.addEventListener("click", () => go("alerts"));
    const roles = me.roles.filter((role) => role !== "view").join(", ") || "view";
    const who = el("span", { class: "badge" }, el("b", { id: "head-who" }, me.operator), el("span", { class: "quiet" }, roles));
    element.append(this.name, this.build, ...Object.values(this.parts).map((part) => part.node), el("span", { class: "push" }), who, el("button", { onclick: switchTheme, title: "Light or dark" }, "◐"), el("button", { onclick: logOut }, "Log out"));
  }

  async refresh() {
    try {
      [this.status, this.alerts, this.kills] = await Promise.all([get("/api/status"), get("/api/alerts"), get("/api/kills")]);
      setServerTime(this.status.utc_ns);
      this.answeredMs = Date.now();
      this.problem = "";
    } catch (error) {
      this.problem = error.message;
    }
    this.draw();
  }

  set(name, text, kind) {
    setText(this.parts[name].value, text);
    setClass(this.parts[name].value, kind);
  }

  draw() {
    const silentMs = Date.now() - this.answeredMs;
    this.stale.hidden = silentMs < STALE_MS;
    if (!this.stale.hidden) setText(this.stale, `No answer for ${span(silentMs / 1000)}: what you see is old. ${this.problem}`);
    if (!this.status) return;
    const { gateway, journal, name, build, breaks } = this.status;
    setText(this.name, name);
    setText(this.build, build);
    this.build.title = build;
    document.title = `${name}: Fairlead`;
    this.set("gateway", gateway.is_alive ? `up ${age(gateway.started_utc_ns)}` : "DOWN", gateway.is_alive ? "good" : "bad");
    this.set("journal", journal.problem || `${journal.is_caught_up ? "" : "behind, "}#${count(journal.sequence)} ${age(journal.last_utc_ns)} ago`, journal.problem ? "bad" : journal.is_caught_up ? "" : "warn");
    this.set("breaks", count(breaks), breaks ? "warn" : "");
    const active = this.kills.kills.filter((kill) => kill.is_active);
    this.set("kill", active.length ? active.map((kill) => words(kill.scope) || "ALL").join(" · ") : "none", active.length ? "bad" : "good");
    const open = this.alerts.alerts;
    const worst = open[0];
    this.set("alert", worst ? `${worst.alert}${open.length > 1 ? ` +${open.length - 1}` : ""} ${age(worst.raised_utc_ns)}` : "none", worst ? { critical: "bad", major: "warn", minor: "" }[worst.severity] : "good");
    this.set("clock", new Date(nowMs()).toISOString().slice(11, 19), "");
  }
}

export async function logOut() {
  await post("/api/logout");
  location.assign("/");
}
