// On the page of a day a finger leads to the day beside: swiped, it presses the button or link of that day.
const FAR = 60; // pixels along the line, and at most half as many across it
const EDGE = 24; // from there the browser itself goes back and forth
const OWN = "input, select, textarea, dialog, .near, .scroll"; // what takes the finger for itself

let begun = null;

document.addEventListener(
  "touchstart",
  ({ touches, target }) => {
    const [finger] = touches;
    const isInside = finger.clientX > EDGE && finger.clientX < innerWidth - EDGE;
    const isOurs = touches.length === 1 && isInside && target.closest("#jour") && !target.closest(OWN);
    begun = isOurs ? [finger.clientX, finger.clientY] : null;
  },
  { passive: true },
);
document.addEventListener("touchcancel", () => (begun = null));
document.addEventListener("touchend", ({ changedTouches: [finger] }) => {
  if (!begun) return;
  const [along, across] = [finger.clientX - begun[0], finger.clientY - begun[1]];
  begun = null;
  if (Math.abs(along) < FAR || Math.abs(across) > Math.abs(along) / 2) return;
  const here = document.querySelector(".near [aria-current]");
  (along < 0 ? here?.nextElementSibling : here?.previousElementSibling)?.click();
});
