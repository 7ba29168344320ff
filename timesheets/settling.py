"""The coordination settles a contest in one act: it keeps the person’s hours, or retains what the member counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from groupement.kernel.french import enumeration
from groupement.kernel.lifecycle import StaleRow
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import spell_in_hundredths
from members.models import User
from timesheets import approval, recording
from timesheets.approval import NotApprovable
from timesheets.confirming import lock_unchanged
from timesheets.models import Entry, Kind, Remark, StepKind, Timesheet, TimesheetStatus, TimesheetStep

DAYS_NAMED = 3


@dataclass(frozen=True)
class ContestedHours:
    """One contested day: the minutes that stand, those that the member counts if it said, and its reason."""

    day: date
    entered: int
    counted: int | None
    reason: str


@dataclass(frozen=True)
class OpenContest:
    """A contest that no confirmation has answered yet: the step of the member, its days, and the person’s reply."""

    step: TimesheetStep
    days: tuple[ContestedHours, ...]
    reply: str = ""

    @property
    def can_be_retained(self) -> bool:
        """Whether the member said for each day how many hours it counts."""
        return all(each.counted is not None for each in self.days)

    @property
    def entered(self) -> int:
        return sum(each.entered for each in self.days)

    @property
    def counted(self) -> int:
        return sum(each.counted or 0 for each in self.days)

    @property
    def seen(self) -> str:
        """What stands on the contested days, for the page to send back: nobody decides on hours that changed."""
        return ",".join(f"{each.day.isoformat()}={each.entered}" for each in self.days)


def read_contests(sheets: QuerySet[Timesheet]) -> dict[int, OpenContest]:
    """The open contests of ``sheets``, by their number, in four queries at most.

    The person may be correcting the hours, or have handed them over again and maintain them.
    """
    open_ones = Q(status=TimesheetStatus.DRAFT, contested_at__isnull=False) | Q(
        status=TimesheetStatus.SUBMITTED, assignment__isnull=False
    )
    answers = TimesheetStep.objects.filter(
        subject=OuterRef("subject"), target=TimesheetStatus.CONFIRMED, pk__gt=OuterRef("pk")
    )
    contests = (
        TimesheetStep.objects.filter(subject__in=sheets.filter(open_ones).values("pk"), kind=StepKind.CONTEST)
        .filter(~Exists(answers))
        .order_by("subject", "-pk")
        .distinct("subject")
    )
    remarks = Prefetch("remarks", Remark.objects.order_by("day"))
    found = {step.subject_id: step for step in contests.select_related("by").prefetch_related(remarks)}
    if not found:
        return {}
    entered, replies = _minutes(found), _replies(found)
    return {
        pk: OpenContest(
            step,
            tuple(
                ContestedHours(each.day, entered[pk].get(each.day, 0), each.expected_minutes, each.reason)
                for each in step.remarks.all()
            ),
            replies.get(pk, ""),
        )
        for pk, step in found.items()
    }


@transaction.atomic
def keep(timesheet: Timesheet, *, by: User, at: datetime, seen: str) -> None:
    """The person’s hours stand: handed over for the person if need be, and confirmed in the member’s stead.

    ``seen`` is OpenContest.seen as it was read. Raises NotApprovable, StaleRow.
    """
    dispute = _lock(timesheet, by, seen)
    note = f"Heures gardées comme saisies\u00a0: {_named(dispute, counted=False)}."
    _hand_over_and_settle(timesheet, by=by, at=at, note=note)


@transaction.atomic
def retain(timesheet: Timesheet, *, by: User, at: datetime, seen: str) -> None:
    """The hours become those that the member counts, with what stood there kept in sight; then as keep().

    Raises NotApprovable, StaleRow, and what refuses to save hours.
    """
    dispute = _lock(timesheet, by, seen)
    if not dispute.can_be_retained:
        raise NotApprovable(
            "L’adhérent n’a pas dit combien d’heures il compte\u00a0: gardez les heures, ou ouvrez le relevé."
        )
    _refuse_nights(timesheet, dispute)
    note = f"Compte de l’adhérent retenu\u00a0: {_named(dispute, counted=True)}."
    days = {each.day: _hours(timesheet, each) for each in dispute.days}
    if timesheet.status == TimesheetStatus.SUBMITTED:
        approval.send_back(timesheet, by=by, at=at, note=note)
    recording.save(timesheet, days, by=by, at=at, reason=note)
    _hand_over_and_settle(timesheet, by=by, at=at, note=note)


def _lock(timesheet: Timesheet, by: User, seen: str) -> OpenContest:
    """The open contest, if ``by`` decides on it and it is as it was read; the row is locked."""
    approval.refuse_unless_in_charge(timesheet, by)
    lock_unchanged(timesheet)
    dispute = read_contests(Timesheet.objects.filter(pk=timesheet.pk)).get(timesheet.pk)
    if dispute is None:
        raise NotApprovable(
            "Aucune contestation n’attend sur ce relevé\u00a0: elle est déjà tranchée ou levée."
        )
    if dispute.seen != seen:
        raise StaleRow("Ces heures ont changé depuis que vous les avez lues\u00a0: relisez la contestation.")
    return dispute


def _hand_over_and_settle(timesheet: Timesheet, *, by: User, at: datetime, note: str) -> None:
    if timesheet.status == TimesheetStatus.DRAFT:
        # They were handed over once, and the coordination has read them: the last day is not asked about again.
        recording.submit(timesheet, by=by, at=at, is_early=True)
    approval.confirm_in_stead(timesheet, by=by, at=at, note=note)


def _hours(timesheet: Timesheet, disputed: ContestedHours) -> dict[str, int]:
    """What is saved on the day, by kind: work is what the member counts, beside what else stands there."""
    counted = disputed.counted or 0
    rows = timesheet.entries.filter(day=disputed.day).exclude(kind=Kind.WORKED)
    others = dict(rows.values_list("kind", "minutes"))
    worked = counted - sum(others.values())
    if worked < 0:
        raise NotApprovable(
            f"{spell_day(disputed.day).capitalize()}\u00a0: d’autres heures que du travail sont saisies. "
            "Ouvrez le relevé pour les corriger."
        )
    return {**others, str(Kind.WORKED): worked}


def _refuse_nights(timesheet: Timesheet, dispute: OpenContest) -> None:
    """Work past midnight is one line of two days: one number for one of them would change the other unseen."""
    days = [day for each in dispute.days for day in (each.day, each.day + timedelta(days=1))]
    mornings = Entry.objects.filter(
        timesheet__employee=timesheet.employee_id,
        timesheet__assignment=timesheet.assignment_id,
        goes_on_from_day_before=True,
        day__in=days,
    )
    if first := mornings.order_by("day").first():
        raise NotApprovable(
            f"Du travail passe minuit jusqu’au {spell_day(first.day)}\u00a0: ouvrez le relevé pour le corriger."
        )


def _named(dispute: OpenContest, *, counted: bool) -> str:
    """ "mardi 24 novembre, 5,5 h au lieu de 7 h" """
    named = [
        f"{spell_day(each.day)}, "
        + (f"{spell_in_hundredths(each.counted or 0)} au lieu de " if counted else "")
        + spell_in_hundredths(each.entered)
        for each in dispute.days
    ]
    return enumeration(named, at_most=DAYS_NAMED)


def _minutes(found: Mapping[int, TimesheetStep]) -> dict[int, dict[date, int]]:
    """Minutes by day of the timesheets."""
    rows = Entry.objects.filter(timesheet__in=found).values_list("timesheet", "day")
    held: dict[int, dict[date, int]] = defaultdict(dict)
    for pk, day, minutes in rows.annotate(total=Sum("minutes")).order_by("timesheet", "day"):
        held[pk][day] = minutes
    return held


def _replies(found: Mapping[int, TimesheetStep]) -> dict[int, str]:
    """What the person answered when handing the hours over again, after the contest."""
    rows = TimesheetStep.objects.filter(subject__in=found, kind=StepKind.SUBMIT).order_by("subject", "pk")
    return {
        step.subject_id: step.note
        for step in rows.only("subject", "note")
        if step.pk > found[step.subject_id].pk
    }
