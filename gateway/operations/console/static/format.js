// Write times, ages and amounts. Times come as UTC ns, beyond what a number holds exactly: to a millisecond they are right.
const MS = 1e6;
let ahead_ms = 0;

// The server's clock says what an age is, not this machine's.
export function setServerTime(utc_ns) {
  ahead_ms = utc_ns / MS - Date.now();
}

export function nowMs() {
  return Date.now() + ahead_ms;
}

export function time(utc_ns) {
  if (!utc_ns) return "";
  const at = new Date(utc_ns / MS);
  const today = new Date(nowMs()).toISOString().slice(0, 10);
  const [day, rest] = at.toISOString().split("T");
  if (day === today) return rest.slice(0, 12);
  return day.slice(0, 4) === today.slice(0, 4) ? `${day.slice(5)} ${rest.slice(0, 5)}` : day;
}

export function fullTime(utc_ns) {
  return utc_ns ? new Date(utc_ns / MS).toISOString().replace("T", " ").replace("Z", " UTC") : "";
}

const STEPS = [[86400, "d", 3600, "h"], [3600, "h", 60, "m"], [60, "m", 1, "s"]];

export function span(seconds) {
  for (const [size, name, next, nextName] of STEPS) {
    if (seconds >= size) {
      const rest = Math.floor((seconds % size) / next);
      const whole = Math.floor(seconds / size);
      return `${whole}${name}${rest && whole < 100 ? ` ${rest}${nextName}` : ""}`;
    }
  }
  return seconds < 10 ? `${Math.max(0, seconds).toFixed(1)}s` : `${Math.floor(seconds)}s`;
}

export function age(utc_ns) {
  return utc_ns ? span((nowMs() - utc_ns / MS) / 1000) : "";
}

export function until(utc_ns) {
  return utc_ns ? `in ${span((utc_ns / MS - nowMs()) / 1000)}` : "";
}

export function duration(ns) {
  if (ns === null || ns === undefined) return "";
  for (const [size, name] of [[1e9, "s"], [1e6, "ms"], [1e3, "µs"]]) {
    if (ns >= size) return `${(ns / size).toPrecision(3)} ${name}`;
  }
  return `${ns} ns`;
}

export function count(value) {
  return value === null || value === undefined ? "" : Number(value).toLocaleString("en-GB");
}

export function words(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(words).join(", ");
  if (typeof value !== "object") return String(value);
  return Object.entries(value).map(([name, each]) => `${name}=${words(each)}`).join(" ");
}
