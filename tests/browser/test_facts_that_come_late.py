"""An absence is noted on a worked day: the page asks at once, and the month says what blocks until it is settled."""

from datetime import date

import pytest
from playwright.sync_api import expect

from employees.models import Absence
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)

WORKED = date(2026, 11, 16)
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
