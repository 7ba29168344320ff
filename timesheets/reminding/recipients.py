"""Who is written to about hours, and on which days: seats, deputies, coordinators, contracts and absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from employees.models import Contract, HoursEntry
from employees.planning import absences, holidays
from members.models import Deputy, HolidayZone, MailFrequency, Seat, User
from members.models.people import WRITERS
from timesheets.models import Timesheet, TimesheetStatus


@dataclass(frozen=True)
class DutyRoster:
    """Who may act on hours on the day ``on``.

    ``seats`` and ``deputies`` are by member id, the coordination's deputies under None; ``employed`` and ``away`` are
    ids of employees.
    """

    on: date
    seats: dict[int, list[User]]
    deputies: dict[int | None, list[tuple[User, int]]]
    coordinators: list[User]
    employed: AbstractSet[int]
    away: AbstractSet[int]

    def writers(self, sheet: Timesheet) -> list[User]:
        """Who may confirm ``sheet``, or enter it for its member: as members.access.answers_for says, for everybody."""
        if sheet.assignment is None:
            return []
        member, person = sheet.assignment.member_id, sheet.employee.user_id
        return _others(self.seats.get(member, []), self.deputies.get(member, []), person)

    def deciders(self, person: int | None) -> list[User]:
        """Who decides on the hours of the employee with this account: as members.access.decides_on says, for all."""
        return _others(self.coordinators, self.deputies.get(None, []), person)

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
    seats: dict[int, list[User]] = defaultdict(list)
    current = Seat.objects.on(on).filter(function__in=WRITERS, user__is_active=True)
    for seat in current.select_related("user").order_by("pk"):
        seats[seat.member_id].append(seat.user)
    deputies: dict[int | None, list[tuple[User, int]]] = defaultdict(list)
    for deputy in Deputy.objects.held_on(on).filter(user__is_active=True).select_related("user"):
        deputies[deputy.member_id].append((deputy.user, deputy.principal_id))
    return DutyRoster(
        on,
        dict(seats),
        dict(deputies),
        list(User.objects.filter(is_active=True, is_coordinator=True).order_by("pk")),
        frozenset(Contract.objects.on(on).values_list("employee", flat=True)),
        frozenset(absences(on, on + timedelta(days=1))),
    )


def _others(holders: list[User], deputies: list[tuple[User, int]], person: int | None) -> list[User]:
    """Holders and deputies but for the person whose hours these are; nobody deputises for that person either."""
    found = {holder.pk: holder for holder in holders}
    found |= {user.pk: user for user, principal in deputies if principal != person}
    return [user for pk, user in found.items() if pk != person]


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


def is_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether offices are open: from Monday to Friday, but for public holidays of ``zone``."""
    return day.weekday() < 5 and day not in holidays(day.year, zone)


def is_due(frequency: str, day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether somebody with this MailFrequency is written to on ``day``, a working one.

    Weekly means Monday, or the first working day after it when that is a public holiday.
    """
    if frequency == MailFrequency.WEEKLY:
        earlier = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
        return not any(is_working_day(before, zone) for before in earlier)
    return frequency == MailFrequency.DAILY


def last_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> date:
    """``day`` if offices are open on it, else the last day before it on which they are."""
    while not is_working_day(day, zone):
        day -= timedelta(days=1)
    return day
