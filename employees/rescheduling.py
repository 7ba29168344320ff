"""Days planned apart by the coordination: another duration, a week off, back to the usual week.

Moving a day is in employees.moving, with what is read before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pghistory
from django.db import transaction
from django.utils import timezone

from employees.announcing import announce_plan
from employees.limits import limits_on
from employees.models import (
    SPREAD_SCHEMES,
    Assignment,
    ContractTerms,
    Employee,
    PlannedDay,
    TimeScheme,
    WorkingTimeLimits,
)
from employees.planning import holidays, plan_between
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import days_between
from groupement.kernel.templatetags.formats import day_fr
from groupement.kernel.worktime import DAY
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
    def sentence(self) -> str:
        """What is short of it, for whoever decides."""
        days = counted(self.given, "jour ouvré") if self.given else "aucun jour"
        return f"Prévenance courte\u00a0: {days} au lieu de {self.due}"

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
    begin(assignment, reason, by)
    if not 0 <= minutes <= DAY:
        raise NotReschedulable("Une journée compte de 0 à 24\u00a0h.", field="minutes")
    refuse_outside(assignment, day, "day", has_terms=assignment.terms.on(day).exists())
    planned = _planned(assignment, day)
    apart = assignment.planned_days.filter(day=day).first()
    if planned == minutes and (apart is None or apart.reason == reason):
        raise NotReschedulable(f"{_spell(minutes)} le {day_fr(day)}\u00a0: rien ne change.", field="minutes")
    refuse_too_full(day, minutes + _planned_elsewhere(assignment, day), "minutes")
    if not minutes:
        ask_about_hours(assignment, day, day, is_confirmed=is_confirmed)
    write(assignment, {day: minutes}, reason, by, at)
    announce_plan(assignment, {day: (planned, minutes)}, by=by, at=at)
    return Rescheduled((day,), minutes, notice(assignment, [day], at))


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
    begin(assignment, reason, by)
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
    ask_about_hours(assignment, first, last, is_confirmed=is_confirmed)
    write(assignment, dict.fromkeys(planned, 0), reason, by, at)
    announce_plan(assignment, {day: (minutes, 0) for day, minutes in planned.items()}, by=by, at=at)
    days = tuple(sorted(planned))
    return Rescheduled(days, sum(planned.values()), notice(assignment, days, at))


@transaction.atomic
def restore_day(assignment: Assignment, day: date, *, by: User, at: datetime) -> Rescheduled:
    """Let the usual week decide again what is planned on ``day``; the other day of a move stays as it is.

    Raises NotReschedulable for who does not coordinate, and when the day is not planned apart.
    """
    begin(assignment, "", by)
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

    Due to part-time (C. trav. L3123-31) and to time over more than a week (L3121-47); the law asks none of others.
    """
    first = min(days)
    terms = ContractTerms.objects.filter(contract=assignment.contract_id).on(first).first()
    regime = (terms.time_scheme, terms.weekly_minutes) if terms else None
    return notice_under(regime, limits_on(first), zone_of_group(), first, at)


def notice_under(
    regime: tuple[str, int] | None, limits: WorkingTimeLimits, zone: str, first: date, at: datetime
) -> Notice:
    """The same, for a time scheme and its weekly minutes on the ``first`` day that changes."""
    given = _working_days(timezone.localdate(at) + timedelta(days=1), first, zone)
    if regime is None or regime[0] == TimeScheme.DAY_RATE:
        return Notice(given, 0)
    if regime[0] in SPREAD_SCHEMES:
        return Notice(given, limits.notice_days, "L3121-47")
    if regime[1] < limits.legal_week_minutes:
        return Notice(given, limits.notice_days, "L3123-31")
    return Notice(given, 0)


def zone_of_group() -> str:
    """Whose public holidays are no working days."""
    zone = Group.objects.order_by("pk").values_list("holiday_zone", flat=True).first()
    return zone or HolidayZone.METROPOLE


def begin(assignment: Assignment, reason: str, by: User) -> None:
    """Refuse who may not; take the person's row, so that two changes of the same day wait for each other."""
    if not coordinates(by):
        raise NotReschedulable(only(Role.COORDINATOR, "modifie le planning"))
    if len(reason) > REASON_LENGTH:
        raise NotReschedulable(f"Le motif tient en {REASON_LENGTH} caractères.", field="reason")
    still_there(Employee.objects.select_for_update(), assignment.employee_id)
    assignment.refresh_from_db(fields=["starts_on", "ends_before"])


def ask_about_hours(assignment: Assignment, first: date, last: date, *, is_confirmed: bool) -> None:
    """Raise NotConfirmed when hours are entered on days that are to be freed, both included."""
    refuse_beyond(
        StandingKind.PLANNED_DAY,
        assignment.pk,
        [(first, last + timedelta(days=1))],
        is_confirmed=is_confirmed,
        question="Des heures sont déjà saisies ces jours-là. Faites-les corriger, ou confirmez\u00a0: le planning "
        "change, et les heures restent comme elles sont.",
    )


def refuse_outside(assignment: Assignment, day: date, field: str, *, has_terms: bool) -> None:
    """Raise NotReschedulable for a day without assignment, or without terms then."""
    if not assignment.covers(day):
        raise NotReschedulable(f"Le {day_fr(day)} n’est pas dans la mise à disposition.", field=field)
    if not has_terms:
        raise NotReschedulable(
            f"Aucune condition ne vaut le {day_fr(day)}\u00a0: enregistrez-les d’abord.", field=field
        )


def refuse_too_full(day: date, minutes: int, field: str) -> None:
    """Raise NotReschedulable where ``minutes``, the person’s over all assignments, are more than a day has."""
    if minutes > DAY:
        raise NotReschedulable(
            f"Le {day_fr(day)} compterait {spell_duration(minutes)}\u00a0: une journée en a 24.", field=field
        )


def _planned_elsewhere(assignment: Assignment, day: date) -> int:
    held = Assignment.objects.on(day).filter(employee=assignment.employee_id).exclude(pk=assignment.pk)
    return sum(sum(days.values()) for days in plan_between(day, day + timedelta(days=1), list(held)).values())


def _planned(assignment: Assignment, day: date) -> int:
    return plan_between(day, day + timedelta(days=1), [assignment])[assignment.pk].get(day, 0)


def write(assignment: Assignment, days: Mapping[date, int], reason: str, by: User, at: datetime) -> None:
    """Plan these minutes apart, whatever was planned apart before."""
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
    return f"{spell_duration(minutes)} déjà prévues" if minutes else "Rien n’est prévu"
