"""What tagged hours cost: the person's month shared over all hours worked in it, never more than the month cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Sum

from billing.costs.payroll_columns import AMOUNTS
from billing.grants.tagging import FUNDABLE
from billing.models import (
    ActualCost,
    CostKind,
    EmployerCost,
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


@dataclass
class MonthFacts:
    """One person's month."""

    cost: Decimal | None = None
    is_estimate: bool = False
    minutes: int = 0


def month_facts(keys: Collection[Key]) -> dict[Key, MonthFacts]:
    """Cost and hours of each person's month; a few months too many, since persons and months vary apart."""
    facts = {key: MonthFacts() for key in keys}
    within = {"employee__in": {key[0] for key in keys}, "month__in": {key[1] for key in keys}}
    for (employee, month), (cost, is_estimate) in _month_costs(within).items():
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


def _month_costs(within: Mapping[str, Any]) -> dict[Key, tuple[Decimal, bool]]:
    """What each person's month cost, and whether that is an estimate; two queries.

    A month invoiced on an estimate cost what the payroll said at last; what it carries into later months is not theirs.
    """
    found: dict[Key, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    rows = EmployerCost.objects.filter(**within).exclude(kind=CostKind.CARRIED)
    names = ("employee", "month", "kind", "amount", "is_estimate")
    for employee, month, kind, amount, is_estimate in rows.values_list(*names).order_by():
        found[employee, month][kind] = (amount, is_estimate)
    actual: dict[Key, dict[str, tuple[Decimal, bool]]] = defaultdict(dict)
    paid = ActualCost.objects.filter(**within).values_list("employee", "month", "kind", "amount")
    for employee, month, kind, amount in paid.order_by():
        actual[employee, month][kind] = (amount, False)
    for key, by_kind in actual.items():
        kept = {kind: cost for kind, cost in found[key].items() if kind not in AMOUNTS}
        found[key] = kept | by_kind
    return {
        key: (sum((amount for amount, _ in costs.values()), ZERO), any(each for _, each in costs.values()))
        for key, costs in found.items()
    }


@dataclass(frozen=True)
class HourRow:
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
class SpentRow:
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
class Reckoning:
    """All that one line pays for, by person, month and action, and the sums."""

    hours: list[HourRow] = field(default_factory=list)
    spent: list[SpentRow] = field(default_factory=list)

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
    def missing(self) -> list[HourRow]:
        """Rows whose month has no cost yet."""
        return [row for row in self.hours if row.cost is None]


def reckon(lines: Collection[FundingLine]) -> dict[int, Reckoning]:
    """What each of ``lines`` pays for; the number of queries does not depend on how many there are.

    The cost of an hour is the person's employer cost of the month (all kinds, aids deducted; what an earlier month's
    estimate was short of is not this month's) divided by all approved hours that the person worked or learnt in it:
    work, travel between places, training, meetings. Leave, holidays and sickness are no hours, but their cost is in the
    month's. A line pays that × its hours, exactly, brought down to the cent and shared among its actions without loss:
    all lines together never pay more than the month cost. What reports have locked is taken from them as it stands, and
    what later hours or costs leave of the month is the limit for the lines that are still open.
    """
    found = {line.pk: Reckoning() for line in lines}
    reports = _reports(lines)
    tags = _tags(lines, reports)
    facts = month_facts({key for per_line in tags.values() for key in per_line})
    taken = _locked_elsewhere(facts)
    for pk, by_key in tags.items():
        for key, rows in by_key.items():
            found[pk].hours += _priced(rows, facts.get(key), taken, pk, key)
    for cost in _costs(lines):
        if not _is_locked(reports, cost.line_id, cost.month):
            found[cost.line_id].spent.append(_spent(cost))
    for report in reports:
        _add_locked(found[report.line_id], report.content)
    for each in found.values():
        each.hours.sort(key=lambda row: (row.month, row.person, row.employee, row.action))
        each.spent.sort(key=lambda row: (row.spent_on, row.person, row.pk, row.action))
    return found


def hourly(cost: Decimal, minutes: int, locked_cost: Decimal = ZERO, locked_minutes: int = 0) -> Fraction:
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


def share(a_minute: Fraction, by_action: Iterable[int]) -> list[Decimal]:
    """The cost of each action's minutes: their sum brought down to the cent, then shared without loss."""
    minutes = list(by_action)
    hundredths = a_minute * sum(minutes) * 100
    return allocate(Decimal(hundredths.numerator // hundredths.denominator) / 100, minutes)


def _tags(
    lines: Collection[FundingLine], reports: Collection[FundingReport]
) -> dict[int, dict[Key, list[HourRow]]]:
    """Open tags by line and person's month, not priced."""
    names = "line month action entry__timesheet__employee"
    rows = FundedHours.objects.filter(line__in=lines).values_list(*names.split()).annotate(Sum("minutes"))
    rows = rows.order_by("line", "month", "entry__timesheet__employee", "action")
    plain = [row for row in rows if not _is_locked(reports, row[0], row[1])]
    people = Employee.objects.in_bulk({row[3] for row in plain})
    tags: dict[int, dict[Key, list[HourRow]]] = defaultdict(lambda: defaultdict(list))
    for line, month, action, employee, minutes in plain:
        person = people[employee]
        tags[line][employee, month].append(
            HourRow(employee, person.full_name, person.payroll_number, month, action, minutes)
        )
    return tags


def _locked_elsewhere(facts: Mapping[Key, MonthFacts]) -> dict[Key, dict[int, tuple[Decimal, int]]]:
    """What locked reports hold of these persons' months: by month, then by line, cost and minutes."""
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
    rows: list[HourRow],
    facts: MonthFacts | None,
    taken: Mapping[Key, Mapping[int, tuple[Decimal, int]]],
    line: int,
    key: Key,
) -> list[HourRow]:
    if facts is None or facts.cost is None:
        return rows
    others = [held for pk, held in taken.get(key, {}).items() if pk != line]
    locked_cost = sum((cost for cost, _ in others), ZERO)
    locked_minutes = sum(minutes for _, minutes in others)
    a_minute = hourly(facts.cost, facts.minutes, locked_cost, locked_minutes)
    costs = share(a_minute, [row.minutes for row in rows])
    return [
        HourRow(
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


def _costs(lines: Collection[FundingLine]) -> Iterable[FundedCost]:
    rows = FundedCost.objects.filter(line__in=lines).select_related("expense__employee")
    return rows.order_by("expense__spent_on", "pk")


def _spent(cost: FundedCost) -> SpentRow:
    expense = cost.expense
    return SpentRow(
        cost.pk,
        expense.employee_id,
        expense.employee.full_name,
        expense.spent_on.isoformat(),
        expense.label,
        cost.month,
        cost.action,
        cost.amount,
    )


def _reports(lines: Collection[FundingLine]) -> list[FundingReport]:
    return list(FundingReport.objects.filter(line__in=lines).order_by("line", "first_month"))


def _is_locked(reports: Collection[FundingReport], line: int, month: Month) -> bool:
    return any(
        report.line_id == line and report.first_month <= month <= report.last_month for report in reports
    )


def _add_locked(found: Reckoning, content: Mapping[str, Any]) -> None:
    """The rows of a locked report, as it keeps them."""
    for row in content["hours"]:
        figures = {"cost": Decimal(row["cost"]), "month_cost": Decimal(row["month_cost"])}
        plain = {**row, **figures, "month": Month.parse(row["month"])}
        found.hours.append(HourRow(**plain, is_locked=True))
    for row in content["spent"]:
        plain = {**row, "amount": Decimal(row["amount"]), "month": Month.parse(row["month"])}
        found.spent.append(SpentRow(0, **plain, is_locked=True))
