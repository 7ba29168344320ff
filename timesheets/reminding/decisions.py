"""What coordinators are told in the morning: what to approve, what is contested, what the watch has found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from groupement.periods import Month
from members import mailing
from members.models import MailKind, User
from timesheets import watching
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.reminding.letters import Letter, counted
from timesheets.reminding.people import Duty


@dataclass
class Desk:
    """What waits for one coordinator, or deputy of one, each by its month."""

    to_approve: list[Month] = field(default_factory=list)
    contested: list[Month] = field(default_factory=list)
    findings: list[Month] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Figures in words."""
        if self.to_approve:
            yield counted(len(self.to_approve), "relevé à approuver", "relevés à approuver")
        if self.contested:
            yield f"{counted(len(self.contested), 'relevé contesté', 'relevés contestés')} par un adhérent, à suivre"
        if self.findings:
            yield f"{counted(len(self.findings), 'alerte', 'alertes')} sur le temps de travail, à lire"


def pending() -> list[Timesheet]:
    """What is ready to approve (confirmed, or submitted at the group), and what a member contests. One query."""
    ready = Q(status=TimesheetStatus.CONFIRMED) | Q(status=TimesheetStatus.SUBMITTED, assignment__isnull=True)
    contested = Q(status=TimesheetStatus.DRAFT, contested_at__isnull=False)
    sheets = Timesheet.objects.filter(ready | contested)
    return list(sheets.select_related("employee", "assignment").order_by("month", "pk"))


def watched(on: date) -> list[tuple[int | None, Month]]:
    """Whose working time has something to look at, last month and this one: the account, and the month, of each."""
    present = Month.of(on)
    return [
        (seen.employee.user_id, month)
        for month in (present.previous, present)
        for seen in watching.open_findings(month)
    ]


def letters(
    sheets: Iterable[Timesheet], findings: Iterable[tuple[int | None, Month]], duty: Duty
) -> Iterator[Letter]:
    """One to each person who may decide on some of ``sheets``, or answer some of ``findings``."""
    desks: dict[User, Desk] = defaultdict(Desk)
    for sheet in sheets:
        for user in duty.deciders(sheet.employee.user_id):
            pile = desks[user].contested if sheet.contested_at else desks[user].to_approve
            pile.append(sheet.month)
    for person, month in findings:
        for user in duty.deciders(person):
            desks[user].findings.append(month)
    for user, desk in desks.items():
        yield _letter(user, desk, key=f"approve-digest:{user.pk}:{duty.on}")


def _letter(user: User, desk: Desk, *, key: str) -> Letter:
    lines = list(desk.lines())
    first = min(desk.to_approve + desk.contested or desk.findings)
    context = {"lines": lines, "url": mailing.address("timesheets:month", first)}
    subject = lines[0] if len(lines) == 1 else f"{lines[0]}, et plus"
    return Letter(user, MailKind.APPROVE_DIGEST, key, subject, "decisions", context)
