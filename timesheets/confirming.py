"""The member's answer to a timesheet: confirm it, contest days of it with a reason for each, or let the delay pass."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from employees.planning import plan
from groupement.kernel.french import of, plural
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.templatetags.formats import day as spell_day
from members import rules
from members.access import answers_for
from members.models import Group, RuleCode, User
from timesheets.answer_delay import AnswerDelay, read_delays
from timesheets.models import Entry, Remark, StepKind, Timesheet, TimesheetStatus, TimesheetStep

# One's own confirmation is taken back within it without a word, as approvals are undone.
TAKE_BACK_WITHIN = timedelta(minutes=15)
CHANGED_MEANWHILE = "Ces heures viennent de changer\u00a0: rechargez la page et relisez-les."
ContestedDay = tuple[date, str, int | None]


class NotAllowedToAnswer(Refusal):
    """The person may not answer for this member, or the hours are their own."""


class NothingToConfirm(Refusal):
    """A timesheet at the group, or one that has not been submitted."""


class NoReason(Refusal):
    """A day is contested without a word on why."""


@transaction.atomic
def confirm(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """Confirm for the member that these hours were worked; a month of zero hours is confirmed too.

    ``by`` holds a current seat that may write at the timesheet's member, or deputises for one, and is
    not the person whose hours these are. Raises NotAllowedToAnswer, NothingToConfirm, StaleRow.
    """
    _refuse_unless_answerable(timesheet, by)
    lock_unchanged(timesheet)
    timesheet.move(
        TimesheetStatus.CONFIRMED,
        kind=StepKind.CONFIRM,
        by=by,
        at=at,
        confirmed_at=at,
        accepted_days={},
    )


@transaction.atomic
def contest(
    timesheet: Timesheet, *, by: User, at: datetime, remarks: Sequence[ContestedDay], note: str = ""
) -> None:
    """The member disagrees on some days: the timesheet is a draft again, and the person reads why.

    ``remarks`` are (day, reason, minutes that the member counted or None). The other days are accepted with their
    minutes: unless they change, nobody reads them again. Raises NotAllowedToAnswer, NothingToConfirm, NoReason and
    StaleRow.
    """
    _refuse_unless_answerable(timesheet, by)
    if not remarks:
        raise NoReason("Indiquez au moins un jour à contester.")
    lock_unchanged(timesheet)
    timesheet.move(
        TimesheetStatus.DRAFT,
        kind=StepKind.CONTEST,
        by=by,
        at=at,
        note=note,
        submitted_at=None,
        confirmed_at=None,
        contested_at=at,
        accepted_days=_accepted(timesheet, {day for day, _, _ in remarks}),
    )
    write_remarks(timesheet, remarks)


@dataclass
class AnswerResult:
    """How many were answered, and each of the others with the sentence that refused it."""

    count: int = 0
    exceptions: list[tuple[Timesheet, str]] = field(default_factory=list)


@transaction.atomic
def confirm_all(timesheets: Iterable[Timesheet], *, by: User, at: datetime) -> AnswerResult:
    """Confirm each of ``timesheets`` as confirm() does one; a refusal holds up no other.

    ``timesheets`` as they were read: one that was moved since is not confirmed. The number of queries does not grow.
    """
    sheets, done = list(timesheets), AnswerResult()
    rows, allowed = _lock_all(sheets), _answerable(sheets, by)
    accepted: list[Timesheet] = []
    for timesheet in sheets:
        if why := _why_not_confirmed(timesheet, rows.get(timesheet.pk), timesheet.pk in allowed):
            done.exceptions.append((timesheet, why))
        else:
            accepted.append(timesheet)
    stamps: dict[str, Any] = {"confirmed_at": at, "accepted_days": {}}
    _move_all(accepted, TimesheetStatus.CONFIRMED, StepKind.CONFIRM, by=by, at=at, **stamps)
    done.count = len(accepted)
    return done


@transaction.atomic
def take_back_all(timesheets: Iterable[Timesheet], *, by: User, at: datetime) -> AnswerResult:
    """Take back one’s own confirmations of many at once, within the quarter of an hour; as take_back() does one."""
    sheets, done = list(timesheets), AnswerResult()
    rows, allowed = _lock_all(sheets), _answerable(sheets, by)
    last = TimesheetStep.objects.filter(subject__in=sheets, target=TimesheetStatus.CONFIRMED)
    given = {step.subject_id: step for step in last.order_by("subject", "-pk").distinct("subject")}
    accepted: list[Timesheet] = []
    for timesheet in sheets:
        row, step = rows.get(timesheet.pk), given.get(timesheet.pk)
        is_own = step is not None and step.kind == StepKind.CONFIRM and is_fresh(step, by, at)
        if row is None or row.status != TimesheetStatus.CONFIRMED or not is_own or row.pk not in allowed:
            done.exceptions.append((timesheet, "Ce visa ne s’annule plus d’un coup\u00a0: ouvrez le relevé."))
        else:
            accepted.append(timesheet)
    stamps = {"confirmed_at": None, "is_confirmed_tacitly": False}
    _move_all(accepted, TimesheetStatus.SUBMITTED, StepKind.TAKE_BACK, by=by, at=at, **stamps)
    done.count = len(accepted)
    return done


@transaction.atomic
def take_back(timesheet: Timesheet, *, by: User, at: datetime, note: str = "") -> None:
    """The member takes its confirmation back, and the hours wait for its answer again; until they are approved.

    One’s own confirmation within a quarter of an hour needs no word; later, or given by somebody else or by the delay,
    it needs a ``note`` that all read. What the coordination settled stays settled. Raises NotAllowedToAnswer,
    NothingToConfirm, NoReason, StaleRow.
    """
    _refuse_unless_of_the_team(timesheet, by)
    if timesheet.status == TimesheetStatus.APPROVED:
        raise NothingToConfirm("Ces heures sont approuvées\u00a0: dites à la coordination ce qui ne va pas.")
    if timesheet.status != TimesheetStatus.CONFIRMED:
        raise NothingToConfirm("Aucun visa n’est à reprendre\u00a0: ces heures ne sont pas visées, ou plus.")
    lock_unchanged(timesheet)
    given = timesheet.steps.filter(target=TimesheetStatus.CONFIRMED).order_by("-pk").first()
    if given and given.kind == StepKind.SETTLE:
        raise NothingToConfirm("La coordination a tranché sur ces heures\u00a0: dites-lui ce qui ne va pas.")
    is_slip = given is not None and given.kind == StepKind.CONFIRM and is_fresh(given, by, at)
    if not is_slip and not note.strip():
        raise NoReason("Écrivez pourquoi vous reprenez ce visa\u00a0: la coordination le lira.", field="note")
    stamps = {"confirmed_at": None, "is_confirmed_tacitly": False}
    timesheet.move(
        TimesheetStatus.SUBMITTED, kind=StepKind.TAKE_BACK, by=by, at=at, note=note.strip(), **stamps
    )


def may_take_back(steps: Iterable[TimesheetStep]) -> bool:
    """Whether the member gave the last confirmation, by answering or by its silence; ``steps`` the latest first."""
    given = next((step for step in steps if step.target == TimesheetStatus.CONFIRMED), None)
    return given is not None and given.kind != StepKind.SETTLE


def is_fresh(step: TimesheetStep, user: User, now: datetime) -> bool:
    """Whether ``user`` gave this confirmation within the last quarter of an hour."""
    return step.by_id == user.pk and now - step.at <= TAKE_BACK_WITHIN


def confirm_tacitly(*, on: date, at: datetime) -> list[Timesheet]:
    """Confirm what the members have left unanswered, once the last day to answer is before ``on``.

    Each by itself, marked as tacit and with the delay in its step; a second run finds none. Never before the day after
    the last day that has hours. Nothing is done in a group that has no tacit confirmation. Returns the timesheets
    confirmed, the longest waiting first.
    """
    group = Group.objects.order_by("pk").first()
    if group is None or not group.has_tacit_confirmation:
        return []
    # No delay ends before the shortest of the group's days are over.
    book = rules.of(group)
    known = [book.on(on)[RuleCode.CONFIRMATION_DAYS], *book.noted[RuleCode.CONFIRMATION_DAYS]]
    start = datetime.combine(on - timedelta(days=min(rule["days"] for rule in known)), datetime.min.time())
    late = Timesheet.objects.filter(
        ~Exists(_not_worked_before(on)),
        status=TimesheetStatus.SUBMITTED,
        assignment__isnull=False,
        submitted_at__lt=timezone.make_aware(start),
    )
    waiting = list(late.select_related("employee", "assignment").order_by("submitted_at", "pk"))
    delays = read_delays(waiting, group, on=on)
    over = [sheet for sheet in waiting if delays[sheet.pk].is_over(on)]
    return [done for sheet in over if (done := _confirm_one_tacitly(sheet, delays[sheet.pk], at))]


def may_answer(user: User, timesheet: Timesheet) -> bool:
    """Whether ``user`` may confirm or contest ``timesheet`` once it is submitted."""
    assignment = timesheet.assignment
    return assignment is not None and answers_for(user, assignment.member, timesheet.employee.user_id)


def awaiting(user: User) -> QuerySet[Timesheet]:
    """The submitted timesheets that ``user`` may confirm or contest, the longest waiting first."""
    submitted = Timesheet.objects.filter(status=TimesheetStatus.SUBMITTED).order_by("submitted_at", "pk")
    return cast("QuerySet[Timesheet]", submitted.answerable_by(user))


def open_contest(steps: Iterable[TimesheetStep]) -> TimesheetStep | None:
    """The member’s contest to which no confirmation has answered yet, if there is one; ``steps`` the latest first."""
    for step in steps:
        if step.target == TimesheetStatus.CONFIRMED:
            return None
        if step.kind == StepKind.CONTEST:
            return step
    return None


def lock_unchanged(timesheet: Timesheet) -> None:
    """Lock the row; raise StaleRow when it was moved since it was read: submitted anew, it may have other hours."""
    rows = Timesheet.objects.select_for_update().filter(pk=timesheet.pk)
    if rows.values_list("status", "submitted_at").first() != (timesheet.status, timesheet.submitted_at):
        raise StaleRow(CHANGED_MEANWHILE)


def write_remarks(timesheet: Timesheet, remarks: Sequence[ContestedDay]) -> None:
    """Attach ``remarks`` to the last step. Raises NoReason when a day has no reason or is of another month."""
    faults = [
        f"{spell_day(day).capitalize()}\u00a0: dites pourquoi."
        if day in timesheet.month
        else f"{spell_day(day).capitalize()} n’est pas dans ce mois."
        for day, reason, _ in remarks
        if not reason.strip() or day not in timesheet.month
    ]
    if faults:
        raise NoReason("Donnez un motif pour chaque jour contesté.", errors=faults)
    step = TimesheetStep.objects.filter(subject=timesheet).order_by("-pk")[0]
    Remark.objects.bulk_create(
        Remark(step=step, day=day, reason=reason.strip(), expected_minutes=minutes)
        for day, reason, minutes in remarks
    )


def _not_worked_before(on: date) -> QuerySet[Entry]:
    """Of a timesheet: its hours that are not over on ``on``."""
    return Entry.objects.filter(timesheet=OuterRef("pk"), day__gte=on)


def _lock_all(timesheets: Sequence[Timesheet]) -> dict[int, Timesheet]:
    """The rows by their key; whoever would move one of them waits for us."""
    rows = Timesheet.objects.filter(pk__in=[timesheet.pk for timesheet in timesheets]).order_by("pk")
    return {row.pk: row for row in rows.select_for_update()}


def _answerable(timesheets: Sequence[Timesheet], by: User) -> set[int]:
    """Of these the keys of those for which ``by`` may answer."""
    named = Timesheet.objects.filter(pk__in=[timesheet.pk for timesheet in timesheets])
    return set(named.answerable_by(by).values_list("pk", flat=True))


def _why_not_confirmed(timesheet: Timesheet, row: Timesheet | None, is_allowed: bool) -> str:
    """Why ``timesheet``, whose stored ``row`` is locked, is not confirmed now; empty when it is."""
    if not is_allowed:
        return "Une autre personne de la structure doit viser ces heures."
    if row is None or row.status != TimesheetStatus.SUBMITTED:
        return nothing_to_confirm(row or timesheet)
    if (timesheet.status, timesheet.submitted_at) != (row.status, row.submitted_at):
        return CHANGED_MEANWHILE
    return ""


def nothing_to_confirm(timesheet: Timesheet) -> str:
    """Why there is nothing to confirm: the hours came back, or they are confirmed."""
    if timesheet.status == TimesheetStatus.DRAFT:
        return (
            "Ces heures ont été reprises pour être corrigées\u00a0: il n’y a rien à viser. "
            "Elles reviendront ici une fois soumises à nouveau."
        )
    return "Ces heures ne sont pas à viser\u00a0: elles ont déjà été visées."


def _move_all(
    timesheets: Sequence[Timesheet], target: str, kind: StepKind, *, by: User, at: datetime, **stamps: Any
) -> None:
    """Write one move of rows that are locked and checked, with a step for each."""
    rows = Timesheet.objects.filter(pk__in=[timesheet.pk for timesheet in timesheets])
    source = TimesheetStatus.SUBMITTED if target == TimesheetStatus.CONFIRMED else TimesheetStatus.CONFIRMED
    rows.update(status=target, **stamps)
    TimesheetStep.objects.bulk_create(
        TimesheetStep(subject=each, source=source, target=target, kind=kind, by=by, at=at)
        for each in timesheets
    )
    for timesheet in timesheets:
        timesheet.status = target
        timesheet.confirmed_at = stamps["confirmed_at"]


@transaction.atomic
def _confirm_one_tacitly(listed: Timesheet, delay: AnswerDelay, at: datetime) -> Timesheet | None:
    """Confirm one whose delay is over, unless somebody answered or submitted it anew since it was listed."""
    same = Timesheet.objects.filter(status=TimesheetStatus.SUBMITTED, submitted_at=listed.submitted_at)
    timesheet = same.select_for_update().filter(pk=listed.pk).first()
    if timesheet is None:
        return None
    note = _tacit_note(delay)
    stamps = {"confirmed_at": at, "is_confirmed_tacitly": True, "accepted_days": {}}
    timesheet.move(TimesheetStatus.CONFIRMED, kind=StepKind.TACIT, by=None, at=at, note=note, **stamps)
    return timesheet


def _tacit_note(delay: AnswerDelay) -> str:
    """Until when nobody answered, and when the member was first written to.

    Plain spaces: the note is printed on the timesheet’s paper, whose bytes stay.
    """
    days = f"{delay.days} {plural(delay.days, 'jour')}"
    note = f"Sans réponse jusqu’au {spell_day(delay.due_on)}, délai de {days}."
    if delay.first_mail_at is None:
        return f"{note} Personne chez l’adhérent ne pouvait recevoir de message."
    first = timezone.localtime(delay.first_mail_at)
    return f"{note} Premier message le {spell_day(first.date())} à {first.hour} h {first.minute:02}."


def _accepted(timesheet: Timesheet, contested: Collection[date]) -> dict[str, int]:
    """The minutes of each day that the member saw and did not contest; a planned day without hours counts for none."""
    assignment = timesheet.assignment
    seen = {}
    if assignment is not None and not timesheet.supplement:
        seen = dict.fromkeys(plan(timesheet.month, [assignment])[assignment.pk], 0)
    seen |= dict(
        Entry.objects.filter(timesheet=timesheet)
        .values_list("day")
        .annotate(total=Sum("minutes"))
        .order_by("day")
    )
    return {day.isoformat(): minutes for day, minutes in sorted(seen.items()) if day not in contested}


def _refuse_unless_answerable(timesheet: Timesheet, by: User) -> None:
    _refuse_unless_of_the_team(timesheet, by)
    if timesheet.status != TimesheetStatus.SUBMITTED:
        raise NothingToConfirm(nothing_to_confirm(timesheet))


def _refuse_unless_of_the_team(timesheet: Timesheet, by: User) -> None:
    if timesheet.assignment is None:
        raise NothingToConfirm("Les heures au groupement ne passent pas par le visa d’un adhérent.")
    if timesheet.employee.user_id == by.pk:
        raise NotAllowedToAnswer(
            "Vous ne pouvez pas viser vos propres heures\u00a0: une autre personne doit le faire."
        )
    if not may_answer(by, timesheet):
        raise NotAllowedToAnswer(
            f"Seule l’équipe {of(str(timesheet.assignment.member))} peut viser ces heures."
        )
