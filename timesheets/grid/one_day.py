"""One day of the grid, place by place, with times, breaks and notes: the forms of the page, and what they change."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from groupement.kernel.worktime import BadClock, BadDuration, parse_clock, parse_minutes, short_hours
from timesheets.day_rules import Timed, bad_times, minutes_of
from timesheets.grid.lines import Grid, Line
from timesheets.grid.typed import Conflict, Typed, as_minutes, chosen, own_kind, say
from timesheets.models import GROUP_KINDS, Entry, Kind

# The letters of the inputs' names, before what tells the lines of one timesheet apart.
LETTERS = {"minutes": "m", "kind": "k", "start": "d", "end": "f", "pause": "p", "note": "n"}
WIDGETS: dict[str, dict[str, Any]] = {
    "minutes": {"inputmode": "decimal"},
    "start": {"type": "time"},
    "end": {"type": "time"},
    "pause": {"inputmode": "numeric"},
    "note": {"maxlength": 200},
}
CAUSES = [("", "Motif ?"), *((kind.value, kind.label) for kind in Kind if kind in GROUP_KINDS)]


class LineForm(forms.Form):
    """The hours of one line on one day, as typed; ``value`` is what they come to, of a valid form."""

    minutes = forms.CharField(label="Durée", required=False, max_length=20)
    kind = forms.ChoiceField(label="Motif", required=False, choices=CAUSES)
    start = forms.CharField(label="Début", required=False, max_length=10)
    end = forms.CharField(label="Fin", required=False, max_length=10)
    pause = forms.CharField(label="Pause", required=False, max_length=20)
    note = forms.CharField(label="Note", required=False, max_length=200)

    def __init__(
        self, line: Line, day: date, data: Mapping[str, Any] | None = None, *, kind: str = ""
    ) -> None:
        self.line, self.day = line, day
        super().__init__(data, initial=_initial(line, day, kind), auto_id="%s")
        for name, attributes in WIDGETS.items():
            self.fields[name].widget.attrs |= {"autocomplete": "off"} | attributes
        if not line.is_at_group:
            del self.fields["kind"]
        if not line.is_first:
            del self.fields["note"]
        elif not line.is_at_group and line.sheet.assignment:
            self.fields["note"].help_text = f"{line.sheet.assignment.member.short_name} la lira."

    def add_prefix(self, field_name: str) -> str:
        """The name of the input, that of the grid's cell for the minutes: "m-12-2026-11-03"."""
        if field_name not in LETTERS:
            return field_name  # Django prefixes ids too: they are the names already.
        slot = "t" if self.line.slot == "t" and field_name != "minutes" else self.line.slot[1:]
        letter = self.line.slot[0] if field_name == "minutes" else LETTERS[field_name]
        return f"{letter}{slot}-{self.line.key}-{self.day}"

    @property
    def is_posted(self) -> bool:
        """Whether the page had these inputs."""
        return any(self.add_prefix(name) in self.data for name in self.fields)

    @property
    def is_detailed(self) -> bool:
        """Whether times, break or note deserve to be in sight."""
        names = [name for name in ("start", "end", "pause", "note") if name in self.fields]
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def taken_kind(self) -> str:
        return self.cleaned_data.get("kind", "") if self.line.is_at_group else own_kind(self.line)

    def clean_minutes(self) -> int | None:
        text = self.cleaned_data["minutes"]
        return _parsed(parse_minutes, text) if text.strip() else None

    def clean_pause(self) -> int:
        """People count breaks in minutes: "45" is no forty-five hours."""
        text = self.cleaned_data["pause"].strip()
        return _parsed(parse_minutes, f"{text} min" if text.isdecimal() else text) or 0

    def clean_start(self) -> Any:
        return _parsed(parse_clock, self.cleaned_data["start"])

    def clean_end(self) -> Any:
        return _parsed(parse_clock, self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        self.value: Timed | None = None
        read = self.cleaned_data
        if self.errors:
            return read
        timed = Timed(read["minutes"], read["start"], read["end"], read["pause"])
        if why := bad_times(timed, self.day):
            self.add_error("minutes", f"{why[0].upper()}{why[1:]}")
        elif minutes := minutes_of(timed, self.day):
            self.value = timed._replace(minutes=minutes)
            if self.line.is_at_group and not read.get("kind"):
                self.add_error("kind", "Choisissez le motif\u00a0: congé, maladie, formation…")
        return read


def _initial(line: Line, day: date, kind: str) -> dict[str, str]:
    entry = line.entries.get(day)
    if entry is None:
        return {"kind": kind}
    start, end = (f"{at:%H:%M}" if at else "" for at in (entry.started_at, entry.ended_at))
    return {
        "minutes": short_hours(entry.minutes),
        "kind": entry.kind,
        "start": start,
        "end": end,
        "pause": str(entry.break_minutes or ""),
        "note": entry.note,
    }


def _parsed(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except (BadDuration, BadClock) as fault:
        raise forms.ValidationError(str(fault)) from fault


@dataclass
class Spot:
    """One timesheet on the day: its forms, what is planned there, and what stands there."""

    line: Line
    day: date
    forms: list[LineForm]
    entries: Mapping[str, Entry]
    planned: int
    kind: str

    @property
    def is_open(self) -> bool:
        return not self.line.lock

    @property
    def offers_plan(self) -> bool:
        """Whether one tap would write something else than what stands there."""
        wanted = {self.kind or Kind.WORKED.value: self.planned}
        return self.is_open and bool(self.planned) and wanted != _minutes(self.entries)

    @property
    def note(self) -> str:
        return next((entry.note for entry in self.entries.values() if entry.note), "")


def open_day(grid: Grid, day: date, data: Mapping[str, Any] | None = None, *, plan: str = "") -> list[Spot]:
    """The places of ``day``, with what was typed if it was; ``plan`` is the key of one to be filled as planned."""
    spots = []
    for first in grid.sheets:
        if day not in first.open_days:
            continue
        planned, kind = _planned(grid, first, day)
        lines = [line for line in grid.lines if line.sheet is first.sheet]
        typed = data
        if data is not None and plan in first.aliases:
            typed = {name: data[name] for name in data} | _as_planned(first, day, planned, kind)
        entries = grid.entries_of[first.key].get(day, {})
        each = [
            LineForm(line, day, _named(typed, line), kind=kind if line is first else "") for line in lines
        ]
        spots.append(Spot(first, day, each, entries, planned, kind))
    # Where something is expected or written stands at the top, for the thumb.
    return sorted(spots, key=lambda spot: not (spot.planned or spot.entries))


@dataclass
class DayTyped(Typed):
    """What was typed for one day; ``seals`` is what the page knows of each place, ``asked`` what it will once saved."""

    seals: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def keep(self, grid: Grid) -> None:
        super().keep(grid)
        self.seals |= self.asked


def read_day(grid: Grid, spots: list[Spot], data: Mapping[str, str], *, may_choose: bool = True) -> DayTyped:
    """What the forms of ``spots`` change, against what is stored and what the page had shown."""
    typed = DayTyped()
    for spot in spots:
        line, day = spot.line, spot.day
        typed.shown[line.key] = {day: grid.days_of[line.key].get(day, {})}
        stored = _stored(spot)
        typed.seals[line.key] = next(
            (data[f"vu-{alias}"] for alias in line.aliases if f"vu-{alias}" in data), stored
        )
        # A place that the page did not offer to change stays as it is.
        if not any(form.is_posted for form in spot.forms):
            continue
        wanted = _wanted(spot)
        for form in spot.forms:
            for name, errors in form.errors.items():
                typed.faults[form[name].html_name] = say(grid, line, day, str(errors[0]))
        if wanted is not None:
            choice = chosen(grid, line, day, data) if may_choose else ""
            _settle(grid, spot, wanted, typed, choice)
    return typed


def seal_day(spot: Spot, typed: Typed) -> tuple[str, str, str]:
    """Name and value of the hidden field that tells what the page has shown of a place, and how that was called."""
    known = typed.seals.get(spot.line.key) if isinstance(typed, DayTyped) else None
    return f"vu-{spot.line.key}", _stored(spot) if known is None else known, spot.line.aliases[-1]


def _settle(grid: Grid, spot: Spot, wanted: dict[str, Timed], typed: DayTyped, choice: str) -> None:
    line, day = spot.line, spot.day
    note = spot.forms[0].cleaned_data.get("note", "").strip()
    asked, stored, seen = _spelt(wanted, note), _stored(spot), typed.seals[line.key]
    if asked in (stored, seen) or (seen != stored and choice == "theirs"):
        return
    if line.lock:
        typed.faults[line.name(day)] = say(grid, line, day, f"ce relevé ne se modifie pas. {line.lock}")
    elif seen != stored and not choice:
        conflict = Conflict(line, day, as_minutes(wanted, day), grid.days_of[line.key].get(day, {}))
        typed.conflicts.append(conflict)
        typed.faults[line.name(day)] = say(grid, line, day, conflict.sentence)
    else:
        typed.changes[line.place] = {day: wanted}
        typed.notes[line.place] = {day: note}
        typed.seen[line.place] = {day: grid.days_of[line.key].get(day, {})}
        typed.asked[line.key] = asked


def _wanted(spot: Spot) -> dict[str, Timed] | None:
    """The hours by kind; None when something cannot be read or cannot stand beside the rest."""
    if [form for form in spot.forms if not form.is_valid()]:
        return None
    wanted: dict[str, Timed] = {}
    for form in spot.forms:
        if form.value is None:
            continue
        if form.taken_kind in wanted:
            form.add_error("kind", "Ce motif est déjà choisi plus haut\u00a0: réunissez les deux durées.")
            return None
        wanted[form.taken_kind] = form.value
    first = spot.forms[0]
    if first.cleaned_data.get("note", "").strip() and not wanted:
        first.add_error("note", "Une note accompagne des heures\u00a0: indiquez aussi une durée.")
        return None
    return wanted


def _planned(grid: Grid, line: Line, day: date) -> tuple[int, str]:
    """Minutes and, at the group, the kind: an absence known in advance takes the place of what was planned."""
    if line.is_at_group:
        return (grid.plan.get(day, 0), grid.known_away[day]) if day in grid.known_away else (0, "")
    is_away = day in grid.known_away or day in grid.absent
    return (0 if is_away else line.planned.get(day, 0)), ""


def _as_planned(line: Line, day: date, planned: int, kind: str) -> dict[str, str]:
    emptied = {f"{letter}-{line.key}-{day}": "" for letter in "dfp"}
    typed = {line.name(day): short_hours(planned)} if planned else {}
    return emptied | typed | ({line.kind_name(day): kind} if kind else {})


def _named(data: Mapping[str, Any] | None, line: Line) -> Mapping[str, Any] | None:
    """``data`` with the names of before the month was opened brought to those of now."""
    if data is None:
        return None
    old = [alias for alias in line.aliases if alias != line.key]
    renamed = {
        name.replace(f"-{alias}-", f"-{line.key}-"): value
        for alias in old
        for name, value in data.items()
        if f"-{alias}-" in name
    }
    return {**renamed, **{name: data[name] for name in data}}


def _minutes(entries: Mapping[str, Entry]) -> dict[str, int]:
    return {kind: entry.minutes for kind, entry in entries.items()}


def _stored(spot: Spot) -> str:
    kinds = {
        kind: Timed(entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes)
        for kind, entry in spot.entries.items()
    }
    return _spelt(kinds, spot.note)


def _spelt(kinds: Mapping[str, Timed], note: str) -> str:
    """A day as a short text, to compare: "worked450@0900-1730-60 #1a2b3c4d"."""
    parts = []
    for kind, timed in sorted(kinds.items()):
        times = (
            f"@{timed.start:%H%M}-{timed.end:%H%M}-{timed.break_minutes}" if timed.start and timed.end else ""
        )
        parts.append(f"{kind}{timed.minutes}{times}")
    return " ".join([*parts, f"#{zlib.crc32(note.encode()):x}"] if note else parts)
