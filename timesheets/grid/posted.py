"""A posted grid read against the stored one: changes, faults by cell, conflicts with what others saved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import parse_day
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import BadDuration, parse_minutes, short_hours
from members.models import User
from timesheets.day_rules import DayFault, HoursValue, TimedHours, minutes_of
from timesheets.grid.lines import GridLine, MinutesByKind, MonthGrid, SheetPlace
from timesheets.models import GROUP_KINDS, Entry, Kind

# Every change of an entry as the triggers wrote it down: a model that pghistory makes, which no checker knows.
EntryEvent: Any = Entry.pgh_event_models["update"]  # type: ignore[attr-defined]


@dataclass
class DayConflict:
    """One day of one timesheet: what ``mine`` would be, what is stored as ``theirs``, and by whom since when."""

    line: GridLine
    day: date
    mine: MinutesByKind
    theirs: MinutesByKind
    who: str = ""
    at: datetime | None = None
    is_own: bool = False

    @property
    def name(self) -> str:
        """The name of the choice."""
        return f"choix-{self.line.key}-{self.day}"

    @property
    def read_name(self) -> str:
        """The name of the field that says which of the other's values was read."""
        return f"lu-{self.line.key}-{self.day}"

    @property
    def read(self) -> str:
        return encode_kinds(self.theirs)

    @property
    def my_words(self) -> str:
        return self._words(self.mine)

    @property
    def their_words(self) -> str:
        return self._words(self.theirs)

    @property
    def sentence(self) -> str:
        now = spell_duration(sum(self.theirs.values())) if self.theirs else "rien"
        wrote = (
            f"vous avez écrit {now} dans un autre onglet"
            if self.is_own
            else f"une autre personne a écrit {now}"
        )
        return f"entre-temps, {wrote}. Vérifiez, choisissez, puis enregistrez de nouveau."

    def _words(self, kinds: MinutesByKind) -> str:
        if not kinds:
            return "rien"
        names = [kind for kind in Kind.values if kind in kinds]
        if names == [Kind.WORKED]:
            return spell_duration(kinds[Kind.WORKED])
        return ", ".join(f"{Kind(kind).label} {spell_duration(kinds[kind])}" for kind in names)


def chosen_side(grid: MonthGrid, line: GridLine, day: date, data: Mapping[str, str]) -> str:
    """ "mine" or "theirs", if that was chosen with what is stored now in sight; else nothing."""
    for alias in line.aliases:
        choice = data.get(f"choix-{alias}-{day}", "")
        if choice in ("mine", "theirs"):
            stored = grid.days_of[line.key].get(day, {})
            return choice if data.get(f"lu-{alias}-{day}") == encode_kinds(stored) else ""
    return ""


def encode_kinds(kinds: MinutesByKind) -> str:
    """The minutes of a day by kind, to compare them: "leave180 training240"."""
    return " ".join(f"{kind}{minutes}" for kind, minutes in sorted(kinds.items()))


def add_authors(conflicts: Iterable[DayConflict], by: User) -> None:
    """Add to each of ``conflicts`` who wrote there last, ``by`` or somebody else, and when.

    As many queries for one as for many.
    """
    last: dict[tuple[int | None, date], Any] = {}
    places = [(conflict.line.sheet.pk, conflict.day) for conflict in conflicts]
    rows = EntryEvent.objects.filter(
        timesheet__in={pk for pk, _ in places},
        day__in={day + timedelta(days=n) for _, day in places for n in (0, 1)},
    )
    for event in rows.select_related("pgh_context").order_by("pgh_id"):
        # What goes on after midnight belongs to the line of the day before.
        day = event.day - timedelta(days=1) if event.goes_on_from_day_before else event.day
        last[event.timesheet_id, day] = event
    people = User.objects.in_bulk({_author(event) for event in last.values()} - {None})
    for conflict in conflicts:
        if event := last.get((conflict.line.sheet.pk, conflict.day)):
            author = people.get(_author(event))
            conflict.who, conflict.at = author.name if author else "", event.pgh_created_at
            conflict.is_own = author == by


def _author(event: Any) -> int | None:
    """Who did it: the context of the act knows also who took an entry away."""
    known = (event.pgh_context.metadata if event.pgh_context else {}).get("user")
    author: int | None = event.entered_by_id
    return known if isinstance(known, int) else author


INPUT_NAME = re.compile(r"(m\d?|t|k\d?)-(\d{1,18}|a\d{1,18}|g)-(\d{4}-\d\d-\d\d)")
OUTDATED_PAGE = "Cette page n’est plus à jour\u00a0: rechargez-la, puis saisissez de nouveau."

# What the cells of a timesheet's key hold on a day, by kind; and an action that fills some of them.
WantedHours = dict[tuple[str, date], Mapping[str, HoursValue]]
FillFunction = Callable[[MonthGrid, WantedHours], WantedHours]


@dataclass
class PostedGrid:
    """The cells as posted, by name; what would change, by place and day; what is wrong, by the name of the cell.

    A place is (assignment or None, supplement): the timesheet may not exist yet. ``seen`` is what stood in the changed
    days as far as the person knows; ``shown`` the same of all days, by the timesheet's key. ``conflicts`` are the days
    that somebody else changed too; ``needs_reason``: hours that another wrote or handed in would change.
    ``typed`` is all that could be read, by the timesheet's key and day, and ``cells`` the minutes of each cell, none
    where nothing could. ``is_stored_already``: a change that was sent is stored since, as by a second press.
    """

    texts: dict[str, str] = field(default_factory=dict)
    changes: dict[SheetPlace, dict[date, Mapping[str, HoursValue]]] = field(default_factory=dict)
    notes: dict[SheetPlace, dict[date, str]] = field(default_factory=dict)
    seen: dict[SheetPlace, dict[date, MinutesByKind]] = field(default_factory=dict)
    shown: dict[str, dict[date, MinutesByKind]] = field(default_factory=dict)
    typed: dict[str, dict[date, MinutesByKind]] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    conflicts: list[DayConflict] = field(default_factory=list)
    is_stored_already: bool = False
    needs_reason: bool = False

    @property
    def all_faults(self) -> list[tuple[str, str]]:
        """Every fault as (name of its cell or "", sentence), those without a cell first."""
        return [*(("", sentence) for sentence in self.general), *self.faults.items()]

    @property
    def is_good(self) -> bool:
        return not self.faults and not self.general

    def add_faults(self, grid: MonthGrid, faults: Iterable[DayFault]) -> None:
        """Add the faults that an act found, each at the first cell of its day."""
        for fault in faults:
            line = next((line for line in grid.sheets if line.sheet.pk == fault.timesheet_id), None)
            if line is None:
                self.general.append(fault.message)
            else:
                self.faults[line.name(fault.day)] = fault.message

    def mark_saved(self, grid: MonthGrid) -> None:
        """Bring ``grid`` and ``shown`` to what was saved, for the answer to a page that saved itself."""
        for line in grid.sheets:
            for day, kinds in self.changes.get(line.place, {}).items():
                minutes = as_minutes(kinds, day)
                grid.late_of[line.key][day] = _late_minutes(grid, line, day, kinds)
                grid.days_of[line.key][day] = self.shown[line.key][day] = minutes


def _late_minutes(
    grid: MonthGrid, line: GridLine, day: date, kinds: Mapping[str, HoursValue]
) -> MinutesByKind:
    """Of what was saved, what the record holds on the day after; plain minutes keep the times of as many."""
    stored, late = grid.days_of[line.key].get(day, {}), grid.late_of[line.key].get(day, {})
    found: MinutesByKind = {}
    for kind, value in kinds.items():
        if isinstance(value, int):
            if kind in late and stored.get(kind) == value:
                found[kind] = late[kind]
        elif after := TimedHours(*value).parted(day)[1]:
            found[kind] = after.minutes or 0
    return found


def read_posted_grid(
    grid: MonthGrid, data: Mapping[str, str], *, fill: FillFunction | None = None, may_choose: bool = True
) -> PostedGrid:
    """Read a posted grid against the stored one; ``fill`` adds the cells that the action fills.

    A cell that was left as it came is no change, even when somebody else has changed it meanwhile; a cell changed by
    both is a conflict, so that nobody overwrites what they have not seen, until its author has chosen.
    """
    posted = PostedGrid()
    _collect_texts(grid, data, posted)
    wanted: WantedHours = {}
    for first in grid.sheets:
        lines = [line for line in grid.lines if line.sheet is first.sheet]
        shown_text = next((data[f"vu-{alias}"] for alias in first.aliases if f"vu-{alias}" in data), None)
        posted.shown[first.key] = dict(_decode_minutes(shown_text, grid, first))
        for day in grid.month.days:
            kinds = _read_day(grid, lines, day, posted)
            if kinds is not None:
                wanted[first.key, day] = kinds
    if fill:
        _fill(grid, wanted, fill(grid, wanted), posted)
    for first in grid.sheets:
        for day in grid.month.days:
            if (first.key, day) in wanted:
                choice = chosen_side(grid, first, day, data) if may_choose else ""
                record_change(grid, first, day, wanted[first.key, day], posted, choice=choice)
    return posted


def record_change(
    grid: MonthGrid,
    line: GridLine,
    day: date,
    wanted: Mapping[str, HoursValue],
    posted: PostedGrid,
    *,
    choice: str = "",
) -> None:
    """Add what ``wanted`` changes on a day to ``posted``: nothing, a change, a conflict or a fault.

    ``choice``: "mine" or "theirs" when a conflict was answered.
    """
    minutes = as_minutes(wanted, day)
    stored = grid.days_of[line.key].get(day, {})
    seen = posted.shown[line.key].get(day, {})
    if minutes in (stored, seen):
        posted.is_stored_already |= minutes != seen
        return
    if line.lock:
        posted.faults[line.name(day)] = day_sentence(
            grid, line, day, f"ce relevé ne se modifie pas. {line.lock}"
        )
    elif seen != stored and choice == "theirs":
        posted.shown[line.key][day] = posted.typed.setdefault(line.key, {})[day] = stored
        for each in grid.lines:
            if each.sheet is line.sheet:
                posted.texts.pop(each.name(day), None)
                posted.texts.pop(each.kind_name(day), None)
                posted.cells.pop(each.name(day), None)
    elif seen != stored and not choice:
        conflict = DayConflict(line, day, minutes, stored)
        posted.conflicts.append(conflict)
        posted.faults[line.name(day)] = day_sentence(grid, line, day, conflict.sentence)
    else:
        posted.changes.setdefault(line.place, {})[day] = wanted
        posted.seen.setdefault(line.place, {})[day] = stored


def as_minutes(kinds: Mapping[str, HoursValue], day: date) -> MinutesByKind:
    """The minutes of ``kinds``, those of none left out."""
    return {kind: minutes for kind, value in kinds.items() if (minutes := minutes_of(value, day))}


def encode_minutes(days: Mapping[date, MinutesByKind]) -> str:
    """The entries of a timesheet as the page shows them, for the hidden field that comes back with it."""
    return " ".join(
        f"{day:%d}{kind}{minutes}"
        for day, kinds in sorted(days.items())
        for kind, minutes in sorted(kinds.items())
    )


def _decode_minutes(text: str | None, grid: MonthGrid, line: GridLine) -> Mapping[date, MinutesByKind]:
    stored = grid.days_of[line.key]
    if text is None or text == encode_minutes(stored):
        return stored
    days = {f"{day:%d}": day for day in grid.month.days}
    seen: dict[date, MinutesByKind] = {}
    for number, kind, minutes in re.findall(r"(\d\d)([a-z]+)(\d{1,4})", text):
        if number in days:
            seen.setdefault(days[number], {})[kind] = int(minutes)
    return seen


def _collect_texts(grid: MonthGrid, data: Mapping[str, str], posted: PostedGrid) -> None:
    """Collect the texts of the cells; a filled input that is no cell of this grid is a fault."""
    keys = {alias: line for line in grid.sheets for alias in line.aliases}
    cells = {line.name(day) for line in grid.lines for day in line.open_days}
    cells |= {line.kind_name(day) for line in grid.lines if line.is_at_group for day in line.open_days}
    for name, text in data.items():
        match = INPUT_NAME.fullmatch(name)
        if match is None:
            continue
        slot, key, day = match.groups()
        line = keys.get(key)
        known = f"{slot}-{line.key}-{day}" if line else name
        if known in cells:
            posted.texts[known] = text
        elif text.strip() and slot[0] != "k":
            posted.general.append(_why_no_such_cell(line, day))


def _why_no_such_cell(line: GridLine | None, text: str) -> str:
    try:
        day = parse_day(text)
    except ValueError:
        return OUTDATED_PAGE
    if line is None or day in line.open_days:
        return OUTDATED_PAGE
    placed = line.sheet.assignment
    why = f"la mise à disposition chez {placed.member}" if placed else "le contrat de travail"
    return f"{spell_day(day).capitalize()}\u00a0: hors de ce que couvre {why}. Videz cette case."


def _read_day(grid: MonthGrid, lines: list[GridLine], day: date, posted: PostedGrid) -> MinutesByKind | None:
    """What the cells of a day ask for; None when one of them cannot be read."""
    wanted: MinutesByKind = {}
    faults: dict[str, str] = {}
    for line in lines:
        try:
            kind, minutes = _read_cell(line, day, posted)
        except BadDuration as fault:
            faults[line.name(day)] = day_sentence(grid, line, day, str(fault))
            posted.cells[line.name(day)] = 0
            continue
        posted.cells[line.name(day)] = minutes
        if minutes:
            wanted[kind] = wanted.get(kind, 0) + minutes
    posted.typed.setdefault(lines[0].key, {})[day] = wanted
    posted.faults |= faults
    return None if faults else wanted


def _fill(grid: MonthGrid, wanted: WantedHours, filled: WantedHours, posted: PostedGrid) -> None:
    """Add filled cells to ``wanted`` and to the texts, which a page with faults shows again."""
    firsts = {line.key: line for line in grid.sheets}
    for (key, day), kinds in filled.items():
        if (key, day) not in wanted:
            continue  # What cannot be read is not overwritten.
        wanted[key, day] = kinds
        line, minutes = firsts[key], as_minutes(kinds, day)
        kind = next(iter(minutes), "")
        posted.typed[key][day] = minutes
        posted.cells[line.name(day)] = minutes.get(Kind.WORKED, 0) or sum(minutes.values())
        posted.texts[line.name(day)] = short_hours(posted.cells[line.name(day)])
        if line.is_at_group:
            posted.texts[line.kind_name(day)] = kind


def _read_cell(line: GridLine, day: date, posted: PostedGrid) -> tuple[str, int]:
    """Kind and minutes of one cell; those that are stored when the page did not show it."""
    text = posted.texts.get(line.name(day))
    minutes = line.minutes.get(day, 0) if text is None else parse_minutes(text)
    if not line.is_at_group:
        return line.kind, minutes
    kind = posted.texts.get(line.kind_name(day), line.kinds.get(day, ""))
    if minutes and kind not in set(GROUP_KINDS):
        raise BadDuration("choisissez le motif\u00a0: congé, maladie, formation…")
    return kind, minutes


def day_sentence(grid: MonthGrid, line: GridLine, day: date, sentence: str) -> str:
    """ "Mardi 3 novembre (Aloen) : …" """
    where = ""
    if grid.only is None:
        placed = line.sheet.assignment
        where = f" ({placed.member})" if placed else " (absence)"
    return f"{spell_day(day).capitalize()}{where}\u00a0: {sentence}"
