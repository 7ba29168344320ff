"""What a run would charge: gathered facts become priced charges, covered timesheets, settlements and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from billing.charge_kinds import KINDS, PAYS_FOR_WORK
from billing.documents import vat
from billing.models import Charge
from billing.month import pricing, rebilling, wording
from billing.month.anomalies import anomalies, cost_without_hours
from billing.month.pricing import PricedSegment
from billing.month.rebilling import ChargeToBill
from billing.month.run_facts import (
    EmployeeMonthFacts,
    Key,
    RunFacts,
    SheetHours,
    all_approved,
    employee_month,
)
from billing.month.segments import EmployeeMonth, Segment
from billing.month.wording import BillingProblem
from employees.models import Assignment, VatRegime
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month, covers, days_between
from members.models import VatAttestation

# Of an assignment’s month and kind, those on differences of other months are counted apart from those of the month.
FIRST_OF_DIFFERENCES = 100


@dataclass(frozen=True)
class MonthSettlement:
    """One employee's month: the employer cost that this run settles, and what it charges of it, fees aside (euros)."""

    employee: int
    month: Month
    employer_cost: Decimal
    charged: Decimal


@dataclass
class Assessment:
    """The whole run, nothing of it written yet.

    ``charges`` are what the run prices, ``recorded`` what acts recorded before; ``covered`` are the timesheets (ids) by
    member, for invoice and annex. ``paid`` are those whose hours a minimum charged before has paid for: they are sealed
    with the run, on no invoice when their member has none.
    """

    charges: list[ChargeToBill] = field(default_factory=list)
    covered: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    paid: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    settlements: list[MonthSettlement] = field(default_factory=list)
    problems: list[BillingProblem] = field(default_factory=list)
    recorded: list[Charge] = field(default_factory=list)
    is_franchise: bool = False

    def invoice_problem(self, member: int) -> BillingProblem | None:
        """What keeps this member's invoice a draft."""
        return self._invoice_problems.get(member)

    @property
    def comes_to_something(self) -> bool:
        """Whether there is a sum to bill, or a cost to count."""
        return bool(self.charges or self.recorded or self.settlements)

    @cached_property
    def _invoice_problems(self) -> dict[int | None, BillingProblem]:
        """The first problem that blocks each member's invoice; to be read once everything is assessed."""
        first: dict[int | None, BillingProblem] = {}
        for problem in self.problems:
            if problem.holds_invoice:
                first.setdefault(problem.member, problem)
        return first


def assess(facts: RunFacts) -> Assessment:
    """Price every employee's month of ``facts``; what cannot be charged yet is a problem with a sentence."""
    assessment = Assessment(is_franchise=facts.is_franchise)
    for key in facts.keys:
        _assess_month(employee_month(key, facts), assessment)
    _add_recorded(facts, assessment)
    _leave_out_due_back(assessment)
    assessment.problems += [wording.wording_is_outdated(text) for text in facts.outdated_mentions]
    _check_attestations(facts, assessment)
    _check_empty(facts, assessment)
    return assessment


def _assess_month(month_facts: EmployeeMonthFacts, assessment: Assessment) -> None:
    facts, key = month_facts.facts, month_facts.key
    cost, own_cost = facts.costs.get(key), facts.own_cost(key)
    month = EmployeeMonth(
        month_facts.month,
        month_facts.segments,
        cost=own_cost,
        past=facts.past_of(key),
        **month_facts.at_group,
    )
    is_shared_already = key in facts.settled
    obstacles = [] if is_shared_already or not month_facts.at_cost else _obstacles(month_facts)
    held = _held(month_facts, waits=bool(obstacles))
    # Part of a timesheet is never billed: an assignment that waits waits with all its prices.
    waiting = held | (month_facts.at_cost if is_shared_already else set())
    # A share that a credit note released is priced anew, although the cost of its month was shared before.
    differences = pricing.price_differences(facts.carried.get(key, ()), month_facts.month)
    priced_now = [
        charge
        for priced in [*pricing.price(month), *differences]
        if (charge := _charge(month_facts, priced)) and charge.assignment.pk not in held
    ]
    charges = _without_waiting(
        rebilling.in_place_of_others(month_facts, priced_now),
        waiting,
        is_shared_already=is_shared_already,
    )
    assessment.charges += charges
    assessment.problems += _nothing_again(month_facts, charges, held)
    assessment.problems += [*obstacles, *_remarks(month_facts, is_shared_already=is_shared_already)]
    assessment.problems += [*anomalies(month_facts), *cost_without_hours(month_facts, month)]
    assessment.problems += _contradictions(month_facts)
    charged_now = {charge.assignment.pk for charge in charges}
    for assignment in facts.active(key):
        if assignment.pk not in waiting:
            open_sheets = [sheet for sheet in month_facts.sheets.get(assignment.pk, ()) if sheet.is_open]
            assessment.covered[assignment.member_id] += [sheet.pk for sheet in open_sheets]
            if open_sheets and assignment.pk not in charged_now and month_facts.is_topped_up(assignment.pk):
                assessment.paid[assignment.member_id] += [sheet.pk for sheet in open_sheets]
                assessment.problems += _paid_by_minimum(assignment, month_facts, open_sheets)
    settled = ZERO if obstacles or is_shared_already or cost is None else cost
    for_work = (each.priced.net for each in charges if KINDS[each.priced.kind].pays_for_work)
    charged = sum(for_work, facts.charged_there.get(key, ZERO))
    if settled or charged:
        assessment.settlements.append(MonthSettlement(key[0], month_facts.month, settled, charged))


def _without_waiting(
    charges: Sequence[ChargeToBill], waiting: set[int], *, is_shared_already: bool
) -> list[ChargeToBill]:
    """Without what waits: of a cost shared already, all but what credit notes released, with the fee on it.

    Hours that came late wait with their timesheet.
    """
    back = {
        each.assignment.pk
        for each in charges
        if KINDS[each.priced.kind].shares_cost and (each.rebills or each.again)
    }
    return [
        each
        for each in charges
        if ((each.rebills or each.again) and not each.sheets)
        or (KINDS[each.priced.kind].follows_shares and each.assignment.pk in back)
        or not (each.assignment.pk in waiting or (each.priced.is_difference and is_shared_already))
    ]


def _held(month_facts: EmployeeMonthFacts, *, waits: bool) -> set[int]:
    """Assignments that this run charges nothing: no price, an invoice issued already, a cost that ``waits``."""
    facts = month_facts.facts
    borne = {
        share.assignment
        for difference in facts.carried.get(month_facts.key, ())
        for share in difference.shares
    }
    concerned = {row.pk for row in facts.bearers(month_facts.key)} | borne
    held = {pk for pk in concerned if facts.assignments[pk].member_id in facts.members_issued}
    return held | set(month_facts.unpriced) | (month_facts.at_cost | borne if waits else set())


def _charge(month_facts: EmployeeMonthFacts, priced: PricedSegment) -> ChargeToBill | None:
    """The charge of a priced sum; None when it is charged for good already (hours may come again, as late hours)."""
    facts, assignment = month_facts.facts, month_facts.facts.assignments[priced.segment.assignment]
    is_by_entry = KINDS[priced.kind].is_by_entry
    source = assignment.pk, month_facts.month, priced.kind, priced.is_difference
    earlier, reopened = facts.charged[source], facts.reopened.get(source, [])
    is_charged = earlier and (not reopened or (*source, priced.segment.terms) in facts.charged_terms)
    if not is_by_entry and (is_charged or rebilling.is_given_up(facts, priced, month_facts.month)):
        return None
    return ChargeToBill(
        priced,
        assignment,
        month_facts.month,
        [sheet for sheet in month_facts.sheets.get(assignment.pk, ()) if is_by_entry and sheet.is_open],
        vat.regime_for(priced.segment.vat_regime, in_franchise=facts.is_franchise),
        rebilling.billed_again(priced, facts.released.get(assignment.pk, ())),
        rebilling.rebilled(month_facts, priced, reopened),
        rank=earlier + FIRST_OF_DIFFERENCES * priced.is_difference,
    )


def _nothing_again(
    month_facts: EmployeeMonthFacts, charges: Sequence[ChargeToBill], held: set[int]
) -> list[BillingProblem]:
    """Sums that a credit note released to be billed again, and for which the terms of today give nothing."""
    facts, month = month_facts.facts, month_facts.month
    billed = {charge.assignment.pk for charge in charges}
    gone = {pk for pk, of_month, kind, _ in facts.reopened if of_month == month and KINDS[kind].pays_for_work}
    return [
        wording.nothing_again(facts.assignments[pk], month)
        for pk in sorted(gone - billed - held)
        if pk in facts.assignments and facts.assignments[pk].employee_id == month_facts.key[0]
    ]


def _add_recorded(facts: RunFacts, assessment: Assessment) -> None:
    """Recorded charges join, but for members that have this run's invoice; what they bill again counts as charged."""
    assessment.recorded = [
        row
        for row in facts.recorded
        if (row.member_id, row.vat_regime == VatRegime.OUT_OF_SCOPE) not in facts.issued
    ]
    again: dict[Key, Decimal] = defaultdict(Decimal)
    for row in assessment.recorded:
        if row.kind in PAYS_FOR_WORK and row.employee_id is not None:
            again[row.employee_id, row.service_month] += row.net
    for i, settled in enumerate(assessment.settlements):
        if more := again.pop((settled.employee, settled.month), None):
            assessment.settlements[i] = replace(settled, charged=settled.charged + more)
    assessment.settlements += [MonthSettlement(*key, ZERO, net) for key, net in again.items()]


def _leave_out_due_back(assessment: Assessment) -> None:
    """What differences give back to a member is taken off its invoice, unless less than nothing would be left of it."""
    nets: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for charge in assessment.charges:
        nets[charge.assignment.member_id, charge.vat_regime] += charge.priced.net
    for row in assessment.recorded:
        nets[row.member_id, vat.regime_for(row.vat_regime, in_franchise=assessment.is_franchise)] += row.net
    due_back = [
        each
        for each in assessment.charges
        if each.priced.is_difference
        and each.priced.net < 0
        and nets[each.assignment.member_id, each.vat_regime] < 0
    ]
    for charge in due_back:
        assessment.charges.remove(charge)
        employee, is_work = charge.assignment.employee_id, KINDS[charge.priced.kind].pays_for_work
        for i, settled in enumerate(assessment.settlements):
            if is_work and (settled.employee, settled.month) == (employee, charge.month):
                assessment.settlements[i] = replace(settled, charged=settled.charged - charge.priced.net)
    for charge in due_back:
        if KINDS[charge.priced.kind].pays_for_work:
            fees = (
                each.priced.net
                for each in due_back
                if each.priced.segment == charge.priced.segment and each is not charge
            )
            assessment.problems.append(
                wording.difference_due_back(
                    charge.priced, charge.assignment, charge.month, fee=sum(fees, ZERO)
                )
            )


def _obstacles(month_facts: EmployeeMonthFacts) -> list[BillingProblem]:
    """Why the cost of the month cannot be shared yet."""
    employee = month_facts.facts.employees[month_facts.key[0]]
    waiting = [
        f"heures chez {assignment.member}"
        for assignment in month_facts.facts.active(month_facts.key)
        if not all_approved(month_facts.sheets.get(assignment.pk, ()))
    ]
    group_sheets = [sheet for sheet in month_facts.facts.sheets[month_facts.key] if sheet.assignment is None]
    if any(not sheet.is_approved for sheet in group_sheets):
        waiting.append("heures au groupement")
    problems = [wording.sheets_wait(employee, month_facts.month, waiting)] if waiting else []
    if month_facts.key not in month_facts.facts.costs:
        problems.append(wording.cost_is_missing(employee, month_facts.month, is_blocking=True))
    return problems + _unpriced(month_facts)


def _remarks(month_facts: EmployeeMonthFacts, *, is_shared_already: bool) -> list[BillingProblem]:
    """Problems that do not hold up the whole month."""
    remarks = [] if month_facts.at_cost and not is_shared_already else _unpriced(month_facts)
    for assignment in month_facts.facts.active(month_facts.key):
        sheets = month_facts.sheets.get(assignment.pk, ())
        if assignment.pk not in month_facts.at_cost:
            if not all_approved(sheets):
                remarks.append(wording.hours_come_later(assignment, month_facts.month))
        elif is_shared_already and any(sheet.is_open and sheet.total for sheet in sheets):
            remarks.append(wording.supplement_waits(assignment, month_facts.month))
    remarks += [
        wording.provision_is_given_back(
            month_facts.facts.employees[month_facts.key[0]], month_facts.month, 0 - each.amount
        )
        for each in month_facts.facts.carried.get(month_facts.key, ())
        if each.is_provision and not is_shared_already
    ]
    works = any(sheet.total for sheets in month_facts.sheets.values() for sheet in sheets)
    if not month_facts.at_cost and works and month_facts.key not in month_facts.facts.costs:
        employee = month_facts.facts.employees[month_facts.key[0]]
        remarks.append(wording.cost_is_missing(employee, month_facts.month, is_blocking=False))
    return remarks


def _paid_by_minimum(
    assignment: Assignment, month_facts: EmployeeMonthFacts, sheets: Sequence[SheetHours]
) -> list[BillingProblem]:
    minutes = sum(sheet.total for sheet in sheets)
    return [wording.paid_by_minimum(assignment, month_facts.month, minutes)] if minutes else []


def _contradictions(month_facts: EmployeeMonthFacts) -> list[BillingProblem]:
    """Hours that contradict other facts: they are not approved, or should not have been."""
    facts = month_facts.facts
    return [
        wording.hours_contradict(
            facts.employees[month_facts.key[0]],
            facts.assignments[sheet.assignment].member if sheet.assignment else None,
            found,
            is_approved=sheet.is_approved,
        )
        for sheet in facts.sheets[month_facts.key]
        for found in facts.contradictions.get(sheet.pk, ())
    ]


def _unpriced(month_facts: EmployeeMonthFacts) -> list[BillingProblem]:
    return [
        wording.terms_are_missing(month_facts.facts.assignments[assignment], month_facts.month, days)
        for assignment, days in month_facts.unpriced.items()
    ]


def _check_attestations(facts: RunFacts, assessment: Assessment) -> None:
    """Exempt charges of members without a VAT statement that holds on each of their days (CGI art. 261 B)."""
    seen: set[tuple[int, Month]] = set()
    for charge in assessment.charges:
        member = charge.assignment.member
        is_checked = charge.priced.is_difference or (member.pk, charge.month) in seen
        if charge.vat_regime != VatRegime.EXEMPT_261B or is_checked:
            continue
        if not _attested(charge.priced.segment, facts.attestations.get(member.pk, ())):
            seen.add((member.pk, charge.month))
            last = _last_attested(charge, facts.attestations.get(member.pk, ()))
            assessment.problems.append(wording.attestation_is_missing(member, charge.month, last_day=last))
        elif row := _beyond_the_limit(charge, facts.attestations[member.pk]):
            seen.add((member.pk, charge.month))
            assessment.problems.append(
                wording.receipts_are_taxable(member, charge.month, row.taxable_receipts_percent)
            )


def _beyond_the_limit(charge: ChargeToBill, attestations: Sequence[VatAttestation]) -> VatAttestation | None:
    """The first statement of the month whose taxable receipts the exemption does not take."""
    held = (row for row in attestations if any(row.covers(day) for day in charge.month.days))
    return next((row for row in held if row.is_beyond_the_limit), None)


def _attested(segment: Segment, attestations: Sequence[VatAttestation]) -> bool:
    days = (day for span in segment.spans for day in days_between(*span))
    return all(any(covers(row.starts_on, row.ends_before, day) for row in attestations) for day in days)


def _last_attested(charge: ChargeToBill, attestations: Sequence[VatAttestation]) -> date | None:
    """The last day of the month that a statement held, when one expires on the way."""
    days = [day for day in charge.month.days if any(row.covers(day) for row in attestations)]
    return days[-1] if days else None


def _check_empty(facts: RunFacts, assessment: Assessment) -> None:
    """Members whose approved hours come to nothing at all."""
    billed = {charge.assignment.member_id for charge in assessment.charges}
    billed |= {charge.member_id for charge in facts.recorded}
    covered = {
        sheet for member, sheets in assessment.covered.items() if member not in billed for sheet in sheets
    }
    covered -= {sheet for sheets in assessment.paid.values() for sheet in sheets}
    seen: set[int] = set()
    for key in facts.keys:
        for sheet in facts.sheets[key]:
            if sheet.pk in covered and sheet.total and sheet.assignment is not None:
                member = facts.assignments[sheet.assignment].member
                if member.pk not in seen:
                    seen.add(member.pk)
                    assessment.problems.append(wording.nothing_to_invoice(member, key[1]))
