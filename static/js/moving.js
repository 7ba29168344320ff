// A planned day moves to another day of its row: dragged, or taken with the space bar, led by the arrows and put down
// with Enter. What the law and the notice say to each day is asked when it is taken, and told before it is put down;
// putting it down opens the form that moves it.
let held = null; // slot, cells of its row, the one aimed at, what is known of each day once it is asked

const READING = 5000; // milliseconds that the last word stays

const movable = (target) => target.closest?.(".cal [data-placed]");

function say(sentence, { isLast = false } = {}) {
  const status = document.getElementById("move-status");
  status.textContent = sentence;
  if (isLast) setTimeout(() => !held && status.textContent === sentence && status.replaceChildren(), READING);
}

function take(slot) {
  const cells = [...slot.closest("tr").querySelectorAll("[data-day]")];
  const from = slot.closest("[data-day]");
  const asked = slot.closest("table").dataset.check.replace("/0/", `/${slot.dataset.placed}/`);
  const taken = { slot, cells, from, aimed: from, checks: null };
  release();
  held = taken;
  slot.classList.add("is-held");
  taken.ready = fetch(`${asked}?jour=${from.dataset.day}`, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((checks) => {
      taken.checks = checks;
      if (held === taken && taken.aimed !== from) tell();
    })
    .catch(() => {
      if (held !== taken) return;
      release();
      say("Ce jour ne se déplace pas maintenant : la vérification n’a pas abouti. Réessayez.", { isLast: true });
    });
}

function release() {
  if (!held) return;
  held.slot.classList.remove("is-held");
  for (const cell of held.cells) {
    cell.classList.remove("is-aimed");
    delete cell.dataset.move;
  }
  held = null;
}

function aim(cell) {
  held.aimed.classList.remove("is-aimed");
  held.aimed = cell;
  if (cell !== held.from) cell.classList.add("is-aimed");
  tell();
}

function tell() {
  if (held.aimed === held.from) return say("Jour d’origine.");
  const check = held.checks?.[held.aimed.dataset.day];
  if (!check) return say("Vérification en cours.");
  held.aimed.dataset.move = check.tone;
  say(check.sentence);
}

function cancel() {
  release();
  say("Rien n’est déplacé.", { isLast: true });
}

// Only what was checked is put down, and never where it is refused.
async function drop() {
  const taken = held;
  if (taken.aimed === taken.from) return cancel();
  await taken.ready;
  if (held !== taken) return;
  const day = taken.aimed.dataset.day;
  if (taken.checks[day].refused) return tell();
  release();
  const { slot } = taken;
  const path = `${slot.getAttribute("hx-get")}&mission=${slot.dataset.placed}&vers=${day}`;
  await window.htmx.ajax("GET", path, { source: slot, target: "#planning", swap: "outerHTML" });
  document.querySelector("#planning [data-focus]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (!held) {
    const slot = event.key === " " && movable(event.target);
    if (!slot) return;
    event.preventDefault();
    take(slot);
    return say("Journée prise. Flèches pour choisir un jour, Entrée pour la poser, Échap pour la laisser.");
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (step) {
    const next = held.cells[held.cells.indexOf(held.aimed) + step];
    if (next) aim(next);
  } else if (event.key === "Enter" || event.key === " ") drop();
  else if (event.key === "Escape") cancel();
  else return;
  event.preventDefault();
});

// Who goes elsewhere has let go of it.
document.addEventListener("focusout", (event) => {
  if (held && event.target === held.slot) cancel();
});

document.addEventListener("dragstart", (event) => {
  const slot = movable(event.target);
  if (!slot) return;
  event.dataTransfer.effectAllowed = "move";
  take(slot);
});
document.addEventListener("dragover", (event) => {
  const cell = held && event.target.closest?.("[data-day]");
  if (!cell || !held.cells.includes(cell)) return;
  if (cell !== held.aimed) aim(cell);
  if (!held.checks?.[cell.dataset.day]?.refused) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const cell = held && event.target.closest?.("[data-day]");
  if (!cell || !held.cells.includes(cell)) return;
  event.preventDefault();
  drop();
});
// A drop has let go of it already, or waits for what is asked.
document.addEventListener("dragend", (event) => {
  if (held && event.dataTransfer.dropEffect === "none") cancel();
});
