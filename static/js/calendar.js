// The planning. On the phone the week is a row of cards: begin with today’s, or with the day that was asked for.
import { afterFocus } from "./focus.js";
import "./moving.js";

function beginToday() {
  const swipe = document.querySelector(".cal__swipe");
  const day = swipe?.querySelector(":target") || swipe?.querySelector("thead .is-today");
  if (!day || swipe.scrollWidth <= swipe.clientWidth) return;
  swipe.scrollLeft += day.getBoundingClientRect().left - swipe.getBoundingClientRect().left - 16;
}

beginToday();
afterFocus((event) => {
  if (event.detail.elt.id !== "planning-law") beginToday();
});
