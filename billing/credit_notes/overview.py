"""What credit notes did to an invoice, and what one of them says: for the page of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.credit_notes import remaining
from billing.models import Fate, Invoice, InvoiceKind, InvoiceStatus, Release


@dataclass(frozen=True)
class Credits:
    """An invoice's credit notes, oldest first, and what they leave of it."""

    notes: Sequence[Invoice]
    left: remaining.Left


@dataclass(frozen=True)
class Hour:
    """Minutes of a day that a credit note took back: ``invoice`` is the paper that billed them again, once issued."""

    employee: str
    day: date
    minutes: int
    comes_back: bool
    invoice: Invoice | None


@dataclass(frozen=True)
class Origin:
    """What a credit note corrects, and the hours that it took back."""

    corrects: Invoice | None
    hours: Sequence[Hour]

    @property
    def minutes(self) -> int:
        return sum(hour.minutes for hour in self.hours)


def credits_of(invoice: Invoice) -> Credits | None:
    """None for what has no credit note: one query, else those of ``crediting.left`` more."""
    if invoice.kind != InvoiceKind.INVOICE or invoice.status != InvoiceStatus.ISSUED:
        return None
    notes = list(
        Invoice.objects.filter(corrects=invoice, status=InvoiceStatus.ISSUED)
        .defer("snapshot")
        .select_related("document", "rendering")
        .order_by("issued_on", "sequence", "pk")
    )
    return Credits(notes, remaining.left(invoice)) if notes else None


def origin_of(note: Invoice) -> Origin | None:
    """None for what is no issued credit note."""
    if note.kind != InvoiceKind.CREDIT_NOTE or note.status != InvoiceStatus.ISSUED:
        return None
    return Origin(note.corrects, _hours(note))


def _hours(note: Invoice) -> list[Hour]:
    rows = (
        Release.objects.filter(line__invoice=note)
        .select_related("entry__timesheet__employee", "charge__line__invoice")
        .defer("charge__line__invoice__snapshot")
        .order_by("line__position", "entry__day", "pk")
    )
    return [
        Hour(
            row.entry.timesheet.employee.full_name,
            row.entry.day,
            row.minutes,
            row.fate == Fate.RELEASED,
            _again(row),
        )
        for row in rows
    ]


def _again(row: Release) -> Invoice | None:
    """The issued invoice that billed the minutes again; a draft is nobody's business yet."""
    line = row.charge.line if row.charge else None
    return line.invoice if line and line.invoice.status == InvoiceStatus.ISSUED else None
