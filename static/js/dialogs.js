// Dialogs: data-open names one, data-what fills its slot, data-action says where its form goes; data-close closes it.
// A button with aria-disabled does nothing.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-open], [data-close], [aria-disabled=true]");
  if (!button) return;
  if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
  if ("close" in button.dataset) return button.closest("dialog").close();
  const dialog = document.getElementById(button.dataset.open);
  if (!dialog) return;
  event.preventDefault();
  const slot = dialog.querySelector("[data-slot]");
  if (slot && button.dataset.what) slot.textContent = button.dataset.what;
  if (button.dataset.action) dialog.querySelector("form").setAttribute("action", button.dataset.action);
  dialog.showModal();
});
