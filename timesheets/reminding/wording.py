"""The text of every message about hours: subjects and lines are here, the letter around them in templates/mail.

hours: to the person; visas: to the member's staff; decisions: to the coordination; settled: to the person and to who
contested; confirmed_tacitly: to the member's staff. Each as .txt and .html. What others contested, sent back or changed
are notices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from employees.models import Assignment
from groupement.kernel.french import counted, of, plural, quoted
from groupement.kernel.page_unit import Unit, written_in
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import spell_clock
from members import linking, mailing
from members.models import Group, Mail, MailFrequency, MailKind, Member, NoticeKind, SubjectKind, User
from timesheets.answer_delay import AnswerDelay
from timesheets.changing import hours_changes
from timesheets.models import Remark, Timesheet, TimesheetStatus, TimesheetStep


@dataclass(frozen=True)
class ReminderMail:
    """A message before it is put into the outbox, written once for its ``day`` or for what it is ``about``.

    ``mentions``: what a digest tells of and may tell of again. ``template``: in templates/mail.
    """

    to: User
    kind: MailKind
    subject: str
    template: str
    context: Mapping[str, Any]
    day: date | None = None
    about: Sequence[mailing.Subject] = ()
    mentions: Sequence[mailing.Subject] = ()

    def write(self, at: datetime) -> Mail | None:
        """Put it into the outbox; None when it is there, or when the person is not to be written to."""
        if self.to.mail_frequency == MailFrequency.NEVER:
            return None
        return mailing.write(
            self.to,
            kind=self.kind,
            day=self.day,
            about=self.about,
            mentions=self.mentions,
            subject=self.subject,
            template=self.template,
            context=self.context,
            at=at,
        )


STATE_WORDS = {
    TimesheetStatus.DRAFT: "à soumettre",
    "contested": "contesté par l’adhérent, à corriger ou à expliquer",
    "returned": "renvoyé par la coordination, à corriger",
}


NOTHING_ENTERED = "en retard, rien n’y est saisi"


def is_unstarted(sheet: Timesheet, on: date) -> bool:
    """Whether ``sheet``, at a member, is of a month that is over and holds nothing: late, not about to begin.

    Read with has_hours by sending.overdue_drafts(); otherwise nothing is known, and nothing is said.
    """
    is_over = sheet.assignment_id is not None and sheet.month.last < on
    return is_over and sheet.state == TimesheetStatus.DRAFT and not getattr(sheet, "has_hours", True)


def hours_mail(user: User, sheets: Sequence[Timesheet], *, on: date, asked_by: str = "") -> ReminderMail:
    """To ``user`` about their own drafts, in the order of the months (template hours).

    ``asked_by``: the name of the coordinator who asked for it, empty for a daily digest.
    """
    first = min(sheet.month for sheet in sheets)
    context = {
        "asked_by": asked_by,
        "is_to_submit": any(sheet.state == TimesheetStatus.DRAFT for sheet in sheets),
        "lines": [
            f"{place_name(sheet)}, {sheet.month.label}\u00a0: "
            f"{NOTHING_ENTERED if is_unstarted(sheet, on) else STATE_WORDS[sheet.state]}"
            for sheet in sheets
        ],
        "url": linking.link(user, "timesheets:my_month", first),
    }
    about = _named(sheets) if asked_by else []
    subject = _hours_subject(sheets, first)
    return ReminderMail(user, MailKind.HOURS_REMINDER, subject, "hours", context, on, about)


def _hours_subject(sheets: Sequence[Timesheet], first: Month) -> str:
    if all(sheet.state != TimesheetStatus.DRAFT for sheet in sheets):
        return f"{counted(len(sheets), 'relevé')} d’heures à corriger"
    if any(sheet.month != first for sheet in sheets):
        return f"{counted(len(sheets), 'relevé')} d’heures à soumettre"
    return f"Vos heures {first.of_label} restent à soumettre"


def visa_mail(
    user: User,
    sheets: Sequence[Timesheet],
    group: Group,
    delays: Mapping[int, AnswerDelay],
    *,
    on: date,
    asked_by: str = "",
) -> ReminderMail:
    """To ``user`` about ``sheets`` of their members, to confirm or to enter (template visas); ``asked_by`` as above.

    A digest names the steps that handed the hours over: the delay runs from the message.
    """
    submitted = [sheet for sheet in sheets if sheet.status == TimesheetStatus.SUBMITTED]
    tasks_of: dict[int, MemberTasks] = {}
    for sheet in sheets:
        member = cast(Assignment, sheet.assignment).member  # those at the group have no staff
        tasks = tasks_of.setdefault(member.pk, MemberTasks(member))
        if sheet.status == TimesheetStatus.SUBMITTED:
            tasks.due.append(delays[sheet.pk].due_on)
        else:
            tasks.to_enter += 1
    members = sorted(tasks_of.values(), key=lambda each: (str(each.member).casefold(), each.member.pk))
    visas = sum(len(each.due) for each in members)
    context: dict[str, Any] = {
        "asked_by": asked_by,
        "lines": [line for each in members for line in each.lines(on)],
        "visas": visas,
        "is_tacit": group.has_tacit_confirmation,
        "url": linking.link(user, "timesheets:to_confirm"),
    }
    about = _named(sheets) if asked_by else []
    steps = [] if asked_by else [(SubjectKind.TIMESHEET_STEP, delays[sheet.pk].step) for sheet in submitted]
    subject = _visa_subject(visas, members)
    return ReminderMail(user, MailKind.CONFIRM_DIGEST, subject, "visas", context, on, about, steps)


def _visa_subject(visas: int, members: list[MemberTasks]) -> str:
    if visas:
        return counted(visas, "relevé attend votre visa", "relevés attendent votre visa")
    return f"{counted(sum(each.to_enter for each in members), 'relevé')} d’heures à saisir"


@dataclass
class MemberTasks:
    """What waits at one member for one of its staff: last days to confirm, and how many timesheets to enter."""

    member: Member
    due: list[date] = field(default_factory=list)
    to_enter: int = 0

    def lines(self, on: date) -> Iterator[str]:
        """Counts only: whose hours they are is read on the site."""
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


@dataclass
class CoordinatorTasks:
    """The months of what waits for one coordinator or deputy: timesheets to approve, contested ones, open findings.

    ``untold``: timesheets that wait for a member at which nobody can be written to. ``unstarted``: the months of those
    that are late and hold nothing.
    """

    to_approve: list[Month] = field(default_factory=list)
    contested: list[Month] = field(default_factory=list)
    findings: list[Month] = field(default_factory=list)
    untold: list[Timesheet] = field(default_factory=list)
    unstarted: list[Month] = field(default_factory=list)

    @property
    def first(self) -> Month:
        """The month to open: that of what is oldest, findings last."""
        waiting = self.to_approve + self.contested + [sheet.month for sheet in self.untold] + self.unstarted
        return min(waiting or self.findings)

    def lines(self) -> Iterator[str]:
        """One line for each kind that is not empty."""
        if self.to_approve:
            yield counted(len(self.to_approve), "relevé à approuver", "relevés à approuver")
        if self.contested:
            yield f"{counted(len(self.contested), 'relevé contesté')} par un adhérent, à suivre"
        if self.unstarted:
            yield f"{counted(len(self.unstarted), 'relevé')} en retard où rien n’est saisi, à relancer"
        if self.findings:
            yield f"{counted(len(self.findings), 'alerte')} sur le temps de travail, à lire"
        waiting = Counter(place_name(sheet) for sheet in self.untold)
        for place, count in sorted(waiting.items(), key=lambda each: each[0].casefold()):
            to_confirm = counted(count, "relevé à viser", "relevés à viser")
            yield f"{place}\u00a0: {to_confirm}, et personne à qui écrire. Donnez un siège, ou vérifiez les adresses"


def decisions_mail(user: User, tasks: CoordinatorTasks, *, on: date) -> ReminderMail:
    """To a coordinator: how much is to approve, contested, or to read (template decisions)."""
    lines = list(tasks.lines())
    context = {"lines": lines, "url": linking.link(user, "timesheets:month", tasks.first)}
    subject = lines[0] if len(lines) == 1 else f"{lines[0]}, et plus"
    return ReminderMail(user, MailKind.APPROVE_DIGEST, subject, "decisions", context, on)


def contested_notice(sheet: Timesheet, step: TimesheetStep, *, is_to_author: bool) -> dict[str, Any]:
    """For who corrects ``sheet``: which days the member contests, and why."""
    sentence = (
        f"{place_name(sheet)} conteste {_whose(sheet, is_to_author)}. Corrigez ces jours, ou expliquez-les, puis "
        "soumettez de nouveau\u00a0; les autres jours sont acceptés."
    )
    return _correction(NoticeKind.CONTESTED, sheet, step, sentence, shows_reasons=True)


def returned_notice(sheet: Timesheet, step: TimesheetStep, *, is_to_author: bool) -> dict[str, Any]:
    """The same of hours that the coordination sent back or reopened.

    The reason is for the person alone: it may not be for the member's staff to read.
    """
    sentence = (
        f"La coordination renvoie {_whose(sheet, is_to_author)} ({place_name(sheet)}). Corrigez, puis soumettez de "
        "nouveau."
    )
    return _correction(NoticeKind.RETURNED, sheet, step, sentence, shows_reasons=is_to_author)


def _whose(sheet: Timesheet, is_to_author: bool) -> str:
    hours = "vos heures" if is_to_author else f"les heures {of(str(sheet.employee))}"
    return f"{hours} {sheet.month.of_label}"


def _correction(
    kind: NoticeKind, sheet: Timesheet, step: TimesheetStep, sentence: str, *, shows_reasons: bool
) -> dict[str, Any]:
    remarks = sorted(step.remarks.all(), key=lambda remark: (remark.day, remark.pk)) if shows_reasons else []
    return {
        "kind": kind,
        "topic": f"step {step.pk}",
        "sentence": sentence,
        "lines": [_remark_line(remark) for remark in remarks],
        "note": step.note if shows_reasons else "",
        "url": mailing.address("timesheets:sheet", sheet.pk),
    }


def _remark_line(remark: Remark) -> str:
    line = f"{spell_day(remark.day).capitalize()}\u00a0: {quoted(remark.reason)}"
    if remark.expected_minutes is None:
        return line
    return f"{line}, l’adhérent compte {spell_clock(remark.expected_minutes)}"


def changed_notice(steps: Sequence[TimesheetStep]) -> dict[str, Any]:
    """For the person: which of their hours somebody else changed at once, from what to what, and why."""
    days = [each for step in steps for each in hours_changes(step)]
    with written_in(Unit.SPOKEN):
        lines = [
            f"{spell_day(each.hours.day).capitalize()}, {each.place}\u00a0: {each.before} → {each.after}"
            for each in days
        ]
    return {
        "kind": NoticeKind.CHANGED,
        "topic": f"step {min(step.pk for step in steps)}",
        "sentence": f"{steps[0].by} a changé ces heures, celles d’avant restent en vue sur la page du mois\u00a0:",
        "lines": lines,
        "note": steps[0].note,
        "url": mailing.address("timesheets:my_month", min(step.subject.month for step in steps)),
    }


def settled_mail(user: User, sheet: Timesheet, step: TimesheetStep) -> ReminderMail:
    """To the person or to who contested: how the coordination settled it (template settled)."""
    context = {
        "sheet": sheet,
        "place": place_name(sheet),
        "is_own": sheet.employee.user_id == user.pk,
        "by": step.by,
        "note": step.note,
        "url": linking.link(user, "timesheets:sheet", sheet.pk),
    }
    subject = f"La contestation d’heures {sheet.month.of_label} est tranchée"
    about = [(SubjectKind.TIMESHEET_STEP, step.pk)]
    return ReminderMail(user, MailKind.SETTLED, subject, "settled", context, about=about)


def confirmed_tacitly_mail(
    user: User, sheets: list[Timesheet], steps: Mapping[int, int], *, is_untold: bool = False
) -> ReminderMail:
    """To ``user`` about hours of their members that were confirmed without an answer (template confirmed_tacitly).

    ``steps``: the number of the step that confirmed each, by that of the timesheet. ``is_untold``: to the coordination,
    of members at which nobody can be written to.
    """
    places = sorted({place_name(sheet) for sheet in sheets})
    context = {
        "lines": [
            f"{place_name(sheet)}, {sheet.month.label}\u00a0: {sheet.employee}"
            for sheet in sorted(sheets, key=lambda each: (place_name(each).casefold(), each.month, each.pk))
        ],
        "is_untold": is_untold,
        "url": linking.link(user, "timesheets:month", min(sheet.month for sheet in sheets))
        if is_untold
        else linking.link(user, "timesheets:to_confirm"),
    }
    what = counted(len(sheets), "relevé visé")
    # A timesheet that comes back is confirmed a second time: the message is about the confirmation.
    about = [(SubjectKind.TIMESHEET_STEP, steps[sheet.pk]) for sheet in sheets]
    subject = f"{what} d’office" + (f" chez {places[0]}" if len(places) == 1 else "")
    return ReminderMail(user, MailKind.CONFIRMED_TACITLY, subject, "confirmed_tacitly", context, about=about)


def _named(sheets: Iterable[Timesheet]) -> list[mailing.Subject]:
    return [(SubjectKind.TIMESHEET, sheet.pk) for sheet in sheets]


def place_name(sheet: Timesheet) -> str:
    """Where the hours of ``sheet`` belong, as a person reads it in a list."""
    named = str(sheet.assignment.member) if sheet.assignment else "Absences et groupement"
    return f"{named} (complément)" if sheet.supplement else named
