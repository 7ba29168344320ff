"""The facts of a run: employee-months with their hours, terms, plans and costs, what is charged and what waits."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.models import Charge
from employees import planning
from employees.models import Assignment, Employee, Terms
from groupement.periods import Month, overlaps
from members.models import VatAttestation

Key = tuple[int, Month]
"""An employee's id and a month of service."""


@dataclass(frozen=True)
class Sheet:
    """A timesheet with its minutes by day; ``is_open`` when it is approved and no other run or invoice holds it."""

    pk: int
    assignment: int | None
    supplement: int
    is_approved: bool
    is_open: bool
    minutes: Mapping[date, int]
    by_kind: Mapping[str, Mapping[date, int]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.minutes.values())


@dataclass(frozen=True)
class GivenBack:
    """Minutes of a day that a credit note released: they wait to be billed again."""

    pk: int
    day: date
    minutes: int


@dataclass
class Facts:
    """What a run needs to price the employee-months that it can charge.

    ``closed`` are the members that have the run's invoice already, and whether that is the one outside VAT; ``kept`` is
    what these charge: what comes late for such a member waits for the next run. ``charged`` counts the charges that
    last, by assignment, month and kind; ``standing`` are the recorded charges that wait for a month up to the run's.
    """

    month: Month
    keys: list[Key]
    employees: dict[int, Employee]
    assignments: dict[int, Assignment]
    sheets: dict[Key, list[Sheet]] = field(default_factory=dict)
    terms: dict[int, list[Terms]] = field(default_factory=dict)
    costs: dict[Key, Decimal] = field(default_factory=dict)
    estimated: set[Key] = field(default_factory=set)
    settled: set[Key] = field(default_factory=set)
    charged: Counter[tuple[int, Month, str]] = field(default_factory=Counter)
    given_back: dict[int, list[GivenBack]] = field(default_factory=dict)
    standing: list[Charge] = field(default_factory=list)
    is_franchise: bool = False
    outdated: list[str] = field(default_factory=list)
    kept: dict[Key, Decimal] = field(default_factory=dict)
    closed: set[tuple[int, bool]] = field(default_factory=set)
    plans: dict[Month, planning.Plan] = field(default_factory=dict)
    past: dict[int, dict[tuple[int, Month], int]] = field(default_factory=dict)
    attestations: dict[int, list[VatAttestation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._placed: dict[int, list[Assignment]] = defaultdict(list)
        for assignment in self.assignments.values():
            self._placed[assignment.employee_id].append(assignment)

    @property
    def closed_members(self) -> set[int]:
        """Members whose invoice of the run's hours is issued."""
        return {member for member, is_out_of_scope in self.closed if not is_out_of_scope}

    def active(self, key: Key) -> list[Assignment]:
        """The employee's assignments that hold a day of the month, by reference."""
        employee, month = key
        span = month.first, month.before
        return [row for row in self._placed[employee] if overlaps(row.starts_on, row.ends_before, *span)]

    def past_of(self, key: Key) -> dict[int, int]:
        """Minutes approved in the twelve months before the key's, by member."""
        employee, month = key
        minutes: dict[int, int] = defaultdict(int)
        for (member, worked_in), total in self.past.get(employee, {}).items():
            if month.shift(-12) <= worked_in < month:
                minutes[member] += total
        return dict(minutes)
