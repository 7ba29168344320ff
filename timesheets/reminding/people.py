"""Who has to act, on one day: the person, their member’s staff, the coordination; read for all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta

from employees.models import Contract, HoursEntry
from employees.planning import absences
from members.models import Deputy, Seat, User
from members.models.people import WRITERS
from timesheets.models import Timesheet, TimesheetStatus


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
