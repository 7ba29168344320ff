"""The credit notes of an invoice and what they leave to credit: by line quantity, hours and net, by rate the VAT."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from billing.charge_kinds import BY_ENTRY
from billing.models import Charge, Fate, Invoice, InvoiceKind, InvoiceStatus, Line, Release
from groupement.kernel.money import ZERO, vat
from timesheets.models import Entry, Kind

ONE = Decimal("1.00")


@dataclass(frozen=True)
class EntryRemainder:
    """An entry of a timesheet that a charge bills: ``billed`` minutes, of which ``left`` are not credited."""

    entry: int
    day: date
    kind: str
    billed: int
    left: int

    @property
    def is_travel(self) -> bool:
        return self.kind == Kind.TRAVEL


@dataclass
class LineRemainder:
    """What no credit note has credited of a line of the invoice; ``rate`` of VAT in percent, as invoiced."""

    line: Line
    rate: Decimal
    charge: Charge | None
    quantity: Decimal
    net: Decimal
    has_credits: bool
    entries: Sequence[EntryRemainder] = ()

    @property
    def is_hourly(self) -> bool:
        """Whether it is credited by entries."""
        return self.charge is not None and self.charge.rule.is_by_entry

    @property
    def minutes(self) -> int:
        return sum(entry.left for entry in self.entries)

    @property
    def is_fully_credited(self) -> bool:
        """Whether no sum of it is left to credit."""
        return not self.net

    @property
    def minutes_credited(self) -> int:
        return sum(entry.billed - entry.left for entry in self.entries)

    @property
    def has_quantity(self) -> bool:
        """Whether a part of it can be given in its own unit: kilometres, meals, not a share of a cost."""
        return not self.is_hourly and self.line.quantity != ONE

    @property
    def may_be_billed_again(self) -> bool:
        """Whether it can be released: hours always; another sum only whole, by one credit note."""
        if self.is_hourly:
            return True
        return self.charge is not None and self.charge.released_at is None and not self.has_credits


@dataclass
class InvoiceRemainder:
    """What is left of an invoice; ``credited``: base and VAT of its credit notes so far, by rate."""

    invoice: Invoice
    lines: list[LineRemainder] = field(default_factory=list)
    credited: Mapping[Decimal, tuple[Decimal, Decimal]] = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        return sum((row.net for row in self.lines), ZERO)

    @property
    def vat(self) -> Decimal:
        whole: Decimal = self.invoice.vat
        return whole - sum((tax for _, tax in self.credited.values()), ZERO)

    @property
    def total(self) -> Decimal:
        return self.net + self.vat

    @property
    def is_fully_credited(self) -> bool:
        return all(row.is_fully_credited for row in self.lines)

    @property
    def has_credits(self) -> bool:
        return any(row.has_credits for row in self.lines)

    def tax(self, base: Decimal, rate: Decimal) -> Decimal:
        """The VAT of a credit of ``base`` euros at ``rate`` percent.

        VAT on all that is then credited, less what was credited before: the parts sum to the whole (rule R6).
        """
        before, given = self.credited.get(rate, (ZERO, ZERO))
        return vat(before + base, rate) - given


@dataclass(frozen=True)
class CreditNotesOfInvoice:
    """An invoice's credit notes, oldest first, and what they leave of it."""

    notes: Sequence[Invoice]
    remainder: InvoiceRemainder


@dataclass(frozen=True)
class CreditedDay:
    """Minutes of a day that a credit note credited; ``invoice`` is the issued one that billed them again, if any."""

    employee: str
    day: date
    minutes: int
    is_billed_again: bool
    invoice: Invoice | None


@dataclass(frozen=True)
class CreditNoteOrigin:
    """The invoice that a credit note corrects, and the hours that it credited."""

    corrects: Invoice | None
    hours: Sequence[CreditedDay]

    @property
    def minutes(self) -> int:
        return sum(hour.minutes for hour in self.hours)


def credit_notes_of(invoice: Invoice) -> CreditNotesOfInvoice | None:
    """The credit notes of an issued invoice; None without any, in one query."""
    if invoice.kind != InvoiceKind.INVOICE or invoice.status != InvoiceStatus.ISSUED:
        return None
    notes = list(
        Invoice.objects.filter(corrects=invoice, status=InvoiceStatus.ISSUED)
        .defer("snapshot")
        .select_related("document", "rendering")
        .order_by("issued_on", "sequence", "pk")
    )
    return CreditNotesOfInvoice(notes, remainder_of(invoice)) if notes else None


def remainder_of(invoice: Invoice) -> InvoiceRemainder:
    """What is left of ``invoice``, an issued one, line by line in their order; six queries, whatever its size."""
    lines = list(invoice.lines.select_related("charge__employee").order_by("position"))
    credited = _credited_lines(invoice)
    entries = _entries_by_charge(invoice, [line.charge for line in lines if hasattr(line, "charge")])
    rates = {row["position"]: Decimal(row["vat_rate"]) for row in (invoice.snapshot or {}).get("lines", ())}
    rows = [_line_remainder(line, rates[line.position], credited.get(line.pk, ()), entries) for line in lines]
    return InvoiceRemainder(invoice, rows, _credited_by_rate(invoice))


def _line_remainder(
    line: Line,
    rate: Decimal,
    credited: Iterable[Line],
    entries: Mapping[int, Sequence[EntryRemainder]],
) -> LineRemainder:
    charge: Charge | None = getattr(line, "charge", None)
    rows = list(credited)
    # The same unit at another price is a part in euros ("1 × 40.00" of a share), which takes no quantity.
    alike = [row for row in rows if (row.unit, row.unit_price) == (line.unit, line.unit_price)]
    return LineRemainder(
        line,
        rate,
        charge,
        quantity=line.quantity - sum((row.quantity for row in alike), ZERO),
        net=line.net - sum((row.net for row in rows), ZERO),
        has_credits=bool(rows),
        entries=entries.get(charge.pk, ()) if charge else (),
    )


def _credited_lines(invoice: Invoice) -> dict[int, list[Line]]:
    """Lines of credit notes, by the line that they credit."""
    lines: dict[int, list[Line]] = defaultdict(list)
    for row in Line.objects.filter(credits__invoice=invoice).order_by("pk"):
        lines[row.credits_id or 0].append(row)
    return lines


def _credited_by_rate(invoice: Invoice) -> dict[Decimal, tuple[Decimal, Decimal]]:
    credited: dict[Decimal, tuple[Decimal, Decimal]] = {}
    issued = Invoice.objects.filter(corrects=invoice, status=InvoiceStatus.ISSUED).order_by("pk")
    for copied in issued.values_list("snapshot", flat=True):
        for row in (copied or {})["vat"]:
            rate = Decimal(row["rate"])
            base, tax = credited.get(rate, (ZERO, ZERO))
            credited[rate] = base + Decimal(row["base"]), tax + Decimal(row["amount"])
    return credited


def _entries_by_charge(invoice: Invoice, charges: Sequence[Charge]) -> dict[int, list[EntryRemainder]]:
    """The entries that each charge of hours bills, by day: those billed again after a credit, then the first billed."""
    hourly = [charge for charge in charges if charge.rule.is_by_entry]
    if not hourly:
        return {}
    credited: dict[tuple[int, int], int] = defaultdict(int)
    for row in Release.objects.filter(credited__in=hourly).order_by("pk"):
        credited[row.credited_id, row.entry_id] += row.minutes
    again = _billed_again(hourly)
    first = _first_billed(invoice)
    found: dict[int, list[EntryRemainder]] = {}
    for charge in hourly:
        billed = [*again.get(charge.pk, ())]
        if sum(minutes for _, minutes in billed) < charge.minutes:
            first_billed = first.get((charge.assignment_id, charge.service_month), ())
            billed += [(entry, entry.minutes) for entry in first_billed if _is_of(entry, charge)]
        rows = [
            EntryRemainder(entry.pk, entry.day, entry.kind, minutes, minutes - credited[charge.pk, entry.pk])
            for entry, minutes in billed
        ]
        found[charge.pk] = sorted(rows, key=lambda row: (row.day, row.kind, row.entry))
    return found


def _billed_again(charges: Sequence[Charge]) -> dict[int, list[tuple[Entry, int]]]:
    """By charge (id), the entries of which it bills minutes that were credited on an earlier invoice."""
    minutes: dict[tuple[int, int], int] = defaultdict(int)
    entries: dict[int, Entry] = {}
    for row in Release.objects.filter(charge__in=charges).select_related("entry").order_by("pk"):
        minutes[row.charge_id or 0, row.entry_id] += row.minutes
        entries[row.entry_id] = row.entry
    found: dict[int, list[tuple[Entry, int]]] = defaultdict(list)
    for (charge, entry), total in minutes.items():
        found[charge].append((entries[entry], total))
    return found


def _first_billed(invoice: Invoice) -> dict[tuple[Any, Any], list[Entry]]:
    """The entries of the timesheets on the invoice, by assignment and month."""
    found: dict[tuple[Any, Any], list[Entry]] = defaultdict(list)
    sheets = invoice.timesheets.values("timesheet")
    rows = Entry.objects.filter(timesheet__in=sheets).select_related("timesheet")
    for entry in rows.order_by("day", "kind", "pk"):
        found[entry.timesheet.assignment_id, entry.timesheet.month].append(entry)
    return found


def _is_of(entry: Entry, charge: Charge) -> bool:
    """Whether the price of ``charge`` is in force on the entry's day; two prices in a month make two charges."""
    spans = charge.figures.get("spans")
    day = entry.day.isoformat()
    return spans is None or any(start <= day < before for start, before in spans)


def origin_of(note: Invoice) -> CreditNoteOrigin | None:
    """What an issued credit note corrects; None for anything else."""
    if note.kind != InvoiceKind.CREDIT_NOTE or note.status != InvoiceStatus.ISSUED:
        return None
    return CreditNoteOrigin(note.corrects, _credited_days(note))


def _credited_days(note: Invoice) -> list[CreditedDay]:
    rows = (
        Release.objects.filter(line__invoice=note, credited__kind__in=BY_ENTRY)
        .select_related("entry__timesheet__employee", "charge__line__invoice")
        .defer("charge__line__invoice__snapshot")
        .order_by("line__position", "entry__day", "pk")
    )
    return [
        CreditedDay(
            row.entry.timesheet.employee.full_name,
            row.entry.day,
            row.minutes,
            row.fate == Fate.RELEASED,
            _invoice_of_rebilling(row),
        )
        for row in rows
    ]


def _invoice_of_rebilling(row: Release) -> Invoice | None:
    """The issued invoice that billed the minutes again; None while there is none, or only a draft."""
    line = row.charge.line if row.charge else None
    return line.invoice if line and line.invoice.status == InvoiceStatus.ISSUED else None
