"""The form of one line of hours on one day: duration, cause, times, break and note, as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from groupement.worktime import BadClock, BadDuration, parse_clock, parse_minutes, short_hours
from timesheets.day_rules import Timed, bad_times, minutes_of
from timesheets.grid.lines import Line
from timesheets.grid.typed import own_kind
from timesheets.models import GROUP_KINDS, Kind

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
