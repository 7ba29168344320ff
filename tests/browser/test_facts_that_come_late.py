"""An absence on a worked day is asked about at once and blocks until it is settled; so is a month handed in early."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from employees.models import Absence
from tests import world
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

WORKED = date(2026, 11, 16)
FRIDAY = world.at(date(2026, 11, 27))
PLANNING = "/equipe/planning/2026-S47/?vue=personnes"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
REFUSED = "status of 422"


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_an_absence_on_a_worked_day_is_asked_about_and_blocks_until_it_is_settled(enter, site, size):
    world.group()
    placed = world.assignment(world.employee(), world.member())
    world.timesheet(placed, {WORKED: 420}, status="confirmed")
    page = enter(world.coordinator(), size, allowed_errors=REFUSED)
    page.goto(site.url + PLANNING)
    page.get_by_text("Noter une absence").click()
    page.get_by_label("Personne").last.select_option("Maëlle Kerbrat")
    page.get_by_label("Premier jour").last.fill(str(WORKED))
    page.get_by_label("Dernier jour").last.fill(str(WORKED))
    page.get_by_role("button", name="Noter l’absence").click()

    expect(page.get_by_text("Des heures sont saisies ces jours-là.").first).to_be_visible()
    expect(page.get_by_text("7\u00a0h le 16/11/2026, visées").first).to_be_visible()
    assert not Absence.objects.exists()
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_label("J’ai lu, je confirme").check()
    page.get_by_role("button", name="Noter l’absence").click()
    expect(page.get_by_text("Absence notée, le 16/11/2026.").first).to_be_visible()
    assert Absence.objects.get().starts_on == WORKED

    page.goto(f"{site.url}/heures/mois/2026-11/")
    expect(
        page.get_by_text("7\u00a0h sur des jours où une absence est notée chez Aloen").first
    ).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_role("link", name="Voir le planning").click()
    page.wait_for_url("**/equipe/planning/2026-S47/**")


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_submitting_before_the_last_day_asks_once(enter, site, size, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: FRIDAY)
    world.group()
    placed = world.assignment(world.employee(), world.member())
    sheet = world.timesheet(placed, {WORKED: 420}, status="draft")
    page = enter(placed.employee.user, size, allowed_errors=REFUSED)
    page.goto(f"{site.url}/heures/2026-11/")
    page.locator(".sumbar button[value=submit]").click()
    box = page.get_by_label("Je soumets avant le dernier jour")
    expect(box).to_be_visible()
    expect(page.get_by_text("Le dernier jour chez Aloen est le lundi 30 novembre").first).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0
    box.check()
    page.locator(".sumbar button[value=submit]").click()
    expect(page.get_by_text("2 relevés sont soumis.").first).to_be_visible()
    assert Timesheet.objects.get(pk=sheet.pk).status == "submitted"
