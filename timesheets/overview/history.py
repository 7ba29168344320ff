"""What happened to a timesheet, in people’s words: submitted, recalled, confirmed, contested, settled, approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from members.models import User
from timesheets.confirming import is_contest
from timesheets.models import Remark, Timesheet, TimesheetStatus, TimesheetStep

SETTLED = "Tranché par la coordination"


@dataclass(frozen=True)
class Event:
    """One step: what, by whom (None by lapse of time), when, and why."""

    label: str
    by: User | None
    at: datetime
    note: str
    remarks: list[Remark]
    step: TimesheetStep


def history(timesheet: Timesheet) -> list[Event]:
    """The steps of ``timesheet``, the latest first; two queries."""
    steps = timesheet.steps.select_related("by").prefetch_related("remarks").order_by("-at", "-pk")
    return [event_of(step) for step in steps]


def event_of(step: TimesheetStep) -> Event:
    """One step in words; its ``remarks`` are read unless they were prefetched."""
    remarks = sorted(step.remarks.all(), key=lambda remark: remark.day)
    return Event(_label(step), step.by, step.at, step.note, remarks, step)


def verdict(timesheet: Timesheet, events: Sequence[Event]) -> Event | None:
    """The coordination's decision by which these hours stand confirmed, if it took the member's place."""
    if not timesheet.confirmed_at:
        return None
    confirmed = (event for event in events if _confirms(event.step))
    last = next(confirmed, None)
    return last if last and last.label == SETTLED else None


def reply(timesheet: Timesheet, events: Sequence[Event]) -> Event | None:
    """What the person answered to a contest or a return when submitting again, while it is to be read."""
    if timesheet.status != TimesheetStatus.SUBMITTED or not events or not events[0].note:
        return None
    return events[0]


def _confirms(step: TimesheetStep) -> bool:
    return (step.source, step.target) == (TimesheetStatus.SUBMITTED, TimesheetStatus.CONFIRMED)


def _label(step: TimesheetStep) -> str:
    if not step.source:
        return "Complément ouvert"
    if step.target == TimesheetStatus.DRAFT:
        return _way_back(step)
    if step.source == TimesheetStatus.APPROVED:
        return "Approbation annulée"
    if step.target == TimesheetStatus.CONFIRMED and step.by is None:
        return "Visé tacitement"
    if step.target == TimesheetStatus.CONFIRMED and step.note:
        return SETTLED
    return TimesheetStatus(step.target).label


def _way_back(step: TimesheetStep) -> str:
    if step.source == TimesheetStatus.APPROVED:
        return "Rouvert"
    if is_contest(step):
        return "Contesté"
    return "Renvoyé" if step.source == TimesheetStatus.CONFIRMED or step.note else "Rappelé"
