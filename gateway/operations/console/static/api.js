// Ask the API as whoever is logged in. A refusal is an Error with the API's own words.
let csrf = "";

export class Refused extends Error {
  constructor(status, code, text) {
    super(text);
    this.status = status;
    this.code = code;
  }
}

async function read(answer) {
  const found = await answer.json().catch(() => ({ code: "no_json", error: `HTTP ${answer.status}` }));
  if (answer.status === 401) location.reload(); // the login is over: the same address answers with the login page
  if (!answer.ok) throw new Refused(answer.status, found.code, found.error);
  return found;
}

export async function get(path, query = {}) {
  const wanted = Object.entries(query).filter(([, value]) => value !== "" && value !== undefined && value !== 0);
  const text = new URLSearchParams(wanted).toString();
  return read(await fetch(text ? `${path}?${text}` : path, { signal: AbortSignal.timeout(15000) }));
}

export async function post(path, body) {
  const headers = { "X-CSRF-Token": csrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return read(await fetch(path, { method: "POST", headers, body: body === undefined ? undefined : JSON.stringify(body) }));
}

// Run a command of the gateway's control socket; the gateway decides whether this operator may.
export function command(name, args = {}, reason = "") {
  return post(`/api/commands/${encodeURIComponent(name)}`, { arguments: args, reason });
}

export async function whoAmI() {
  const me = await get("/api/me");
  csrf = me.csrf_token;
  return me;
}
