"""Until when a member may answer: the one place where the end of the delay is found, for acts, pages and mails."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Max, Q
from django.utils import timezone

from employees.planning import holidays
from members.models import Group, HolidayZone, MailFrequency, MailKind, MailStatus, MailSubject, SubjectKind
from members.writers import MemberWriters, reachable, read_writers
from timesheets.models import Entry, StepKind, Timesheet, TimesheetStep

# The digests of a morning are written at this time (groupement/settings.py): what is submitted later waits for the
# next one.
DIGEST_TIME = time(7, 30)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AnswerDelay:
    """The last day to answer; when the first message about this hand-over left, if one has; and who hands it over.

    ``has_reader``: whether somebody at the member can be written to. ``step``: the number of the step that handed the
    hours over.
    """

    due_on: date
    first_mail_at: datetime | None
    has_reader: bool
    step: int

    def is_over(self, on: date) -> bool:
        """Whether the last day is before ``on``: never while the message that somebody can read has not left."""
        return self.due_on < on and (self.first_mail_at is not None or not self.has_reader)


def read_delays(
    sheets: Collection[Timesheet], group: Group, *, on: date, writers: MemberWriters | None = None
) -> dict[int, AnswerDelay]:
    """The delay of each of these submitted timesheets as it stands on the day ``on``, by their number.

    The group's days count as calendar days, from the day of the hand-over; an end on a Saturday, a Sunday or a public
    holiday moves to the next working day (as C. proc. civ. 642). It is never before the working day on which the first
    message left; until it has, that is the next morning on which one can leave. Two queries; three more while a message
    is still to leave, and one while days with hours are to come: no delay ends before them. ``writers`` of the day, if
    they are known.
    """
    steps = _handed_over(sheets)
    first_mails = _first_mails(sheets, steps)
    readers: Mapping[int, list[str]] = {}
    if silent := [sheet for sheet in sheets if sheet.pk not in first_mails]:
        readers = _frequencies(silent, writers or read_writers(on))
    days_to_come = _last_days([sheet for sheet in sheets if sheet.month.last >= on])
    found = {}
    for sheet in sheets:
        first_mail_at, frequencies = first_mails.get(sheet.pk), readers.get(sheet.pk, [])
        last = timezone.localdate(sheet.submitted_at) + timedelta(days=group.confirmation_days)
        if first_mail_at:
            last = max(last, timezone.localdate(first_mail_at))
        elif frequencies:
            last = max(last, _next_digest(sheet, frequencies, on, group.holiday_zone))
        last = max(last, days_to_come.get(sheet.pk, last))
        due_on = next_working_day(last, group.holiday_zone)
        found[sheet.pk] = AnswerDelay(
            due_on, first_mail_at, bool(first_mail_at or frequencies), steps.get(sheet.pk, 0)
        )
    return found


def is_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether offices are open: from Monday to Friday, but for public holidays of ``zone``."""
    return day.weekday() < 5 and day not in holidays(day.year, zone)


def next_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> date:
    """``day`` if offices are open on it, else the first day after it on which they are."""
    while not is_working_day(day, zone):
        day += ONE_DAY
    return day


def is_due(frequency: str, day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether somebody with this MailFrequency is written to on ``day``, a working one.

    Weekly means Monday, or the first working day after it when that is a public holiday.
    """
    if frequency == MailFrequency.WEEKLY:
        earlier = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
        return not any(is_working_day(before, zone) for before in earlier)
    return frequency == MailFrequency.DAILY


def _next_digest(sheet: Timesheet, frequencies: Iterable[str], on: date, zone: str) -> date:
    """The first morning, from ``on``, on which one of these rhythms brings a message about ``sheet``."""
    handed = timezone.localtime(sheet.submitted_at)
    day = max(on, handed.date() + (ONE_DAY if handed.time() >= DIGEST_TIME else timedelta()))
    wanted = set(frequencies)
    while not (is_working_day(day, zone) and any(is_due(each, day, zone) for each in wanted)):
        day += ONE_DAY
    return day


def _handed_over(sheets: Iterable[Timesheet]) -> dict[int, int]:
    """The number of the step by which each was last submitted."""
    rows = TimesheetStep.objects.filter(subject__in=sheets, kind=StepKind.SUBMIT).values("subject")
    return dict(rows.order_by("subject").annotate(last=Max("pk")).values_list("subject", "last"))


def _last_days(sheets: Collection[Timesheet]) -> dict[int, date]:
    """The last day with hours of each, by their number."""
    if not sheets:
        return {}
    rows = Entry.objects.filter(timesheet__in=sheets).values("timesheet").order_by("timesheet")
    return dict(rows.annotate(last=Max("day")).values_list("timesheet", "last"))


class _LeftMail(NamedTuple):
    kind: str
    number: int
    sent_at: datetime


def _first_mails(sheets: Collection[Timesheet], steps: Mapping[int, int]) -> dict[int, datetime]:
    """When the first message about the present hand-over of each left.

    A digest names the step that handed the hours over; one that the coordination asked for names the timesheet, and
    counts when it left after the hand-over.
    """
    named = Q(kind=SubjectKind.TIMESHEET_STEP, number__in=steps.values())
    named |= Q(kind=SubjectKind.TIMESHEET, number__in=[sheet.pk for sheet in sheets])
    rows = (
        MailSubject.objects.filter(named, mail__kind=MailKind.CONFIRM_DIGEST, mail__status=MailStatus.SENT)
        .order_by("mail__sent_at", "pk")
        .values_list("kind", "number", "mail__sent_at")
    )
    mails = [_LeftMail(kind, number, at) for kind, number, at in rows if at]
    found = {}
    for sheet in sheets:
        about = (mail.sent_at for mail in mails if _is_about(mail, sheet, steps.get(sheet.pk)))
        if first := next(about, None):
            found[sheet.pk] = first
    return found


def _is_about(mail: _LeftMail, sheet: Timesheet, step: int | None) -> bool:
    if mail.kind == SubjectKind.TIMESHEET_STEP:
        return mail.number == step
    handed_over_at = sheet.submitted_at
    return mail.number == sheet.pk and handed_over_at is not None and mail.sent_at >= handed_over_at


def _frequencies(sheets: Collection[Timesheet], writers: MemberWriters) -> dict[int, list[str]]:
    """How often those at the member who can be written to are, by timesheet; empty where there is nobody."""
    readers = {
        sheet.pk: writers.of(sheet.assignment.member_id, sheet.employee.user_id)
        for sheet in sheets
        if sheet.assignment
    }
    within_reach = reachable({user for users in readers.values() for user in users})
    return {
        pk: [user.mail_frequency for user in users if user.pk in within_reach]
        for pk, users in readers.items()
    }
