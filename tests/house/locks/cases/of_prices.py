"""The locks of prices: agreed on, offered, accepted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.models import Quote
from billing.prices import changing, offering
from billing.prices.offering import NotAcceptable, Offer
from billing.prices.simulator import Host, SimulationInput, simulate
from employees.models import Assignment, Terms
from members.models import User
from tests import world
from tests.billing.prices.test_worked_figures import RATES, job
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOW

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
def two_prices_of_one_assignment() -> Meeting:
    """The second ends the first where it begins."""
    of, by = placed(), world.finance()

    def agree(starts_on: date, price: str) -> Terms:
        figures = {"price_method": "hourly", "hourly_price": Decimal(price)}
        return changing.agree(of, starts_on=starts_on, figures=figures, by=by, at=NOW)

    met = meet(lambda: agree(JANUARY, "24.00"), lambda: agree(FEBRUARY, "25.00"))
    assert prices(of) == [
        (world.YEAR_START, JANUARY, "22.44"),
        (JANUARY, FEBRUARY, "24.00"),
        (FEBRUARY, None, "25.00"),
    ], met
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
