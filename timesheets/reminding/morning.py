"""The morning’s messages: each person learns once what waits for them, at the rhythm they chose."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Q
from django.utils import timezone

from employees.models import Assignment
from groupement.kernel.french import counted, plural
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day as spell_day
from members import mailing
from members.models import Group, MailKind, Member, User
from timesheets.confirming import due_on
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview.reading import ORDER
from timesheets.reminding import events, mail
from timesheets.reminding.mail import Duty, Letter, is_due, is_time, last_working_day, place

log = logging.getLogger(__name__)


def write_morning(at: datetime) -> int:
    """Write what people are to be told on the morning of ``at``; how many messages.

    Nothing outside working mornings, and nothing twice: run again, it only adds what is new to somebody who has had
    no such message today. One that cannot be written holds up no other.
    """
    group = Group.objects.order_by("pk").first()
    if group is None or not is_time(at, group.holiday_zone):
        return 0
    count = 0
    for letter in _letters(at, group):
        if is_due(letter.to.mail_frequency, timezone.localdate(at), group.holiday_zone):
            try:
                count += letter.write(at) is not None
            except Exception:
                log.exception("reminder not written: user %s", letter.to.pk)
    if count:
        mailing.enqueue()
    log.info("%s reminders written", count)
    return count


def _letters(at: datetime, group: Group) -> Iterator[Letter]:
    """Everything that could be said this morning, whoever wants to hear it; in a constant number of queries."""
    duty = mail.read(timezone.localdate(at))
    drafts = overdue(duty, group.holiday_zone)
    yield from letters(drafts, duty)
    yield from visa_letters([*submitted(), *drafts], duty, group)
    yield from events.letters(events.pending(), events.watched(duty.on), duty)


WORDS = {
    TimesheetStatus.DRAFT: "à soumettre",
    "contested": "contesté par l’adhérent, à corriger ou à expliquer",
    "returned": "renvoyé par la coordination, à corriger",
}


def overdue(duty: Duty, zone: str) -> list[Timesheet]:
    """Drafts that should have been handed over: of past months, of this one at its end, or sent back. One query."""
    present = Month.of(duty.on)
    ended = Q(month__lt=present)
    if duty.on >= last_working_day(present.last, zone):
        ended |= Q(month=present)
    sent_back = Q(contested_at__isnull=False) | Q(returned_at__isnull=False)
    drafts = Timesheet.objects.filter(ended | sent_back, status=TimesheetStatus.DRAFT)
    rows = drafts.select_related("employee__user", "assignment__member").order_by("month", *ORDER)
    return list(rows)


def letters(drafts: Iterable[Timesheet], duty: Duty) -> Iterator[Letter]:
    """One to each person who enters some of ``drafts`` and is there today."""
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in drafts:
        author = duty.author(sheet)
        if author and not duty.is_away(sheet):
            found[author].append(sheet)
    for user, sheets in found.items():
        yield letter(user, sheets, key=f"hours-reminder:{user.pk}:{duty.on}")


def letter(user: User, sheets: Sequence[Timesheet], *, key: str, asked_by: str = "") -> Letter:
    """To ``user`` about their drafts, in the order of the months; ``asked_by`` names who reminds them, if somebody."""
    first = min(sheet.month for sheet in sheets)
    context = {
        "asked_by": asked_by,
        "is_to_submit": any(sheet.state == TimesheetStatus.DRAFT for sheet in sheets),
        "lines": [f"{place(sheet)}, {sheet.month.label}\u00a0: {WORDS[sheet.state]}" for sheet in sheets],
        "url": mailing.address("timesheets:my_month", first),
    }
    return Letter(user, MailKind.HOURS_REMINDER, key, _subject(sheets, first), "hours", context)


def _subject(sheets: Sequence[Timesheet], first: Month) -> str:
    if all(sheet.state != TimesheetStatus.DRAFT for sheet in sheets):
        return f"{counted(len(sheets), 'relevé')} d’heures à corriger"
    if any(sheet.month != first for sheet in sheets):
        return f"{counted(len(sheets), 'relevé')} d’heures à soumettre"
    return f"Vos heures {first.of_label} restent à soumettre"


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
            yield f"{self.member}\u00a0: {counted(self.to_enter, 'relevé')} à saisir par votre équipe"

    def _until(self, on: date) -> str:
        first, several = min(self.due), len(set(self.due)) > 1
        oldest = "le plus ancien " if several else ""
        if first >= on:
            return f"{oldest}jusqu’au {spell_day(first)}"
        return f"{oldest}{plural(1 if several else len(self.due), 'attendu')} depuis le {spell_day(first)}"


def submitted() -> list[Timesheet]:
    """What waits for a member, the longest waiting first. One query."""
    waiting = Timesheet.objects.filter(status=TimesheetStatus.SUBMITTED, assignment__isnull=False)
    return list(waiting.select_related("employee__user", "assignment__member").order_by("submitted_at", "pk"))


def visa_letters(sheets: Iterable[Timesheet], duty: Duty, group: Group) -> Iterator[Letter]:
    """One to each person who may answer for some of ``sheets``: submitted ones, and drafts that the staff enter."""
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.status == TimesheetStatus.SUBMITTED or not duty.author(sheet):
            for user in duty.next_to_act(sheet):
                found[user].append(sheet)
    for user, own in found.items():
        yield visa_letter(user, own, group, on=duty.on, key=f"confirm-digest:{user.pk}:{duty.on}")


def visa_letter(
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
    return Letter(user, MailKind.CONFIRM_DIGEST, key, _visa_subject(visas, members), "visas", context)


def _visa_subject(visas: int, members: list[Waiting]) -> str:
    if visas:
        return counted(visas, "relevé attend votre visa", "relevés attendent votre visa")
    return f"{counted(sum(each.to_enter for each in members), 'relevé')} d’heures à saisir"
