// Where the focus goes when a page opens and after a swap. What a page does with swapped content is handed over to this
// module, which does it before or after the focus is placed.
const before = [];
const after = [];

// Both take a function of the event, htmx:afterSettle.
export const beforeFocus = (step) => before.push(step);
export const afterFocus = (step) => after.push(step);

// The first error, else what the answer points at, else its first action, else its heading.
function placeFocus(event) {
  const swapped = event.detail.elt;
  // A poll swaps too: only what somebody did may move the focus, and only when it was lost.
  const asked = ["click", "submit", "change"].includes(event.detail.requestConfig?.triggeringEvent?.type);
  if (!asked || (document.activeElement && document.activeElement !== document.body)) return;
  const target =
    swapped.querySelector("[data-focus]") ||
    swapped.querySelector("button:not([data-dismiss]), a.btn") ||
    swapped.querySelector("h2, h3");
  if (!target) return;
  if (target.matches("h2, h3")) target.tabIndex = -1;
  target.focus({ preventScroll: false });
}

document.addEventListener("htmx:afterSettle", (event) => {
  for (const step of [...before, placeFocus, ...after]) step(event);
});
document.querySelector("main [data-focus]")?.focus();
