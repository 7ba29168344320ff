"""The days and the history of one timesheet, as its reader may know them: members do not learn kinds of absence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from employees.planning import plan
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import Month
from groupement.kernel.worktime import HOUR, spell_begin_or_end
from members.models import User
from timesheets.changing import HoursChange, hours_changes
from timesheets.confirming import open_contest
from timesheets.models import (
    CONFIRMING,
    Entry,
    Kind,
    Remark,
    StepKind,
    Timesheet,
    TimesheetStatus,
    TimesheetStep,
)
from timesheets.notes import without_notes_of_absences
from timesheets.parting import A_DAY

# Of a day: what goes on from the night before, then by kind.
IN_ORDER = ("day", "-goes_on_from_day_before", "kind", "pk")


@dataclass(frozen=True)
class SheetEvent:
    """One step in words: label, author (None when a delay confirmed it), moment, note and remarks."""

    label: str
    by: User | None
    at: datetime
    note: str
    remarks: list[Remark]
    step: TimesheetStep
    changed: list[HoursChange] = field(default_factory=list)


def history(timesheet: Timesheet) -> list[SheetEvent]:
    """The steps of ``timesheet``, the latest first; three queries."""
    steps = timesheet.steps.select_related("by").prefetch_related("remarks", "changed").order_by("-at", "-pk")
    return [event_of(step) for step in steps]


def event_of(step: TimesheetStep) -> SheetEvent:
    """One step in words; its ``remarks`` and what it ``changed`` are read unless they were prefetched."""
    remarks = sorted(step.remarks.all(), key=lambda remark: remark.day)
    changed = sorted(hours_changes(step), key=lambda each: (each.hours.day, each.hours.kind))
    return SheetEvent(StepKind(step.kind).label, step.by, step.at, step.note, remarks, step, changed)


def settling_decision(timesheet: Timesheet, events: Sequence[SheetEvent]) -> SheetEvent | None:
    """The step by which the coordination confirmed these hours in the member's stead; None otherwise."""
    if not timesheet.confirmed_at:
        return None
    confirmed = (event for event in events if event.step.kind in CONFIRMING)
    last = next(confirmed, None)
    return last if last and last.step.kind == StepKind.SETTLE else None


def reply(timesheet: Timesheet, events: Sequence[SheetEvent]) -> SheetEvent | None:
    """What the person answered to a contest or a return when submitting again, while it is to be read."""
    if timesheet.status != TimesheetStatus.SUBMITTED or not events or not events[0].note:
        return None
    return events[0]


@dataclass(frozen=True)
class SheetDay:
    """What was done on one day.

    ``remark`` is the last one, until the member confirms; ``accepted`` are the minutes with which it passed
    when the member contested others, None when it did not; ``typed_by`` who entered it. ``begun`` are the minutes of
    the work that began that day, as plans count it: a night is of one day.
    """

    day: date
    minutes: int
    planned: int
    what: str
    times: str = ""
    note: str = ""
    remark: Remark | None = None
    accepted: int | None = None
    typed_by: str = ""
    begun: int = 0

    @property
    def deviation(self) -> int:
        return self.begun - self.planned

    @property
    def is_on_plan(self) -> bool:
        """Whether there is nothing to read: the hours are those that were planned, and nobody remarked on them."""
        return not (self.deviation or self.remark or self.has_changed)

    @property
    def is_accepted(self) -> bool:
        """Whether the member has read this day as it is, and let it pass."""
        return self.accepted == self.minutes

    @property
    def has_changed(self) -> bool:
        """Whether the member let this day pass with other hours."""
        return self.accepted is not None and not self.is_accepted


def sheet_days(
    timesheet: Timesheet,
    *,
    discreetly: bool,
    events: Sequence[SheetEvent] | None = None,
    reads_notes: bool = False,
) -> list[SheetDay]:
    """The days with hours, a plan or a remark, in order; ``discreetly``: "Présent" instead of the kind.

    ``events`` is the history of the timesheet, read here when it is not given; ``reads_notes``: of absences too.
    """
    steps = [event.step for event in (history(timesheet) if events is None else events)]
    entries = list(timesheet.entries.select_related("entered_by").order_by(*IN_ORDER))
    if not reads_notes:
        without_notes_of_absences(entries)
    return _days(timesheet, entries, _planned(timesheet), steps, discreetly=discreetly)


def days_of_many(sheets: Sequence[Timesheet]) -> dict[int, list[SheetDay]]:
    """The days of submitted timesheets as the member reads them, by number; in a number of queries that does not grow.

    The history is read of those alone that were contested before.
    """
    entries: dict[int, list[Entry]] = defaultdict(list)
    rows = Entry.objects.filter(timesheet__in=sheets).select_related("entered_by")
    for entry in rows.order_by("timesheet", *IN_ORDER):
        entries[entry.timesheet_id].append(entry)
    placed = {sheet.assignment_id: sheet.assignment for sheet in sheets if sheet.assignment}
    planned: dict[Month, Mapping[int, Mapping[date, int]]] = {
        month: plan(month, list(placed.values())) for month in {sheet.month for sheet in sheets}
    }
    steps: dict[int, list[TimesheetStep]] = defaultdict(list)
    if contested := [sheet.pk for sheet in sheets if sheet.accepted_days]:
        found = TimesheetStep.objects.filter(subject__in=contested).prefetch_related("remarks")
        for step in found.order_by("-at", "-pk"):
            steps[step.subject_id].append(step)
    return {
        sheet.pk: _days(
            sheet,
            entries[sheet.pk],
            {} if sheet.supplement else planned[sheet.month].get(sheet.assignment_id or 0, {}),
            steps[sheet.pk],
            discreetly=True,
        )
        for sheet in sheets
    }


def _days(
    timesheet: Timesheet,
    rows: Sequence[Entry],
    planned: Mapping[date, int],
    steps: Sequence[TimesheetStep],
    *,
    discreetly: bool,
) -> list[SheetDay]:
    entries = defaultdict(list)
    for entry in rows:
        entries[entry.day].append(entry)
    begun, remarks = _begun(timesheet, entries), _remarks(timesheet, steps)
    accepted = {date.fromisoformat(day): minutes for day, minutes in timesheet.accepted_days.items()}
    return [
        _day(
            day,
            entries.get(day, []),
            planned.get(day, 0),
            remarks.get(day),
            accepted.get(day),
            begun.get(day, 0),
            discreetly=discreetly,
        )
        for day in sorted({*entries, *planned, *remarks, *accepted})
    ]


def _day(
    day: date,
    entries: list[Entry],
    planned: int,
    remark: Remark | None,
    accepted: int | None,
    begun: int,
    *,
    discreetly: bool,
) -> SheetDay:
    labels = ["Présent"] if discreetly else dict.fromkeys(str(Kind(entry.kind).label) for entry in entries)
    typists = {entry.entered_by_id: str(entry.entered_by) for entry in entries if entry.entered_by}
    return SheetDay(
        day=day,
        minutes=sum(entry.minutes for entry in entries),
        planned=planned,
        what=", ".join(labels) if entries else "Rien de saisi",
        times=", ".join(filter(None, map(_times, entries))),
        note=" ".join(entry.note for entry in entries if entry.note),
        remark=remark,
        accepted=accepted,
        typed_by=", ".join(typists.values()),
        begun=begun,
    )


def _times(entry: Entry) -> str:
    """From when to when, the breaks between, and that the end is on the next day when it comes before the start."""
    if not (entry.started_at and entry.ended_at):
        return ""
    start, end = entry.started_at, entry.ended_at
    times = f"{spell_begin_or_end(start)} – {spell_begin_or_end(end)}"
    if time() < end < start:
        times += " le lendemain"
    if entry.goes_on_from_day_before:
        times += ", suite de la veille"
    pause = entry.break_minutes
    if not pause:
        return times
    return f"{times}, pause {pause}\u00a0min" if pause < HOUR else f"{times}, pause {spell_duration(pause)}"


def _begun(timesheet: Timesheet, entries: Mapping[date, Sequence[Entry]]) -> dict[date, int]:
    """Minutes by the day on which the work began; of the month's last night also what is of the next month."""
    begun: dict[date, int] = defaultdict(int)
    last = timesheet.month.last
    mornings = Entry.objects.none()
    if any(entry.ended_at == time() for entry in entries.get(last, ())):
        mornings = Entry.objects.filter(
            timesheet__employee=timesheet.employee_id,
            timesheet__assignment=timesheet.assignment_id,
            day=timesheet.month.before,
            goes_on_from_day_before=True,
        )
    for entry in [*(entry for day in entries.values() for entry in day), *mornings]:
        begun[entry.day - A_DAY if entry.goes_on_from_day_before else entry.day] += entry.minutes
    return begun


def _planned(timesheet: Timesheet) -> dict[date, int]:
    """A supplement is about hours beside the plan."""
    if timesheet.assignment is None or timesheet.supplement:
        return {}
    return plan(timesheet.month, [timesheet.assignment])[timesheet.assignment.pk]


def _remarks(timesheet: Timesheet, moves: Sequence[TimesheetStep]) -> dict[date, Remark]:
    """Those of the last step while there is something to correct, those of the contest while it is maintained."""
    steps = [step for step in moves if step.kind != StepKind.CHANGE]
    if timesheet.status == TimesheetStatus.DRAFT:
        last = steps[0] if steps else None
    elif timesheet.status == TimesheetStatus.SUBMITTED:
        last = open_contest(steps)
    else:
        last = None
    return {remark.day: remark for remark in last.remarks.all()} if last else {}
