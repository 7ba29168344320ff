"""The hours behind each invoice, as its annex prints them: day by day, with who confirmed and approved them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models.functions import Lower
from django.utils import timezone

from billing.charge_kinds import BY_ENTRY
from billing.models import InvoicedTimesheet, Release
from groupement.kernel.french import WEEKDAYS
from timesheets import freezing
from timesheets.models import Entry, Kind, SignedSheet, Timesheet, TimesheetStatus, TimesheetStep


@dataclass(frozen=True)
class ApprovalStamp:
    """Who moved a timesheet to a state, and on which day."""

    name: str
    on: str


def annexes(invoices: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The hours behind each invoice, day by day, with who confirmed and approved them; empty months are left out."""
    held = InvoicedTimesheet.objects.filter(invoice__in=invoices).select_related(
        "timesheet__employee", "timesheet__assignment"
    )
    rows = list(
        held.order_by(
            # As the lines stand on the paper: people by name, then month, then assignment.
            Lower("timesheet__employee__last_name__unaccent"),
            Lower("timesheet__employee__first_name__unaccent"),
            "timesheet__employee",
            "timesheet__month",
            "timesheet__assignment__reference",
            "timesheet__assignment",
            "timesheet__supplement",
        )
    )
    sheets = [row.timesheet_id for row in rows]
    days, stamps, signed = _days(sheets), _stamps(sheets), freezing.latest_signed(sheets)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if days.get(row.timesheet_id):
            copied = _sheet(row.timesheet, days[row.timesheet_id], stamps)
            found[row.invoice_id].append(copied | _signed(signed.get(row.timesheet_id)))
    return found


def credited_annexes(notes: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The hours that credit notes take back, in the same shape: of each day, the minutes credited."""
    taken: dict[tuple[int, int], dict[tuple[date, str], int]] = defaultdict(dict)
    sheets: dict[int, Timesheet] = {}
    # A flat amount or a share is taken back as a sum: its hours stay those of its invoice.
    rows = Release.objects.filter(line__invoice__in=notes, credited__kind__in=BY_ENTRY).select_related(
        "line", "entry__timesheet__employee", "entry__timesheet__assignment"
    )
    for row in rows.order_by("line__position", "entry__day", "entry__kind", "pk"):
        days = taken[row.line.invoice_id, row.entry.timesheet_id]
        when = row.entry.day, row.entry.kind
        days[when] = days.get(when, 0) + row.minutes
        sheets[row.entry.timesheet_id] = row.entry.timesheet
    stamps, signed = _stamps(sheets), freezing.latest_signed(sheets)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for (note, sheet), days in taken.items():
        day_rows = [_day_row(day, minutes, kind) for (day, kind), minutes in days.items()]
        found[note].append(_sheet(sheets[sheet], day_rows, stamps) | _signed(signed.get(sheet)))
    return found


def _sheet(
    sheet: Timesheet, days: Sequence[Mapping[str, Any]], stamps: Mapping[tuple[int, str], ApprovalStamp]
) -> dict[str, Any]:
    confirmed = stamps.get((sheet.pk, TimesheetStatus.CONFIRMED), ApprovalStamp("", ""))
    approved = stamps.get((sheet.pk, TimesheetStatus.APPROVED), ApprovalStamp("", ""))
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
    for sheet, day, minutes, kind in rows.order_by("timesheet", "day", "kind", "-goes_on_from_day_before"):
        days[sheet].append(_day_row(day, minutes, kind))
    return days


def _day_row(day: date, minutes: int, kind: str) -> dict[str, Any]:
    return {
        "day": day.isoformat(),
        "weekday": WEEKDAYS[day.weekday()],
        "minutes": minutes,
        "label": "trajet" if kind == Kind.TRAVEL else "",
    }


def _stamps(sheets: Collection[int]) -> dict[tuple[int, str], ApprovalStamp]:
    """The last move of each timesheet to confirmed and to approved."""
    shown = (TimesheetStatus.CONFIRMED, TimesheetStatus.APPROVED)
    steps = TimesheetStep.objects.filter(subject__in=sheets, target__in=shown)
    rows = steps.values_list("subject", "target", "by__name", "at").order_by("at", "pk")
    return {(sheet, target): ApprovalStamp(name or "", _day(at)) for sheet, target, name, at in rows}


def _day(at: datetime) -> str:
    return timezone.localdate(at).isoformat()
