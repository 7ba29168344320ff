// The page of a month or of a day: what happens to its form of hours, in order, each part called from here.
import { handleFailure } from "./connection.js";
import { beforeFocus } from "./focus.js";
import { holdFocus, markFaults, normalise, restoreFocus, unfold, useDigits, writePlanned } from "./hours/cells.js";
import * as draft from "./hours/draft.js";
import { rename } from "./hours/names.js";
import "./hours/presses.js";
import { arrived, attempt, ended, forgetTrouble, lost, refused, save, tellResumed } from "./hours/saving.js";
import { paintStatus } from "./hours/status.js";
import "./hours/swipe.js";

let isRefused = false; // whether the last answer shows what was typed, not what is saved

function abandon() {
  draft.drop();
  location.reload();
}

// Take up the form that is on the page; values that nobody has saved yet go back into it. Returns whether they are to
// be sent.
function takeUp() {
  const found = document.getElementById("saisie");
  if (!found?.dataset.draft || found === draft.form) return false;
  const isSame = found.dataset.draft === draft.form?.dataset.draft;
  draft.useForm(found);
  useDigits(found);
  if (isSame) paintStatus();
  else forgetTrouble();
  if (!isSame || !isRefused) draft.learnAll();
  const kept = draft.read();
  if (!kept) return false;
  const unsaved = draft.putBack(kept);
  unfold(draft.unsent());
  const isUnsent = draft.unsent().length > 0;
  if (!isSame && (isUnsent || unsaved.length)) tellResumed(unsaved, abandon);
  if (!isUnsent && !unsaved.length) draft.drop();
  // What was just refused waits for its author.
  return isUnsent && !isRefused;
}

// At once; but sending is htmx's, which says on the body when it knows the page.
const isToSend = takeUp();
document.addEventListener("htmx:load", (event) => {
  if (event.target === document.body && isToSend) save();
});

document.addEventListener("input", (event) => keep(event.target));
document.addEventListener("change", (event) => {
  normalise(event.target);
  keep(event.target);
});
function keep(field) {
  if (draft.form && draft.isKept(field)) draft.keep();
}

const isOurs = (event) => Boolean(draft.form && event.detail.requestConfig?.elt.closest("#saisie"));
document.addEventListener("htmx:beforeRequest", (event) => {
  // Nothing to save by itself: what made the page ask was saved by a button meanwhile.
  if (isOurs(event) && event.detail.elt !== draft.form && !draft.unsent().length) event.preventDefault();
});

// htmx sees which button was pressed in a form, not which beside it (form="saisie").
document.addEventListener("htmx:configRequest", ({ detail }) => {
  const pressed = detail.triggeringEvent?.submitter;
  if (detail.elt === draft.form && pressed?.name) detail.formData.set(pressed.name, pressed.value);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  holdFocus();
  if (isOurs(event)) answered(event.detail);
});
function answered(detail) {
  const { xhr, requestConfig } = detail;
  if (xhr.responseURL.includes(draft.form.dataset.login.split("?")[0])) {
    detail.shouldSwap = false;
    return ended();
  }
  if (xhr.status >= 400 && xhr.status !== 422) return;
  isRefused = xhr.status === 422;
  if (!isRefused) {
    // The answer to a contest goes with the timesheet, not with a draft.
    const isHandedOver = /^(submit|complete)/.test(requestConfig.formData.get("do"));
    draft.learn([...requestConfig.formData].filter(([name]) => name !== "note" || isHandedOver));
    draft.keep();
  }
  arrived(!isRefused);
}

beforeFocus(() => {
  const isToSendAgain = takeUp();
  rename(document.getElementById("saisie"));
  if (draft.form) draft.renameKnown();
  markFaults();
  restoreFocus();
  if (isToSendAgain) save();
});

handleFailure((event) => {
  const status = event.detail.xhr?.status || 0;
  if (!isOurs(event) || (status >= 400 && status < 500 && status !== 403)) return false;
  const { submitter } = event.detail.requestConfig.triggeringEvent || {};
  if (status === 403) refused(submitter);
  else {
    writePlanned(submitter);
    lost(status ? "Le serveur ne répond pas." : "Hors connexion.", submitter);
  }
  return true;
});
addEventListener("online", attempt);
addEventListener("offline", () => draft.form && lost("Hors connexion."));
