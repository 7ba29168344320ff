"""Share what each person really cost over a period between members, by a key, and what is left to the reserve.

How a cost is shared is ``month.cost_sharing``; here are the keys of a true-up, those used in place of one without
weights, and the part of each month's cost that absence rules leave to the reserve.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from billing.models import TrueUpKey
from billing.month.cost_sharing import share_cost, share_with_management
from billing.month.segments import EmployeeMonth, Minutes, Segment, minutes_within, terms_in_force
from employees.models import AbsenceRule, Assignment, Terms
from groupement.kernel.money import ZERO, allocate
from groupement.kernel.periods import Month
from timesheets.models import Entry, TimesheetStatus

Weights = Mapping[int, int]
"""Whole weights by member id."""

# The keys used in turn when the one chosen has no weight for a person: hours, else what was planned, else equal parts.
FALLBACK_KEYS = (TrueUpKey.HOURS, TrueUpKey.PLANNED, TrueUpKey.EQUAL)


class NobodyToShare(ValueError):  # noqa: N818 - named like the refusals
    """A cost that no member had anything to do with."""


@dataclass(frozen=True)
class EmployeePeriod:
    """One person's period in euros: what it cost, what stays with the reserve, what was invoiced; weights by key.

    ``rates`` are management percents by member, unless ``management`` says what managing really cost. ``given_up`` are
    minutes credited for good, by key of hours: the reserve bears their part of the cost.
    """

    employee: int
    cost: Decimal
    to_reserve: Decimal = ZERO
    keys: Mapping[str, Weights] = field(default_factory=dict)
    rates: Mapping[int, Decimal] = field(default_factory=dict)
    invoiced: Mapping[int, Decimal] = field(default_factory=dict)
    management: Decimal | None = None
    given_up: Mapping[str, int] = field(default_factory=dict)

    @property
    def members(self) -> list[int]:
        """Everybody who has a weight by some key or was invoiced, in the order of ids, which is that of the shares."""
        weighted = {member for weights in self.keys.values() for member, weight in weights.items() if weight}
        return sorted(weighted | {member for member, net in self.invoiced.items() if net})

    @property
    def cost_to_share(self) -> Decimal:
        """All of the cost but what stays with the reserve."""
        return self.cost - self.to_reserve


@dataclass(frozen=True)
class MemberShare:
    """One member's share of one person in euros: the cost, the cost with management, what was invoiced."""

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
        """The difference: owed by the member when positive, due back when negative."""
        return self.actual - self.invoiced


@dataclass(frozen=True)
class SharedPeriod:
    """A person's period shared; ``key`` is the one that was used, which may replace the one chosen.

    ``given_up`` is the part of the cost (euros) of hours that were credited for good: the reserve's.
    """

    period: EmployeePeriod
    key: str
    shares: Sequence[MemberShare]
    given_up: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return sum((share.actual for share in self.shares), ZERO)


def share_period(period: EmployeePeriod, key: str) -> SharedPeriod:
    """Share cost and management of ``period`` by ``key``; the shares sum to both, whatever the order of members.

    Actual cost with management is compared with what was invoiced with management. The part of hours given up is no
    member's. Raises NobodyToShare.
    """
    known = (
        each
        for each in (key, *FALLBACK_KEYS)
        if any(period.keys.get(each, {}).values()) or period.given_up.get(each)
    )
    used = next(known, None)
    if used is None:
        raise NobodyToShare(str(period.employee))
    members = period.members
    weights = [period.keys[used].get(member, 0) for member in members]
    rates = [period.rates.get(member, ZERO) for member in members]
    given_up, amounts = _share(period, period.given_up.get(used, 0), weights, rates)
    return SharedPeriod(
        period,
        str(used),
        [
            MemberShare(member, weight, cost, actual, period.invoiced.get(member, ZERO))
            for member, weight, (cost, actual) in zip(members, weights, amounts, strict=True)
        ],
        given_up,
    )


def _share(
    period: EmployeePeriod, given_up: int, weights: Sequence[int], rates: Sequence[Decimal]
) -> tuple[Decimal, list[tuple[Decimal, Decimal]]]:
    """The cost of hours given up, and of each member the cost and the cost with management."""
    whole = period.cost_to_share
    if not given_up:
        return ZERO, share_with_management(whole, weights, rates, management=period.management)
    if period.management is None:
        (kept, _), *amounts = share_with_management(whole, [given_up, *weights], [ZERO, *rates])
        return kept, amounts
    kept, rest = allocate(whole, [given_up, sum(weights)])
    if not any(weights):
        return kept, [(ZERO, ZERO)] * len(weights)
    return kept, share_with_management(rest, weights, rates, management=period.management)


def share_all(periods: Sequence[EmployeePeriod], key: str) -> list[SharedPeriod]:
    """Everybody's period by ``key``; a person whose cost no member had to do with is left out (see ``checks``)."""
    found = []
    for period in periods:
        try:
            found.append(share_period(period, key))
        except NobodyToShare:
            continue
    return found


ApprovedMinutes = Mapping[tuple[int, Month], Mapping[int | str, Minutes]]
"""Approved minutes day by day, by person and month, then by assignment, or by kind when at the group."""


@dataclass(frozen=True)
class PeriodTerms:
    """The assignments of some people with their terms and plans, and what their months cost (euros)."""

    assignments: Sequence[Assignment]
    terms: Mapping[int, Sequence[Terms]]
    plan: Mapping[int, Minutes]
    holidays: Mapping[int, Minutes]
    costs: Mapping[tuple[int, Month], Decimal]


def left_to_reserve(period: PeriodTerms) -> dict[int, Decimal]:
    """Euros that absence rules leave to the reserve, by employee id; one query, none when no terms leave it anything.

    A month with an agreed price is shared like one at actual cost: absences are hours at the group in both.
    """
    assignments_of: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in period.assignments:
        assignments_of[assignment.employee_id].append(assignment)
    concerned = {
        assignment.employee_id
        for assignment in period.assignments
        for row in period.terms[assignment.pk]
        if AbsenceRule.RESERVE in (row.absence_rule, *row.absence_rules.values())
    }
    if not concerned:
        return {}
    months = [key for key in period.costs if key[0] in concerned]
    approved = _approved_minutes(months)
    found: dict[int, Decimal] = defaultdict(Decimal)
    for employee, month in months:
        minutes = approved.get((employee, month), {})
        segments = [
            segment
            for assignment in assignments_of[employee]
            for segment in _segments(assignment, month, period, minutes.get(assignment.pk, {}))
        ]
        at_group = {kind: days for kind, days in minutes.items() if isinstance(kind, str)}
        if segments:
            cost = period.costs[employee, month]
            found[employee] += share_cost(
                EmployeeMonth(month, segments, cost=cost, at_group_by_kind=at_group)
            ).reserve
    return dict(found)


def _segments(assignment: Assignment, month: Month, period: PeriodTerms, worked: Minutes) -> list[Segment]:
    """A segment for each of the terms that hold in ``month``: only hours and absence rules are needed here."""
    terms, plan = period.terms[assignment.pk], period.plan.get(assignment.pk, {})
    return [
        Segment(
            assignment=assignment.pk,
            terms=row.pk,
            member=assignment.member_id,
            method=row.price_method,
            spans=[span],
            minutes=minutes_within([span], worked),
            planned=minutes_within([span], plan),
            holidays=minutes_within([span], period.holidays.get(assignment.pk, {})),
            absence_rule=row.absence_rule,
            absence_rules=row.absence_rules,
        )
        for row, span in terms_in_force(assignment, terms, month.first, month.before)
    ]


def _approved_minutes(keys: Sequence[tuple[int, Month]]) -> ApprovedMinutes:
    rows = Entry.objects.filter(
        timesheet__employee__in={employee for employee, _ in keys},
        timesheet__month__in={month for _, month in keys},
        timesheet__status=TimesheetStatus.APPROVED,
    ).values_list(
        "timesheet__employee", "timesheet__month", "timesheet__assignment", "kind", "day", "minutes"
    )
    approved: dict[tuple[int, Month], dict[int | str, Minutes]] = defaultdict(lambda: defaultdict(dict))
    for employee, month, assignment, kind, day, minutes in rows.order_by("pk"):
        days = approved[employee, month][str(kind) if assignment is None else assignment]
        days[day] = days.get(day, 0) + minutes
    return approved
