"""The system's Chromium, a live site, and a worker beside it."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import world

# The headless shell is the same browser without windows; it starts and draws with less.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",  # letters as wide as they are drawn, whatever the machine's settings
]
ROOT = Path(__file__).parents[2]
# Chromium knows one typeface beside those that pages load, and it is ours: what fits depends on no machine's fonts,
# and a machine without any does, where Chromium ends at the first letter that is not there yet.
FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{ROOT / "static/fonts"}</dir>
  <selectfont><rejectfont><glob>*.woff2</glob></rejectfont></selectfont>
  <cachedir>{{cache}}</cachedir>
</fontconfig>
"""
PATIENCE = 30_000  # milliseconds; a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)
SIZES = {"laptop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all that is here; without a browser, say what to install."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # One site and one browser for a module: they share the worker's queue.
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium here: apt-get install chromium"))


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("fonts")
    fonts = folder / "fonts.conf"
    fonts.write_text(FONTS.format(cache=folder / "cache"))
    # Playwright's loop runs in this thread; the tests still talk to the database from it, one statement at a time.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
        )
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def server(django_db_setup: None) -> Iterator[LiveServer]:
    """The site served for real, by one server for all tests of this process."""
    started = LiveServer("localhost")
    yield started
    started.stop()


@pytest.fixture
def site(server: LiveServer, transactional_db: None, settings: Any) -> Iterator[LiveServer]:
    """The site without a second factor; the rows of the test are deleted after it."""
    settings.REQUIRE_SECOND_FACTOR = False
    settings.ALLOWED_HOSTS = ["*"]
    yield server
    for connection in connections.all():
        connection.close()


def log_in(page: Page, person: Any, site: Any) -> None:
    """By the login page, as people do; it ends on their first page."""
    page.goto(f"{site.url}/compte/login/")
    page.get_by_label("Adresse e-mail").fill(person.email)
    page.get_by_label("Mot de passe", exact=True).fill(world.PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(lambda url: "/compte/login" not in url)


@pytest.fixture
def enter(browser: Browser, site: Any, settings: Any) -> Iterator[Callable[..., Page]]:
    """An empty page in a browser of its own, whose person is logged in; faults of the page fail the test.

    ``by_form``: by the login page, and so on the person's first page.
    ``allowed_errors`` is a pattern of what the console may say all the same, when the network is cut or a day refused.
    """
    opened: list[tuple[BrowserContext, list[str]]] = []

    def entered(
        person: Any, size: str = "laptop", *, by_form: bool = False, allowed_errors: str = "", **options: Any
    ) -> Page:
        from members.access import trust_email

        trust_email(person)
        context = browser.new_context(viewport=SIZES[size], locale="fr-FR", **options)
        page = context.new_page()
        faults: list[str] = []

        def is_fault(line: Any) -> bool:
            return line.type == "error" and not (allowed_errors and re.search(allowed_errors, line.text))

        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if is_fault(line) else None)
        opened.append((context, faults))
        page.set_default_timeout(PATIENCE)
        if by_form:
            log_in(page, person, site)
        else:
            client = Client()
            client.force_login(person)
            name = settings.SESSION_COOKIE_NAME
            context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site.url}])
        return page

    yield entered
    for context, faults in opened:
        context.close()
        assert faults == []


@pytest.fixture
def worker(settings: Any) -> Iterator[None]:
    """A Celery worker beside the site, as in the mode without a broker; it ends with the test."""
    from threading import Thread

    from groupement.celery import app

    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    app.control.purge()  # what tests without a worker queued for rows that are gone
    controller = app.WorkController(
        pool="solo", without_gossip=True, without_mingle=True, without_heartbeat=True, loglevel="WARNING"
    )
    thread = Thread(target=controller.start, name="test-worker", daemon=True)
    thread.start()
    yield
    controller.stop()
    thread.join(timeout=10)


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait for what happens elsewhere."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
