"""Who works for whom: employees down, members across, the group’s own hours last; totals and states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlencode

from employees.models import Employee
from groupement.kernel.asked import asked_key
from groupement.kernel.charts import Part, Share, shares
from members.models import Member
from timesheets.overview.month_sheets import MonthSheets, SheetFigures

# As the legend and the bar show them, from the start of a timesheet's life to its end.
STATE_LABELS = {
    "draft": "À saisir",
    "submitted": "Soumis",
    "confirmed": "Visé",
    "returned": "Renvoyé",
    "contested": "Contesté",
    "approved": "Approuvé",
    "invoiced": "Facturé",
}


@dataclass(frozen=True)
class MatrixCell:
    """What one person has at one place: usually one timesheet; further ones are supplements or a second assignment."""

    member: Member | None
    lines: list[SheetFigures] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    @property
    def planned(self) -> int:
        return sum(line.planned for line in self.lines)


@dataclass(frozen=True)
class MatrixRow:
    """One person’s month: a cell for each member of the matrix, in its order, and the group’s."""

    employee: Employee
    weekly_minutes: int | None
    cells: list[MatrixCell]
    at_group: MatrixCell

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in [*self.cells, self.at_group])


@dataclass(frozen=True)
class StateTotal:
    """How many timesheets are in a state, with how many minutes."""

    state: str
    label: str
    count: int
    minutes: int


@dataclass(frozen=True)
class Matrix:
    """The month of everybody at a glance; ``minutes`` and ``planned`` are sums of it all."""

    members: list[Member]
    rows: list[MatrixRow]
    states: list[StateTotal]

    @property
    def totals(self) -> list[int]:
        """Minutes by member, in the order of ``members``."""
        return [sum(row.cells[n].minutes for row in self.rows) for n in range(len(self.members))]

    @property
    def group_total(self) -> int:
        return sum(row.at_group.minutes for row in self.rows)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def planned(self) -> int:
        return sum(cell.planned for row in self.rows for cell in row.cells)

    @property
    def count(self) -> int:
        return sum(state.count for state in self.states)

    @property
    def shares(self) -> list[Share]:
        """The bar of the hours by state, the furthest first; its full length is the plan, or the hours if more."""
        parts = [Part(state.state, state.minutes) for state in reversed(self.states)]
        return shares(parts, whole=self.planned)


def month_matrix(reading: MonthSheets, lines: Sequence[SheetFigures] | None = None) -> Matrix:
    """The matrix of the month; rows by name, columns for the members that have a timesheet in it, the oldest first.

    Of ``lines`` if they are given, as filtered.
    """
    lines = reading.lines if lines is None else lines
    found = {line.member.pk: line.member for line in lines if line.member}
    members = [found[pk] for pk in sorted(found)]
    people = {line.employee.pk: line.employee for line in lines}
    places: dict[tuple[int, int | None], list[SheetFigures]] = {}
    for line in lines:
        at = line.member.pk if line.member else None
        places.setdefault((line.employee.pk, at), []).append(line)
    rows = [
        MatrixRow(
            employee,
            reading.weekly_minutes.get(pk),
            [MatrixCell(member, places.get((pk, member.pk), [])) for member in members],
            MatrixCell(None, places.get((pk, None), [])),
        )
        for pk, employee in people.items()
    ]
    return Matrix(members, rows, state_totals(lines))


def state_totals(lines: Sequence[SheetFigures]) -> list[StateTotal]:
    """How many of ``lines`` are in each state, with their minutes."""
    found: dict[str, list[int]] = {state: [] for state in STATE_LABELS}
    for line in lines:
        found[line.timesheet.state].append(line.minutes)
    return [
        StateTotal(state, label, len(found[state]), sum(found[state]))
        for state, label in STATE_LABELS.items()
    ]


# Beyond so many members the grid is wider than any screen: people come first then.
WIDEST_GRID = 10


class MonthView(StrEnum):
    """The views of the month; the values are those of the address."""

    GRID = "grille"
    PEOPLE = "personnes"
    MEMBERS = "structures"


VIEW_LABELS = {MonthView.GRID: "Grille", MonthView.PEOPLE: "Par personne", MonthView.MEMBERS: "Par structure"}


@dataclass(frozen=True)
class MonthFilter:
    """The chosen view and filters: a member (0: at the group), a person, a state; None is any."""

    view: MonthView
    member: int | None = None
    person: int | None = None
    state: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str], reading: MonthSheets) -> MonthFilter:
        """From the query of an address; unknown values are ignored."""
        several = len({line.member.pk for line in reading.lines if line.member}) > WIDEST_GRID
        wanted = asked.get("vue", "")
        view = (
            MonthView(wanted) if wanted in set(MonthView) else MonthView.PEOPLE if several else MonthView.GRID
        )
        return cls(
            view,
            member=asked_key(asked.get("adherent", "")),
            person=asked_key(asked.get("personne", "")),
            state=asked.get("etat", "") if asked.get("etat", "") in STATE_LABELS else "",
        )

    @property
    def is_filtered(self) -> bool:
        return self.member is not None or self.person is not None or bool(self.state)

    def holds(self, line: SheetFigures) -> bool:
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
            **changed,
        }
        query = {name: str(value) for name, value in parts.items() if value not in (None, "")}
        return f"?{urlencode(query)}" if query else ""
