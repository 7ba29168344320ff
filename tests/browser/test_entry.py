"""Hours are entered: by the keyboard alone, by thumb with the network cut in between, by two people at once."""

from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from tests import world
from tests.browser.conftest import until
from tests.world import NOVEMBER
from timesheets import recording
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db(transaction=True)

NOW = world.at(date(2026, 11, 30))
MONTH = f"/heures/{NOVEMBER}/"
CUT = "ERR_INTERNET_DISCONNECTED|htmx:(sendError|afterRequest)"
REFUSED = "status of 422"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('saisie:'))"
HERE = "document.activeElement"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a thumb must hit, and is lower or narrower than 44 pixels.
SMALL = """[...document.querySelectorAll('main :is(a.btn, button, input, select, summary, nav a, thead a)')].filter(
    each => each.checkVisibility() && !each.matches('.vh, [type=hidden]')).filter(
    each => each.getBoundingClientRect().height < 43.9 || each.getBoundingClientRect().width < 39).map(
    each => each.outerHTML.slice(0, 150))"""


@pytest.fixture
def cast(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    world.group()
    aloen, book = world.member("Aloen"), world.member("Book")
    maelle = world.employee(members=[aloen, book])
    return {
        "maelle": maelle.user,
        "nolwenn": world.staff(aloen),
        "aloen": world.assignment(maelle, aloen, weekly_pattern=(420, 420, 0, 0, 0, 0, 0)),
        "book": world.assignment(maelle, book, weekly_pattern=(0, 0, 420, 450, 420, 0, 0)),
    }


def stored(assignment):
    """The minutes in the database by number of the day."""
    entries = Entry.objects.filter(timesheet__assignment=assignment, kind="worked")
    return {day.day: minutes for day, minutes in entries.order_by("day").values_list("day", "minutes")}


def cell(page, assignment, number):
    """The input of a day, whatever its timesheet is called by now."""
    sheet = Timesheet.objects.filter(assignment=assignment).values_list("pk", flat=True).first()
    names = [f"m-{key}-2026-11-{number:02}" for key in (sheet, f"a{assignment.pk}")]
    return page.locator(", ".join(f"[id='{name}']" for name in names))


def unfold(page, assignment, number):
    """On the page of a day the fields of a place are one tap away."""
    folded = page.locator("details:not([open])").filter(has=cell(page, assignment, number))
    if folded.count():
        folded.locator("> summary").click()


def write(page, assignment, number, text):
    """By thumb: into the field, then away from it."""
    unfold(page, assignment, number)
    cell(page, assignment, number).tap()
    cell(page, assignment, number).fill(text)
    page.locator("h1").tap()


def tab_to(page, selector):
    for _ in range(400):
        if page.evaluate(f"selector => {HERE}.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way by Tab to {selector}")


def test_a_month_by_the_keyboard_alone(cast, enter, site):
    page = enter(cast["maelle"])
    page.goto(site.url + MONTH)
    press = page.keyboard.press
    tab_to(page, ".hrs")
    for text in ("", "7,5", "7:30"):
        page.keyboard.type(text)
        press("ArrowRight")
    expect(cell(page, cast["aloen"], 4)).to_be_focused()
    press("ArrowDown")
    press("Alt+p")
    press("ArrowRight")
    for text in ("450 min", "7.5"):
        page.keyboard.type(text)
        press("ArrowRight")
    press("ArrowLeft")
    expect(cell(page, cast["book"], 5)).to_have_value("7,5")
    until(
        lambda: (stored(cast["aloen"]), stored(cast["book"])) == ({2: 450, 3: 450}, {4: 420, 5: 450, 6: 450})
    )
    expect(page.locator("#somme")).to_contain_text("37,00 h")

    # Enter leaves the last line of a day for the next day.
    expect(cell(page, cast["book"], 6)).to_be_focused()
    press("Enter")
    press("Enter")
    expect(cell(page, cast["aloen"], 7)).to_be_focused()
    for _ in range(2):
        press("ArrowRight")
    expect(cell(page, cast["aloen"], 9)).to_be_focused()
    press("Alt+s")
    expect(cell(page, cast["aloen"], 10)).to_have_value("7,5")
    expect(cell(page, cast["aloen"], 9)).to_be_focused()
    assert stored(cast["book"]) == {4: 420, 5: 450, 6: 450, 12: 450, 13: 450}
    press("Alt+z")
    expect(cell(page, cast["aloen"], 10)).to_have_value("")
    assert stored(cast["aloen"]) == {2: 450, 3: 450}
    press("Alt+m")
    expect(cell(page, cast["aloen"], 10)).to_have_value("7")
    expect(cell(page, cast["aloen"], 9)).to_be_focused()

    tab_to(page, "button[value=submit]")
    press("Enter")
    expect(page.locator("#toasts")).to_contain_text("3 relevés sont soumis")
    mondays_tuesdays = {9: 420, 10: 420, 16: 420, 17: 420, 23: 420, 24: 420, 30: 420}
    assert stored(cast["aloen"]) == {2: 450, 3: 450} | mondays_tuesdays
    others = {12: 450, 13: 420, 18: 420, 19: 450, 20: 420, 25: 420, 26: 450, 27: 420}
    assert stored(cast["book"]) == {4: 420, 5: 450, 6: 450} | others
    assert set(Timesheet.objects.values_list("status", flat=True)) == {"submitted"}
    assert page.evaluate(KEPT) == []


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_word_typed_in_a_cell_is_a_word(cast, enter, site, size):
    page = enter(cast["maelle"], size, allowed_errors=REFUSED)
    page.goto(site.url + MONTH)
    absence = page.locator(".hrs[id$='2026-11-03']").last
    for field, word in ((absence, "maladie"), (cell(page, cast["aloen"], 2), "prévu, sinon zéro")):
        field.focus()
        page.keyboard.type(word)
        expect(field).to_have_value(word)
        expect(field).to_be_focused()
    assert page.locator(".hrs").evaluate_all("cells => cells.map(cell => cell.value).filter(Boolean)") == [
        "prévu, sinon zéro",
        "maladie",
    ]
    page.keyboard.press("Tab")
    expect(page.locator("#fautes")).to_contain_text("n’est pas une durée")
    assert (stored(cast["aloen"]), stored(cast["book"])) == ({}, {})


def test_day_by_day_by_thumb_with_the_network_cut_in_between(cast, enter, site):
    page = enter(cast["maelle"], "phone", has_touch=True, allowed_errors=CUT)
    page.goto(site.url + MONTH)
    page.locator("thead a").filter(has_text="2").first.tap()
    page.wait_for_url("**/jour/2/")
    write(page, cast["aloen"], 2, "6,5")
    until(lambda: stored(cast["aloen"]) == {2: 390})
    page.get_by_role("button", name="aller au mardi 3 novembre").tap()
    expect(page.locator("h1")).to_have_text("Mardi 3 novembre")
    assert page.url.endswith("/jour/3/")

    page.context.set_offline(True)
    state = page.get_by_role("status").filter(has_text="Hors connexion. Votre saisie est gardée ici.")
    write(page, cast["aloen"], 3, "5")
    expect(state).to_be_visible()
    page.get_by_role("button", name="aller au mercredi 4 novembre").tap()
    expect(state.get_by_role("button", name="Réessayer")).to_be_visible()
    expect(page.locator("h1")).to_have_text("Mardi 3 novembre")
    assert page.evaluate(KEPT) == [f"saisie:{cast['maelle'].pk}:{MONTH}jour/3/"]
    assert stored(cast["aloen"]) == {2: 390}
    page.context.set_offline(False)
    expect(page.locator("#etat")).to_have_text("Envoyé.")
    assert stored(cast["aloen"]) == {2: 390, 3: 300}
    assert page.evaluate(KEPT) == []

    page.goto(site.url + MONTH)
    write(page, cast["book"], 4, "7")
    until(lambda: stored(cast["book"]) == {4: 420})
    page.context.set_offline(True)
    for number, text in ((5, "7h30"), (6, "4")):
        write(page, cast["book"], number, text)
    expect(page.locator("#etat")).to_contain_text("Hors connexion")
    assert stored(cast["book"]) == {4: 420}
    page.context.set_offline(False)
    until(lambda: stored(cast["book"]) == {4: 420, 5: 450, 6: 240})
    expect(page.locator("#somme")).to_contain_text("30,00 h")


@pytest.mark.parametrize("path", [MONTH, f"{MONTH}?plus=1", f"{MONTH}jour/3/"])
def test_a_thumb_hits_what_it_aims_at(cast, enter, site, path):
    page = enter(cast["maelle"], "phone", has_touch=True)
    page.goto(site.url + path)
    assert page.evaluate(SMALL) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(OVERFLOW) == 0
    for _ in range(12):
        page.keyboard.press("Tab")
        focused = page.evaluate(f"getComputedStyle({HERE}).outlineStyle")
        assert focused != "none", page.evaluate(f"{HERE}.outerHTML")


def test_the_day_fills_a_wide_screen(cast, enter, site):
    page = enter(cast["maelle"])
    page.goto(f"{site.url}{MONTH}jour/3/")
    right = "each => each.getBoundingClientRect().right"
    margin = page.locator("h1").evaluate("each => each.getBoundingClientRect().left")
    calendar = page.get_by_role("region", name="Novembre 2026")
    assert calendar.evaluate(right) == page.locator("body").evaluate(right) - margin
    places = [place.bounding_box() for place in page.locator(".day-place").all()]
    assert places[0]["y"] == places[1]["y"]
    assert places[0]["x"] < places[1]["x"]
    page.set_viewport_size({"width": 390, "height": 844})
    assert len({place.bounding_box()["x"] for place in page.locator(".day-place").all()}) == 1


def test_what_was_typed_without_network_comes_back_with_the_page(cast, enter, site):
    page = enter(cast["maelle"], "phone", has_touch=True, allowed_errors=CUT)
    page.goto(site.url + MONTH)
    page.context.set_offline(True)
    write(page, cast["aloen"], 9, "3,25")
    expect(page.locator("#etat")).to_contain_text("Hors connexion")
    page.close()
    assert Timesheet.objects.count() == 0
    # Meanwhile the month is opened, and the timesheet has another name.
    recording.open_month(NOVEMBER, at=NOW)

    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(site.url + MONTH)
    expect(cell(page, cast["aloen"], 9)).to_have_value("3,25")
    sentence = "Une saisie gardée sur cet appareil a été reprise et envoyée."
    expect(page.get_by_role("status").filter(has_text=sentence)).to_be_visible()
    assert stored(cast["aloen"]) == {9: 195}
    page.reload()
    expect(cell(page, cast["aloen"], 9)).to_have_value("3,25")
    expect(page.locator("#etat")).to_be_empty()


def test_a_draft_of_the_next_day_is_sent_when_the_page_leads_there(cast, enter, site):
    page = enter(cast["maelle"], allowed_errors=CUT)
    page.goto(f"{site.url}{MONTH}jour/3/")
    unfold(page, cast["aloen"], 3)
    page.context.set_offline(True)
    cell(page, cast["aloen"], 3).fill("5")
    cell(page, cast["aloen"], 3).press("Tab")
    expect(page.locator("#etat")).to_contain_text("Hors connexion")
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(f"{site.url}{MONTH}jour/2/")
    page.get_by_role("button", name="aller au mardi 3 novembre").click()
    expect(page.locator("h1")).to_have_text("Mardi 3 novembre")
    expect(cell(page, cast["aloen"], 3)).to_have_value("5")
    expect(cell(page, cast["aloen"], 3)).to_be_visible()
    sentence = "Une saisie gardée sur cet appareil a été reprise et envoyée."
    expect(page.locator("#etat")).to_have_text(sentence)
    assert stored(cast["aloen"]) == {3: 300}
    assert page.evaluate(KEPT) == []


@pytest.mark.parametrize(("choice", "minutes"), [("Votre saisie", 360), ("Nolwenn Jégo", 300)])
def test_two_people_at_the_same_day_see_both_values(cast, enter, site, choice, minutes):
    sheet = world.timesheet(cast["aloen"], {date(2026, 11, 3): 420}, status="draft", by=cast["maelle"])
    page = enter(cast["maelle"], "phone", has_touch=True, allowed_errors=f"{CUT}|{REFUSED}")
    page.goto(site.url + MONTH)
    page.context.set_offline(True)
    write(page, cast["aloen"], 3, "6")
    expect(page.locator("#etat")).to_contain_text("Hors connexion")
    recording.save(
        sheet,
        {date(2026, 11, 3): {"worked": 300}, date(2026, 11, 9): {"worked": 60}},
        by=cast["nolwenn"],
        at=NOW,
        reason="Corrigé avec le planning",
    )
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    page.goto(site.url + MONTH)

    expect(page.get_by_role("heading", name="Un jour a changé entre-temps")).to_be_visible()
    days = page.get_by_role("group", name="Mardi 3 novembre, Aloen")
    expect(days.get_by_text("6 h", exact=True)).to_be_visible()
    expect(days.get_by_text("5 h", exact=True)).to_be_visible()
    expect(page.locator("#etat").get_by_role("button", name="L’abandonner")).to_be_visible()
    assert stored(cast["aloen"]) == {3: 300, 9: 60}
    page.locator(".versus label").filter(has_text=choice).tap()
    page.get_by_role("button", name="Enregistrer ce choix").tap()
    expect(page.get_by_role("heading", name="Un jour a changé entre-temps")).to_have_count(0)
    assert stored(cast["aloen"]) == {3: minutes, 9: 60}
    assert page.evaluate(KEPT) == []


def test_a_draft_that_is_dropped_is_gone(cast, enter, site):
    sheet = world.timesheet(cast["aloen"], {date(2026, 11, 3): 420}, status="draft", by=cast["maelle"])
    page = enter(cast["maelle"], allowed_errors=f"{CUT}|{REFUSED}")
    page.goto(site.url + MONTH)
    page.context.set_offline(True)
    cell(page, cast["aloen"], 3).fill("6")
    cell(page, cast["aloen"], 3).press("Tab")
    expect(page.locator("#etat")).to_contain_text("Hors connexion")
    recording.submit(sheet, by=cast["maelle"], at=NOW)
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#etat")).to_contain_text("reprise. Ne se modifie plus : 03/11 : 6.")
    expect(cell(page, cast["aloen"], 3)).to_have_value("7")
    page.get_by_role("button", name="L’abandonner").click()
    expect(page.locator("#etat")).to_be_empty()
    assert page.evaluate(KEPT) == []
    assert stored(cast["aloen"]) == {3: 420}


def test_a_server_that_fails_is_tried_again(cast, enter, site):
    page = enter(cast["maelle"], allowed_errors="status of 50|Response Status Error")
    page.goto(site.url + MONTH)
    page.route(
        f"**{MONTH}",
        lambda route: route.fulfill(status=502) if route.request.method == "POST" else route.continue_(),
    )
    cell(page, cast["aloen"], 2).fill("7")
    cell(page, cast["aloen"], 2).press("Tab")
    expect(page.locator("#etat")).to_contain_text("Le serveur ne répond pas. Votre saisie est gardée ici.")
    expect(page.locator(".toast")).to_have_count(0)
    page.unroute(f"**{MONTH}")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#etat")).to_have_text("Envoyé.")
    assert stored(cast["aloen"]) == {2: 420}


def test_a_session_that_ended_loses_nothing(cast, enter, site):
    page = enter(cast["maelle"], allowed_errors="status of 403|Response Status Error")
    page.goto(site.url + MONTH)
    Session.objects.all().delete()
    cell(page, cast["aloen"], 2).fill("7")
    cell(page, cast["aloen"], 2).press("Tab")
    expect(page.locator("#etat")).to_contain_text("Votre session a pris fin. Reconnectez-vous")
    expect(cell(page, cast["aloen"], 2)).to_have_value("7")
    page.get_by_role("link", name="Se reconnecter").click()
    page.get_by_label("Adresse e-mail").fill(cast["maelle"].email)
    page.get_by_label("Mot de passe", exact=True).fill(world.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"**{MONTH}")
    expect(page.locator("#etat")).to_have_text("Une saisie gardée sur cet appareil a été reprise et envoyée.")
    assert stored(cast["aloen"]) == {2: 420}


def test_a_draft_is_for_its_author_alone(cast, enter, site):
    page = enter(cast["nolwenn"])
    page.goto(site.url)
    mine, hers = f"saisie:{cast['nolwenn'].pk}:/a/", f"saisie:{cast['maelle'].pk}:/a/"
    page.evaluate("keys => keys.forEach(key => localStorage.setItem(key, '{}'))", [mine, hers])
    page.reload()
    assert page.evaluate(KEPT) == [mine]
    page.get_by_role("button", name="Mon compte").click()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/compte/login/**")
    assert page.evaluate(KEPT) == []
