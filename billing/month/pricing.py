"""What one employee's month owes, assignment by assignment: three price methods, exact shares; no query, no clock.

Hours are whole minutes, money is Decimal euros, weights are exact fractions. A *segment* is an assignment's month, or
the part of it under one price: a change of terms in the middle of the month makes two segments, split by day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

from billing.charge_kinds import ChargeKind
from billing.models import Unit
from employees.models import AbsenceRule, PriceMethod
from groupement.kernel.money import ZERO, allocate, cents, line_net
from groupement.kernel.periods import Month
from groupement.kernel.worktime import quantity


@dataclass(frozen=True)
class Segment:
    """One assignment's month under one price; ``spans`` are its half-open runs of calendar days.

    ``minutes`` are all hours at the member by day (worked, and travel between two places of work, which is working
    time: C. trav. L3121-4), ``planned`` what the weekly pattern expects. ``to_bill`` are the minutes no invoice holds
    yet, when they are not all of them; ``again`` those that credit notes gave back. ``absence_rules`` say who bears a
    kind of absence where that differs from ``absence_rule``. ``minimum`` are the minutes agreed as least for a whole
    month, known once all its hours are approved; ``is_topped_up`` when the month was charged up to it already.
    """

    assignment: int
    terms: int
    member: int
    method: str
    spans: Sequence[tuple[date, date]]
    minutes: Mapping[date, int] = field(default_factory=dict)
    planned: Mapping[date, int] = field(default_factory=dict)
    hourly_price: Decimal | None = None
    flat_amount: Decimal | None = None
    management_rate: Decimal = ZERO
    absence_rule: str = AbsenceRule.WORKED_HOURS
    absence_rules: Mapping[str, str] = field(default_factory=dict)
    vat_regime: str = "S20"
    to_bill: int | None = None
    again: int = 0
    minimum: int = 0
    is_topped_up: bool = False

    @property
    def days(self) -> int:
        """Calendar days, the yardstick of a month begun or ended on the way."""
        return sum((before - start).days for start, before in self.spans)

    @property
    def worked(self) -> int:
        return sum(self.minutes.values())

    @property
    def expected(self) -> int:
        return sum(self.planned.values())

    @property
    def fresh(self) -> int:
        """Minutes to bill for the first time."""
        return self.worked if self.to_bill is None else self.to_bill

    def rule_of(self, kind: str) -> str:
        """Who bears hours of this kind that are nobody's."""
        return self.absence_rules.get(kind, self.absence_rule)


@dataclass(frozen=True)
class EmployeeMonth:
    """An employee's month: segments in a stable order, hours that are nobody's, employer cost if known.

    ``pool`` are the minutes "at the group" by day (leave, holidays, sickness, training, meetings, downtime), and
    ``pools`` those told apart by kind where an assignment wants it; ``past`` the minutes worked in the twelve months
    before, by member.
    """

    month: Month
    segments: Sequence[Segment]
    pool: Mapping[date, int] = field(default_factory=dict)
    cost: Decimal | None = None
    past: Mapping[int, int] = field(default_factory=dict)
    pools: Mapping[str, Mapping[date, int]] = field(default_factory=dict)

    @property
    def absent(self) -> int:
        """All minutes that are nobody's."""
        return sum(sum(days.values()) for days in self.by_kind.values())

    @property
    def by_kind(self) -> Mapping[str, Mapping[date, int]]:
        """The hours that are nobody's by kind; "" for those whose kind does not matter."""
        return {"": self.pool, **self.pools}

    @property
    def shares_cost(self) -> bool:
        """Whether a segment is priced at actual cost, so that the month cannot be charged before all is known."""
        return any(segment.method == PriceMethod.ACTUAL for segment in self.segments)


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


Weights = list[Fraction]


@dataclass(frozen=True)
class Shares:
    """An employer cost shared to the cent: one amount a segment, in their order, and what the group bears.

    ``borne`` are the minutes of the pool that weigh on each segment beside its own.
    """

    amounts: Sequence[Decimal]
    reserve: Decimal
    borne: Sequence[int]


def share_cost(month: EmployeeMonth) -> Shares:
    """Share the employer cost of ``month`` between its segments and the reserve; the sum is exact.

    Every worked minute weighs, at members with an agreed price too: their part is covered by that price. Hours that are
    nobody's form a pool, which goes by each assignment's absence rule. A month without any work goes by planned shares,
    and to the reserve when nothing was planned. Raises ValueError when the cost is unknown.
    """
    if month.cost is None:
        raise ValueError("a cost that is not known cannot be shared")
    weights, borne, reserve = _weights(month)
    parts = [*weights, reserve]
    scale = lcm(*(part.denominator for part in parts))
    shares = allocate(month.cost, [int(part * scale) for part in parts])
    return Shares(shares[:-1], shares[-1], [round(minutes) for minutes in borne])


def _weights(month: EmployeeMonth) -> tuple[Weights, Weights, Fraction]:
    """What each segment weighs, how much of that is hours that are nobody's, and what the reserve weighs."""
    segments = month.segments
    nothing = [Fraction(0)] * len(segments)
    worked = [Fraction(segment.worked) for segment in segments]
    planned = [Fraction(segment.expected) for segment in segments]
    if not any(worked):
        return planned, nothing, Fraction(0) if any(planned) else Fraction(1)
    borne, reserve = nothing, Fraction(0)
    for kind, pool in month.by_kind.items():
        if any(pool.values()):
            more, kept = _bear_pool(month, kind, pool, worked, planned)
            borne = [sum(pair, Fraction(0)) for pair in zip(borne, more, strict=True)]
            reserve += kept
    return [own + absent for own, absent in zip(worked, borne, strict=True)], borne, reserve


def _bear_pool(
    month: EmployeeMonth, kind: str, pool: Mapping[date, int], worked: Weights, planned: Weights
) -> tuple[Weights, Fraction]:
    """One kind's minutes by segment, and those that the reserve bears.

    Assignments with the same rule form a group; between groups the pool goes by planned minutes.
    """
    groups: dict[str, list[int]] = {}
    for i, segment in enumerate(month.segments):
        groups.setdefault(segment.rule_of(kind), []).append(i)
    basis = _first_known(planned, worked)
    borne = [Fraction(0)] * len(month.segments)
    reserve = Fraction(0)
    for rule, group in groups.items():
        part = Fraction(sum(pool.values())) * sum(basis[i] for i in group) / sum(basis)
        if rule == AbsenceRule.RESERVE:
            reserve += part
        elif part:
            own = [worked[i] for i in group], [planned[i] for i in group]
            for i, minutes in zip(group, _inside(rule, part, month, pool, group, *own), strict=True):
                borne[i] += minutes
    return borne, reserve


def _inside(
    rule: str,
    part: Fraction,
    month: EmployeeMonth,
    pool: Mapping[date, int],
    group: Sequence[int],
    worked: Weights,
    planned: Weights,
) -> Weights:
    """Share ``part`` of the pool between the segments of one rule."""
    segments = [month.segments[i] for i in group]
    if rule == AbsenceRule.WORKED_HOURS:
        return _proportionally(part, _first_known(worked, planned))
    by_plan = _proportionally(part, _first_known(planned, worked))
    if rule == AbsenceRule.LAST_12_MONTHS:
        past = _past(month, segments)
        return _proportionally(part, past) if any(past) else by_plan
    if rule == AbsenceRule.PLANNED_THAT_DAY:
        return _day_by_day(part, pool, segments, by_plan)
    return by_plan


def _day_by_day(
    part: Fraction, pool: Mapping[date, int], segments: Sequence[Segment], by_plan: Weights
) -> Weights:
    """Each absent day to those planned on that day; days on which nobody was go by the month's plan."""
    total = sum(pool.values())
    borne = [Fraction(0)] * len(segments)
    for day, minutes in pool.items():
        today = [Fraction(segment.planned.get(day, 0)) for segment in segments]
        shares = _proportionally(part * minutes / total, today if any(today) else by_plan)
        borne = [sum(pair, Fraction(0)) for pair in zip(borne, shares, strict=True)]
    return borne


def _past(month: EmployeeMonth, segments: Sequence[Segment]) -> Weights:
    """Minutes of the twelve months before at each segment's member, split by days between its segments."""
    days: dict[int, int] = {}
    for segment in month.segments:
        days[segment.member] = days.get(segment.member, 0) + segment.days
    return [Fraction(month.past.get(s.member, 0) * s.days, max(days[s.member], 1)) for s in segments]


def _first_known(*weightings: Weights) -> Weights:
    return next((weights for weights in weightings if any(weights)), weightings[0])


def _proportionally(total: Fraction, weights: Weights) -> Weights:
    scale = sum(weights)
    return [total * weight / scale for weight in weights]
