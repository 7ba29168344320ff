// Hours as people type them. The server decides (groupement/kernel/worktime.py); one table of cases, in
// tests/typed_hours.py, holds both to the same readings.
const DAY = 24 * 60;
const MINUTES = /^(\d{1,6})(?:minutes?|min|mn)$/;
const CLOCK = /^(\d{1,4})([:h])(\d*)(?:min|mn)?$/;
const DECIMAL = /^(\d{1,4})(?:[.,](\d{1,2}))?(?:heures?|h)?$/;

// Spaces between two digits stay, and are refused: "1 5" is neither 15 hours nor one hour and a half.
const plain = (text) => text.replace(/\s+(?![\d\s])|(?<![\d\s])\s+/g, "").toLowerCase();

function hundredths(text) {
  const [, hours, decimals] = text.match(DECIMAL) || [];
  return hours === undefined ? null : Number(hours) * 100 + Number((decimals || "").padEnd(2, "0"));
}

function clockMinutes(hours, mark, rest) {
  if (mark === "h" && rest === "") return Number(hours) * 60;
  return rest.length === 2 && Number(rest) < 60 ? Number(hours) * 60 + Number(rest) : null;
}

function anyMinutes(text) {
  if (text === "") return 0;
  if (MINUTES.test(text)) return Number(text.match(MINUTES)[1]);
  if (CLOCK.test(text)) return clockMinutes(...text.match(CLOCK).slice(1));
  const typed = hundredths(text);
  return typed === null ? null : Math.floor((typed * 60 + 50) / 100);
}

// "7,5", "7:30", "7 h 30" and "450 min" are 450 minutes, nothing is 0; null is what the server refuses for a day.
export function parseMinutes(text) {
  const minutes = anyMinutes(plain(text));
  return minutes === null || minutes > DAY ? null : minutes;
}

// How a cell writes what was typed: "7,5"; null when it is refused. A minute that is no hundredth of an hour keeps its
// own form: 7h20 is not 7,33.
export function normalForm(text) {
  const minutes = parseMinutes(text);
  if (minutes === null || plain(text) === "") return minutes === null ? null : "";
  const hours = hundredths(plain(text)) ?? (minutes * 100) / 60;
  if (Number.isInteger(hours)) return String(hours / 100).replace(".", ",");
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
}
