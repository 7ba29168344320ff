"""The rules of recording applied to a file before anything is written: what they refuse is a fault of a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import F

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Fault
from members.models import Group, User
from timesheets import changing
from timesheets.agreed_days import AgreedDays, read_agreed_days, with_agreed_days
from timesheets.day_rules import (
    BadDays,
    LineKey,
    TimedHours,
    minutes_of,
    refuse_impossible_days,
)
from timesheets.importing.gathering import GatheredHours, PlaceDay
from timesheets.importing.scope import HoursPlace
from timesheets.locking import refuse_unless_writable
from timesheets.models import Entry, Timesheet
from timesheets.parting import (
    A_DAY,
    EntryLine,
    RecordChange,
    join_lines,
    part_lines,
    place_on_first_day,
    refuse_clashes,
    refuse_other_days,
    with_place,
)
from timesheets.recording import refuse_too_far


@dataclass
class StoredHours:
    """Timesheets by person, month and place; entries by person and day; ``names`` of the members by timesheet."""

    grace_days: int | None = None
    agreed: AgreedDays = field(default_factory=lambda: AgreedDays({}, {}))
    sheets: dict[tuple[int, Month, int | None], Timesheet] = field(default_factory=dict)
    names: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    entries: dict[tuple[int, date], list[Entry]] = field(default_factory=lambda: defaultdict(list))

    def lines(self, sheet: Timesheet, day: date) -> list[EntryLine]:
        """The lines of one day of one timesheet, with what goes on from them after midnight."""
        both = [
            *self.entries.get((sheet.employee_id, day), ()),
            *self._mornings(sheet.employee_id, day + A_DAY),
        ]
        return [line for line in join_lines(both) if (line.timesheet_id, line.day) == (sheet.pk, day)]

    def mornings(self, sheet: Timesheet, day: date) -> list[Entry]:
        """What goes on from the day before in one timesheet."""
        return [each for each in self._mornings(sheet.employee_id, day) if each.timesheet_id == sheet.pk]

    def _mornings(self, employee: int, day: date) -> list[Entry]:
        return [each for each in self.entries.get((employee, day), ()) if each.goes_on_from_day_before]

    def around(self, employee: int, days: set[date]) -> list[Entry]:
        """The person's entries on those days and the days beside them, wherever they were worked."""
        wide = {day + timedelta(days=n) for day in days for n in (-1, 0, 1)}
        return [entry for day in sorted(wide) for entry in self.entries.get((employee, day), ())]

    def sheet(self, place_day: PlaceDay, place: HoursPlace) -> Timesheet:
        """The timesheet of a place and month; one that does not exist yet gets a key below zero, which no row has."""
        month = Month.of(place_day.day)
        key = (place_day.employee, month, place_day.assignment)
        if key not in self.sheets:
            made = Timesheet(
                pk=-len(self.sheets) - 1,
                employee=place.employee,
                assignment=place.assignment,
                month=month,
            )
            made.__dict__["submitter"] = None  # nobody handed in what is not there
            self.agreed.attach(made)
            self.add(made)
        return self.sheets[key]

    def add(self, sheet: Timesheet) -> None:
        """Add a timesheet; a supplement only for its member's name: a file never writes into supplements."""
        sheet.__dict__["grace_days"] = (
            self.grace_days
        )  # as locking.with_grace_days() would read it with each row
        if not sheet.supplement:
            self.sheets[sheet.employee_id, sheet.month, sheet.assignment_id] = sheet
        if sheet.assignment:
            self.names[sheet.employee_id][sheet.pk] = str(sheet.assignment.member)


def read_stored(gathered: GatheredHours) -> StoredHours:
    """The timesheets and entries that the file may change, in five queries."""
    stored = StoredHours(Group.objects.order_by("pk").values_list("entry_grace_days", flat=True).first())
    if not gathered.cells:
        return stored
    employees, days = {each.employee for each in gathered.cells}, {each.day for each in gathered.cells}
    placed = [place.assignment for place in gathered.places.values()]
    stored.agreed = read_agreed_days(employees, {each.member_id for each in placed if each})
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
    sheets = Timesheet.objects.filter(
        employee__in=employees, month__gte=Month.of(first), month__lte=Month.of(last)
    )
    for sheet in changing.with_submitter(
        with_agreed_days(sheets).select_related("employee", "assignment__member").order_by("pk")
    ):
        stored.add(sheet)
    entries = Entry.objects.filter(timesheet__employee__in=employees, day__range=(first, last))
    for entry in with_place(entries).annotate(person=F("timesheet__employee")).order_by("day", "pk"):
        stored.entries[entry.person, entry.day].append(entry)
    return stored


HoursByKind = Mapping[str, int | TimedHours]
# By person and month, then by assignment (None at the group), then by day.
ImportChanges = dict[tuple[int, Month], dict[int | None, dict[date, HoursByKind]]]


def check_changes(
    changes: ImportChanges,
    gathered: GatheredHours,
    stored: StoredHours,
    *,
    by: User,
    at: datetime,
    reason: str = "",
) -> list[Fault]:
    """The faults of all changes: rights, locks, days, sums and times, each at the first line of its day."""
    guards = changing.read_guards(list(stored.sheets.values()), by)
    return [
        fault
        for (employee, month), places in changes.items()
        for fault in _check_month(employee, month, places, gathered, stored, by, at, guards, reason)
    ]


def _check_month(
    employee: int,
    month: Month,
    places: Mapping[int | None, Mapping[date, HoursByKind]],
    gathered: GatheredHours,
    stored: StoredHours,
    by: User,
    at: datetime,
    guards: changing.Guards,
    reason: str,
) -> Iterator[Fault]:
    place_days: dict[int, PlaceDay] = {}
    days_of: dict[Timesheet, Mapping[date, HoursByKind]] = {}
    for assignment, days in places.items():
        place_day = PlaceDay(employee, assignment, min(days))
        sheet = stored.sheet(place_day, gathered.places[place_day])
        place_days[sheet.pk], days_of[sheet] = place_day, days
    first = min(gathered.first_line(place_day) for place_day in place_days.values())
    found = list(_faults_of(lambda: refuse_too_far(month, at), _always(first)))
    for sheet in days_of:
        found += _faults_of(_writable(sheet, by, at), _always(gathered.first_line(place_days[sheet.pk])))

    def line_of(pk: int, day: date) -> int:
        return gathered.first_line(PlaceDay(employee, place_days[pk].assignment, day))

    has_overlaps = employee in gathered.overlapping
    if not found:
        found += _faults_of(lambda: refuse_impossible_days(days_of, by=by), line_of)
    if not found:
        found += _faults_of(lambda: _refuse_sums(employee, days_of, stored, by, at, has_overlaps), line_of)
    if not found:
        found += _faults_of(lambda: _refuse_without_reason(days_of, stored, by, guards, reason), line_of)
    yield from found


DaysOfSheet = Mapping[Timesheet, Mapping[date, HoursByKind]]


def _lines(days_of: DaysOfSheet) -> dict[LineKey, int | TimedHours]:
    """The lines that a file would write, by key; empty ones are left out."""
    return {
        (sheet.pk, day, str(kind)): value
        for sheet, days in days_of.items()
        for day, kinds in days.items()
        for kind, value in kinds.items()
        if minutes_of(value, day)
    }


def _recorded(days_of: DaysOfSheet, stored: StoredHours) -> tuple[RecordChange, dict[int, Timesheet]]:
    """What the record would be, parted at midnight as recording.save_all() does, and the timesheets concerned."""
    sheets = {sheet.pk: sheet for sheet in days_of}

    def sheet_on(pk: int, day: date) -> int:
        sheet = sheets[pk]
        if day in sheet.month:
            return pk
        place_day = PlaceDay(sheet.employee_id, sheet.assignment_id, day)
        found = stored.sheet(place_day, HoursPlace(sheet.employee, sheet.assignment))
        sheets[found.pk] = found
        return found.pk

    there = {
        line.key: line for sheet, days in days_of.items() for day in days for line in stored.lines(sheet, day)
    }
    for line in there.values():
        if line.morning:
            sheet_on(line.timesheet_id, line.morning.day)
    return part_lines(_lines(days_of), there, sheet_on), sheets


def _refuse_without_reason(
    days_of: DaysOfSheet, stored: StoredHours, by: User, guards: changing.Guards, reason: str
) -> None:
    """Raise changing.ReasonNeeded when the file changes what another wrote or handed in, and nobody says why."""
    record, sheets = _recorded(days_of, stored)
    changed = changing.changed_hours(record.wanted, record.present)
    with place_on_first_day(record):
        owed = changing.need_reason(changed, record.present, sheets, by, guards)
        changing.refuse_without_reason(owed, changed, sheets, reason)


def _writable(sheet: Timesheet, by: User, at: datetime) -> Callable[[], None]:
    return lambda: refuse_unless_writable(sheet, by, at)


def _always(line: int) -> Callable[[int, date], int]:
    return lambda _pk, _day: line


def _refuse_sums(
    employee: int, days_of: DaysOfSheet, stored: StoredHours, by: User, at: datetime, has_overlaps: bool
) -> None:
    """The person's days as they would be over all timesheets, and what goes on after midnight. Raises BadDays.

    Times that overlap within the file are faults already.
    """
    lines = _lines(days_of)
    record, sheets = _recorded(days_of, stored)
    changed = changing.changed_hours(record.wanted, record.present)
    writable = partial(refuse_unless_writable, by=by, at=at)
    refuse_other_days(record, changed, lines, sheets, refuse_unwritable=writable, by=by, notes={})
    around = stored.around(employee, {day for days in days_of.values() for day in days})
    is_own = all(sheet.employee.user_id == by.pk for sheet in days_of)
    names = stored.names[employee]
    refuse_clashes(record, lines, around, names, by=by, is_own=is_own, has_overlaps=has_overlaps)


def _faults_of(rule: Callable[[], None], line_of: Callable[[int, date], int]) -> Iterator[Fault]:
    """The refusal of a rule as faults of lines; none when it passes."""
    try:
        rule()
    except BadDays as bad:
        for fault in bad.faults:
            yield Fault(line_of(fault.timesheet_id, fault.day), fault.message)
    except Refusal as refusal:
        yield Fault(line_of(0, date.min), refusal.message)
