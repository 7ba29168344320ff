"""What a run would charge: gathered facts become priced sums, covered timesheets, settlements and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from billing.charge_kinds import KINDS, PAYS_FOR_WORK
from billing.documents import vat
from billing.models import Charge
from billing.month import pricing, wording
from billing.month.cases import Case, Facts, GivenBack, Key, Sheet, all_approved, case_of, pools, within
from billing.month.pricing import Due, EmployeeMonth, Segment
from billing.month.wording import Problem
from employees.models import Assignment, Terms, VatRegime
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month, clip, covers, days_between
from members.models import VatAttestation


@dataclass(frozen=True)
class Owed:
    """A due with what it is for; ``sheets`` are the open timesheets that it bills, oldest first.

    ``again`` are the releases (ids) whose minutes it bills again, ``rank`` how many charges of its source came before.
    """

    due: Due
    assignment: Assignment
    month: Month
    sheets: Sequence[Sheet]
    vat_regime: str
    again: Sequence[int] = ()
    rank: int = 0


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
    standing: list[Charge] = field(default_factory=list)
    is_franchise: bool = False

    def invoice_problem(self, member: int) -> Problem | None:
        """What keeps this member's invoice a draft."""
        return self._held.get(member)

    @cached_property
    def _held(self) -> dict[int | None, Problem]:
        """The first problem that holds each member's invoice; asked once everything is assessed."""
        held: dict[int | None, Problem] = {}
        for problem in self.problems:
            if problem.holds_invoice:
                held.setdefault(problem.member, problem)
        return held


def assess(facts: Facts) -> Assessment:
    """Price every employee-month of ``facts``; what cannot be charged yet is a problem with a sentence."""
    assessment = Assessment(is_franchise=facts.is_franchise)
    for key in facts.keys:
        _assess(case_of(key, facts), assessment)
    _add_standing(facts, assessment)
    assessment.problems += [wording.wording_is_outdated(text) for text in facts.outdated]
    _check_attestations(facts, assessment)
    _check_empty(facts, assessment)
    return assessment


def _assess(case: Case, assessment: Assessment) -> None:
    facts, key = case.facts, case.key
    cost = facts.costs.get(key)
    month = EmployeeMonth(case.month, case.segments, cost=cost, past=facts.past_of(key), **pools(case))
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
    assessment.problems += anomalies(case)
    for placed in facts.active(key):
        if placed.pk not in held:
            open_ones = [sheet.pk for sheet in case.sheets.get(placed.pk, ()) if sheet.is_open]
            assessment.covered[placed.member_id] += open_ones
    taken_up = ZERO if obstacles or is_shared_already or cost is None else cost
    news = (item.due.net for item in owed if KINDS[item.due.kind].pays_for_work)
    charged = sum(news, facts.kept.get(key, ZERO))
    if taken_up or charged:
        assessment.settled.append(Settled(key[0], case.month, taken_up, charged))


def _add_standing(facts: Facts, assessment: Assessment) -> None:
    """Recorded charges join, but for members that have this run's invoice; what they bill again counts as charged."""
    assessment.standing = [
        row
        for row in facts.standing
        if (row.member_id, row.vat_regime == VatRegime.OUT_OF_SCOPE) not in facts.closed
    ]
    again: dict[Key, Decimal] = defaultdict(Decimal)
    for row in assessment.standing:
        if row.kind in PAYS_FOR_WORK and row.employee_id is not None:
            again[row.employee_id, row.service_month] += row.net
    for i, settled in enumerate(assessment.settled):
        if more := again.pop((settled.employee, settled.month), None):
            assessment.settled[i] = replace(settled, charged=settled.charged + more)
    assessment.settled += [Settled(*key, ZERO, net) for key, net in again.items()]


def _owe(case: Case, due: Due) -> Owed | None:
    assignment = case.facts.assignments[due.segment.assignment]
    is_by_entry = KINDS[due.kind].is_by_entry
    if not is_by_entry and (assignment.pk, case.month, due.kind) in case.facts.charged:
        return None
    open_ones = [sheet for sheet in case.sheets.get(assignment.pk, ()) if sheet.is_open]
    return Owed(
        due,
        assignment,
        case.month,
        open_ones if is_by_entry else [],
        vat.regime_for(due.segment.vat_regime, in_franchise=case.facts.is_franchise),
        [row.pk for row in case.facts.given_back.get(assignment.pk, ()) if _is_again(row, due)],
        case.facts.charged[assignment.pk, case.month, due.kind],
    )


def _is_again(row: GivenBack, due: Due) -> bool:
    return KINDS[due.kind].is_by_entry and within(row.day, due.segment.spans)


def _closed(case: Case) -> set[int]:
    """Assignments at members that have this run's invoice already."""
    return {row.pk for row in case.facts.active(case.key) if row.member_id in case.facts.closed_members}


def _obstacles(case: Case) -> list[Problem]:
    """Why the cost of the month cannot be shared yet."""
    employee = case.facts.employees[case.key[0]]
    waiting = [
        f"heures chez {placed.member}"
        for placed in case.facts.active(case.key)
        if not all_approved(case.sheets.get(placed.pk, ()))
    ]
    group_sheets = [sheet for sheet in case.facts.sheets[case.key] if sheet.assignment is None]
    if any(not sheet.is_approved for sheet in group_sheets):
        waiting.append("heures au groupement")
    problems = [wording.sheets_wait(employee, case.month, waiting)] if waiting else []
    if case.key not in case.facts.costs:
        problems.append(wording.cost_is_missing(employee, case.month, is_blocking=True))
    return problems + _unpriced(case)


def _remarks(case: Case, at_cost: set[int], *, is_shared_already: bool) -> list[Problem]:
    """What is said without holding up the whole month."""
    remarks = [] if at_cost and not is_shared_already else _unpriced(case)
    for placed in case.facts.active(case.key):
        sheets = case.sheets.get(placed.pk, ())
        if placed.pk not in at_cost:
            if not all_approved(sheets):
                remarks.append(wording.hours_come_later(placed, case.month))
        elif is_shared_already and any(sheet.is_open and sheet.total for sheet in sheets):
            remarks.append(wording.supplement_waits(placed, case.month))
    works = any(sheet.total for sheets in case.sheets.values() for sheet in sheets)
    if not at_cost and works and case.key not in case.facts.costs:
        employee = case.facts.employees[case.key[0]]
        remarks.append(wording.cost_is_missing(employee, case.month, is_blocking=False))
    return remarks


def _unpriced(case: Case) -> list[Problem]:
    return [
        wording.terms_are_missing(case.facts.assignments[assignment], case.month, days)
        for assignment, days in case.unpriced.items()
    ]


def _check_attestations(facts: Facts, assessment: Assessment) -> None:
    seen: set[tuple[int, Month]] = set()
    for owed in assessment.owed:
        member = owed.assignment.member
        if owed.vat_regime != VatRegime.EXEMPT_261B or (member.pk, owed.month) in seen:
            continue
        if not _attested(owed.due.segment, facts.attestations.get(member.pk, ())):
            seen.add((member.pk, owed.month))
            last = _last_attested(owed, facts.attestations.get(member.pk, ()))
            assessment.problems.append(wording.attestation_is_missing(member, owed.month, last_day=last))


def _attested(segment: Segment, attestations: Sequence[VatAttestation]) -> bool:
    days = (day for span in segment.spans for day in days_between(*span))
    return all(any(covers(row.starts_on, row.ends_before, day) for row in attestations) for day in days)


def _last_attested(owed: Owed, attestations: Sequence[VatAttestation]) -> date | None:
    """The last day of the month that a statement held, when one expires on the way."""
    held = [day for day in owed.month.days if any(row.covers(day) for row in attestations)]
    return held[-1] if held else None


def _check_empty(facts: Facts, assessment: Assessment) -> None:
    """Members whose approved hours come to nothing at all."""
    billed = {owed.assignment.member_id for owed in assessment.owed}
    billed |= {charge.member_id for charge in facts.standing}
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


# More than a tenth above what was agreed is told, from an hour on: a quarter of an hour too long is no news.
TOLERANCE_PERCENT = 10
LEAST_MINUTES = 60


def anomalies(case: Case) -> Iterator[Problem]:
    """The odd things of one employee-month, none of which holds an invoice back."""
    employee = case.facts.employees[case.key[0]]
    sheets = case.facts.sheets[case.key]
    is_news = case.key[1] == case.facts.month and case.key not in case.facts.settled
    is_empty = all(sheet.is_approved and not sheet.total for sheet in sheets)
    if is_news and case.key in case.facts.costs and is_empty:
        yield wording.cost_without_hours(employee, case.month)
    if is_news and case.key in case.facts.estimated:
        yield wording.cost_is_estimated(employee, case.month)
    for placed in case.facts.active(case.key):
        mine = case.sheets.get(placed.pk, ())
        if not all_approved(mine) or not any(sheet.is_open for sheet in mine):
            continue
        agreed = _agreed(placed, case.facts.terms.get(placed.pk, ()), case.month)
        worked = sum(sheet.total for sheet in mine)
        if agreed and not worked:
            yield wording.no_hours(placed, case.month)
        elif (
            agreed and worked - agreed >= LEAST_MINUTES and worked * 100 > agreed * (100 + TOLERANCE_PERCENT)
        ):
            yield wording.more_than_agreed(placed, case.month, worked, agreed)


def _agreed(placed: Assignment, terms: list[Terms] | tuple[()], month: Month) -> int:
    """Minutes that the weekly patterns make of the month's days, public holidays and absences not taken off."""
    total = 0
    for row in terms:
        during = clip(row.starts_on, row.ends_before, month) if row.weekly_minutes else None
        if during:
            ends = min(during[1], placed.ends_before or during[1])
            days = days_between(max(during[0], placed.starts_on), ends)
            total += sum(row.pattern_on(day)[day.weekday()] for day in days)
    return total
