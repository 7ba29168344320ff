"""A price follows its index: old × value ÷ base to the cent, and the value becomes the base."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import PriceIndex
from billing.prices import changing
from billing.prices.changing import NotRepriceable
from employees.models import Terms
from groupement.kernel.money import cents
from groupement.kernel.periods import Month
from tests import world
from tests.world import NOW

JANUARY_1 = date(2027, 1, 1)
NOVEMBER, OCTOBER = world.NOVEMBER, world.OCTOBER


@pytest.fixture
def gael(db):
    return world.finance()


@pytest.fixture
def placed(db):
    world.group()
    aloen = world.member("Aloen")
    published(OCTOBER, "105.2")
    return world.assignment(
        world.employee(members=[aloen]), aloen, index_code="ICHT", index_base=Decimal("105.2")
    )


def published(month, value, code="ICHT"):
    return PriceIndex.objects.create(code=code, month=month, value=Decimal(value))


def revise(placed, by, month=NOVEMBER, starts_on=JANUARY_1):
    return changing.revise(placed, month=month, starts_on=starts_on, by=by, at=NOW)


def test_a_price_is_revised_and_its_base_follows(placed, gael):
    published(NOVEMBER, "107.9")
    terms = revise(placed, gael)
    assert (terms.hourly_price, terms.index_base, terms.starts_on) == (
        Decimal("23.02"),
        Decimal("107.9"),
        JANUARY_1,
    )


def test_a_flat_amount_is_revised_too(gael):
    world.group()
    aloen = world.member("Aloen")
    published(OCTOBER, "100")
    published(NOVEMBER, "101.5")
    flat = {"price_method": "flat", "flat_amount": Decimal("1575.00"), "hourly_price": None}
    placed = world.assignment(
        world.employee(members=[aloen]), aloen, index_code="ICHT", index_base=Decimal(100), **flat
    )
    assert revise(placed, gael).flat_amount == Decimal("1598.63")


def test_prices_whose_index_moved_are_listed_with_what_they_become(placed, gael):
    assert changing.due_revisions(world.NOW.date()) == []
    published(NOVEMBER, "107.9")
    (found,) = changing.due_revisions(world.NOW.date())
    assert (found.terms.assignment, found.old, found.new, found.percent) == (
        placed,
        Decimal("22.44"),
        Decimal("23.02"),
        Decimal("2.57"),
    )


def test_a_price_that_is_revised_already_is_not_listed_again(placed, gael):
    published(NOVEMBER, "107.9")
    revise(placed, gael)
    assert changing.due_revisions(world.NOW.date()) == []


def test_the_newest_value_counts_and_an_ended_assignment_does_not(placed, gael):
    published(NOVEMBER, "107.9")
    published(Month(2026, 12), "105.2")
    assert changing.due_revisions(world.NOW.date()) == []
    Terms.objects.update(index_base=Decimal(100))
    placed.ends_before = date(2026, 12, 1)
    placed.save()
    assert changing.due_revisions(world.NOW.date()) == []


def test_the_list_takes_two_queries(placed, django_assert_num_queries):
    published(NOVEMBER, "107.9")
    for name in ("Sonam", "Book"):
        world.assignment(placed.employee, world.member(name), index_code="ICHT", index_base=Decimal("105.2"))
    with django_assert_num_queries(2):
        assert len([each.terms.assignment.member for each in changing.due_revisions(world.NOW.date())]) == 3


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        (
            {"month": NOVEMBER},
            "L’indice ICHT n’a pas de valeur pour novembre 2026\u00a0: enregistrez-la d’abord.",
        ),
        ({"month": OCTOBER}, "L’indice ICHT vaut toujours 105.2\u00a0: le prix reste."),
        ({"starts_on": None}, "Indiquez à partir de quel jour ce prix vaut."),
    ],
)
def test_a_revision_that_cannot_be_is_refused(facts, sentence, placed, gael):
    with pytest.raises(NotRepriceable) as refusal:
        revise(placed, gael, **facts)
    assert refusal.value.message.replace(",", ".") == sentence
    assert Terms.objects.count() == 1


def test_a_price_without_an_index_is_not_revised(gael):
    world.group()
    aloen = world.member("Aloen")
    placed = world.assignment(world.employee(members=[aloen]), aloen)
    with pytest.raises(NotRepriceable, match="ne suit aucun indice"):
        revise(placed, gael)


def test_a_revision_never_touches_what_is_invoiced(placed, gael, monkeypatch):
    published(NOVEMBER, "107.9")
    monkeypatch.setattr(changing, "invoiced_through", lambda _placed, _before: Month(2027, 1))
    with pytest.raises(NotRepriceable, match="au plus tôt le 1er février 2027"):
        revise(placed, gael)


amounts = st.decimals("0.01", "9999.99", places=2)
values = st.decimals("0.0001", "9999.9999", places=4)


@given(price=amounts, base=values, value=values)
def test_a_revised_price_is_the_proportion_to_the_cent(price, base, value):
    terms = Terms(price_method="hourly", hourly_price=price, index_base=base)
    assert changing.IndexRevision(terms, PriceIndex(value=value)).new == cents(price * value / base)
