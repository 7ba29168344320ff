"""What a member’s staff are told in the morning: how many timesheets wait for them, until when, and what follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from employees.models import Assignment
from groupement.templatetags.formats import day as spell_day
from members import mailing
from members.models import Group, MailKind, Member, User
from timesheets.confirming import due_on
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.reminding.letters import Letter, counted
from timesheets.reminding.people import Duty


@dataclass
class Waiting:
    """What waits at one member for one person."""

    member: Member
    due: list[date] = field(default_factory=list)
    to_enter: int = 0

    def lines(self, on: date) -> Iterator[str]:
        """Figures in words: whose hours they are is read on the site."""
        if self.due:
            count = counted(len(self.due), "relevé à viser", "relevés à viser")
            yield f"{self.member}\u00a0: {count}, {self._until(on)}"
        if self.to_enter:
            yield f"{self.member}\u00a0: {counted(self.to_enter, 'relevé', 'relevés')} à saisir par votre équipe"

    def _until(self, on: date) -> str:
        first, several = min(self.due), len(set(self.due)) > 1
        oldest = "le plus ancien " if several else ""
        if first >= on:
            return f"{oldest}jusqu’au {spell_day(first)}"
        return (
            f"{oldest}attendu{'s' if len(self.due) > 1 and not several else ''} depuis le {spell_day(first)}"
        )


def submitted() -> list[Timesheet]:
    """What waits for a member, the longest waiting first. One query."""
    waiting = Timesheet.objects.filter(status=TimesheetStatus.SUBMITTED, assignment__isnull=False)
    return list(waiting.select_related("employee__user", "assignment__member").order_by("submitted_at", "pk"))


def letters(sheets: Iterable[Timesheet], duty: Duty, group: Group) -> Iterator[Letter]:
    """One to each person who may answer for some of ``sheets``: submitted ones, and drafts that the staff enter."""
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.status == TimesheetStatus.SUBMITTED or not duty.author(sheet):
            for user in duty.next_to_act(sheet):
                found[user].append(sheet)
    for user, own in found.items():
        yield letter(user, own, group, on=duty.on, key=f"confirm-digest:{user.pk}:{duty.on}")


def letter(
    user: User, sheets: Iterable[Timesheet], group: Group, *, on: date, key: str, asked_by: str = ""
) -> Letter:
    """To ``user`` about ``sheets`` of their members; ``asked_by`` names who reminds them, if somebody does."""
    waiting: dict[int, Waiting] = {}
    for sheet in sheets:
        member = cast(Assignment, sheet.assignment).member  # those at the group have no staff
        at = waiting.setdefault(member.pk, Waiting(member))
        if sheet.status == TimesheetStatus.SUBMITTED:
            at.due.append(due_on(sheet, group))
        else:
            at.to_enter += 1
    members = sorted(waiting.values(), key=lambda each: (str(each.member).casefold(), each.member.pk))
    visas = sum(len(each.due) for each in members)
    context: dict[str, Any] = {
        "asked_by": asked_by,
        "lines": [line for each in members for line in each.lines(on)],
        "visas": visas,
        "is_tacit": group.has_tacit_confirmation,
        "url": mailing.address("timesheets:to_confirm"),
    }
    return Letter(user, MailKind.CONFIRM_DIGEST, key, _subject(visas, members), "visas", context)


def _subject(visas: int, members: list[Waiting]) -> str:
    if visas:
        return counted(visas, "relevé attend votre visa", "relevés attendent votre visa")
    return f"{counted(sum(each.to_enter for each in members), 'relevé', 'relevés')} d’heures à saisir"
