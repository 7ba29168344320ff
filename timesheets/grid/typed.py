"""What somebody typed into the grid: the days that change, and the cells that cannot be read, with a sentence each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from groupement.templatetags.formats import day as spell_day
from groupement.worktime import BadDuration, parse_minutes, short_hours
from timesheets.day_rules import Fault, Value, minutes_of
from timesheets.entering import Place
from timesheets.grid.conflicts import Conflict, chosen
from timesheets.grid.lines import Grid, Kinds, Line
from timesheets.models import GROUP_KINDS, Kind

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
