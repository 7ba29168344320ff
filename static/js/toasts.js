// Toasts: messages in the corner of the page. They leave after a while unless somebody is reading them; errors stay.
const region = document.getElementById("toasts");

function leaveLater(toast) {
  if (["error", "danger"].includes(toast.dataset.tone)) return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove());
  setTimeout(leave, 8000);
}

// Show a text, with a button if one is given; returns the toast.
export function showToast(text, tone, button) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.tone = tone;
  const words = document.createElement("span");
  words.textContent = text;
  toast.append(words, ...(button ? [button] : []));
  document.getElementById("toasts").append(toast);
  return toast;
}

if (region) {
  region.querySelectorAll(".toast").forEach(leaveLater);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) leaveLater(node);
  }).observe(region, { childList: true });
}
document.addEventListener("click", (event) => event.target.closest("[data-dismiss]")?.closest(".toast").remove());
