"""The coordinator's Monday: nothing of the matrix is lost at any width; what waits is decided in few clicks."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Mail
from tests import world
from tests.world import NOVEMBER
from timesheets import confirming, recording
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

NOW, EARLIER = world.at(date(2026, 12, 7)), world.at(date(2026, 12, 2))
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


def of(sheet):
    return Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)


@pytest.fixture
def week(at_seven):
    """At Book: Anna and Berc’hed as planned and confirmed, Youenn short; Gwenn contested. Two have not handed in."""
    book, aloen = world.member("Book Hémisphères"), world.member("Aloen")
    claire, solene = world.staff(book, "Claire Danno"), world.coordinator()
    world.staff(aloen, "Nolwenn Jégo")
    found = {"solene": solene, "sheets": {}}
    full = dict.fromkeys(MONDAYS, 420)
    for name, days in (
        ("Anna", full),
        ("Berc’hed", full),
        ("Youenn", full | {MONDAYS[1]: 300}),
        ("Gwenn", full),
        ("Inès", {}),
        ("Maëlle", full),
    ):
        person = world.employee(name, "Talec")
        person.user.phone = "06 39 98 10 42"
        person.user.save()
        sheet = world.timesheet(world.assignment(person, book), days, status="draft", by=person.user)
        found["sheets"][name] = sheet
        if name in ("Inès", "Maëlle"):
            continue
        recording.submit(sheet, by=person.user, at=EARLIER)
        if name == "Gwenn":
            remarks = [(MONDAYS[2], "La librairie fermait à 15 h 30.", 330)]
            confirming.contest(of(sheet), by=claire, at=EARLIER, remarks=remarks)
        else:
            confirming.confirm(of(sheet), by=claire, at=EARLIER)
    return found


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_the_monday_is_done_in_place_with_departures_seen(week, enter, site, size):
    """All that is ready: two clicks; all who are late: one; a contest: one; and the whole is undone at once."""
    sheets = week["sheets"]
    page = enter(week["solene"], size)
    page.goto(f"{site.url}/heures/mois/{NOVEMBER}/")
    ready = page.get_by_role("region", name="Prêts à approuver")
    expect(ready).to_contain_text("Lundi 9 novembre\u00a0: 5\u00a0h, au lieu de 7\u00a0h.")
    inbox, matrix = (page.locator(each).bounding_box() for each in ("#inbox", ".is-matrix"))
    assert inbox["y"] + inbox["height"] <= matrix["y"]
    assert page.evaluate(OVERFLOW) == 0
    late = page.get_by_role("region", name="On attend")
    expect(late.get_by_role("link", name="06 39 98 10 42")).to_have_count(2)
    late.get_by_role("button", name="Relancer les 2").click()  # one
    expect(page.locator("#toasts")).to_contain_text("Relance envoyée à Inès Talec et Maëlle Talec.")
    expect(page.get_by_role("region", name="On attend")).to_contain_text("relance envoyée aujourd’hui")
    assert Mail.objects.filter(is_by_hand=True).count() == 2
    page.get_by_role("button", name="Approuver cet écart").click()  # one
    expect(page.locator("#toasts")).to_contain_text("Un relevé approuvé.")
    page.get_by_role("button", name="Approuver les 2 relevés").click()  # two
    expect(page.locator("#toasts")).to_contain_text("2\u00a0relevés approuvés.")
    assert {of(sheets[name]).status for name in ("Anna", "Berc’hed", "Youenn")} == {"approved"}
    page.get_by_role("button", name="Tout annuler").click()
    expect(page.locator("#toasts")).to_contain_text("Approbation annulée")
    page.get_by_role("button", name="Retenir 5,5\u00a0h").click()
    expect(page.locator("#toasts")).to_contain_text("Contestation tranchée\u00a0: Gwenn Talec")
    assert of(sheets["Gwenn"]).status == "confirmed"
    expect(page.get_by_role("region", name="Prêts à approuver")).to_contain_text("Gwenn Talec")
    assert page.evaluate(OVERFLOW) == 0
