"""What a funding line pays for: expenses, and hours at the cost of the person's month over all hours worked in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from billing.costs.month_costs import month_costs
from billing.grants.tagging import FUNDABLE
from billing.models import (
    FundedCost,
    FundedHours,
    FundingLine,
    FundingReport,
)
from employees.models import Employee
from groupement.kernel.money import ZERO, allocate
from groupement.kernel.periods import Month
from timesheets.models import Entry, TimesheetStatus

Key = tuple[int, Month]
"""An employee's id and a month."""


@dataclass
class PersonMonth:
    """One person's month: employer cost in euros if known, and the minutes worked or learnt that share it."""

    cost: Decimal | None = None
    is_estimate: bool = False
    minutes: int = 0


@dataclass(frozen=True)
class FundedHoursRow:
    """A person's hours of one month under one action; without a cost while the month's is not imported."""

    employee: int
    person: str
    payroll_number: str
    month: Month
    action: str
    minutes: int
    cost: Decimal | None = None
    month_cost: Decimal | None = None
    month_minutes: int = 0
    is_estimate: bool = False
    is_locked: bool = False


@dataclass(frozen=True)
class FundedExpenseRow:
    """An amount of an expense under one action; ``pk`` is the tag's, 0 once it is locked."""

    pk: int
    employee: int
    person: str
    spent_on: str
    label: str
    month: Month
    action: str
    amount: Decimal
    is_locked: bool = False


@dataclass
class LineFunding:
    """All that one line pays for, by person, month and action, and the sums."""

    hours: list[FundedHoursRow] = field(default_factory=list)
    spent: list[FundedExpenseRow] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.hours)

    @property
    def hours_cost(self) -> Decimal:
        return sum((row.cost or ZERO for row in self.hours), ZERO)

    @property
    def spent_total(self) -> Decimal:
        return sum((row.amount for row in self.spent), ZERO)

    @property
    def total(self) -> Decimal:
        return self.hours_cost + self.spent_total

    @property
    def missing(self) -> list[FundedHoursRow]:
        """Rows whose month has no cost yet."""
        return [row for row in self.hours if row.cost is None]


def funding_of(lines: Collection[FundingLine]) -> dict[int, LineFunding]:
    """What each of ``lines`` pays for; the number of queries does not depend on how many there are.

    The cost of an hour is the person's employer cost of the month (all kinds, aids deducted; the difference of an
    earlier month's estimate is not part of it) divided by all approved hours that the person worked or learnt in it:
    work, travel between places, training, meetings. Leave, holidays and sickness are no hours, but their cost is in the
    month's. A line pays that × its hours, exactly, rounded down to the cent and shared among its actions without loss:
    all lines together never pay more than the month cost. What reports have locked is read from them, and what later
    hours or costs leave of the month is the limit for the lines that are still open.
    """
    found = {line.pk: LineFunding() for line in lines}
    reports = list(FundingReport.objects.filter(line__in=lines).order_by("line", "first_month"))
    tags = _tags(lines, reports)
    facts = person_months({key for per_line in tags.values() for key in per_line})
    locked = _locked_elsewhere(facts)
    for pk, by_key in tags.items():
        for key, rows in by_key.items():
            found[pk].hours += _priced(rows, facts.get(key), locked, pk, key)
    expenses = FundedCost.objects.filter(line__in=lines).select_related("expense__employee")
    for cost in expenses.order_by("expense__spent_on", "pk"):
        if not _is_locked(reports, cost.line_id, cost.month):
            found[cost.line_id].spent.append(_spent(cost))
    for report in reports:
        _add_locked(found[report.line_id], report.content)
    for each in found.values():
        each.hours.sort(key=lambda row: (row.month, row.person, row.employee, row.action))
        each.spent.sort(key=lambda row: (row.spent_on, row.person, row.pk, row.action))
    return found


def cost_a_minute(
    cost: Decimal, minutes: int, locked_cost: Decimal = ZERO, locked_minutes: int = 0
) -> Fraction:
    """Euros a minute, exactly: the month's, or what locked reports leave of it if that is less; never below zero."""
    if minutes <= 0 or cost <= 0:
        return Fraction(0)
    whole = Fraction(cost) / minutes
    if not locked_minutes:
        return whole
    left = minutes - locked_minutes
    if left <= 0:
        return Fraction(0)
    return max(Fraction(0), min(whole, (Fraction(cost) - Fraction(locked_cost)) / left))


def cost_by_action(a_minute: Fraction, by_action: Iterable[int]) -> list[Decimal]:
    """The cost of each action's minutes: their sum rounded down to the cent, then shared without loss."""
    minutes = list(by_action)
    hundredths = a_minute * sum(minutes) * 100
    return allocate(Decimal(hundredths.numerator // hundredths.denominator) / 100, minutes)


def person_months(keys: Collection[Key]) -> dict[Key, PersonMonth]:
    """Cost and hours of each person's month; a few months too many, since persons and months vary apart."""
    facts = {key: PersonMonth() for key in keys}
    within = {"employee__in": {key[0] for key in keys}, "month__in": {key[1] for key in keys}}
    for (employee, month), (cost, is_estimate) in month_costs(within).items():
        if (employee, month) in facts:
            facts[employee, month].cost = cost
            facts[employee, month].is_estimate = is_estimate
    worked = Entry.objects.filter(
        kind__in=FUNDABLE,
        timesheet__status=TimesheetStatus.APPROVED,
        **{f"timesheet__{name}": value for name, value in within.items()},
    ).values_list("timesheet__employee", "timesheet__month")
    for employee, month, minutes in worked.annotate(Sum("minutes")).order_by():
        if (employee, month) in facts:
            facts[employee, month].minutes = minutes
    return facts


def _tags(
    lines: Collection[FundingLine], reports: Collection[FundingReport]
) -> dict[int, dict[Key, list[FundedHoursRow]]]:
    """Open tags by line and person's month, not priced."""
    names = "line month action entry__timesheet__employee"
    rows = FundedHours.objects.filter(line__in=lines).values_list(*names.split()).annotate(Sum("minutes"))
    rows = rows.order_by("line", "month", "entry__timesheet__employee", "action")
    open_rows = [row for row in rows if not _is_locked(reports, row[0], row[1])]
    people = Employee.objects.in_bulk({row[3] for row in open_rows})
    tags: dict[int, dict[Key, list[FundedHoursRow]]] = defaultdict(lambda: defaultdict(list))
    for line, month, action, employee, minutes in open_rows:
        person = people[employee]
        tags[line][employee, month].append(
            FundedHoursRow(employee, person.full_name, person.payroll_number, month, action, minutes)
        )
    return tags


def _locked_elsewhere(facts: Mapping[Key, PersonMonth]) -> dict[Key, dict[int, tuple[Decimal, int]]]:
    """Cost and minutes of these persons' months in locked reports: by person's month, then by line."""
    months = [month for _, month in facts]
    found: dict[Key, dict[int, tuple[Decimal, int]]] = defaultdict(dict)
    if not months:
        return found
    for report in FundingReport.objects.filter(
        first_month__lte=max(months), last_month__gte=min(months)
    ).order_by("pk"):
        for row in report.content["hours"]:
            key = row["employee"], Month.parse(row["month"])
            if key in facts:
                cost, minutes = found[key].get(report.line_id, (ZERO, 0))
                found[key][report.line_id] = (cost + Decimal(row["cost"]), minutes + row["minutes"])
    return found


def _priced(
    rows: list[FundedHoursRow],
    facts: PersonMonth | None,
    locked: Mapping[Key, Mapping[int, tuple[Decimal, int]]],
    line: int,
    key: Key,
) -> list[FundedHoursRow]:
    if facts is None or facts.cost is None:
        return rows
    others = [sums for pk, sums in locked.get(key, {}).items() if pk != line]
    locked_cost = sum((cost for cost, _ in others), ZERO)
    locked_minutes = sum(minutes for _, minutes in others)
    a_minute = cost_a_minute(facts.cost, facts.minutes, locked_cost, locked_minutes)
    costs = cost_by_action(a_minute, [row.minutes for row in rows])
    return [
        FundedHoursRow(
            row.employee,
            row.person,
            row.payroll_number,
            row.month,
            row.action,
            row.minutes,
            cost,
            facts.cost,
            facts.minutes,
            facts.is_estimate,
        )
        for row, cost in zip(rows, costs, strict=True)
    ]


def _spent(cost: FundedCost) -> FundedExpenseRow:
    expense = cost.expense
    return FundedExpenseRow(
        cost.pk,
        expense.employee_id,
        expense.employee.full_name,
        expense.spent_on.isoformat(),
        expense.label,
        cost.month,
        cost.action,
        cost.amount,
    )


def _is_locked(reports: Collection[FundingReport], line: int, month: Month) -> bool:
    return any(
        report.line_id == line and report.first_month <= month <= report.last_month for report in reports
    )


def _add_locked(found: LineFunding, content: Mapping[str, Any]) -> None:
    """The rows of a locked report, as its content stores them."""
    for row in content["hours"]:
        figures = {"cost": Decimal(row["cost"]), "month_cost": Decimal(row["month_cost"])}
        plain = {**row, **figures, "month": Month.parse(row["month"])}
        found.hours.append(FundedHoursRow(**plain, is_locked=True))
    for row in content["spent"]:
        plain = {**row, "amount": Decimal(row["amount"]), "month": Month.parse(row["month"])}
        found.spent.append(FundedExpenseRow(0, **plain, is_locked=True))
