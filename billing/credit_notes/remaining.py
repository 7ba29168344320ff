"""What is left to credit of an issued invoice: by line its quantity, hours and net, by rate its VAT."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import Charge, Invoice, InvoiceStatus, Line, Release
from groupement.kernel.money import ZERO, vat
from timesheets.models import Entry, Kind

ONE = Decimal("1.00")


@dataclass(frozen=True)
class EntryLeft:
    """An entry that a charge bills: ``billed`` minutes of it, of which ``left`` are not credited."""

    entry: int
    day: date
    kind: str
    billed: int
    left: int

    @property
    def is_travel(self) -> bool:
        return self.kind == Kind.TRAVEL


@dataclass
class LineLeft:
    """A line of the invoice with what no credit note has taken of it; ``rate`` of VAT in percent, as invoiced."""

    line: Line
    rate: Decimal
    charge: Charge | None
    quantity: Decimal
    net: Decimal
    is_touched: bool
    entries: Sequence[EntryLeft] = ()

    @property
    def is_hourly(self) -> bool:
        """Whether it is credited by entries."""
        return self.charge is not None and self.charge.rule.is_by_entry

    @property
    def minutes(self) -> int:
        return sum(entry.left for entry in self.entries)

    @property
    def is_gone(self) -> bool:
        """Nothing of it is left to credit."""
        return not self.net and not self.minutes

    @property
    def has_quantity(self) -> bool:
        """Whether a part of it can be told in its own unit: kilometres, meals, not a share of a cost."""
        return not self.is_hourly and self.line.quantity != ONE

    @property
    def may_come_back(self) -> bool:
        """Whether it can be released: hours always; another sum only whole, by one credit note."""
        if self.is_hourly:
            return True
        return self.charge is not None and self.charge.released_at is None and not self.is_touched


@dataclass
class Left:
    """What is left of an invoice; ``credited`` holds base and VAT by rate of the credit notes so far."""

    invoice: Invoice
    lines: list[LineLeft] = field(default_factory=list)
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
    def is_gone(self) -> bool:
        return all(row.is_gone for row in self.lines)

    @property
    def is_touched(self) -> bool:
        return any(row.is_touched for row in self.lines)

    def tax(self, base: Decimal, rate: Decimal) -> Decimal:
        """VAT that a credit of ``base`` at ``rate`` gives back.

        VAT on all that is then credited, less what was credited before: the parts sum to the whole (rule R6).
        """
        before, given = self.credited.get(rate, (ZERO, ZERO))
        return vat(before + base, rate) - given


def left(invoice: Invoice) -> Left:
    """What is left of ``invoice``, an issued one, line by line in their order; six queries, whatever its size."""
    lines = list(invoice.lines.select_related("charge__employee").order_by("position"))
    taken = _taken(invoice)
    entries = _entries(invoice, [line.charge for line in lines if hasattr(line, "charge")])
    rates = {row["position"]: Decimal(row["vat_rate"]) for row in (invoice.snapshot or {}).get("lines", ())}
    rows = [_line(line, rates[line.position], taken.get(line.pk, ()), entries) for line in lines]
    return Left(invoice, rows, _credited(invoice))


def _line(
    line: Line,
    rate: Decimal,
    taken: Iterable[Line],
    entries: Mapping[int, Sequence[EntryLeft]],
) -> LineLeft:
    charge: Charge | None = getattr(line, "charge", None)
    rows = list(taken)
    # The same unit at another price is a part in euros ("1 × 40.00" of a share), which takes no quantity.
    alike = [row for row in rows if (row.unit, row.unit_price) == (line.unit, line.unit_price)]
    return LineLeft(
        line,
        rate,
        charge,
        quantity=line.quantity - sum((row.quantity for row in alike), ZERO),
        net=line.net - sum((row.net for row in rows), ZERO),
        is_touched=bool(rows),
        entries=entries.get(charge.pk, ()) if charge else (),
    )


def _taken(invoice: Invoice) -> dict[int, list[Line]]:
    """Lines of credit notes, by the line that they credit."""
    taken: dict[int, list[Line]] = defaultdict(list)
    for row in Line.objects.filter(credits__invoice=invoice).order_by("pk"):
        taken[row.credits_id or 0].append(row)
    return taken


def _credited(invoice: Invoice) -> dict[Decimal, tuple[Decimal, Decimal]]:
    credited: dict[Decimal, tuple[Decimal, Decimal]] = {}
    issued = Invoice.objects.filter(corrects=invoice, status=InvoiceStatus.ISSUED).order_by("pk")
    for copied in issued.values_list("snapshot", flat=True):
        for row in (copied or {})["vat"]:
            rate = Decimal(row["rate"])
            base, tax = credited.get(rate, (ZERO, ZERO))
            credited[rate] = base + Decimal(row["base"]), tax + Decimal(row["amount"])
    return credited


def _entries(invoice: Invoice, charges: Sequence[Charge]) -> dict[int, list[EntryLeft]]:
    """The entries that each charge of hours bills, by day: those taken up again, those billed for the first time."""
    hourly = [charge for charge in charges if charge.rule.is_by_entry]
    if not hourly:
        return {}
    given: dict[tuple[int, int], int] = defaultdict(int)
    for row in Release.objects.filter(credited__in=hourly).order_by("pk"):
        given[row.credited_id, row.entry_id] += row.minutes
    taken_up = _taken_up(hourly)
    first = _first_billed(invoice)
    found: dict[int, list[EntryLeft]] = {}
    for charge in hourly:
        claimed = [*taken_up.get(charge.pk, ())]
        if sum(minutes for _, minutes in claimed) < charge.minutes:
            mine = first.get((charge.assignment_id, charge.service_month), ())
            claimed += [(entry, entry.minutes) for entry in mine if _is_of(entry, charge)]
        rows = [
            EntryLeft(entry.pk, entry.day, entry.kind, minutes, minutes - given[charge.pk, entry.pk])
            for entry, minutes in claimed
        ]
        found[charge.pk] = sorted(rows, key=lambda row: (row.day, row.kind, row.entry))
    return found


def _taken_up(charges: Sequence[Charge]) -> dict[int, list[tuple[Entry, int]]]:
    """Entries with the minutes that were credited elsewhere and that these charges bill again."""
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
    """Entries of the timesheets that the invoice holds, by assignment and month."""
    found: dict[tuple[Any, Any], list[Entry]] = defaultdict(list)
    held = invoice.timesheets.values("timesheet")
    rows = Entry.objects.filter(timesheet__in=held).select_related("timesheet")
    for entry in rows.order_by("day", "kind", "pk"):
        found[entry.timesheet.assignment_id, entry.timesheet.month].append(entry)
    return found


def _is_of(entry: Entry, charge: Charge) -> bool:
    """Whether the price of ``charge`` holds on the entry's day; two prices in a month make two charges."""
    spans = charge.figures.get("spans")
    day = entry.day.isoformat()
    return spans is None or any(start <= day < before for start, before in spans)
