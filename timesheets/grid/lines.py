"""The lines of a person's month: one per timesheet and kind of hours, also for timesheets that do not exist yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from employees import planning
from employees.models import Assignment, Employee
from groupement.kernel.periods import Month
from members.models import User
from timesheets.changing import HoursChange
from timesheets.locking import how_to_reopen
from timesheets.models import ABSENCES, Kind, Remark, Timesheet, TimesheetStatus, TimesheetStep
from timesheets.parting import A_DAY, EntryLine

# (assignment or None for "at the group", supplement): a timesheet that may not exist yet.
SheetPlace = tuple[int | None, int]

# From the state that needs an act most to the final one.
URGENCY = ["contested", "returned", "draft", "submitted", "confirmed", "approved", "invoiced"]
MONTHS_BEFORE, MONTHS_AFTER = 2, 1


@dataclass(frozen=True)
class MonthTab:
    """One of the months to choose; no state when it has no timesheet."""

    month: Month
    state: str
    state_label: str


def months_around(month: Month) -> list[Month]:
    """Two months before ``month``, itself, and the one after."""
    return [month.shift(n) for n in range(-MONTHS_BEFORE, MONTHS_AFTER + 1)]


def month_tabs(month: Month, sheets: Iterable[Timesheet]) -> list[MonthTab]:
    """The months around ``month``, each with the state of its most urgent timesheet among ``sheets``."""
    first: dict[Month, Timesheet] = {}
    for sheet in sorted(sheets, key=_urgency):
        first.setdefault(sheet.month, sheet)
    return [
        MonthTab(each, first[each].state, first[each].state_label)
        if each in first
        else MonthTab(each, "", "")
        for each in months_around(month)
    ]


def _urgency(sheet: Timesheet) -> int:
    """The place in URGENCY; approved hours at the group come last: they are final, as most are never invoiced."""
    if sheet.assignment_id is None and sheet.state == "approved":
        return len(URGENCY)
    return URGENCY.index(sheet.state)


MinutesByKind = dict[str, int]
EntriesByDay = dict[date, dict[str, EntryLine]]
KIND_ORDER = list(Kind.values)


@dataclass
class GridLine:
    """One row of inputs: the hours of a timesheet worked, travelled, or away from the members.

    ``slot`` tells the lines of one timesheet apart in the names of the inputs: "m" is the first, "t" holds travel,
    "m2" and on a second cause of absence. ``is_mine`` says that the viewer enters these hours, ``lock`` why they
    cannot be changed now, if so. ``minutes`` and, at the group, ``kinds`` are by day, and so is what stands in each
    entry beside its minutes. ``is_anothers``: somebody else handed these hours in. ``caption`` is how the cells are
    called, in HTML that the page makes once for all of them.
    """

    sheet: Timesheet
    slot: str
    open_days: frozenset[date]
    planned: Mapping[date, int]
    is_mine: bool
    lock: str
    minutes: dict[date, int] = field(default_factory=dict)
    kinds: dict[date, str] = field(default_factory=dict)
    remarks: dict[date, Remark] = field(default_factory=dict)
    entries: dict[date, EntryLine] = field(default_factory=dict)
    is_anothers: bool = False
    caption: str = ""

    @property
    def place(self) -> tuple[int | None, int]:
        """What stands for the timesheet in the acts, even before it exists."""
        return self.sheet.assignment_id, self.sheet.supplement

    @property
    def aliases(self) -> list[str]:
        """How a page may call the timesheet: also as it did before the month was opened."""
        if self.sheet.supplement:
            return [self.key]
        return [self.key, f"a{self.sheet.assignment_id}" if self.sheet.assignment_id else "g"]

    @cached_property
    def key(self) -> str:
        return sheet_key(self.sheet)

    @property
    def is_at_group(self) -> bool:
        return self.sheet.assignment_id is None

    @property
    def label(self) -> str:
        """How people call the timesheet in a sentence."""
        placed = self.sheet.assignment
        return str(placed.member) if placed else "des absences"

    @property
    def hint(self) -> str:
        """What to know of a line that cannot be changed: what reopens it, else who enters it."""
        reopening = how_to_reopen(self.sheet)
        if not reopening or not self.is_mine or self.is_anothers:
            return self.lock
        return f"{reopening[0].upper()}{reopening[1:]}."

    @property
    def may_recall(self) -> bool:
        """By who handed the hours in: what another did, nobody takes back in their stead."""
        return self.is_mine and not self.is_anothers and self.sheet.status == TimesheetStatus.SUBMITTED

    @property
    def may_submit(self) -> bool:
        """Also when the days to enter are over: what is written can still be handed over."""
        return self.is_mine and self.sheet.status == TimesheetStatus.DRAFT

    @property
    def planned_minutes(self) -> int:
        return sum(self.planned.values())

    @property
    def is_first(self) -> bool:
        return self.slot == "m"

    @property
    def kind(self) -> str:
        """The kind of hours at a member: travel between two of them, or work."""
        return Kind.TRAVEL if self.slot == "t" else Kind.WORKED

    def name(self, day: date) -> str:
        """The name of the input of ``day``: "m-12-2026-11-03"."""
        return f"{self.slot}-{self.key}-{day}"

    def kind_name(self, day: date) -> str:
        """The name of the choice beside it, at the group."""
        return self.name(day).replace("m", "k", 1)


@dataclass
class MonthGrid:
    """A person's month as ``viewer`` may see it on a day ``on``; ``only`` is the one assignment shown to its member.

    ``days_of`` holds the minutes by kind and day of each timesheet's key, as they were written, ``entries_of`` all that
    stands in them; ``late_of`` those of ``days_of`` that the record holds on the day after, ``begun_before`` what it
    holds on the 1st of a night of last month. recorded() is the day by the record, and all sums are made of it.
    ``absent``: days on which a member may know the person to be unavailable; ``known_absences``: the kinds of absence
    known in advance, for the person and the coordination only. ``changes``: what was changed in another's stead.
    ``typed``: the days as a page shows them whose hours were not saved; its sums are of these.
    """

    employee: Employee
    month: Month
    viewer: User
    only: Assignment | None
    on: date
    lines: list[GridLine]
    entries_of: dict[str, EntriesByDay]
    placed: list[Assignment]
    plan: dict[date, int]
    absent: frozenset[date]
    known_absences: Mapping[date, str]
    steps: list[TimesheetStep]
    month_tabs: list[MonthTab]
    changes: list[HoursChange] = field(default_factory=list)
    typed: Mapping[str, Mapping[date, MinutesByKind]] = field(default_factory=dict)
    begun_before: dict[str, MinutesByKind] = field(default_factory=dict)

    def changes_of(self, sheet: Timesheet, day: date) -> list[HoursChange]:
        """What was changed on one day of one timesheet, the latest first."""
        return [each for each in self.changes if (each.timesheet_id, each.hours.day) == (sheet.pk, day)]

    @property
    def asks_reason(self) -> bool:
        """Whether the viewer may change hours that somebody else wrote or handed in."""
        person = self.employee.user_id
        return any(
            line.is_anothers
            or (
                not self.is_own
                and (
                    any(each.timesheet_id == line.sheet.pk for each in self.changes)
                    or any(
                        person and entry.entered_by_id == person
                        for kinds in self.entries_of[line.key].values()
                        for entry in kinds.values()
                    )
                )
            )
            for line in self.drafts
        )

    @cached_property
    def days_of(self) -> dict[str, dict[date, MinutesByKind]]:
        return {
            key: {day: {kind: entry.minutes for kind, entry in kinds.items()} for day, kinds in days.items()}
            for key, days in self.entries_of.items()
        }

    @cached_property
    def late_of(self) -> dict[str, dict[date, MinutesByKind]]:
        return {
            key: {
                day: {kind: line.after_midnight for kind, line in kinds.items() if line.morning}
                for day, kinds in days.items()
            }
            for key, days in self.entries_of.items()
        }

    def went_on(self, key: str, day: date) -> MinutesByKind:
        """What the record holds on ``day`` of hours that are written on the day before, by kind."""
        if day == self.month.first:
            return self.begun_before.get(key, {})
        return self._late(key, day - A_DAY)

    def recorded(self, key: str, day: date) -> MinutesByKind:
        """The minutes of ``day`` by kind as they are handed in and invoiced, were what is shown saved."""
        found, late = dict(self.went_on(key, day)), self._late(key, day)
        for kind, minutes in self._shown(key, day).items():
            found[kind] = found.get(kind, 0) + minutes - late.get(kind, 0)
        return found

    def _shown(self, key: str, day: date) -> MinutesByKind:
        """A day as the page shows it: typed, else stored."""
        return self.typed.get(key, {}).get(day, self.days_of[key].get(day, {}))

    def _late(self, key: str, day: date) -> MinutesByKind:
        """Of what is shown on ``day``, what the record holds on the day after: as long as it is what is stored."""
        shown, stored = self._shown(key, day), self.days_of[key].get(day, {})
        late = self.late_of[key].get(day, {})
        return {kind: minutes for kind, minutes in late.items() if shown.get(kind) == stored.get(kind)}

    def recorded_on(self, line: GridLine, day: date, typed: int | None = None) -> int:
        """The same of one line; ``typed``: minutes that its cell shows and that are not saved."""
        stored = line.minutes.get(day, 0)
        shown = stored if typed is None else typed
        late = self.after_midnight_on(line, day) if shown == stored else 0
        return shown - late + self.went_on_to(line, day)

    def after_midnight_on(self, line: GridLine, day: date) -> int:
        """Minutes of the cell that the record holds on the day after."""
        kind = line.kinds.get(day, "") if line.is_at_group else line.kind
        return self._late(line.key, day).get(kind, 0)

    def went_on_to(self, line: GridLine, day: date) -> int:
        """Minutes on ``day`` that are written on the day before, in this line."""
        before = self.went_on(line.key, day)
        if line.is_at_group:
            return sum(before.values()) if line.is_first else 0
        return before.get(line.kind, 0)

    @cached_property
    def holidays(self) -> Mapping[date, str]:
        return {day: name for day, name in planning.holidays(self.month.year).items() if day in self.month}

    @property
    def sheets(self) -> list[GridLine]:
        """The first line of each timesheet, which stands for it."""
        return [line for line in self.lines if line.is_first]

    @property
    def drafts(self) -> list[GridLine]:
        """Those that the viewer may change and submit now."""
        return [line for line in self.sheets if not line.lock]

    @property
    def to_submit(self) -> list[GridLine]:
        """Those that the viewer may hand over, once the month has begun."""
        return [line for line in self.sheets if line.may_submit] if self.has_begun else []

    @property
    def has_begun(self) -> bool:
        return self.month.first <= self.on

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written yet in what the viewer may change."""
        return not any(self.days_of[line.key] for line in self.drafts)

    @property
    def is_corrected(self) -> bool:
        """Whether all that is left to submit had been contested or returned."""
        return bool(self.to_submit) and all(
            line.sheet.contested_at or line.sheet.returned_at for line in self.to_submit
        )

    @property
    def has_answer(self) -> bool:
        """Whether somebody waits for an answer that the viewer may give."""
        return any(line.sheet.contested_at or line.sheet.returned_at for line in self.to_submit)

    @property
    def is_unopened(self) -> bool:
        return not any(line.sheet.pk for line in self.lines)

    @property
    def is_own(self) -> bool:
        return self.employee.user_id == self.viewer.pk

    def total(self, line: GridLine) -> int:
        """Minutes of the whole timesheet of ``line``."""
        return sum(sum(self.recorded(line.key, day).values()) for day in self.month.days)

    @property
    def worked(self) -> int:
        """Minutes at the members."""
        return sum(self.total(line) for line in self.sheets if not line.is_at_group)

    @property
    def away(self) -> int:
        """Minutes of absence."""
        return sum(
            minutes
            for line in self.sheets
            if line.is_at_group
            for day in self.month.days
            for kind, minutes in self.recorded(line.key, day).items()
            if kind in ABSENCES
        )

    @property
    def planned(self) -> int:
        return sum(self.plan.values())

    def holiday_minutes(self) -> dict[date, int]:
        """Minutes that would be worked if the day were no public holiday. Queries."""
        return sum_by_day(planning.holiday_minutes(self.month, self.placed))


def sheet_key(sheet: Timesheet) -> str:
    """The timesheet's part of its inputs' names; one that does not exist yet goes by its assignment."""
    if sheet.pk:
        return str(sheet.pk)
    return f"a{sheet.assignment_id}" if sheet.assignment_id else "g"


def sum_by_day(plan: planning.Plan) -> dict[date, int]:
    totals: dict[date, int] = defaultdict(int)
    for days in plan.values():
        for day, minutes in days.items():
            totals[day] += minutes
    return dict(totals)
