"""What a kilometre or a meal is worth on a day, and what a trip comes to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.models import ExpenseKind, ExpenseScale
from groupement.money import NO_BREAK_SPACE, cents, spell_plain


def scale_on(kind: str, day: date) -> ExpenseScale | None:
    """The scale of ``kind`` in force on ``day``."""
    rows = ExpenseScale.objects.on(day).filter(kind=kind)
    found: ExpenseScale | None = rows.order_by("-starts_on", "pk").first()
    return found


def scales_on(day: date) -> list[ExpenseScale]:
    """All scales in force on ``day``: kilometres first, then meals; one query."""
    order = list(ExpenseKind)
    rows = ExpenseScale.objects.on(day).order_by("kind", "pk")
    return sorted(rows, key=lambda row: order.index(ExpenseKind(row.kind)))


def trip_amount(kilometres: Decimal, rate: Decimal) -> Decimal:
    """Kilometres × euros a kilometre, rounded once to the cent."""
    return cents(kilometres * rate)


def spell_kilometres(kilometres: Decimal) -> str:
    """ "42,5 km", "42 km" """
    return f"{spell_plain(kilometres).rstrip('0').removesuffix(',')}{NO_BREAK_SPACE}km"


def spell_rate(rate: Decimal) -> str:
    """ "0,529 €" a kilometre, with every decimal that counts."""
    return f"{spell_plain(rate)}{NO_BREAK_SPACE}€"
