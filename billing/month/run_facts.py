"""What a run has read, employee's month by employee's month, and each of them cut into segments; no query, no clock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from billing.charge_kinds import ChargeKind
from billing.models import Charge
from billing.month.cost_differences import CarriedDifference
from billing.month.segments import Minutes, Segment, Span, in_spans, minutes_within, rate_of, spans_by_price
from employees import planning
from employees.models import Assignment, Employee, PriceMethod, Terms
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month, overlaps
from members.models import VatAttestation
from members.rules import RuleBook
from timesheets.contradicting import Contradiction

Key = tuple[int, Month]
"""An employee's id and a month of service."""
SourceOfSums = tuple[int, Month, str, bool]
"""Assignment (id), month of service, kind, and whether it is on a difference of other months."""


@dataclass(frozen=True)
class SheetHours:
    """A timesheet with its minutes by day; ``is_open`` when it is approved and no other run or invoice bills it.

    ``by_kind`` are the minutes by kind and day of a timesheet at the group; ``is_billed`` when another run or an
    invoice bills it.
    """

    pk: int
    assignment: int | None
    supplement: int
    is_approved: bool
    is_open: bool
    minutes: Mapping[date, int]
    by_kind: Mapping[str, Mapping[date, int]] = field(default_factory=dict)
    is_billed: bool = False

    @property
    def total(self) -> int:
        return sum(self.minutes.values())


@dataclass(frozen=True)
class ReleasedMinutes:
    """Minutes of a day that a credit note released: they wait to be billed again."""

    pk: int
    day: date
    minutes: int


@dataclass(frozen=True)
class TopUp:
    """What an assignment's month was charged up to its minimum: minutes by terms (id), less what was credited since.

    ``worked`` are the minutes that were there when it was charged.
    """

    minutes: Mapping[int, int]
    worked: int


@dataclass
class RunFacts:
    """What a run needs to price the employee-months that it can charge.

    ``charged`` counts the charges that last, by where sums come from (``charged_terms``: and terms), without
    those that a credit note released, ``charged_spans`` are the days that were billed by the hour; ``topped_up`` are
    those up to a minimum, by assignment and month; ``reopened`` are the ids of those released that nothing has billed
    again yet, the last released first: they are priced anew, by the terms of today. ``carried`` are the differences of
    other months in the cost of each; ``recorded`` are the charges that acts recorded and that no invoice bills yet, up
    to the run's month. ``issued`` are the members that have the run's
    invoice already, each with whether it is the one outside VAT, and ``charged_there`` what these invoices charge for
    each employee's month: what comes late for such a member waits for the next run. ``plans`` are by assignment and
    day, ``holidays`` what public holidays take off them. ``contradictions``: by timesheet, the facts that contradict
    its hours.
    """

    month: Month
    keys: list[Key]
    employees: dict[int, Employee]
    assignments: dict[int, Assignment]
    sheets: dict[Key, list[SheetHours]] = field(default_factory=dict)
    terms: dict[int, list[Terms]] = field(default_factory=dict)
    costs: dict[Key, Decimal] = field(default_factory=dict)
    carried: dict[Key, list[CarriedDifference]] = field(default_factory=dict)
    estimated: set[Key] = field(default_factory=set)
    settled: set[Key] = field(default_factory=set)
    charged: Counter[SourceOfSums] = field(default_factory=Counter)
    topped_up: dict[tuple[int, Month], TopUp] = field(default_factory=dict)
    charged_spans: dict[tuple[int, Month], list[Span]] = field(default_factory=dict)
    charged_terms: set[tuple[int, Month, str, bool, int]] = field(default_factory=set)
    reopened: dict[SourceOfSums, list[tuple[int, int]]] = field(default_factory=dict)
    released: dict[int, list[ReleasedMinutes]] = field(default_factory=dict)
    recorded: list[Charge] = field(default_factory=list)
    is_franchise: bool = False
    outdated_mentions: list[str] = field(default_factory=list)
    charged_there: dict[Key, Decimal] = field(default_factory=dict)
    issued: set[tuple[int, bool]] = field(default_factory=set)
    plans: dict[Month, planning.Plan] = field(default_factory=dict)
    holidays: dict[Month, planning.Plan] = field(default_factory=dict)
    past: dict[int, dict[tuple[int, Month], int]] = field(default_factory=dict)
    contradictions: dict[int, list[Contradiction]] = field(default_factory=dict)
    attestations: dict[int, list[VatAttestation]] = field(default_factory=dict)
    rules: RuleBook = field(default_factory=lambda: RuleBook(()))

    def __post_init__(self) -> None:
        self._assignments_of: dict[int, list[Assignment]] = defaultdict(list)
        for assignment in self.assignments.values():
            self._assignments_of[assignment.employee_id].append(assignment)

    @property
    def members_issued(self) -> set[int]:
        """Members whose invoice of the run's hours is issued."""
        return {member for member, is_out_of_scope in self.issued if not is_out_of_scope}

    def active(self, key: Key) -> list[Assignment]:
        """The employee's assignments with a day in the month, by reference."""
        employee, month = key
        days = month.first, month.before
        return [
            row for row in self._assignments_of[employee] if overlaps(row.starts_on, row.ends_before, *days)
        ]

    def last_month_of(self, key: Key) -> Month | None:
        """The last month with an assignment before the key's, of somebody who left: no assignment, no hour since.

        What such a month costs is the last pay. A year later it is nobody's.
        """
        if self.active(key) or any(
            sheet.total or not sheet.is_approved for sheet in self.sheets.get(key, ())
        ):
            return None
        employee, month = key
        ended = [
            Month.of(min(row.ends_before, month.first) - timedelta(days=1))
            for row in self._assignments_of[employee]
            if row.ends_before and row.starts_on < month.first
        ]
        last = max(ended, default=None)
        return last if last and last >= month.shift(-12) else None

    def bearers(self, key: Key) -> list[Assignment]:
        """The assignments of the month; for the last pay of somebody who left, those of its last month there."""
        last = self.last_month_of(key)
        return self.active((key[0], last)) if last else self.active(key)

    def own_cost(self, key: Key) -> Decimal | None:
        """What the month itself cost, without what it carries of others."""
        cost = self.costs.get(key)
        carried = sum((each.amount for each in self.carried.get(key, ())), ZERO)
        return None if cost is None else cost - carried

    def past_of(self, key: Key) -> dict[int, int]:
        """Minutes approved in the twelve months before the key's, by member."""
        employee, month = key
        minutes: dict[int, int] = defaultdict(int)
        for (member, worked_in), total in self.past.get(employee, {}).items():
            if month.shift(-12) <= worked_in < month:
                minutes[member] += total
        return dict(minutes)


@dataclass
class EmployeeMonthFacts:
    """One employee's month: timesheets by assignment, segments, and the days worked for which no price was agreed."""

    key: Key
    facts: RunFacts
    sheets: dict[int, list[SheetHours]]
    segments: list[Segment]
    unpriced: dict[int, list[date]]

    @property
    def month(self) -> Month:
        return self.key[1]

    @property
    def at_cost(self) -> set[int]:
        """Assignments with a part of the month at actual cost."""
        return {segment.assignment for segment in self.segments if segment.method == PriceMethod.ACTUAL}

    def is_topped_up(self, assignment: int) -> bool:
        """Whether a minimum was charged for this assignment’s (id) month, so that late hours may owe nothing."""
        return any(row.is_topped_up for row in self.segments if row.assignment == assignment)

    @property
    def at_group(self) -> dict[str, Any]:
        """The hours at the group for EmployeeMonth: apart by kind only where an assignment has a rule for a kind."""
        sheets = [sheet for sheet in self.facts.sheets[self.key] if sheet.assignment is None]
        whole = [(self.month.first, self.month.before)]
        if not any(segment.absence_rules for segment in self.segments):
            return {"at_group": minutes_within(whole, *(sheet.minutes for sheet in sheets))}
        by_kind: dict[str, Minutes] = {}
        for sheet in sheets:
            for kind, days in sheet.by_kind.items():
                minutes = by_kind.setdefault(kind, {})
                for day, worked in days.items():
                    minutes[day] = minutes.get(day, 0) + worked
        return {"at_group_by_kind": by_kind}


def employee_month(key: Key, facts: RunFacts) -> EmployeeMonthFacts:
    """The employee's month ``key`` of ``facts``, each assignment cut into its segments."""
    if last := facts.last_month_of(key):
        return EmployeeMonthFacts(key, facts, {}, _segments_of_last_pay(key, last, facts), {})
    sheets: dict[int, list[SheetHours]] = defaultdict(list)
    for sheet in facts.sheets[key]:
        if sheet.assignment is not None:
            sheets[sheet.assignment].append(sheet)
    segments: list[Segment] = []
    unpriced: dict[int, list[date]] = {}
    for assignment in facts.active(key):
        own = sheets.get(assignment.pk, ())
        priced = spans_by_price(assignment, facts.terms.get(assignment.pk, ()), key[1])
        segments += [_segment(assignment, terms, spans, key[1], facts, own) for terms, spans in priced]
        covered = [span for _, spans in priced for span in spans]
        worked = {day for sheet in own for day in sheet.minutes}
        if without_price := [day for day in worked if not in_spans(day, covered)]:
            unpriced[assignment.pk] = sorted(without_price)
    return EmployeeMonthFacts(key, facts, sheets, segments, unpriced)


def _segments_of_last_pay(key: Key, last: Month, facts: RunFacts) -> list[Segment]:
    """Segments without an hour, by the plan and the terms of the ``last`` month; an agreed price owes nothing more."""
    whole = [(key[1].first, key[1].before)]
    return [
        replace(_segment(assignment, terms, spans, last, facts, ()), spans=whole, flat_amount=ZERO, again=0)
        for assignment in facts.bearers(key)
        for terms, spans in spans_by_price(assignment, facts.terms.get(assignment.pk, ()), last)
    ]


def all_approved(sheets: Sequence[SheetHours]) -> bool:
    """Whether there is a timesheet, and none that waits."""
    return bool(sheets) and all(sheet.is_approved for sheet in sheets)


def _segment(
    assignment: Assignment,
    terms: Terms,
    spans: Sequence[Span],
    month: Month,
    facts: RunFacts,
    sheets: Sequence[SheetHours],
) -> Segment:
    plan = facts.plans.get(month, {}).get(assignment.pk, {})
    top_up = facts.topped_up.get((assignment.pk, month))
    rate, rate_rule = rate_of(terms, month, facts.rules)
    to_bill = minutes_within(spans, *(sheet.minutes for sheet in sheets if sheet.is_open))
    return Segment(
        assignment=assignment.pk,
        terms=terms.pk,
        member=assignment.member_id,
        method=terms.price_method,
        spans=spans,
        minutes=minutes_within(spans, *(sheet.minutes for sheet in sheets)),
        planned=minutes_within(spans, plan),
        holidays=minutes_within(spans, facts.holidays.get(month, {}).get(assignment.pk, {})),
        hourly_price=terms.hourly_price,
        flat_amount=terms.flat_amount,
        management_rate=rate,
        rate_rule=rate_rule,
        absence_rule=terms.absence_rule,
        absence_rules=terms.absence_rules,
        vat_regime=terms.vat_regime,
        to_bill=sum(to_bill.values()),
        again=sum(row.minutes for row in facts.released.get(assignment.pk, ()) if in_spans(row.day, spans)),
        minimum=(terms.monthly_minimum_minutes or 0) if all_approved(sheets) else 0,
        is_topped_up=bool(facts.charged[assignment.pk, month, ChargeKind.MINIMUM, False]),
        topped_up=top_up.minutes.get(terms.pk, 0) if top_up else None,
        worked_then=top_up.worked if top_up else None,
    )
