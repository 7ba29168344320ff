"""What coordinators are told in the morning: what to approve, what is contested, what the watch has found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from groupement.periods import Month
from members import mailing
from members.models import MailKind, User
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.reminding.letters import Letter, counted
from timesheets.reminding.people import Duty


@dataclass
class Desk:
    """What waits for one coordinator, or deputy of one: the months of what is to approve, and of what is contested."""

    to_approve: list[Month] = field(default_factory=list)
    contested: list[Month] = field(default_factory=list)


def pending() -> list[Timesheet]:
    """What is ready to approve (confirmed, or submitted at the group), and what a member contests. One query."""
    ready = Q(status=TimesheetStatus.CONFIRMED) | Q(status=TimesheetStatus.SUBMITTED, assignment__isnull=True)
    contested = Q(status=TimesheetStatus.DRAFT, contested_at__isnull=False)
    sheets = Timesheet.objects.filter(ready | contested)
    return list(sheets.select_related("employee", "assignment").order_by("month", "pk"))


def letters(sheets: Iterable[Timesheet], duty: Duty, *, findings: int) -> Iterator[Letter]:
    """One to each person who may decide on some of ``sheets``, or on the ``findings`` if there are any."""
    desks: dict[User, Desk] = defaultdict(Desk)
    if findings:
        for user in [*duty.coordinators, *(user for user, _ in duty.deputies.get(None, []))]:
            desks[user] = Desk()
    for sheet in sheets:
        for user in duty.deciders(sheet):
            pile = desks[user].contested if sheet.contested_at else desks[user].to_approve
            pile.append(sheet.month)
    for user, desk in desks.items():
        yield _letter(user, desk, findings, key=f"approve-digest:{user.pk}:{duty.on}")


def _letter(user: User, desk: Desk, findings: int, *, key: str) -> Letter:
    lines = []
    if desk.to_approve:
        lines.append(counted(len(desk.to_approve), "relevé à approuver", "relevés à approuver"))
    if desk.contested:
        several = counted(len(desk.contested), "relevé contesté", "relevés contestés")
        lines.append(f"{several} par un adhérent, à suivre")
    if findings:
        lines.append(
            counted(findings, "alerte sur le temps de travail", "alertes sur le temps de travail")
            + ", à lire"
        )
    months = desk.to_approve + desk.contested
    url = mailing.address("timesheets:month", min(months)) if months else mailing.address("timesheets:months")
    context: dict[str, Any] = {"lines": lines, "url": url}
    subject = lines[0] if len(lines) == 1 else f"{lines[0]}, et plus"
    return Letter(user, MailKind.APPROVE_DIGEST, key, subject, "decisions", context)
