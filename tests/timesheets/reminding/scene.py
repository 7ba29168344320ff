"""A month that waits for everybody: who is written to on the morning of 3 December, and who is not."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from employees.models import Absence
from members import linking
from members.models import Mail, Member, User
from tests import world
from timesheets.models import Timesheet, TimesheetStatus

THURSDAY = date(2026, 12, 3)
MORNING = world.at(THURSDAY, 7, 30)


@dataclass
class Scene:
    """Aloen and Sonam, and one sheet of November for each situation, by the person's first name."""

    aloen: Member = field(default_factory=lambda: world.member("Aloen"))
    sonam: Member = field(default_factory=lambda: world.member("Sonam"))
    sheets: dict[str, Timesheet] = field(default_factory=dict)

    def person(
        self, first_name: str, *, at: Member | None = None, status: str = "draft", **facts: Any
    ) -> User:
        """An employee with a November at ``at`` (Aloen unless told otherwise); their account."""
        frequency = facts.pop("frequency", "daily")
        last_name = facts.pop("last_name", "Kerbrat")
        employee = world.employee(first_name, last_name)
        placed = world.assignment(employee, at or self.aloen, **facts)
        self.sheets[first_name] = world.timesheet(placed, world.hours(world.NOVEMBER, 7), status=status)
        employee.user.mail_frequency = frequency
        employee.user.save()
        return employee.user

    def staff(self, name: str, *, at: Member | None = None, frequency: str = "daily", **facts: Any) -> User:
        """Somebody with a seat."""
        user = world.staff(at or self.aloen, name, **facts)
        user.mail_frequency = frequency
        user.save()
        return user

    def away(self, first_name: str, kind: str = "sickness") -> None:
        """The person is away from Wednesday to Friday."""
        Absence.objects.create(
            employee=self.sheets[first_name].employee,
            kind=kind,
            starts_on=THURSDAY - timedelta(days=1),
            ends_before=THURSDAY + timedelta(days=2),
            recorded_at=MORNING,
        )

    def write_visa_mails(self, user: User) -> None:
        """The morning’s messages to ``user`` left: one for each timesheet that waits, each on a day of its own."""
        waiting = [sheet for sheet in self.sheets.values() if sheet.status == SUBMITTED]
        for rank, sheet in enumerate(waiting):
            world.visa_mail(sheet, user, MORNING - timedelta(days=rank))

    def leaves(self, first_name: str) -> None:
        """The contract ended with November."""
        employee = self.sheets[first_name].employee
        ends = {"ends_before": world.DECEMBER.first}
        employee.assignments.update(**ends)
        employee.contracts.update(**ends)


def readers(kind: str | None = None) -> list[str]:
    """Whom the outbox writes to, by name."""
    rows = Mail.objects.filter(kind=kind) if kind else Mail.objects.all()
    return sorted(rows.values_list("to__name", flat=True))


def letter(user: User, kind: str | None = None) -> Mail:
    """The one message to ``user``."""
    rows = Mail.objects.filter(to=user)
    return (rows.filter(kind=kind) if kind else rows).get()


def linked(mail: Mail) -> str:
    """The page that the signed link of a message opens."""
    [token] = re.findall(r"/lien/([^/\s]+)/", mail.text)
    return linking.read(token).path


SUBMITTED = TimesheetStatus.SUBMITTED
CONFIRMED = TimesheetStatus.CONFIRMED
