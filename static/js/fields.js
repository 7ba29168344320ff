// Buttons beside a field: data-copy copies what the field of that id holds, data-reveal shows the password in it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy], [data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy || button.dataset.reveal);
  if (button.dataset.copy) copy(field, button);
  else show(field, button, field.type === "password");
});

async function copy(field, button) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Where the browser gives no clipboard, over plain HTTP or when it is refused, the text is selected.
    return tell(button, "Sélectionnée : copiez-la avec Ctrl + C.");
  }
  tell(button, "Copiée.");
}
function tell(button, words) {
  button.parentElement.querySelector("[role=status]").textContent = words;
}

function show(field, button, isShown) {
  field.type = isShown ? "text" : "password";
  button.setAttribute("aria-pressed", isShown);
}
// Sent as a password, so that the browser offers to keep it and writes it nowhere else.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-reveal][aria-pressed=true]")) {
    show(document.getElementById(button.dataset.reveal), button, false);
  }
});
