// The cells of the month: what is typed is brought to one form, keys go from cell to cell and stand for the buttons.

// "7h30", "7:30", "7 h", "7.5", "450 min" become "7,5"; the server is the judge, so what is not understood stays.
function normalised(text) {
  const value = text.toLowerCase().replace(/\s/g, "").replace(".", ",");
  const clock = value.match(/^(\d{1,2})[h:](\d{2})?$/);
  const plain = value.match(/^(\d{1,2}(?:,\d{1,2})?)h?$/);
  const short = value.match(/^(\d{1,4})(?:min|mn)$/);
  if (value === "" || (!clock && !plain && !short) || Number(clock?.[2] || 0) > 59) return value === "" ? "" : null;
  const minutes = clock ? Number(clock[1]) * 60 + Number(clock[2] || 0) : short ? Number(short[1]) : null;
  const hundredths = minutes === null ? Number(plain[1].replace(",", ".")) * 100 : (minutes * 100) / 60;
  if (hundredths > 2400) return null;
  // A minute that is no hundredth of an hour keeps its own form: 7h20 is not 7,33.
  if (Math.abs(hundredths - Math.round(hundredths)) > 0.001)
    return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
  return String(Math.round(hundredths) / 100).replace(".", ",");
}
document.addEventListener("change", (event) => {
  if (!event.target.matches(".hrs")) return;
  const value = normalised(event.target.value);
  if (value !== null) event.target.value = value;
});

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

// A letter in a cell that is empty or wholly selected is no duration: four of them stand for a gesture.
const GESTURES = {
  m: (cell) => cell.form.querySelector("button[value=copy]") || cell.form.querySelector("button[value=fill]"),
  s: (cell) => cell.closest("section").querySelector("button[value^=week-]"),
  z: (cell) => cell.form.querySelector("button[value=undo]"),
};
function asPlanned(cell) {
  if (!cell.placeholder.trim()) return;
  cell.value = cell.placeholder.trim();
  cell.select();
  cell.dispatchEvent(new Event("input", { bubbles: true }));
  cell.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  const from = event.target;
  if (!from.matches?.(".hrs") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const letter = event.key.toLowerCase();
  const isWhole = from.selectionStart === 0 && from.selectionEnd === from.value.length;
  if (isWhole && !from.readOnly && (letter === "p" || letter in GESTURES)) {
    event.preventDefault();
    if (letter === "p") return asPlanned(from);
    byLetter = from;
    return GESTURES[letter](from)?.click();
  }
  const to = beside(from, event.key);
  // Enter must not send the form by surprise.
  if (to || event.key === "Enter") event.preventDefault();
  to?.focus();
  to?.select();
});

// A timesheet that did not exist when the page was made had another name: "m-a7-2026-11-03", now "m-12-2026-11-03".
function nameNow(name) {
  for (const seal of document.querySelectorAll("#sceaux [data-alias]")) {
    const [now, before] = [seal.name.slice(3), seal.dataset.alias];
    if (now !== before) name = name.replace(`-${before}-`, `-${now}-`).replace(new RegExp(`^vu-${before}$`), seal.name);
  }
  return name;
}

// Saving by itself may have made the timesheet: the fields stay on the page, and take its name.
function rename() {
  for (const field of document.getElementById("saisie")?.elements || []) {
    const now = nameNow(field.name || "");
    if (now === field.name || field.name.startsWith("vu-")) continue;
    for (const label of field.labels || []) label.htmlFor = now;
    if (field.id === field.name) field.id = now;
    field.name = now;
  }
}

// What the server finds wrong is marked in its cell, also when only the sum was swapped.
function markFaults() {
  for (const cell of document.querySelectorAll("#saisie [aria-invalid]")) cell.removeAttribute("aria-invalid");
  for (const fault of document.querySelectorAll("#fautes li[id]"))
    document.getElementById(nameNow(fault.id.slice("faute-".length)))?.setAttribute("aria-invalid", "true");
}

// After a swap the focus is where it was: in the same cell, on the same button, on the heading of another day.
let heldId = "";
let heldValue = "";
let byLetter = null;
document.addEventListener("htmx:beforeSwap", () => {
  heldId = document.activeElement?.id || "";
  heldValue = document.activeElement?.matches("button[name=do]") ? document.activeElement.value : "";
});
document.addEventListener(
  "htmx:afterSettle",
  () => {
    rename();
    markFaults();
    if (document.activeElement === document.body && !document.querySelector("main [data-focus]")) {
      const button = heldValue && document.querySelector(`button[name=do][value="${heldValue}"]`);
      const heading = heldValue.startsWith("go-") && document.querySelector("h1");
      if (heading) heading.tabIndex = -1;
      const last = heldValue ? document.querySelector(".sumbar button") : null;
      const to = (heldId && document.getElementById(nameNow(heldId))) || heading || button || last;
      to?.focus();
    }
    // Ready for the next letter; but nobody who is typing is disturbed.
    if (byLetter && !byLetter.isConnected && document.activeElement.matches(".hrs")) document.activeElement.select();
    if (!byLetter?.isConnected) byLetter = null;
  },
  true,
);

// A thumb writes hours with the digits and the comma.
if (matchMedia("(pointer: coarse)").matches)
  document.addEventListener("focusin", (event) => event.target.matches(".hrs") && (event.target.inputMode = "decimal"));
