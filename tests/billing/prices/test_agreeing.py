"""A price begins on a day that no invoice touches, says nothing that contradicts itself, and keeps the agreed week."""

from datetime import date
from decimal import Decimal

import pytest

from billing.models import PriceIndex
from billing.month import drafting, issuing
from billing.prices import changing
from billing.prices.changing import NotRepriceable
from employees.assigning import BadTerms
from employees.models import Terms
from groupement.kernel.periods import Month
from tests import world
from tests.billing import scene
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

DECEMBER_1 = date(2026, 12, 1)
THEN = "un nouveau prix commence au plus tôt"
AT_COST = (
    "L’exonération (CGI, art. 261 B) demande le coût exact\u00a0: choisissez le coût réel partagé, ou cochez "
    "«\u00a0régularisé au coût réel\u00a0»."
)
HOURLY = {"price_method": "hourly", "hourly_price": Decimal("24.00")}


@pytest.fixture
def gael():
    return world.finance()


@pytest.fixture
def placed():
    world.group()
    aloen = world.member("Aloen")
    return world.assignment(world.employee(members=[aloen]), aloen)


def agree(placed, by, *, starts_on=DECEMBER_1, **figures):
    return changing.agree(placed, starts_on=starts_on, figures={**HOURLY, **figures}, by=by, at=NOW)


def refused(placed, by, **facts):
    with pytest.raises((NotRepriceable, BadTerms)) as refusal:
        agree(placed, by, **facts)
    assert Terms.objects.filter(hourly_price=24).count() == 0
    return refusal.value.field, refusal.value.message


def invoiced(placed, *, month=NOVEMBER, by=None):
    world.timesheet(placed, world.hours(month, 7), month=month)
    world.timesheet(placed.employee, month=month)
    run = drafting.draft(month, by=by, at=NOW)
    return issuing.issue_run(run, by=by, at=NOW).issued


def test_a_price_is_agreed_from_a_day_on_and_the_one_before_ends_there(placed, gael):
    agree(placed, gael, management_rate=Decimal("5.00"))
    rows = Terms.objects.order_by("starts_on").values_list("starts_on", "ends_before", "hourly_price")
    assert list(rows) == [
        (world.YEAR_START, DECEMBER_1, Decimal("22.44")),
        (DECEMBER_1, None, Decimal("24.00")),
    ]


def test_the_week_and_the_notice_go_on(placed, gael):
    Terms.objects.update(notice_days=60, weekly_pattern=[0, 0, 420, 0, 0, 0, 0])
    terms = agree(placed, gael)
    assert (terms.weekly_pattern, terms.notice_days) == ([0, 0, 420, 0, 0, 0, 0], 60)


@pytest.mark.parametrize("starts_on", [DECEMBER_1, date(2026, 12, 8), date(2026, 12, 15)])
def test_weeks_that_alternate_keep_their_turn(starts_on, placed, gael):
    """Week A is the one in which terms begin: a price that begins in a week B names the weeks the other way round."""
    Terms.objects.update(weekly_pattern=[420, 0, 0, 0, 0, 0, 0], alternate_pattern=[0, 0, 0, 0, 420, 0, 0])
    before = Terms.objects.get()
    days = [date(2026, 12, day) for day in range(15, 32)]
    terms = agree(placed, gael, starts_on=starts_on)
    assert [terms.pattern_on(day) for day in days] == [before.pattern_on(day) for day in days]


def test_a_price_without_a_first_day_is_refused(placed, gael):
    assert refused(placed, gael, starts_on=None) == (
        "starts_on",
        "Indiquez à partir de quel jour ce prix vaut.",
    )


@pytest.mark.parametrize("starts_on", [date(2026, 10, 1), date(2026, 11, 1), date(2026, 11, 30)])
def test_a_price_never_touches_a_month_that_is_invoiced(starts_on, placed, gael):
    invoiced(placed)
    assert refused(placed, gael, starts_on=starts_on) == (
        "starts_on",
        f"Novembre 2026 est déjà facturé pour cette mise à disposition\u00a0: {THEN} le 1er décembre 2026.",
    )
    assert changing.earliest(placed) == DECEMBER_1


def test_the_day_after_what_is_invoiced_is_free(placed, gael):
    invoiced(placed)
    assert agree(placed, gael).starts_on == DECEMBER_1


def test_a_draft_does_not_hold_a_price(placed, gael):
    world.timesheet(placed, world.hours(NOVEMBER, 7))
    drafting.draft(NOVEMBER, by=None, at=NOW)
    assert agree(placed, gael, starts_on=date(2026, 11, 1)).hourly_price == Decimal("24.00")


def test_another_assignment_s_invoice_holds_nothing(placed, gael):
    sonam = world.member("Sonam")
    other = world.assignment(placed.employee, sonam)
    invoiced(other)
    assert changing.invoiced_through(placed) is None
    assert agree(placed, gael, starts_on=date(2026, 11, 1)).assignment == placed


@pytest.mark.parametrize(
    ("facts", "field", "sentence"),
    [
        (
            {"starts_on": date(2025, 12, 31)},
            "starts_on",
            "Le 31/12/2025 n’est pas dans la mise à disposition.",
        ),
        ({"hourly_price": Decimal("0.00")}, "hourly_price", "Indiquez le prix horaire convenu."),
        ({"hourly_price": Decimal("-1.00")}, "hourly_price", "Indiquez le prix horaire convenu."),
        (
            {"price_method": "flat", "hourly_price": None, "flat_amount": Decimal(900)}
            | {"monthly_minimum_minutes": 600},
            "monthly_minimum_minutes",
            "Un minimum facturé va avec un prix horaire\u00a0: videz-le.",
        ),
        (
            {"vat_regime": "E261B"},
            "vat_regime",
            AT_COST,
        ),
        (
            {"absence_rules": {"worked": "reserve"}},
            "absence_rules",
            "«\u00a0worked\u00a0» n’est pas une sorte d’heures au groupement.",
        ),
        (
            {"index_code": "ICHT", "index_base": Decimal("105.2")},
            "index_code",
            "Aucune valeur de l’indice ICHT n’est enregistrée\u00a0: ajoutez-la d’abord.",
        ),
    ],
)
def test_a_price_that_cannot_be_is_refused_in_a_sentence(facts, field, sentence, placed, gael):
    assert refused(placed, gael, **facts) == (field, sentence)


def test_an_exempt_price_is_agreed_when_it_is_trued_up_and_attested(placed, gael):
    world.attestation(placed.member)
    terms = agree(placed, gael, vat_regime="E261B", is_trued_up=True)
    assert terms.vat_regime == "E261B"


def test_minimum_index_and_absences_by_kind_are_agreed(placed, gael):
    PriceIndex.objects.create(code="ICHT", month=Month(2026, 10), value=Decimal("105.2"))
    facts = {
        "monthly_minimum_minutes": 1200,
        "absence_rules": {"leave": "reserve", "sickness": "planned_share"},
        "index_code": "ICHT",
        "index_base": Decimal("105.2"),
    }
    terms = agree(placed, gael, **facts)
    terms.refresh_from_db()
    assert {name: getattr(terms, name) for name in facts} == facts


def test_a_minimum_of_nothing_is_none(placed, gael):
    assert agree(placed, gael, monthly_minimum_minutes=0).monthly_minimum_minutes is None


def test_a_price_that_begins_the_same_day_is_mended(placed, gael):
    first = agree(placed, gael)
    second = agree(placed, gael, hourly_price=Decimal("25.00"))
    assert (second.pk, second.hourly_price) == (first.pk, Decimal("25.00"))
    assert Terms.objects.count() == 2


def test_what_is_agreed_is_what_the_run_charges(gael):
    members = scene.hosts(1)
    maelle = scene.worked(members, price_method="hourly", hourly_price=Decimal("22.44"))
    agree(maelle.assignments.get(), gael, starts_on=date(2026, 11, 1))
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    assert run.invoices.get().net == Decimal("168.00")
