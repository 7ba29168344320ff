"""Work past midnight: one line where it is written, two entries in the record, each on its day and timesheet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from groupement.kernel.lifecycle import Refusal
from groupement.kernel.templatetags.formats import day as spell_day
from members.access import decides_on
from members.models import User
from timesheets.agreed_days import BY_COORDINATION, BY_OTHERS, why_outside
from timesheets.day_rules import (
    BadDays,
    DayFault,
    EntryKey,
    LineKey,
    TimedHours,
    minutes_of,
    refuse_long_days,
    refuse_overlaps,
    spell_times,
)
from timesheets.models import Entry, Kind, Timesheet, TimesheetStatus

A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class EntryLine:
    """Hours as they were written: an entry, with what goes on from it after midnight."""

    first: Entry
    morning: Entry | None = None

    @property
    def key(self) -> LineKey:
        return self.first.timesheet_id, self.first.day, self.first.kind

    @property
    def timesheet_id(self) -> int:
        return self.first.timesheet_id

    @property
    def day(self) -> date:
        return self.first.day

    @property
    def kind(self) -> str:
        return self.first.kind

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def minutes(self) -> int:
        return self.first.minutes + self.after_midnight

    @property
    def after_midnight(self) -> int:
        """Minutes that the record holds on the day after."""
        return self.morning.minutes if self.morning else 0

    @property
    def started_at(self) -> time | None:
        return self.first.started_at

    @property
    def ended_at(self) -> time | None:
        return self.morning.ended_at if self.morning else self.first.ended_at

    @property
    def break_minutes(self) -> int:
        return self.first.break_minutes + (self.morning.break_minutes if self.morning else 0)

    @property
    def note(self) -> str:
        return self.first.note

    @property
    def entered_by_id(self) -> int | None:
        return self.first.entered_by_id

    @property
    def hours(self) -> TimedHours:
        """As recording takes them again; which part the break was taken from is kept."""
        late = self.morning.break_minutes if self.morning else None
        return TimedHours(self.minutes, self.started_at, self.ended_at, self.break_minutes, late)

    @property
    def entries(self) -> list[Entry]:
        return [self.first, *([self.morning] if self.morning else ())]


def with_place(rows: QuerySet[Entry, Any]) -> QuerySet[Entry, Any]:
    """``rows`` read with the assignment, and whether an evening of last month may still change: join_lines() asks."""
    evenings = Entry.objects.filter(
        # Of one kind, both are at the group or neither is.
        Q(timesheet__assignment=OuterRef("timesheet__assignment")) | Q(timesheet__assignment__isnull=True),
        timesheet__employee=OuterRef("timesheet__employee"),
        timesheet__status=TimesheetStatus.DRAFT,
        day=OuterRef("day") - A_DAY,
        kind=OuterRef("kind"),
        ended_at=time(),
    )
    is_bound = Case(
        When(goes_on_from_day_before=True, day__day=1, then=Exists(evenings)),
        default=Value(True),
        output_field=BooleanField(),
    )
    return rows.annotate(placed=F("timesheet__assignment"), is_bound=is_bound)


def join_lines(entries: Iterable[Entry], *, lets_go: bool = False) -> list[EntryLine]:
    """One person's ``entries``, read with_place(), as lines; what goes on from an evening not among them is left out.

    In the order of the entries. ``lets_go``: what goes on from an evening that is handed in, of last month, is a line
    of its own day: there alone it can be corrected. Unless another of its kind stands there.
    """
    entries = list(entries)
    lines, mornings = [], {}
    taken = {(_place(each), each.kind, each.day) for each in entries if not each.goes_on_from_day_before}
    for entry in entries:
        key = _place(entry), entry.kind, entry.day
        is_bound = entry.__dict__["is_bound"] or not lets_go or key in taken
        if entry.goes_on_from_day_before and is_bound:
            mornings[key] = entry
        else:
            lines.append(entry)
    return [EntryLine(entry, _morning(entry, mornings)) for entry in lines]


def _place(entry: Entry) -> Any:
    return entry.__dict__["placed"]


def _morning(entry: Entry, mornings: Mapping[tuple[Any, str, date], Entry]) -> Entry | None:
    """What goes on from ``entry``, in its timesheet or, at a month's end, in the next one of its place."""
    if entry.ended_at != time():
        return None
    found = mornings.get((_place(entry), entry.kind, entry.day + A_DAY))
    is_its_own = found and (found.timesheet_id == entry.timesheet_id or found.day.day == 1)
    return found if is_its_own else None


def is_as_wanted(line: EntryLine | None, value: int | TimedHours | None) -> bool:
    """Whether a stored line is what is asked for: plain minutes say nothing of its times."""
    if line is None or value is None:
        return line is None and value is None
    if isinstance(value, TimedHours):
        # What was written before nights were parted has no part after midnight.
        is_parted_alike = value.late_break is None or not line.morning or value == line.hours
        return value[:4] == line.hours[:4] and is_parted_alike
    return line.minutes == value


@dataclass
class RecordChange:
    """Lines as the record keeps them, by entry: what is ``wanted``, what is ``present``.

    ``line_of``: of what goes on after midnight, the line that it belongs to. ``unplaced``: lines that go on where there
    is no timesheet to hold it.
    """

    wanted: dict[EntryKey, int | TimedHours] = field(default_factory=dict)
    present: dict[EntryKey, Entry] = field(default_factory=dict)
    line_of: dict[EntryKey, LineKey] = field(default_factory=dict)
    unplaced: list[LineKey] = field(default_factory=list)


def part_lines(
    wanted: Mapping[LineKey, int | TimedHours],
    there: Mapping[LineKey, EntryLine],
    sheet_on: Callable[[int, date], int | None],
) -> RecordChange:
    """Part each line at midnight; ``sheet_on`` tells the timesheet of the same place that holds a day.

    A line that stays as it is stays parted as it is.
    """
    record = RecordChange()
    for key, line in there.items():
        record.present[EntryKey(*key)] = line.first
        if line.morning:
            again = EntryKey(line.morning.timesheet_id, line.morning.day, line.kind, goes_on=True)
            record.present[again], record.line_of[again] = line.morning, key
    for key, value in wanted.items():
        stored = there.get(key)
        if stored and is_as_wanted(stored, value):
            for entry in stored.entries:
                again = EntryKey(entry.timesheet_id, entry.day, entry.kind, entry is stored.morning)
                record.wanted[again] = stored_hours(entry) if isinstance(value, TimedHours) else entry.minutes
        else:
            _part(key, value, sheet_on, record)
    return record


def _part(
    key: LineKey,
    value: int | TimedHours,
    sheet_on: Callable[[int, date], int | None],
    record: RecordChange,
) -> None:
    first, morning = (value, None) if isinstance(value, int) else value.parted(key[1])
    record.wanted[EntryKey(*key)] = first
    if morning is None:
        return
    held_by = sheet_on(key[0], key[1] + A_DAY)
    if held_by is None:
        record.unplaced.append(key)
    else:
        again = EntryKey(held_by, key[1] + A_DAY, key[2], goes_on=True)
        record.wanted[again], record.line_of[again] = morning, key


def stored_hours(entry: Entry) -> TimedHours:
    return TimedHours(entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes)


def refuse_other_days(
    record: RecordChange,
    changed: Iterable[EntryKey],
    wanted: Mapping[LineKey, int | TimedHours],
    sheets: Mapping[int, Timesheet],
    *,
    refuse_unwritable: Callable[[Timesheet], None],
    by: User,
    notes: Mapping[int, Mapping[date, str]],
) -> None:
    """Raise BadDays where what goes on after midnight cannot be written: no timesheet, none open, nobody works there.

    ``changed``: the entries that would change; the day after need not be open for what stays as it is.
    ``refuse_unwritable`` raises what a timesheet that cannot be written raises.
    """
    faults = [
        _fault(key, wanted, f"{why_outside(sheets[key[0]], key[1] + A_DAY)} Faites prolonger.")
        for key in record.unplaced
    ]
    for entry_key in sorted(set(changed) & record.line_of.keys()):
        key = record.line_of[entry_key]
        sheet = sheets[entry_key.timesheet_id]
        try:
            refuse_unwritable(sheet)
        except Refusal as refusal:
            faults.append(_fault(key, wanted, refusal.message))
            continue
        outside = why_outside(sheet, entry_key.day) if entry_key in record.wanted else ""
        is_coordination = decides_on(by, sheet.employee.user_id)
        if outside and not (is_coordination and notes.get(key[0], {}).get(key[1], "").strip()):
            todo = BY_COORDINATION if is_coordination else BY_OTHERS
            faults.append(_fault(key, wanted, outside + todo))
    if faults:
        raise BadDays(faults)


def _fault(key: LineKey, wanted: Mapping[LineKey, int | TimedHours], why: str) -> DayFault:
    """ "Lundi 30 novembre : de 22 h à 6 h, ces heures passent minuit. …" """
    value = wanted.get(key)
    morning = spell_day(key[1] + A_DAY)
    if isinstance(value, TimedHours) and value.passes_midnight:
        what = f"{spell_times(value.start, value.end)}, ces heures passent minuit"
        instead = f" Sinon, saisissez {spell_times(value.start, time())}."
    else:
        what, instead = "la suite de ces heures est du lendemain", ""
    sentence = f"{what}, et le {morning} n’est pas ouvert\u00a0: {why[:1].lower()}{why[1:]}{instead}"
    return DayFault(key[0], key[1], f"{spell_day(key[1]).capitalize()}\u00a0: {sentence}")


def refuse_clashes(
    record: RecordChange,
    wanted: Mapping[LineKey, int | TimedHours],
    around: Iterable[Entry],
    names: Mapping[int, str],
    *,
    by: User,
    is_own: bool,
    has_overlaps: bool = False,
) -> None:
    """Raise BadDays where a day of the person exceeds 24 hours, or times run into others.

    ``around``: all the person's entries of the days concerned and the days beside; ``names``: of the timesheets.
    ``has_overlaps``: that there are some is known already.
    """
    replaced = set(record.present.values())
    kept = [entry for entry in around if entry not in replaced]
    sums = {key: minutes_of(value, key.day) for key, value in record.wanted.items()}
    with place_on_first_day(record):
        refuse_long_days(sums, kept, by=by, is_own=is_own)
    if not has_overlaps:
        refuse_overlaps(wanted, join_lines(kept), names, by=by, is_own=is_own)


@contextmanager
def place_on_first_day(record: RecordChange) -> Iterator[None]:
    """Faults of what goes on after midnight are those of the line that it belongs to: there the page has its cell."""
    own = {key[:2] for key in record.wanted if not key.goes_on}
    first = {key[:2]: line[:2] for key, line in record.line_of.items() if key[:2] not in own}
    try:
        yield
    except BadDays as refusal:
        places = [(fault, (fault.timesheet_id, fault.day)) for fault in refusal.faults]
        refusal.faults = [DayFault(*first.get(place, place), fault.message) for fault, place in places]
        raise
