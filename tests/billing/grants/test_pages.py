"""Pages of grants: euros for finance only, hours for the coordinator, nothing for others; tagging, locking, files."""

import html
import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.charges import expense_decisions, expenses
from billing.charges.expenses import ExpenseClaim
from billing.grants import reports, tagging
from billing.models import FundedCost, FundedHours, FundingLine, FundingReport
from tests import world
from tests.billing.grants.granted import grant, whole, worked
from tests.markup import flat
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
LINES = reverse("billing:funding")


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    person = world.employee(members=[aloen])
    world.cost(person, gross="800.00", contributions="200.00")
    return person


@pytest.fixture
def finance():
    return world.finance()


def words(response):
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"[\s\u00a0\u202f]+", " ", html.unescape(text))


def source(response):
    return flat(response.content.decode())


def address(name, thing):
    return reverse(f"billing:{name}", args=[thing.pk])


def test_finance_creates_a_line(login, aloen, finance):
    client = login(finance)
    wanted = {
        "code": "COOPTER",
        "label": "Coop’Ter",
        "funder": "ADEME",
        "budget": "10 000",
        "starts_on": "2026-01-01",
        "ends_before": "2025-01-01",
    }
    wrong = client.post(LINES, {**wanted, "code": "C’est", "budget": "-1"})
    assert wrong.status_code == 422
    for sentence in (
        "La fin doit venir après le début.",
        "ne peut pas être négatif",
        "des chiffres et des tirets",
    ):
        assert sentence in words(wrong)
    made = client.post(LINES, {**wanted, "ends_before": "2029-01-01"})
    assert made.url == address("funding_line", FundingLine.objects.get())
    assert "porte déjà ce code" in words(client.post(LINES, {**wanted, "ends_before": ""}))


def test_hours_are_found_ticked_and_tagged(login, aloen, maelle, finance):
    entries, line = worked(maelle, aloen), grant()
    where = address("funding_tag", line) + f"?mois=2026-11&personne={maelle.pk}"
    client = login(finance)
    page = client.get(where)
    assert page.content.decode().count('name="entry"') == 2
    assert f'name="minutes_{entries[0].pk}" value="7"' in source(page)
    posted = {"action": "Animation", "entry": [entries[0].pk], f"minutes_{entries[0].pk}": "abc"}
    wrong = client.post(where, posted)
    assert wrong.status_code == 422
    assert "Maëlle Kerbrat, 02/11 : « abc »" in words(wrong)
    assert 'value="abc"' in wrong.content.decode()
    done = client.post(where, {**posted, f"minutes_{entries[0].pk}": "4h30"})
    assert done.url == address("funding_line", line)
    assert list(FundedHours.objects.values_list("entry", "minutes")) == [(entries[0].pk, 270)]
    assert "COOPTER 4,5 h" in words(client.get(where))
    too_much = client.post(where, {**posted, f"minutes_{entries[0].pk}": "3"})
    assert "3 h demandées, il en reste 2,5 h, COOPTER finance déjà le reste." in words(too_much)


def test_the_page_of_a_line_says_hours_cost_and_what_is_left(login, aloen, maelle, finance):
    entries, line = worked(maelle, aloen, "10"), grant(budget=Decimal("2000.00"))
    tagging.tag(line, {entries[0].pk: 300}, action="Animation", by=finance, at=NOW)
    page = login(finance).get(address("funding_line", line))
    assert "novembre 2026 Maëlle Kerbrat Animation 5,00 500,00 €" in words(page)
    assert "25 % de 2 000,00 €" in words(page)
    assert "Reste à utiliser 1 500,00 €" in words(page)
    assert '<rect data-tone="success" x="0" width="250" height="12" />' in source(page)
    assert "COOPTER Coop’Ter, coopération territoriale ADEME" in words(login(finance).get(LINES))


def test_the_coordinator_sees_hours_and_no_euro_of_them(login, aloen, maelle, finance):
    entries, line = worked(maelle, aloen, "10"), grant()
    tagging.tag(line, {entries[0].pk: 300}, action="Animation", by=finance, at=NOW)
    pages = [LINES, address("funding_line", line)]
    for person, shown in ((finance, True), (world.coordinator(), False), (world.admin(), False)):
        client = login(person)
        for page in pages:
            sentence = words(client.get(page))
            assert "5,00" in sentence
            assert ("500,00 €" in sentence) is shown
            assert ("10 000,00 €" in sentence) is shown


def test_who_is_neither_finance_nor_coordination_has_no_grants(login, aloen, maelle, finance):
    entries, line = worked(maelle, aloen, "10"), grant()
    tagging.tag(line, whole(entries), action="Animation", by=finance, at=NOW)
    report = reports.lock(line, first=NOVEMBER, last=NOVEMBER, by=finance, at=NOW)
    objects = [
        address("funding_line", line),
        *(address(f"funding_{each}", report) for each in ("csv", "pdf")),
    ]
    assert [login(finance).get(each).status_code for each in objects] == [200] * 3
    for person in (world.staff(aloen), maelle.user):
        client = login(person)
        assert client.get(LINES).status_code == 403
        assert [client.get(each).status_code for each in objects] == [404] * 3
    client = login(world.coordinator())
    assert [client.get(each).status_code for each in objects] == [200, 404, 404]
    assert client.post(address("funding_lock", line)).status_code == 404
    assert client.post(LINES, {"code": "X"}).status_code == 403
    assert FundingLine.objects.count() == 1


def test_tags_are_taken_off_until_the_month_is_locked(login, aloen, maelle, finance):
    entries, line = worked(maelle, aloen, "10"), grant()
    tagging.tag(line, whole(entries), action="Animation", by=finance, at=NOW)
    client = login(finance)
    posted = {"person": maelle.pk, "month": "2026-11", "action": "Animation"}
    client.post(address("funding_untag", line), posted)
    assert not FundedHours.objects.exists()
    for wrong in ({}, {**posted, "person": "x"}, {**posted, "month": "2026-13"}):
        assert client.post(address("funding_untag", line), wrong).status_code == 404
    tagging.tag(line, whole(entries), action="Animation", by=finance, at=NOW)
    lock = address("funding_lock", line)
    wrong = client.post(lock, {"first": "2026-12", "last": "2026-12"})
    assert wrong.status_code == 422
    assert "Décembre 2026 n’est pas terminé." in words(wrong)
    client.post(lock, {"first": "2026-11", "last": "2026-11"})
    report = FundingReport.objects.get()
    client.post(address("funding_untag", line), posted)
    page = words(client.get(address("funding_line", line)))
    assert (
        "Novembre 2026 est verrouillé pour COOPTER : l’état est remis au financeur et ne change plus." in page
    )
    assert "Novembre 2026, 1 000,00 € Verrouillé le 03/12/2026 par Gaël Perrot PDF XLSX CSV" in page
    for suffix, kind in (("csv", "text/csv"), ("xlsx", "spreadsheetml"), ("pdf", "application/pdf")):
        answer = client.get(address(f"funding_{suffix}", report))
        assert kind in answer["Content-Type"]
        assert answer["Content-Disposition"] == f'attachment; filename="financement-coopter-2026-11.{suffix}"'
        assert answer.content == client.get(address(f"funding_{suffix}", report)).content


def test_an_expense_goes_to_a_line_and_comes_off(login, aloen, maelle, finance):
    placed, line = world.assignment(maelle, aloen), grant()
    wanted = ExpenseClaim("meal", date(2026, 11, 12), "Repas des partenaires", amount=Decimal("90.00"))
    made = expenses.claim(placed, wanted, by=maelle.user, at=NOW)
    expense_decisions.accept(made, by=finance, at=NOW)
    client, put = login(finance), address("funding_tag_expense", line)
    wrong = client.post(put, {"expense": made.pk, "amount": "90,01", "action": "Animation"})
    assert wrong.status_code == 422
    assert "Il reste 90,00 € à financer de cette dépense." in words(wrong)
    client.post(put, {"expense": made.pk, "amount": "60", "action": "Animation"})
    cost = FundedCost.objects.get()
    page = words(client.get(address("funding_line", line)))
    assert "12/11/2026 Maëlle Kerbrat Repas des partenaires Animation 60,00 €" in page
    client.post(reverse("billing:funding_untag_expense", args=[cost.pk]))
    assert not FundedCost.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_whatever_their_length(login, aloen, finance, django_assert_num_queries, count):
    lines = [grant(f"LIGNE-{rank}") for rank in range(count)]
    for rank in range(count):
        person = world.employee(f"Personne {rank}", members=[aloen])
        world.cost(person)
        entries = worked(person, aloen, "10")
        for line in lines:
            tagging.tag(line, {entries[0].pk: 60}, action="Animation", by=finance, at=NOW)
    client = login(finance)
    line = lines[0]
    for page, queries in (
        (LINES, 15),
        (address("funding_line", line), 16),
        (address("funding_tag", line), 11),
    ):
        client.get(page)
        with django_assert_num_queries(queries):
            client.get(page)
