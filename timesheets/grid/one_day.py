"""One day of the grid, place by place, with times, breaks and notes: the forms of the page, and what they change."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from groupement.kernel.french import quoted
from groupement.kernel.page_unit import typed_duration
from groupement.kernel.worktime import BadClock, BadDuration, parse_clock, parse_minutes, short_hours
from members.access import decides_on
from timesheets.day_rules import TimedHours, bad_times, minutes_of
from timesheets.grid.lines import GridLine, MinutesByKind, MonthGrid
from timesheets.grid.posted import (
    DayConflict,
    PostedGrid,
    as_minutes,
    chosen_side,
    day_sentence,
)
from timesheets.models import GROUP_KINDS, Kind
from timesheets.parting import EntryLine

# The letters of the inputs' names, before what tells the lines of one timesheet apart.
INPUT_LETTERS = {"minutes": "m", "kind": "k", "start": "d", "end": "f", "pause": "p", "note": "n"}
WIDGETS: dict[str, dict[str, Any]] = {
    "minutes": {"inputmode": "decimal"},
    "pause": {"inputmode": "numeric"},
    "note": {"maxlength": 200},
}
ABSENCE_CHOICES = [("", "Motif\u00a0?"), *((kind.value, kind.label) for kind in Kind if kind in GROUP_KINDS)]


class DayLineForm(forms.Form):
    """The posted hours of one line on one day; ``value``: the hours that they make, of a valid form."""

    minutes = forms.CharField(label="Durée", required=False, max_length=20)
    kind = forms.ChoiceField(label="Motif", required=False, choices=ABSENCE_CHOICES)
    start = forms.CharField(label="Début", required=False, max_length=10)
    end = forms.CharField(label="Fin", required=False, max_length=10)
    pause = forms.CharField(label="Pause", required=False, max_length=20)
    note = forms.CharField(label="Note", required=False, max_length=200)

    def __init__(
        self, line: GridLine, day: date, data: Mapping[str, Any] | None = None, *, kind: str = ""
    ) -> None:
        self.line, self.day = line, day
        super().__init__(data, initial=_initial(line, day, kind), auto_id="%s")
        for name, attributes in WIDGETS.items():
            self.fields[name].widget.attrs |= {"autocomplete": "off"} | attributes
        for name in ("start", "end"):
            widget = self.fields[name].widget
            widget.input_type, widget.attrs["autocomplete"] = "time", "off"
        if not line.is_at_group:
            del self.fields["kind"]
        if not line.is_first:
            del self.fields["note"]
        elif not line.is_at_group and line.sheet.assignment:
            self.fields["note"].help_text = f"{line.sheet.assignment.member.short_name} la lira."

    def add_prefix(self, field_name: str) -> str:
        """The name of the input, that of the grid's cell for the minutes: "m-12-2026-11-03"."""
        if field_name not in INPUT_LETTERS:
            return field_name  # Django prefixes ids too: they are the names already.
        slot = "t" if self.line.slot == "t" and field_name != "minutes" else self.line.slot[1:]
        letter = self.line.slot[0] if field_name == "minutes" else INPUT_LETTERS[field_name]
        return f"{letter}{slot}-{self.line.key}-{self.day}"

    @property
    def is_posted(self) -> bool:
        """Whether the page had these inputs."""
        return any(self.add_prefix(name) in self.data for name in self.fields)

    @property
    def is_detailed(self) -> bool:
        """Whether times, break or note are filled or at fault, so that they are unfolded."""
        names = [name for name in ("start", "end", "pause", "note") if name in self.fields]
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def chosen_kind(self) -> str:
        return self.cleaned_data.get("kind", "") if self.line.is_at_group else self.line.kind

    def clean_minutes(self) -> int | None:
        text = self.cleaned_data["minutes"]
        return _parsed(parse_minutes, text) if text.strip() else None

    def clean_pause(self) -> int:
        """People count breaks in minutes: "45" is no forty-five hours."""
        text = self.cleaned_data["pause"].strip()
        try:
            return parse_minutes(f"{text} min" if text.isdecimal() else text)
        except BadDuration as fault:
            raise forms.ValidationError(
                f"{quoted(text, at_most=20)} n’est pas une pause\u00a0: écrivez des minutes, par exemple 45, ou 1h15."
            ) from fault

    def clean_start(self) -> Any:
        return _parsed(parse_clock, self.cleaned_data["start"])

    def clean_end(self) -> Any:
        return _parsed(parse_clock, self.cleaned_data["end"])

    def clean(self) -> dict[str, Any]:
        self.value: TimedHours | None = None
        read = self.cleaned_data
        if self.errors:
            return read
        timed = TimedHours(read["minutes"], read["start"], read["end"], read["pause"])
        if why := bad_times(timed, self.day):
            self.add_error("minutes", f"{why[0].upper()}{why[1:]}")
        elif minutes := minutes_of(timed, self.day):
            self.value = timed._replace(minutes=minutes)
            if self.line.is_at_group and not read.get("kind"):
                self.add_error("kind", "Choisissez le motif\u00a0: congé, maladie, formation…")
        return read


def _initial(line: GridLine, day: date, kind: str) -> dict[str, str]:
    entry = line.entries.get(day)
    if entry is None:
        return {"kind": kind}
    start, end = (f"{at:%H:%M}" if at else "" for at in (entry.started_at, entry.ended_at))
    return {
        "minutes": typed_duration(entry.minutes),
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


# What people are away for most often; the others stand in the list.
CAUSES = (Kind.LEAVE, Kind.SICKNESS, Kind.TRAINING)


@dataclass
class DayPlace:
    """One timesheet on the day: its forms, what is planned there, and what stands there.

    ``went_on``: minutes that are written on the day before, and are of this one. ``left``: of the minutes planned for
    the day in all, those that stand nowhere yet.
    """

    line: GridLine
    day: date
    forms: list[DayLineForm]
    entries: Mapping[str, EntryLine]
    planned: int
    kind: str
    went_on: int = 0
    left: int = 0

    @property
    def causes(self) -> list[tuple[str, str]]:
        """The causes of absence that one tap writes for what is ``left`` of the plan: value and label."""
        is_offered = (
            self.line.is_at_group and self.is_open and self.left and not (self.entries or self.planned)
        )
        return [(kind.value, str(kind.label)) for kind in CAUSES] if is_offered else []

    @property
    def is_open(self) -> bool:
        return not self.line.lock

    @property
    def offers_plan(self) -> bool:
        """Whether one tap would write something else than what stands there."""
        return self.is_open and bool(self.planned) and not self.is_as_planned

    @property
    def is_as_planned(self) -> bool:
        """Whether what stands there is what was planned, in minutes."""
        return bool(self.planned) and {self.kind or Kind.WORKED.value: self.planned} == _minutes(self.entries)

    @property
    def planned_text(self) -> str:
        """What is planned as a field would hold it."""
        return typed_duration(self.planned)

    @property
    def minutes(self) -> int:
        return sum(entry.minutes for entry in self.entries.values())

    @property
    def is_unfolded(self) -> bool:
        """Whether something typed is not saved yet, so that its fields are in sight."""
        return any(form.is_bound and (form.errors or form.has_changed()) for form in self.forms)

    @property
    def note(self) -> str:
        return next((entry.note for entry in self.entries.values() if entry.note), "")


def day_places(
    grid: MonthGrid, day: date, data: Mapping[str, Any] | None = None, *, plan: str = "", away: str = ""
) -> list[DayPlace]:
    """The places of ``day``, with what was posted if it was; ``plan`` is the key of one to be filled as planned.

    ``away``: the cause of an absence, to be written for what is left of the plan.
    """
    written = sum(sum(grid.recorded(line.key, day).values()) for line in grid.sheets)
    left = max(grid.plan.get(day, 0) - written, 0)
    places = []
    for first in grid.sheets:
        if not _is_shown(grid, first, day):
            continue
        planned, kind = _planned(grid, first, day)
        lines = [line for line in grid.lines if line.sheet is first.sheet]
        posted = data
        if data is not None and plan in first.aliases:
            posted = {name: data[name] for name in data} | _planned_texts(first, day, planned, kind)
        elif data is not None and away and left and first.is_at_group:
            posted = {name: data[name] for name in data} | _planned_texts(first, day, left, away)
        entries = grid.entries_of[first.key].get(day, {})
        each = [
            DayLineForm(line, day, _with_present_names(posted, line), kind=kind if line is first else "")
            for line in lines
        ]
        went_on = sum(grid.went_on(first.key, day).values())
        places.append(DayPlace(first, day, each, entries, planned, kind, went_on, left))
    # Where something is expected or written stands at the top, for the thumb.
    return sorted(places, key=lambda place: not (place.planned or place.entries))


def _is_shown(grid: MonthGrid, line: GridLine, day: date) -> bool:
    """Days that are agreed on, days with hours; all for the coordination, which records others with a reason."""
    if day in line.open_days or grid.recorded(line.key, day) or grid.entries_of[line.key].get(day):
        return True
    return not line.lock and decides_on(grid.viewer, grid.employee.user_id)


@dataclass
class PostedDay(PostedGrid):
    """What was posted for one day.

    ``shown_fields``: the stored day as the page knows it, by
    timesheet key; ``new_fields``: the same once the change is saved.
    """

    shown_fields: dict[str, str] = field(default_factory=dict)
    new_fields: dict[str, str] = field(default_factory=dict)

    def mark_saved(self, grid: MonthGrid) -> None:
        super().mark_saved(grid)
        self.shown_fields |= self.new_fields


def read_posted_day(
    grid: MonthGrid, places: list[DayPlace], data: Mapping[str, str], *, may_choose: bool = True
) -> PostedDay:
    """What the forms of ``places`` change, against what is stored and what the page had shown."""
    posted = PostedDay()
    for place in places:
        line, day = place.line, place.day
        posted.shown[line.key] = {day: grid.days_of[line.key].get(day, {})}
        stored = _encode_stored(place)
        posted.shown_fields[line.key] = next(
            (data[f"vu-{alias}"] for alias in line.aliases if f"vu-{alias}" in data), stored
        )
        # A place that the page did not offer to change stays as it is.
        if not any(form.is_posted for form in place.forms):
            continue
        wanted = _wanted(place)
        posted.typed[line.key] = {day: _typed(place)}
        for form in place.forms:
            for name, errors in form.errors.items():
                posted.faults[form[name].html_name] = day_sentence(grid, line, day, str(errors[0]))
        if wanted is not None:
            choice = chosen_side(grid, line, day, data) if may_choose else ""
            _record_change(grid, place, wanted, posted, choice)
    return posted


def stored_field(place: DayPlace, posted: PostedGrid) -> tuple[str, str, str]:
    """Name and value of the hidden field that tells what the page has shown of a place, and how that was called."""
    known = posted.shown_fields.get(place.line.key) if isinstance(posted, PostedDay) else None
    return f"vu-{place.line.key}", _encode_stored(place) if known is None else known, place.line.aliases[-1]


def _record_change(
    grid: MonthGrid, place: DayPlace, wanted: dict[str, TimedHours], posted: PostedDay, choice: str
) -> None:
    line, day = place.line, place.day
    note = place.forms[0].cleaned_data.get("note", "").strip()
    asked, stored, seen = _encode_day(wanted, note), _encode_stored(place), posted.shown_fields[line.key]
    if asked in (stored, seen):
        posted.is_stored_already |= asked == stored != seen
        return
    if seen != stored and choice == "theirs":
        del posted.typed[line.key]
        return
    if line.lock:
        posted.faults[line.name(day)] = day_sentence(
            grid, line, day, f"ce relevé ne se modifie pas. {line.lock}"
        )
    elif seen != stored and not choice:
        conflict = DayConflict(line, day, as_minutes(wanted, day), grid.days_of[line.key].get(day, {}))
        posted.conflicts.append(conflict)
        posted.faults[line.name(day)] = day_sentence(grid, line, day, conflict.sentence)
    else:
        posted.changes[line.place] = {day: wanted}
        posted.notes[line.place] = {day: note}
        posted.seen[line.place] = {day: grid.days_of[line.key].get(day, {})}
        posted.new_fields[line.key] = asked


def _wanted(place: DayPlace) -> dict[str, TimedHours] | None:
    """The hours by kind; None when something cannot be read or cannot stand beside the rest."""
    if [form for form in place.forms if not form.is_valid()]:
        return None
    wanted: dict[str, TimedHours] = {}
    for form in place.forms:
        if form.value is None:
            continue
        if form.chosen_kind in wanted:
            form.add_error("kind", "Ce motif est déjà choisi plus haut\u00a0: réunissez les deux durées.")
            return None
        wanted[form.chosen_kind] = form.value
    first = place.forms[0]
    if first.cleaned_data.get("note", "").strip() and not wanted:
        first.add_error("note", "Une note accompagne des heures\u00a0: indiquez aussi une durée.")
        return None
    return wanted


def _typed(place: DayPlace) -> MinutesByKind:
    """The minutes by kind of those forms that can be read."""
    found: MinutesByKind = {}
    for form in place.forms:
        if form.is_valid() and form.value is not None:
            found[form.chosen_kind] = found.get(form.chosen_kind, 0) + (form.value.minutes or 0)
    return found


def _planned(grid: MonthGrid, line: GridLine, day: date) -> tuple[int, str]:
    """Minutes and, at the group, the kind: an absence known in advance takes the place of what was planned."""
    if line.is_at_group:
        return (grid.plan.get(day, 0), grid.known_absences[day]) if day in grid.known_absences else (0, "")
    is_away = day in grid.known_absences or day in grid.absent
    return (0 if is_away else line.planned.get(day, 0)), ""


def _planned_texts(line: GridLine, day: date, planned: int, kind: str) -> dict[str, str]:
    emptied = {f"{letter}-{line.key}-{day}": "" for letter in "dfp"}
    posted = {line.name(day): short_hours(planned)} if planned else {}
    return emptied | posted | ({line.kind_name(day): kind} if kind else {})


def _with_present_names(data: Mapping[str, Any] | None, line: GridLine) -> Mapping[str, Any] | None:
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


def _minutes(entries: Mapping[str, EntryLine]) -> dict[str, int]:
    return {kind: entry.minutes for kind, entry in entries.items()}


def _encode_stored(place: DayPlace) -> str:
    return _encode_day({kind: entry.hours for kind, entry in place.entries.items()}, place.note)


def _encode_day(kinds: Mapping[str, TimedHours], note: str) -> str:
    """A day as a short text, to compare: "worked450@0900-1730-60 #1a2b3c4d"."""
    parts = []
    for kind, timed in sorted(kinds.items()):
        times = (
            f"@{timed.start:%H%M}-{timed.end:%H%M}-{timed.break_minutes}" if timed.start and timed.end else ""
        )
        parts.append(f"{kind}{timed.minutes}{times}")
    return " ".join([*parts, f"#{zlib.crc32(note.encode()):x}"] if note else parts)
