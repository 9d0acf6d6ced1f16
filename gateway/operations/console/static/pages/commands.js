// Every command of the gateway, with a form made from its arguments.
import { command, get } from "../api.js";
import { words } from "../format.js";
import { ask, field, reasonField } from "../dialog.js";
import { ListPage } from "../list_page.js";

const COLUMNS = [
  { title: "Command", width: "minmax(11rem, 1fr)", text: (row) => row.name, kind: (row) => (row.permitted ? "" : "quiet") },
  { title: "What it does", width: "minmax(20rem, 3fr)", text: (row) => row.summary },
  { title: "Arguments", width: "minmax(12rem, 1.5fr)", text: (row) => Object.keys(row.arguments).join(" "), kind: () => "mono" },
  { title: "Changes", width: "5rem", text: (row) => (row.changes ? "yes" : ""), kind: () => "warn" },
  { title: "Two people", width: "6rem", text: (row) => (row.needs_approval ? "yes" : row.may_need_approval ? "maybe" : "") },
  { title: "Roles", width: "minmax(7rem, .8fr)", text: (row) => words(row.roles) },
];

// Lists, objects, flags and what stands in quotes are JSON; all else is text, and the gateway makes numbers of it.
function valueOf(text) {
  if (!/^(\[|\{|true$|false$|null$|")/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function askAny(row, given = {}) {
  const names = Object.keys(row.arguments);
  ask({
    title: row.name,
    lines: [row.summary],
    fields: [...names.map((name) => field(`argument ${name}`, `${name} (${row.arguments[name]})`, { required: row.arguments[name] === "required", value: given[name] ?? "" })), ...(row.changes ? [reasonField()] : [])],
    verb: row.changes ? "Do it" : "Ask",
    danger: row.changes,
    send: (values) => {
      const filled = names.filter((name) => values[`argument ${name}`] !== "");
      return command(row.name, Object.fromEntries(filled.map((name) => [name, valueOf(values[`argument ${name}`])])), values.reason ?? "");
    },
  });
}

export default {
  name: "commands",
  title: "Commands",
  topics: [],
  every_ms: 60000,
  create: (context) => {
    const page = new ListPage({
      context,
      label: "Commands",
      columns: COLUMNS,
      keyOf: (row) => row.name,
      load: async () => (await get("/api/commands")).commands,
      empty: "The gateway has none.",
      actions: [{ key: "e", label: "run…", run: (row) => askAny(row) }],
    });
    page.open = (row) => askAny(row);
    return page;
  },
};
