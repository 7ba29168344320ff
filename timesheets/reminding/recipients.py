"""Who is written to about hours, and on which days: seats, deputies, coordinators, contracts and absences."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from employees.models import Contract, HoursEntry
from employees.planning import absences
from members.models import HolidayZone, User
from members.writers import MemberWriters, others, read_writers
from timesheets.answer_delay import is_working_day
from timesheets.models import Timesheet, TimesheetStatus


@dataclass(frozen=True)
class DutyRoster:
    """Who may act on hours on the day ``on``.

    ``employed`` and ``away`` are ids of employees.
    """

    on: date
    at_members: MemberWriters
    coordinators: list[User]
    employed: AbstractSet[int]
    away: AbstractSet[int]

    def writers(self, sheet: Timesheet) -> list[User]:
        """Who may confirm ``sheet``, or enter it for its member: as members.access.answers_for says, for everybody."""
        if sheet.assignment is None:
            return []
        return self.at_members.of(sheet.assignment.member_id, sheet.employee.user_id)

    def deciders(self, person: int | None) -> list[User]:
        """Who decides on the hours of the employee with this account: as members.access.decides_on says, for all."""
        return others(self.coordinators, self.at_members.deputies.get(None, []), person)

    def author(self, sheet: Timesheet) -> User | None:
        """The person whose hours these are, if they enter them: with an open account, and employed today."""
        placed, user = sheet.assignment, sheet.employee.user
        is_asked = placed is None or placed.hours_entry != HoursEntry.MEMBER
        is_there = user and user.is_active and sheet.employee_id in self.employed
        return user if is_asked and is_there else None

    def is_away(self, sheet: Timesheet) -> bool:
        """Whether the person is on leave, sick, or in another absence known in advance."""
        return sheet.employee_id in self.away

    def next_to_act(self, sheet: Timesheet) -> list[User]:
        """Who has to act next on ``sheet``, the coordination apart: its author, else the member's staff."""
        if sheet.status == TimesheetStatus.SUBMITTED:
            return self.writers(sheet)
        if sheet.status != TimesheetStatus.DRAFT:
            return []
        if author := self.author(sheet):
            return [author]
        is_closed_to_staff = sheet.assignment and sheet.assignment.hours_entry == HoursEntry.EMPLOYEE
        return [] if is_closed_to_staff else self.writers(sheet)


def read_duty_roster(on: date) -> DutyRoster:
    """Seats, deputies, coordinators, contracts and absences of the day, in five queries."""
    return DutyRoster(
        on,
        read_writers(on),
        list(User.objects.filter(is_active=True, is_coordinator=True).order_by("pk")),
        frozenset(Contract.objects.on(on).values_list("employee", flat=True)),
        frozenset(absences(on, on + timedelta(days=1))),
    )


FIRST_HOUR, NOON, LAST_HOUR = 7, 12, 20


def is_working_morning(at: datetime, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether ``at`` is a morning of a working day: nothing leaves at night or on Sundays (C. trav. L2242-17, 7°)."""
    here = timezone.localtime(at)
    return FIRST_HOUR <= here.hour < NOON and is_working_day(here.date(), zone)


def next_opening(at: datetime, zone: str = HolidayZone.METROPOLE) -> datetime:
    """``at`` itself in office hours, else seven o’clock on the next working day."""
    here = timezone.localtime(at)
    day = here.date()
    if is_working_day(day, zone) and FIRST_HOUR <= here.hour < LAST_HOUR:
        return at
    if here.hour >= FIRST_HOUR:
        day += timedelta(days=1)
    while not is_working_day(day, zone):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(FIRST_HOUR)))


def is_open(at: datetime, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether ``at`` is in office hours: nothing leaves outside."""
    return next_opening(at, zone) == at


def last_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> date:
    """``day`` if offices are open on it, else the last day before it on which they are."""
    while not is_working_day(day, zone):
        day -= timedelta(days=1)
    return day
