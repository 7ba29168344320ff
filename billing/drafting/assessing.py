"""What a run would charge: gathered facts become priced sums, covered timesheets, settlements and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing import pricing
from billing.drafting import wording
from billing.drafting.gathering import Facts, Key, Sheet
from billing.drafting.wording import Problem
from billing.models import ChargeKind
from billing.pricing import Due, EmployeeMonth, Segment
from employees.models import Assignment, PriceMethod, Terms, VatRegime
from groupement.periods import Month, clip, covers, days_between
from members.models import VatAttestation

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Owed:
    """A due with what it is for; ``sheets`` are the open timesheets that it bills, oldest first."""

    due: Due
    assignment: Assignment
    month: Month
    sheets: Sequence[Sheet]


@dataclass(frozen=True)
class Settled:
    """One employee's month: the cost that this run takes up, and what it charges of it, fees aside."""

    employee: int
    month: Month
    employer_cost: Decimal
    charged: Decimal


@dataclass
class Assessment:
    """The whole run, nothing of it written yet; ``covered`` are timesheets by member, for invoice and annex."""

    owed: list[Owed] = field(default_factory=list)
    covered: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    settled: list[Settled] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def invoice_problem(self, member: int) -> Problem | None:
        """What keeps this member's invoice a draft."""
        held = (problem for problem in self.problems if problem.holds_invoice and problem.member == member)
        return next(held, None)


@dataclass
class _Case:
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


def assess(facts: Facts) -> Assessment:
    """Price every employee-month of ``facts``; what cannot be charged yet is a problem with a sentence."""
    assessment = Assessment()
    for key in facts.keys:
        _assess(_case(key, facts), assessment)
    _check_attestations(facts, assessment)
    _check_empty(facts, assessment)
    return assessment


def _assess(case: _Case, assessment: Assessment) -> None:
    facts, key = case.facts, case.key
    cost = facts.costs.get(key)
    month = EmployeeMonth(case.month, case.segments, _pool(case), cost, facts.past_of(key))
    at_cost = case.at_cost()
    is_shared_already = key in facts.settled
    obstacles = [] if is_shared_already or not at_cost else _obstacles(case)
    # Part of a timesheet is never billed: an assignment that waits waits with all its prices.
    held = set(case.unpriced) | (at_cost if obstacles or is_shared_already else set()) | _closed(case)
    owed = [
        owed
        for due in pricing.price(month)
        if (owed := _owe(case, due)) and due.segment.assignment not in held
    ]
    assessment.owed += owed
    assessment.problems += [*obstacles, *_remarks(case, at_cost, is_shared_already=is_shared_already)]
    for placed in facts.active(key):
        if placed.pk not in held:
            open_ones = [sheet.pk for sheet in case.sheets.get(placed.pk, ()) if sheet.is_open]
            assessment.covered[placed.member_id] += open_ones
    taken_up = ZERO if obstacles or is_shared_already or cost is None else cost
    news = (item.due.net for item in owed if item.due.kind != ChargeKind.MANAGEMENT_FEE)
    charged = sum(news, facts.kept.get(key, ZERO))
    if taken_up or charged:
        assessment.settled.append(Settled(key[0], case.month, taken_up, charged))


def _owe(case: _Case, due: Due) -> Owed | None:
    assignment = case.facts.assignments[due.segment.assignment]
    is_hourly = due.kind == ChargeKind.WORKED_HOURS
    if not is_hourly and (assignment.pk, case.month, due.kind) in case.facts.charged:
        return None
    open_ones = [sheet for sheet in case.sheets.get(assignment.pk, ()) if sheet.is_open]
    return Owed(due, assignment, case.month, open_ones if is_hourly else [])


def _closed(case: _Case) -> set[int]:
    """Assignments at members that have this run's invoice already."""
    return {row.pk for row in case.facts.active(case.key) if row.member_id in case.facts.closed_members}


def _obstacles(case: _Case) -> list[Problem]:
    """Why the cost of the month cannot be shared yet."""
    employee = case.facts.employees[case.key[0]]
    waiting = [
        f"heures chez {placed.member}"
        for placed in case.facts.active(case.key)
        if not _all_approved(case.sheets.get(placed.pk, ()))
    ]
    group_sheets = [sheet for sheet in case.facts.sheets[case.key] if sheet.assignment is None]
    if any(not sheet.is_approved for sheet in group_sheets):
        waiting.append("heures au groupement")
    problems = [wording.sheets_wait(employee, case.month, waiting)] if waiting else []
    if case.key not in case.facts.costs:
        problems.append(wording.cost_is_missing(employee, case.month, is_blocking=True))
    return problems + _unpriced(case)


def _remarks(case: _Case, at_cost: set[int], *, is_shared_already: bool) -> list[Problem]:
    """What is said without holding up the whole month."""
    remarks = [] if at_cost and not is_shared_already else _unpriced(case)
    for placed in case.facts.active(case.key):
        sheets = case.sheets.get(placed.pk, ())
        if placed.pk not in at_cost:
            if not _all_approved(sheets):
                remarks.append(wording.hours_come_later(placed, case.month))
        elif is_shared_already and any(sheet.is_open and sheet.total for sheet in sheets):
            remarks.append(wording.supplement_waits(placed, case.month))
    works = any(sheet.total for sheets in case.sheets.values() for sheet in sheets)
    if not at_cost and works and case.key not in case.facts.costs:
        employee = case.facts.employees[case.key[0]]
        remarks.append(wording.cost_is_missing(employee, case.month, is_blocking=False))
    return remarks


def _unpriced(case: _Case) -> list[Problem]:
    return [
        wording.terms_are_missing(case.facts.assignments[assignment], case.month, days)
        for assignment, days in case.unpriced.items()
    ]


def _all_approved(sheets: Sequence[Sheet]) -> bool:
    return bool(sheets) and all(sheet.is_approved for sheet in sheets)


def _case(key: Key, facts: Facts) -> _Case:
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
        if without_price := [day for day in worked if not _within(day, spans)]:
            unpriced[placed.pk] = sorted(without_price)
        segments += mine
    return _Case(key, facts, sheets, segments, unpriced)


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
    plan = facts.plans.get(month, {}).get(placed.pk, {})
    return [_segment(placed, first[same], spans[same], plan, sheets) for same in spans]


def _segment(
    placed: Assignment,
    terms: Terms,
    spans: Sequence[tuple[date, date]],
    plan: dict[date, int],
    sheets: Sequence[Sheet],
) -> Segment:
    return Segment(
        assignment=placed.pk,
        terms=terms.pk,
        member=placed.member_id,
        method=terms.price_method,
        spans=spans,
        minutes=_sum(sheets, spans),
        planned={day: minutes for day, minutes in plan.items() if _within(day, spans)},
        hourly_price=terms.hourly_price,
        flat_amount=terms.flat_amount,
        management_rate=terms.management_rate,
        absence_rule=terms.absence_rule,
        vat_regime=terms.vat_regime,
        to_bill=sum(_sum((sheet for sheet in sheets if sheet.is_open), spans).values()),
    )


def _price_of(terms: Terms) -> tuple[object, ...]:
    if terms.price_method == PriceMethod.HOURLY:
        return terms.price_method, terms.hourly_price, terms.vat_regime
    sharing = (terms.management_rate, terms.absence_rule)
    return terms.price_method, terms.flat_amount, terms.vat_regime, *sharing


def _overlap(span: tuple[date, date], placed: Assignment) -> tuple[date, date] | None:
    start = max(span[0], placed.starts_on)
    before = span[1] if placed.ends_before is None else min(span[1], placed.ends_before)
    return (start, before) if start < before else None


def _within(day: date, spans: Iterable[tuple[date, date]]) -> bool:
    return any(start <= day < before for start, before in spans)


def _sum(sheets: Iterable[Sheet], spans: Sequence[tuple[date, date]]) -> dict[date, int]:
    minutes: dict[date, int] = {}
    for sheet in sheets:
        for day, worked in sheet.minutes.items():
            if _within(day, spans):
                minutes[day] = minutes.get(day, 0) + worked
    return minutes


def _pool(case: _Case) -> dict[date, int]:
    group_sheets = [sheet for sheet in case.facts.sheets[case.key] if sheet.assignment is None]
    return _sum(group_sheets, [(case.month.first, case.month.before)])


def _check_attestations(facts: Facts, assessment: Assessment) -> None:
    seen: set[tuple[int, Month]] = set()
    for owed in assessment.owed:
        member = owed.assignment.member
        if owed.due.segment.vat_regime != VatRegime.EXEMPT_261B or (member.pk, owed.month) in seen:
            continue
        if not _attested(owed.due.segment, facts.attestations.get(member.pk, ())):
            seen.add((member.pk, owed.month))
            assessment.problems.append(wording.attestation_is_missing(member, owed.month))


def _attested(segment: Segment, attestations: Sequence[VatAttestation]) -> bool:
    days = (day for span in segment.spans for day in days_between(*span))
    return all(any(covers(row.starts_on, row.ends_before, day) for row in attestations) for day in days)


def _check_empty(facts: Facts, assessment: Assessment) -> None:
    """Members whose approved hours come to nothing at all."""
    billed = {owed.assignment.member_id for owed in assessment.owed}
    covered = {
        sheet for member, sheets in assessment.covered.items() if member not in billed for sheet in sheets
    }
    said: set[int] = set()
    for key in facts.keys:
        for sheet in facts.sheets[key]:
            if sheet.pk in covered and sheet.total and sheet.assignment is not None:
                member = facts.assignments[sheet.assignment].member
                if member.pk not in said:
                    said.add(member.pk)
                    assessment.problems.append(wording.nothing_to_invoice(member, key[1]))
