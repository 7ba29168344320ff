"""A session opened anew in a second tab: the first goes on, and nothing that was typed is lost."""

import shutil
from contextlib import contextmanager

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from members.access import trust_email
from members.middleware import PrivateAnswersMiddleware
from members.models import Member
from tests import world
from tests.browser.conftest import CHROMIUM, FLAGS, log_in, until
from tests.browser.test_entry import MONTH, cast, cell, stored

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["cast"]
REFUSED = "status of 403|Response Status Error"
DEAF = "delete window.BroadcastChannel"


def log_in_anew(page, person, site):
    """In a second tab of the same browser; the first one knows nothing of it."""
    Session.objects.all().delete()
    second = page.context.new_page()
    log_in(second, person, site)
    return second


def write(page, assignment, number, text):
    cell(page, assignment, number).fill(text)
    cell(page, assignment, number).press("Tab")


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_the_first_tab_goes_on(cast, enter, site, size):
    page = enter(cast["maelle"], size)
    page.goto(site.url + MONTH)
    log_in_anew(page, cast["maelle"], site)
    write(page, cast["aloen"], 2, "7")
    until(lambda: stored(cast["aloen"]) == {2: 420})
    expect(page.locator(".toast")).to_have_count(0)
    # A form without htmx, too.
    with page.expect_navigation():
        page.evaluate("document.querySelector('form[action*=theme], form[action*=apparence]').submit()")
    assert "a expiré" not in page.content()


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_a_tab_that_was_not_told_asks_and_sends_again(cast, enter, site, size):
    page = enter(cast["maelle"], size, allowed_errors=REFUSED)
    page.add_init_script(DEAF)
    page.goto(site.url + MONTH)
    log_in_anew(page, cast["maelle"], site)
    write(page, cast["aloen"], 2, "7")
    expect(page.locator("#etat")).to_have_text("Envoyé.")
    assert stored(cast["aloen"]) == {2: 420}
    write(page, cast["aloen"], 3, "6")
    until(lambda: stored(cast["aloen"]) == {2: 420, 3: 360})


def open_member(enter, site, *, knows=True):
    world.group()
    boss, aloen = world.admin(), world.member("Aloen")
    trust_email(boss)
    page = enter(boss, allowed_errors=REFUSED)
    if not knows:
        page.add_init_script(DEAF)
    page.goto(f"{site.url}{reverse('admin:members_member_change', args=[aloen.pk])}")
    page.locator("[name=short_name]").fill("Aloen Bro")
    log_in_anew(page, boss, site)
    return page


def test_a_form_of_the_administration_goes_on_after_a_login_in_a_second_tab(enter, site):
    page = open_member(enter, site)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Aloen Bro")
    assert Member.objects.filter(short_name="Aloen Bro").exists()


def test_a_form_of_the_administration_that_was_not_told_goes_on_from_the_page_before(enter, site):
    page = open_member(enter, site, knows=False)
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("main")).to_contain_text("ce que vous avez écrit est resté sur la page d’avant")
    with page.expect_response(
        lambda answer: "/change/" in answer.url and answer.request.resource_type == "fetch"
    ):
        page.go_back()
    expect(page.locator("[name=short_name]")).to_have_value("Aloen Bro")
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Aloen Bro")
    assert Member.objects.filter(short_name="Aloen Bro").exists()


def test_hours_are_not_sent_in_the_name_of_another_person(cast, enter, site):
    page = enter(cast["maelle"], allowed_errors=REFUSED)
    page.goto(site.url + MONTH)
    trust_email(cast["nolwenn"])
    log_in_anew(page, cast["nolwenn"], site)
    expect(page.locator(".toast")).to_contain_text("Une autre personne s’est connectée dans ce navigateur.")
    write(page, cast["aloen"], 2, "7")
    expect(page.locator("#etat")).to_contain_text("votre saisie est gardée")
    expect(cell(page, cast["aloen"], 2)).to_have_value("7")
    assert stored(cast["aloen"]) == {}


def test_a_page_that_the_browser_kept_leaves_when_its_session_is_over(cast, enter, site):
    """Back, in browsers that show a page as it was left whatever it asks for."""
    page = enter(cast["maelle"], "laptop")
    page.goto(site.url + MONTH)
    Session.objects.all().delete()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.wait_for_url(lambda url: "/compte/login" in url)
    assert "Kerbrat" not in page.content()


@contextmanager
def back_after_logging_out(browser, person, site, settings):
    """The month, gone back to once its person has logged out, in a browser that keeps pages as they were left.

    Browsers differ in what keeps a page from being kept: an open channel does in this one. What our script does when
    such a page comes back is tried above, and kept from being told here.
    """
    kept = browser.browser_type.launch(
        # The shell without windows keeps no page.
        executable_path=shutil.which("chromium") or CHROMIUM,
        args=[*FLAGS, "--enable-features=BackForwardCache"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    try:
        context = kept.new_context()
        context.add_init_script(DEAF)
        context.add_init_script("addEventListener('pageshow', e => e.stopImmediatePropagation(), true)")
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
        page = context.new_page()
        page.goto(site.url + MONTH)
        assert "Kerbrat" in page.content()
        page.goto(f"{site.url}/compte/logout/")
        page.locator("main form button").click()
        page.wait_for_url("**/compte/login/**")
        for _ in range(2):
            # A page that was kept is shown, and not loaded again.
            page.go_back(wait_until="commit")
        yield page
    finally:
        kept.close()


def test_back_after_logging_out_finds_the_login(cast, browser, site, settings):
    with back_after_logging_out(browser, cast["maelle"], site, settings) as page:
        expect(page.get_by_label("Mot de passe", exact=True)).to_be_visible()
        assert "Kerbrat" not in page.content()


def test_without_what_forbids_to_keep_pages_back_would_show_them(cast, browser, site, settings, monkeypatch):
    """So the test above sees what it is for."""
    monkeypatch.setattr(
        PrivateAnswersMiddleware, "__call__", lambda middleware, request: middleware.get_response(request)
    )
    with back_after_logging_out(browser, cast["maelle"], site, settings) as page:
        until(lambda: "Kerbrat" in page.content())
