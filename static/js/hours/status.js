// The sum bar says how saving stands, in one sentence with one button or link at most.
let shown = [];

// Once more, after a swap of the bar.
export const paintStatus = () => document.getElementById("etat")?.replaceChildren(...shown);

export function showStatus(text, control) {
  const words = document.createElement("span");
  words.textContent = text;
  shown = text ? [words, ...(control ? [control] : [])] : [];
  paintStatus();
}

export function makeButton(text, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn is-sm";
  button.textContent = text;
  button.addEventListener("click", onClick);
  return button;
}

export function makeLink(text, address) {
  const link = document.createElement("a");
  link.href = address;
  link.textContent = text;
  return link;
}
