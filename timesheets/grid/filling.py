"""Gestures that fill cells: what is planned, with absences known in advance and public holidays; or the week before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.core import signing

from groupement.kernel.lifecycle import Refusal
from members.models import User
from timesheets.day_rules import Timed, Value
from timesheets.entering import Past, Was
from timesheets.grid.lines import Grid, Line
from timesheets.grid.typed import Filling, Typed, Wanted, as_minutes
from timesheets.models import Entry, Kind

A_WEEK = timedelta(days=7)


def from_plan(grid: Grid, wanted: Wanted) -> Wanted:
    """What the plan puts into the empty cells: work on the days without absence, absences that are known, holidays."""
    return _plan(grid, wanted, keeps=True)


def as_planned(grid: Grid, wanted: Wanted) -> Wanted:
    """The same over whatever hours stand on a planned day; a day with an absence stays, and so does travel."""
    return _plan(grid, wanted, keeps=False)


def from_week_before(number: int) -> Filling:
    """Fill the empty cells of the week with that ISO number by the hours of the week before, last month's if need be.

    Not on public holidays, nor on days of absence; absences themselves are no habit and are not copied.
    """

    def fill(grid: Grid, wanted: Wanted) -> Wanted:
        days = [day for day in grid.month.days if day.isocalendar().week == number]
        earlier = _month_before(grid, [day - A_WEEK for day in days if day - A_WEEK not in grid.month])
        return {
            (line.key, day): source
            for line in _open(grid)
            if not line.is_at_group and not line.sheet.supplement
            for day in days
            if day in line.open_days
            and not wanted.get((line.key, day), True)
            and day not in grid.holidays
            and not _is_away(grid, day, wanted)
            and (source := _source(line, day - A_WEEK, wanted, earlier))
        }

    return fill


def _plan(grid: Grid, wanted: Wanted, *, keeps: bool) -> Wanted:
    filled: Wanted = {}
    feasts = grid.holiday_minutes()
    for line in _open(grid):
        for day in line.open_days:
            held = wanted.get((line.key, day))
            if held is None or (held and (keeps or line.is_at_group)):
                continue
            kinds = _absence(grid, day, feasts) if line.is_at_group else _work(grid, line, day, wanted, held)
            if kinds:
                filled[line.key, day] = kinds
    return filled


def _open(grid: Grid) -> list[Line]:
    return [line for line in grid.sheets if not line.lock]


def _absence(grid: Grid, day: date, feasts: Mapping[date, int]) -> Mapping[str, Value]:
    """A holiday that falls on a working day, or an absence known in advance, for the minutes that were planned."""
    if feasts.get(day):
        return {Kind.HOLIDAY: feasts[day]}
    if day in grid.known_away and grid.plan.get(day):
        return {grid.known_away[day]: grid.plan[day]}
    return {}


def _work(
    grid: Grid, line: Line, day: date, wanted: Wanted, held: Mapping[str, Value]
) -> Mapping[str, Value]:
    planned = line.planned.get(day)
    if not planned or _is_away(grid, day, wanted):
        return {}
    return {**held, Kind.WORKED: planned}


def _is_away(grid: Grid, day: date, wanted: Wanted) -> bool:
    """Whether an absence is known or typed that day: the plan does not hold then."""
    return (
        day in grid.absent
        or day in grid.known_away
        or any(wanted.get((line.key, day), True) for line in grid.sheets if line.is_at_group)
    )


def _source(
    line: Line, day: date, wanted: Wanted, earlier: Mapping[tuple[int | None, date], Mapping[str, Value]]
) -> Mapping[str, Value]:
    """What was done a week before: as typed on this page, with the times that were noted for it; or last month."""
    if (line.key, day) not in wanted:
        return earlier.get((line.sheet.assignment_id, day), {})
    typed = wanted[line.key, day]
    entry = line.entries.get(day)
    if entry and entry.started_at and typed.get(entry.kind) == entry.minutes:
        return {**typed, entry.kind: _timed(entry)}
    return typed


def _month_before(grid: Grid, days: list[date]) -> dict[tuple[int | None, date], dict[str, Value]]:
    if not days:
        return {}
    found: dict[tuple[int | None, date], dict[str, Value]] = {}
    entries = Entry.objects.filter(timesheet__assignment__in=grid.placed, day__in=days)
    for entry in entries.select_related("timesheet").order_by("day", "timesheet__supplement", "pk"):
        kinds = found.setdefault((entry.timesheet.assignment_id, entry.day), {})
        kinds.setdefault(entry.kind, _timed(entry) if entry.started_at else entry.minutes)
    return found


def _timed(entry: Entry) -> Timed:
    return Timed(None, entry.started_at, entry.ended_at, entry.break_minutes)


KEY = r"\d{1,18}|a\d{1,18}|g"
DO = re.compile(
    rf"(save|auto|copy|fill|undo)|(submit|recall)(?:-({KEY}))?|(plan)-({KEY})|(week)-(\d{{1,2}})|(go)-(\d{{4}}-\d\d-\d\d)"
)


class Gesture(forms.Form):
    """The button pressed.

    save; copy (the plan into empty cells), fill (the month as planned), week-45 (the week before into that one), undo;
    submit (all drafts, or one: "submit-12"), recall-12; of a single day: plan-12 (as planned there), go-2026-11-04.
    "auto" is no button: the page saves itself on leaving a cell.
    """

    do = forms.RegexField(rf"^(?:{DO.pattern})$", required=False)
    note = forms.CharField(
        label="Votre réponse",
        required=False,
        max_length=500,
        help_text="Elle part avec le relevé\u00a0: la structure et la coordination la liront.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def _asked(self) -> tuple[str, str]:
        """Verb and what follows it."""
        match = DO.fullmatch(str(self.data.get("do") or "save"))
        verb, *rest = [part for part in match.groups() if part] if match else ["save"]
        return verb, rest[0] if rest else ""

    @property
    def verb(self) -> str:
        return self._asked[0]

    @property
    def key(self) -> str:
        """The key of the timesheet that the gesture is about, if it is about one."""
        return self._asked[1]

    @property
    def is_quiet(self) -> bool:
        """Whether nobody pressed anything: the sum bar tells, no message pops up."""
        return self.verb == "auto"

    @property
    def is_undo(self) -> bool:
        return self.verb == "undo"

    @property
    def hands_over(self) -> bool:
        """Whether timesheets change hands: what goes with that is not undone but recalled."""
        return self.verb in ("submit", "recall")

    @property
    def filling(self) -> Filling | None:
        """What the gesture puts into cells, if it does."""
        if self.verb == "week":
            return from_week_before(int(self.key))
        return {"copy": from_plan, "fill": as_planned}.get(self.verb)

    @property
    def goes_to(self) -> date | None:
        """The day to show next, if it is another one."""
        try:
            return date.fromisoformat(self.key) if self.verb == "go" else None
        except ValueError:
            return None

    def orders(self, grid: Grid) -> dict[str, Any]:
        """The keywords of entering.enter() that the button stands for; of a valid form."""
        verb, key = self._asked
        places = [line.place for line in grid.sheets if line.is_mine and (not key or key in line.aliases)]
        return {
            "note": self.cleaned_data["note"],
            "submit": places if verb == "submit" else (),
            "recall": places[0] if verb == "recall" and key and places else None,
        }


SALT = "timesheets.undo"
SECONDS = 600


class TooLate(Refusal):
    """What the page carries is too old, or is not of this month and person."""


def remember(grid: Grid, typed: Typed) -> Past:
    """The days that ``typed`` changes, before and after; ``grid`` is as it was read before the change."""
    entries_of = {line.place: grid.entries_of[line.key] for line in grid.sheets}
    return Past(
        before={
            place: {
                day: {kind: _was(entry) for kind, entry in entries_of[place].get(day, {}).items()}
                for day in days
            }
            for place, days in typed.changes.items()
        },
        after={
            place: {day: as_minutes(kinds, day) for day, kinds in days.items()}
            for place, days in typed.changes.items()
        },
    )


def pack(past: Past, grid: Grid) -> str:
    """``past`` as a text that only the viewer of this month can bring back, for ten minutes."""
    rows = [
        [
            *place,
            day.isoformat(),
            {kind: _plain(was) for kind, was in kinds.items()},
            past.after[place][day],
        ]
        for place, days in past.before.items()
        for day, kinds in days.items()
    ]
    return signing.dumps([*_whose(grid), rows], salt=SALT, compress=True)


def unpack(text: str, grid: Grid) -> Past:
    """The reverse. Raises TooLate."""
    try:
        *whose, rows = signing.loads(text, salt=SALT, max_age=SECONDS)
    except signing.BadSignature as error:
        raise TooLate("Trop tard pour annuler\u00a0: corrigez les jours dans la grille.") from error
    if whose != _whose(grid):
        raise TooLate("Ce n’est pas sur cette page que cela s’annule.")
    past = Past(before={}, after={})
    before: Any = past.before
    after: Any = past.after
    for assignment, supplement, text_day, kinds, minutes in rows:
        place, day = (assignment, supplement), date.fromisoformat(text_day)
        before.setdefault(place, {})[day] = {kind: _read(plain) for kind, plain in kinds.items()}
        after.setdefault(place, {})[day] = minutes
    return past


def _whose(grid: Grid) -> list[Any]:
    viewer: User = grid.viewer
    return [viewer.pk, grid.employee.pk, str(grid.month)]


def _was(entry: Entry) -> Was:
    times = entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes
    return Was(*times, note=entry.note, author=entry.entered_by_id)


def _plain(was: Was) -> list[Any]:
    return [part.isoformat() if isinstance(part, time) else part for part in was]


def _read(plain: list[Any]) -> Was:
    minutes, start, end, *rest = plain
    return Was(minutes, _time(start), _time(end), *rest)


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None
