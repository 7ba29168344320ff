// The script of every page, which works without it too.
import "./connection.js";
import "./dialogs.js";
import "./fields.js";
import "./focus.js";
import "./session.js";
import "./theme.js";
import "./toasts.js";
import { forgetDrafts } from "./storage.js";

// The list of months begins with the one that is shown.
document.querySelector(".months [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// Hours kept in this browser are their author's: gone when another person logs in, and at logout.
const { person } = document.documentElement.dataset;
if (person) forgetDrafts({ except: person });
document.addEventListener("submit", (event) => {
  if (event.target.matches("[action$='/logout/']")) forgetDrafts();
});
