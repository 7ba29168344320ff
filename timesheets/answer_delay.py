"""Until when a member may answer: the one place where the end of the delay is found, for acts, pages and mails."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from employees.planning import holidays
from members import rules
from members.models import Group, HolidayZone, MailFrequency, MailKind, MailStatus, MailSubject, SubjectKind
from members.writers import Reader, read_readers
from timesheets.models import Entry, StepKind, Timesheet, TimesheetStep

# The digests of a morning are written at this time (groupement/settings.py): what is submitted later waits for the
# next one.
DIGEST_TIME = time(7, 30)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class AnswerDelay:
    """The last day to answer; when the first message about this hand-over left, if one has; and who hands it over.

    ``has_reader``: whether somebody at the member can be written to. ``step``: the number of the step that handed the
    hours over. ``days``: the group's delay on the day of the hand-over.
    """

    due_on: date
    first_mail_at: datetime | None
    has_reader: bool
    step: int
    days: int

    def is_over(self, on: date) -> bool:
        """Whether the last day is before ``on``: never while the message that somebody can read has not left."""
        return self.due_on < on and (self.first_mail_at is not None or not self.has_reader)


def read_delays(sheets: Collection[Timesheet], group: Group, *, on: date) -> dict[int, AnswerDelay]:
    """The delay of each of these submitted timesheets as it stands on the day ``on``, by their number.

    The group's days are those of its rule on the day of the hand-over, and count as calendar days from it; an end on a
    Saturday, a Sunday or a public holiday moves to the next working day (as C. proc. civ. 642). It is never before the
    working day on which the first message left; until it has, that is the next morning on which one can leave; nor
    before the last day with hours, nor before the day after a confirmation was taken back. One query; one more while a
    message is still to leave.
    """
    handed, book = _hand_overs(sheets), rules.of(group)
    readers: Mapping[int, list[str]] = {}
    if silent := [sheet for sheet in sheets if handed[sheet.pk].first_mail_at is None]:
        readers = _frequencies(silent, on)
    found = {}
    for sheet in sheets:
        known, frequencies = handed[sheet.pk], readers.get(sheet.pk, [])
        handed_on = timezone.localdate(sheet.submitted_at)
        days = book.on(handed_on).confirmation_days
        last = handed_on + timedelta(days=days)
        if known.first_mail_at:
            last = max(last, timezone.localdate(known.first_mail_at))
        elif frequencies:
            last = max(last, _next_digest(sheet, frequencies, on, group.holiday_zone))
        # No delay ends before the hours are worked, nor on the day on which a confirmation was taken back.
        last = max(last, known.last_day or last)
        if known.taken_back_at:
            last = max(last, timezone.localdate(known.taken_back_at) + ONE_DAY)
        found[sheet.pk] = AnswerDelay(
            next_working_day(last, group.holiday_zone),
            known.first_mail_at,
            bool(known.first_mail_at or frequencies),
            known.step,
            days,
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


@dataclass(frozen=True)
class _HandOver:
    """Of a timesheet: the step by which it was last submitted, when the first message left, its last day with hours,
    when the member last took a confirmation of it back.
    """

    step: int
    first_mail_at: datetime | None
    last_day: date | None
    taken_back_at: datetime | None = None


def _hand_overs(sheets: Collection[Timesheet]) -> dict[int, _HandOver]:
    """The present hand-over of each, by its number. One query.

    A digest names the step that handed the hours over; one that the coordination asked for names the timesheet, and
    counts when it left after the hand-over.
    """
    steps = TimesheetStep.objects.filter(subject=OuterRef("pk"), kind=StepKind.SUBMIT).order_by("-pk")
    taken_back = TimesheetStep.objects.filter(subject=OuterRef("pk"), kind=StepKind.TAKE_BACK).order_by("-pk")
    left = MailSubject.objects.filter(mail__kind=MailKind.CONFIRM_DIGEST, mail__status=MailStatus.SENT)
    about = Q(kind=SubjectKind.TIMESHEET_STEP, number=OuterRef("step"))
    about |= Q(kind=SubjectKind.TIMESHEET, number=OuterRef("pk"), mail__sent_at__gte=OuterRef("submitted_at"))
    days = Entry.objects.filter(timesheet=OuterRef("pk")).order_by("-day")
    rows = (
        Timesheet.objects.filter(pk__in=[sheet.pk for sheet in sheets])
        .order_by("pk")
        .annotate(step=Subquery(steps.values("pk")[:1]))
        .annotate(
            first_mail_at=Subquery(left.filter(about).order_by("mail__sent_at").values("mail__sent_at")[:1]),
            last_day=Subquery(days.values("day")[:1]),
            taken_back_at=Subquery(taken_back.values("at")[:1]),
        )
        .values_list("pk", "step", "first_mail_at", "last_day", "taken_back_at")
    )
    return {pk: _HandOver(step or 0, *facts) for pk, step, *facts in rows}


def _frequencies(sheets: Collection[Timesheet], on: date) -> dict[int, list[str]]:
    """How often those at the member who can be written to are, by timesheet; empty where there is nobody."""
    members = {sheet.assignment.member_id for sheet in sheets if sheet.assignment}
    at_members = read_readers(on, members)
    return {sheet.pk: _rhythms(sheet, at_members) for sheet in sheets}


def _rhythms(sheet: Timesheet, at_members: Mapping[int, list[Reader]]) -> list[str]:
    """Of those who answer for the member; neither the person nor who stands in for the person."""
    if sheet.assignment is None:
        return []
    person = sheet.employee.user_id
    held = at_members.get(sheet.assignment.member_id, [])
    return [each.frequency for each in held if person is None or person not in (each.user, each.principal)]
