"""What is unusual in an employee's month: it is said, and keeps no invoice a draft; no query, no clock."""

from __future__ import annotations

from collections.abc import Iterator

from billing.charge_kinds import KINDS
from billing.month import pricing, wording
from billing.month.run_facts import EmployeeMonthFacts, all_approved
from billing.month.segments import EmployeeMonth, terms_in_force
from billing.month.wording import BillingProblem
from employees.models import Assignment, Terms
from groupement.kernel.money import ZERO
from groupement.kernel.periods import Month, days_between

# More than a tenth above what was agreed is a problem, from an hour on: a quarter of an hour too long is none.
TOLERANCE_PERCENT = 10
LEAST_MINUTES = 60


def anomalies(month_facts: EmployeeMonthFacts) -> Iterator[BillingProblem]:
    """What is unusual in one employee's month; none of it keeps an invoice a draft."""
    employee = month_facts.facts.employees[month_facts.key[0]]
    is_open_month = (
        month_facts.key[1] == month_facts.facts.month and month_facts.key not in month_facts.facts.settled
    )
    if is_open_month and month_facts.key in month_facts.facts.estimated:
        yield wording.cost_is_estimated(employee, month_facts.month)
    for assignment in month_facts.facts.active(month_facts.key):
        own = month_facts.sheets.get(assignment.pk, ())
        if not all_approved(own) or not any(sheet.is_open for sheet in own):
            continue
        agreed = _agreed(assignment, month_facts.facts.terms.get(assignment.pk, ()), month_facts.month)
        worked = sum(sheet.total for sheet in own)
        if agreed and not worked:
            yield wording.no_hours(assignment, month_facts.month)
        elif (
            agreed and worked - agreed >= LEAST_MINUTES and worked * 100 > agreed * (100 + TOLERANCE_PERCENT)
        ):
            yield wording.more_than_agreed(assignment, month_facts.month, worked, agreed)


def _agreed(assignment: Assignment, terms: list[Terms] | tuple[()], month: Month) -> int:
    """Minutes that the weekly patterns make of the month's days, public holidays and absences not taken off."""
    total = 0
    for row, span in terms_in_force(assignment, terms, month.first, month.before):
        if row.weekly_minutes:
            total += sum(row.pattern_on(day)[day.weekday()] for day in days_between(*span))
    return total


def cost_without_hours(month_facts: EmployeeMonthFacts, month: EmployeeMonth) -> list[BillingProblem]:
    """A cost of the run's month for somebody without any hour in it, and who bears it."""
    facts, key = month_facts.facts, month_facts.key
    is_empty = all(sheet.is_approved and not sheet.total for sheet in facts.sheets[key])
    if not month.cost or key[1] != facts.month or key in facts.settled or not is_empty:
        return []
    nets = [(KINDS[each.kind], each.net) for each in pricing.price(month)]
    shared = sum((net for kind, net in nets if kind.shares_cost), ZERO)
    agreed = sum((net for kind, net in nets if kind.pays_for_work and not kind.shares_cost), ZERO)
    borne = wording.CostBorne(month.cost, shared, agreed, facts.last_month_of(key))
    return [wording.cost_without_hours(facts.employees[key[0]], key[1], borne)]
