"""Hours that stand on a membership, a contract, an assignment, a planned day, a rule, on nobody being away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from employees import merging
from employees.models import Contract, ContractMember
from groupement.kernel.french import enumeration
from groupement.kernel.templatetags.formats import day_fr
from groupement.kernel.worktime import spell_clock
from members.models import GroupRule, Membership, RuleCode
from members.standing import Days, StandingFact, StandingKind, stand_on
from timesheets.contradicting import DAYS_NAMED, NO_WORK
from timesheets.models import Entry, Timesheet, TimesheetStatus, TimesheetStep


def register() -> None:
    """Tell the apps below."""
    merging.let_give_way(_let_empty_drafts_give_way)
    for kind, which in HOURS_OF.items():
        stand_on(kind, partial(_hours, kind, which))
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
    return StandingFact(
        f"{sheet.employee.full_name} {where}\u00a0: {spell_clock(sum(days.values()))} le {when}, {WAYS[sheet.state]}.",
        len(days),
        is_final=is_approved and kind not in NOTED_ANYWAY,
    )
