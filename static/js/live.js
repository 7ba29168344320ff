// The coordinator’s month keeps itself up to date: it asks every so often, and is answered nothing when nothing has
// changed. It waits while somebody is typing, choosing or deciding, so that nothing moves under their hands.
const PAUSE = 20000; // milliseconds

function isBusy() {
  const month = document.getElementById("month");
  const held = document.activeElement;
  return (
    document.visibilityState !== "visible" ||
    document.querySelector("dialog[open], details[open]") ||
    (month?.contains(held) && held.matches("input, select, textarea"))
  );
}

function ask() {
  const live = document.getElementById("live");
  if (live && !isBusy()) window.htmx.trigger(live, "refresh");
}

setInterval(ask, PAUSE);
document.addEventListener("visibilitychange", ask);
