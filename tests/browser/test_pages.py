"""Every page for every role, wide and narrow, light and dark: no fault in the console, nothing cut off, WCAG 2.2 AA."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings as configured
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from billing.documents import rendering
from billing.models import FundingLine, Invoice, Letter, Payment, Rendering
from groupement.demo import cast, founding, story
from members.models import User
from tests import emptying, world
from tests.browser.conftest import PATIENCE, SIZES
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db  # what a test itself would write, the site does not see

OPEN, CLOSED = cast.OPEN, cast.CLOSED[-1]
NARROWEST = {"width": 320, "height": 640}
# WCAG 1.4.4: text twice as large, by the browser's own setting, on the width that 1.4.10 counts from.
LARGE_TEXT = {"width": 1280, "height": 900}
FONT_SIZES = {1: {"standard": 16, "fixed": 13}, 2: {"standard": 32, "fixed": 26}}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Every page in both sizes and both schemes, in turn: a colour that fails on one page fails on the next as well.
TURNS = [[("laptop", "light"), ("phone", "dark")], [("laptop", "dark"), ("phone", "light")]]
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
    "preload": False,
    "iframes": False,
}
# The first grid is read whole; of further ones the weeks that repeat the first two are left out.
REPEATED = {"exclude": [[".weeks > section:nth-child(n+3):not(:last-child)"]]}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A table that is wider than what holds it scrolls there, and the keyboard reaches it.
TABLES = """() => [...document.querySelectorAll('main table')].filter(table => {
    const holder = table.parentElement, seen = table.getBoundingClientRect();
    if (!seen.width || table.closest('.vh') || seen.right <= holder.getBoundingClientRect().right + 1) return false;
    return getComputedStyle(holder).overflowX != 'auto' || holder.tabIndex != 0 || !holder.ariaLabel;
}).map(table => table.caption?.textContent ?? table.className)"""
# A name in a list of definitions is broken between its words, never in one: no « Échéan-ce ».
BROKEN = """() => [...document.querySelectorAll('main dt')].filter(name => name.checkVisibility()).flatMap(name => {
    const found = [], texts = document.createTreeWalker(name, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[^ \\n-]+/g)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, word.index);
        range.setEnd(texts.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1) found.push(word[0]);
    }
    return found;
})"""
# Contrast takes three quarters of the time. Text of the colour and size of two others that were read, on the same
# ground as theirs, has their contrast: it is marked, and not measured again, nor is what only screen readers say.
# What is laid over others without a ground of its own is always measured.
MARK_ALIKE = """counts => {
    const grounds = new Map([[null, '']]), alike = new Map(Object.entries(counts));
    const ground = element => {
        if (!grounds.has(element)) {
            const style = getComputedStyle(element), own = style.backgroundColor, below = ground(element.parentElement);
            const hides = /^rgb\\(/.test(own) && !/opacity/.test(below);
            grounds.set(element, [
                hides ? '' : below,
                own == 'rgba(0, 0, 0, 0)' ? '' : own,
                style.backgroundImage == 'none' ? '' : style.backgroundImage,
                style.opacity == 1 ? '' : `opacity ${style.opacity}`,
                hides || ['static', 'relative'].includes(style.position) ? '' : 'over',
            ].join(' ').trim());
        }
        return grounds.get(element);
    };
    for (const element of document.body.querySelectorAll('*')) {
        element.removeAttribute('data-alike');
        if (![...element.childNodes].some(node => node.nodeType == 3 && node.data.trim())) continue;
        const style = getComputedStyle(element), below = ground(element);
        const { color, fontSize, fontWeight, textShadow } = style;
        const appearance = [element.tagName, color, fontSize, fontWeight, textShadow, below].join('|');
        alike.set(appearance, (alike.get(appearance) ?? 0) + 1);
        if (alike.get(appearance) > 2 && !below.includes('over') || element.closest('.vh')) element.dataset.alike = '';
    }
    axe.configure({rules: [{id: 'color-contrast', selector: ':not([data-alike])'}]});
    return Object.fromEntries(alike);
}"""
VIOLATIONS = """([where, options]) => axe.run(where, options).then(found => found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.any.map(one => one.message)[0]}`)))"""

ROLES = {
    None: ["/compte/login/", "/compte/login/code/", "/compte/password/reset/", "/invitation/rien/"],
    "maelle.kerbrat": [
        "/heures/{open}/",
        "/heures/{open}/?plus=1",
        "/heures/{open}/jour/5/",
        "/heures/{open}/jour/4/?plus=1",
        "/heures/{closed}/jour/6/",
        "/heures/{closed}/alertes/",
        "/heures/mon-annee/",
        "/equipe/planning/2026-S45/",
        "/equipe/planning/2026-11/",
        "/equipe/agenda/",
        "/heures/import/",
        "/heures/export/",
        "/preferences/",
        "/charte/",
        "/compte/email/",
        "/compte/password/change/",
        "/compte/2fa/",
        "/compte/2fa/totp/activate/",
        "/compte/sessions/",
        "/facturation/",
        "/nulle-part/",
    ],
    "erwan.lebris": [
        "/accueil/",
        "/echeances/",
        "/heures/a-viser/",
        "/heures/engagement/",
        "/heures/releve/{submitted}/",
        "/heures/releve/{billed}/",
        "/heures/{open}/{assignment}/",
        "/heures/{open}/{assignment}/jour/4/",
        "/heures/import/",
        "/equipe/agenda/",
        "/equipe/planning/2026-S45/",
        "/equipe/planning/2026-11/",
        "/facturation/factures/",
        "/facturation/factures/{invoice}/",
        "/charte/",
        "/preferences/",
    ],
    "solene.rivoal": [
        "/heures/mois/{open}/",
        "/heures/mois/{open}/a-faire/",
        "/heures/mois/{closed}/",
        "/heures/mois/2026-12/",
        "/heures/releve/{submitted}/",
        "/heures/{open}/personne/{employee}/",
        "/heures/{open}/personne/{employee}/jour/4/",
        "/heures/import/",
        "/heures/export/",
        "/heures/alertes/?mois={closed}&gravite=toutes",
        "/heures/annee/",
        "/heures/annee/?personne={employee}",
        "/heures/annee/?adherent={member}",
        "/equipe/planning/2026-S45/?vue=personnes&qui={employee}&jour=2026-11-05&mission={assignment}&vers=2026-11-06",
        "/equipe/planning/2026-S45/?vue=adherents",
        "/equipe/planning/2026-11/",
        "/facturation/",
        "/facturation/{closed}/",
        "/echeances/?etat=toutes",
        "/echeances/ajouter/",
        "/echeances/agenda/",
        "/echeances/vat_return:2026-10/",
        "/charte/1/",
        "/equipe/agenda/",
        "/preferences/",
        "/preferences/?pour={principal}",
    ],
    "gael.perrot": [
        "/facturation/",
        "/facturation/{closed}/",
        "/facturation/{open}/",
        "/facturation/{open}/?confirmer=emission",
        "/facturation/couts/?mois={closed}",
        "/facturation/couts/?mois={open}",
        "/facturation/factures/",
        "/facturation/factures/?mois=2026-13",
        "/facturation/factures/{invoice}/",
    ],
}
# The pages of money, in parts that browsers read side by side.
MONEY = [
    (
        "gael.perrot",
        [
            "/facturation/reglements/",
            "/facturation/reglements/nouveau/?adherent={member}",
            "/facturation/reglements/{payment}/",
            "/facturation/comptes/",
            "/facturation/comptes/{member}/",
            "/facturation/relances/",
            "/facturation/relances/relire/",
            "/facturation/relances/envoyees/",
            "/facturation/relances/courriers/{letter}/",
            "/facturation/relances/niveaux/",
            "/facturation/relances/penalites/",
            "/facturation/banque/",
            "/facturation/factures/{credited}/",
            "/facturation/factures/{credit_note}/",
            "/facturation/factures/{credited}/avoir/",
        ],
    ),
    (
        "gael.perrot",
        [
            "/facturation/couts/provisions/",
            "/facturation/couts/aides/",
            "/facturation/frais/tous/",
            "/facturation/cotisations/",
            "/facturation/lignes/",
            "/facturation/prix/",
            "/facturation/prix/{assignment}/",
            "/facturation/prix/{assignment}/changer/",
            "/facturation/prix/simulateur/",
            "/facturation/devis/",
            "/facturation/annee/",
            "/facturation/annee/regularisations/apercu/?du=2026-08&au=2026-09",
            "/facturation/annee/solidarite/",
            "/facturation/annee/reserve/",
            "/facturation/financements/",
            "/facturation/financements/{funding}/",
        ],
    ),
    (
        "solene.rivoal",
        [
            "/facturation/prix/",
            "/facturation/comptes/",
            "/facturation/frais/tous/",
            "/facturation/financements/",
        ],
    ),
    (
        "erwan.lebris",
        [
            "/facturation/comptes/{member}/",
            "/facturation/relances/courriers/{letter}/",
            "/facturation/factures/{invoice}/contester/",
            "/facturation/annee/solidarite/ma-part/",
            "/facturation/devis/",
        ],
    ),
    ("maelle.kerbrat", ["/facturation/frais/"]),
]
# Django's own pages: their layout is Django's, but our policy must not break them.
ADMIN = [
    "/admin/",
    "/admin/members/member/",
    "/admin/members/member/{member}/change/",
    "/admin/billing/invoice/",
]


@pytest.fixture(scope="module")
def site(
    server: LiveServer, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """The site early in November, with one database for all tests of this module: they read it only."""
    storage = configured.STORAGES["private"]
    private = storage | {"OPTIONS": storage["OPTIONS"] | {"location": tmp_path_factory.mktemp("files")}}
    changed = override_settings(
        STORAGES=configured.STORAGES | {"private": private}, REQUIRE_SECOND_FACTOR=False, ALLOWED_HOSTS=["*"]
    )
    with pytest.MonkeyPatch.context() as patch, changed, django_db_blocker.unblock():
        patch.setattr(timezone, "now", lambda: world.at(date(2026, 11, 5)))
        yield server
        emptying.empty()
        emptying.bring()
        connection.close()


@pytest.fixture(scope="module")
def demo(site: LiveServer) -> dict[str, Any]:
    """La Ronde as it stands: two months billed, one with drafts, one PDF that failed."""
    founding.found()
    story.live()
    for month in cast.CLOSED:
        story.bill(month)
    story.collect()
    story.drafting.draft(OPEN, by=story.user("gael.perrot"), at=timezone.now())
    waiting = list(Rendering.objects.order_by("pk").values_list("invoice", flat=True))
    for invoice in waiting[:3]:
        rendering.render(invoice, at=timezone.now())
    now = timezone.now()
    Rendering.objects.filter(invoice=waiting[-1]).update(status="failed", started_at=now, finished_at=now)
    sheets = Timesheet.objects.filter(assignment__member__short_name="Optim’ism").order_by("pk")
    submitted = sheets.filter(month=OPEN, status="submitted").first()
    return {
        "open": OPEN,
        "closed": CLOSED,
        "submitted": submitted.pk,
        "billed": sheets.filter(month=CLOSED).first().pk,
        "assignment": submitted.assignment_id,
        "employee": submitted.employee_id,
        "member": submitted.assignment.member_id,
        "principal": story.user("erwan.lebris").pk,
        "invoice": Invoice.objects.filter(member=submitted.assignment.member_id).earliest("sequence").pk,
        "payment": Payment.objects.earliest("pk").pk,
        "letter": Letter.objects.filter(member=submitted.assignment.member_id).earliest("pk").pk,
        "credit_note": Invoice.objects.get(kind="credit_note").pk,
        "credited": Invoice.objects.get(credit_notes__isnull=False).pk,
        "funding": FundingLine.objects.earliest("pk").pk,
    }


@pytest.fixture(scope="module")
def sessions(demo: dict[str, Any]) -> dict[str, str]:
    """A session of everybody whose pages are read."""
    made = {}
    for login in {login for login, _ in [*ROLES.items(), *MONEY] if login} | {"malo.kervella"}:
        client = Client()
        client.force_login(User.objects.get(email=f"{login}@{story.cast.DOMAIN}"))
        made[login] = client.cookies[configured.SESSION_COOKIE_NAME].value
    return made


class Reader:
    """One role's browser, whose pages are read in every size and scheme; what is wrong is collected, not raised."""

    def __init__(self, browser: Browser, site: LiveServer, login: str | None, session: str) -> None:
        self.site, self.login = site, login
        self.context: BrowserContext = browser.new_context(
            viewport=SIZES["laptop"], locale="fr-FR", reduced_motion="reduce"
        )
        if session:
            self.context.add_cookies(
                [{"name": configured.SESSION_COOKIE_NAME, "value": session, "url": site.url}]
            )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.settings = self.context.new_cdp_session(self.page)
        self.faults: list[str] = []
        self.alike: dict[str, int] = {}
        self.path = ""
        self.page.on("pageerror", lambda error: self.note(f"error: {error}"))
        self.page.on(
            "console", lambda line: self.note(f"console: {line.text}") if line.type == "error" else None
        )

    def note(self, fault: str) -> None:
        # A page that says "not found" is loaded with 404, and Chromium says so.
        if "Failed to load resource" not in fault or "status of 4" not in fault:
            self.faults.append(f"{self.login} {self.path}: {fault}")

    def open(self, path: str) -> None:
        self.path = path
        self.page.set_viewport_size(SIZES["laptop"])
        self.page.goto(f"{self.site.url}{path}")
        self.page.evaluate("document.fonts.ready")

    def read(self, path: str, turn: int) -> None:
        """Open a page, then check it."""
        self.open(path)
        self.check_page(turn)

    def check_page(self, turn: int) -> None:
        """Note what is wrong with the open page in both sizes, each in one scheme, narrower, and with large text."""
        self.page.evaluate(AXE_SCRIPT)
        for size, scheme in TURNS[turn % 2]:
            self.page.set_viewport_size(SIZES[size])
            self.page.emulate_media(color_scheme=scheme)
            self.measure(size)
            self.alike = self.page.evaluate(MARK_ALIKE, self.alike)
            where = REPEATED if turn else {"include": [["html"]]}
            found = self.page.evaluate(VIOLATIONS, [where, OPTIONS])
            self.faults += [f"{self.login} {self.path} {size} {scheme}: {fault}" for fault in found]
        self.page.set_viewport_size(NARROWEST)
        self.measure("320")
        self.page.set_viewport_size(LARGE_TEXT)
        self.settings.send("Page.setFontSizes", {"fontSizes": FONT_SIZES[2]})
        self.measure("200 %")
        self.settings.send("Page.setFontSizes", {"fontSizes": FONT_SIZES[1]})

    def measure(self, size: str) -> None:
        if too_wide := self.page.evaluate(OVERFLOW):
            self.note(f"{size}: {too_wide} pixels wider than the screen")
        for table in self.page.evaluate(TABLES):
            self.note(f"{size}: table out of its place: {table}")
        for word in self.page.evaluate(BROKEN):
            self.note(f"{size}: broken in a word: {word}")


@pytest.fixture
def readers(browser: Browser, site: LiveServer, sessions: dict[str, str]) -> Iterator[Any]:
    opened: list[Reader] = []

    def reader(login: str | None) -> Reader:
        opened.append(Reader(browser, site, login, sessions[login] if login else ""))
        return opened[-1]

    yield reader
    for each in opened:
        each.context.close()


FAULTY = """<!doctype html><html lang="fr"><title>Faux</title><main><h1>Faux</h1>
<p style="color: #ccc; background: #fff">Trop pâle</p><input>
<ul><li>Un</li><li>Deux</li><li>Trois</li><li>Quatre</li><li style="color: #999">Cinq</li>
<li style="background: #333">Six</li></ul><div style="width: 2000px">Trop large</div>
<div style="position: absolute; color: #aaa">Au-dessus</div>
<div style="position: absolute; color: #aaa; left: 8rem">Encore</div>
<div style="position: absolute; color: #aaa; left: 16rem">Toujours</div>
<dl><dt style="width: 2rem; overflow-wrap: anywhere">Échéance</dt><dd>Demain</dd></dl>
<div style="width: 70rem"><table style="width: 71rem"><caption>Trop large</caption></table></div></main>"""


def test_a_reader_would_see_a_fault(readers):
    reader = readers(None)
    reader.page.set_content(FAULTY)
    reader.check_page(0)
    report = "\n".join(reader.faults)
    # Of items with one appearance two were read in the first size, none in the second; the others are always measured.
    assert reader.page.locator("[data-alike]").all_text_contents() == ["Un", "Deux", "Trois", "Quatre"]
    assert report.count("color-contrast: div") == 6
    for fault in (
        "color-contrast: p",
        "color-contrast: li:nth-child(5)",
        "color-contrast: li:nth-child(6)",
        "label: input",
        "320: 1688 pixels wider",
        "laptop: 568 pixels wider",
        "200 %: 1000 pixels wider",
        "320: table out of its place: Trop large",
        "320: broken in a word: Échéance",
    ):
        assert fault in report
    reader.open("/nulle-part/")
    reader.page.evaluate("console.error('Voyez')")
    assert reader.faults[-1] == "None /nulle-part/: console: Voyez"


@pytest.mark.parametrize(
    ("login", "paths"),
    [*ROLES.items(), *MONEY],
    ids=[
        *(login or "visitor" for login in ROLES),
        *(f"{login}-money-{part}" for part, (login, _) in enumerate(MONEY)),
    ],
)
def test_every_page_of_a_role(demo, readers, login, paths):
    reader = readers(login)
    for turn, path in enumerate(paths):
        reader.read(path.format(**demo), turn)
    assert reader.faults == []


def test_the_admin_s_pages_run_under_our_policy(demo, readers):
    admin = readers("malo.kervella")
    for path in ADMIN:
        admin.open(path.format(**demo))
    assert admin.faults == []
