"""The coordinator's Monday: nothing of the matrix is lost at any width; what waits is decided in few clicks."""

from datetime import date

import pytest
from django.utils import timezone

from tests import world
from tests.world import NOVEMBER

pytestmark = pytest.mark.django_db(transaction=True)

NOW = world.at(date(2026, 12, 7))
MONDAYS = [day for day in NOVEMBER.days if day.weekday() == 0]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS = (1440, 1280, 800, 390)
# Of the matrix: whether it is wider than its place, whether the line that says so is seen, and the cells of its totals
# that are not wholly within the page.
MATRIX = """() => {
  const place = document.querySelector(".scroll:has(> .matrix)").getBoundingClientRect();
  const region = document.querySelector(".scroll:has(> .matrix)");
  const totals = [...document.querySelectorAll(".matrix tbody td:last-child")];
  const lost = totals.filter((cell) => {
    const box = cell.querySelector("b").getBoundingClientRect();
    return box.width === 0 || box.left < place.left || box.right > place.right + 1;
  });
  const cue = document.querySelector(".matrix__cue");
  return [region.scrollWidth > region.clientWidth, Boolean(cue?.offsetHeight), lost.length];
}"""


@pytest.fixture
def at_seven(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()


def test_the_matrix_keeps_its_totals_at_every_width_and_says_when_it_scrolls(at_seven, enter, site):
    names = ("Aloen", "Book Hémisphères", "SPL Bois Énergie", "Sonam", "OnCIMé", "Optim’ism")
    names += tuple(f"Structure {number}" for number in range(6))
    maelle, youenn = world.employee(), world.employee("Youenn", "Le Talec-Kerbrat")
    page = enter(world.coordinator())
    wrong = {}
    for count, name in enumerate(names, start=1):
        placed = world.assignment(maelle, world.member(name))
        world.timesheet(placed, dict.fromkeys(MONDAYS, 60), status="approved")
        if count == 1:
            draft = world.assignment(youenn, placed.member)
            world.timesheet(draft, dict.fromkeys(MONDAYS, 63), status="draft")
        if count not in (1, 6, 8, 12):
            continue
        page.goto(f"{site.url}/heures/mois/{NOVEMBER}/?vue=grille")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            scrolls, says_so, lost = page.evaluate(MATRIX)
            found = {"lost": lost, "page": page.evaluate(OVERFLOW), "unlike": scrolls != says_so}
            if any(found.values()):
                wrong[count, width] = found
    assert wrong == {}
