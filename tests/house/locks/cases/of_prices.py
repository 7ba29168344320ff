"""The locks of prices: agreed on, offered, accepted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.models import PriceIndex, Quote
from billing.prices import changing, offering
from billing.prices.offering import NotAcceptable, Offer
from billing.prices.simulator import Host, SimulationInput, simulate
from employees import assigning
from employees.models import Assignment, Terms
from members.models import User
from tests import world
from tests.billing.prices.test_worked_figures import RATES, job
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOVEMBER, NOW, OCTOBER

JANUARY, FEBRUARY = date(2027, 1, 1), date(2027, 2, 1)


def placed() -> Assignment:
    """Maëlle at Aloen, by the hour at 22.44."""
    world.group()
    aloen = world.member("Aloen")
    return world.assignment(world.employee(members=[aloen]), aloen)


def quoted(by: User) -> Quote:
    """A quote by the hour to who is no member yet."""
    expected = simulate(SimulationInput(job(), [Host("La Voilerie", 3600, Decimal(60), "S20")]), rates=RATES)
    offer = Offer(expected, 0, "hourly", job="comptable", valid_until=date(2027, 1, 31), address="brut=2000")
    return offering.write(offer, by=by, at=NOW)


def prices(of: Assignment) -> list[tuple[date, date | None, str]]:
    rows = Terms.objects.filter(assignment=of).order_by("starts_on")
    return [(row.starts_on, row.ends_before, str(row.hourly_price)) for row in rows]


@holds("billing.prices.changing.agree")
def a_price_agreed_on_while_the_week_changes() -> Meeting:
    """The new price goes on with the new week."""
    of, by = placed(), world.finance()
    week = [420] * 4 + [0] * 3
    met = meet(
        lambda: assigning.set_terms(
            of,
            starts_on=JANUARY,
            weekly_pattern=week,
            price_method="hourly",
            hourly_price=Decimal("24.00"),
            by=by,
            at=NOW,
        ),
        lambda: changing.agree(
            of,
            starts_on=FEBRUARY,
            figures={"price_method": "hourly", "hourly_price": Decimal("25.00")},
            by=by,
            at=NOW,
        ),
    )
    met.assert_both_done()
    assert prices(of) == [
        (world.YEAR_START, JANUARY, "22.44"),
        (JANUARY, FEBRUARY, "24.00"),
        (FEBRUARY, None, "25.00"),
    ]
    assert of.terms.get(starts_on=FEBRUARY).weekly_pattern == week
    return met


@holds("billing.prices.changing.revise")
def a_price_that_follows_its_index_while_another_is_agreed_on() -> Meeting:
    """It is revised from the new price, not from the one that was read before."""
    of, by = placed(), world.finance()
    for month, value in ((OCTOBER, "100"), (NOVEMBER, "110")):
        PriceIndex.objects.create(code="ICHT", month=month, value=Decimal(value))
    follows = {"index_code": "ICHT", "index_base": Decimal(100)}
    of.terms.update(**follows)
    figures = {"price_method": "hourly", "hourly_price": Decimal("24.00"), **follows}
    met = meet(
        lambda: changing.agree(of, starts_on=NOVEMBER.first, figures=figures, by=by, at=NOW),
        lambda: changing.revise(of, month=NOVEMBER, starts_on=JANUARY, by=by, at=NOW),
    )
    met.assert_both_done()
    assert [price for *_, price in prices(of)] == ["22.44", "24.00", "26.40"]
    return met


@holds("billing.prices.offering.write")
def two_quotes_have_two_references() -> Meeting:
    world.group()
    by = world.finance()
    met = meet(lambda: quoted(by), lambda: quoted(by))
    references = [quote.letter.content["reference"] for quote in (met.first, met.second)]
    assert references == ["DEV-2026-001", "DEV-2026-002"]
    return met


@holds("billing.prices.offering.accept")
def a_quote_accepted_from_two_days_on() -> Meeting:
    of, by = placed(), world.finance()
    quote = quoted(by)
    met = meet(
        lambda: offering.accept(quote, of, starts_on=JANUARY, by=by, at=NOW),
        lambda: offering.accept(quote, of, starts_on=FEBRUARY, by=by, at=NOW),
    )
    assert isinstance(met.second, NotAcceptable), met
    assert met.second.message == "Ce devis est déjà accepté."
    assert prices(of) == [(world.YEAR_START, JANUARY, "22.44"), (JANUARY, None, "26.40")]
    return met


@holds("billing.prices.offering.accept#2")
def a_quote_accepted_while_a_price_is_agreed_on() -> Meeting:
    """Who bears absences stays as agreed a moment before."""
    of, by = placed(), world.finance()
    quote = quoted(by)
    figures = {"price_method": "hourly", "hourly_price": Decimal("24.00"), "absence_rule": "reserve"}
    met = meet(
        lambda: changing.agree(of, starts_on=NOVEMBER.first, figures=figures, by=by, at=NOW),
        lambda: offering.accept(quote, of, starts_on=JANUARY, by=by, at=NOW),
    )
    met.assert_both_done()
    assert Terms.objects.get(assignment=of, starts_on=JANUARY).absence_rule == "reserve"
    assert [price for *_, price in prices(of)] == ["22.44", "24.00", "26.40"]
    return met
