// Requests of the page: the button that was pressed is busy meanwhile, and a failure is told. What was typed stays on
// the page, and the same request can be sent again.
import { renew } from "./session.js";
import { showToast } from "./toasts.js";

const FAILURES = {
  "htmx:sendError": "Connexion perdue. Votre saisie est gardée ici.",
  "htmx:timeout": "Le serveur tarde. Votre saisie est gardée ici.",
  "htmx:responseError": "La demande a échoué. Votre saisie est gardée ici.",
};
const handlers = [];

// A page that knows more of its own requests gives a function of the event, which returns whether it dealt with it.
export const handleFailure = (handler) => handlers.push(handler);

function offerAgain(event, text) {
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Réessayer";
  const toast = showToast(text, "danger", again);
  again.addEventListener("click", () => {
    toast.remove();
    const { verb, path } = event.detail.requestConfig;
    window.htmx.ajax(verb, path, { source: event.detail.elt });
  });
}

// Refused, perhaps because the session was opened anew in another tab: sent again once, with the token of now.
const sentAgain = new WeakSet();
async function sendRenewed(event, text) {
  const { elt, requestConfig } = event.detail;
  if (sentAgain.has(elt) || (await renew()) !== "same") return offerAgain(event, text);
  sentAgain.add(elt);
  const { submitter } = requestConfig.triggeringEvent || {};
  if (submitter?.form && submitter.isConnected) submitter.form.requestSubmit(submitter);
  else window.htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt });
}

for (const [name, text] of Object.entries(FAILURES)) {
  document.addEventListener(name, (event) => {
    if (handlers.some((handler) => handler(event))) return;
    if (event.detail.xhr?.status === 403) sendRenewed(event, text);
    else offerAgain(event, text);
  });
}

function markBusy(event, isBusy) {
  const pressed = event.detail.requestConfig?.triggeringEvent?.submitter;
  if (isBusy) pressed?.setAttribute("aria-busy", "true");
  else pressed?.removeAttribute("aria-busy");
}
document.addEventListener("htmx:beforeRequest", (event) => markBusy(event, true));
document.addEventListener("htmx:afterRequest", (event) => {
  markBusy(event, false);
  if (event.detail.successful) sentAgain.delete(event.detail.elt);
});

const NO_PASSKEY = "La clé d’accès n’a pas répondu. Réessayez, ou choisissez un autre moyen.";
document.addEventListener("allauth.error", () => showToast(NO_PASSKEY, "danger"));
