"""The rules of recording asked before anything is written: what they refuse becomes a fault of a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import Group, User
from timesheets.day_rules import BadDays, Timed, minutes_of, refuse_long_days, refuse_misfits, refuse_overlaps
from timesheets.importing.gathering import Gathered, Spot
from timesheets.importing.rows import Fault
from timesheets.importing.scope import Place
from timesheets.locking import refuse_unless_writable
from timesheets.models import Entry, Timesheet
from timesheets.recording import refuse_too_far


@dataclass
class Standing:
    """Timesheets by person, month and place; entries by person and day; ``names`` of the members by timesheet."""

    grace_days: int | None = None
    sheets: dict[tuple[int, Month, int | None], Timesheet] = field(default_factory=dict)
    names: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    entries: dict[tuple[int, date], list[Entry]] = field(default_factory=lambda: defaultdict(list))

    def at(self, sheet: Timesheet, day: date) -> list[Entry]:
        """The entries of one day of one timesheet."""
        return [entry for entry in self.entries[sheet.employee_id, day] if entry.timesheet_id == sheet.pk]

    def around(self, employee: int, days: set[date]) -> list[Entry]:
        """The person's entries on those days and the days beside them, wherever they were worked."""
        wide = {day + timedelta(days=n) for day in days for n in (-1, 0, 1)}
        return [entry for day in sorted(wide) for entry in self.entries.get((employee, day), ())]

    def sheet(self, spot: Spot, place: Place) -> Timesheet:
        """The timesheet of a spot; one that does not exist yet gets a key below zero, which no row has."""
        month = Month.of(spot[2])
        key = (spot[0], month, spot[1])
        if key not in self.sheets:
            self.add(
                Timesheet(
                    pk=-len(self.sheets) - 1,
                    employee=place.employee,
                    assignment=place.assignment,
                    month=month,
                )
            )
        return self.sheets[key]

    def add(self, sheet: Timesheet) -> None:
        """Remember a timesheet; supplements only by name: a file never writes into them."""
        sheet.__dict__["grace_days"] = self.grace_days  # as locking.with_grace() would read it with each row
        if not sheet.supplement:
            self.sheets[sheet.employee_id, sheet.month, sheet.assignment_id] = sheet
        if sheet.assignment:
            self.names[sheet.employee_id][sheet.pk] = str(sheet.assignment.member)


def read_standing(gathered: Gathered) -> Standing:
    """All that the file touches, in three queries."""
    standing = Standing(Group.objects.order_by("pk").values_list("entry_grace_days", flat=True).first())
    if not gathered.cells:
        return standing
    whose, days = {spot[0] for spot in gathered.cells}, {spot[2] for spot in gathered.cells}
    first, last = min(days) - timedelta(days=1), max(days) + timedelta(days=1)
    sheets = Timesheet.objects.filter(
        employee__in=whose, month__gte=Month.of(first), month__lte=Month.of(last)
    )
    for sheet in sheets.select_related("employee", "assignment__member").order_by("pk"):
        standing.add(sheet)
    entries = Entry.objects.filter(timesheet__employee__in=whose, day__range=(first, last))
    for entry in entries.annotate(whose=F("timesheet__employee")).order_by("day", "pk"):
        standing.entries[entry.whose, entry.day].append(entry)
    return standing


Kinds = Mapping[str, int | Timed]
# By person and month, then by assignment (None at the group), then by day.
Changes = dict[tuple[int, Month], dict[int | None, dict[date, Kinds]]]


def judge(changes: Changes, gathered: Gathered, standing: Standing, *, by: User, at: datetime) -> list[Fault]:
    """The faults of all changes: locks, hands, days, sums and times, each at the first line of its day."""
    return [
        fault
        for (employee, month), places in changes.items()
        for fault in _judge(employee, month, places, gathered, standing, by, at)
    ]


def _judge(
    employee: int,
    month: Month,
    places: Mapping[int | None, Mapping[date, Kinds]],
    gathered: Gathered,
    standing: Standing,
    by: User,
    at: datetime,
) -> Iterator[Fault]:
    spots: dict[int, Spot] = {}
    days_of: dict[Timesheet, Mapping[date, Kinds]] = {}
    for assignment, days in places.items():
        spot = (employee, assignment, min(days))
        sheet = standing.sheet(spot, gathered.places[spot])
        spots[sheet.pk], days_of[sheet] = spot, days
    first = min(gathered.first_line(spot) for spot in spots.values())
    found = list(_refused(lambda: refuse_too_far(month, at), _always(first)))
    for sheet in days_of:
        found += _refused(_writable(sheet, by, at), _always(gathered.first_line(spots[sheet.pk])))

    def line_of(pk: int, day: date) -> int:
        return gathered.first_line((employee, spots[pk][1], day))

    has_clashes = employee in gathered.clashing
    if not found:
        found += _refused(lambda: refuse_misfits(days_of), line_of)
    if not found:
        found += _refused(lambda: _refuse_sums(employee, days_of, standing, by, has_clashes), line_of)
    yield from found


def _writable(sheet: Timesheet, by: User, at: datetime) -> Callable[[], None]:
    return lambda: refuse_unless_writable(sheet, by, at)


def _always(line: int) -> Callable[[int, date], int]:
    return lambda _pk, _day: line


def _refuse_sums(
    employee: int,
    days_of: Mapping[Timesheet, Mapping[date, Kinds]],
    standing: Standing,
    by: User,
    has_clashes: bool,
) -> None:
    """The person's days as they would be over all timesheets. Raises BadDays.

    Times that clash within the file have been told already, at their lines.
    """
    touched = {(sheet.pk, day) for sheet, days in days_of.items() for day in days}
    wanted = {
        (sheet.pk, day, kind): value
        for sheet, days in days_of.items()
        for day, kinds in days.items()
        for kind, value in kinds.items()
        if minutes_of(value, day)
    }
    around = standing.around(employee, {day for _, day in touched})
    kept = [entry for entry in around if (entry.timesheet_id, entry.day) not in touched]
    is_own = all(sheet.employee.user_id == by.pk for sheet in days_of)
    sums = {key: minutes_of(value, key[1]) for key, value in wanted.items()}
    refuse_long_days(sums, kept, by=by, is_own=is_own)
    if not has_clashes:
        refuse_overlaps(wanted, kept, standing.names[employee], by=by, is_own=is_own)


def _refused(rule: Callable[[], None], line_of: Callable[[int, date], int]) -> Iterator[Fault]:
    """What a rule says against it, with the line to look at."""
    try:
        rule()
    except BadDays as bad:
        for fault in bad.faults:
            yield Fault(line_of(fault.timesheet_id, fault.day), "", "", fault.message)
    except Refusal as refusal:
        yield Fault(line_of(0, date.min), "", "", refusal.message)
