"""What one employee's month owes, assignment by assignment: three price methods, exact shares; no query, no clock.

Hours are whole minutes, money is Decimal euros, weights are exact fractions. A *segment* is an assignment's month, or
the part of it under one price: a change of terms in the middle of the month makes two segments, split by day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing.models import ChargeKind, Unit
from billing.pricing.months import EmployeeMonth, Segment
from billing.pricing.sharing import Shares, share_cost
from employees.models import PriceMethod
from groupement.money import cents, line_net
from groupement.periods import Month
from groupement.worktime import quantity

__all__ = ["Due", "EmployeeMonth", "Segment", "Shares", "price", "share_cost"]

ONE = Decimal("1.00")


@dataclass(frozen=True)
class Due:
    """One sum owed for a segment: what a line prints (net = quantity × unit price) and how it was reached."""

    segment: Segment
    kind: str
    minutes: int
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    figures: Mapping[str, Any]


def price(month: EmployeeMonth) -> list[Due]:
    """All that the month owes, in the order of its segments; nothing for what comes to zero.

    Without its cost, a month's segments at actual cost owe nothing yet.
    """
    known = month.shares_cost and month.cost is not None
    shares = share_cost(month) if known else None
    dues: list[Due] = []
    for i, segment in enumerate(month.segments):
        if segment.method == PriceMethod.HOURLY:
            dues += _hourly(segment, month.month)
        elif segment.method == PriceMethod.FLAT:
            dues += _flat(segment, month.month)
        elif shares is not None:
            dues += _at_cost(segment, shares.amounts[i], shares.borne[i], month)
    return dues


def _hourly(segment: Segment, month: Month) -> list[Due]:
    """Hours at the agreed price, and once what is missing to the minimum: late hours then fill that gap first."""
    price = _given(segment.hourly_price)
    least = _least(segment, month)
    before = segment.worked - segment.fresh
    covered = min(segment.fresh, max(least - before, 0)) if segment.is_topped_up else 0
    # The days, so that a credit note finds the entries again when two prices share a month.
    spans = [[start.isoformat(), before.isoformat()] for start, before in segment.spans]
    figures: dict[str, Any] = {"hourly_price": str(price), "spans": spans}
    if segment.again:
        figures["again_minutes"] = segment.again
    if covered:
        figures["covered_minutes"] = covered
    minutes = segment.fresh - covered + segment.again
    dues = [_hours(segment, ChargeKind.WORKED_HOURS, minutes, price, figures)]
    if not segment.is_topped_up and least > segment.worked:
        told = {"hourly_price": str(price), "minimum_minutes": least, "worked_minutes": segment.worked}
        dues.append(_hours(segment, ChargeKind.MINIMUM, least - segment.worked, price, told))
    return [due for due in dues if due.quantity]


def _hours(segment: Segment, kind: str, minutes: int, price: Decimal, figures: Mapping[str, Any]) -> Due:
    hours = quantity(minutes)
    return Due(segment, kind, minutes, hours, Unit.HOUR, price, line_net(hours, price), figures)


def _least(segment: Segment, month: Month) -> int:
    """The agreed minimum in minutes; of a part of the month by calendar days, half a minute up."""
    of_month = len(month.days)
    return (2 * segment.minimum * segment.days + of_month) // (2 * of_month)


def _flat(segment: Segment, month: Month) -> list[Due]:
    amount, of_month = _given(segment.flat_amount), len(month.days)
    whole = segment.days == of_month
    net = amount if whole else cents(amount * segment.days / of_month)
    if not net:
        return []
    unit = Unit.MONTH if whole else Unit.ONE
    figures = {"flat_amount": str(amount), "days": segment.days, "days_of_month": of_month}
    return [Due(segment, ChargeKind.FLAT_AMOUNT, segment.worked, ONE, unit, net, net, figures)]


def _at_cost(segment: Segment, share: Decimal, borne: int, month: EmployeeMonth) -> list[Due]:
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
    one = Unit.ONE
    dues = [Due(segment, ChargeKind.COST_SHARE, segment.worked, ONE, one, share, share, figures)]
    fee = cents(share * segment.management_rate / 100)
    if fee:
        rate = {"management_rate": str(segment.management_rate), "share": str(share)}
        dues.append(Due(segment, ChargeKind.MANAGEMENT_FEE, 0, ONE, one, fee, fee, rate))
    return dues


def _given(amount: Decimal | None) -> Decimal:
    if amount is None:
        raise ValueError("terms without the figure of their price method")
    return amount
