"""What the pages of money say is true, and one thing is said alike everywhere: signs, states, orders, sentences."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from billing.accounts import payments, receivables
from billing.accounts.receivables import SettlementState
from billing.documents import explaining
from billing.models import Invoice
from billing.month import drafting, price_reasons
from billing.true_ups import issuing, overview
from billing.true_ups.gathering import gather
from billing.true_ups.sharing import share_all
from tests import world
from tests.billing import printed, scene
from tests.billing.credit_notes import issued as crediting
from tests.billing.documents.test_explaining import charge
from tests.billing.month.test_run_views import words
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

RUN = reverse("billing:run", args=[NOVEMBER])


@pytest.mark.parametrize(
    ("price", "cost", "sentence", "label", "move"),
    [
        ("60.00", "200.00", "La réserve a reçu 220,00 €.", "Versé à la réserve 220,00 €", "+220,00"),
        ("20.00", "200.00", "La réserve a versé 60,00 €.", "Pris sur la réserve 60,00 €", "\u221260,00"),
    ],
)
def test_the_run_and_the_reserve_say_alike_who_gave_what(login, price, cost, sentence, label, move):
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    world.timesheet(world.assignment(maelle, aloen, hourly_price=Decimal(price)), world.hours(NOVEMBER, 7))
    world.cost(maelle, gross=cost, contributions="0.00")
    client = login(world.finance())
    drafting.draft(NOVEMBER, by=None, at=NOW)
    assert "La réserve a " not in words(client.get(RUN))
    period.issue(NOVEMBER)
    run = client.get(RUN)
    assert sentence in words(run)
    assert label in words(run)
    people = printed.named(run.content.decode(), "Coût employeur, réserve")
    assert move in printed.words(people.rows[0][people.titles.index("Réserve")])
    ledger = client.get(reverse("billing:reserve"))
    assert sentence in words(ledger)
    (row,) = printed.named(ledger.content.decode(), "Mouvements").rows
    assert printed.words(row[2]) == move


def test_a_month_without_hours_does_not_promise_that_nothing_is_to_bill(login):
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    world.assignment(maelle, aloen, price_method="flat", flat_amount=Decimal("1946.40"), hourly_price=None)
    client = login(world.finance())
    assert "il n’y a rien à facturer" not in words(client.get(RUN))
    client.post(reverse("billing:draft", args=[NOVEMBER]))
    assert "1 946,40" in words(client.get(RUN))


def test_a_credit_note_is_no_payment(login):
    invoice = crediting.of_sums(("100.00", "S20"))
    crediting.credit(invoice, crediting.composing.CreditAmount(crediting.line(invoice), Decimal("40.00")))

    def state():
        found = receivables.with_dues(Invoice.objects.filter(pk=invoice.pk))
        (row,) = receivables.with_states(found, on=NOW.date())
        listed = [
            each for each in SettlementState if receivables.in_state(found, each, on=NOW.date()).exists()
        ]
        assert listed == [row.settlement_state]
        return row.settlement_state

    assert state() == SettlementState.DUE
    page = words(login(world.finance()).get(reverse("billing:invoices")))
    assert "À régler" in page
    assert "Réglée en partie" not in page.partition("Toutes les factures")[2]
    payments.record_payment(
        member=invoice.member,
        received_on=NOW.date(),
        amount=Decimal("2.00"),
        method="transfer",
        by=None,
        at=NOW,
    )
    assert state() == SettlementState.PART
    crediting.credit_all(invoice)
    assert state() == SettlementState.PAID
    other = crediting.of_sums(("50.00", "S20"))
    crediting.credit_all(other)
    invoice = other
    assert state() == SettlementState.CREDITED


@pytest.fixture
def mixed():
    """People whose names and ids are in opposite orders, at one member, with late hours of October too."""
    (aloen,) = scene.hosts(1)
    for first, last in (("Zoé", "Morvan"), ("Éloi", "Évenou"), ("Ana", "Abgrall")):
        person = world.employee(first, last, members=[aloen])
        middle = date(2026, 11, 16)
        for day, span in ((2, {"ends_before": middle}), (16, {"starts_on": middle})):
            placed = world.assignment(person, aloen, hourly_price=Decimal("20.00"), **span)
            world.timesheet(placed, {date(2026, 11, day): 420})
            if "ends_before" in span:
                world.timesheet(placed, world.hours(world.OCTOBER, 7), month=world.OCTOBER)
        world.cost(person)
    period.issue(NOVEMBER)
    return Invoice.objects.get()


def test_lines_reasons_and_annex_come_in_one_order(mixed):
    lines = [(row.employee_id, row.service_month) for row in _charges(mixed)]
    order = list(dict.fromkeys(lines))
    reasons = price_reasons.reasons(mixed, with_costs=True)
    assert [(reason.employee.pk, reason.month) for reason in reasons] == order
    names = [
        (person.full_name, month.label)
        for pk, month in order
        for person in [world.Employee.objects.get(pk=pk)]
    ]
    assert [name for name, _ in names[::2]] == ["Ana Abgrall", "Éloi Évenou", "Zoé Morvan"]
    assert [(row["employee"], row["period_label"]) for row in mixed.snapshot["why"]] == names
    annex = [(row["employee"], row["period_label"]) for row in mixed.snapshot["annex"]]
    assert list(dict.fromkeys(annex)) == names
    references = [row["detail"].partition(",")[0] for row in mixed.snapshot["lines"]]
    assert [row["reference"] for row in mixed.snapshot["annex"]] == references


def _charges(invoice):
    return [line.charge for line in invoice.lines.select_related("charge").order_by("position")]


def test_what_is_told_to_be_off_the_pdf_is_not_on_it(login, mixed):
    text = login(world.finance()).get(reverse("billing:invoice", args=[mixed.pk])).content.decode()
    printed_sentences = [sentence for row in mixed.snapshot["why"] for sentence in row["sentences"]]
    plain = re.sub(r"[\s\u00a0\u202f]+", " ", re.sub(r"<[^>]+>", " ", text))
    before, _, secret = plain.partition("Pour les finances")
    assert "Comme l’annexe du PDF le dit." in before
    for sentence in printed_sentences:
        found = re.sub(r"[\s\u00a0\u202f]+", " ", sentence)
        assert found in before
        assert found not in secret


@pytest.mark.parametrize(
    ("net", "minutes", "words_"),
    [
        ("656.50", 1680, "28 h chez vous, soit environ 23,45 € l’heure"),
        ("656.60", 1680, "28 h chez vous, soit 23,45 € l’heure"),
        ("10.00", 20, "soit 30,00 € l’heure"),
    ],
)
def test_a_price_an_hour_that_does_not_multiply_says_so(net, minutes, words_):
    share = charge(
        "cost_share",
        net=Decimal(net),
        minutes=minutes,
        figures={"worked_minutes": minutes, "pool_minutes": 0, "absence_rule": "worked_hours"},
    )
    found = re.sub(r"[\s\u00a0\u202f]+", " ", explaining.sentence(share, "hours"))
    assert words_ in found


@pytest.mark.parametrize("minutes", [2100, 1990, 7])
def test_the_cost_an_hour_adds_up_like_the_cost(minutes):
    amounts = {
        "gross_pay": Decimal("2000.01"),
        "employer_contributions": Decimal("840.37"),
        "aid": Decimal("-33.33"),
    }
    parts = price_reasons._parts(amounts, minutes)
    whole = sum(part.amount for part in parts)
    assert sum(part.hourly for part in parts) == price_reasons.an_hour(whole, minutes)


def test_rows_that_say_the_same_of_each_are_one(login):
    hosts = scene.hosts(3)
    maelle = world.employee(members=hosts)
    for host in hosts:
        placed = world.assignment(maelle, host, hourly_price=Decimal("20.00"))
        world.timesheet(placed, world.hours(NOVEMBER, 7), status="submitted")
    world.cost(maelle)
    drafting.draft(NOVEMBER, by=None, at=NOW)
    page = words(login(world.finance()).get(RUN))
    assert page.count("Des heures viendront plus tard") == 2  # the title, and the name of its link
    assert "Des heures viendront plus tard (3)" in page
    assert (
        "Maëlle Kerbrat chez Aloen, Maëlle Kerbrat chez Sonam et Maëlle Kerbrat chez Optim’ism : les heures de "
        "novembre 2026 ne sont pas approuvées."
    ) in page
    assert "Compter le coût, sans facture" not in page  # the hours are to come


def test_a_true_up_is_named_as_such_in_lists(login):
    period.half_year()
    issuing.issue(period.prepared("equal", first=NOVEMBER, last=NOVEMBER), by=None, at=NOW)
    client = login(world.finance())
    settled = Invoice.objects.exclude(true_up=None)
    (owed, *_), (back, *_) = (settled.filter(kind=kind) for kind in ("invoice", "credit_note"))
    page = words(client.get(reverse("billing:invoices")))
    assert f"{owed.number} régularisation" in page
    assert f"{back.number} avoir de régularisation" in page
    assert f"Régularisation {owed.number}" in words(
        client.get(reverse("billing:account", args=[owed.member_id]))
    )
    assert f"Avoir de régularisation {back.number}" in words(
        client.get(reverse("billing:account", args=[back.member_id]))
    )
    ordinary = Invoice.objects.filter(true_up=None)[0]
    assert f"{ordinary.number} régularisation" not in page


def test_the_way_from_the_cost_to_the_difference_names_what_the_reserve_keeps():
    period.half_year(management_rate=Decimal("5.00"))
    crediting.credit_all(Invoice.objects.get(member__short_name="Aloen", service_month=NOVEMBER))
    scope = period.scope(first=NOVEMBER, last=NOVEMBER)
    everybody = share_all(gather(scope).periods, "hours")
    found = {
        line.label: line.amount
        for line in overview.summary(period.prepared(first=NOVEMBER, last=NOVEMBER)).lines
    }
    kept = sum(one.given_up for one in everybody)
    assert kept
    assert found["Heures créditées pour de bon, que la réserve porte"] == -kept
    fees = sum(share.management for one in everybody for share in one.shares)
    assert fees > 0
    assert found["Frais de gestion"] == fees
