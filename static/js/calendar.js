// On the phone the week is a row of cards: begin with today’s, or with the day that was asked for.
function beginToday() {
  const table = document.querySelector(".cal");
  const day = table?.querySelector(":target") || table?.querySelector("thead .is-today");
  if (!day || table.scrollWidth <= table.clientWidth) return;
  table.scrollLeft += day.getBoundingClientRect().left - table.getBoundingClientRect().left - 16;
}
beginToday();
document.addEventListener("htmx:afterSettle", beginToday);
