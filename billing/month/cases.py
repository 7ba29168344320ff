"""One employee-month under assessment: its assignments' segments, price by price, and the hours that are nobody's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from billing.charge_kinds import ChargeKind
from billing.models import Charge
from billing.month.pricing import Segment
from employees import planning
from employees.models import Assignment, Employee, PriceMethod, Terms
from groupement.kernel.periods import Month, clip, overlaps
from members.models import VatAttestation

Key = tuple[int, Month]
"""An employee's id and a month of service."""


@dataclass(frozen=True)
class Sheet:
    """A timesheet with its minutes by day; ``is_open`` when it is approved and no other run or invoice holds it."""

    pk: int
    assignment: int | None
    supplement: int
    is_approved: bool
    is_open: bool
    minutes: Mapping[date, int]
    by_kind: Mapping[str, Mapping[date, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.minutes.values())


@dataclass(frozen=True)
class GivenBack:
    """Minutes of a day that a credit note released: they wait to be billed again."""

    pk: int
    day: date
    minutes: int


@dataclass
class Facts:
    """What a run needs to price the employee-months that it can charge.

    ``closed`` are the members that have the run's invoice already, and whether that is the one outside VAT; ``kept`` is
    what these charge: what comes late for such a member waits for the next run. ``charged`` counts the charges that
    last, by assignment, month and kind; ``standing`` are the recorded charges that wait for a month up to the run's.
    """

    month: Month
    keys: list[Key]
    employees: dict[int, Employee]
    assignments: dict[int, Assignment]
    sheets: dict[Key, list[Sheet]] = field(default_factory=dict)
    terms: dict[int, list[Terms]] = field(default_factory=dict)
    costs: dict[Key, Decimal] = field(default_factory=dict)
    estimated: set[Key] = field(default_factory=set)
    settled: set[Key] = field(default_factory=set)
    charged: Counter[tuple[int, Month, str]] = field(default_factory=Counter)
    given_back: dict[int, list[GivenBack]] = field(default_factory=dict)
    standing: list[Charge] = field(default_factory=list)
    is_franchise: bool = False
    outdated: list[str] = field(default_factory=list)
    kept: dict[Key, Decimal] = field(default_factory=dict)
    closed: set[tuple[int, bool]] = field(default_factory=set)
    plans: dict[Month, planning.Plan] = field(default_factory=dict)
    past: dict[int, dict[tuple[int, Month], int]] = field(default_factory=dict)
    attestations: dict[int, list[VatAttestation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._placed: dict[int, list[Assignment]] = defaultdict(list)
        for assignment in self.assignments.values():
            self._placed[assignment.employee_id].append(assignment)

    @property
    def closed_members(self) -> set[int]:
        """Members whose invoice of the run's hours is issued."""
        return {member for member, is_out_of_scope in self.closed if not is_out_of_scope}

    def active(self, key: Key) -> list[Assignment]:
        """The employee's assignments that hold a day of the month, by reference."""
        employee, month = key
        span = month.first, month.before
        return [row for row in self._placed[employee] if overlaps(row.starts_on, row.ends_before, *span)]

    def past_of(self, key: Key) -> dict[int, int]:
        """Minutes approved in the twelve months before the key's, by member."""
        employee, month = key
        minutes: dict[int, int] = defaultdict(int)
        for (member, worked_in), total in self.past.get(employee, {}).items():
            if month.shift(-12) <= worked_in < month:
                minutes[member] += total
        return dict(minutes)


@dataclass
class Case:
    """One employee-month under assessment."""

    key: Key
    facts: Facts
    sheets: dict[int, list[Sheet]]
    segments: list[Segment]
    unpriced: dict[int, list[date]]

    @property
    def month(self) -> Month:
        return self.key[1]

    def at_cost(self) -> set[int]:
        """Assignments with a part of the month at actual cost."""
        return {segment.assignment for segment in self.segments if segment.method == PriceMethod.ACTUAL}


def all_approved(sheets: Sequence[Sheet]) -> bool:
    return bool(sheets) and all(sheet.is_approved for sheet in sheets)


def case_of(key: Key, facts: Facts) -> Case:
    sheets: dict[int, list[Sheet]] = defaultdict(list)
    for sheet in facts.sheets[key]:
        if sheet.assignment is not None:
            sheets[sheet.assignment].append(sheet)
    segments: list[Segment] = []
    unpriced: dict[int, list[date]] = {}
    for placed in facts.active(key):
        mine = _segments(placed, key[1], facts, sheets.get(placed.pk, ()))
        spans = [span for segment in mine for span in segment.spans]
        worked = {day for sheet in sheets.get(placed.pk, ()) for day in sheet.minutes}
        if without_price := [day for day in worked if not within(day, spans)]:
            unpriced[placed.pk] = sorted(without_price)
        segments += mine
    return Case(key, facts, sheets, segments, unpriced)


def _segments(placed: Assignment, month: Month, facts: Facts, sheets: Sequence[Sheet]) -> list[Segment]:
    """The month of an assignment, price by price; terms that do not change the price stay together (rule R2)."""
    spans: dict[tuple[object, ...], list[tuple[date, date]]] = {}
    first: dict[tuple[object, ...], Terms] = {}
    for terms in facts.terms.get(placed.pk, ()):
        during = clip(terms.starts_on, terms.ends_before, month)
        span = during and _overlap(during, placed)
        if span:
            same = _price_of(terms)
            spans.setdefault(same, []).append(span)
            first.setdefault(same, terms)
    return [_segment(placed, first[same], spans[same], month, facts, sheets) for same in spans]


def _segment(
    placed: Assignment,
    terms: Terms,
    spans: Sequence[tuple[date, date]],
    month: Month,
    facts: Facts,
    sheets: Sequence[Sheet],
) -> Segment:
    plan = facts.plans.get(month, {}).get(placed.pk, {})
    return Segment(
        assignment=placed.pk,
        terms=terms.pk,
        member=placed.member_id,
        method=terms.price_method,
        spans=spans,
        minutes=_sum(sheets, spans),
        planned={day: minutes for day, minutes in plan.items() if within(day, spans)},
        hourly_price=terms.hourly_price,
        flat_amount=terms.flat_amount,
        management_rate=terms.management_rate,
        absence_rule=terms.absence_rule,
        absence_rules=terms.absence_rules,
        vat_regime=terms.vat_regime,
        to_bill=sum(_sum((sheet for sheet in sheets if sheet.is_open), spans).values()),
        again=sum(row.minutes for row in facts.given_back.get(placed.pk, ()) if within(row.day, spans)),
        minimum=(terms.monthly_minimum_minutes or 0) if all_approved(sheets) else 0,
        is_topped_up=bool(facts.charged[placed.pk, month, ChargeKind.MINIMUM]),
    )


def _price_of(terms: Terms) -> tuple[object, ...]:
    if terms.price_method == PriceMethod.HOURLY:
        return terms.price_method, terms.hourly_price, terms.vat_regime, terms.monthly_minimum_minutes
    sharing = (terms.management_rate, terms.absence_rule, *sorted(terms.absence_rules.items()))
    return terms.price_method, terms.flat_amount, terms.vat_regime, *sharing


def _overlap(span: tuple[date, date], placed: Assignment) -> tuple[date, date] | None:
    start = max(span[0], placed.starts_on)
    before = span[1] if placed.ends_before is None else min(span[1], placed.ends_before)
    return (start, before) if start < before else None


def within(day: date, spans: Iterable[tuple[date, date]]) -> bool:
    return any(start <= day < before for start, before in spans)


def _sum(sheets: Iterable[Sheet], spans: Sequence[tuple[date, date]]) -> dict[date, int]:
    minutes: dict[date, int] = {}
    for sheet in sheets:
        for day, worked in sheet.minutes.items():
            if within(day, spans):
                minutes[day] = minutes.get(day, 0) + worked
    return minutes


def pools(case: Case) -> dict[str, Any]:
    """The hours that are nobody's; told apart by kind only where an assignment has a rule for a kind."""
    group_sheets = [sheet for sheet in case.facts.sheets[case.key] if sheet.assignment is None]
    whole = [(case.month.first, case.month.before)]
    if not any(segment.absence_rules for segment in case.segments):
        return {"pool": _sum(group_sheets, whole)}
    pools: dict[str, dict[date, int]] = {}
    for sheet in group_sheets:
        for kind, days in sheet.by_kind.items():
            pool = pools.setdefault(kind, {})
            for day, minutes in days.items():
                pool[day] = pool.get(day, 0) + minutes
    return {"pools": pools}
