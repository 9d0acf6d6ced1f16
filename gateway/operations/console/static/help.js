// The keys, on one page.
import { el, table } from "./dom.js";
import { openDialog } from "./dialog.js";

const KEYS = [
  ["1 … 9, 0, i", "pages, in the order of the bar"],
  ["↑ ↓ or j k, PgUp PgDn, Home End or g G", "choose a row"],
  ["Enter", "open the row"],
  ["Esc", "close what is open, then the filter"],
  ["/", "filter this page"],
  [":", "command: a page, order ID, wire ID, kill strategy=alpha, a gateway's command"],
  ["t", "light or dark"],
  ["?", "this help"],
];
const COMMANDS = [
  [":orders venue=XBRK", "a page, with its filter"],
  [":order ID", "an order by any of its ids"],
  [":wire ID", "all frames of an order"],
  [":kill venue=XBRK", "count, then kill"],
  [":venues.logout venue=XBRK", "any command of the gateway, filled in"],
  [":theme, :logout", ""],
];

export function showHelp(actions) {
  const own = actions.map((action) => [action.key, action.label]);
  const dialog = openDialog("Keys", table(["Key", ""], [...KEYS, ...own], "plain keys"), el("h3", {}, "Commands"), table(["", ""], COMMANDS, "plain keys"), el("div", { class: "buttons" }, el("button", { autofocus: true, onclick: () => dialog.close() }, "Close")));
}
