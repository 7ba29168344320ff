// The script of every page, which works without it too.
import "./connection.js";
import "./dialogs.js";
import "./fields.js";
import { afterFocus } from "./focus.js";
import "./session.js";
import "./theme.js";
import "./toasts.js";
// Last: what another script sends by itself it has stopped by then.
import "./sending.js";
import { forgetDrafts } from "./storage.js";

// In the list of months and among tabs the one that is shown is in sight, also after a swap; the page does not move.
function showCurrent() {
  for (const shown of document.querySelectorAll(":is(.months, .tabs) [aria-current]")) {
    const list = shown.closest(".months, .tabs");
    const [inner, outer] = [shown.getBoundingClientRect(), list.getBoundingClientRect()];
    list.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
}
showCurrent();
afterFocus(showCurrent);

// Hours kept in this browser are their author's: gone when another person logs in, and at logout.
const { person } = document.documentElement.dataset;
if (person) forgetDrafts({ except: person });
document.addEventListener("submit", (event) => {
  if (event.target.matches("[action$='/logout/']")) forgetDrafts();
});
