"""How a cost is shared to the cent: by a key with its management fee, or over an employee's month with its absences.

The close shares an employee's month between assignments and the reserve (``share_cost``), the simulator an average
month by hours or by a key (``share_with_fee``), the true-up a period by a key (``share_with_management``). Sums are
exact: weights are exact fractions, and ``money.allocate`` gives the last cents. No query, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from billing.month.segments import EmployeeMonth, Segment
from employees.models import AbsenceRule
from groupement.kernel.money import allocate, cents

Weights = list[Fraction]
HUNDRED = Decimal(100)


def management_fee(cost: Decimal, rate: Decimal) -> Decimal:
    """The management fee in euros on ``cost`` at ``rate`` percent, rounded once."""
    return cents(cost * rate / 100)


def share_with_fee(
    cost: Decimal, rate: Decimal, weights: Sequence[Decimal | int]
) -> list[tuple[Decimal, Decimal]]:
    """Share ``cost`` and the fee on it at one ``rate`` by ``weights``: pairs (cost, fee), both sums exact."""
    costs, fees = allocate(cost, weights), allocate(management_fee(cost, rate), weights)
    return list(zip(costs, fees, strict=True))


def share_with_management(
    cost: Decimal, weights: Sequence[int], rates: Sequence[Decimal], *, management: Decimal | None = None
) -> list[tuple[Decimal, Decimal]]:
    """Share ``cost`` by ``weights``, and its total with management: pairs (cost, cost with management), sums exact.

    Management is each one's ``rates`` (percent) on its own part of the cost, summed and rounded once (40 800.00 for
    37 090.91 at 10 %), or ``management`` (euros) in place of the rates, by the same weights as the cost. Ties go to the
    first. Raises ValueError when no weight is above zero.
    """
    costs = allocate(cost, weights)
    if management is not None:
        return list(zip(costs, allocate(cost + management, weights), strict=True))
    whole = sum((weight * Fraction(rate) for weight, rate in zip(weights, rates, strict=True)), Fraction(0))
    exact = Fraction(cost) * whole / (sum(weights) * 100)
    # Half away from zero on the exact fraction: a Decimal of thirty digits cannot move the cent.
    managed = cents(Decimal(exact.numerator) / Decimal(exact.denominator))
    loaded = [weight * (HUNDRED + rate) for weight, rate in zip(weights, rates, strict=True)]
    return list(zip(costs, allocate(cost + managed, loaded), strict=True))


@dataclass(frozen=True)
class CostShares:
    """An employer cost shared to the cent: one amount a segment, in their order, and what the reserve bears.

    ``borne`` are the minutes at the group that each segment bears beside its own.
    """

    amounts: Sequence[Decimal]
    reserve: Decimal
    borne: Sequence[int]


def share_cost(month: EmployeeMonth) -> CostShares:
    """Share the employer cost of ``month`` between its segments and the reserve; the sum is exact.

    Every worked minute is a weight, at members with an agreed price too: their part is covered by that price. Hours at
    the group are shared by each assignment's absence rule. A month without any work is shared by planned minutes: the
    reserve bears those of assignments whose rule names it, and all of it when nothing was planned. Raises ValueError
    when the cost is unknown.
    """
    if month.cost is None:
        raise ValueError("a cost that is not known cannot be shared")
    weights, borne, reserve = _weights(month)
    parts = [*weights, reserve]
    scale = lcm(*(part.denominator for part in parts))
    shares = allocate(month.cost, [int(part * scale) for part in parts])
    return CostShares(shares[:-1], shares[-1], [round(minutes) for minutes in borne])


def _weights(month: EmployeeMonth) -> tuple[Weights, Weights, Fraction]:
    """The weight of each segment, how much of it is hours at the group, and the weight of the reserve."""
    segments = month.segments
    nothing = [Fraction(0)] * len(segments)
    worked = [Fraction(segment.worked) for segment in segments]
    planned = [Fraction(segment.expected) for segment in segments]
    if not any(worked):
        return _without_work(month, planned)
    borne, reserve = nothing, Fraction(0)
    for kind, days in month.by_kind.items():
        if any(days.values()):
            more, to_reserve = _by_absence_rule(month, kind, days, worked, planned)
            borne = [sum(pair, Fraction(0)) for pair in zip(borne, more, strict=True)]
            reserve += to_reserve
    return [own + absent for own, absent in zip(worked, borne, strict=True)], borne, reserve


def _without_work(month: EmployeeMonth, planned: Weights) -> tuple[Weights, Weights, Fraction]:
    """The weights of a month without any work: planned shares, but the reserve's under the rule that names it."""
    nothing = [Fraction(0)] * len(planned)
    if not any(planned):
        return nothing, nothing, Fraction(1)
    minutes = {kind: sum(days.values()) for kind, days in month.by_kind.items() if any(days.values())}
    borne, reserve = nothing, Fraction(0)
    for kind, total in (minutes or {"": 1}).items():
        parts = _proportionally(Fraction(total), planned)
        is_left = [segment.rule_of(kind) == AbsenceRule.RESERVE for segment in month.segments]
        reserve += sum((part for part, left in zip(parts, is_left, strict=True) if left), Fraction(0))
        borne = [own if left else own + part for own, part, left in zip(borne, parts, is_left, strict=True)]
    return borne, borne if minutes else nothing, reserve


def _by_absence_rule(
    month: EmployeeMonth, kind: str, days: Mapping[date, int], worked: Weights, planned: Weights
) -> tuple[Weights, Fraction]:
    """The minutes at the group of one kind by segment, and those that the reserve bears.

    Assignments with the same rule form a group; between groups the minutes are shared by planned minutes: those of the
    month, and those of the day where a group's rule asks who was planned that day.
    """
    groups: dict[str, list[int]] = {}
    for i, segment in enumerate(month.segments):
        groups.setdefault(segment.rule_of(kind), []).append(i)
    basis = _first_known(planned, worked)
    by_day = AbsenceRule.PLANNED_THAT_DAY in groups
    borne = [Fraction(0)] * len(month.segments)
    reserve = Fraction(0)
    for rule, group in groups.items():
        own_days = {
            day: minutes * _part_of(group, _planned_on(day, month.segments) if by_day else basis, basis)
            for day, minutes in days.items()
        }
        part = sum(own_days.values(), Fraction(0))
        if rule == AbsenceRule.RESERVE:
            reserve += part
        elif part:
            own = [worked[i] for i in group], [planned[i] for i in group]
            for i, minutes in zip(group, _within_group(rule, own_days, month, group, *own), strict=True):
                borne[i] += minutes
    return borne, reserve


def _part_of(group: Sequence[int], weights: Weights, basis: Weights) -> Fraction:
    """The part of the segments in ``group`` by ``weights``, by ``basis`` where there are none."""
    known = _first_known(weights, basis)
    return sum((known[i] for i in group), Fraction(0)) / sum(known)


def _planned_on(day: date, segments: Sequence[Segment]) -> Weights:
    return [Fraction(segment.planned_on(day)) for segment in segments]


def _within_group(
    rule: str,
    days: Mapping[date, Fraction],
    month: EmployeeMonth,
    group: Sequence[int],
    worked: Weights,
    planned: Weights,
) -> Weights:
    """Share the minutes at the group of some ``days`` between the segments of one rule."""
    segments, part = [month.segments[i] for i in group], sum(days.values(), Fraction(0))
    if rule == AbsenceRule.WORKED_HOURS:
        return _proportionally(part, _first_known(worked, planned))
    by_plan = _proportionally(part, _first_known(planned, worked))
    if rule == AbsenceRule.LAST_12_MONTHS:
        past = _past(month, segments)
        return _proportionally(part, past) if any(past) else by_plan
    if rule == AbsenceRule.PLANNED_THAT_DAY:
        return _day_by_day(days, segments, by_plan)
    return by_plan


def _day_by_day(days: Mapping[date, Fraction], segments: Sequence[Segment], by_plan: Weights) -> Weights:
    """Each absent day to those planned on that day; days on which nobody was go by the month's plan."""
    borne = [Fraction(0)] * len(segments)
    for day, minutes in days.items():
        shares = _proportionally(minutes, _first_known(_planned_on(day, segments), by_plan))
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
