"""Hours that other facts contradict, and so are not approved: outside what was agreed, on days away, to come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    BooleanField,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
)

from employees import planning
from employees.models import Absence, AbsenceKind, Assignment, Contract
from groupement.kernel.french import enumeration
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import spell_clock
from members.models import Membership
from timesheets.models import ABSENCES, Entry, Timesheet

DAYS_NAMED = 3
SheetIds = Collection[int] | QuerySet[Timesheet, Any]
# Hours that say themselves that the person was away, or busy with what an absence may be noted for.
NO_WORK = frozenset(ABSENCES | set(AbsenceKind.values))


class ContradictionKind(StrEnum):
    """Which fact the hours contradict; the order is that in which they are told."""

    NO_CONTRACT = "no_contract"
    NO_ASSIGNMENT = "no_assignment"
    NO_MEMBERSHIP = "no_membership"
    ABSENT = "absent"
    TO_COME = "to_come"


OUTSIDE = frozenset(
    {ContradictionKind.NO_CONTRACT, ContradictionKind.NO_ASSIGNMENT, ContradictionKind.NO_MEMBERSHIP}
)
# What is wrong with the days, and what settles it.
SENTENCES = {
    ContradictionKind.NO_CONTRACT: (
        "sans contrat de travail",
        "prolongez le contrat dans l’administration, ou faites corriger les heures.",
    ),
    ContradictionKind.NO_ASSIGNMENT: (
        "hors de la mise à disposition",
        "prolongez-la dans l’administration, ou faites corriger les heures.",
    ),
    ContradictionKind.NO_MEMBERSHIP: (
        "sur des jours où la structure n’est pas adhérente",
        "corrigez l’adhésion dans l’administration, ou faites corriger les heures.",
    ),
    ContradictionKind.ABSENT: (
        "sur des jours où une absence est notée",
        "changez l’absence sur le planning, ou faites corriger les heures.",
    ),
    ContradictionKind.TO_COME: (
        "sur des jours à venir",
        "ces heures s’approuvent une fois ces jours venus.",
    ),
}


@dataclass(frozen=True)
class Contradiction:
    """Days of one timesheet whose hours contradict one kind of fact."""

    kind: ContradictionKind
    timesheet_id: int
    minutes_by_day: Mapping[date, int]

    @property
    def first(self) -> date:
        return min(self.minutes_by_day)

    @property
    def minutes(self) -> int:
        return sum(self.minutes_by_day.values())

    @property
    def days_named(self) -> str:
        """ "lundi 30 novembre", "lundi 2 et mardi 3 novembre"; beyond three, how many more."""
        return enumeration([spell_day(day) for day in sorted(self.minutes_by_day)], at_most=DAYS_NAMED)

    @property
    def title(self) -> str:
        """ "7 h hors de la mise à disposition" """
        return f"{spell_clock(self.minutes)} {SENTENCES[self.kind][0]}"

    @property
    def message(self) -> str:
        """What is wrong and what to do, as a sentence."""
        return f"{self.title} ({self.days_named})\u00a0: {SENTENCES[self.kind][1]}"


class NotOverYet(Refusal):
    """Hours are handed over before the last day that is planned or filled: asked, once, whether it is meant."""


def contradictions(sheets: SheetIds, *, on: date) -> dict[int, list[Contradiction]]:
    """What contradicts the hours of ``sheets`` (ids) on the day ``on``, by timesheet. One query.

    Absence that is entered as hours contradicts no absence that is noted; nor do public holidays.
    """
    found: dict[tuple[int, ContradictionKind], dict[date, int]] = defaultdict(lambda: defaultdict(int))
    rows = _entries_against(sheets, on).values_list("timesheet", "day", "minutes", *FLAGS)
    for sheet, day, minutes, *flags in rows.order_by("timesheet", "day", "pk"):
        for kind, holds in zip(ContradictionKind, flags, strict=True):
            if holds:
                found[sheet, kind][day] += minutes
    against: dict[int, list[Contradiction]] = {}
    for (sheet, kind), days in sorted(
        found.items(), key=lambda each: list(ContradictionKind).index(each[0][1])
    ):
        against.setdefault(sheet, []).append(Contradiction(kind, sheet, dict(days)))
    return against


MONTH_BEFORE = Func(
    F("month"), template="(%(expressions)s + interval '1 month')::date", output_field=DateField()
)
# The columns that say which kinds an entry contradicts, in their order.
FLAGS = tuple(f"is_{kind}" for kind in ContradictionKind)


def _entries_against(sheets: SheetIds, on: date) -> QuerySet[Entry, Any]:
    """Entries with what they contradict; those that contradict nothing are left out.

    Only timesheets whose month is not wholly agreed on, or has an absence, are read day by day: they are few.
    """
    held = Q(ends_before__isnull=True) | Q(ends_before__gt=OuterRef("day"))
    dated = {"starts_on__lte": OuterRef("day")}
    at_member = Q(timesheet__assignment__isnull=False)
    contracts = Contract.objects.filter(held, employee=OuterRef("timesheet__employee"), **dated)
    assignments = Assignment.objects.filter(held, pk=OuterRef("timesheet__assignment"), **dated)
    memberships = Membership.objects.filter(held, member=OuterRef("timesheet__assignment__member"), **dated)
    absences = Absence.objects.filter(held, employee=OuterRef("timesheet__employee"), **dated)
    conditions = (
        Q(~Exists(contracts)),
        at_member & Q(~Exists(assignments)),
        at_member & Q(~Exists(memberships)),
        ~Q(kind__in=NO_WORK) & Q(Exists(absences)),
        Q(day__gt=on),
    )
    flags = {
        name: ExpressionWrapper(each, BooleanField()) for name, each in zip(FLAGS, conditions, strict=True)
    }
    *others, to_come = (Q(**{name: True}) for name in FLAGS)
    suspects = Q(timesheet__in=_not_wholly_agreed(sheets)) & reduce(or_, others)
    return Entry.objects.filter(timesheet__in=sheets).annotate(**flags).filter(to_come | suspects)


def _not_wholly_agreed(sheets: SheetIds) -> QuerySet[Timesheet, Any]:
    """Those of ``sheets`` whose month has a day without contract, assignment or membership, or an absence."""
    dated = {"starts_on__lte": OuterRef("month")}
    held = Q(ends_before__isnull=True) | Q(ends_before__gte=OuterRef("month_before"))
    person, at_member = {"employee": OuterRef("employee")}, Q(assignment__isnull=False)
    contracts = Contract.objects.filter(held, **person, **dated)
    assignments = Assignment.objects.filter(held, pk=OuterRef("assignment"), **dated)
    memberships = Membership.objects.filter(held, member=OuterRef("assignment__member"), **dated)
    absences = Absence.objects.filter(
        **person, starts_on__lt=OuterRef("month_before"), ends_before__gt=OuterRef("month")
    )
    rows = Timesheet.objects.filter(pk__in=sheets).annotate(month_before=MONTH_BEFORE)
    agreed = Exists(contracts) & (~at_member | Exists(assignments) & Exists(memberships))
    return rows.filter(~agreed | Exists(absences)).values("pk")


def refuse_before_last_day(timesheet: Timesheet, on: date) -> None:
    """Raise NotOverYet when a day after ``on`` is filled, or planned and no absence is known.

    Who is away until the end of the month has no planned day left, and is not asked.
    """
    if on >= timesheet.month.last:
        return
    days = set(timesheet.entries.filter(day__gt=on).values_list("day", flat=True))
    if timesheet.assignment and not timesheet.supplement:
        planned = planning.plan(timesheet.month, [timesheet.assignment])[timesheet.assignment.pk]
        employee = timesheet.employee_id
        away = planning.absences(timesheet.month.first, timesheet.month.before, [employee]).get(employee, {})
        days |= {day for day in planned if day > on and day not in away}
    if days:
        where = f"chez {timesheet.assignment.member}" if timesheet.assignment else "au groupement"
        raise NotOverYet(
            f"Le dernier jour {where} est le {spell_day(max(days))}, il n’est pas passé. Soumettez ce jour-là, ou "
            "confirmez que vous soumettez avant.",
            field="is_early",
        )
