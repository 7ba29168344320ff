"""The balances that a bank writes above the titles of its table: "Solde au 30/11/2026;1 234,56"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from billing.bank.csv_layouts import CsvRow
from billing.bank.statement import FileOperation
from groupement.kernel.cells import plain, read_bank_amount, read_day
from groupement.kernel.money import ZERO, spell

_DAY = re.compile(r"\b(\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)? [a-z]+\.? \d{4})\b")
_AMOUNT = re.compile(r"[-+]?\(?\d[\d .\u00a0\u202f]*,\d\d\)?-?(?!\d)")
_BEFORE = re.compile(r"\b(?:ancien|precedent|initial|anterieur|depart|ouverture|debut)\b")
_AFTER = re.compile(r"\b(?:nouveau|final|fin|cloture)\b")
# Of a table of an earlier month, the balance of the day on which it was downloaded says nothing.
_SOON = timedelta(days=3)


@dataclass(frozen=True)
class StatedBalance:
    """A balance in euros, its words without accents, and the day that they name, if any."""

    words: str
    on: date | None
    amount: Decimal


def of_file(
    above: Sequence[CsvRow], operations: Sequence[FileOperation]
) -> tuple[tuple[Decimal, Decimal] | None, str]:
    """The opening and the closing balance of the ``operations`` that the lines ``above`` the titles state, or None.

    Where they state both, and the operations do not lead from the one to the other, neither; the sentence says so.
    """
    days = [each.booked_on for each in operations]
    moved = sum((each.amount for each in operations), ZERO)
    opening = closing = None
    for each in _balances(above):
        if _is_before(each, min(days)):
            opening = each
        elif _is_after(each, max(days)):
            closing = each
    if opening and closing and opening.amount + moved != closing.amount:
        return None, (
            f"Le solde de départ est {spell(opening.amount)}, les opérations font {spell(moved)}, et le solde final "
            f"est {spell(closing.amount)} au lieu de {spell(opening.amount + moved)}. Il manque peut-être des "
            "opérations."
        )
    if opening:
        return (opening.amount, opening.amount + moved), ""
    return ((closing.amount - moved, closing.amount), "") if closing else (None, "")


def _balances(rows: Sequence[CsvRow]) -> Iterator[StatedBalance]:
    """Each line that says one; a line "Date" beside it says the day of one without."""
    texts = [plain(" ".join(filter(None, cells))) for _, cells in rows]
    alone = [found[1] for text in texts if text.startswith("date ") and (found := _DAY.search(text))]
    for text in texts:
        if not re.search(r"\bsoldes?\b", text):
            continue
        found = _DAY.search(text)
        of_its_own = bool(_BEFORE.search(text) or _AFTER.search(text))
        day = found[1] if found else ("" if of_its_own else next(iter(alone), ""))
        amounts = _AMOUNT.findall(_DAY.sub(" ", text))
        if len(amounts) != 1:
            continue
        try:
            yield StatedBalance(text, read_day(day) if day else None, read_bank_amount(amounts[0].strip()))
        except ValueError:
            continue


def _is_before(balance: StatedBalance, first: date) -> bool:
    """At the end of a day before the first operation; without a day, by its words."""
    if balance.on is None:
        return bool(_BEFORE.search(balance.words))
    # "Ancien solde au 01/11/2026" is that of the morning.
    return balance.on < first or (balance.on == first and bool(_BEFORE.search(balance.words)))


def _is_after(balance: StatedBalance, last: date) -> bool:
    """At the end of the last operation's day or soon after; without a day, by its words."""
    if balance.on is None:
        return bool(_AFTER.search(balance.words))
    return last <= balance.on <= last + _SOON
