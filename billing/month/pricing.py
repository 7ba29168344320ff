"""How a price is made: the rules of the four methods, and what an employee's month owes by them; no query, no clock.

A  hourly price: hours × a price agreed on beforehand, up to a monthly minimum where one is agreed;
B  actual cost: a part of the employer cost of the month, by hours, and a management fee on that part;
C  flat amount: the same each month, by calendar days for a part of one;
D  with provision: as B, with what is put aside for leave in the cost (``costs.leave.monthly_provision``).

The close prices segments with ``price``; the simulator prices an average month, and a true-up a period, with the same
rules. How B and D share a cost is ``cost_sharing``. Hours are whole minutes, money is euros, each figure rounded once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from billing.charge_kinds import ChargeKind
from billing.models import Unit
from billing.month.cost_differences import BorneShare, CarriedDifference
from billing.month.cost_sharing import CostShares, management_fee, share_cost
from billing.month.minimums import MinimumShare, minimum_shares
from billing.month.segments import EmployeeMonth, Segment
from employees.models import PriceMethod
from groupement.kernel.money import ZERO, allocate, cents, line_net
from groupement.kernel.periods import Month
from groupement.kernel.worktime import quantity

ONE = Decimal("1.00")


def hours_net(minutes: int, hourly_price: Decimal) -> Decimal:
    """Method A: printed hours × agreed price (rule R3)."""
    return line_net(quantity(minutes), hourly_price)


def flat_nets(parts: Sequence[tuple[Decimal, int]], days_of_month: int) -> list[Decimal]:
    """Method C: parts of a month, each with the amount of a month and its calendar days; rounded once, all together."""
    weights = [amount * days for amount, days in parts]
    total = cents(sum(weights, ZERO) / days_of_month)
    return allocate(total, weights) if any(weights) else [ZERO] * len(parts)


def price_by_coefficient(gross_hourly_pay: Decimal, coefficient: Decimal) -> Decimal:
    """The hourly price that a coefficient agreed on gives: so many times the gross hourly pay."""
    return cents(gross_hourly_pay * coefficient)


def price_by_index(price: Decimal, value: Decimal, base: Decimal) -> Decimal:
    """``price``, agreed on when its index stood at ``base``, at the ``value`` published since."""
    return cents(price * value / base)


@dataclass(frozen=True)
class PricedSegment:
    """One sum owed for a segment: what a line prints (net = quantity × unit price) and the figures behind it.

    ``is_difference``: of a month that was invoiced on an estimate, beside what the segment owes for its own month.
    """

    segment: Segment
    kind: str
    minutes: int
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    figures: Mapping[str, Any]
    is_difference: bool = False


def price(month: EmployeeMonth) -> list[PricedSegment]:
    """All that the month owes, in the order of its segments; nothing for what comes to zero.

    While its cost is not known, a month's segments at actual cost owe nothing yet. What a member owes for the month is
    rounded once, and its parts under several terms are shared to the cent.
    """
    known = month.shares_cost and month.cost is not None
    shares = share_cost(month) if known else None
    fees = _fees(month.segments, shares.amounts) if shares else {}
    flats, minimums = _flat_parts(month), minimum_shares(month.segments, len(month.month.days))
    priced: list[PricedSegment] = []
    for i, segment in enumerate(month.segments):
        if segment.method == PriceMethod.HOURLY:
            priced += _at_hourly_price(segment, minimums[i])
        elif segment.method == PriceMethod.FLAT:
            priced += _at_flat_amount(segment, flats[i], month.month)
        elif shares is not None:
            priced += _at_actual_cost(i, shares, fees, month)
    return priced


def _at_hourly_price(segment: Segment, minimum: MinimumShare) -> list[PricedSegment]:
    """Hours at the agreed price, and once what lacks to the minimum: late hours then fill that gap first."""
    price = _agreed(segment.hourly_price)
    # The days, so that a credit note finds the entries again when two prices share a month.
    spans = [[start.isoformat(), before.isoformat()] for start, before in segment.spans]
    figures: dict[str, Any] = {"hourly_price": str(price), "spans": spans}
    if segment.again:
        figures["again_minutes"] = segment.again
    if minimum.covered:
        figures["covered_minutes"] = minimum.covered
    minutes = segment.first_billed - minimum.covered + segment.again
    priced = [_hours(segment, ChargeKind.WORKED_HOURS, minutes, price, figures)]
    if minimum.lacking:
        top_up: dict[str, Any] = {
            "hourly_price": str(price),
            "minimum_minutes": minimum.least,
            "worked_minutes": minimum.worked,
        }
        if minimum.lacking != minimum.lacks:
            top_up["lacking_minutes"] = minimum.lacks
        priced.append(_hours(segment, ChargeKind.MINIMUM, minimum.lacking, price, top_up))
    return [each for each in priced if each.quantity]


def _hours(
    segment: Segment, kind: str, minutes: int, price: Decimal, figures: Mapping[str, Any]
) -> PricedSegment:
    net = hours_net(minutes, price)
    return PricedSegment(segment, kind, minutes, quantity(minutes), Unit.HOUR, price, net, figures)


def _flat_parts(month: EmployeeMonth) -> dict[int, Decimal]:
    """The flat amount of each segment (by its place), those at one member rounded together."""
    at: dict[int, list[int]] = {}
    for i, segment in enumerate(month.segments):
        if segment.method == PriceMethod.FLAT:
            at.setdefault(segment.member, []).append(i)
    nets: dict[int, Decimal] = {}
    for places in at.values():
        parts = [(_agreed(month.segments[i].flat_amount), month.segments[i].days) for i in places]
        nets |= zip(places, flat_nets(parts, len(month.month.days)), strict=True)
    return nets


def _at_flat_amount(segment: Segment, net: Decimal, month: Month) -> list[PricedSegment]:
    amount, of_month = _agreed(segment.flat_amount), len(month.days)
    if not net:
        return []
    unit = Unit.MONTH if segment.days == of_month else Unit.ONE
    figures = {"flat_amount": str(amount), "days": segment.days, "days_of_month": of_month}
    kind = ChargeKind.FLAT_AMOUNT
    return [PricedSegment(segment, kind, segment.worked, ONE, unit, net, net, figures)]


@dataclass(frozen=True)
class _FeePart:
    """A segment's part of the management fee on ``of_share`` euros, a member's share of the month at one rate."""

    amount: Decimal
    of_share: Decimal


def _fees(segments: Sequence[Segment], shares: Sequence[Decimal]) -> dict[int, _FeePart]:
    """The management fee of each segment (by its place), on what a member bears of the month at one rate."""
    at: dict[tuple[int, Decimal], list[int]] = {}
    for i, segment in enumerate(segments):
        if segment.method == PriceMethod.ACTUAL and shares[i]:
            at.setdefault((segment.member, segment.management_rate), []).append(i)
    fees: dict[int, _FeePart] = {}
    for (_, rate), places in at.items():
        own = [shares[i] for i in places]
        whole = sum(own, ZERO)
        amounts = allocate(management_fee(whole, rate), [abs(share) for share in own])
        fees |= {i: _FeePart(amount, whole) for i, amount in zip(places, amounts, strict=True)}
    return fees


def _at_actual_cost(
    place: int, shares: CostShares, fees: Mapping[int, _FeePart], month: EmployeeMonth
) -> list[PricedSegment]:
    segment, share = month.segments[place], shares.amounts[place]
    if not share:
        return []
    figures: dict[str, Any] = {
        "employer_cost": str(month.cost),
        "worked_minutes": sum(other.worked for other in month.segments),
        "pool_minutes": month.absent,
        "borne_minutes": shares.borne[place],
        "planned_minutes": segment.expected,
        "absence_rule": str(segment.absence_rule),
    }
    if segment.absence_rules:
        figures["absence_rules"] = dict(segment.absence_rules)
    one, kind = Unit.ONE, ChargeKind.COST_SHARE
    priced = [PricedSegment(segment, kind, segment.worked, ONE, one, share, share, figures)]
    fee = fees[place]
    if fee.amount:
        rate: dict[str, Any] = {"management_rate": str(segment.management_rate), "share": str(share)}
        if segment.rate_rule is not None and segment.rate_rule.pk is not None:
            # Which rule it was, and as what it was told that day: the charge says it for good.
            rate |= {"rule": segment.rate_rule.pk, "rule_sentence": segment.rate_rule.sentence}
        if fee.of_share != share:
            rate["of_share"] = str(fee.of_share)
        kind = ChargeKind.MANAGEMENT_FEE
        priced.append(PricedSegment(segment, kind, 0, ONE, one, fee.amount, fee.amount, rate))
    return priced


def price_differences(differences: Iterable[CarriedDifference], month: Month) -> list[PricedSegment]:
    """What ``differences`` carried into ``month`` make each assignment owe, or have back, by its terms of then."""
    shares: dict[tuple[int, int], BorneShare] = {}
    sums: dict[tuple[int, int], dict[Month | None, Decimal]] = defaultdict(dict)
    for difference in sorted(differences, key=lambda each: each.month):
        for share, part in zip(difference.shares, difference.parts, strict=True):
            key = share.assignment, share.terms
            shares.setdefault(key, share)
            of = None if difference.is_provision else difference.month
            sums[key][of] = sums[key].get(of, ZERO) + part
    return [
        priced
        for key, by_month in sums.items()
        for priced in _differences_of(shares[key], by_month, month)
        if priced.net
    ]


def _differences_of(
    share: BorneShare, by_month: dict[Month | None, Decimal], month: Month
) -> list[PricedSegment]:
    """The difference and the fee on it; what is no month's is of the provision."""
    segment = Segment(
        assignment=share.assignment,
        terms=share.terms,
        member=share.member,
        method=PriceMethod.ACTUAL,
        spans=[(month.first, month.before)],
        management_rate=share.management_rate,
        vat_regime=share.vat_regime,
    )
    net = sum(by_month.values(), ZERO)
    found: dict[str, Any] = {
        "months": {str(of): str(amount) for of, amount in by_month.items() if of and amount}
    }
    if provision := by_month.get(None):
        found["provision"] = str(provision)
    fee = management_fee(net, share.management_rate)
    figures = {"management_rate": str(share.management_rate), "share": str(net), **found}
    return [
        _difference(segment, ChargeKind.COST_DIFFERENCE, net, found),
        _difference(segment, ChargeKind.MANAGEMENT_FEE, fee, figures),
    ]


def _difference(segment: Segment, kind: str, net: Decimal, figures: Mapping[str, Any]) -> PricedSegment:
    """One unit, of which there is one less when it is due back: prices are above zero."""
    quantity = ONE if net >= 0 else -ONE
    return PricedSegment(segment, kind, 0, quantity, Unit.ONE, abs(net), net, figures, is_difference=True)


def _agreed(figure: Decimal | None) -> Decimal:
    if figure is None:
        raise ValueError("terms without the figure of their price method")
    return figure
