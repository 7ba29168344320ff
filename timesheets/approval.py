"""What the coordinator decides on a timesheet: approve, undo, settle, send back, reopen; billed hours, supplements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.periods import Month
from members import standing
from members.access import coordinates, decides_on
from members.models import User
from members.roles import Role, only
from members.standing import StandingKind
from timesheets import contradicting, freezing
from timesheets.confirming import ContestedDay, lock_unchanged, open_contest, write_remarks
from timesheets.contradicting import Contradiction
from timesheets.models import StepKind, Timesheet, TimesheetStatus, TimesheetStep

UNDO_WITHIN = timedelta(minutes=15)
UNDONE_BY = (
    "Une approbation s’annule par la personne qui l’a donnée, dans les quinze minutes. "
    "Rouvrez le relevé avec un motif."
)


class NotApprovable(Refusal):
    """The person may not decide on this timesheet, or it is not where this can be decided."""


class AlreadyBilled(Refusal):
    """These hours are billed: what is missing goes to a supplement, what is wrong to a credit note."""


class HoursInUse(NotApprovable):
    """Something in an upper app was made from these hours as they are."""


def is_ready(timesheet: Timesheet) -> bool:
    """Whether the hours wait for the coordinator: confirmed by the member, or submitted when at the group."""
    awaited = TimesheetStatus.CONFIRMED if timesheet.assignment_id else TimesheetStatus.SUBMITTED
    return timesheet.status == awaited


@dataclass
class ApprovalResult:
    """How many were approved, and each of the others with the sentence that refused it."""

    count: int = 0
    exceptions: list[tuple[Timesheet, str]] = field(default_factory=list)


@transaction.atomic
def approve(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """Accept the hours for billing and payroll; from then on they are locked (trigger on Entry).

    A member has confirmed them first; hours at the group come straight from submitted. Nobody approves their own, nor
    hours that contradict other facts, days to come among them. Raises NotApprovable, StaleRow.
    """
    locked = _lock([timesheet])
    if refusal := _why_not(timesheet, locked, by, contradicting.contradictions([timesheet.pk], on=_day(at))):
        raise refusal
    _write_approval([timesheet], by=by, at=at)


@transaction.atomic
def approve_all(timesheets: Iterable[Timesheet], *, by: User, at: datetime) -> ApprovalResult:
    """Approve each of ``timesheets`` that may be; one refusal holds up no other.

    Checked one by one as approve() does, written together: the number of queries does not depend on how many there are.
    """
    sheets, done = list(timesheets), ApprovalResult()
    locked = _lock(sheets)
    against = contradicting.contradictions(locked, on=_day(at))
    accepted: list[Timesheet] = []
    for timesheet in sheets:
        if refusal := _why_not(timesheet, locked, by, against):
            done.exceptions.append((timesheet, refusal.message))
        else:
            accepted.append(timesheet)
            del locked[timesheet.pk]  # named twice, it is approved once
    _write_approval(accepted, by=by, at=at)
    done.count = len(accepted)
    return done


@transaction.atomic
def undo(timesheet: Timesheet, *, by: User, at: datetime) -> None:
    """Undo one's own approval within fifteen minutes: the hours are confirmed, or submitted, as before.

    Raises AlreadyBilled, NotApprovable, StaleRow.
    """
    refuse_unless_in_charge(timesheet, by)
    _lock_approved(timesheet, "Seule une approbation peut être annulée.")
    if not may_undo(timesheet, by=by, at=at):
        raise NotApprovable(UNDONE_BY)
    back = TimesheetStatus.CONFIRMED if timesheet.assignment_id else TimesheetStatus.SUBMITTED
    timesheet.move(back, kind=StepKind.UNDO, by=by, at=at, approved_at=None)


@transaction.atomic
def undo_all(timesheets: Iterable[Timesheet], *, by: User, at: datetime) -> ApprovalResult:
    """Undo one's own approvals of many at once, as undo() does one; a refusal holds up no other."""
    sheets, done = list(timesheets), ApprovalResult()
    _lock(sheets)
    pks = [timesheet.pk for timesheet in sheets]
    rows = Timesheet.objects.in_bulk(pks)
    last = TimesheetStep.objects.filter(subject__in=pks).order_by("subject", "-pk").distinct("subject")
    authors = dict(last.values_list("subject", "by"))
    accepted: list[Timesheet] = []
    for timesheet in sheets:
        row = rows.get(timesheet.pk)
        if refusal := _why_not_undone(timesheet, row, authors.get(timesheet.pk), by, at):
            done.exceptions.append((timesheet, refusal.message))
        else:
            accepted.append(timesheet)
    for back, is_placed in ((TimesheetStatus.CONFIRMED, True), (TimesheetStatus.SUBMITTED, False)):
        group = [timesheet for timesheet in accepted if bool(timesheet.assignment_id) == is_placed]
        Timesheet.objects.filter(pk__in=[each.pk for each in group]).update(status=back, approved_at=None)
        TimesheetStep.objects.bulk_create(
            TimesheetStep(
                subject=each, source=TimesheetStatus.APPROVED, target=back, kind=StepKind.UNDO, by=by, at=at
            )
            for each in group
        )
        for each in group:
            each.status, each.approved_at = back, None
    done.count = len(accepted)
    return done


def last_batch(month: Month, *, by: User, at: datetime) -> tuple[datetime, int] | None:
    """When ``by`` last approved several timesheets at once that can still be undone, and how many; one query."""
    steps = TimesheetStep.objects.filter(
        subject__month=month,
        subject__approved_at=F("at"),
        subject__billed_at=None,
        kind=StepKind.APPROVE,
        by=by,
        at__gte=at - UNDO_WITHIN,
    )
    found = steps.order_by("-at").values("at").annotate(count=Count("subject", distinct=True))
    last = found.filter(count__gt=1).first()
    return (last["at"], last["count"]) if last else None


def may_undo(timesheet: Timesheet, *, by: User, at: datetime) -> bool:
    """Whether ``by`` has just approved these hours and they are not billed; one query at most."""
    approved_at = timesheet.approved_at if timesheet.billed_at is None else None
    if approved_at is None or at - approved_at > UNDO_WITHIN:
        return False
    if not decides_on(by, timesheet.employee.user_id):
        return False
    return timesheet.steps.order_by("-pk").values_list("by", flat=True).first() == by.pk


@transaction.atomic
def settle(timesheet: Timesheet, *, by: User, at: datetime, note: str) -> None:
    """Confirm in the member’s stead hours that it contested and that the person maintains; all read ``note``.

    Only after a contest, once the hours are submitted again. Raises NotApprovable, StaleRow.
    """
    refuse_unless_in_charge(timesheet, by)
    lock_unchanged(timesheet)
    if not may_settle(timesheet):
        raise NotApprovable(
            "La coordination tranche quand des heures contestées sont soumises à nouveau\u00a0; "
            "sinon, le visa revient à l’adhérent."
        )
    if not note.strip():
        raise NotApprovable("Écrivez un motif\u00a0: la personne et l’adhérent le liront.", field="note")
    confirm_in_stead(timesheet, by=by, at=at, note=note)


@transaction.atomic
def confirm_in_stead(timesheet: Timesheet, *, by: User, at: datetime, note: str) -> None:
    """Write the settlement of submitted hours, whose row is locked and which were found to be contested."""
    stamps = {"confirmed_at": at, "accepted_days": {}}
    timesheet.move(TimesheetStatus.CONFIRMED, kind=StepKind.SETTLE, by=by, at=at, note=note.strip(), **stamps)


def may_settle(timesheet: Timesheet, steps: Iterable[TimesheetStep] | None = None) -> bool:
    """Whether the hours are submitted again after a contest; ``steps`` the latest first, a query without them."""
    if timesheet.status != TimesheetStatus.SUBMITTED or not timesheet.assignment_id:
        return False
    if steps is None:
        steps = timesheet.steps.order_by("-at", "-pk")
    return open_contest(steps) is not None


@transaction.atomic
def send_back(
    timesheet: Timesheet, *, by: User, at: datetime, note: str, remarks: Sequence[ContestedDay] = ()
) -> None:
    """Return submitted or confirmed hours to the person, who reads ``note``. Raises NotApprovable, StaleRow."""
    refuse_unless_in_charge(timesheet, by)
    if timesheet.status not in (TimesheetStatus.SUBMITTED, TimesheetStatus.CONFIRMED):
        raise NotApprovable("Seules des heures soumises ou visées peuvent être renvoyées.")
    _back_to_draft(timesheet, StepKind.RETURN, by=by, at=at, note=note)
    write_remarks(timesheet, remarks)


@transaction.atomic
def reopen(timesheet: Timesheet, *, by: User, at: datetime, note: str) -> None:
    """Undo an approval while the hours are not billed. Raises AlreadyBilled, NotApprovable, StaleRow."""
    refuse_unless_in_charge(timesheet, by)
    _lock_approved(timesheet, "Seules des heures approuvées peuvent être rouvertes.")
    _back_to_draft(timesheet, StepKind.REOPEN, by=by, at=at, note=note)


@transaction.atomic
def seal(timesheet_ids: Collection[int], *, at: datetime) -> None:
    """Mark timesheets as billed, in one statement: all of them, or AlreadyBilled is raised."""
    ready = Timesheet.objects.filter(pk__in=timesheet_ids, status=TimesheetStatus.APPROVED, billed_at=None)
    if ready.update(billed_at=at) != len(set(timesheet_ids)):
        raise AlreadyBilled(
            "Des heures ne sont plus approuvées, ou sont déjà facturées\u00a0: refaites le brouillon."
        )


@transaction.atomic
def open_supplement(timesheet: Timesheet, *, by: User, at: datetime) -> Timesheet:
    """A further draft of the same month and place, for hours that came after the invoice. Raises NotApprovable."""
    refuse_unless_in_charge(timesheet, by)
    place = {
        "employee": timesheet.employee,
        "month": timesheet.month,
        "assignment": timesheet.assignment,
    }
    # Locked first, read afterwards: a supplement that was being opened is in the second query only.
    list(Timesheet.objects.select_for_update().filter(**place).values_list("pk"))
    rows = list(Timesheet.objects.filter(**place))
    if any(row.billed_at is None for row in rows):
        raise NotApprovable("Un relevé de ce mois n’est pas encore facturé\u00a0: complétez celui-là.")
    made = Timesheet.objects.create(supplement=max(row.supplement for row in rows) + 1, **place)
    made.steps.create(source="", target=made.status, kind=StepKind.SUPPLEMENT, by=by, at=at)
    return made


# What tells whether hours are those that were read: submitted or confirmed anew, they may be others.
Read = tuple[str, datetime | None, datetime | None]


def _read(timesheet: Timesheet) -> Read:
    return timesheet.status, timesheet.submitted_at, timesheet.confirmed_at


def _lock(timesheets: Collection[Timesheet]) -> dict[int, Read]:
    """How each row stands, by its key; whoever would move one of them waits for us."""
    rows = Timesheet.objects.filter(pk__in=[timesheet.pk for timesheet in timesheets]).order_by("pk")
    stored = rows.select_for_update().values_list("pk", "status", "submitted_at", "confirmed_at")
    return {pk: (status, submitted_at, confirmed_at) for pk, status, submitted_at, confirmed_at in stored}


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def _why_not(
    timesheet: Timesheet,
    locked: Mapping[int, Read],
    by: User,
    against: Mapping[int, Sequence[Contradiction]],
) -> Refusal | None:
    """Why ``by`` may not approve ``timesheet`` now, whose stored row stands as in ``locked``; ``against``: what
    contradicts its hours.
    """
    if refusal := _why_not_in_charge(timesheet, by):
        return refusal
    if locked.get(timesheet.pk) != _read(timesheet):
        return StaleRow("Quelqu’un vient de modifier ce relevé\u00a0: rechargez la page.")
    if is_ready(timesheet):
        found = against.get(timesheet.pk)
        return NotApprovable(found[0].message) if found else None
    if timesheet.assignment and timesheet.status == TimesheetStatus.SUBMITTED:
        return NotApprovable(f"{timesheet.assignment.member} n’a pas encore visé ces heures.")
    return NotApprovable(f"Ces heures ne sont pas à approuver\u00a0: {timesheet.state_label.lower()}.")


def _write_approval(timesheets: Sequence[Timesheet], *, by: User, at: datetime) -> None:
    """Write the approval of rows that are locked and checked: the one place where hours become approved.

    What an approval brings with it belongs here, in the same transaction.
    """
    rows = Timesheet.objects.filter(pk__in=[timesheet.pk for timesheet in timesheets])
    rows.update(status=TimesheetStatus.APPROVED, approved_at=at)
    TimesheetStep.objects.bulk_create(
        TimesheetStep(
            subject=timesheet,
            source=timesheet.status,
            target=TimesheetStatus.APPROVED,
            kind=StepKind.APPROVE,
            by=by,
            at=at,
        )
        for timesheet in timesheets
    )
    for timesheet in timesheets:
        timesheet.status, timesheet.approved_at = TimesheetStatus.APPROVED, at
    freezing.sign(timesheets, at=at)


def _why_not_undone(
    timesheet: Timesheet, row: Timesheet | None, author: int | None, by: User, at: datetime
) -> Refusal | None:
    """Why ``by`` may not undo this approval: ``row`` is the locked one, ``author`` who moved it last."""
    if refusal := _why_not_in_charge(timesheet, by):
        return refusal
    if row is None or row.status != TimesheetStatus.APPROVED:
        return NotApprovable("Seule une approbation peut être annulée.")
    if row.billed_at:
        return AlreadyBilled("Ces heures sont facturées\u00a0: ouvrez un complément pour ce qui manque.")
    if reasons := standing.on(StandingKind.TIMESHEET, row.pk):
        return HoursInUse(reasons[0].sentence)
    if author != by.pk or row.approved_at is None or at - row.approved_at > UNDO_WITHIN:
        return NotApprovable(UNDONE_BY)
    return None


def _lock_approved(timesheet: Timesheet, otherwise: str) -> None:
    """Lock the row, so that an invoice being issued is waited for, and check the row rather than the instance."""
    row = Timesheet.objects.select_for_update().get(pk=timesheet.pk)
    if row.billed_at:
        raise AlreadyBilled("Ces heures sont facturées\u00a0: ouvrez un complément pour ce qui manque.")
    if row.status != TimesheetStatus.APPROVED:
        raise NotApprovable(otherwise)
    if reasons := standing.on(StandingKind.TIMESHEET, row.pk):
        raise HoursInUse(reasons[0].sentence)


def _back_to_draft(timesheet: Timesheet, kind: StepKind, *, by: User, at: datetime, note: str) -> None:
    if not note.strip():
        raise NotApprovable("Écrivez un motif\u00a0: la personne le lira.", field="note")
    # Whoever decided has read the whole: the member reads the whole again too.
    gone: dict[str, Any] = {
        "submitted_at": None,
        "confirmed_at": None,
        "is_confirmed_tacitly": False,
        "approved_at": None,
        "accepted_days": {},
    }
    stamps = gone | {"returned_at": at}
    timesheet.move(TimesheetStatus.DRAFT, kind=kind, by=by, at=at, note=note.strip(), **stamps)


def refuse_unless_in_charge(timesheet: Timesheet, by: User) -> None:
    """Raise NotApprovable unless ``by`` decides on these hours for the coordination."""
    if refusal := _why_not_in_charge(timesheet, by):
        raise refusal


def _why_not_in_charge(timesheet: Timesheet, by: User) -> Refusal | None:
    if decides_on(by, timesheet.employee.user_id):
        return None
    if not coordinates(by):
        return NotApprovable(only(Role.COORDINATOR, "peut décider de ces heures"))
    whose = (
        "vos propres heures" if timesheet.employee.user_id == by.pk else "les heures de qui vous remplacez"
    )
    return NotApprovable(f"Vous ne pouvez pas décider de {whose}\u00a0: une autre personne doit le faire.")
