// The house's own script: theme, dialogs, toasts, focus, connection. Every page works without it.
const root = document.documentElement;
const toasts = () => document.getElementById("toasts");

// Theme: the same cookie as the server's, so the next page is drawn right at once.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-toggle]")) return;
  event.preventDefault();
  const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  const next = now === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
});

// Dialogs: data-open names one, data-what fills its slot, data-action says where its form goes.
document.addEventListener("click", (event) => {
  const hit = event.target.closest("[data-open], [data-close], [data-dismiss], [aria-disabled=true]");
  if (!hit) return;
  if (hit.getAttribute("aria-disabled") === "true") return event.preventDefault();
  if ("close" in hit.dataset) return hit.closest("dialog").close();
  if ("dismiss" in hit.dataset) return hit.closest(".toast").remove();
  const dialog = document.getElementById(hit.dataset.open);
  if (!dialog) return;
  event.preventDefault();
  const slot = dialog.querySelector("[data-slot]");
  if (slot && hit.dataset.what) slot.textContent = hit.dataset.what;
  if (hit.dataset.action) dialog.querySelector("form").setAttribute("action", hit.dataset.action);
  dialog.showModal();
});

// Toasts: news leave after a while unless somebody is reading them; errors stay.
function leaveLater(toast) {
  if (["error", "danger"].includes(toast.dataset.tone)) return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, 8000);
}
function toast(text, tone, button) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.tone = tone;
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words, ...(button ? [button] : []));
  toasts().append(box);
  return box;
}
document.querySelector(".months [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
const region = toasts();
if (region) {
  region.querySelectorAll(".toast").forEach(leaveLater);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) leaveLater(node);
  }).observe(region, { childList: true });
}

// After a swap: the first error, else what the answer points at, else its first action, else its heading.
document.addEventListener("htmx:afterSettle", (event) => {
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
});
document.querySelector("main [data-focus]")?.focus();

// While the server works, the button that was pressed says so.
for (const [moment, busy] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
  document.addEventListener(moment, (event) => {
    const pressed = event.detail.requestConfig?.triggeringEvent?.submitter;
    if (busy) pressed?.setAttribute("aria-busy", "true");
    else pressed?.removeAttribute("aria-busy");
  });
}

// Connection: what was typed stays on the page; the same request can be sent again.
function troubled(event, text) {
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Réessayer";
  const box = toast(text, "danger", again);
  again.addEventListener("click", () => {
    box.remove();
    const { verb, path } = event.detail.requestConfig;
    window.htmx.ajax(verb, path, { source: event.detail.elt });
  });
}
document.addEventListener("htmx:sendError", (event) => troubled(event, "Connexion perdue. Votre saisie est gardée ici."));
document.addEventListener("htmx:timeout", (event) => troubled(event, "Le serveur tarde. Votre saisie est gardée ici."));
document.addEventListener("htmx:responseError", (event) =>
  troubled(event, "La demande a échoué. Votre saisie est gardée ici."));
document.addEventListener("allauth.error", () => toast("La clé d’accès n’a pas répondu. Réessayez, ou choisissez un autre moyen.", "danger"));

// Hours kept in this browser until they are saved (entry.js) are their author's: gone with another person, and at logout.
function forget(but) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith("saisie:") && !(but && key.startsWith(but))) localStorage.removeItem(key);
    }
  } catch {
    // Without storage nothing was kept.
  }
}
if (root.dataset.person) forget(`saisie:${root.dataset.person}:`);
document.addEventListener("submit", (event) => event.target.matches("[action$='/logout/']") && forget());
