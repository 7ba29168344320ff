"""What looks odd in a month without stopping it: hours beyond the agreed ones, none at all, cost without hours …"""

from __future__ import annotations

from collections.abc import Iterator

from billing.drafting import wording
from billing.drafting.cases import Case, all_approved
from billing.drafting.wording import Problem
from employees.models import Assignment, Terms
from groupement.periods import Month, clip, days_between

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
