"""What a funding line may still pay for: approved hours and accepted expenses in its days, and what is left of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import Expense, FundedCost, FundedHours, FundingLine
from employees.models import Employee
from groupement.periods import Month
from members.models import Member
from timesheets.models import Entry, Kind, TimesheetStatus

# Time that was worked or learnt. A funder pays for none that was not, and the cost of an hour is shared over the same.
FUNDABLE = (Kind.WORKED, Kind.TRAVEL, Kind.TRAINING, Kind.MEETING)
MOST_CANDIDATES = 200


@dataclass(frozen=True)
class Search:
    """Which hours: of one month, of one person or all, at one member or anywhere, from one day to another."""

    month: Month
    person: Employee | None = None
    member: Member | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Candidate:
    """An entry with the minutes that nobody funds yet, and who funds the others: (code, minutes)."""

    entry: Entry
    left: int
    funded: tuple[tuple[str, int], ...] = ()


def candidates(line: FundingLine, search: Search) -> list[Candidate]:
    """Entries that ``line`` may take, by person and day; one more than MOST_CANDIDATES says that there are more."""
    rows = fundable(line).filter(timesheet__month=search.month)
    if search.person:
        rows = rows.filter(timesheet__employee=search.person)
    if search.member:
        rows = rows.filter(timesheet__assignment__member=search.member)
    if search.first:
        rows = rows.filter(day__gte=search.first)
    if search.last:
        rows = rows.filter(day__lte=search.last)
    rows = rows.select_related("timesheet__employee", "timesheet__assignment__member").order_by(
        "timesheet__employee__last_name", "timesheet__employee__first_name", "day", "kind", "pk"
    )
    found = list(rows[: MOST_CANDIDATES + 1])
    taken = funded_of([row.pk for row in found])
    return [
        Candidate(row, row.minutes - sum(minutes for _, minutes in taken[row.pk]), tuple(taken[row.pk]))
        for row in found
    ]


def fundable(line: FundingLine) -> QuerySet[Entry]:
    """Approved time of the kinds that are funded, on days of ``line``."""
    within = Q(day__gte=line.starts_on)
    if line.ends_before is not None:
        within &= Q(day__lt=line.ends_before)
    return Entry.objects.filter(within, kind__in=FUNDABLE, timesheet__status=TimesheetStatus.APPROVED)


def funded_of(entries: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    """Of each entry, the lines that pay for a part of it: (code, minutes); one query."""
    rows = FundedHours.objects.filter(entry__in=entries).values("entry", code=F("line__code"))
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in rows.annotate(total=Sum("minutes")).order_by("entry", "code"):
        found[row["entry"]].append((row["code"], row["total"]))
    return found


def free_expenses(line: FundingLine) -> QuerySet[Expense]:
    """Accepted expenses on days of ``line`` with an amount ``left`` that nobody funds, the latest first."""
    taken = FundedCost.objects.filter(expense=OuterRef("pk")).order_by().values("expense")
    sums = taken.annotate(total=Sum("amount")).values("total")
    money = DecimalField(max_digits=12, decimal_places=2)
    within = Q(spent_on__gte=line.starts_on)
    if line.ends_before is not None:
        within &= Q(spent_on__lt=line.ends_before)
    rows = Expense.objects.filter(within, charge__isnull=False).annotate(
        left=F("amount") - Coalesce(Subquery(sums, output_field=money), Decimal(0), output_field=money)
    )
    return (
        rows.filter(left__gt=0).select_related("employee", "assignment__member").order_by("-spent_on", "-pk")
    )
