"""Share what one person really cost over a period between members, by a key, to the cent; no query, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.models import TrueUpKey
from billing.month import pricing
from billing.month.pricing import EmployeeMonth, Segment
from employees.models import AbsenceRule, Assignment, Terms
from groupement.kernel.money import ZERO, allocate, cents
from groupement.kernel.periods import Month, clip
from timesheets.models import Entry, TimesheetStatus

HUNDRED = Decimal(100)
Weights = Mapping[int, int]
"""Whole weights by member id."""

# Which key stands in when the one asked for knows nothing of a person: hours, else what was planned, else equal parts.
STAND_INS = (TrueUpKey.HOURS, TrueUpKey.PLANNED, TrueUpKey.EQUAL)


class NobodyToShare(ValueError):  # noqa: N818 - named like the refusals
    """A cost that no member had anything to do with."""


@dataclass(frozen=True)
class Account:
    """One person's period: what it cost, what the reserve keeps bearing, the weights by key, what was invoiced.

    ``rates`` are management percents by member, unless ``management`` says what managing really cost.
    """

    employee: int
    cost: Decimal
    kept: Decimal = ZERO
    keys: Mapping[str, Weights] = field(default_factory=dict)
    rates: Mapping[int, Decimal] = field(default_factory=dict)
    invoiced: Mapping[int, Decimal] = field(default_factory=dict)
    management: Decimal | None = None

    @property
    def members(self) -> list[int]:
        """Everybody who has a weight by some key or was invoiced, in the order of ids: the one that shares follow."""
        weighed = {member for weights in self.keys.values() for member, weight in weights.items() if weight}
        return sorted(weighed | {member for member, net in self.invoiced.items() if net})

    @property
    def shared(self) -> Decimal:
        """The cost to share: all but what the reserve keeps."""
        return self.cost - self.kept


@dataclass(frozen=True)
class Part:
    """One member's part of one person: the cost, managing it, what was invoiced, and the difference."""

    member: int
    weight: int
    cost: Decimal
    actual: Decimal
    invoiced: Decimal

    @property
    def management(self) -> Decimal:
        return self.actual - self.cost

    @property
    def amount(self) -> Decimal:
        """Owed by the member when positive, due back when negative."""
        return self.actual - self.invoiced


@dataclass(frozen=True)
class Shares:
    """A person's period shared; ``key`` is the one that weighed, which may stand in for the one asked for."""

    account: Account
    key: str
    parts: Sequence[Part]

    @property
    def total(self) -> Decimal:
        return sum((part.actual for part in self.parts), ZERO)


def share(account: Account, key: str) -> Shares:
    """Share cost and management of ``account`` by ``key``; the parts sum to both, whatever the order of members.

    Actual cost with management is compared with what was invoiced with management: at the rate of each member's terms
    on its own part of the cost, summed and rounded once (40 800.00 for 37 090.91 at 10 %), or the sum typed in its
    place, by the same weights as the cost. Ties go to the lowest id. Raises NobodyToShare.
    """
    used, weights = _weights(account, key)
    members = account.members
    ordered = [weights.get(member, 0) for member in members]
    costs = allocate(account.shared, ordered)
    managed: list[Decimal | int] = [*ordered]
    if account.management is None:
        managed = [
            weight * (HUNDRED + account.rates.get(member, ZERO))
            for member, weight in zip(members, ordered, strict=True)
        ]
    actuals = allocate(account.shared + _management(account, ordered), managed)
    return Shares(
        account,
        used,
        [
            Part(member, weight, cost, actual, account.invoiced.get(member, ZERO))
            for member, weight, cost, actual in zip(members, ordered, costs, actuals, strict=True)
        ],
    )


def _weights(account: Account, key: str) -> tuple[str, Weights]:
    for candidate in (key, *STAND_INS):
        weights = account.keys.get(candidate, {})
        if any(weights.values()):
            return str(candidate), weights
    raise NobodyToShare(str(account.employee))


def _management(account: Account, ordered: Sequence[int]) -> Decimal:
    """What managing adds to the shared cost, rounded once."""
    if account.management is not None:
        return account.management
    rates = [Fraction(account.rates.get(member, ZERO)) for member in account.members]
    mean = sum((weight * rate for weight, rate in zip(ordered, rates, strict=True)), Fraction(0))
    exact = Fraction(account.shared) * mean / (sum(ordered) * 100)
    # Half away from zero on the exact fraction: a Decimal of thirty digits cannot move the cent.
    return cents(Decimal(exact.numerator) / Decimal(exact.denominator))


Days = dict[date, int]
Worked = Mapping[tuple[int, Month], Mapping[int | str, Days]]
"""Approved minutes day by day, by person and month, then by assignment, or by kind when at the group."""


@dataclass(frozen=True)
class Reading:
    """The assignments of some people with their terms and plans, and what their months cost."""

    assignments: Sequence[Assignment]
    terms: Mapping[int, Sequence[Terms]]
    plan: Mapping[int, Days]
    costs: Mapping[tuple[int, Month], Decimal]


def bear(reading: Reading) -> dict[int, Decimal]:
    """Euros that the reserve bears by employee id; one query, and none when no terms leave anything to it.

    A month with an agreed price is reckoned as one at cost: absences are nobody's hours in both.
    """
    placed_of: dict[int, list[Assignment]] = defaultdict(list)
    for placed in reading.assignments:
        placed_of[placed.employee_id].append(placed)
    leaves = {
        employee
        for employee, placements in placed_of.items()
        if any(_leaves_some(row) for placed in placements for row in reading.terms[placed.pk])
    }
    if not leaves:
        return {}
    months = [key for key in reading.costs if key[0] in leaves]
    worked = _worked(months)
    borne: dict[int, Decimal] = defaultdict(Decimal)
    for employee, month in months:
        borne[employee] += _reserve(placed_of[employee], month, reading, worked)
    return dict(borne)


def _leaves_some(terms: Terms) -> bool:
    return AbsenceRule.RESERVE in (terms.absence_rule, *terms.absence_rules.values())


def _reserve(
    placements: Sequence[Assignment],
    month: Month,
    reading: Reading,
    worked: Worked,
) -> Decimal:
    key = (placements[0].employee_id, month)
    hours = worked.get(key, {})
    segments = [
        segment
        for placed in placements
        for segment in _segments(placed, month, reading, hours.get(placed.pk, {}))
    ]
    if not segments:
        return ZERO
    pools = {str(kind): days for kind, days in hours.items() if isinstance(kind, str)}
    shared = pricing.share_cost(EmployeeMonth(month, segments, cost=reading.costs[key], pools=pools))
    return shared.reserve


def _segments(placed: Assignment, month: Month, reading: Reading, worked: Days) -> list[Segment]:
    found = []
    for terms in reading.terms[placed.pk]:
        span = clip(terms.starts_on, terms.ends_before, month)
        held = clip(placed.starts_on, placed.ends_before, month)
        if not span or not held:
            continue
        starts, before = max(span[0], held[0]), min(span[1], held[1])
        if starts < before:
            planned = reading.plan.get(placed.pk, {})
            found.append(
                Segment(
                    assignment=placed.pk,
                    terms=terms.pk,
                    member=placed.member_id,
                    method=terms.price_method,
                    spans=[(starts, before)],
                    minutes=_within(worked, starts, before),
                    planned=_within(planned, starts, before),
                    absence_rule=terms.absence_rule,
                    absence_rules=terms.absence_rules,
                )
            )
    return found


def _within(days: Days, starts: date, before: date) -> Days:
    return {day: minutes for day, minutes in days.items() if starts <= day < before}


def _worked(keys: Sequence[tuple[int, Month]]) -> Worked:
    rows = Entry.objects.filter(
        timesheet__employee__in={employee for employee, _ in keys},
        timesheet__month__in={month for _, month in keys},
        timesheet__status=TimesheetStatus.APPROVED,
    ).values_list(
        "timesheet__employee", "timesheet__month", "timesheet__assignment", "kind", "day", "minutes"
    )
    worked: dict[tuple[int, Month], dict[int | str, Days]] = defaultdict(lambda: defaultdict(dict))
    for employee, month, assignment, kind, day, minutes in rows.order_by("pk"):
        days = worked[employee, month][kind if assignment is None else assignment]
        days[day] = days.get(day, 0) + minutes
    return worked
