// A plain form under way: the button that was pressed is busy, and pressing again sends nothing. Without this script a
// form that arrives twice is recorded once all the same, by its key; so after a while it may be sent again.
const PATIENCE = 20_000;
const underWay = new Map();

function free(form) {
  underWay.get(form)?.removeAttribute("aria-busy");
  underWay.delete(form);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  // What htmx sends it stops here, and marks by itself (connection.js). A field may be called method: asked by name.
  if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
  if (underWay.has(form)) return event.preventDefault();
  underWay.set(form, event.submitter);
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(free, PATIENCE, form);
});
// The button Back shows a page as it was left.
addEventListener("pageshow", () => [...underWay.keys()].forEach(free));
