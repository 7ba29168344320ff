"""What stands already on the days that a file names: timesheets, made up where there are none yet, and entries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import F

from groupement.periods import Month
from members.models import Group
from timesheets.importing.gathering import Gathered, Spot
from timesheets.importing.scope import Place
from timesheets.models import Entry, Timesheet


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
