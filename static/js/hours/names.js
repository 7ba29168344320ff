// The names of the fields of hours: "m-12-2026-11-03" is a day of timesheet 12. A timesheet that did not exist when the
// page was made had another name, "m-a7-2026-11-03"; the fields in #shown-fields say both, "vu-12" and its alias "a7".
const CELL = /^[a-z][\dt]?-(a?\d+|g)-(\d{4}-\d\d-\d\d)$/;

export const isCell = (name) => CELL.test(name);

// The timesheet and the day (YYYY-MM-DD) of a cell; nothing for other fields.
export function partsOf(name) {
  const [, key, day] = name.match(CELL) || [];
  return { key, day };
}

// The name that a field has by now.
export function nameNow(name) {
  for (const field of document.querySelectorAll("#shown-fields [data-alias]")) {
    const [now, before] = [field.name.slice(3), field.dataset.alias];
    if (now === before) continue;
    name = name.replace(`-${before}-`, `-${now}-`).replace(new RegExp(`^vu-${before}$`), field.name);
  }
  return name;
}

// Saving by itself may have made the timesheet: the fields stay on the page, and take its name.
export function rename(form) {
  for (const field of form?.elements || []) {
    const now = nameNow(field.name || "");
    if (now === field.name || field.name.startsWith("vu-")) continue;
    for (const label of field.labels || []) label.htmlFor = now;
    if (field.id === field.name) field.id = now;
    field.name = now;
  }
}
