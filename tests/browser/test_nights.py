"""A night is written by thumb in one line and told on both of its days."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import world
from timesheets.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)

LAST, FIRST = date(2026, 11, 30), date(2026, 12, 1)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_the_last_night_of_a_month(enter, site, monkeypatch, size):
    monkeypatch.setattr(timezone, "now", lambda: world.at(LAST))
    world.group()
    aloen = world.member()
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    page = enter(placed.employee.user, size)
    page.goto(f"{site.url}/heures/2026-11/jour/30/")
    page.locator("summary").filter(has_text="Noter des heures").or_(
        page.get_by_text("Autre chose")
    ).first.click()
    page.get_by_text("Début, fin, pause, note").first.click()
    page.get_by_label("Début").first.fill("22:00")
    page.get_by_label("Fin").first.fill("06:00")
    page.get_by_role("button", name="Enregistrer et aller au mardi 1er décembre").click()
    expect(page.get_by_text("de la nuit commencée la veille comptent ce jour-là")).to_be_visible()
    expect(page.locator("#somme")).to_contain_text("dont 6")
    found = Entry.objects.order_by("day").values_list("day", "minutes", "goes_on_from_day_before")
    assert list(found) == [(LAST, 120, False), (FIRST, 360, True)]
    page.goto(f"{site.url}/heures/2026-11/")
    sheet = Entry.objects.get(day=LAST).timesheet_id
    expect(page.locator(f"#m-{sheet}-{LAST}")).to_have_value("8")
    expect(page.locator(f"td:has(> #m-{sheet}-{LAST}) .ts__night")).to_contain_text("le lendemain")
    assert page.evaluate(OVERFLOW) <= 0
