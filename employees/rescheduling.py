"""Days planned apart by the coordination: another duration, a day moved, a week off, back to the usual week."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pghistory
from django.db import transaction
from django.utils import timezone

from employees.announcing import announce_plan
from employees.limits import limits_on
from employees.models import Assignment, ContractTerms, Employee, PlannedDay, TimeScheme
from employees.planning import holidays, plan_between
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import days_between
from groupement.kernel.templatetags.formats import day_fr
from groupement.kernel.worktime import DAY, spell_clock
from members.access import coordinates
from members.models import Group, HolidayZone, User
from members.roles import Role, only
from members.standing import StandingKind, refuse_beyond

LONGEST_CLEARING = 366  # days; a longer time off ends the assignment
REASON_LENGTH = 200


class NotReschedulable(Refusal):
    """The plan may not be changed so."""


@dataclass(frozen=True)
class Notice:
    """Working days between the announcement and the first day changed, those due (0 when none are), and the article."""

    given: int
    due: int
    article: str = ""

    @property
    def is_short(self) -> bool:
        return self.given < self.due


@dataclass(frozen=True)
class Rescheduled:
    """The days whose plan changed, the minutes that were moved, cleared or set, and the notice it came with."""

    days: tuple[date, ...]
    minutes: int
    notice: Notice


@transaction.atomic
def set_day(
    assignment: Assignment,
    day: date,
    *,
    minutes: int,
    reason: str = "",
    is_confirmed: bool = False,
    by: User,
    at: datetime,
) -> Rescheduled:
    """Plan ``minutes`` on ``day`` instead of the usual week; 0 is a day off.

    No notice is refused: a short one is reported (C. trav. L3123-31). Raises NotReschedulable for who does not
    coordinate, a day outside the assignment or its terms, more than 24 h for the person, or no change at all;
    NotConfirmed when the day is freed and has hours, unless ``is_confirmed``.
    """
    _begin(assignment, reason, by)
    if not 0 <= minutes <= DAY:
        raise NotReschedulable("Une journée compte de 0 à 24\u00a0h.", field="minutes")
    _refuse_outside(assignment, day, "day")
    planned = _planned(assignment, day)
    apart = assignment.planned_days.filter(day=day).first()
    if planned == minutes and (apart is None or apart.reason == reason):
        raise NotReschedulable(f"{_spell(minutes)} le {day_fr(day)}\u00a0: rien ne change.", field="minutes")
    _refuse_too_full(assignment, day, minutes, "minutes")
    if not minutes:
        _ask_about_hours(assignment, day, day, is_confirmed=is_confirmed)
    _write(assignment, {day: minutes}, reason, by, at)
    announce_plan(assignment, {day: (planned, minutes)}, by=by, at=at)
    return Rescheduled((day,), minutes, notice(assignment, [day], at))


@transaction.atomic
def move_day(
    assignment: Assignment,
    day: date,
    *,
    to: date,
    reason: str = "",
    is_confirmed: bool = False,
    by: User,
    at: datetime,
) -> Rescheduled:
    """Move what is planned on ``day`` to the day ``to``, where it is added to what is planned already.

    Raises NotReschedulable and NotConfirmed as set_day() does, and when nothing is planned on ``day``.
    """
    _begin(assignment, reason, by)
    _refuse_outside(assignment, day, "day")
    _refuse_outside(assignment, to, "to")
    if to == day:
        raise NotReschedulable("Choisissez un autre jour que celui d’origine.", field="to")
    moved = _planned(assignment, day)
    if not moved:
        raise NotReschedulable(
            f"Rien n’est prévu le {day_fr(day)}\u00a0: il n’y a rien à déplacer.", field="day"
        )
    present = _planned(assignment, to)
    total = present + moved
    _refuse_too_full(assignment, to, total, "to")
    _ask_about_hours(assignment, day, day, is_confirmed=is_confirmed)
    _write(assignment, {day: 0, to: total}, reason, by, at)
    announce_plan(assignment, {day: (moved, 0), to: (present, total)}, by=by, at=at)
    return Rescheduled((day, to), moved, notice(assignment, [day, to], at))


@transaction.atomic
def clear_days(
    assignment: Assignment,
    first: date,
    last: date,
    *,
    reason: str = "",
    is_confirmed: bool = False,
    by: User,
    at: datetime,
) -> Rescheduled:
    """Free each planned day from ``first`` to ``last``, both included: a week off.

    Raises NotReschedulable for who does not coordinate, an end before the start, more than a year, or when
    nothing is planned on those days; NotConfirmed when some have hours, unless ``is_confirmed``.
    """
    _begin(assignment, reason, by)
    if last < first:
        raise NotReschedulable("Le dernier jour vient avant le premier.", field="last")
    if (last - first).days >= LONGEST_CLEARING:
        raise NotReschedulable(
            "Un an au plus\u00a0: au-delà, donnez une fin à la mise à disposition.", field="last"
        )
    planned = plan_between(first, last + timedelta(days=1), [assignment])[assignment.pk]
    if not planned:
        raise NotReschedulable(
            f"Rien n’est prévu du {day_fr(first)} au {day_fr(last)}\u00a0: il n’y a rien à libérer.",
            field="first",
        )
    _ask_about_hours(assignment, first, last, is_confirmed=is_confirmed)
    _write(assignment, dict.fromkeys(planned, 0), reason, by, at)
    announce_plan(assignment, {day: (minutes, 0) for day, minutes in planned.items()}, by=by, at=at)
    days = tuple(sorted(planned))
    return Rescheduled(days, sum(planned.values()), notice(assignment, days, at))


@transaction.atomic
def restore_day(assignment: Assignment, day: date, *, by: User, at: datetime) -> Rescheduled:
    """Let the usual week decide again what is planned on ``day``; the other day of a move stays as it is.

    Raises NotReschedulable for who does not coordinate, and when the day is not planned apart.
    """
    _begin(assignment, "", by)
    apart = _planned(assignment, day)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        gone, _ = assignment.planned_days.filter(day=day).delete()
    if not gone:
        raise NotReschedulable(
            f"Le {day_fr(day)} suit déjà la semaine type\u00a0: il n’y a rien à rétablir.", field="day"
        )
    usual = _planned(assignment, day)
    announce_plan(assignment, {day: (apart, usual)}, by=by, at=at)
    return Rescheduled((day,), usual, notice(assignment, [day], at))


def notice(assignment: Assignment, days: Iterable[date], at: datetime) -> Notice:
    """The notice that a change of ``days`` made at ``at`` comes with, in working days between the two.

    Due to part-time (C. trav. L3123-31) and to annualised time (L3121-47); the law asks none of others.
    """
    first, announced_on = min(days), timezone.localdate(at)
    zone = Group.objects.order_by("pk").values_list("holiday_zone", flat=True).first()
    given = _working_days(announced_on + timedelta(days=1), first, zone or HolidayZone.METROPOLE)
    terms = ContractTerms.objects.filter(contract=assignment.contract_id).on(first).first()
    limits = limits_on(first)
    if terms is None or terms.time_scheme == TimeScheme.DAY_RATE:
        return Notice(given, 0)
    if terms.time_scheme == TimeScheme.ANNUALISED:
        return Notice(given, limits.notice_days, "L3121-47")
    if terms.weekly_minutes < limits.legal_week_minutes:
        return Notice(given, limits.notice_days, "L3123-31")
    return Notice(given, 0)


def _begin(assignment: Assignment, reason: str, by: User) -> None:
    """Refuse who may not; take the person's row, so that two changes of the same day wait for each other."""
    if not coordinates(by):
        raise NotReschedulable(only(Role.COORDINATOR, "modifie le planning"))
    if len(reason) > REASON_LENGTH:
        raise NotReschedulable(f"Le motif tient en {REASON_LENGTH} caractères.", field="reason")
    Employee.objects.select_for_update().get(pk=assignment.employee_id)
    assignment.refresh_from_db(fields=["starts_on", "ends_before"])


def _ask_about_hours(assignment: Assignment, first: date, last: date, *, is_confirmed: bool) -> None:
    """Raise NotConfirmed when hours are entered on days that are to be freed, both included."""
    refuse_beyond(
        StandingKind.PLANNED_DAY,
        assignment.pk,
        [(first, last + timedelta(days=1))],
        is_confirmed=is_confirmed,
        question="Des heures sont déjà saisies ces jours-là. Faites-les corriger, ou confirmez\u00a0: le planning "
        "change, et les heures restent comme elles sont.",
    )


def _refuse_outside(assignment: Assignment, day: date, field: str) -> None:
    if not assignment.covers(day):
        raise NotReschedulable(f"Le {day_fr(day)} n’est pas dans la mise à disposition.", field=field)
    if not assignment.terms.on(day).exists():
        raise NotReschedulable(
            f"Aucune condition ne vaut le {day_fr(day)}\u00a0: enregistrez-les d’abord.", field=field
        )


def _refuse_too_full(assignment: Assignment, day: date, minutes: int, field: str) -> None:
    """A day of the person, over all assignments, has 24 hours."""
    held = Assignment.objects.on(day).filter(employee=assignment.employee_id).exclude(pk=assignment.pk)
    others = plan_between(day, day + timedelta(days=1), list(held))
    total = minutes + sum(sum(days.values()) for days in others.values())
    if total > DAY:
        raise NotReschedulable(
            f"Le {day_fr(day)} compterait {spell_clock(total)}\u00a0: une journée en a 24.", field=field
        )


def _planned(assignment: Assignment, day: date) -> int:
    return plan_between(day, day + timedelta(days=1), [assignment])[assignment.pk].get(day, 0)


def _write(assignment: Assignment, days: Mapping[date, int], reason: str, by: User, at: datetime) -> None:
    rows = [
        PlannedDay(assignment=assignment, day=day, minutes=minutes, reason=reason, made_by=by, made_at=at)
        for day, minutes in days.items()
    ]
    with pghistory.context(user=by.pk, at=at.isoformat()):
        PlannedDay.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["assignment", "day"],
            update_fields=["minutes", "reason", "made_by", "made_at"],
        )


def _working_days(first: date, before: date, zone: str) -> int:
    return sum(
        day.weekday() < 5 and day not in holidays(day.year, zone) for day in days_between(first, before)
    )


def _spell(minutes: int) -> str:
    return f"{spell_clock(minutes)} déjà prévues" if minutes else "Rien n’est prévu"
