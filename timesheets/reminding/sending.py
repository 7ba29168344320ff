"""When messages about hours are written: daily digests, notices at once, and reminders that the coordination asks for.

What they say is in wording.py, whom they reach in recipients.py.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from employees.models import Employee
from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members import mailing, notifying
from members.access import coordinates
from members.models import Group, MailFrequency, MailSubject, SubjectKind, User
from members.roles import Role, only
from members.writers import reachable
from timesheets import changing
from timesheets.answer_delay import AnswerDelay, is_due, read_delays
from timesheets.models import BY_PERSON_AND_MEMBER, Entry, StepKind, Timesheet, TimesheetStatus, TimesheetStep
from timesheets.reminding import wording
from timesheets.reminding.recipients import (
    DutyRoster,
    is_working_morning,
    last_working_day,
    next_opening,
    read_duty_roster,
)
from timesheets.reminding.wording import CoordinatorTasks, ReminderMail
from timesheets.watching import findings as watching_findings

log = logging.getLogger(__name__)

# Timesheets that one reminder tells of.
MOST_AT_ONCE = 12


class NobodyToRemind(Refusal):
    """Nobody has to act, or nobody who has to can be written to now."""


class NotInCharge(Refusal):
    """Only the coordination reminds people."""


def send_digests(at: datetime) -> int:
    """Write the digests of the morning of ``at``, to each person at the rhythm they chose; returns how many.

    Nothing outside working mornings. One digest of each kind a person and day: a second run only writes to those who
    have had none. A message that cannot be written holds up no other.
    """
    group = Group.objects.order_by("pk").first()
    if group is None or not is_working_morning(at, group.holiday_zone):
        return 0
    count = 0
    for mail in _digests(at, group):
        if is_due(mail.to.mail_frequency, timezone.localdate(at), group.holiday_zone):
            try:
                count += mail.write(at) is not None
            except Exception:
                log.exception("reminder not written: user %s", mail.to.pk)
    if count:
        mailing.enqueue()
    log.info("%s reminders written", count)
    return count


def _digests(at: datetime, group: Group) -> Iterator[ReminderMail]:
    """All digests of the day, before anybody's rhythm is applied; in a constant number of queries."""
    roster = read_duty_roster(timezone.localdate(at))
    drafts = overdue_drafts(roster, group.holiday_zone)
    yield from hours_digests(drafts, roster)
    waiting = waiting_for_visa()
    delays = read_delays(waiting, group, on=roster.on)
    yield from visa_digests([*waiting, *drafts], roster, group, delays)
    untold = [sheet for sheet in waiting if not delays[sheet.pk].has_reader]
    unstarted = [sheet for sheet in drafts if wording.is_unstarted(sheet, roster.on)]
    findings = open_findings_by_month(roster.on)
    yield from decision_digests(waiting_for_coordination(), findings, roster, untold, unstarted)


def overdue_drafts(roster: DutyRoster, zone: str) -> list[Timesheet]:
    """Drafts that should have been handed over: of past months, of this one at its end, or sent back. One query."""
    present = Month.of(roster.on)
    ended = Q(month__lt=present)
    if roster.on >= last_working_day(present.last, zone):
        ended |= Q(month=present)
    sent_back = Q(contested_at__isnull=False) | Q(returned_at__isnull=False)
    drafts = Timesheet.objects.filter(ended | sent_back, status=TimesheetStatus.DRAFT)
    filled = drafts.annotate(has_hours=Exists(Entry.objects.filter(timesheet=OuterRef("pk"))))
    rows = filled.select_related("employee__user", "assignment__member")
    return list(rows.order_by("month", *BY_PERSON_AND_MEMBER))


def hours_digests(drafts: Iterable[Timesheet], roster: DutyRoster) -> Iterator[ReminderMail]:
    """One to each person who enters some of ``drafts`` and is there today."""
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in drafts:
        author = roster.author(sheet)
        if author and not roster.is_away(sheet):
            found[author].append(sheet)
    for user, sheets in found.items():
        yield wording.hours_mail(user, sheets, on=roster.on)


def waiting_for_visa() -> list[Timesheet]:
    """What waits for a member, the longest waiting first. One query."""
    waiting = Timesheet.objects.filter(status=TimesheetStatus.SUBMITTED, assignment__isnull=False)
    return list(waiting.select_related("employee__user", "assignment__member").order_by("submitted_at", "pk"))


def visa_digests(
    sheets: Iterable[Timesheet], roster: DutyRoster, group: Group, delays: Mapping[int, AnswerDelay]
) -> Iterator[ReminderMail]:
    """One to each person who may answer for some of ``sheets``: submitted ones, and drafts that the staff enter."""
    found: dict[User, list[Timesheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.status == TimesheetStatus.SUBMITTED or not roster.author(sheet):
            for user in roster.next_to_act(sheet):
                found[user].append(sheet)
    for user, own in found.items():
        yield wording.visa_mail(user, own, group, delays, on=roster.on)


def waiting_for_coordination() -> list[Timesheet]:
    """What is ready to approve (confirmed, or submitted at the group), and what a member contests. One query."""
    ready = Q(status=TimesheetStatus.CONFIRMED) | Q(status=TimesheetStatus.SUBMITTED, assignment__isnull=True)
    contested = Q(status=TimesheetStatus.DRAFT, contested_at__isnull=False)
    sheets = Timesheet.objects.filter(ready | contested)
    return list(sheets.select_related("employee", "assignment").order_by("month", "pk"))


def open_findings_by_month(on: date) -> list[tuple[int | None, Month]]:
    """Whose working time has something to check, last month and this one: the account, and the month, of each."""
    present = Month.of(on)
    return [
        (each.employee.user_id, month)
        for month in (present.previous, present)
        for each in watching_findings.open_findings(month)
    ]


def decision_digests(
    sheets: Iterable[Timesheet],
    findings: Iterable[tuple[int | None, Month]],
    roster: DutyRoster,
    untold: Iterable[Timesheet] = (),
    unstarted: Iterable[Timesheet] = (),
) -> Iterator[ReminderMail]:
    """One to each person who may decide on some of ``sheets``, or answer some of ``findings``.

    ``untold`` are those whose member has nobody to write to: their delay runs all the same. ``unstarted`` are those of
    months that are over in which nobody entered anything.
    """
    waiting = [
        *(
            (each.employee.user_id, "contested" if each.contested_at else "to_approve", each.month)
            for each in sheets
        ),
        *((person, "findings", month) for person, month in findings),
        *((each.employee.user_id, "untold", each) for each in untold),
        *((each.employee.user_id, "unstarted", each.month) for each in unstarted),
    ]
    tasks_of: dict[User, CoordinatorTasks] = defaultdict(CoordinatorTasks)
    for person, kind, what in waiting:
        for user in roster.deciders(person):
            getattr(tasks_of[user], kind).append(what)
    for user, tasks in tasks_of.items():
        yield wording.decisions_mail(user, tasks, on=roster.on)


def notify_contested(sheet: Timesheet, *, at: datetime) -> None:
    """Queue a notice to who enters the hours: which days the member contests, and why."""
    users, step, is_author = _correctors(sheet, at)
    notifying.queue(users, at=at, **wording.contested_notice(sheet, step, is_to_author=is_author))


def notify_returned(sheet: Timesheet, *, at: datetime) -> None:
    """The same of hours that the coordination sent back or reopened, with its reason."""
    users, step, is_author = _correctors(sheet, at)
    notifying.queue(users, at=at, **wording.returned_notice(sheet, step, is_to_author=is_author))


def notify_changed(employee: Employee, *, by: User, at: datetime) -> None:
    """Queue a notice to the person of what ``by`` changed at that moment in their hours, and why."""
    steps = changing.changes_at(employee, by=by, at=at)
    if steps and employee.user:
        notifying.queue([employee.user], at=at, **wording.changed_notice(steps))


def notify_settled(sheet: Timesheet, *, at: datetime) -> int:
    """Write to the person, and to who contested for the member, how the coordination settled it; returns how many."""
    steps = sheet.steps.filter(kind__in=(StepKind.SETTLE, StepKind.CONTEST)).select_related("by")
    settled, *earlier = steps.order_by("-pk")
    contest = next((step for step in earlier if step.kind == StepKind.CONTEST), None)
    concerned = {sheet.employee.user, contest.by if contest else None}
    users = sorted((user for user in concerned if user and user.is_active), key=lambda user: user.pk)
    return _enqueue_written([wording.settled_mail(user, sheet, settled).write(at) for user in users])


def notify_confirmed_tacitly(sheets: Iterable[Timesheet], *, at: datetime) -> int:
    """Write to each member’s staff once which of their timesheets were confirmed without an answer; returns how many.

    To the coordination where nobody there can be written to. The delay may end at night or on a Sunday: the message
    then leaves when offices open.
    """
    if not (sheets := list(sheets)):
        return 0
    roster, group = read_duty_roster(timezone.localdate(at)), Group.objects.get()
    staff = {sheet: roster.writers(sheet) for sheet in sheets}
    within_reach = reachable({user for users in staff.values() for user in users})
    found: dict[tuple[User, bool], list[Timesheet]] = defaultdict(list)
    for sheet, users in staff.items():
        is_untold = not any(user.pk in within_reach for user in users)
        for user in roster.deciders(sheet.employee.user_id) if is_untold else users:
            found[user, is_untold].append(sheet)
    leaving = next_opening(at, group.holiday_zone)
    steps = _last_steps(staff)
    written = [
        wording.confirmed_tacitly_mail(user, own, steps, is_untold=is_untold).write(leaving)
        for (user, is_untold), own in found.items()
    ]
    return _enqueue_written(written)


def _last_steps(sheets: Iterable[Timesheet]) -> dict[int, int]:
    """The number of the last step of each of ``sheets``, by that of the timesheet."""
    rows = TimesheetStep.objects.filter(subject__in=sheets).values("subject").order_by("subject")
    return dict(rows.annotate(last=Max("pk")).values_list("subject", "last"))


def _correctors(sheet: Timesheet, at: datetime) -> tuple[list[User], TimesheetStep, bool]:
    """Who has to correct ``sheet``, the step that sent it back, and whether the corrector is its author.

    Nobody when the author is away: the digest of their return will say it.
    """
    roster = read_duty_roster(timezone.localdate(at))
    is_author = roster.author(sheet) is not None
    steps = TimesheetStep.objects.filter(subject=sheet).exclude(kind=StepKind.CHANGE)
    step = steps.select_related("by").prefetch_related("remarks").order_by("-pk")[0]
    return [] if is_author and roster.is_away(sheet) else roster.next_to_act(sheet), step, is_author


def _enqueue_written(written: Sequence[object]) -> int:
    count = sum(mail is not None for mail in written)
    if count:
        mailing.enqueue()
    return count


@transaction.atomic
def remind(sheets: Sequence[Timesheet], *, by: User, at: datetime) -> list[User]:
    """Write to who has to act next on ``sheets``: the person for a draft, the member’s staff once it is submitted.

    One message a person, at most one a day for each timesheet; away or past working life, nobody is disturbed. Returns
    who was written to. Raises NotInCharge, and NobodyToRemind with the reason.
    """
    if not coordinates(by):
        raise NotInCharge(only(Role.COORDINATOR, "relance les personnes"))
    roster, group = read_duty_roster(timezone.localdate(at)), Group.objects.get()
    wanted: dict[tuple[User, bool], list[Timesheet]] = defaultdict(list)
    obstacles: dict[str, None] = {}
    for sheet in sheets:
        for user in _recipients(sheet, roster, by, obstacles):
            wanted[user, sheet.employee.user_id == user.pk].append(sheet)
    reminded = _reminded_today([user for user, _ in wanted], roster.on)
    submitted = [sheet for sheet in sheets if sheet.status == TimesheetStatus.SUBMITTED and sheet.assignment]
    delays = read_delays(submitted, group, on=roster.on)
    written: list[User] = []
    for (user, _), waiting in wanted.items():
        fresh = [sheet for sheet in waiting if sheet.pk not in reminded.get(user.pk, ())][:MOST_AT_ONCE]
        if why := _why_not(user, fresh):
            obstacles[why] = None
        elif _reminder(user, fresh, group, delays, roster.on, by).write(at):
            written.append(user)
    if not written:
        first, *others = obstacles or {"Ces relevés n’attendent personne d’autre que la coordination.": None}
        raise NobodyToRemind(first, errors=others)
    mailing.enqueue()
    return written


def _recipients(sheet: Timesheet, roster: DutyRoster, by: User, obstacles: dict[str, None]) -> list[User]:
    """Who has to act on ``sheet``; why nobody can is added to ``obstacles``."""
    if sheet.status not in (TimesheetStatus.DRAFT, TimesheetStatus.SUBMITTED):
        obstacles[f"Ces heures n’attendent que la coordination\u00a0: {sheet.state_label.lower()}."] = None
        return []
    is_draft = sheet.status == TimesheetStatus.DRAFT
    if why := _why_too_early(sheet, roster.on):
        obstacles[why] = None
        return []
    if is_draft and roster.author(sheet) and roster.is_away(sheet):
        obstacles[f"{sheet.employee} est en absence aujourd’hui\u00a0: relancez à son retour."] = None
        return []
    found = [user for user in roster.next_to_act(sheet) if user != by]
    if not found:
        obstacles[_why_nobody(sheet, is_draft)] = None
    return found


def _why_too_early(sheet: Timesheet, on: date) -> str:
    """Why nobody is reminded yet: the hours were handed over, contested or sent back today, and the message left."""
    if sheet.status == TimesheetStatus.SUBMITTED and sheet.assignment:
        if sheet.submitted_at and timezone.localdate(sheet.submitted_at) >= on:
            member = sheet.assignment.member
            return (
                f"Ces heures ont été soumises aujourd’hui\u00a0: laissez à {member} un jour pour les viser."
            )
        return ""
    back_at = sheet.contested_at or sheet.returned_at
    if back_at and timezone.localdate(back_at) >= on:
        return f"Ces heures sont revenues aujourd’hui à {sheet.employee}, à qui un message vient de le dire."
    return ""


def _why_nobody(sheet: Timesheet, is_draft: bool) -> str:
    if sheet.assignment is None and not is_draft:
        return "Ces heures n’attendent que la coordination\u00a0: elles sont au groupement."
    if sheet.assignment is None or is_draft:
        return (
            f"{sheet.employee} n’a pas de compte ouvert ou n’est plus en contrat\u00a0: "
            "saisissez les heures pour cette personne."
        )
    return f"Personne chez {sheet.assignment.member} ne peut viser ces heures\u00a0: donnez un siège à quelqu’un."


def _why_not(user: User, sheets: Sequence[Timesheet]) -> str:
    """Why ``user`` is not written to about ``sheets``, which they were not reminded of today; empty when they are."""
    if not sheets:
        return f"Une relance est déjà partie aujourd’hui à {user}."
    if user.mail_frequency == MailFrequency.NEVER:
        return f"{user} ne veut pas de messages\u00a0: appelez plutôt."
    if not mailing.is_reachable(user):
        return f"L’adresse {of(str(user))} refuse nos messages\u00a0: vérifiez-la."
    return ""


def _reminded_today(users: Sequence[User], on: date) -> dict[int, set[int]]:
    """The timesheets of which each of ``users`` was reminded by hand on that day."""
    reminded: dict[int, set[int]] = defaultdict(set)
    for user, sheet in _by_hand(on).filter(mail__to__in=users).values_list("mail__to", "number"):
        reminded[user].add(sheet)
    return reminded


def reminded_on(day: date) -> frozenset[int]:
    """The timesheets of which somebody was reminded by hand on ``day``; one query."""
    return frozenset(_by_hand(day).values_list("number", flat=True))


def _by_hand(day: date) -> QuerySet[MailSubject]:
    """The timesheets of the messages that the coordination asked for on ``day``."""
    return MailSubject.objects.filter(kind=SubjectKind.TIMESHEET, day=day, mail__is_by_hand=True)


def _reminder(
    user: User,
    sheets: list[Timesheet],
    group: Group,
    delays: Mapping[int, AnswerDelay],
    on: date,
    by: User,
) -> ReminderMail:
    if all(sheet.employee.user_id == user.pk for sheet in sheets):
        return wording.hours_mail(user, sheets, on=on, asked_by=by.name)
    return wording.visa_mail(user, sheets, group, delays, on=on, asked_by=by.name)
