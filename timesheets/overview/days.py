"""One timesheet day by day, as its reader may know it: members learn who was there, not why somebody was not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from employees.planning import plan
from groupement.worktime import spell_clock
from timesheets.models import Entry, Kind, Remark, Timesheet, TimesheetStatus


@dataclass(frozen=True)
class Day:
    """What was done on one day; ``remark`` is what was last said of it, while the timesheet is a draft."""

    day: date
    minutes: int
    planned: int
    what: str
    times: str = ""
    note: str = ""
    remark: Remark | None = None

    @property
    def deviation(self) -> int:
        return self.minutes - self.planned


def days_of(timesheet: Timesheet, *, discreetly: bool) -> list[Day]:
    """The days with hours, a plan or a remark, in order; ``discreetly`` says present instead of the kind."""
    entries = defaultdict(list)
    for entry in timesheet.entries.order_by("day", "kind", "pk"):
        entries[entry.day].append(entry)
    planned = _planned(timesheet)
    remarks = _remarks(timesheet)
    return [
        _day(day, entries.get(day, []), planned.get(day, 0), remarks.get(day), discreetly=discreetly)
        for day in sorted({*entries, *planned, *remarks})
    ]


def _day(day: date, entries: list[Entry], planned: int, remark: Remark | None, *, discreetly: bool) -> Day:
    labels = ["Présent"] if discreetly else [Kind(entry.kind).label for entry in entries]
    return Day(
        day=day,
        minutes=sum(entry.minutes for entry in entries),
        planned=planned,
        what=", ".join(labels) if entries else "Rien de saisi",
        times=", ".join(filter(None, map(_times, entries))),
        note=" ".join(entry.note for entry in entries if entry.note),
        remark=remark,
    )


def _times(entry: Entry) -> str:
    if not (entry.started_at and entry.ended_at):
        return ""
    start, end = (time.hour * 60 + time.minute for time in (entry.started_at, entry.ended_at))
    return f"{spell_clock(start)} – {spell_clock(end)}"


def _planned(timesheet: Timesheet) -> dict[date, int]:
    """A supplement is about hours beside the plan."""
    if timesheet.assignment is None or timesheet.supplement:
        return {}
    return plan(timesheet.month, [timesheet.assignment])[timesheet.assignment.pk]


def _remarks(timesheet: Timesheet) -> dict[date, Remark]:
    """Those of the last step, while there is something to correct."""
    if timesheet.status != TimesheetStatus.DRAFT:
        return {}
    last = timesheet.steps.order_by("-pk").values("pk")[:1]
    return {remark.day: remark for remark in Remark.objects.filter(step__in=last).order_by("pk")}
