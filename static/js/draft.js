// What is typed is kept in this browser until the server has it, and put back on the next visit of the page.
// A draft is {values, seals}: the cells that were not saved, and what their author had seen of the days around them.
const DAILY = /^[a-z][\dt]?-(a?\d+|g)-(\d{4}-\d\d-\d\d)$/;

let entry = null; // the form
let known = new Map(); // what the server has, by name

// Only cells are kept, and the answer to a contest: no choice between two values, nothing of the frame.
const cells = () => [...entry.elements].filter((field) => DAILY.test(field.name) || field.name === "note");
const unsent = () => cells().filter((field) => field.value !== (known.get(field.name) ?? ""));
const seals = () => [...entry.querySelectorAll("#sceaux input")];
const pairs = (fields) => fields.map((field) => [field.name, field.value]);
const learn = () => (known = new Map(pairs(cells())));
const relearn = () => (known = new Map([...known].map(([name, value]) => [nameNow(name), value])));

// Without storage, or when it is full, the page itself still holds what was typed.
function store(draft) {
  try {
    if (draft) localStorage.setItem(`saisie:${entry.dataset.draft}`, JSON.stringify(draft));
    else localStorage.removeItem(`saisie:${entry.dataset.draft}`);
  } catch {}
}
function stored() {
  try {
    return JSON.parse(localStorage.getItem(`saisie:${entry.dataset.draft}`));
  } catch {
    return null;
  }
}
function keep() {
  const fields = unsent();
  store(fields.length ? { values: Object.fromEntries(pairs(fields)), seals: Object.fromEntries(pairs(seals())) } : null);
}

// Put a draft back. What cannot be changed any more is left out, and given as sentences.
function putBack(draft) {
  const [days, refused] = [new Set(), []];
  for (const [name, value] of Object.entries(draft.values)) {
    const field = entry.elements[nameNow(name)];
    const [, key, day] = nameNow(name).match(DAILY) || [];
    if (field?.value === value) continue;
    if (field && !field.readOnly) {
      field.value = value;
      if (day) days.add(`vu-${key} ${day.slice(8)}`);
    } else refused.push(`${day ? `${day.slice(8)}/${day.slice(5, 7)}` : "réponse"} : ${value || "vide"}`);
  }
  putSeals(draft.seals, days);
  return refused;
}
// With the values comes what was seen then, so that the server notices what others changed meanwhile. The page of a
// month has seen all other days anew: "03worked420 04worked300" is told apart by its days, that of one day is not.
function putSeals(old, days) {
  const before = Object.fromEntries(Object.entries(old).map(([name, value]) => [nameNow(name), value]));
  for (const seal of seals()) {
    const parts = (text, isOld) =>
      text.split(" ").filter((part) => part && days.has(`${seal.name} ${part.slice(0, 2)}`) === isOld);
    if (!(seal.name in before)) continue;
    if ("oneDay" in entry.dataset) seal.value = before[seal.name];
    else seal.value = [...parts(seal.value, false), ...parts(before[seal.name], true)].join(" ");
  }
}
