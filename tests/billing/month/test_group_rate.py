"""Terms without a management rate follow the group's rule, month by month; what is invoiced keeps the rule it read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from billing.documents import explaining
from billing.models import Charge, Invoice, Line
from billing.month import drafting, issuing
from billing.month.cost_sharing import share_cost
from billing.month.pricing import price
from billing.month.segments import EmployeeMonth, Segment
from billing.true_ups.rates import rates_between
from employees.models import Terms
from members import rules, ruling
from members.models import GroupRule, RuleCode
from members.standing import StandsOnIt
from tests import world
from tests.world import DECEMBER, NOVEMBER, NOW

pytestmark = pytest.mark.django_db

LATER = world.at(date(2027, 1, 4))
SOURCE = "AG du 12/11/2026, décision 2026-04"
VOTED = f"règle du groupement depuis le 1er décembre 2026, {SOURCE}"


@pytest.fixture
def solene():
    world.group()
    return world.coordinator()


@pytest.fixture
def followed(solene):
    """Maëlle at Aloen at actual cost, 1 000 € in November and in December; 5 % at first, 6 % from December."""
    world.rule(RuleCode.MANAGEMENT_RATE, rate=Decimal(5))
    maelle, aloen = world.employee(), world.member("Aloen")
    placed = world.assignment(maelle, aloen, price_method="actual", management_rate=None)
    for month in (NOVEMBER, DECEMBER):
        world.timesheet(placed, world.hours(month, 70), month=month)
        world.cost(maelle, gross="600.00", contributions="400.00", month=month)
    six = {"rate": Decimal(6)}
    ruling.set_rule(
        RuleCode.MANAGEMENT_RATE,
        six,
        starts_on=DECEMBER.first,
        by=solene,
        at=NOW,
        is_decided=True,
        source=SOURCE,
    )
    return placed


def fees(run) -> list[tuple[str, str]]:
    lines = Line.objects.filter(invoice__run=run, charge__kind="management_fee").select_related("charge")
    return [
        (
            str(line.net),
            explaining.sentence(line.charge, "amount").replace("\u00a0", " ").replace("\u202f", " "),
        )
        for line in lines
    ]


def test_the_trial_of_each_month_reads_the_rate_of_the_month(followed):
    found = [fees(drafting.draft(month, by=None, at=LATER)) for month in (NOVEMBER, DECEMBER)]
    assert found == [
        [("50.00", "Frais de gestion : 5 % de 1 000,00 € (règle du groupement depuis l’origine).")],
        [("60.00", f"Frais de gestion : 6 % de 1 000,00 € ({VOTED}).")],
    ]
    assert (
        Charge.objects.filter(figures__rule=rules.on(DECEMBER.first)[RuleCode.MANAGEMENT_RATE].pk).count()
        == 1
    )


def test_the_paper_says_which_rule_it_was_and_goes_on_saying_it(followed):
    run = drafting.draft(DECEMBER, by=None, at=LATER)
    issuing.issue_run(run, by=None, at=LATER)
    [invoice] = Invoice.objects.filter(run=run)
    sentences = [sentence for why in invoice.snapshot["why"] for sentence in why["sentences"]]
    assert [sentence for sentence in sentences if f"({VOTED})" in sentence]


def test_a_rate_changes_after_the_last_invoiced_month(followed, solene):
    for month in (NOVEMBER, DECEMBER):
        run = drafting.draft(month, by=None, at=LATER)
        issuing.issue_run(run, by=None, at=LATER)
    [number] = Invoice.objects.filter(run=run).values_list("number", flat=True)
    seven = {"rate": Decimal(7)}
    with pytest.raises(StandsOnIt) as refusal:
        ruling.set_rule(RuleCode.MANAGEMENT_RATE, seven, starts_on=date(2026, 10, 1), by=solene, at=LATER)
    assert refusal.value.field == "starts_on"
    withdrawn = GroupRule.objects.get(starts_on=DECEMBER.first)
    with pytest.raises(StandsOnIt) as refusal:
        ruling.withdraw_rule(withdrawn, by=solene, at=LATER)
    assert refusal.value.errors == [
        f"Décembre 2026 est facturé ({number}) avec ce taux\u00a0: il change au plus tôt le 1er janvier 2027."
    ]
    with pytest.raises(IntegrityError, match="what something issued stands on"), transaction.atomic():
        GroupRule.objects.filter(pk=withdrawn.pk).update(withdrawn_at=LATER)
    made = ruling.set_rule(RuleCode.MANAGEMENT_RATE, seven, starts_on=date(2027, 1, 1), by=solene, at=LATER)
    assert rules.on(made.starts_on).management_rate == 7


def test_it_begins_with_a_month(solene):
    with pytest.raises(ruling.WrongFirstDay, match="premier jour d’un mois") as refusal:
        ruling.set_rule(
            RuleCode.MANAGEMENT_RATE, {"rate": Decimal(7)}, starts_on=date(2027, 1, 2), by=solene, at=NOW
        )
    assert refusal.value.field == "starts_on"


def test_a_period_takes_the_rates_of_its_months_by_days(followed):
    terms = Terms.objects.get()
    days = list(rates_between(terms, date(2026, 11, 16), date(2027, 1, 1), rules.read()))
    assert days == [(Decimal("5.00"), 15), (Decimal("6.00"), 31)]
    terms.management_rate = Decimal(4)
    assert list(rates_between(terms, date(2026, 11, 16), date(2027, 1, 1), rules.RuleBook(()))) == [(4, 46)]


def test_the_page_of_a_price_says_whose_rate_it_is(followed, login):
    page = login(world.finance()).get(reverse("billing:price", args=[followed.pk])).content.decode()
    assert "règle du groupement" in page


CUTS = st.lists(
    st.tuples(st.integers(1, 29), st.integers(0, 40)), min_size=1, max_size=4, unique_by=lambda cut: cut[0]
)


@given(cuts=CUTS, cents=st.integers(1, 400_000), rates=st.lists(st.integers(0, 2000), min_size=5, max_size=5))
def test_cutting_a_month_at_any_day_keeps_the_sum_of_the_shares(cuts, cents, rates):
    """Of whatever rate each part is, what the members bear of the cost is the cost."""
    firsts = [1, *sorted(first + 1 for first, _ in cuts)]
    befores = [*firsts[1:], 31]
    segments = [
        Segment(
            assignment=n,
            terms=n,
            member=n % 2,
            method="actual",
            spans=[(date(2026, 11, first), date(2026, 11, before) if before <= 30 else DECEMBER.first)],
            minutes={date(2026, 11, first): 60 * (n + 1)},
            management_rate=Decimal(rate) / 100,
        )
        for n, (first, before, rate) in enumerate(zip(firsts, befores, rates, strict=False))
    ]
    cost = Decimal(cents) / 100
    month = EmployeeMonth(NOVEMBER, segments, {}, cost, {})
    borne = share_cost(month)
    assert sum(borne.amounts) + borne.reserve == cost
    charged = [row.net for row in price(month) if row.kind == "cost_share"]
    assert sum(charged) == cost - borne.reserve
