// The cells of the month: keys go from cell to cell and stand for the buttons; a swap leaves the focus where it was.
import { nameNow } from "./names.js";
import { normalForm } from "./worktime.js";

// What was typed is brought to one form; what is not understood stays, for the server to check.
export function normalise(field) {
  if (!field.matches(".hrs")) return;
  const value = normalForm(field.value);
  if (value !== null) field.value = value;
}

// Where a key leads: days go on over the end of a week, lines over the end of a day.
const later = (day, days) => new Date(Date.parse(day) + days * 86400000).toISOString().slice(0, 10);
const linesOf = (day) => [...document.querySelectorAll(`.hrs[id$="${day}"]:not([readonly])`)];
function nextOpen(day, step, find) {
  for (let away = 1; away < 31; away++) {
    const found = find(later(day, away * step));
    if (found && !found.readOnly) return found;
  }
}
function beside(from, key) {
  const [line, day] = [from.id.slice(0, -10), from.id.slice(-10)];
  const lines = linesOf(day);
  const rank = lines.indexOf(from);
  if (key === "ArrowRight" && from.selectionEnd === from.value.length)
    return nextOpen(day, 1, (other) => document.getElementById(line + other));
  if (key === "ArrowLeft" && from.selectionStart === 0)
    return nextOpen(day, -1, (other) => document.getElementById(line + other));
  if (key === "ArrowUp") return lines[rank - 1] || linesOf(later(day, -7)).at(-1);
  if (key === "ArrowDown") return lines[rank + 1] || linesOf(later(day, 7))[0];
  if (key === "Enter") return lines[rank + 1] || nextOpen(day, 1, (other) => linesOf(other)[0]);
}

// Words are typed freely: only with Alt does a letter stand for a button, or "p" write the planned hours.
const BUTTONS = {
  m: (cell) => cell.form.querySelector("button[value=copy]") || cell.form.querySelector("button[value=fill]"),
  s: (cell) => cell.closest("section").querySelector("button[value^=week-]"),
  z: (cell) => cell.form.querySelector("button[value=undo]"),
};
let pressedFrom = null; // the cell where a letter pressed a button, until a swap has answered
function asPlanned(cell) {
  if (!cell.placeholder.trim()) return;
  cell.value = cell.placeholder.trim();
  cell.select();
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  cell.dispatchEvent(new Event("change", { bubbles: true }));
}

// With Option a Mac writes another sign: there the key tells which letter it is.
const letterOf = ({ key, code }) => (/^[a-z]$/i.test(key) ? key : code.replace(/^Key/, "")).toLowerCase();

document.addEventListener("keydown", (event) => {
  const from = event.target;
  if (!from.matches?.(".hrs") || event.ctrlKey || event.metaKey || event.isComposing) return;
  if (event.altKey) return act(from, event);
  const to = beside(from, event.key);
  // Enter must not send the form by surprise.
  if (to || event.key === "Enter") event.preventDefault();
  to?.focus();
  to?.select();
});
function act(from, event) {
  const letter = letterOf(event);
  if (from.readOnly || !(letter === "p" || letter in BUTTONS)) return;
  event.preventDefault();
  if (letter === "p") return asPlanned(from);
  pressedFrom = from;
  BUTTONS[letter](from)?.click();
}

// The causes of an absence stand once on the page: an empty cell gets its own choice when somebody comes to it, or when
// what was typed there is put back. Without this script the page asks for the cause once hours are sent.
function offerCause(cell) {
  if (!cell.dataset?.cause || cell.parentElement.querySelector("select")) return;
  const select = document.getElementById("motifs").content.firstElementChild.cloneNode(true);
  select.name = cell.dataset.cause;
  select.setAttribute("aria-label", `Motif, ${cell.getAttribute("aria-label")}`);
  cell.after(select);
}
export const offerCauses = (names) =>
  names.forEach((name) => document.querySelectorAll(`.hrs[data-cause="${name}"]`).forEach(offerCause));
document.addEventListener("focusin", ({ target }) => offerCause(target));

// A thumb writes hours with the digits and the comma.
export function useDigits(form) {
  for (const cell of form.querySelectorAll(".hrs")) cell.inputMode = "decimal";
}

// "Comme prévu" at a place of a day that could not be sent: written into its fields, it is kept as what is typed is.
export function writePlanned(button) {
  const place = button?.dataset.planned && button.closest(".day-place");
  if (!place) return;
  const letters = { m: button.dataset.planned, d: "", f: "", p: "" };
  for (const field of place.querySelectorAll("input"))
    if (/^[mdfp]-/.test(field.id)) field.value = letters[field.id[0]];
  place.querySelector("input[id^='m-']").dispatchEvent(new Event("input", { bubbles: true }));
}

// What is typed and not saved is in sight.
export function unfold(fields) {
  for (const field of fields)
    for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
}

// What the server finds wrong is marked in its cell, also when only the sum was swapped.
export function markFaults() {
  for (const cell of document.querySelectorAll("#saisie [aria-invalid]")) cell.removeAttribute("aria-invalid");
  for (const fault of document.querySelectorAll("#fautes li[id]"))
    document.getElementById(nameNow(fault.id.slice("faute-".length)))?.setAttribute("aria-invalid", "true");
}

// Before a swap: what has the focus, by its id or by the value of a button.
const held = { id: "", value: "" };
export function holdFocus() {
  const active = document.activeElement;
  held.id = active?.id || "";
  held.value = active?.matches("button[name=do]") ? active.value : "";
}

// After it: in the same cell, on the same button, on the heading of another day, at the next place that waits.
export function restoreFocus() {
  if (document.activeElement === document.body && !document.querySelector("main [data-focus]")) {
    const button = held.value && document.querySelector(`button[name=do][value="${held.value}"]`);
    const heading = held.value.startsWith("go-") && document.querySelector("h1");
    if (heading) heading.tabIndex = -1;
    const find = (selector) => document.querySelector(`.day-place ${selector}`);
    const waiting = held.value.startsWith("plan-") && (find(".btn.is-primary") || find("summary"));
    const last = held.value ? document.querySelector(".sumbar button") : null;
    const to = (held.id && document.getElementById(nameNow(held.id))) || heading || button || waiting || last;
    to?.focus();
  }
  // Ready for the next letter; but nobody who is typing is disturbed.
  const active = document.activeElement;
  if (pressedFrom && !pressedFrom.isConnected && active.matches(".hrs")) active.select();
  if (!pressedFrom?.isConnected) pressedFrom = null;
}
