"""Landing by role, and a member’s home: its own hours, invoices and charter, and nobody else’s."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from charter import signing, writing
from tests import world
from tests.billing import scene
from tests.charter import agreed
from tests.world import DECEMBER, NOVEMBER

pytestmark = pytest.mark.django_db

HOME = reverse("member_home")


@pytest.fixture
def login(client, settings, monkeypatch):
    """Log people in on the third of December; the second factor has tests of its own."""
    settings.REQUIRE_SECOND_FACTOR = False
    settings.USERSESSIONS_TRACK_ACTIVITY = False  # its queries are not the page’s
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)

    def log_in(person):
        client.force_login(person)
        return client

    return log_in


def words(response):
    """What the page says, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


def opened_charter():
    charter = agreed.draft()
    writing.open_for_signature(charter, by=None, at=world.NOW)
    return charter


@pytest.mark.parametrize(
    ("roles", "place"),
    [
        ({"is_coordinator": True, "is_finance": True}, "timesheets:months"),
        ({"is_finance": True, "is_admin": True}, "billing:day"),
        ({"is_admin": True}, "admin:members_user_changelist"),
    ],
)
def test_each_role_lands_where_its_day_begins(login, aloen, roles, place):
    assert login(world.user(**roles)).get("/").url == reverse(place)


def test_member_staff_and_employees_land_at_home(login, aloen):
    assert login(world.staff(aloen)).get("/").url == HOME
    assert login(world.employee(members=[aloen]).user).get("/").url == reverse("timesheets:my_months")


def test_the_role_in_use_decides_where_one_lands(login, aloen):
    client = login(world.user(is_coordinator=True, is_finance=True))
    client.post(reverse("members:switch_role"), {"role": "finance"})
    assert client.get("/").url == reverse("billing:day")


def test_who_has_no_role_is_told_whom_to_ask(login, aloen):
    page = login(world.user("Ana Nouvelle")).get("/")
    assert page.status_code == 200
    assert "Bienvenue, Ana" in words(page)
    assert 'href="mailto:bonjour@laronde.example"' in page.content.decode()


@pytest.mark.parametrize("who", ["coordinator", "finance"])
def test_a_member_s_home_is_for_members(login, aloen, who):
    answer = login(getattr(world, who)()).get(HOME)
    assert answer.status_code == 403
    assert "réservée aux équipes des structures adhérentes" in words(answer)


def test_what_waits_comes_first_with_its_day_and_one_action(login, aloen):
    maelle = world.employee(members=[aloen])
    sheet = world.timesheet(world.assignment(maelle, aloen), world.hours(NOVEMBER, 28), status="submitted")
    page = login(world.staff(aloen)).get(HOME)
    assert "Jeudi 3 décembre. Une chose vous attend." in words(page)
    assert "28 h de Maëlle Kerbrat à viser au plus tard le lundi 7 décembre." in words(page)
    assert page.content.decode().count(f'href="{reverse("timesheets:sheet", args=[sheet.pk])}"') == 1


def test_a_delay_that_is_over_is_said(login, aloen):
    maelle = world.employee(members=[aloen])
    october = NOVEMBER.previous
    sheet = world.timesheet(
        world.assignment(maelle, aloen), world.hours(october, 7), month=october, status="submitted"
    )
    nolwenn = world.staff(aloen)
    world.visa_mail(sheet, nolwenn, world.at(date(2026, 11, 2), 7, 30))
    page = words(login(nolwenn).get(HOME))
    assert "7 h de Maëlle Kerbrat à viser, le délai a pris fin le vendredi 6 novembre." in page


def test_a_reader_sees_what_waits_and_has_no_button(login, aloen):
    maelle = world.employee(members=[aloen])
    sheet = world.timesheet(world.assignment(maelle, aloen), world.hours(NOVEMBER, 28), status="submitted")
    page = login(world.staff(aloen, function="reader")).get(HOME)
    assert "Rien ne vous attend." in words(page)
    assert "28 h de Maëlle Kerbrat à viser" in words(page)
    assert reverse("timesheets:sheet", args=[sheet.pk]) not in page.content.decode()


def test_people_show_planned_and_entered_hours_of_this_month(login, aloen):
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen)
    world.timesheet(placed, {date(2026, 12, 7): 450}, month=DECEMBER, status="draft")
    page = words(login(world.staff(aloen)).get(HOME))
    # Four Mondays of seven hours in December 2026.
    assert "Maëlle Kerbrat Comptable 28,00 h 7,50 h À saisir" in page
    assert "Heures en décembre 2026 7,50 h 28 h prévues" in page


def test_an_earlier_month_is_shown_and_a_later_one_is_not(login, aloen):
    maelle = world.employee(members=[aloen])
    world.timesheet(world.assignment(maelle, aloen), world.hours(NOVEMBER, 28))
    client = login(world.staff(aloen))
    assert "28,00 h Approuvé" in words(client.get(HOME, {"mois": "2026-11"}))
    for wanted in ("2027-05", "hier"):
        assert "Chez vous en décembre 2026" in words(client.get(HOME, {"mois": wanted}))


def test_hours_and_people_of_other_members_are_nowhere(login, aloen):
    sonam = world.member("Sonam")
    maelle = world.employee(members=[aloen, sonam])
    youenn = world.employee("Youenn", "Talec", members=[sonam])
    world.timesheet(world.assignment(maelle, sonam), world.hours(NOVEMBER, 35), status="submitted")
    world.timesheet(world.assignment(youenn, sonam), world.hours(NOVEMBER, 14), status="submitted")
    theirs = words(login(world.staff(sonam, "Anaïs Moal")).get(HOME))
    assert "35 h de Maëlle Kerbrat" in theirs
    mine = words(login(world.staff(aloen)).get(HOME))
    for word in ("Maëlle", "Youenn", "Sonam", "35"):
        assert word not in mine


def test_absences_and_their_causes_are_not_a_member_s_business(login, aloen):
    maelle = world.employee(members=[aloen])
    world.assignment(maelle, aloen)
    world.timesheet(maelle, {date(2026, 12, 1): 420}, month=DECEMBER, kind="sickness", status="draft")
    page = words(login(world.staff(aloen)).get(HOME))
    assert "Maëlle Kerbrat" in page
    assert "Maladie" not in page
    assert "7,00 h" not in page


def test_a_person_of_two_members_switches_and_goes_no_further(login, aloen):
    sonam, book = world.member("Sonam"), world.member("Book")
    both = world.staff(aloen)
    world.seat(both, sonam, starts_on=date(2026, 2, 1))
    client = login(both)
    first = client.get(HOME)
    assert "<h1>" in first.content.decode()
    assert words(first).index("Aloen") < words(first).index("Sonam")
    title = re.search(
        "<title>(.*?)</title>", client.get(HOME, {"adherent": sonam.pk}).content.decode(), re.DOTALL
    )
    assert title
    assert title[1].split() == ["Sonam", "·", "La", "Ronde"]
    for other in (book.pk, "x", 10**20):
        assert client.get(HOME, {"adherent": other}).status_code == 404


def test_a_seat_that_has_ended_opens_nothing(login, aloen):
    gone = world.staff(aloen, ends_before=date(2026, 12, 3))
    assert login(gone).get(HOME).status_code == 403


def test_last_invoices_come_with_their_pdf(login, aloen):
    run = scene.issued([aloen])
    scene.printed(run)
    page = login(world.staff(aloen)).get(HOME)
    invoice = run.invoices.get()
    assert f"Novembre 2026 {invoice.number} 02/01/2027" in words(page)
    assert page.content.decode().count(f'href="{reverse("billing:pdf", args=[invoice.pk])}"') == 1


def test_a_draft_is_not_an_invoice_of_the_member_even_for_a_coordinator(login, aloen):
    scene.drafted([aloen])
    both = world.coordinator()
    world.seat(both, aloen)
    assert "Pas encore de facture" in words(login(both).get(HOME))


def test_the_charter_waits_for_a_representative_until_it_is_signed(login, aloen):
    charter = opened_charter()
    representative = world.staff(aloen)
    client = login(representative)
    page = words(client.get(HOME))
    assert "La charte, version 1, attend votre signature. Personne n’a encore signé." in page
    assert "Une chose vous attend." in page
    assert "attend la signature de votre structure" in words(
        login(world.staff(aloen, "Yann", function="manager")).get(HOME)
    )
    signing.sign(charter, by=representative, member=aloen, at=world.NOW, consent=True)
    page = words(login(representative).get(HOME))
    assert "Signée par Nolwenn Jégo, le 3 décembre 2026." in page
    assert "Rien ne vous attend." in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_home_takes_the_same_queries(login, aloen, count, django_assert_num_queries):
    opened_charter()
    for rank in range(count):
        person = world.employee(f"Ana{rank}", members=[aloen])
        placed = world.assignment(person, aloen)
        world.timesheet(placed, world.hours(NOVEMBER, 7), status="submitted")
    client = login(world.staff(aloen))
    client.get(HOME)
    with django_assert_num_queries(18):
        client.get(HOME)


def test_money_that_is_overdue_counts_among_what_waits(login, aloen, monkeypatch):
    scene.issued([aloen])
    nolwenn = world.staff(aloen)
    assert "Rien ne vous attend." in words(login(nolwenn).get(HOME))
    monkeypatch.setattr(timezone, "now", lambda: world.at(date(2027, 2, 25)))
    page = words(login(nolwenn).get(HOME))
    assert "Une chose vous attend." in page
    assert "en retard de paiement." in page


def test_the_month_shown_is_that_whose_work_waits(login, aloen):
    """On the third of the month the last one is what is worked on, not an empty new one."""
    youenn = world.employee("Youenn", "Talec", members=[aloen])
    placed = world.assignment(youenn, aloen)
    draft = world.timesheet(placed, world.hours(NOVEMBER, 7), status="draft")
    client = login(world.staff(aloen))
    assert "Chez vous en novembre 2026" in words(client.get(HOME))
    draft.move("submitted", kind="submit", by=None, at=world.NOW, submitted_at=world.NOW)
    october = NOVEMBER.previous
    world.timesheet(placed, world.hours(october, 7), month=october, status="submitted")
    page = words(client.get(HOME))
    assert "Chez vous en octobre 2026" in page
    assert "2 relevés attendent votre visa." in page
    world.timesheet(placed, month=DECEMBER, status="draft")
    type(draft).objects.filter(status="submitted").update(status="confirmed", confirmed_at=world.NOW)
    assert "Chez vous en décembre 2026" in words(client.get(HOME))
