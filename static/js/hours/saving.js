// Hours save themselves; here is what happens when they cannot: the sum bar says so, and they are sent once they can.
import { form, unsent } from "./draft.js";
import { makeButton, makeLink, showStatus } from "./status.js";
import { renew } from "../session.js";

const FIRST_PAUSE = 10000; // milliseconds until the next attempt; then twice as long each time
const LONGEST_PAUSE = 300000;

let trouble = ""; // "lost" or "ended"
let resumed = null; // says that values of an earlier visit were put back, while they are not saved
let failed = null; // the button whose request was lost
let pause = FIRST_PAUSE;
let timer = 0;
let isRenewed = false; // whether the token was taken anew since the last answer

// Sending goes the page's own way of saving itself, which queues behind what is under way.
export const save = () => form.dispatchEvent(new Event("change", { bubbles: true }));

export function attempt() {
  clearTimeout(timer);
  if (trouble !== "lost") return;
  pause = Math.min(pause * 2, LONGEST_PAUSE);
  timer = setTimeout(attempt, pause);
  if (unsent().length) save();
  else if (navigator.onLine) arrived(false);
}

function again() {
  if (failed?.isConnected) form.requestSubmit(failed);
  else save();
}

// The connection is lost, or the server does not answer.
export function lost(text, submitter) {
  trouble = "lost";
  failed = submitter || failed;
  showStatus(`${text} Votre saisie est gardée ici.`, makeButton("Réessayer", again));
  clearTimeout(timer);
  timer = setTimeout(attempt, pause);
}

// The server refused the form: the session has ended, or was opened anew in another tab, and then it is sent again.
export const refused = async (submitter) => {
  if (isRenewed) return ended();
  isRenewed = true;
  const state = await renew();
  if (state === "lost") return lost("Hors connexion.", submitter);
  if (state !== "same") return ended();
  trouble = "lost";
  failed = submitter || failed;
  showStatus("Vous vous êtes reconnecté dans un autre onglet. Votre saisie est gardée, elle part de nouveau.");
  again();
};

// The session has ended.
export function ended() {
  trouble = "ended";
  const link = makeLink("Se reconnecter", form.dataset.login);
  showStatus("Votre session a pris fin. Reconnectez-vous : votre saisie est gardée.", link);
}

// The server has answered, and has saved what was sent or not.
export function arrived(isSaved) {
  clearTimeout(timer);
  if (!resumed) showStatus(isSaved && trouble === "lost" ? "Envoyé." : "");
  else if (isSaved) showStatus("Une saisie gardée sur cet appareil a été reprise et envoyée.");
  else resumed();
  if (isSaved) resumed = null;
  [trouble, pause, failed, isRenewed] = ["", FIRST_PAUSE, null, false];
}

// Another page of hours begins without any of this.
export function forgetTrouble() {
  [trouble, resumed] = ["", null];
  showStatus("");
}

// Values of an earlier visit were put back, but for those that are refused now ("03/11 : 6").
export function tellResumed(refused, drop) {
  const rest = refused.length ? ` Ne se modifie plus : ${refused.join(", ")}.` : "";
  resumed = () =>
    showStatus(`Une saisie gardée sur cet appareil a été reprise.${rest}`, makeButton("L’abandonner", drop));
  resumed();
}
