"""Everything the paper says, copied at issue as plain texts; templates/paper/invoice.html tells its shape."""

from __future__ import annotations

import base64
import mimetypes
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from billing import mentions
from billing.drafting import wording
from billing.models import Invoice, InvoicedTimesheet, Line, Unit
from groupement.money import VatSum, vat_by_rate
from groupement.periods import Month
from groupement.templatetags.formats import WEEKDAYS
from members.models import Group, Member
from timesheets import freezing
from timesheets.models import Entry, Kind, SignedSheet, Timesheet, TimesheetStatus, TimesheetStep

UNITS = {Unit.HOUR: "heure", Unit.MONTH: "mois", Unit.ONE: "unité"}


@dataclass(frozen=True)
class Stamp:
    """Who moved a timesheet to a state, and on which day."""

    name: str
    on: str


@dataclass
class Copier:
    """Copies invoices issued on one day; what they have in common is read once, whatever their number."""

    group: Group
    issued_on: date
    wordings: mentions.Wordings
    lines: Mapping[int, Sequence[Line]]
    annexes: Mapping[int, Sequence[Mapping[str, Any]]]
    months: Mapping[int, Collection[Month]]

    @property
    def due_on(self) -> date:
        return self.issued_on + timedelta(days=self.group.payment_days)

    def copy(self, invoice: Invoice) -> dict[str, Any]:
        """The snapshot of ``invoice``, whose member is loaded; its number is put in when it is taken."""
        lines = self.lines.get(invoice.pk, ())
        sums = vat_sums(lines)
        net, vat_total = sum_up(sums)
        return {
            "number": "",
            "kind": invoice.kind,
            "issued_on": self.issued_on.isoformat(),
            "due_on": self.due_on.isoformat(),
            "period_label": wording.periods(self.months.get(invoice.pk) or {invoice.service_month}),
            "seller": self.seller,
            "buyer": _buyer(invoice.member),
            "lines": [_line(line) for line in lines],
            "vat": [_vat(row, lines) for row in sums],
            "net": str(net),
            "vat_total": str(vat_total),
            "total": str(net + vat_total),
            "mentions": self.wordings.mentions({line.vat_regime for line in lines}),
            "payment": {**self.wordings.payment(), "reference": ""},
            "annex": list(self.annexes.get(invoice.pk, ())),
        }

    @property
    def seller(self) -> dict[str, str]:
        names = (
            "name legal_form street postal_code city siren siret rna vat_number email phone iban bic bank_name "
            "collective_agreement"
        )
        return {name: getattr(self.group, name) for name in names.split()} | {"logo": self.logo}

    @property
    def logo(self) -> str:
        """The logo as a data: address, so that the paper never depends on a file that may change."""
        if not self.group.logo:
            return ""
        kind = mimetypes.guess_type(str(self.group.logo.name))[0] or "image/png"
        with self.group.logo.open("rb") as file:
            return f"data:{kind};base64,{base64.b64encode(file.read()).decode()}"


def prepare(invoices: Sequence[Invoice], *, issued_on: date) -> Copier:
    """Read what the snapshots of ``invoices`` need, in a fixed number of queries."""
    group = Group.objects.get()
    ids = [invoice.pk for invoice in invoices]
    lines: dict[int, list[Line]] = defaultdict(list)
    months: dict[int, set[Month]] = defaultdict(set)
    for line in Line.objects.filter(invoice__in=ids).select_related("charge").order_by("invoice", "position"):
        lines[line.invoice_id].append(line)
        if charge := getattr(line, "charge", None):
            months[line.invoice_id].add(charge.service_month)
    wordings = mentions.Wordings(group, issued_on)
    return Copier(group, issued_on, wordings, lines, _annexes(ids), months)


def numbered(copied: Mapping[str, Any], number: str) -> dict[str, Any]:
    """The snapshot with its number, which is also the reference of the payment."""
    return {**copied, "number": number, "payment": {**copied["payment"], "reference": number}}


def vat_sums(lines: Iterable[Line]) -> list[VatSum]:
    """VAT per rate on the sum of the nets (rule R4)."""
    return vat_by_rate((mentions.vat_rate(line.vat_regime), line.net) for line in lines)


def sum_up(sums: Sequence[VatSum]) -> tuple[Any, Any]:
    """Net and VAT of an invoice, euros."""
    return sum((row.base for row in sums), mentions.ZERO), sum((row.amount for row in sums), mentions.ZERO)


def _buyer(member: Member) -> dict[str, Any]:
    names = "legal_name street postal_code city siren vat_number order_reference"
    buyer: dict[str, Any] = {name: getattr(member, name) for name in names.split()}
    buyer["legal_form"] = member.get_legal_form_display()
    buyer["billing"] = member.billing_street and {
        "name": "",
        "street": member.billing_street,
        "postal_code": member.billing_postal_code,
        "city": member.billing_city,
    }
    return buyer


def _line(line: Line) -> dict[str, Any]:
    return {
        "position": line.position,
        "label": line.label,
        "detail": line.detail,
        "quantity": str(line.quantity),
        "unit": UNITS[Unit(line.unit)],
        "unit_code": line.unit,
        "unit_price": str(line.unit_price),
        "net": str(line.net),
        "vat_rate": str(mentions.vat_rate(line.vat_regime)),
        "vat_label": mentions.vat_label(line.vat_regime),
        "vat_regime": line.vat_regime,
        "exempt": not mentions.vat_rate(line.vat_regime),
    }


def _vat(row: VatSum, lines: Iterable[Line]) -> dict[str, str]:
    regime = next(line.vat_regime for line in lines if mentions.vat_rate(line.vat_regime) == row.rate)
    return {
        "label": mentions.vat_label(regime),
        "rate": str(row.rate),
        "base": str(row.base),
        "amount": str(row.amount),
    }


def _annexes(invoices: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The hours behind each invoice, day by day, with who confirmed and approved them; empty months are left out."""
    held = InvoicedTimesheet.objects.filter(invoice__in=invoices).select_related(
        "timesheet__employee", "timesheet__assignment"
    )
    rows = list(
        held.order_by(
            "timesheet__month", "timesheet__employee", "timesheet__assignment", "timesheet__supplement"
        )
    )
    sheets = [row.timesheet_id for row in rows]
    days, stamps, signed = _days(sheets), _stamps(sheets), freezing.latest(sheets)
    annexes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if days.get(row.timesheet_id):
            copied = _sheet(row.timesheet, days[row.timesheet_id], stamps)
            annexes[row.invoice_id].append(copied | _signed(signed.get(row.timesheet_id)))
    return annexes


def _sheet(
    sheet: Timesheet, days: Sequence[Mapping[str, Any]], stamps: Mapping[tuple[int, str], Stamp]
) -> dict[str, Any]:
    confirmed = stamps.get((sheet.pk, TimesheetStatus.CONFIRMED), Stamp("", ""))
    approved = stamps.get((sheet.pk, TimesheetStatus.APPROVED), Stamp("", ""))
    placed = sheet.assignment
    label = sheet.month.label + (f", complément n°\u00a0{sheet.supplement}" if sheet.supplement else "")
    return {
        "employee": sheet.employee.full_name,
        "job": placed.job if placed else "",
        "reference": placed.reference if placed else "",
        "period_label": label,
        "minutes": sum(day["minutes"] for day in days),
        "approved_by": approved.name,
        "approved_on": approved.on,
        "confirmed_by": confirmed.name,
        "confirmed_on": confirmed.on,
        "tacit": sheet.is_confirmed_tacitly,
        "days": days,
    }


def _signed(row: SignedSheet | None) -> dict[str, Any]:
    """Which signed sheet the hours are those of; nothing for timesheets approved before sheets were kept."""
    if row is None:
        return {}
    return {"signed": {"timesheet": row.timesheet_id, "version": row.version, "digest": row.digest}}


def _days(sheets: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    days: dict[int, list[dict[str, Any]]] = defaultdict(list)
    rows = Entry.objects.filter(timesheet__in=sheets).values_list("timesheet", "day", "minutes", "kind")
    for sheet, day, minutes, kind in rows.order_by("timesheet", "day", "kind"):
        days[sheet].append(
            {
                "day": day.isoformat(),
                "weekday": WEEKDAYS[day.weekday()],
                "minutes": minutes,
                "label": "trajet" if kind == Kind.TRAVEL else "",
            }
        )
    return days


def _stamps(sheets: Collection[int]) -> dict[tuple[int, str], Stamp]:
    """The last move of each timesheet to confirmed and to approved."""
    told = (TimesheetStatus.CONFIRMED, TimesheetStatus.APPROVED)
    steps = TimesheetStep.objects.filter(subject__in=sheets, target__in=told)
    rows = steps.values_list("subject", "target", "by__name", "at").order_by("at", "pk")
    return {(sheet, target): Stamp(name or "", _day(at)) for sheet, target, name, at in rows}


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()
