"""The entrance and what is shown once: passwords read while typed, an address copied, nothing below what is needed."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import world
from tests.browser.conftest import SIZES

pytestmark = pytest.mark.django_db(transaction=True)

RIGHT = "box => document.querySelector(box).getBoundingClientRect().right"
# What stands side by side in a button: a word of its own, beside an element, would be a column.
COLUMNS = """button => [...button.childNodes].filter(node => node.textContent.trim() || node.children).map(
    node => node.nodeName)"""


@pytest.fixture
def maelle(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)
    world.group()
    aloen = world.member("Aloen")
    found = world.employee(members=[aloen])
    world.assignment(found, aloen)
    return found.user


@pytest.fixture
def visit(browser, site):
    context = browser.new_context(locale="fr-FR")
    yield lambda size: _sized(context.new_page(), size)
    context.close()


def _sized(page, size):
    page.set_viewport_size(SIZES[size])
    return page


@pytest.mark.parametrize("size", SIZES)
def test_the_login_form_comes_first_and_its_password_can_be_read(maelle, visit, site, settings, size):
    settings.DEMO_MODE = True
    page = visit(size)
    page.goto(f"{site.url}/compte/login/")
    expect(page.get_by_role("heading", name="Visiter la démonstration")).to_be_visible()
    button = page.get_by_role("button", name="Se connecter")
    assert button.bounding_box()["y"] + button.bounding_box()["height"] < SIZES[size]["height"]

    password = page.get_by_label("Mot de passe", exact=True)
    password.fill("bruyère et ajonc")
    reveal = page.get_by_role("button", name="Afficher le mot de passe")
    reveal.click()
    expect(password).to_have_attribute("type", "text")
    expect(reveal).to_have_attribute("aria-pressed", "true")
    reveal.click()
    expect(password).to_have_attribute("type", "password")
    key = page.get_by_role("button", name="Utiliser une clé d’accès")
    assert key.evaluate(COLUMNS) == ["svg", "SPAN"]


@pytest.mark.parametrize("size", SIZES)
def test_the_address_of_a_calendar_is_copied(maelle, enter, site, size):
    page = enter(maelle, size, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{site.url}/equipe/agenda/")
    page.get_by_role("button", name="Créer l’adresse").click()
    page.get_by_role("button", name="Copier l’adresse").click()
    expect(page.get_by_role("status").filter(has_text="Copiée.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#address").input_value()


@pytest.mark.parametrize("size", SIZES)
def test_without_a_role_the_bar_keeps_its_two_ends(maelle, enter, site, size):
    page = enter(world.user("Perig Le Roux"), size)
    page.goto(site.url)
    expect(page.get_by_role("heading", name="Il manque une dernière étape")).to_be_visible()
    gap = page.evaluate(RIGHT, ".bar__in") - page.evaluate(RIGHT, ".bar__side")
    assert gap < 60
