"""How a price is made: the rules of the four methods, and what an employee's month owes by them; no query, no clock.

A  hourly price: hours × a price agreed on beforehand, up to a monthly minimum where one is agreed;
B  actual cost: a part of the employer cost of the month, by hours, and a management fee on that part;
C  flat amount: the same each month, by calendar days for a part of one;
D  with provision: as B, with what is put aside for leave in the cost (``costs.leave.monthly_provision``).

The close prices segments with ``price``; the simulator prices an average month, and a true-up a period, with the same
rules. How B and D share a cost is ``cost_sharing``. Hours are whole minutes, money is euros, each figure rounded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing.charge_kinds import ChargeKind
from billing.models import Unit
from billing.month.cost_sharing import management_fee, share_cost
from billing.month.segments import EmployeeMonth, Segment
from employees.models import PriceMethod
from groupement.kernel.money import cents, line_net
from groupement.kernel.periods import Month
from groupement.kernel.worktime import quantity

ONE = Decimal("1.00")


def hours_net(minutes: int, hourly_price: Decimal) -> Decimal:
    """Method A: printed hours × agreed price (rule R3)."""
    return line_net(quantity(minutes), hourly_price)


def minimum_minutes(of_month: int, days: int, days_of_month: int) -> int:
    """The minimum agreed ``of_month``, in minutes; of a part of the month by calendar days, half a minute up."""
    return (2 * of_month * days + days_of_month) // (2 * days_of_month)


def flat_net(amount: Decimal, days: int, days_of_month: int) -> Decimal:
    """Method C: the amount of a month; of a part of the month by calendar days."""
    return amount if days == days_of_month else cents(amount * days / days_of_month)


def price_by_coefficient(gross_hourly_pay: Decimal, coefficient: Decimal) -> Decimal:
    """The hourly price that a coefficient agreed on gives: so many times the gross hourly pay."""
    return cents(gross_hourly_pay * coefficient)


def price_by_index(price: Decimal, value: Decimal, base: Decimal) -> Decimal:
    """``price``, agreed on when its index stood at ``base``, at the ``value`` published since."""
    return cents(price * value / base)


@dataclass(frozen=True)
class PricedSegment:
    """One sum owed for a segment: what a line prints (net = quantity × unit price) and the figures behind it."""

    segment: Segment
    kind: str
    minutes: int
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    figures: Mapping[str, Any]


def price(month: EmployeeMonth) -> list[PricedSegment]:
    """All that the month owes, in the order of its segments; nothing for what comes to zero.

    While its cost is not known, a month's segments at actual cost owe nothing yet.
    """
    known = month.shares_cost and month.cost is not None
    shares = share_cost(month) if known else None
    priced: list[PricedSegment] = []
    for i, segment in enumerate(month.segments):
        if segment.method == PriceMethod.HOURLY:
            priced += _at_hourly_price(segment, month.month)
        elif segment.method == PriceMethod.FLAT:
            priced += _at_flat_amount(segment, month.month)
        elif shares is not None:
            priced += _at_actual_cost(segment, shares.amounts[i], shares.borne[i], month)
    return priced


def _at_hourly_price(segment: Segment, month: Month) -> list[PricedSegment]:
    """Hours at the agreed price, and once what lacks to the minimum: late hours then fill that gap first."""
    price = _agreed(segment.hourly_price)
    least = minimum_minutes(segment.minimum, segment.days, len(month.days))
    before = segment.worked - segment.first_billed
    covered = min(segment.first_billed, max(least - before, 0)) if segment.is_topped_up else 0
    # The days, so that a credit note finds the entries again when two prices share a month.
    spans = [[start.isoformat(), before.isoformat()] for start, before in segment.spans]
    figures: dict[str, Any] = {"hourly_price": str(price), "spans": spans}
    if segment.again:
        figures["again_minutes"] = segment.again
    if covered:
        figures["covered_minutes"] = covered
    minutes = segment.first_billed - covered + segment.again
    priced = [_hours(segment, ChargeKind.WORKED_HOURS, minutes, price, figures)]
    if not segment.is_topped_up and least > segment.worked:
        top_up = {"hourly_price": str(price), "minimum_minutes": least, "worked_minutes": segment.worked}
        priced.append(_hours(segment, ChargeKind.MINIMUM, least - segment.worked, price, top_up))
    return [each for each in priced if each.quantity]


def _hours(
    segment: Segment, kind: str, minutes: int, price: Decimal, figures: Mapping[str, Any]
) -> PricedSegment:
    net = hours_net(minutes, price)
    return PricedSegment(segment, kind, minutes, quantity(minutes), Unit.HOUR, price, net, figures)


def _at_flat_amount(segment: Segment, month: Month) -> list[PricedSegment]:
    amount, of_month = _agreed(segment.flat_amount), len(month.days)
    net = flat_net(amount, segment.days, of_month)
    if not net:
        return []
    unit = Unit.MONTH if segment.days == of_month else Unit.ONE
    figures = {"flat_amount": str(amount), "days": segment.days, "days_of_month": of_month}
    kind = ChargeKind.FLAT_AMOUNT
    return [PricedSegment(segment, kind, segment.worked, ONE, unit, net, net, figures)]


def _at_actual_cost(
    segment: Segment, share: Decimal, borne: int, month: EmployeeMonth
) -> list[PricedSegment]:
    if not share:
        return []
    figures: dict[str, Any] = {
        "employer_cost": str(month.cost),
        "worked_minutes": sum(other.worked for other in month.segments),
        "pool_minutes": month.absent,
        "borne_minutes": borne,
        "planned_minutes": segment.expected,
        "absence_rule": str(segment.absence_rule),
    }
    if segment.absence_rules:
        figures["absence_rules"] = dict(segment.absence_rules)
    one, kind = Unit.ONE, ChargeKind.COST_SHARE
    priced = [PricedSegment(segment, kind, segment.worked, ONE, one, share, share, figures)]
    if fee := management_fee(share, segment.management_rate):
        rate = {"management_rate": str(segment.management_rate), "share": str(share)}
        priced.append(PricedSegment(segment, ChargeKind.MANAGEMENT_FEE, 0, ONE, one, fee, fee, rate))
    return priced


def _agreed(figure: Decimal | None) -> Decimal:
    if figure is None:
        raise ValueError("terms without the figure of their price method")
    return figure
