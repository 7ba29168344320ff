"""The pages of leave provisions and of aids: what they tell, who may come, what a click settles."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.costs import payroll_columns, payroll_import
from billing.models import ProvisionEntry
from employees.models import Assignment
from members.models import Group
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.billing.costs.test_cost_views import words
from tests.world import NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db
PROVISIONS = reverse("billing:cost_provisions")
AIDS = reverse("billing:cost_aids")


def held(person, member, amount, kind="set_aside", month=OCTOBER):
    return ProvisionEntry.objects.create(
        employee=person, member=member, month=month, kind=kind, amount=Decimal(amount), noted_at=NOW
    )


@pytest.fixture
def hosts():
    members = scene.hosts(2)
    Group.objects.update(leave_method="provision")
    return members


@pytest.fixture
def maelle(hosts):
    person = world.employee(members=hosts)
    for member in hosts:
        world.assignment(person, member)
    return person


def test_the_page_tells_who_holds_what_for_whom(login, maelle, hosts):
    held(maelle, hosts[0], "196.00")
    held(maelle, hosts[0], "-50.00", kind="drawn", month=NOVEMBER)
    held(maelle, None, "84.00")
    page = words(login(world.finance()).get(PROVISIONS))
    assert "Maëlle Kerbrat Aloen 196,00 −50,00 0,00 146,00" in page
    assert "Maëlle Kerbrat Le groupement 84,00 0,00 0,00 84,00" in page
    assert "En provision 230,00 €" in page
    assert "Solder" not in page


def test_both_rules_of_the_leave_year_are_compared(login, maelle, hosts):
    held(maelle, hosts[0], "196.00")
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    page = words(login(world.finance()).get(PROVISIONS))
    # Three days of October: kept up 2 000 × 12 ÷ 52 ÷ 2, one tenth of 2 000.
    assert "Maëlle Kerbrat 1 mois de paie 3 230,77 200,00 230,77 280,00 43,08" in page


def test_who_left_is_settled_by_a_click(login, maelle, hosts):
    held(maelle, hosts[0], "196.00")
    client = login(world.finance())
    address = reverse("billing:cost_settle_provision", args=[hosts[0].pk])
    answer = client.post(address)
    assert "Aloen accueille encore quelqu’un." in words(client.get(answer.url))
    Assignment.objects.filter(member=hosts[0]).update(ends_before=NOVEMBER.before)
    assert "Solder la provision d’Aloen" in words(client.get(PROVISIONS))
    client.post(address)
    page = words(client.get(PROVISIONS))
    assert "La provision d’Aloen est soldée : 196,00 € restent au groupement." in page
    assert "Le groupement 196,00 €" in page


def test_without_the_method_the_page_says_so(login, maelle):
    Group.objects.update(leave_method="as_paid")
    assert "Le groupement paie les congés dans le coût du mois." in words(
        login(world.finance()).get(PROVISIONS)
    )


@pytest.mark.parametrize("count", [1, 3])
def test_provisions_take_the_same_queries(login, hosts, count, django_assert_num_queries):
    for rank in range(count):
        person = world.employee(f"Ana{rank}", members=hosts)
        held(person, hosts[0], "10.00")
        held(person, hosts[1], "10.00")
        world.cost(person)
    client = login(world.finance())
    client.get(PROVISIONS)
    with django_assert_num_queries(13):
        client.get(PROVISIONS)


def test_aids_are_told_by_nature_and_nobody_is_named(login, maelle):
    titles = "matricule;brut;cotisations patronales;Aide à l’embauche"
    for month in (OCTOBER, NOVEMBER):
        data = books.csv_file(f"M001;2000;800;{month.month * 10}", titles=titles)
        shown = payroll_columns.save_layout(
            titles.split(";"), ["number", "gross_pay", "employer_contributions", "aid"], at=NOW
        )
        sheet = books.read(data, month, layout=shown)
        payroll_import.import_payroll(sheet, by=None, at=NOW)
    client = login(world.finance())
    page = words(client.get(AIDS))
    assert "Aide à l’embauche 1 octobre 2026 à novembre 2026 210,00" in page
    assert "Kerbrat" not in page
    file = client.get(AIDS, {"format": "csv", "annee": "2026"}).content.decode("utf-8-sig")
    assert file.splitlines() == [
        "nature;salariés;du mois;au mois;montant",
        "Aide à l’embauche;1;2026-10;2026-11;210,00",
    ]
    assert "Aucune aide cette année-là" in words(client.get(AIDS, {"annee": "2024"}))


@pytest.mark.parametrize("who", ["coordinator", "admin"])
def test_provisions_and_aids_are_for_finance_only(login, maelle, hosts, who):
    client = login(getattr(world, who)())
    for address in (PROVISIONS, AIDS):
        assert client.get(address).status_code == 403
    settle = reverse("billing:cost_settle_provision", args=[hosts[0].pk])
    assert client.post(settle).status_code == 404
