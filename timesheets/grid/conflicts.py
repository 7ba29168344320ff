"""Days that two people changed: both values side by side, who wrote the other one, and which of them is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from groupement.worktime import spell_clock
from members.models import User
from timesheets.grid.lines import Grid, Kinds, Line
from timesheets.models import Entry, Kind

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
