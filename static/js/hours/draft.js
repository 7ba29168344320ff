// What is typed is kept in this browser until the server has it, and put back on the next visit of the page.
// A draft is {values, seals}: the cells that were not saved, and what their author had seen of the days around them.
// Both keys stay as they are called: browsers hold drafts.
import { offerCauses } from "./cells.js";
import { isCell, nameNow, partsOf } from "./names.js";
import { readDraft, writeDraft } from "../storage.js";

export let form = null; // the form of hours, once there is one
let known = new Map(); // what the server has, by name

export const useForm = (found) => (form = found);

// Only cells are kept, and the answer to a contest: no choice between two values, nothing of the frame.
const cells = () => [...form.elements].filter((field) => isCell(field.name) || field.name === "note");
const shownFields = () => [...form.querySelectorAll("#shown-fields input")];
const pairs = (fields) => fields.map((field) => [field.name, field.value]);

export const isKept = (field) => cells().includes(field);
export const unsent = () => cells().filter((field) => field.value !== (known.get(field.name) ?? ""));

// The server has what the form shows; has what was sent, [name, value]; has it under the names of now.
export const learnAll = () => (known = new Map(pairs(cells())));
export const learn = (sent) => sent.forEach(([name, value]) => known.set(name, value));
export const renameKnown = () => (known = new Map([...known].map(([name, value]) => [nameNow(name), value])));

export const read = () => readDraft(form.dataset.draft);
export const drop = () => writeDraft(form.dataset.draft, null);
export function keep() {
  const fields = unsent();
  if (!fields.length) return drop();
  const draft = { values: Object.fromEntries(pairs(fields)), seals: Object.fromEntries(pairs(shownFields())) };
  writeDraft(form.dataset.draft, draft);
}

// Put a draft back. What cannot be changed any more is left out, and returned as a list of "03/11 : 6".
export function putBack(draft) {
  const [days, refused] = [new Set(), []];
  offerCauses(Object.keys(draft.values).map(nameNow));
  for (const [name, value] of Object.entries(draft.values)) {
    const field = form.elements[nameNow(name)];
    const { key, day } = partsOf(nameNow(name));
    if (field?.value === value) continue;
    if (field && !field.readOnly) {
      field.value = value;
      if (day) days.add(`vu-${key} ${day.slice(8)}`);
    } else refused.push(`${day ? `${day.slice(8)}/${day.slice(5, 7)}` : "réponse"} : ${value || "vide"}`);
  }
  putShown(draft.seals, days);
  return refused;
}

// With the values comes what was seen then, so that the server notices what others changed meanwhile. The page of a
// month has seen all other days anew: "03worked420 04worked300" is told apart by its days, that of one day is not.
function putShown(old, days) {
  const before = Object.fromEntries(Object.entries(old).map(([name, value]) => [nameNow(name), value]));
  for (const shown of shownFields()) {
    const parts = (text, isOld) =>
      text.split(" ").filter((part) => part && days.has(`${shown.name} ${part.slice(0, 2)}`) === isOld);
    if (!(shown.name in before)) continue;
    if ("oneDay" in form.dataset) shown.value = before[shown.name];
    else shown.value = [...parts(shown.value, false), ...parts(before[shown.name], true)].join(" ");
  }
}
