"""Numbers without a gap: one counter row per series and year, locked inside the transaction that issues."""

from __future__ import annotations

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

    A credit note takes the next number of the invoices unless the group gave credit notes a prefix of their own. Call
    it last in the transaction that issues (there must be one): others wait for the row from here on, and a roll-back
    gives the number back. ``group`` spares a query to who has it. Raises NumberTooEarly when the series
    holds a later date.
    """
    group = group or Group.objects.get()
    series = _locked(kind, issued_on.year, group)
    last = series.last_issued_on
    if last is not None and issued_on < last:
        raise NumberTooEarly(
            f"La dernière facture est datée du {last:%d/%m/%Y}{NO_BREAK_SPACE}: les numéros suivent l’ordre des dates. "
            f"La date la plus proche possible est le {last:%d/%m/%Y}."
        )
    sequence = series.last_sequence + 1
    number = format_number(group.number_template, prefix=series.prefix, year=series.year, sequence=sequence)
    if len(number) > LONGEST:
        raise Refusal(f"Le numéro {number} dépasse {LONGEST} caractères. Choisissez un préfixe plus court.")
    Series.objects.filter(pk=series.pk).update(last_sequence=sequence, last_issued_on=issued_on)
    return Number(series, sequence, number)


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
