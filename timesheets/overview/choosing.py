"""What the coordinator chose to look at: a view of the month and filters, read from the address and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from timesheets.overview.matrix import STATES
from timesheets.overview.reading import Line, MonthReading

# Beyond so many members the grid is wider than any screen: people come first then.
WIDEST_GRID = 10


class View(StrEnum):
    """How the month is laid out; the values are those of the address."""

    GRID = "grille"
    PEOPLE = "personnes"
    MEMBERS = "structures"


LABELS = {View.GRID: "Grille", View.PEOPLE: "Par personne", View.MEMBERS: "Par structure"}


@dataclass(frozen=True)
class Choice:
    """A view, and what lines must be of to be shown: a member (0: at the group), a person, a state; None is any."""

    view: View
    member: int | None = None
    person: int | None = None
    state: str = ""
    shows_all: bool = False

    @classmethod
    def read(cls, asked: Mapping[str, str], reading: MonthReading) -> Choice:
        """From the query of an address; what means nothing is as if it were not there."""
        several = len({line.member.pk for line in reading.lines if line.member}) > WIDEST_GRID
        wanted = asked.get("vue", "")
        view = View(wanted) if wanted in set(View) else View.PEOPLE if several else View.GRID
        return cls(
            view,
            member=_number(asked.get("adherent", "")),
            person=_number(asked.get("personne", "")),
            state=asked.get("etat", "") if asked.get("etat", "") in STATES else "",
            shows_all="tout" in asked,
        )

    @property
    def is_filtered(self) -> bool:
        return self.member is not None or self.person is not None or bool(self.state)

    def holds(self, line: Line) -> bool:
        """Whether ``line`` is among those that were asked for."""
        return (
            (self.member is None or self.member == (line.member.pk if line.member else 0))
            and (self.person is None or self.person == line.timesheet.employee_id)
            and self.state in ("", line.timesheet.state)
        )

    def query(self, **changed: object) -> str:
        """The address's query for this choice with ``changed`` parts; empty for the plain month."""
        parts = {
            "vue": self.view,
            "adherent": self.member,
            "personne": self.person,
            "etat": self.state,
            "tout": "oui" if self.shows_all else None,
            **changed,
        }
        told = {name: str(value) for name, value in parts.items() if value not in (None, "")}
        return f"?{urlencode(told)}" if told else ""


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
