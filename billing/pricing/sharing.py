"""Share an employee's cost between assignments and the reserve: worked hours weigh, absences go by their rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm

from billing.pricing.months import EmployeeMonth, Segment
from employees.models import AbsenceRule
from groupement.money import allocate

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
