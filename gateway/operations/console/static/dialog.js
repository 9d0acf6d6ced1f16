// Ask before anything is changed: what, the reason, what it would do; then show what was answered.
import { el, facts } from "./dom.js";
import { command } from "./api.js";
import { words } from "./format.js";

// Open a dialog; it is gone when closed, and the focus is back where it was.
export function openDialog(title, ...content) {
  const before = document.activeElement;
  const dialog = el("dialog", { "aria-label": title }, el("h2", {}, title), ...content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus?.({ preventScroll: true });
  });
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

export function field(name, label, options = {}) {
  return el("label", {}, label, el("input", { name, autocomplete: "off", spellcheck: "false", ...options }));
}

export function reasonField(label = "Reason, for the record") {
  return field("reason", label, { required: true, maxlength: "500" });
}

// What a command answered: done, or waiting for a second person.
export function receipt(answer) {
  if (answer.pending) {
    const { id, approvers, preview } = answer.pending;
    return el("div", { class: "receipt waiting" }, el("p", {}, `Kept as ${id}: another person must approve it.`), facts([["may approve", words(approvers)], ["preview", words(preview)]]));
  }
  const { before, after, ...rest } = answer;
  return el("div", { class: "receipt" }, el("p", {}, "Done."), facts([["before", words(before)], ["after", words(after)], ...Object.entries(rest).map(([name, value]) => [name, words(value)])]));
}

// A form whose submit runs `send(values)`; `preview(values)` is shown first where there is one, and must be looked at.
export function ask({ title, lines = [], fields = [], verb, danger = false, preview, drawPreview = drawFound, confirm, send, show = receipt }) {
  const said = el("div", { class: "said", role: "status" });
  const problem = el("p", { class: "problem", role: "alert" });
  const button = el("button", { class: danger ? "danger" : "primary" }, preview ? "Preview" : verb);
  const close = el("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const form = el("form", {}, ...lines.map((line) => el("p", {}, line)), ...fields, said, problem, el("div", { class: "buttons" }, close, button));
  const dialog = openDialog(title, form);
  const state = { looked: !preview, confirm: null };
  // what was looked at is what is sent: a change asks for another look
  form.addEventListener("input", (event) => {
    problem.textContent = "";
    if (!preview || ["reason", "confirm"].includes(event.target.name)) return;
    state.looked = false;
    button.textContent = "Preview";
    said.replaceChildren();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    problem.textContent = "";
    try {
      await step({ form, said, button, state, dialog, verb, preview, drawPreview, confirm, send, show });
    } catch (error) {
      problem.textContent = error.message;
    }
    button.disabled = false;
  });
  return dialog;
}

export function valuesOf(form) {
  const values = Object.fromEntries(new FormData(form));
  for (const box of form.querySelectorAll("input[type=checkbox]")) values[box.name] = box.checked;
  return values;
}

async function step({ form, said, button, state, dialog, verb, preview, drawPreview, confirm, send, show }) {
  const values = valuesOf(form);
  if (!state.looked) {
    const found = await preview(values);
    state.looked = true;
    state.confirm = confirm?.(found) ?? null;
    const typed = state.confirm === null ? null : field("confirm", `Type "${state.confirm}" to go on`, { required: true });
    said.replaceChildren(drawPreview(found), ...(typed ? [typed] : []));
    button.textContent = verb;
    typed?.querySelector("input").focus();
    return;
  }
  if (state.confirm !== null && values.confirm !== state.confirm) throw new Error(`"${values.confirm}" typed, expected "${state.confirm}"`);
  const answer = await send(values);
  for (const input of form.querySelectorAll("input, select")) input.disabled = true;
  button.remove();
  said.replaceChildren(show(answer, dialog));
  form.querySelector(".buttons button").focus();
}

function drawFound(found) {
  return el("div", { class: "preview" }, facts(Object.entries(found).map(([name, value]) => [name, words(value)])));
}

// The plain control: a command, its arguments, a reason.
export function askCommand(title, name, args, { lines = [], danger = false, verb = title } = {}) {
  return ask({
    title,
    lines: [...lines, `${name} ${words(args)}`],
    fields: [reasonField()],
    verb,
    danger,
    send: ({ reason }) => command(name, args, reason),
  });
}
