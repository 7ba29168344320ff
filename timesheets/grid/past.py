"""What stood in the days that a gesture changed, signed and carried by the page, so that the gesture can be undone."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django.core import signing

from groupement.lifecycle import Refusal
from members.models import User
from timesheets.entering import Past, Was
from timesheets.grid.lines import Grid
from timesheets.grid.typed import Typed, as_minutes
from timesheets.models import Entry

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
