"""What somebody typed into the grid: the days that change, and the cells that cannot be read, with a sentence each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from groupement.templatetags.formats import day as spell_day
from groupement.worktime import BadDuration, parse_minutes, short_hours, spell_clock
from timesheets.day_rules import Fault
from timesheets.entering import Place
from timesheets.grid.lines import Grid, Kinds, Line
from timesheets.models import GROUP_KINDS, Kind

NAME = re.compile(r"(m\d?|t|k\d?)-(\d{1,18}|a\d{1,18}|g)-(\d{4}-\d\d-\d\d)")
OUTDATED = "Cette page n’est plus à jour\u00a0: rechargez-la, puis saisissez de nouveau."


@dataclass
class Typed:
    """The cells as typed, by name; what would change, by place and day; what is wrong, by the name of the cell.

    A place is (assignment or None, supplement): the timesheet may not exist yet.
    """

    texts: dict[str, str] = field(default_factory=dict)
    changes: dict[Place, dict[date, Kinds]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)

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


def read(grid: Grid, data: Mapping[str, str], *, fill: bool = False) -> Typed:
    """Read a posted grid against the stored one; ``fill`` puts the plan into empty cells.

    A cell that was left as it came is no change, even when somebody else has changed it meanwhile; a cell changed by
    both is a fault, so that nobody overwrites what they have not seen.
    """
    typed = Typed()
    _collect(grid, data, typed)
    filling = _filling(grid, typed) if fill else {}
    for first in grid.sheets:
        lines = [line for line in grid.lines if line.sheet is first.sheet]
        seen = _unseal(data.get(f"vu-{first.key}"), grid, first)
        for day in grid.month.days:
            _read_day(grid, lines, day, seen.get(day, {}), filling.get((first.key, day), {}), typed)
    return typed


def seal(days: Mapping[date, Kinds]) -> str:
    """The entries of a timesheet as the page shows them, for the hidden field that comes back with it."""
    return " ".join(
        f"{day:%d}{kind}{minutes}" for day, kinds in days.items() for kind, minutes in sorted(kinds.items())
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
    keys = {alias: line for line in grid.sheets for alias in _aliases(line)}
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


def _aliases(line: Line) -> list[str]:
    """How a page may call the timesheet: also as it did before the month was opened."""
    sheet = line.sheet
    if sheet.supplement:
        return [line.key]
    return [line.key, f"a{sheet.assignment_id}" if sheet.assignment_id else "g"]


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


def _read_day(grid: Grid, lines: list[Line], day: date, seen: Kinds, filling: Kinds, typed: Typed) -> None:
    stored = grid.days_of[lines[0].key].get(day, {})
    wanted: Kinds = {}
    faults: dict[str, str] = {}
    for line in lines:
        try:
            kind, minutes = _read_cell(line, day, typed)
        except BadDuration as fault:
            faults[line.name(day)] = _say(grid, line, day, str(fault))
            continue
        if minutes:
            wanted[kind] = wanted.get(kind, 0) + minutes
    if faults:
        typed.faults |= faults
        return
    if filling and not wanted:
        wanted = filling
        typed.texts[lines[0].name(day)] = short_hours(sum(filling.values()))
    if wanted not in (stored, seen):
        _change(grid, lines[0], day, wanted, seen, stored, typed)


def _change(
    grid: Grid, line: Line, day: date, wanted: Kinds, seen: Kinds, stored: Kinds, typed: Typed
) -> None:
    if line.lock:
        typed.faults[line.name(day)] = _say(grid, line, day, f"ce relevé ne se modifie pas. {line.lock}")
    elif seen != stored:
        now = spell_clock(sum(stored.values())) if stored else "rien"
        typed.faults[line.name(day)] = _say(
            grid,
            line,
            day,
            f"entre-temps, une autre personne a écrit {now}. Vérifiez, puis enregistrez de nouveau.",
        )
    else:
        place = (line.sheet.assignment_id, line.sheet.supplement)
        typed.changes.setdefault(place, {})[day] = wanted


def _read_cell(line: Line, day: date, typed: Typed) -> tuple[str, int]:
    """Kind and minutes of one cell; those that are stored when the page did not show it."""
    text = typed.texts.get(line.name(day))
    minutes = line.minutes.get(day, 0) if text is None else parse_minutes(text)
    if not line.is_at_group:
        return _own_kind(line), minutes
    kind = typed.texts.get(line.kind_name(day), line.kinds.get(day, ""))
    if minutes and kind not in set(GROUP_KINDS):
        raise BadDuration("choisissez le motif\u00a0: congé, maladie, formation…")
    return kind, minutes


def _own_kind(line: Line) -> str:
    return Kind.TRAVEL if line.slot == "t" else Kind.WORKED


def _filling(grid: Grid, typed: Typed) -> dict[tuple[str, date], Kinds]:
    """What the plan would put into the empty cells: work on the days without absence, public holidays off."""
    filling: dict[tuple[str, date], Kinds] = {}
    feasts = grid.holiday_minutes()
    for line in grid.sheets:
        if line.lock:
            continue
        for day in line.open_days:
            if line.is_at_group and feasts.get(day):
                filling[line.key, day] = {Kind.HOLIDAY: feasts[day]}
            elif line.planned.get(day) and not _is_away(grid, day, typed):
                filling[line.key, day] = {Kind.WORKED: line.planned[day]}
    return filling


def _is_away(grid: Grid, day: date, typed: Typed) -> bool:
    """Whether an absence is known or typed that day: the plan does not hold then."""
    lines = [line for line in grid.lines if line.is_at_group]
    return day in grid.absent or any(
        typed.texts.get(line.name(day), "x" if line.minutes.get(day) else "").strip() for line in lines
    )


def _say(grid: Grid, line: Line, day: date, sentence: str) -> str:
    where = ""
    if grid.only is None:
        placed = line.sheet.assignment
        where = f" ({placed.member})" if placed else " (absence)"
    return f"{spell_day(day).capitalize()}{where}\u00a0: {sentence}"
