"""A member answers for everybody on one page: three people in two clicks, a day contested in place, the way back."""

from datetime import date

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import expect

from members import linking
from tests import world
from tests.world import NOVEMBER
from timesheets import recording
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

NOW = world.at(date(2026, 12, 1))
TUESDAYS = [day for day in NOVEMBER.days if day.weekday() == 1]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    book = world.member("Book")
    found = {"claire": world.staff(book, "Claire Danno"), "sheets": {}}
    for name, minutes in (("Anna", 420), ("Maëlle", 420), ("Youenn", 510)):
        person = world.employee(name, "Talec")
        placed = world.assignment(person, book, weekly_pattern=(0, 420, 0, 0, 0, 0, 0))
        days = dict.fromkeys(TUESDAYS, 420) | {TUESDAYS[3]: minutes}
        sheet = world.timesheet(placed, days, status="draft", by=person.user)
        recording.submit(sheet, by=person.user, at=NOW)
        found["sheets"][name] = sheet
    return found


def states(cast):
    return {name: Timesheet.objects.get(pk=sheet.pk).state for name, sheet in cast["sheets"].items()}


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_member_confirms_three_people_in_two_clicks_undoes_it_and_contests_a_day(cast, enter, site, size):
    page = enter(cast["claire"], size)
    page.goto(f"{site.url}/accueil/")
    page.get_by_role("link", name="Viser les heures", exact=True).click()  # one
    expect(page.get_by_role("region", name="Youenn Talec")).to_contain_text("mardi 24 novembre")
    expect(page.get_by_text("mardi 3 novembre").first).to_be_hidden()
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_role("button", name="Viser les 3 relevés").click()  # two
    expect(page.locator("#toasts")).to_contain_text("3\u00a0relevés visés.")
    assert set(states(cast).values()) == {"confirmed"}
    page.get_by_role("button", name="Tout annuler").click()
    expect(page.locator("#toasts")).to_contain_text("Visa annulé\u00a0: 3\u00a0relevés.")
    assert set(states(cast).values()) == {"submitted"}

    path = linking.link(cast["claire"], "timesheets:to_confirm").removeprefix(settings.SITE_URL)
    page.goto(site.url + path)
    youenn = page.get_by_role("region", name="Youenn Talec")
    youenn.get_by_text("Contester", exact=False).first.click()
    youenn.get_by_label("Heures selon vous").first.fill("7")
    youenn.get_by_label("Ce que vous avez constaté").first.fill("La librairie fermait à 17 h.")
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_role("button", name="Viser et contester").click()
    expect(page.locator("#toasts")).to_contain_text("Contestation envoyée\u00a0: Youenn Talec")
    assert states(cast) == {"Anna": "confirmed", "Maëlle": "confirmed", "Youenn": "contested"}
