"""Hours that stand on a membership, a contract, an assignment, a planned day, on nobody being away, on one record;
and answers to hours, on a seat and on the rule of their delay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from employees import merging
from employees.models import Contract, ContractMember
from groupement.kernel.french import NO_BREAK_SPACE, counted, enumeration
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import day_fr
from members.models import GroupRule, Membership, RuleCode, Seat
from members.models.people import WRITERS
from members.standing import Days, StandingFact, StandingKind, stand_on
from timesheets.contradicting import DAYS_NAMED, NO_WORK
from timesheets.models import Entry, StepKind, Timesheet, TimesheetStatus, TimesheetStep


def register() -> None:
    """Tell the apps below."""
    merging.let_give_way(_let_empty_drafts_give_way)
    for kind, which in HOURS_OF.items():
        stand_on(kind, partial(_hours, kind, which))
    stand_on(StandingKind.SEAT, answered_by)
    stand_on(StandingKind.RULE, _handed_over)


def _let_empty_drafts_give_way(source: int, target: int, _at: datetime) -> Iterator[str]:
    """Of two timesheets of one month and place, a draft in which nobody did anything: months open by themselves."""
    entries = Exists(Entry.objects.filter(timesheet=OuterRef("pk")))
    steps = Exists(TimesheetStep.objects.filter(subject=OuterRef("pk")))
    drafts = Timesheet.objects.filter(status=TimesheetStatus.DRAFT, supplement=0, assignment=None)
    untouched = drafts.exclude(entries | steps)
    for goes, stays in ((source, target), (target, source)):
        kept = Timesheet.objects.filter(employee=stays, assignment=None, supplement=0).values("month")
        empty = untouched.filter(employee=goes, month__in=kept)
        months = sorted(empty.values_list("month", flat=True))
        empty.delete()
        yield from (f"Relevé vide {month.of_label} supprimé" for month in months)


def _handed_over(rule: int, days: Days | None) -> Iterator[StandingFact]:
    """The last hours that were handed over under the delay, which their members were told."""
    if days is None or not GroupRule.objects.filter(pk=rule, code=RuleCode.CONFIRMATION_DAYS).exists():
        return
    handed = Timesheet.objects.filter(submitted_at__date__gte=days[0], assignment__isnull=False)
    if days[1] is not None:
        handed = handed.filter(submitted_at__date__lt=days[1])
    last = handed.order_by("-submitted_at").values_list("submitted_at", flat=True).first()
    if last is not None:
        day = timezone.localdate(last)
        yield StandingFact(
            f"Des heures ont été soumises le {day_fr(day)} avec ce délai\u00a0: il change au plus tôt le "
            f"{day_fr(day + timedelta(days=1))}.",
            is_final=True,
        )


def _of_membership(pk: int) -> Q:
    return Q(timesheet__assignment__member__in=Membership.objects.filter(pk=pk).values("member"))


def _of_contract(pk: int) -> Q:
    return Q(timesheet__employee__in=Contract.objects.filter(pk=pk).values("employee"))


def _of_named_member(pk: int) -> Q:
    named = ContractMember.objects.filter(pk=pk)
    return Q(
        timesheet__assignment__contract__in=named.values("contract"),
        timesheet__assignment__member__in=named.values("member"),
    )


def _of_assignment(pk: int) -> Q:
    return Q(timesheet__assignment=pk)


def _work_of_person(pk: int) -> Q:
    return Q(timesheet__employee=pk) & ~Q(kind__in=NO_WORK)


HOURS_OF: Mapping[StandingKind, Callable[[int], Q]] = {
    StandingKind.MEMBERSHIP: _of_membership,
    StandingKind.CONTRACT: _of_contract,
    StandingKind.CONTRACT_MEMBER: _of_named_member,
    StandingKind.ASSIGNMENT: _of_assignment,
    StandingKind.PLANNED_DAY: _of_assignment,
    StandingKind.ABSENCE: _work_of_person,
}
# Hours contradict these facts and do not lie under them: nothing has to be undone before they are noted.
NOTED_ANYWAY = frozenset({StandingKind.ABSENCE, StandingKind.PLANNED_DAY})
# What a member answers to hours, by a seat.
ANSWERS = (StepKind.CONFIRM, StepKind.CONTEST, StepKind.TAKE_BACK)
# How hours are corrected, by what became of them.
WAYS = {
    "draft": "en saisie",
    "contested": "contestées",
    "returned": "à corriger",
    "submitted": "soumises\u00a0; rappelez ou renvoyez le relevé pour les corriger",
    "confirmed": "visées\u00a0; renvoyez le relevé pour les corriger",
    "approved": "approuvées\u00a0; rouvrez le relevé pour les corriger",
    "invoiced": "facturées\u00a0; un avoir rend celles qui n’ont pas été faites, un complément ajoute ce qui manque",
}


def _hours(
    kind: StandingKind, which: Callable[[int], Q], pk: int, days: Days | None
) -> Iterable[StandingFact]:
    """The hours on those days, one answer for each timesheet."""
    rows = Entry.objects.filter(which(pk))
    if days is not None:
        first, before = days
        rows = rows.filter(day__gte=first) if before is None else rows.filter(day__gte=first, day__lt=before)
    held: dict[int, dict[date, int]] = {}
    for sheet, day, minutes in rows.order_by("day", "pk").values_list("timesheet", "day", "minutes"):
        on_days = held.setdefault(sheet, {})
        on_days[day] = on_days.get(day, 0) + minutes
    sheets = Timesheet.objects.select_related("employee", "assignment__member").in_bulk(held)
    return [_standing(kind, sheets[sheet], on_days) for sheet, on_days in held.items()]


def _standing(kind: StandingKind, sheet: Any, days: Mapping[date, int]) -> StandingFact:
    where = f"chez {sheet.assignment.member}" if sheet.assignment else "au groupement"
    when = enumeration([day_fr(day) for day in days], at_most=DAYS_NAMED)
    # What is billed cannot be reopened: that the fact is noted all the same is the only way to say what is true.
    is_approved = sheet.status == TimesheetStatus.APPROVED and sheet.billed_at is None
    hours = spell_duration(sum(days.values()))
    return StandingFact(
        f"{sheet.employee.full_name} {where}\u00a0: {hours} le {when}, {WAYS[sheet.state]}.",
        len(days),
        is_final=is_approved and kind not in NOTED_ANYWAY,
    )


def answered_by(seat: int, days: Days | None) -> Iterable[StandingFact]:
    """The timesheets of the member that the holder of a seat confirmed or contested by it on those days.

    Not told: days that another seat of theirs at the member covers, and answers of who answers for everybody.
    """
    held = Seat.objects.select_related("user", "member").in_bulk([seat])[seat]
    if held.user.is_coordinator or not held.can_write:
        return
    steps = TimesheetStep.objects.filter(
        by=held.user, kind__in=ANSWERS, subject__assignment__member=held.member
    ).order_by("at", "pk")
    spans = [(held.starts_on, held.ends_before)] if days is None else [days]
    others = Seat.objects.filter(user=held.user, member=held.member, function__in=WRITERS).exclude(pk=seat)
    covered = list(others.values_list("starts_on", "ends_before"))
    found: dict[int, date] = {}
    for subject, at in steps.values_list("subject", "at"):
        day = timezone.localdate(at)
        if _within(day, spans) and not _within(day, covered):
            found[subject] = day
    if found:
        yield StandingFact(
            f"{held.user} a visé ou contesté {counted(len(found), 'relevé')} pour {held.member}, le dernier le "
            f"{day_fr(max(found.values()))}{NO_BREAK_SPACE}: le siège va jusqu’à ce jour au moins.",
            len(found),
            is_final=True,
        )


def _within(day: date, spans: Iterable[Days]) -> bool:
    return any(first <= day and (before is None or day < before) for first, before in spans)
