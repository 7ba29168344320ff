"""Balances of one account that follow each other, statement after statement: where they do not, days are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from groupement.kernel.french import from_day_to_day, full_date
from groupement.kernel.money import ZERO, spell

ONE_DAY = timedelta(days=1)
# The euros that moved on the days from the first to the last.
Moved = Callable[[date, date], Decimal]


@dataclass(frozen=True)
class StatementSpan:
    """The first and the last day of a statement, and its balances before the one and after the other, in euros."""

    starts_on: date
    ends_on: date
    opening: Decimal
    closing: Decimal


def breaks(spans: Sequence[StatementSpan], moved: Moved | None = None) -> Iterator[str]:
    """A sentence for each place where the balances do not follow. ``spans``: the earliest first.

    ``moved``: what came from elsewhere between two of them. A statement that overlaps the one before says nothing.
    """
    before: StatementSpan | None = None
    for span in spans:
        if before and span.starts_on > before.ends_on:
            first, last = before.ends_on + ONE_DAY, span.starts_on - ONE_DAY
            known = moved(first, last) if moved and first <= last else ZERO
            if before.closing + known != span.opening:
                yield _sentence(before, span)
        if before is None or span.ends_on >= before.ends_on:
            before = span


def _sentence(before: StatementSpan, after: StatementSpan) -> str:
    first, last = before.ends_on + ONE_DAY, after.starts_on - ONE_DAY
    if first > last:
        return (
            f"Entre le {before.ends_on:%d/%m/%Y} et le {after.starts_on:%d/%m/%Y}, les soldes ne se suivent pas\u00a0: "
            f"{spell(before.closing)} puis {spell(after.opening)}. Téléchargez de nouveau ces relevés."
        )
    days = f"Le {full_date(last)}" if first == last else f"Du {from_day_to_day(first, last)}"
    which = "ce jour" if first == last else "ces jours"
    return (
        f"{days}, il manque des opérations\u00a0: le solde est {spell(before.closing)} à la fin du "
        f"{before.ends_on:%d/%m/%Y}, {spell(after.opening)} au début du {after.starts_on:%d/%m/%Y}. "
        f"Importez le relevé de {which}."
    )
