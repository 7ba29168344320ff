// The page saves itself while somebody presses a button: what arrives then (a way back, a fault) moves the button away
// between finger down and finger up, and browsers see no click on it. The press counts where it began.
const SLIP = 10; // pixels that a finger may tremble
const AFTER = 80; // milliseconds in which the browser clicks at the place, on what stands there by now

let held = null;

document.addEventListener("pointerdown", ({ target, clientX, clientY, isPrimary }) => {
  const button = isPrimary && target.closest?.("button[name=do]");
  held = button ? { button, at: [clientX, clientY] } : null;
});
document.addEventListener("pointercancel", () => (held = null));
document.addEventListener("pointerup", ({ clientX, clientY }) => {
  const pressed = held;
  held = null;
  if (!pressed || Math.hypot(clientX - pressed.at[0], clientY - pressed.at[1]) > SLIP) return;
  const { button } = pressed;
  if (button.contains(document.elementFromPoint(clientX, clientY))) return;
  const same = [...document.querySelectorAll("button[name=do]")].filter(({ value }) => value === button.value);
  const still = button.isConnected ? button : same.at(-1);
  const wrong = document.elementFromPoint(clientX, clientY)?.closest("button, a");
  if (wrong) {
    wrong.inert = true;
    setTimeout(() => (wrong.inert = false), AFTER);
  }
  still?.click();
});
