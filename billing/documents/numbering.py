"""Numbers without a gap: one counter row per series and year, locked inside the transaction that issues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from billing.models import InvoiceKind, Series
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from members.models import Group

LONGEST = 20


class NumberTooEarly(Refusal):
    """The series already holds a later date: numbers follow the order of dates (CGI ann. II 242 nonies A)."""


class Number(NamedTuple):
    """A number taken, with the series and the rank that make it unique."""

    series: Series
    sequence: int
    number: str


def next_number(kind: str = InvoiceKind.INVOICE, *, issued_on: date, group: Group | None = None) -> Number:
    """Take the next number of ``kind`` for the year of ``issued_on``, such as "F-2026-0001" (20 characters at most).

    As next_numbers, which takes several at once.
    """
    return next_numbers([kind], issued_on=issued_on, group=group)[0]


def next_numbers(kinds: Sequence[str], *, issued_on: date, group: Group | None = None) -> list[Number]:
    """Take the next numbers for documents of ``kinds`` in their order, those of a series as one block.

    A credit note takes the next number of the invoices unless the group gave credit notes a prefix of their own. Call
    it last in the transaction that issues (there must be one): others wait for the rows from here on, and a roll-back
    gives all numbers back. ``group`` spares a query to who has it. Raises NumberTooEarly when a series
    holds a later date, Refusal when a number has more than 20 characters.
    """
    group = group or Group.objects.get()
    # Always in the same order, so that two who take of both series never wait for each other.
    series = {kind: _locked(kind, issued_on.year, group) for kind in sorted(set(kinds), reverse=True)}
    rows = {row.pk: row for row in series.values()}
    for row in rows.values():
        _refuse_early(row, issued_on)
    taken = []
    for kind in kinds:
        row = rows[series[kind].pk]
        row.last_sequence += 1
        number = format_number(
            group.number_template, prefix=row.prefix, year=row.year, sequence=row.last_sequence
        )
        if len(number) > LONGEST:
            raise Refusal(
                f"Le numéro {number} dépasse {LONGEST} caractères. Choisissez un préfixe plus court."
            )
        taken.append(Number(row, row.last_sequence, number))
    for row in rows.values():
        row.last_issued_on = issued_on
        row.save(update_fields=["last_sequence", "last_issued_on"])
    return taken


def _refuse_early(series: Series, issued_on: date) -> None:
    last = series.last_issued_on
    if last is not None and issued_on < last:
        raise NumberTooEarly(
            f"La dernière facture est datée du {last:%d/%m/%Y}{NO_BREAK_SPACE}: les numéros suivent l’ordre des dates. "
            f"La date la plus proche possible est le {last:%d/%m/%Y}."
        )


def format_number(template: str, *, prefix: str, year: int, sequence: int) -> str:
    """The number that ``template`` makes, its rank in four digits at least: "F-2026-0001"."""
    number = template.replace("{prefix}", prefix).replace("{year}", str(year))
    return number.replace("{sequence}", f"{sequence:04d}")


def _locked(kind: str, year: int, group: Group) -> Series:
    """The counter row, FOR UPDATE. A year keeps the prefix that it began with."""
    prefix = group.invoice_prefix
    if kind == InvoiceKind.CREDIT_NOTE:
        if group.credit_prefix in ("", group.invoice_prefix):
            kind = InvoiceKind.INVOICE
        else:
            prefix = group.credit_prefix
    rows = Series.objects.select_for_update().filter(kind=kind, year=year)
    if (found := rows.first()) is not None:
        return found
    Series.objects.get_or_create(kind=kind, year=year, defaults={"prefix": prefix})
    return rows.get()
