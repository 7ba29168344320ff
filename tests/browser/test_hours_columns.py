"""A file of hours of any program goes in: its columns are asked once on the page, not for the second file."""

from datetime import date, timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.utils import timezone
from playwright.sync_api import expect

from groupement.kernel import uploads
from tests import world
from tests.browser.test_entry import OVERFLOW
from tests.browser.test_pages import OPTIONS, VIOLATIONS
from timesheets.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
NOW = world.at(date(2026, 12, 1))
ROWS = "Collaborateur;Site;Jour;Durée;Type\nMaëlle Kerbrat;{0};17/11/2026;{1};Client\nMaëlle Kerbrat;;18/11/2026;7;CP\n"


@pytest.fixture
def solene(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    # The disk has a clock of its own.
    monkeypatch.setattr(uploads, "STORED_FOR", timedelta(days=36_500))
    world.group()
    aloen = world.member("Aloen")
    world.assignment(world.employee(members=[aloen]), aloen)
    return world.coordinator()


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_columns_are_asked_once(solene, enter, site, tmp_path, size):
    page = enter(solene, size, reduced_motion="reduce")
    for hours, path in (("7,5", tmp_path / "a.csv"), ("6", tmp_path / "b.csv")):
        path.write_text(ROWS.format("Aloen", hours))
    page.goto(f"{site.url}/heures/import/")
    page.locator("input[type=file]").set_input_files(tmp_path / "a.csv")
    page.get_by_role("button", name="Relire le fichier").click()
    expect(page.get_by_role("heading", name="Que contient chaque colonne")).to_be_visible()
    page.evaluate(AXE_SCRIPT)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(VIOLATIONS, [{"include": [["html"]]}, OPTIONS]) == []
    assert page.evaluate(OVERFLOW) == 0
    expect(page.get_by_label("Colonne « Durée »")).to_have_value("hours")
    page.get_by_label("Client", exact=True).select_option("worked")
    page.get_by_role("button", name="Relire avec ces colonnes").click()
    expect(page.get_by_text("Les colonnes sont lues comme vous l’avez dit le")).to_be_visible()
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_role("button", name="Importer ces heures").click()
    expect(page.locator("#toasts")).to_contain_text("Import terminé")
    page.locator("input[type=file]").set_input_files(tmp_path / "b.csv")
    page.get_by_role("button", name="Relire le fichier").click()
    expect(page.get_by_text("1 remplacé").first).to_be_visible()
    page.get_by_role("button", name="Importer ces heures").click()
    expect(page.locator("#toasts")).to_contain_text("Import terminé")
    assert sorted(Entry.objects.values_list("kind", "minutes")) == [("leave", 420), ("worked", 360)]
