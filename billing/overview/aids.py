"""The aids that the group received in a year, by what the payroll calls them: members are told (D1253-50)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import ExtractYear

from billing.models import CostKind, EmployerCost
from groupement.periods import Month

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Aid:
    """One nature of aid in a year: for how many people, from which month to which, how much; above zero."""

    nature: str
    people: int
    first: Month
    last: Month
    amount: Decimal


def aids_of(year: int) -> list[Aid]:
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
        Aid(row["basis"] or "aides", row["people"], row["first"], row["last"], 0 - row["sum"]) for row in rows
    ]


def aid_years() -> list[int]:
    """The years that have aids, latest first. One query."""
    years = _aids().order_by().values_list(ExtractYear("month"), flat=True).distinct()
    return sorted(years, reverse=True)


def _aids():  # type: ignore[no-untyped-def]
    return EmployerCost.objects.filter(kind=CostKind.AID, is_estimate=False)
