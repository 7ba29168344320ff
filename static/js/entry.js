// Hours save themselves; this says in the sum bar when they could not, and sends them once they can. With draft.js.
const AGAIN = 10000; // milliseconds until the next attempt; then twice as long each time, five minutes at most

let trouble = ""; // "lost" or "ended"
let resumed = null; // says that values of an earlier visit were put back, while they are not saved
let isRefused = false; // whether the last answer shows what was typed, not what is saved
let failed = null; // the button whose request was lost
let pause = AGAIN;
let timer = 0;
let told = [];

// The sum bar says how it stands, with one gesture at most.
function paint() {
  document.getElementById("etat")?.replaceChildren(...told);
}
function tell(text, control) {
  const words = document.createElement("span");
  words.textContent = text;
  told = text ? [words, ...(control ? [control] : [])] : [];
  paint();
}
function gesture(text, deed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn is-sm";
  made.textContent = text;
  made.addEventListener("click", deed);
  return made;
}

// Sending goes the page's own way of saving itself, which queues behind what is under way.
const save = () => entry.dispatchEvent(new Event("change", { bubbles: true }));
function attempt() {
  clearTimeout(timer);
  if (trouble !== "lost") return;
  pause = Math.min(pause * 2, 300000);
  timer = setTimeout(attempt, pause);
  if (unsent().length) save();
  else if (navigator.onLine) arrived(false);
}
function again() {
  if (failed?.isConnected) entry.requestSubmit(failed);
  else save();
}
function lost(text, submitter) {
  trouble = "lost";
  failed = submitter || failed;
  tell(`${text} Votre saisie est gardée ici.`, gesture("Réessayer", again));
  clearTimeout(timer);
  timer = setTimeout(attempt, pause);
}
function ended() {
  trouble = "ended";
  const link = document.createElement("a");
  link.href = entry.dataset.login;
  link.textContent = "Se reconnecter";
  tell("Votre session a pris fin. Reconnectez-vous : votre saisie est gardée.", link);
}
function arrived(isSaved) {
  clearTimeout(timer);
  if (!resumed) tell(isSaved && trouble === "lost" ? "Envoyé." : "");
  else if (isSaved) tell("Une saisie gardée sur cet appareil a été reprise et envoyée.");
  else resumed();
  if (isSaved) resumed = null;
  [trouble, pause, failed] = ["", AGAIN, null];
}

// The form, on the page and after every swap of it; values that nobody has saved yet go back into it.
function begin() {
  const found = document.getElementById("saisie");
  if (!found?.dataset.draft || found === entry) return;
  const isSame = found.dataset.draft === entry?.dataset.draft;
  entry = found;
  if (!isSame) [told, resumed, trouble] = [[], null, ""];
  if (!isSame || !isRefused) learn();
  const draft = stored();
  const refused = draft ? putBack(draft) : [];
  if (draft && !isSame && (unsent().length || refused.length)) {
    const rest = refused.length ? ` Ne se modifie plus : ${refused.join(", ")}.` : "";
    const drop = () => (store(null), location.reload());
    resumed = () => tell(`Une saisie gardée sur cet appareil a été reprise.${rest}`, gesture("L’abandonner", drop));
    resumed();
  } else paint();
  if (draft && unsent().length) save();
  else if (draft && !refused.length) store(null);
}
// Once htmx, whose listener is older, knows the page.
document.addEventListener("DOMContentLoaded", begin);
document.addEventListener("htmx:afterSwap", begin);
// After cells.js gave the fields the names of a timesheet that was made by the save.
document.addEventListener("htmx:afterSettle", () => entry && relearn());

for (const moment of ["input", "change"]) {
  document.addEventListener(moment, (event) => {
    if (entry && cells().includes(event.target)) keep();
  });
}

const isOurs = (event) => Boolean(entry && event.detail.requestConfig?.elt.closest("#saisie"));
document.addEventListener("htmx:beforeRequest", (event) => {
  // Nothing to save by itself: what made the page ask was saved by a button meanwhile.
  if (isOurs(event) && event.detail.elt !== entry && !unsent().length) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!isOurs(event)) return;
  const { xhr, requestConfig } = event.detail;
  if (xhr.responseURL.includes(entry.dataset.login.split("?")[0])) {
    event.detail.shouldSwap = false;
    return ended();
  }
  if (xhr.status >= 400 && xhr.status !== 422) return;
  isRefused = xhr.status === 422;
  if (!isRefused) {
    // The answer to a contest goes with the timesheet, not with a draft.
    const isHandedOver = String(requestConfig.formData.get("do")).startsWith("submit");
    for (const [name, value] of requestConfig.formData) if (name !== "note" || isHandedOver) known.set(name, value);
    keep();
  }
  arrived(!isRefused);
});
for (const moment of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  // Before the page's own script hears of it and says the same in a toast.
  const hear = (event) => {
    const status = event.detail.xhr?.status || 0;
    if (!isOurs(event) || (status >= 400 && status < 500 && status !== 403)) return;
    event.stopPropagation();
    if (status === 403) return ended();
    const { submitter } = event.detail.requestConfig.triggeringEvent || {};
    lost(status ? "Le serveur ne répond pas." : "Hors connexion.", submitter);
  };
  document.addEventListener(moment, hear, true);
}
addEventListener("online", attempt);
addEventListener("offline", () => entry && lost("Hors connexion."));
