"""A year in figures, as values: of an assignment, of a person against the contract, month by month and summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from employees.models import Assignment, Employee
from groupement.kernel.periods import Month
from members.models import Member
from timesheets.balances.arithmetic import (
    ContractPeriod,
    LeaveCounters,
    PartTimeCounters,
    YearTarget,
    year_presence,
)
from timesheets.balances.burn_down import BurnDown, burn_down, together


@dataclass(frozen=True)
class HourFigures:
    """Minutes of one month or more: planned; worked with travel; of these approved; of these billed, credits off."""

    planned: int = 0
    worked: int = 0
    approved: int = 0
    billed: int = 0

    def __add__(self, other: HourFigures) -> HourFigures:
        return HourFigures(
            self.planned + other.planned,
            self.worked + other.worked,
            self.approved + other.approved,
            self.billed + other.billed,
        )


NOTHING = HourFigures()


@dataclass(frozen=True)
class AssignmentYear:
    """One assignment's year: twelve ``months``; ``settled``: whether all hours of a month are submitted."""

    assignment: Assignment
    months: tuple[HourFigures, ...]
    settled: tuple[bool, ...]

    @property
    def total(self) -> HourFigures:
        return sum(self.months, NOTHING)

    @property
    def cumulated(self) -> list[HourFigures]:
        """At the end of each month, all since January."""
        return list(accumulate(self.months))

    def burn_down(self, year: int, *, on: date) -> BurnDown:
        """How the commitment of the year is used up."""
        return burn_down(
            year,
            on=on,
            planned=[each.planned for each in self.months],
            used=[each.worked for each in self.months],
            approved=[each.approved for each in self.months],
            is_settled=self.settled,
        )


@dataclass(frozen=True)
class PersonYear:
    """One person's year: twelve figures of each kind, minutes.

    ``contract``: what it holds on working days; ``away``: of the plan, what falls on absences known ahead;
    ``at_group``: training, meetings, time without assignment; ``absent``: absences entered.
    """

    employee: Employee
    contract_periods: tuple[ContractPeriod, ...]
    target: YearTarget
    placements: tuple[AssignmentYear, ...]
    contract: tuple[int, ...]
    away: tuple[int, ...]
    at_group: tuple[int, ...]
    absent: tuple[int, ...]

    @property
    def months(self) -> list[HourFigures]:
        """All assignments together, month by month."""
        return [
            sum(parts, NOTHING) for parts in zip(*(each.months for each in self.placements), strict=True)
        ] or [NOTHING] * 12

    @property
    def total(self) -> HourFigures:
        return sum(self.months, NOTHING)

    @property
    def counts_hours(self) -> bool:
        """Whether some of the year is under a contract in hours."""
        return self.target.minutes is not None

    @property
    def done(self) -> int:
        """Hours of the year's account: at members and at the group."""
        return self.total.worked + sum(self.at_group)

    @property
    def to_place(self) -> int | None:
        """What the contract holds beside the plan; negative when more is planned; None for a contract in days."""
        return sum(self.contract) - self.total.planned if self.counts_hours else None

    @property
    def away_total(self) -> int:
        return sum(self.away)

    @property
    def at_group_total(self) -> int:
        return sum(self.at_group)


@dataclass(frozen=True)
class YearMonthRow:
    """A month of one person, minutes; ``deviation`` and ``balance`` (since January) once the month has ended."""

    month: Month
    figures: HourFigures
    contract: int | None
    away: int
    at_group: int
    absent: int
    deviation: int | None = None
    balance: int | None = None

    @property
    def to_place(self) -> int | None:
        return None if self.contract is None else self.contract - self.figures.planned

    @property
    def is_empty(self) -> bool:
        """Whether the person was neither under contract nor at work."""
        return self.figures == NOTHING and not (self.contract or self.at_group or self.absent)


@dataclass(frozen=True)
class PersonDetail:
    """One person's year in detail on the day ``on``; ``ahead``: minutes still planned, known absences left out."""

    year: int
    on: date
    person: PersonYear
    lines: list[YearMonthRow]
    ahead: int
    days_worked: int
    part_time: PartTimeCounters | None = None
    leave: LeaveCounters | None = None

    @property
    def projected(self) -> int:
        """The year's hours if what is planned is done, absences known ahead left out."""
        return self.person.done + self.ahead

    @property
    def gap(self) -> int | None:
        """Projection less target: negative when hours are missing; None for a contract in days."""
        return None if self.person.target.minutes is None else self.projected - self.person.target.minutes

    @property
    def short(self) -> int:
        """The hours that will be missing; zero when none will."""
        return max(-(self.gap or 0), 0)

    @property
    def balance(self) -> int | None:
        """The balance of the last month that has ended: deviations since January."""
        return next((line.balance for line in reversed(self.lines) if line.balance is not None), None)

    @property
    def shown(self) -> list[YearMonthRow]:
        """The months that are not empty."""
        return [line for line in self.lines if not line.is_empty]

    @property
    def cumulated(self) -> list[YearMonthRow]:
        """The months that are not empty, each with the sums since January."""
        return [line for line in accumulate(self.lines, _added_to) if not line.is_empty]

    @property
    def present_terms(self) -> ContractPeriod | None:
        """The contract of the day, or the last one of the year."""
        held = [each for each in self.person.contract_periods if year_presence(each, self.year)]
        begun = [each for each in held if each.starts_on <= self.on]
        return next(reversed(begun or held), None)


@dataclass(frozen=True)
class MemberYear:
    """One member's year: its assignments, each with the burn-down of its commitment, and all of them together."""

    member: Member
    year: int
    burned: BurnDown
    parts: list[tuple[AssignmentYear, BurnDown]] = field(default_factory=list)

    @property
    def total(self) -> HourFigures:
        return sum((placement.total for placement, _ in self.parts), NOTHING)


def member_year(member: Member, placements: Iterable[AssignmentYear], year: int, *, on: date) -> MemberYear:
    """The year of ``member`` from those of ``placements`` that are at it."""
    parts = [
        (each, each.burn_down(year, on=on)) for each in placements if each.assignment.member_id == member.pk
    ]
    return MemberYear(member, year, together([burned for _, burned in parts], year), parts)


def member_years(placements: Sequence[AssignmentYear], year: int, *, on: date) -> list[MemberYear]:
    """The years of all members that ``placements`` are at, the oldest member first."""
    members = {each.assignment.member_id: each.assignment.member for each in placements}
    return [member_year(members[pk], placements, year, on=on) for pk in sorted(members)]


def _added_to(before: YearMonthRow, line: YearMonthRow) -> YearMonthRow:
    contract = None if line.contract is None or before.contract is None else before.contract + line.contract
    return YearMonthRow(
        line.month,
        before.figures + line.figures,
        contract,
        before.away + line.away,
        before.at_group + line.at_group,
        before.absent + line.absent,
        line.deviation,
        line.balance,
    )
