"""A timesheet lives: contested, corrected, answered, confirmed, approved, taken back, approved again."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import world
from tests.world import NOVEMBER
from timesheets import recording
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

NOW = world.at(date(2026, 11, 30))
TUESDAYS = [day for day in NOVEMBER.days if day.weekday() == 1]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    book = world.member("Book")
    youenn = world.employee("Youenn", "Talec")
    placed = world.assignment(youenn, book, weekly_pattern=(0, 420, 0, 0, 0, 0, 0))
    sheet = world.timesheet(placed, dict.fromkeys(TUESDAYS, 420), status="draft", by=youenn.user)
    recording.submit(sheet, by=youenn.user, at=NOW)
    return {
        "sheet": sheet,
        "youenn": youenn.user,
        "claire": world.staff(book, "Claire Danno"),
        "solene": world.coordinator(),
    }


def status(sheet):
    return Timesheet.objects.values_list("status", flat=True).get(pk=sheet.pk)


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_contested_corrected_confirmed_approved(cast, enter, site, size):
    options = {"has_touch": size == "phone"}
    sheet = cast["sheet"]
    claire, youenn, solene = (enter(cast[name], size, **options) for name in ("claire", "youenn", "solene"))

    contest(claire, site)
    assert status(sheet) == "draft"
    correct(youenn, site)
    assert status(sheet) == "submitted"
    confirm(claire, site, sheet)
    assert status(sheet) == "confirmed"
    approve_twice(solene, site, sheet)
    assert status(sheet) == "approved"
    minutes = dict(Entry.objects.filter(timesheet=sheet).values_list("day", "minutes"))
    assert minutes == dict.fromkeys(TUESDAYS, 420) | {date(2026, 11, 10): 330}
    found = sheet.steps.order_by("pk").values_list("source", "target", "by__name")
    assert list(found) == [
        ("draft", "submitted", "Youenn Talec"),
        ("submitted", "draft", "Claire Danno"),
        ("draft", "submitted", "Youenn Talec"),
        ("submitted", "confirmed", "Claire Danno"),
        ("confirmed", "approved", "Solène Rivoal"),
        ("approved", "confirmed", "Solène Rivoal"),
        ("confirmed", "approved", "Solène Rivoal"),
    ]
    for page in (claire, youenn, solene):
        assert page.evaluate(OVERFLOW) == 0


def contest(page, site):
    """The member's staff finds the hours on the way, and contests one day of four."""
    page.goto(site.url)
    page.get_by_role("link", name="Heures à viser").first.click()
    page.get_by_text("Voir ou contester les jours comme prévu").click()
    day = page.get_by_role("listitem").filter(has_text="mardi 10 novembre")
    day.get_by_text("Contester").click()
    day.get_by_label("Ce que vous avez constaté").fill("Parti à 15 h 30.")
    day.get_by_label("Heures selon vous").fill("5h30")
    page.get_by_role("button", name="Envoyer la contestation").click()
    expect(page.locator("#toasts")).to_contain_text("Youenn")


def correct(page, site):
    """The person reads the reason where the hours are, goes to the day, corrects it and answers."""
    page.goto(f"{site.url}/heures/{NOVEMBER}/")
    notice = page.get_by_role("region", name="Book conteste une journée.")
    expect(notice).to_contain_text("« Parti à 15 h 30. »")
    notice.get_by_role("link", name="Corriger le mardi 10 novembre").click()
    cell = page.locator(".is-contested .hrs")
    expect(cell).to_be_in_viewport()
    cell.fill("5:30")
    cell.press("Tab")
    expect(page.locator("#somme")).to_contain_text("26,50 h")
    page.get_by_label("Votre réponse").fill("C’est exact.")
    page.get_by_role("button", name="Renvoyer le relevé Book").click()
    expect(page.locator("#toasts")).to_contain_text("Le relevé est soumis.")


def confirm(page, site, sheet):
    """The member reads again only what changed; the other days are one unfold away."""
    page.goto(f"{site.url}/heures/releve/{sheet.pk}/")
    expect(page.get_by_role("main")).to_contain_text("C’est exact.")
    expect(page.get_by_text("À relire : 1 jour")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="mardi 10 novembre").first).to_contain_text("5,50 h")
    seen = page.get_by_role("listitem").filter(has_text="mardi 3 novembre")
    expect(seen).to_be_hidden()
    page.get_by_text("3 jours déjà vus, inchangés").click()
    expect(seen).to_be_visible()
    page.get_by_role("button", name="Tout viser").click()
    expect(page.locator("#toasts")).to_contain_text("Heures visées")


def approve_twice(page, site, sheet):
    """The coordinator approves in the month's queue, takes it back from the message, and approves again."""
    month = f"{site.url}/heures/mois/{NOVEMBER}/"
    page.goto(month)
    approve = page.get_by_role("button", name="Approuver : Youenn Talec, Book")
    approve.click()
    expect(approve).to_have_count(0)
    assert status(sheet) == "approved"
    page.locator(".toast").get_by_role("button", name="Annuler").click()
    expect(page.locator("#toasts")).to_contain_text("Approbation annulée")
    assert status(sheet) == "confirmed"
    page.goto(month)
    approve.click()
    expect(approve).to_have_count(0)
