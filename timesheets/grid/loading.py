"""The grid read from the database: a constant number of queries, and nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, time

from django.db.models import Prefetch

from employees import planning
from employees.models import Assignment, Contract, Employee, HoursEntry
from groupement.kernel.periods import Month
from members.models import User
from timesheets import changing
from timesheets.grid.lines import (
    KIND_ORDER,
    EntriesByDay,
    GridLine,
    MinutesByKind,
    MonthGrid,
    month_tabs,
    months_around,
    sheet_key,
    sum_by_day,
)
from timesheets.locking import copy_grace_days, may_write, who_enters, why_closed, why_locked, with_grace_days
from timesheets.models import (
    ABSENCES,
    Entry,
    Kind,
    Remark,
    StepKind,
    Timesheet,
    TimesheetStatus,
    TimesheetStep,
)
from timesheets.notes import reads_notes_of_absences, without_notes_of_absences
from timesheets.parting import EntryLine, join_lines, with_place


def load_grid(
    employee: Employee,
    month: Month,
    viewer: User,
    *,
    on: date,
    only: Assignment | None = None,
    has_extra_lines: bool = False,
    is_brief: bool = False,
) -> MonthGrid:
    """The month of ``employee``, or only one assignment of it, in a constant number of queries and without writing.

    Timesheets that nobody opened are there as unsaved drafts. ``has_extra_lines`` adds lines for travel and for a
    second cause of absence. ``on``: the present day, as a month closes some days after its end. ``is_brief`` leaves
    out what only the whole page shows: the months around, and absences known in advance.
    """
    placed = _assignments(employee, month, only)
    around = _around(employee, [month] if is_brief else months_around(month), only, viewer)
    there = _sheets(employee, month, placed, around, is_whole=only is None)
    sheets = [sheet for sheet in there if not _is_private(sheet, viewer)]
    entries_of, begun_before = _entries_of(
        sheets, month, reads_notes=reads_notes_of_absences(viewer, employee)
    )
    plan = planning.plan(month, placed)
    steps = _steps_to_answer(sheets)
    anothers = changing.anothers(sheets, viewer)
    lines = [
        line
        for sheet in sheets
        for line in _lines(sheet, entries_of, begun_before, plan, viewer, on, has_extra_lines=has_extra_lines)
    ]
    for line in lines:
        line.is_anothers = line.sheet.pk in anothers
        if line.is_anothers and line.is_mine and line.sheet.status == TimesheetStatus.SUBMITTED:
            line.lock = f"Soumis\u00a0: {changing.how_to_take_back(line.sheet, viewer)}."
    _attach_remarks(lines, steps)
    if only is None:
        lines = _within_contracts(lines, employee, month)
    away = {} if is_brief else _known_absences(employee, month)
    return MonthGrid(
        *(employee, month, viewer, only, on, lines, entries_of, placed, sum_by_day(plan)),
        # Members do not learn the kind of an absence.
        absent=_unavailable(only, month, away) if only else frozenset(),
        known_absences={} if only else away,
        steps=steps,
        month_tabs=[] if is_brief else month_tabs(month, around),
        changes=[] if is_brief else changing.read_changes([sheet.pk for sheet in sheets if sheet.pk]),
        begun_before=begun_before,
    )


def months_to_submit(employee: Employee, before: Month) -> list[Timesheet]:
    """One draft of each month before ``before`` that the person still has to hand in, the oldest month first."""
    rows = Timesheet.objects.filter(employee=employee, status=TimesheetStatus.DRAFT, month__lt=before)
    return list(rows.order_by("month", "contested_at", "returned_at", "pk").distinct("month"))


def _known_absences(employee: Employee, month: Month) -> dict[date, str]:
    """The kinds of absence known in advance, by day."""
    return planning.absences(month.first, month.before, [employee.pk]).get(employee.pk, {})


def _attach_remarks(lines: Iterable[GridLine], steps: Iterable[TimesheetStep]) -> None:
    """Put what was contested or returned beside the first line of its timesheet."""
    remarks = {step.subject_id: {remark.day: remark for remark in step.remarks.all()} for step in steps}
    for line in lines:
        line.remarks = remarks.get(line.sheet.pk, {}) if line.is_first else {}


def _is_private(sheet: Timesheet, viewer: User) -> bool:
    """Whether the person is still writing: a member reads hours that it does not enter once they are submitted."""
    return (
        sheet.status == TimesheetStatus.DRAFT
        and sheet.assignment is not None
        and sheet.assignment.hours_entry == HoursEntry.EMPLOYEE
        and sheet.employee.user_id != viewer.pk
        and not viewer.sees_every_member
    )


def _assignments(employee: Employee, month: Month, only: Assignment | None) -> list[Assignment]:
    if only is not None:
        return [only] if only.active_days(month) else []
    rows = employee.assignments.during(month).select_related("member")
    return list(rows.order_by("member__short_name__unaccent", "starts_on", "pk"))


def _around(
    employee: Employee, months: list[Month], only: Assignment | None, viewer: User
) -> list[Timesheet]:
    """The timesheets of these months, in the order of their supplements; who and where is not read with them.

    The group may keep from a member that hours are being written: such a month is shown as not opened.
    """
    rows = Timesheet.objects.filter(employee=employee, month__in=months)
    if only is not None:
        rows = rows.visible_to(viewer).filter(assignment=only)
    return list(changing.with_submitter(with_grace_days(rows)).order_by("supplement", "pk"))


def _sheets(
    employee: Employee,
    month: Month,
    placed: list[Assignment],
    around: list[Timesheet],
    *,
    is_whole: bool,
) -> list[Timesheet]:
    """The timesheets by assignment, those at the group last; missing ones as unsaved drafts."""
    existing: dict[int | None, list[Timesheet]] = defaultdict(list)
    for sheet in around:
        if sheet.month == month:
            existing[sheet.assignment_id].append(sheet)
    wanted: dict[int | None, Assignment | None] = {assignment.pk: assignment for assignment in placed}
    _attach_people(existing, wanted, employee)
    if is_whole:
        wanted[None] = None
    found: list[Timesheet] = []
    for pk, assignment in wanted.items():
        found += existing.get(pk) or [Timesheet(employee=employee, assignment=assignment, month=month)]
    if around:
        copy_grace_days(around[0], found)
    return found


def _attach_people(
    existing: Mapping[int | None, list[Timesheet]],
    wanted: dict[int | None, Assignment | None],
    employee: Employee,
) -> None:
    """Put who and where into the timesheets, and among ``wanted`` the assignments that were cut short since."""
    if strays := [pk for pk in existing if pk and pk not in wanted]:
        wanted.update(Assignment.objects.select_related("member").in_bulk(strays))
    for pk, sheets in existing.items():
        for sheet in sheets:
            sheet.employee, sheet.assignment = employee, wanted.get(pk)


def _entries_of(
    sheets: Collection[Timesheet], month: Month, *, reads_notes: bool
) -> tuple[dict[str, EntriesByDay], dict[str, MinutesByKind]]:
    """The lines of ``sheets`` by key, day and kind; and the minutes on the 1st of nights of last month.

    A night of the last day is read as a whole as long as it is a draft, though what goes on from it is next month's.
    """
    entries_of: dict[str, EntriesByDay] = {sheet_key(sheet): {} for sheet in sheets}
    begun_before: dict[str, MinutesByKind] = {}
    saved = {sheet.pk: sheet for sheet in sheets if sheet.pk}
    entries = list(with_place(Entry.objects.filter(timesheet__in=saved)).order_by("day", "pk"))
    if any(entry.day == month.last and entry.ended_at == time() for entry in entries):
        mornings = Entry.objects.filter(
            timesheet__employee=next(iter(saved.values())).employee_id,
            timesheet__month=month.next,
            day=month.before,
            goes_on_from_day_before=True,
        )
        entries += with_place(mornings).order_by("pk")
    if not reads_notes:
        without_notes_of_absences(entries)
    lines = join_lines(entries, lets_go=True)
    for line in lines:
        if line.timesheet_id in saved:
            entries_of[str(line.timesheet_id)].setdefault(line.day, {})[line.kind] = line
    alone = {line.first for line in lines}
    for entry in entries:
        is_first = entry.day == month.first and entry.timesheet_id in saved
        if entry.goes_on_from_day_before and is_first and entry not in alone:
            begun_before.setdefault(str(entry.timesheet_id), {})[entry.kind] = entry.minutes
    return entries_of, begun_before


def _lock(sheet: Timesheet, viewer: User, on: date, *, is_mine: bool) -> str:
    """Why ``viewer`` cannot change the timesheet; empty when they can."""
    if not is_mine:
        return who_enters(sheet)
    if lock := why_locked(sheet):
        return lock
    closed = why_closed(sheet, viewer, on)
    return f"{closed[0].upper()}{closed[1:]}." if closed else ""


def _lines(
    sheet: Timesheet,
    entries_of: Mapping[str, EntriesByDay],
    begun_before: Mapping[str, MinutesByKind],
    plan: planning.Plan,
    viewer: User,
    on: date,
    *,
    has_extra_lines: bool,
) -> list[GridLine]:
    days = entries_of[sheet_key(sheet)]
    is_mine = may_write(viewer, sheet)
    lock = _lock(sheet, viewer, on, is_mine=is_mine)
    spare = 1 if has_extra_lines and not lock else 0
    if sheet.assignment is None:
        most = max([len(kinds) for kinds in days.values()], default=0)
        open_days = frozenset(sheet.month.days)
        lines = [
            GridLine(sheet, f"m{n}" if n > 1 else "m", open_days, {}, is_mine, lock)
            for n in range(1, max(most, 1) + spare + 1)
        ]
        for day, kinds in days.items():
            for line, kind in zip(lines, sorted(kinds, key=KIND_ORDER.index), strict=False):
                _fill_cell(line, day, kinds[kind])
                line.kinds[day] = kind
        return lines
    open_days = frozenset(sheet.assignment.active_days(sheet.month))
    # A supplement completes what was planned and billed: nothing is planned for it.
    planned = {} if sheet.supplement else plan.get(sheet.assignment_id or 0, {})
    worked = GridLine(sheet, "m", open_days, planned, is_mine, lock)
    travel = GridLine(sheet, "t", open_days, {}, is_mine, lock)
    for line, kind in ((worked, Kind.WORKED), (travel, Kind.TRAVEL)):
        for day, kinds in days.items():
            if kind in kinds:
                _fill_cell(line, day, kinds[kind])
    has_travel = travel.minutes or Kind.TRAVEL in begun_before.get(sheet_key(sheet), {})
    return [worked, travel] if has_travel or spare else [worked]


def _fill_cell(line: GridLine, day: date, entry: EntryLine) -> None:
    line.minutes[day], line.entries[day] = entry.minutes, entry


def _within_contracts(lines: list[GridLine], employee: Employee, month: Month) -> list[GridLine]:
    """Nobody is absent on a day without contract; without any such day there is no line at the group."""
    held = {
        day
        for row in Contract.objects.during(month).filter(employee=employee)
        for day in row.active_days(month)
    }
    for line in lines:
        if line.is_at_group:
            line.open_days = frozenset(held)
    return [line for line in lines if line.open_days or line.sheet.pk]


def _unavailable(only: Assignment, month: Month, away: Iterable[date]) -> frozenset[date]:
    """Days of the assignment on which the person is or will be absent: members see that, never why or for how long."""
    ours = only.active_days(month)
    days = Entry.objects.filter(
        timesheet__employee=only.employee_id,
        timesheet__assignment=None,
        day__in=ours,
        kind__in=ABSENCES,
    ).values_list("day", flat=True)
    return frozenset(days) | (frozenset(away) & frozenset(ours))


def _steps_to_answer(sheets: Iterable[Timesheet]) -> list[TimesheetStep]:
    """Who contested or returned these drafts and why, with the remarks by day; one step for each timesheet."""
    waiting = [sheet.pk for sheet in sheets if sheet.contested_at or sheet.returned_at]
    if not waiting:
        return []
    steps = (
        TimesheetStep.objects.filter(subject__in=waiting, target=TimesheetStatus.DRAFT)
        .exclude(kind=StepKind.CHANGE)
        .select_related("by", "subject__assignment__member")
        .prefetch_related(Prefetch("remarks", Remark.objects.order_by("day")))
        .order_by("subject", "-pk")
        .distinct("subject")
    )
    return list(steps)
