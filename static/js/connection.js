// Requests of the page: the button that was pressed is busy meanwhile, and a failure is told. What was typed stays on
// the page, and the same request can be sent again.
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

for (const [name, text] of Object.entries(FAILURES)) {
  document.addEventListener(name, (event) => {
    if (!handlers.some((handler) => handler(event))) offerAgain(event, text);
  });
}

function markBusy(event, isBusy) {
  const pressed = event.detail.requestConfig?.triggeringEvent?.submitter;
  if (isBusy) pressed?.setAttribute("aria-busy", "true");
  else pressed?.removeAttribute("aria-busy");
}
document.addEventListener("htmx:beforeRequest", (event) => markBusy(event, true));
document.addEventListener("htmx:afterRequest", (event) => markBusy(event, false));

const NO_PASSKEY = "La clé d’accès n’a pas répondu. Réessayez, ou choisissez un autre moyen.";
document.addEventListener("allauth.error", () => showToast(NO_PASSKEY, "danger"));
