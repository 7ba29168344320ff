"""Whom the month waits for: who is late, person by person with how to reach them, and what is still in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import prefetch_related_objects
from django.utils import timezone

from groupement.kernel.french import counted, enumeration, of
from groupement.kernel.page_unit import spell_duration
from members.models import Group, Member, User
from timesheets.answer_delay import AnswerDelay, read_delays
from timesheets.models import Timesheet, TimesheetStatus
from timesheets.overview.blockers import WAITING_FOR_OTHERS, Blocker, BlockerKind, missing_days
from timesheets.overview.month_sheets import MonthSheets, SheetFigures
from timesheets.reminding.recipients import DutyRoster, read_duty_roster
from timesheets.reminding.sending import reminded_on

# Days of the month under way that are missing are asked for from so many days on: till then they are being written.
MISSING_AFTER = timedelta(days=3)
# Timesheets of one person in which nothing stands are told in one sentence from so many on.
TOGETHER_FROM = 3


@dataclass(frozen=True)
class AwaitedSheet:
    """One timesheet that somebody has to act on: what is expected, until when, and whether they were reminded."""

    line: SheetFigures
    what: str
    due_on: date
    is_reminded: bool
    days_late: int = 0

    @property
    def where(self) -> str:
        """Whose answer it waits for: the member's, or the person's."""
        is_submitted = self.line.timesheet.status == TimesheetStatus.SUBMITTED
        return str(self.line.member if is_submitted else self.line.employee)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it, and nobody has had it yet."""
        sheet = self.line.timesheet
        return not (self.line.minutes or sheet.status == TimesheetStatus.SUBMITTED or sheet.returned_at)

    @property
    def sentence(self) -> str:
        """ "35 h de Youenn Talec à viser, 3 jours de retard" """
        late = f", {counted(self.days_late, 'jour')} de retard" if self.days_late > 0 else ""
        return f"{self.what}{late}{', relance envoyée aujourd’hui' if self.is_reminded else ''}"


@dataclass
class AwaitedPerson:
    """Who is late, with their timesheets; ``member``: for which member they answer. Without account: nobody to remind.

    ``others`` share the duty and are written to as well.
    """

    name: str
    phone: str
    member: Member | None
    others: int
    has_account: bool
    sheets: list[AwaitedSheet] = field(default_factory=list)

    @property
    def sentences(self) -> list[str]:
        """What is expected of them: "4 relevés à soumettre (Aloen, Book, OnCIMé et Sonam), 20 à 24 jours de retard"."""
        empty = [each for each in self.sheets if each.is_empty]
        if len(empty) < TOGETHER_FROM:
            return [each.sentence for each in self.sheets]
        places = enumeration([each.line.member or "groupement" for each in empty])
        late = sorted({each.days_late for each in empty})
        days = f"{late[0]} à " if len(late) > 1 else ""
        reminded = ", relance envoyée aujourd’hui" if all(each.is_reminded for each in empty) else ""
        together = (
            f"{counted(len(empty), 'relevé')} à soumettre ({places}), {days}{counted(late[-1], 'jour')} de "
            f"retard{reminded}"
        )
        return [together, *(each.sentence for each in self.sheets if not each.is_empty)]

    @property
    def is_reminded(self) -> bool:
        return all(each.is_reminded for each in self.sheets)

    @property
    def dialled(self) -> str:
        """The number as a phone dials it."""
        return "".join(sign for sign in self.phone if sign.isdigit() or sign == "+")

    @property
    def first(self) -> Timesheet:
        return self.sheets[0].line.timesheet

    @property
    def keys(self) -> str:
        return ",".join(str(each.line.timesheet.pk) for each in self.sheets)


@dataclass(frozen=True)
class Awaited:
    """Those who are late, the longest first, and what waits within its time."""

    late: list[AwaitedPerson] = field(default_factory=list)
    in_time: list[AwaitedSheet] = field(default_factory=list)

    @property
    def keys(self) -> str:
        return ",".join(person.keys for person in self.late)

    @property
    def to_remind(self) -> int:
        """How many can be reminded today."""
        return sum(each.has_account and not each.is_reminded for each in self.late)


def read_awaited(reading: MonthSheets, found: Sequence[Blocker]) -> Awaited:
    """Of the blockers of the month, those that somebody else resolves, parted by whether their time is over.

    In a number of queries that does not grow: the roster of the day, the delays, today's reminders.
    """
    by_pk = {line.timesheet.pk: line for line in reading.lines}
    waiting = [each for each in found if each.kind in WAITING_FOR_OTHERS and each.timesheet]
    if not waiting:
        return Awaited()
    roster, reminded = read_duty_roster(reading.on), reminded_on(reading.on)
    lines = [by_pk[each.timesheet.pk] for each in waiting if each.timesheet]
    prefetch_related_objects([line.timesheet for line in lines], "assignment__member", "employee__user")
    delays = _delays(lines, reading.on)
    people: dict[tuple[object, ...], AwaitedPerson] = {}
    in_time: list[AwaitedSheet] = []
    for blocker, line in zip(waiting, lines, strict=True):
        pk = line.timesheet.pk
        due_on = _due_on(blocker, line, reading, delays)
        each = AwaitedSheet(line, _what(line), due_on, pk in reminded, (reading.on - due_on).days)
        if each.due_on >= reading.on:
            in_time.append(each)
            continue
        key, person = _who(line, roster)
        people.setdefault(key, person).sheets.append(each)
    late = sorted(people.values(), key=lambda person: min(each.due_on for each in person.sheets))
    return Awaited(late, sorted(in_time, key=lambda each: each.due_on))


def late_sheets(awaited: Awaited) -> list[Timesheet]:
    """The timesheets of those who are late: what "remind all" tells of."""
    return [each.line.timesheet for person in awaited.late for each in person.sheets]


def _delays(lines: Sequence[SheetFigures], on: date) -> Mapping[int, AnswerDelay]:
    submitted = [line.timesheet for line in lines if line.timesheet.status == TimesheetStatus.SUBMITTED]
    return read_delays(submitted, Group.objects.get(), on=on) if submitted else {}


def _due_on(
    blocker: Blocker, line: SheetFigures, reading: MonthSheets, delays: Mapping[int, AnswerDelay]
) -> date:
    """The last day on which nobody is late: the end of the month, of the member's delay, the day it was sent back."""
    sheet = line.timesheet
    match blocker.kind:
        case BlockerKind.UNCONFIRMED:
            return delays[sheet.pk].due_on
        case BlockerKind.RETURNED if sheet.returned_at:
            return timezone.localdate(sheet.returned_at)
        case BlockerKind.MISSING if reading.on <= reading.month.last:
            return missing_days(line, reading)[0] + MISSING_AFTER
    return reading.month.last


def _what(line: SheetFigures) -> str:
    """What is expected: "17 h 45 à soumettre chez Sonam", "35 h de Youenn Talec à viser"."""
    hours = spell_duration(line.minutes)
    if line.timesheet.status == TimesheetStatus.SUBMITTED:
        return f"{hours} {of(str(line.employee))} à viser"
    where = f"chez {line.member}" if line.member else "au groupement"
    if line.timesheet.returned_at:
        return f"{hours} à corriger {where}"
    return f"{hours} à soumettre {where}" if line.minutes else f"Relevé à soumettre {where}"


def _who(line: SheetFigures, roster: DutyRoster) -> tuple[tuple[object, ...], AwaitedPerson]:
    """Who has to act on ``line``: the person, or the first of those who answer at the member; and a key for them."""
    users = roster.next_to_act(line.timesheet)
    if not users:
        person = line.employee
        phone = person.user.phone if person.user else ""
        return ("employee", person.pk), AwaitedPerson(person.full_name, phone, None, 0, has_account=False)
    at_member = line.member if users[0].pk != line.employee.user_id else None
    first: User = next((user for user in users if user.phone), users[0])
    key = (at_member.pk if at_member else None, *(user.pk for user in users))
    return key, AwaitedPerson(first.name, first.phone, at_member, len(users) - 1, has_account=True)
