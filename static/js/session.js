// One session in several tabs. Who logs in anew in one of them changes the token that the forms of the others carry:
// they are told, and send the new one. A page that was not told asks for it when a form of its own is refused.
import { showToast } from "./toasts.js";

// On the pages of the site and of the administration.
const personOn = (page) =>
  page.documentElement.dataset.person || page.querySelector("meta[name=person]")?.content;
const person = personOn(document);
const channel = person && "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
const tokens = (root) => [...root.querySelectorAll("input[name=csrfmiddlewaretoken]")];

function useToken(token) {
  if (token) { for (const field of tokens(document)) field.value = token; }
}

// Take the token of now. Returns whose session it is: "same", "other", "ended", or "lost" without an answer.
export const renew = async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = personOn(page);
    if (now !== person) return now ? "other" : "ended";
    useToken(tokens(page)[0]?.value);
    return "same";
  } catch {
    return "lost";
  }
};

const OTHER =
  "Une autre personne s’est connectée dans ce navigateur. Rien de cette page n’est plus enregistré.";
let isTold = false;
channel?.addEventListener("message", ({ data }) => {
  if (data.person === person) useToken(data.token);
  else if (!isTold) {
    isTold = true;
    showToast(OTHER, "danger");
  }
});
channel?.postMessage({ person, token: tokens(document)[0]?.value });

// The button Back shows a page as it was left, with its old token. Some browsers do so whatever the page asks for: who
// has logged out meanwhile, or is somebody else, finds it hidden, and the login in its place.
addEventListener("pageshow", async (event) => {
  if (!person) return;
  const isKept = event.persisted || performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  if (!isKept) return;
  const whose = await renew();
  if (whose !== "ended" && whose !== "other") return;
  document.body.hidden = true;
  location.reload();
});
