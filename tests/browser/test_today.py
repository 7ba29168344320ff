"""A phone lands on today: each place by one tap, the month handed in by one more, and nothing lies over either."""

import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import world
from tests.browser.conftest import until
from tests.browser.test_entry import CUT, KEPT, SMALL, stored
from tests.world import NOVEMBER, OCTOBER
from timesheets import confirming
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

LAST = date(2026, 11, 30)
NOW = world.at(LAST)
MONTH = f"/heures/{NOVEMBER}/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
COUNT = "addEventListener('click', () => sessionStorage.taps = 1 + Number(sessionStorage.taps ?? 0))"
# What does not scroll with the page, in parts of the screen.
BARS = """() => {
    const bars = [...document.querySelectorAll('body *')].filter(each =>
        ['fixed', 'sticky'].includes(getComputedStyle(each).position) && each.checkVisibility()
        && !each.matches('.skip') && each.getBoundingClientRect().height);
    return bars.reduce((sum, each) => sum + each.getBoundingClientRect().height, 0) / innerHeight;
}"""
# The sum and the buttons that save or hand in, of which a part is under something when one goes there.
COVERED = """() => {
    const found = [];
    for (const edge of [0, document.body.scrollHeight])
        for (const each of document.querySelectorAll('#somme, main button[name=do]:not(.vh)')) {
            if (!each.checkVisibility()) continue;
            scrollTo(0, edge);
            each.scrollIntoView({block: 'nearest', behavior: 'instant'});
            const {left, right, top, bottom} = each.getBoundingClientRect();
            for (const y of [top + 3, (top + bottom) / 2, bottom - 3]) {
                const over = document.elementFromPoint((left + right) / 2, y);
                if (!each.contains(over) && !over?.contains(each))
                    found.push(`${each.value ?? each.id} under ${over?.className}`);
            }
        }
    return found;
}"""
OUT_OF_SIGHT = """() => [...document.querySelectorAll('.months [aria-current]')].filter(each => {
    const [inner, outer] = [each.getBoundingClientRect(), each.closest('.months').getBoundingClientRect()];
    return inner.left < outer.left - 1 || inner.right > outer.right + 1;
}).length"""
# What is tapped each day, and is lower or narrower than 44 pixels.
NARROW = """[...document.querySelectorAll('.near__day, .month-cal a, .day-place summary, .nav a')].filter(each => {
    const {width, height} = each.getBoundingClientRect();
    return each.checkVisibility() && (width < 44 || height < 44);
}).map(each => each.outerHTML.slice(0, 150))"""
KEYBOARDS = """[...new Set([...document.querySelectorAll('.hrs, .day-place input:not([id^=n-])')].map(
    each => each.inputMode || each.type))].sort()"""


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    aloen, book = world.member("Aloen"), world.member("Book")
    maelle = world.employee(members=[aloen, book])
    return {
        "maelle": maelle.user,
        "aloen": world.assignment(maelle, aloen, weekly_pattern=(210, 420, 0, 0, 0, 0, 0)),
        "book": world.assignment(maelle, book, weekly_pattern=(210, 0, 420, 0, 0, 0, 0)),
    }


def phone(enter, person, **options):
    page = enter(person, "phone", has_touch=True, is_mobile=True, user_agent=PHONE, **options)
    page.add_init_script(COUNT)
    return page


@pytest.mark.parametrize("has_script", [True, False])
def test_a_month_as_planned_is_handed_in_from_the_landing_page(cast, enter, site, has_script):
    page = phone(enter, cast["maelle"], java_script_enabled=has_script)
    page.goto(site.url)
    assert page.url == f"{site.url}{MONTH}jour/30/"
    expect(page.locator(".month-cal a")).to_have_count(30)
    page.get_by_role("button", name=re.compile("Comme prévu.*Aloen")).tap()
    expect(page.locator(".day-place.is-done")).to_contain_text("3 h 30, comme prévu")
    assert (stored(cast["aloen"]), stored(cast["book"])) == ({30: 210}, {})
    if has_script:
        expect(page.get_by_role("button", name=re.compile("Comme prévu.*Book"))).to_be_focused()

    page.get_by_role("button", name="Compléter comme prévu et soumettre").tap()
    expect(page.locator("#toasts")).to_contain_text("3 relevés sont soumis")
    if has_script:
        assert page.evaluate("sessionStorage.taps") == "2"
    mondays = dict.fromkeys((2, 9, 16, 23, 30), 210)
    assert stored(cast["aloen"]) == mondays | dict.fromkeys((3, 10, 17, 24), 420)
    assert stored(cast["book"]) == mondays | dict.fromkeys((4, 18, 25), 420)  # the 11th is a public holiday
    assert set(Timesheet.objects.values_list("status", flat=True)) == {"submitted"}
    expect(page.get_by_role("button", name="soumettre")).to_have_count(0)


SWIPE = """([from, to]) => {
    const at = document.querySelector('#jour h1'), point = clientX =>
        new Touch({identifier: 1, target: at, clientX, clientY: 300});
    const send = (name, x, touches) => at.dispatchEvent(new TouchEvent(name, {
        bubbles: true, touches, changedTouches: [point(x)]}));
    send('touchstart', from, [point(from)]);
    send('touchend', to, []);
}"""


def test_yesterday_and_tomorrow_are_a_swipe_away_and_a_cause_of_absence_one_tap(cast, enter, site):
    page = phone(enter, cast["maelle"])
    page.goto(f"{site.url}{MONTH}jour/10/")
    page.wait_for_function("window.htmx")
    page.evaluate(SWIPE, [200, 170])  # a finger that trembles
    page.evaluate(SWIPE, [10, 200])  # what the browser itself goes back by
    expect(page.locator("h1")).to_have_text("Mardi 10 novembre")
    page.evaluate(SWIPE, [300, 120])
    expect(page.locator("h1")).to_have_text("Mercredi 11 novembre")
    page.evaluate(SWIPE, [120, 300])
    expect(page.locator("h1")).to_have_text("Mardi 10 novembre")
    page.get_by_role("button", name="Maladie").tap()
    expect(page.locator(".day-place.is-done")).to_contain_text("7 h")
    assert list(Entry.objects.values_list("kind", "minutes")) == [("sickness", 420)]


def test_as_planned_without_network_goes_off_when_it_is_back(cast, enter, site):
    page = phone(enter, cast["maelle"], allowed_errors=CUT)
    page.goto(site.url)
    page.context.set_offline(True)
    page.get_by_role("button", name=re.compile("Comme prévu.*Aloen")).tap()
    expect(page.locator("#etat")).to_contain_text("Hors connexion. Votre saisie est gardée ici.")
    assert page.evaluate(COVERED) == []
    assert page.evaluate(KEPT) == [f"saisie:{cast['maelle'].pk}:{MONTH}jour/30/"]
    page.context.set_offline(False)
    until(lambda: stored(cast["aloen"]) == {30: 210})
    expect(page.locator("#etat")).to_have_text("Envoyé.")
    assert page.evaluate(KEPT) == []


def test_what_is_contested_comes_first_and_a_late_month_is_named(cast, enter, site):
    sheet = world.timesheet(cast["aloen"], {date(2026, 11, 10): 420}, status="submitted", by=cast["maelle"])
    world.timesheet(cast["book"], month=OCTOBER, status="draft")
    remarks = [(date(2026, 11, 10), "Partie à 15 h 30", 330)]
    confirming.contest(sheet, by=world.staff(cast["aloen"].member), at=NOW, remarks=remarks)
    page = phone(enter, cast["maelle"])
    page.goto(site.url)
    above = page.locator(".day-place").first.bounding_box()["y"]
    contested = page.get_by_role("region").filter(has_text="Partie à 15 h 30")
    assert contested.bounding_box()["y"] < above
    expect(page.get_by_text("Octobre 2026 n’est pas encore soumis.")).to_be_visible()
    expect(page.locator(".month-cal .is-contested")).to_contain_text("10")
    contested.get_by_role("link", name="Corriger le mardi 10 novembre").tap()
    expect(page.locator("h1")).to_have_text("Mardi 10 novembre")
    page.goto(site.url)
    page.get_by_role("link", name="Terminer octobre 2026").tap()
    expect(page.locator("h1")).to_have_text("Samedi 31 octobre")


@pytest.mark.parametrize(
    ("path", "keyboards"), [(f"{MONTH}jour/30/", ["decimal", "numeric", "time"]), (MONTH, ["decimal"])]
)
def test_nothing_lies_over_the_sum_or_a_button(cast, enter, site, path, keyboards):
    for month in (OCTOBER.shift(-1), OCTOBER):
        world.timesheet(
            cast["aloen"], month=month, status="draft"
        )  # the list of months is wider than the screen
    page = phone(enter, cast["maelle"])
    page.goto(site.url + path)
    found = {"targets": page.evaluate(SMALL) + page.evaluate(NARROW), "keyboards": page.evaluate(KEYBOARDS)}
    found["bars"] = page.evaluate(BARS) < 0.15
    found["covered"] = page.evaluate(COVERED)
    page.locator(".sumbar button[value=save]").tap()
    expect(page.locator(".toast")).to_be_visible()
    found["under a message"] = page.evaluate(COVERED)
    found["months out of sight"] = page.evaluate(OUT_OF_SIGHT)
    assert found == {
        "targets": [],
        "keyboards": keyboards,
        "bars": True,
        "covered": [],
        "under a message": [],
        "months out of sight": 0,
    }


def test_yesterday_and_tomorrow_are_one_tap_away_and_a_laptop_lands_on_the_month(cast, enter, site):
    page = phone(enter, cast["maelle"])
    page.goto(site.url)
    page.get_by_role("button", name="aller au dimanche 29 novembre").tap()
    expect(page.locator("h1")).to_have_text("Dimanche 29 novembre")
    page.get_by_role("button", name="aller au lundi 30 novembre").tap()
    expect(page.locator("h1")).to_have_text("Lundi 30 novembre")
    page.get_by_role("button", name="aller au mardi 1er décembre").tap()
    expect(page.locator("h1")).to_have_text("Mardi 1er décembre")
    laptop = enter(cast["maelle"])
    laptop.goto(site.url)
    assert laptop.url == site.url + MONTH
