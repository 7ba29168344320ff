"""A month’s employer costs as a table: a line a person, a column a kind; and the months before; for finance only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from billing.costs.carried_over import gross_pay
from billing.costs.closing import closed
from billing.costs.leave import LAST_MONTH, LeavePay, PaidMonth, days_earned, leave_pay, top_up
from billing.costs.leave_ledger import ProvisionBalance
from billing.models import CostKind, EmployerCost
from employees.models import Assignment, Employee
from groupement.kernel import charts
from groupement.kernel.charts import Bar, BarChart, NamedBars, Part
from groupement.kernel.french import NARROW_SPACE, NO_BREAK_SPACE, SHORT_MONTHS
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from members.models import Member
from timesheets.models import Timesheet

# Columns that are there in any month; the others come with their first amount.
ALWAYS = (CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS, CostKind.OTHER)
# What a column is called where there is little room.
HEADS = {
    CostKind.LEAVE_PROVISION: "provision congés",
    CostKind.LEAVE_DRAWN: "congés pris",
    CostKind.CARRIED: "écart reporté",
}
MONTHS_SHOWN = 12


@dataclass(frozen=True)
class CostCell:
    """One amount of one kind, None when there is none; ``basis`` is where it comes from, when somebody asks."""

    label: str
    amount: Decimal | None
    is_estimate: bool = False
    basis: str = ""


@dataclass
class CostRow:
    """One person’s month; a person with no cost at all is missing. ``is_closed``: an invoice stands on it."""

    employee: Employee
    costs: dict[str, EmployerCost] = field(default_factory=dict)
    is_closed: bool = False
    cells: list[CostCell] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((cost.amount for cost in self.costs.values()), ZERO)

    @property
    def is_missing(self) -> bool:
        return not self.costs

    @property
    def is_estimate(self) -> bool:
        return any(cost.is_estimate for cost in self.costs.values())

    @property
    def basis(self) -> str:
        """What the estimate was made from, in words."""
        return next((cost.basis for cost in self.costs.values() if cost.is_estimate and cost.basis), "")

    def amount(self, kind: str) -> Decimal | None:
        return self.costs[kind].amount if kind in self.costs else None


@dataclass(frozen=True)
class CostTable:
    """The month: its rows by name, the kinds it has, and their sums."""

    rows: list[CostRow]
    kinds: list[CostKind]

    @property
    def labels(self) -> list[str]:
        return [column_head(kind) for kind in self.kinds]

    @property
    def sums(self) -> list[tuple[str, Decimal]]:
        """The last line: the label and the sum of each kind."""
        return [
            (column_head(kind), sum((row.amount(kind) or ZERO for row in self.rows), ZERO))
            for kind in self.kinds
        ]

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), ZERO)

    @property
    def missing(self) -> int:
        return sum(row.is_missing for row in self.rows)

    @property
    def estimated(self) -> int:
        return sum(row.is_estimate for row in self.rows)


@dataclass(frozen=True)
class MonthCost:
    """What a month cost, actual and estimated apart, for how many people."""

    month: Month
    actual: Decimal
    estimated: Decimal
    people: int

    @property
    def total(self) -> Decimal:
        return self.actual + self.estimated


def cost_table(month: Month) -> CostTable:
    """Everybody with hours or a cost in ``month``, by name. Three queries."""
    costs = EmployerCost.objects.filter(month=month)
    shut = closed(month)
    employees = Employee.objects.filter(
        Q(pk__in=costs.values("employee"))
        | Q(pk__in=Timesheet.objects.filter(month=month).values("employee"))
    ).by_name()
    rows = {employee.pk: CostRow(employee, is_closed=employee.pk in shut) for employee in employees}
    for cost in costs.order_by("pk"):
        rows[cost.employee_id].costs[cost.kind] = cost
    present = {kind for row in rows.values() for kind in row.costs}
    kinds = [kind for kind in CostKind if kind in ALWAYS or kind in present]
    for row in rows.values():
        row.cells = [_cell(row, kind) for kind in kinds]
    return CostTable(list(rows.values()), kinds)


def cost_months(last: Month) -> list[MonthCost]:
    """The twelve months up to ``last``, from the first that has a cost. One query."""
    rows = (
        EmployerCost.objects.filter(month__gt=last.shift(-MONTHS_SHOWN), month__lte=last)
        .values("month", "is_estimate")
        .annotate(sum=Sum("amount"), people=Count("employee", distinct=True))
        .order_by("month", "is_estimate")
    )
    found: dict[Month, dict[bool, tuple[Decimal, int]]] = {}
    for row in rows:
        found.setdefault(row["month"], {})[row["is_estimate"]] = (row["sum"], row["people"])
    if not found:
        return []
    count = (last.year - min(found).year) * 12 + last.month - min(found).month + 1
    return [_month(last.shift(back - count + 1), found) for back in range(count)]


def months_chart(months: Sequence[MonthCost]) -> BarChart:
    """A column for each of ``months``, the actual cost below the estimated; described is the last of them."""
    named = [
        (
            SHORT_MONTHS[each.month.month - 1],
            Bar([Part("actual", each.actual), Part("estimated", each.estimated)], spell(each.total)),
        )
        for each in months
    ]
    last = months[-1]
    estimated = f", dont {spell(last.estimated)} estimés" if last.estimated else ""
    return charts.columns(
        named,
        tick=lambda euros: f"{euros:,}".replace(",", NARROW_SPACE),
        description=f"{last.month.label.capitalize()}{NO_BREAK_SPACE}: {spell(last.total)}{estimated}.",
    )


def latest_month() -> Month | None:
    """The last month that has timesheets."""
    return Timesheet.objects.order_by("-month").values_list("month", flat=True).first()


def column_head(kind: CostKind) -> str:
    """The title of a kind's column."""
    return HEADS.get(kind, kind.label)


def _cell(row: CostRow, kind: CostKind) -> CostCell:
    cost = row.costs.get(kind)
    if cost is None:
        return CostCell(column_head(kind), None)
    return CostCell(
        column_head(kind), cost.amount, cost.is_estimate, cost.basis if kind == CostKind.CARRIED else ""
    )


def _month(month: Month, found: dict[Month, dict[bool, tuple[Decimal, int]]]) -> MonthCost:
    sums = found.get(month, {})
    actual, estimated = sums.get(False, (ZERO, 0)), sums.get(True, (ZERO, 0))
    return MonthCost(month, actual[0], estimated[0], actual[1] + estimated[1])


def yearly_pay(year: int) -> Sequence[tuple[Decimal, int]]:
    """Gross pay known of ``year`` by employee, with how many months of it. Two queries."""
    found: dict[int, tuple[Decimal, int]] = {}
    for (employee, _), gross in sorted(gross_pay(year).items()):
        pay, months = found.get(employee, (ZERO, 0))
        found[employee] = pay + gross, months + 1
    return list(found.values())


MOST_BARS = 12


@dataclass(frozen=True)
class PersonProvision:
    """One person's provisions, and what they hold together."""

    employee: Employee
    balances: list[ProvisionBalance]

    @property
    def balance(self) -> Decimal:
        return sum((row.balance for row in self.balances), ZERO)


@dataclass(frozen=True)
class LeaveComparison:
    """The leave year of one person so far: both rules for the days earned, what was put aside, what lacks."""

    employee: Employee
    months: int
    days: int
    pay: LeavePay
    put_aside: Decimal
    lacks: Decimal


def provisions_page(held: Sequence[ProvisionBalance], *, on: date) -> dict[str, Any]:
    """The table by person, the sums by member, the bars of the largest, and which members may be settled."""
    people: dict[int, PersonProvision] = {}
    for row in held:
        people.setdefault(row.employee.pk, PersonProvision(row.employee, [])).balances.append(row)
    members = {row.member.pk: row.member for row in held if row.member}
    host = set(
        Assignment.objects.filter(member__in=members, ends_before__isnull=True).values_list(
            "member", flat=True
        )
    )
    host |= set(
        Assignment.objects.filter(member__in=members, ends_before__gt=on).values_list("member", flat=True)
    )
    largest = sorted(people.values(), key=lambda person: (-person.balance, person.employee.pk))[:MOST_BARS]
    series = [*members.values(), None]
    return {
        "people": list(people.values()),
        "total": sum((row.balance for row in held), ZERO),
        "set_aside": sum((row.set_aside for row in held), ZERO),
        "drawn": sum((row.drawn for row in held), ZERO),
        "by_member": [
            (member, _held_by(held, member), member is not None and member.pk not in host)
            for member in series
        ],
        "chart": charts.rows([_provision_bar(person, series) for person in largest]),
        "more": len(people) - len(largest),
    }


def comparisons(on: date) -> list[LeaveComparison]:
    """Everybody with months that put aside in the leave year that ``on`` lies in, by name. Two queries."""
    first = Month(on.year if on.month > LAST_MONTH else on.year - 1, LAST_MONTH + 1)
    rows = EmployerCost.objects.filter(month__gte=first, month__lte=first.shift(11))
    paid: dict[int, dict[Month, dict[str, Decimal]]] = {}
    for cost in rows.order_by("employee", "month", "pk"):
        paid.setdefault(cost.employee_id, {}).setdefault(cost.month, {})[cost.kind] = cost.amount
    people = Employee.objects.filter(pk__in=paid).by_name()
    return [made for person in people if (made := _comparison(person, paid[person.pk]))]


def _comparison(person: Employee, by_month: dict[Month, dict[str, Decimal]]) -> LeaveComparison | None:
    months = [
        PaidMonth(
            kinds[CostKind.GROSS_PAY],
            kinds.get(CostKind.EMPLOYER_CONTRIBUTIONS, ZERO),
            kinds.get(CostKind.LEAVE_PROVISION, ZERO),
        )
        for _, kinds in sorted(by_month.items())
        if CostKind.GROSS_PAY in kinds and kinds.get(CostKind.LEAVE_PROVISION)
    ]
    if not months:
        return None
    gross = sum((month.gross for month in months), ZERO)
    days = days_earned(len(months))
    pay = leave_pay(gross, months[-1].gross, days, acquired=days)
    put_aside = sum((month.provision for month in months), ZERO)
    return LeaveComparison(person, len(months), days, pay, put_aside, top_up(months))


def _held_by(held: Sequence[ProvisionBalance], member: Member | None) -> Decimal:
    return sum((row.balance for row in held if row.member == member), ZERO)


def _provision_bar(person: PersonProvision, series: Sequence[Member | None]) -> NamedBars:
    """The provision of one person, a part in the hue of each member that holds some of it."""
    parts = [Part(str(member.hue) if member else "", _held_by(person.balances, member)) for member in series]
    return NamedBars(person.employee.full_name, [Bar(parts, spell(person.balance))])


@dataclass(frozen=True)
class AidSum:
    """One nature of aid in a year: for how many people, from which month to which, how much; above zero."""

    nature: str
    people: int
    first: Month
    last: Month
    amount: Decimal


def aids_of(year: int) -> list[AidSum]:
    """The aids of ``year`` by nature, no person named. One query."""
    rows = (
        _aids()
        .filter(month__year=year)
        .values("basis")
        .annotate(
            people=Count("employee", distinct=True), first=Min("month"), last=Max("month"), sum=Sum("amount")
        )
        .order_by("basis")
    )
    return [
        AidSum(row["basis"] or "aides", row["people"], row["first"], row["last"], 0 - row["sum"])
        for row in rows
    ]


def aid_years() -> list[int]:
    """The years that have aids, latest first. One query."""
    years = _aids().order_by().values_list(ExtractYear("month"), flat=True).distinct()
    return sorted(years, reverse=True)


def _aids() -> QuerySet[EmployerCost]:
    return EmployerCost.objects.filter(kind=CostKind.AID, is_estimate=False)
