"""The pages of joint liability and of the reserve: what they show, to whom, and what is refused."""

import html
import re
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.liability import reserve
from billing.models import ReserveEntry
from members.models import Member
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

PAGE = reverse("billing:liability")
PDF = reverse("billing:liability_pdf")
MINE = reverse("billing:my_share")
RESERVE = reverse("billing:reserve")
NOTE = reverse("billing:note_reserve")


def words(response):
    """What the page says, without tags, in plain spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


@pytest.fixture
def worked():
    hosts = scene.hosts(3)
    maelle = world.employee(members=hosts)
    for host, hours in zip(hosts, (72, 48, 30), strict=True):
        world.timesheet(world.assignment(maelle, host), world.hours(NOVEMBER, hours))
    world.cost(maelle, gross="2640.00", contributions="997.92")
    return hosts


@pytest.mark.parametrize("who", [world.finance, world.coordinator, world.admin])
def test_the_worked_debt_is_shown_and_drawn(login, worked, who):
    page = login(who()).get(
        PAGE, {"dette": "12 000", "defaut": Member.objects.get(short_name="Optim’ism").pk}
    )
    text = words(page)
    assert "Aloen 72,00 48 % 5 760,00 7 200,00 +1 440,00" in text
    assert "Optim’ism 30,00 20 % 2 400,00 ne paie pas" in text
    assert "Sonam 48,00 32 % 3 840,00 4 800,00 +960,00" in text
    assert "Total 150,00 100 % 12 000,00 12 000,00" in text
    assert "Aloen : 7 200,00 €, Optim’ism : défaillant, Sonam : 4 800,00 €." in text


def test_the_same_is_a_file(login, worked):
    answer = login(world.finance()).get(PDF, {"dette": "12000"})
    assert answer.content.startswith(b"%PDF")
    assert answer["Content-Disposition"] == 'attachment; filename="responsabilite-solidaire-2026-12-03.pdf"'


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"dette": "-5"}, "Indiquez une dette supérieure à zéro, par exemple 12 000."),
        ({"dette": "beaucoup"}, "n’est pas un montant"),
        ({"defaut": "0"}, "Choisissez un adhérent de la liste."),
    ],
)
def test_what_is_no_debt_is_said_and_kept(login, worked, asked, sentence):
    client = login(world.finance())
    answer = client.get(PAGE, asked)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert client.get(PDF, asked).url == PAGE
    if "dette" in asked:
        assert f'value="{asked["dette"]}"' in answer.content.decode()


def test_without_hours_there_is_nothing_to_share(login):
    scene.hosts(1)
    assert "Rien à partager" in words(login(world.finance()).get(PAGE))


def test_a_members_staff_reads_its_own_percent_and_nothing_else(login, worked):
    client = login(world.staff(worked[1]))
    page = words(client.get(MINE))
    assert "Sonam Part 32 % Pour 10 000,00 € de dette 3 200,00 €" in page
    for hidden in ("Aloen", "Optim", "48 %", "20 %", "150,00", "72,00", "3 637"):
        assert hidden not in page
    assert client.get(PAGE).status_code == client.get(RESERVE).status_code == 403


def test_finance_notes_a_movement(login, worked):
    client = login(world.finance())
    answer = client.post(
        NOTE, {"booked_on": "2026-12-01", "amount": "5 000,00", "label": "Dotation 2026"}, follow=True
    )
    page = words(answer)
    assert "Le mouvement est noté." in page
    assert "Solde 5 000,00 €" in page
    assert "Dotation 2026 noté par Gaël Perrot 01/12/2026 +5 000,00 5 000,00" in page
    assert "Mis en réserve en 2026 5 000,00 €" in page


@pytest.mark.parametrize(
    ("put", "sentence"),
    [
        ({"booked_on": "2027-01-01"}, "Un mouvement à venir n’est pas noté d’avance"),
        ({"amount": "0"}, "Indiquez un montant, négatif pour une sortie."),
        ({"amount": ""}, "Indiquez un montant, négatif pour une sortie."),
        ({"booked_on": "hier"}, "Écrivez la date, par exemple 31/12/2026."),
        ({"label": ""}, "Indiquez ce qui fait ce mouvement."),
    ],
)
def test_what_is_no_movement_is_said_and_kept(login, put, sentence):
    world.group()
    data = {"booked_on": "2026-12-01", "amount": "12,00", "label": "Solde"} | put
    answer = login(world.finance()).post(NOTE, data)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert ReserveEntry.objects.count() == 0


def test_only_finance_notes(login):
    world.group()
    client = login(world.coordinator())
    assert "Noter un mouvement" not in words(client.get(RESERVE))
    assert client.post(NOTE, {}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_a_fixed_number_of_queries(login, django_assert_num_queries, rows):
    hosts = scene.hosts(rows)
    scene.issued(hosts)
    finance = world.finance()
    for rank in range(rows):
        reserve.record_movement(
            booked_on=NOW.date(), amount=Decimal(10), label=f"n° {rank}", by=finance, at=NOW
        )
    client = login(finance)
    client.get(PAGE)
    with django_assert_num_queries(18):
        client.get(PAGE)
    with django_assert_num_queries(14):
        client.get(RESERVE)
    client = login(world.staff(hosts[0]))
    with django_assert_num_queries(12):
        client.get(MINE)
