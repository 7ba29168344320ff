"""The planning by hand: a day dragged, led by the keyboard, moved by its form on a phone; cards stay in their days."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from employees.models import PlannedDay
from members.models import Notice
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = date(2026, 12, 7)
TUESDAY, FRIDAY, SATURDAY = (MONDAY + timedelta(days=number) for number in (1, 4, 5))
# What a person presses: a button, a link, an unfolding; a field that is only filled is no press.
COUNT = """addEventListener('click', event => {
    if (event.target.closest('a, button, summary')) sessionStorage.presses = 1 + Number(sessionStorage.presses ?? 0);
}, true)"""
WEEK = "/equipe/planning/2026-S50/?vue=personnes"
# Every card, and every word of it, stands within its day; a name and its hours do not touch.
BEYOND = """() => [...document.querySelectorAll('.cal td')].flatMap(day => {
    const edge = day.getBoundingClientRect(), found = [];
    const boxes = node => {
        const range = document.createRange();
        range.selectNodeContents(node);
        return [...range.getClientRects()];
    };
    for (const card of day.querySelectorAll('.slot')) {
        const texts = document.createTreeWalker(card, NodeFilter.SHOW_TEXT), read = [...card.getClientRects()];
        while (texts.nextNode()) {
            if (!texts.currentNode.parentElement.closest('.vh')) read.push(...boxes(texts.currentNode));
        }
        if (read.some(box => box.right > edge.right + .5 || box.left < edge.left - .5)) found.push('beyond');
        const name = card.querySelector('.slot__name'), hours = card.querySelector('b');
        const beside = (one, other) => one.top < other.bottom - 1 && other.top < one.bottom - 1;
        const touch = (one, other) => beside(one, other) && one.right > other.left - 2;
        if (name && boxes(name).some(one => boxes(hours).some(other => touch(one, other)))) found.push('touching');
        if (found.length) return [`${day.dataset.day} ${card.textContent.trim()}: ${found}`];
    }
    return [];
})"""


@pytest.fixture
def placed(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: world.at(date(2026, 11, 12)))
    world.group()
    person = world.employee(weekly_minutes=1680)
    aloen, books = world.member("Aloen"), world.member("Book Hémisphères")
    world.staff(aloen, "Aloïs A")
    world.staff(books, "Soizic S")
    world.assignment(person, books, weekly_pattern=(0, 231, 105, 0, 0, 120, 60))
    world.assignment(person, world.member("Développement d’intérêt"), weekly_pattern=(0, 0, 0, 465, 0, 0, 0))
    return world.assignment(person, aloen, weekly_pattern=(420, 0, 60, 0, 0, 0, 0))


def planned():
    return dict(PlannedDay.objects.values_list("day", "minutes"))


def cell(page, day):
    return page.locator(f'.cal [data-day="{day}"]')


def card(page):
    return page.locator(f'[data-day="{MONDAY}"] [data-placed]')


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_cards_stay_in_their_days(enter, site, placed, size):
    books = placed.employee.assignments.get(member__short_name="Book Hémisphères")
    for day in (MONDAY, SATURDAY):
        PlannedDay.objects.create(assignment=books, day=day, minutes=465, made_at=world.NOW)
    page = enter(world.coordinator(), size)
    for query in ("", f"&qui={placed.employee_id}&jour={MONDAY}"):
        page.goto(site.url + WEEK + query)
        assert page.evaluate(BEYOND) == []


def test_a_day_is_dragged_and_both_members_hear_of_it_in_two_presses(enter, site, placed):
    page = enter(world.coordinator())
    page.goto(site.url + WEEK)
    card(page).drag_to(cell(page, FRIDAY))
    expect(page.locator("#move-check")).to_contain_text("rien à signaler")
    assert planned() == {}
    page.get_by_role("button", name="Déplacer ce jour").click()
    expect(page.locator(".cal")).to_be_visible()
    expect(cell(page, FRIDAY)).to_contain_text("7 h")
    assert planned() == {MONDAY: 0, FRIDAY: 420}
    assert set(Notice.objects.values_list("to__name", flat=True)) == {"Maëlle Kerbrat", "Aloïs A"}


def test_a_day_is_led_by_the_keyboard_and_each_day_says_what_it_means(enter, site, placed):
    page = enter(world.coordinator())
    page.goto(site.url + WEEK)
    status = page.locator("#move-status")
    card(page).press("Space")
    expect(status).to_contain_text("Journée prise")
    page.keyboard.press("ArrowRight")
    expect(status).to_contain_text("déjà 3,85 h chez Book Hémisphères, 10,85 h en tout")
    expect(cell(page, TUESDAY)).to_have_attribute("data-move", "danger")
    page.keyboard.press("Escape")
    expect(status).to_have_text("Rien n’est déplacé.")
    expect(page.locator(".is-aimed, .is-held")).to_have_count(0)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Prévenir Maëlle Kerbrat, Aloen et Book Hémisphères")).to_be_checked()
    expect(page.get_by_role("button", name="Déplacer ce jour")).to_be_focused()
    page.get_by_label("J’ai lu, je confirme").check()
    page.get_by_role("button", name="Déplacer ce jour").press("Enter")
    expect(cell(page, TUESDAY)).to_contain_text("7 h")
    assert planned() == {MONDAY: 0, TUESDAY: 420}
    assert set(Notice.objects.values_list("to__name", flat=True)) == {"Maëlle Kerbrat", "Aloïs A", "Soizic S"}


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_day_is_moved_and_all_are_told_in_three_presses(enter, site, placed, size):
    """The card, its form, the button; the new day is one field. By dragging it is the drag and the button."""
    page = enter(world.coordinator(), size)
    page.add_init_script(COUNT)
    page.goto(site.url + WEEK)
    card(page).click()
    page.get_by_text("Déplacer à un autre jour").first.click()
    page.get_by_label("Nouveau jour").first.fill(FRIDAY.isoformat())
    page.get_by_role("button", name="Déplacer ce jour").first.click()
    expect(page.locator("#toasts")).to_contain_text("reçoivent un message dans le quart d’heure")
    assert page.evaluate("sessionStorage.presses") == "3"
    assert planned() == {MONDAY: 0, FRIDAY: 420}
    assert set(Notice.objects.values_list("to__name", flat=True)) == {"Maëlle Kerbrat", "Aloïs A"}


def test_a_day_is_moved_on_a_phone_without_a_script(enter, site, placed):
    page = enter(world.coordinator(), "phone", java_script_enabled=False)
    page.goto(site.url + WEEK)
    card(page).click()
    page.get_by_text("Déplacer à un autre jour").first.click()
    page.get_by_label("Nouveau jour").first.fill(FRIDAY.isoformat())
    expect(page.get_by_label("Prévenir la personne et les structures concernées").first).to_be_checked()
    page.get_by_role("button", name="Déplacer ce jour").first.click()
    expect(page.get_by_text("reçoivent un message dans le quart d’heure")).to_be_visible()
    assert planned() == {MONDAY: 0, FRIDAY: 420}
