"""What somebody typed into the grid: the days that change, and the cells that cannot be read, with a sentence each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import BadDuration, parse_minutes, short_hours, spell_clock
from members.models import User
from timesheets.day_rules import Fault, Value, minutes_of
from timesheets.entering import Place
from timesheets.grid.lines import Grid, Kinds, Line
from timesheets.models import GROUP_KINDS, Entry, Kind

# Every change of an entry as the triggers wrote it down: a model that pghistory makes, which no checker knows.
Event: Any = Entry.pgh_event_models["update"]  # type: ignore[attr-defined]


@dataclass
class Conflict:
    """One day of one timesheet: what ``mine`` would be, what is stored as ``theirs``, and by whom since when."""

    line: Line
    day: date
    mine: Kinds
    theirs: Kinds
    who: str = ""
    at: datetime | None = None

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
        return spell_kinds(self.theirs)

    @property
    def my_words(self) -> str:
        return self._words(self.mine)

    @property
    def their_words(self) -> str:
        return self._words(self.theirs)

    @property
    def sentence(self) -> str:
        now = spell_clock(sum(self.theirs.values())) if self.theirs else "rien"
        return f"entre-temps, une autre personne a écrit {now}. Vérifiez, choisissez, puis enregistrez de nouveau."

    def _words(self, kinds: Kinds) -> str:
        if not kinds:
            return "rien"
        names = [kind for kind in Kind.values if kind in kinds]
        if names == [Kind.WORKED]:
            return spell_clock(kinds[Kind.WORKED])
        return ", ".join(f"{Kind(kind).label} {spell_clock(kinds[kind])}" for kind in names)


def chosen(grid: Grid, line: Line, day: date, data: Mapping[str, str]) -> str:
    """ "mine" or "theirs", if that was chosen with what is stored now in sight; else nothing."""
    for alias in line.aliases:
        choice = data.get(f"choix-{alias}-{day}", "")
        if choice in ("mine", "theirs"):
            stored = grid.days_of[line.key].get(day, {})
            return choice if data.get(f"lu-{alias}-{day}") == spell_kinds(stored) else ""
    return ""


def spell_kinds(kinds: Kinds) -> str:
    """The minutes of a day by kind, to compare them: "leave180 training240"."""
    return " ".join(f"{kind}{minutes}" for kind, minutes in sorted(kinds.items()))


def tell_who(conflicts: Iterable[Conflict]) -> None:
    """Add to each of ``conflicts`` who wrote there last, and when; as many queries for one as for many."""
    last: dict[tuple[int | None, date], Any] = {}
    places = [(conflict.line.sheet.pk, conflict.day) for conflict in conflicts]
    rows = Event.objects.filter(timesheet__in={pk for pk, _ in places}, day__in={day for _, day in places})
    for event in rows.select_related("pgh_context").order_by("pgh_id"):
        last[event.timesheet_id, event.day] = event
    people = User.objects.in_bulk({_author(event) for event in last.values()} - {None})
    for conflict in conflicts:
        if event := last.get((conflict.line.sheet.pk, conflict.day)):
            author = people.get(_author(event))
            conflict.who, conflict.at = author.name if author else "", event.pgh_created_at


def _author(event: Any) -> int | None:
    """Who did it: the context of the act knows also who took an entry away."""
    known = (event.pgh_context.metadata if event.pgh_context else {}).get("user")
    author: int | None = event.entered_by_id
    return known if isinstance(known, int) else author


NAME = re.compile(r"(m\d?|t|k\d?)-(\d{1,18}|a\d{1,18}|g)-(\d{4}-\d\d-\d\d)")
OUTDATED = "Cette page n’est plus à jour\u00a0: rechargez-la, puis saisissez de nouveau."

# What the cells of a timesheet's key hold on a day, by kind; and a gesture that fills some of them.
Wanted = dict[tuple[str, date], Mapping[str, Value]]
Filling = Callable[[Grid, Wanted], Wanted]


@dataclass
class Typed:
    """The cells as typed, by name; what would change, by place and day; what is wrong, by the name of the cell.

    A place is (assignment or None, supplement): the timesheet may not exist yet. ``seen`` is what stood in the changed
    days as far as the person knows; ``shown`` the same of all days, by the timesheet's key. ``conflicts`` are the days
    that somebody else changed too.
    """

    texts: dict[str, str] = field(default_factory=dict)
    changes: dict[Place, dict[date, Mapping[str, Value]]] = field(default_factory=dict)
    notes: dict[Place, dict[date, str]] = field(default_factory=dict)
    seen: dict[Place, dict[date, Kinds]] = field(default_factory=dict)
    shown: dict[str, dict[date, Kinds]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def reproaches(self) -> list[tuple[str, str]]:
        """Every fault as (name of its cell or nothing, sentence), those that belong to no cell first."""
        return [*(("", sentence) for sentence in self.general), *self.faults.items()]

    @property
    def is_good(self) -> bool:
        return not self.faults and not self.general

    def blame(self, grid: Grid, faults: Iterable[Fault]) -> None:
        """Put the faults that an act found beside the first cell of their day."""
        for fault in faults:
            line = next((line for line in grid.sheets if line.sheet.pk == fault.timesheet_id), None)
            if line is None:
                self.general.append(fault.message)
            else:
                self.faults[line.name(fault.day)] = fault.message

    def keep(self, grid: Grid) -> None:
        """What was typed is saved: ``grid`` holds it, and the page knows of it and of nothing else that is new."""
        for line in grid.sheets:
            for day, kinds in self.changes.get(line.place, {}).items():
                minutes = as_minutes(kinds, day)
                grid.days_of[line.key][day] = self.shown[line.key][day] = minutes


def read(
    grid: Grid, data: Mapping[str, str], *, fill: Filling | None = None, may_choose: bool = True
) -> Typed:
    """Read a posted grid against the stored one; ``fill`` puts more into the cells, as its gesture says.

    A cell that was left as it came is no change, even when somebody else has changed it meanwhile; a cell changed by
    both is a conflict, so that nobody overwrites what they have not seen, until its author has chosen.
    """
    typed = Typed()
    _collect(grid, data, typed)
    wanted: Wanted = {}
    for first in grid.sheets:
        lines = [line for line in grid.lines if line.sheet is first.sheet]
        sealed = next((data[f"vu-{alias}"] for alias in first.aliases if f"vu-{alias}" in data), None)
        typed.shown[first.key] = dict(_unseal(sealed, grid, first))
        for day in grid.month.days:
            kinds = _read_day(grid, lines, day, typed)
            if kinds is not None:
                wanted[first.key, day] = kinds
    if fill:
        _fill(grid, wanted, fill(grid, wanted), typed)
    for first in grid.sheets:
        for day in grid.month.days:
            if (first.key, day) in wanted:
                choice = chosen(grid, first, day, data) if may_choose else ""
                settle(grid, first, day, wanted[first.key, day], typed, choice=choice)
    return typed


def settle(
    grid: Grid, line: Line, day: date, wanted: Mapping[str, Value], typed: Typed, *, choice: str = ""
) -> None:
    """Note what ``wanted`` changes in the day: nothing, its entries, or a fault; ``choice`` ends a conflict."""
    minutes = as_minutes(wanted, day)
    stored = grid.days_of[line.key].get(day, {})
    seen = typed.shown[line.key].get(day, {})
    if minutes in (stored, seen):
        return
    if line.lock:
        typed.faults[line.name(day)] = say(grid, line, day, f"ce relevé ne se modifie pas. {line.lock}")
    elif seen != stored and choice == "theirs":
        typed.shown[line.key][day] = stored
        for each in grid.lines:
            if each.sheet is line.sheet:
                typed.texts.pop(each.name(day), None)
                typed.texts.pop(each.kind_name(day), None)
    elif seen != stored and not choice:
        conflict = Conflict(line, day, minutes, stored)
        typed.conflicts.append(conflict)
        typed.faults[line.name(day)] = say(grid, line, day, conflict.sentence)
    else:
        typed.changes.setdefault(line.place, {})[day] = wanted
        typed.seen.setdefault(line.place, {})[day] = stored


def as_minutes(kinds: Mapping[str, Value], day: date) -> Kinds:
    """The minutes of ``kinds``, those of none left out."""
    return {kind: minutes for kind, value in kinds.items() if (minutes := minutes_of(value, day))}


def seal(days: Mapping[date, Kinds]) -> str:
    """The entries of a timesheet as the page shows them, for the hidden field that comes back with it."""
    return " ".join(
        f"{day:%d}{kind}{minutes}"
        for day, kinds in sorted(days.items())
        for kind, minutes in sorted(kinds.items())
    )


def _unseal(text: str | None, grid: Grid, line: Line) -> Mapping[date, Kinds]:
    stored = grid.days_of[line.key]
    if text is None or text == seal(stored):
        return stored
    days = {f"{day:%d}": day for day in grid.month.days}
    seen: dict[date, Kinds] = {}
    for number, kind, minutes in re.findall(r"(\d\d)([a-z]+)(\d{1,4})", text):
        if number in days:
            seen.setdefault(days[number], {})[kind] = int(minutes)
    return seen


def _collect(grid: Grid, data: Mapping[str, str], typed: Typed) -> None:
    """Take the texts of the cells; a name that leads to no cell of this grid is either empty or a fault."""
    keys = {alias: line for line in grid.sheets for alias in line.aliases}
    cells = {line.name(day) for line in grid.lines for day in line.open_days}
    cells |= {line.kind_name(day) for line in grid.lines if line.is_at_group for day in line.open_days}
    for name, text in data.items():
        match = NAME.fullmatch(name)
        if match is None:
            continue
        slot, key, day = match.groups()
        line = keys.get(key)
        known = f"{slot}-{line.key}-{day}" if line else name
        if known in cells:
            typed.texts[known] = text
        elif text.strip() and slot[0] != "k":
            typed.general.append(_astray(line, day))


def _astray(line: Line | None, text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return OUTDATED
    if line is None or day in line.open_days:
        return OUTDATED
    placed = line.sheet.assignment
    why = f"la mise à disposition chez {placed.member}" if placed else "le contrat de travail"
    return f"{spell_day(day).capitalize()}\u00a0: hors de ce que couvre {why}. Videz cette case."


def _read_day(grid: Grid, lines: list[Line], day: date, typed: Typed) -> Kinds | None:
    """What the cells of a day ask for; None when one of them cannot be read."""
    wanted: Kinds = {}
    faults: dict[str, str] = {}
    for line in lines:
        try:
            kind, minutes = _read_cell(line, day, typed)
        except BadDuration as fault:
            faults[line.name(day)] = say(grid, line, day, str(fault))
            continue
        if minutes:
            wanted[kind] = wanted.get(kind, 0) + minutes
    typed.faults |= faults
    return None if faults else wanted


def _fill(grid: Grid, wanted: Wanted, filled: Wanted, typed: Typed) -> None:
    """Put what a gesture fills into ``wanted``, and into the cells, should the page come back with faults."""
    firsts = {line.key: line for line in grid.sheets}
    for (key, day), kinds in filled.items():
        if (key, day) not in wanted:
            continue  # What cannot be read is not overwritten.
        wanted[key, day] = kinds
        line, minutes = firsts[key], as_minutes(kinds, day)
        kind = next(iter(minutes), "")
        typed.texts[line.name(day)] = short_hours(minutes.get(Kind.WORKED, 0) or sum(minutes.values()))
        if line.is_at_group:
            typed.texts[line.kind_name(day)] = kind


def _read_cell(line: Line, day: date, typed: Typed) -> tuple[str, int]:
    """Kind and minutes of one cell; those that are stored when the page did not show it."""
    text = typed.texts.get(line.name(day))
    minutes = line.minutes.get(day, 0) if text is None else parse_minutes(text)
    if not line.is_at_group:
        return own_kind(line), minutes
    kind = typed.texts.get(line.kind_name(day), line.kinds.get(day, ""))
    if minutes and kind not in set(GROUP_KINDS):
        raise BadDuration("choisissez le motif\u00a0: congé, maladie, formation…")
    return kind, minutes


def own_kind(line: Line) -> str:
    """The kind of hours at a member: travel between two of them, or work."""
    return Kind.TRAVEL if line.slot == "t" else Kind.WORKED


def say(grid: Grid, line: Line, day: date, sentence: str) -> str:
    """ "Mardi 3 novembre (Aloen) : …" """
    where = ""
    if grid.only is None:
        placed = line.sheet.assignment
        where = f" ({placed.member})" if placed else " (absence)"
    return f"{spell_day(day).capitalize()}{where}\u00a0: {sentence}"
