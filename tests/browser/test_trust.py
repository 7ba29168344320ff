"""Nobody rewrites a person's hours alone, and many are approved at once with what departs in sight; clicks counted."""

from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from members.models import Notice
from tests import world
from tests.world import NOVEMBER
from timesheets import approval, confirming, recording
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

NOW = world.at(date(2026, 11, 30))
TUESDAYS = [day for day in NOVEMBER.days if day.weekday() == 1]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
REFUSED = "status of 422|htmx:"


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    book = world.member("Book")
    found = {"claire": world.staff(book, "Claire Danno"), "solene": world.coordinator(), "sheets": []}
    for first_name in ("Youenn", "Anna"):
        person = world.employee(first_name, "Talec")
        placed = world.assignment(person, book, weekly_pattern=(0, 420, 0, 0, 0, 0, 0))
        sheet = world.timesheet(placed, dict.fromkeys(TUESDAYS, 420), status="draft", by=person.user)
        recording.submit(sheet, by=person.user, at=NOW)
        found[first_name.lower()] = person.user
        found["sheets"].append(sheet)
    return found


def read(sheet):
    return Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_another_s_hours_change_with_a_reason_that_the_person_reads(cast, enter, site, size):
    sheet = cast["sheets"][0]
    claire = enter(cast["claire"], size, allowed_errors=REFUSED)
    grid = f"{site.url}/heures/{NOVEMBER}/{sheet.assignment_id}/"
    claire.goto(grid)
    expect(claire.get_by_role("button", name="Rappeler")).to_have_count(0)
    approval.send_back(read(sheet), by=cast["solene"], at=NOW, note="À revoir.")
    claire.goto(grid)
    cell = claire.locator(f"[id='m-{sheet.pk}-2026-11-10']")
    cell.fill("5")
    claire.get_by_role("button", name="Enregistrer").last.click()
    expect(claire.locator("#fautes")).to_contain_text("Dites pourquoi vous changez ce jour.")
    expect(cell).to_have_value("5")
    # The page saves by itself what was typed before it was asked why.
    claire.wait_for_load_state("networkidle")
    claire.get_by_label("Motif du changement").fill("Parti à 15 h, selon le badge.")
    claire.get_by_role("button", name="Enregistrer").last.click()
    expect(claire.locator("#toasts")).to_contain_text("Le brouillon est enregistré.")
    assert Entry.objects.get(timesheet=sheet, day=date(2026, 11, 10)).minutes == 300
    assert Notice.objects.get(kind="changed").to == cast["youenn"]

    youenn = enter(cast["youenn"], size)
    for address in (f"/heures/{NOVEMBER}/", f"/heures/{NOVEMBER}/jour/10/"):
        youenn.goto(site.url + address)
        found = youenn.get_by_role("region", name="Des heures à vous ont été changées.")
        expect(found).to_contain_text("7\u00a0h → 5\u00a0h, changé par Claire Danno")
        expect(found).to_contain_text("Parti à 15 h, selon le badge.")
        assert youenn.evaluate(OVERFLOW) == 0
    assert claire.evaluate(OVERFLOW) == 0


# What the answer of a page that saved itself brings: a way back, before the button that is being pressed.
ARRIVES = """() => {
    const found = document.createElement('button');
    Object.assign(found, {type: 'button', textContent: 'Annuler la dernière action', onclick: () => window.wrong = 1});
    document.querySelector('.sumbar .cluster').prepend(found);
    document.querySelector('.sumbar .cluster').append(found.cloneNode(true));
    document.querySelector('#etat').textContent = 'Une phrase qui prend une ligne de plus.'.repeat(3);
}"""


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_press_counts_where_it_began_although_the_button_moves_under_it(cast, enter, site, size):
    sheet = cast["sheets"][0]
    approval.send_back(read(sheet), by=cast["solene"], at=NOW, note="À revoir.")
    page = enter(cast["youenn"], size)
    page.goto(f"{site.url}/heures/{NOVEMBER}/")
    page.locator(f"[id='m-{sheet.pk}-2026-11-10']").fill("5")
    box = page.get_by_role("button", name="Enregistrer").last.bounding_box()
    page.mouse.move(box["x"] + 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.evaluate(ARRIVES)
    moved = page.get_by_role("button", name="Enregistrer").last.bounding_box()
    assert (moved["x"], moved["y"]) != (box["x"], box["y"])
    page.mouse.up()
    expect(page.locator("#toasts")).to_contain_text("Le brouillon est enregistré.")
    assert page.evaluate("window.wrong") is None
    assert Entry.objects.get(timesheet=sheet, day=date(2026, 11, 10)).minutes == 300


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_all_that_is_ready_is_approved_in_two_clicks_with_departures_seen(cast, enter, site, size):
    short, plain = cast["sheets"]
    approval.send_back(read(short), by=cast["solene"], at=NOW, note="À revoir.")
    changes = {TUESDAYS[1]: {"worked": 300}}
    recording.save(read(short), changes, by=cast["claire"], at=NOW, reason="Selon le badge.")
    recording.submit(read(short), by=cast["claire"], at=NOW)
    for sheet in (short, plain):
        confirming.confirm(read(sheet), by=cast["claire"], at=NOW)
    page = enter(cast["solene"], size)
    page.goto(f"{site.url}/heures/mois/{NOVEMBER}/")
    ready = page.get_by_role("region", name="Prêts à approuver")
    expect(ready).to_contain_text("Mardi 10 novembre\u00a0: 5\u00a0h, au lieu de 7\u00a0h.")
    expect(ready).to_contain_text("7\u00a0h → 5\u00a0h, changé par Claire Danno")
    expect(ready).to_contain_text("1\u00a0relevé est comme prévu")
    assert page.evaluate(OVERFLOW) == 0
    page.get_by_role("button", name="Approuver cet écart").click()  # one
    expect(page.locator("#toasts")).to_contain_text("Un relevé approuvé.")
    page.get_by_role("button", name="Approuver le relevé").click()  # two
    expect(page.locator("#month")).to_contain_text("Rien à approuver")
    assert {read(each).status for each in (short, plain)} == {"approved"}
    approval.undo_all([read(short), read(plain)], by=cast["solene"], at=NOW)
    page.goto(f"{site.url}/heures/mois/{NOVEMBER}/")
    page.get_by_role("checkbox", name="Youenn Talec").uncheck()
    page.get_by_role("button", name="Approuver cet écart").click()
    expect(page.locator("#toasts")).to_contain_text("Aucun relevé n’est coché")
    assert [read(each).status for each in (short, plain)] == ["confirmed", "confirmed"]
