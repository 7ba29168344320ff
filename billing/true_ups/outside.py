"""What months of a period carry from outside: differences of months before it, and rests of provisions.

They are charged to who bore those months, or had put the money aside: no cost of the period, and nothing to share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum

from billing.costs.payroll_columns import AMOUNTS
from billing.models import CarriedCost, CostKind, EmployerCost
from groupement.kernel.money import ZERO, cents
from groupement.kernel.periods import Month


def carried_into(within: Callable[..., Any], first: Month) -> Iterator[tuple[int, Month, Decimal]]:
    """Employee (id), month and euros of all that comes from outside; ``within`` narrows rows to the period that begins
    with ``first``. Two queries.
    """
    carried = within(CarriedCost.objects.filter(from_month__lt=first), month="into_month")
    yield from carried.order_by("pk").values_list("employee", "into_month", "amount")
    months = within(EmployerCost.objects.all()).order_by().values("employee", "month")
    left_over = months.annotate(
        drawn=Sum("amount", filter=Q(kind=CostKind.LEAVE_DRAWN)), pay=Count("pk", filter=Q(kind__in=AMOUNTS))
    ).filter(pay=0, drawn__lt=0)
    yield from left_over.values_list("employee", "month", "drawn")


def of_period(figures: Mapping[str, Any], net: Decimal, first: Month) -> Decimal:
    """The part of a charged ``net`` (euros) that is of the period: of a difference, what comes of its months."""
    if "months" not in figures:
        return net
    parts = {Month.parse(text): Decimal(amount) for text, amount in figures["months"].items()}
    inside = sum((amount for month, amount in parts.items() if month >= first), ZERO)
    whole = sum(parts.values(), Decimal(figures.get("provision", 0)))
    if inside == whole:
        return net
    return cents(net * inside / whole) if whole else ZERO
