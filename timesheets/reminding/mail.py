"""A message about timesheets before it is written: to whom, about what; and how these are called in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from employees.models import Contract, HoursEntry
from employees.planning import absences, holidays
from members import mailing
from members.models import Deputy, HolidayZone, Mail, MailFrequency, MailKind, Seat, User
from members.models.people import WRITERS
from timesheets.models import Timesheet, TimesheetStatus


@dataclass(frozen=True)
class Letter:
    """What mailing.write() wants, but for the moment; ``key`` makes it once."""

    to: User
    kind: MailKind
    key: str
    subject: str
    template: str
    context: Mapping[str, Any]

    def write(self, at: datetime) -> Mail | None:
        """Put it into the outbox; None when it is there, or when the person is not to be written to."""
        if self.to.mail_frequency == MailFrequency.NEVER:
            return None
        return mailing.write(
            self.to,
            kind=self.kind,
            key=self.key,
            subject=self.subject,
            template=self.template,
            context=self.context,
            at=at,
        )


def place(sheet: Timesheet) -> str:
    """Where the hours of ``sheet`` belong, as a person reads it in a list."""
    named = str(sheet.assignment.member) if sheet.assignment else "Absences et groupement"
    return f"{named} (complément)" if sheet.supplement else named


@dataclass(frozen=True)
class Duty:
    """Who holds what on the day ``on``. ``seats`` and ``deputies`` by member id; of the coordination by None."""

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
        """Whether the person is on leave, sick, or away for another reason told beforehand."""
        return sheet.employee_id in self.away

    def next_to_act(self, sheet: Timesheet) -> list[User]:
        """Whom ``sheet`` waits for, the coordination aside; nobody when it waits for nobody else."""
        if sheet.status == TimesheetStatus.SUBMITTED:
            return self.writers(sheet)
        if sheet.status != TimesheetStatus.DRAFT:
            return []
        if author := self.author(sheet):
            return [author]
        is_closed_to_staff = sheet.assignment and sheet.assignment.hours_entry == HoursEntry.EMPLOYEE
        return [] if is_closed_to_staff else self.writers(sheet)


def read(on: date) -> Duty:
    """Seats, deputies, coordinators, contracts and absences of the day, in five queries."""
    seats: dict[int, list[User]] = defaultdict(list)
    held = Seat.objects.on(on).filter(function__in=WRITERS, user__is_active=True)
    for seat in held.select_related("user").order_by("pk"):
        seats[seat.member_id].append(seat.user)
    deputies: dict[int | None, list[tuple[User, int]]] = defaultdict(list)
    for deputy in Deputy.objects.held_on(on).filter(user__is_active=True).select_related("user"):
        deputies[deputy.member_id].append((deputy.user, deputy.principal_id))
    return Duty(
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


def is_time(at: datetime, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether ``at`` is a working morning: a restart at night or on a Sunday wakes nobody (C. trav. L2242-17, 7°)."""
    here = timezone.localtime(at)
    return FIRST_HOUR <= here.hour < NOON and is_working(here.date(), zone)


def opening(at: datetime, zone: str = HolidayZone.METROPOLE) -> datetime:
    """``at`` when people are at work, else seven o’clock on the next day on which they are."""
    here = timezone.localtime(at)
    day = here.date()
    if is_working(day, zone) and FIRST_HOUR <= here.hour < LAST_HOUR:
        return at
    if here.hour >= FIRST_HOUR:
        day += timedelta(days=1)
    while not is_working(day, zone):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(FIRST_HOUR)))


def is_working(day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether offices are open: from Monday to Friday, but for public holidays of ``zone``."""
    return day.weekday() < 5 and day not in holidays(day.year, zone)


def is_due(frequency: str, day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether somebody with this MailFrequency is written to on ``day``, a working one.

    Weekly means Monday, or the first working day after it when that is a public holiday.
    """
    if frequency == MailFrequency.WEEKLY:
        earlier = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
        return not any(is_working(before, zone) for before in earlier)
    return frequency == MailFrequency.DAILY


def last_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> date:
    """``day`` if offices are open on it, else the last day before it on which they are."""
    while not is_working(day, zone):
        day -= timedelta(days=1)
    return day
