"""Absences known in advance: recorded, changed and cancelled by the coordination, or by the person for themself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pghistory
from django.db import transaction

from employees.announcing import announce_absence, announce_cancellation
from employees.models import Absence, AbsenceKind, Employee
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.templatetags.formats import day_fr
from members.access import coordinates
from members.models import User
from members.standing import Days, StandingKind, lost_days, refuse_beyond

LONGEST = 3 * 366  # days: a parental leave
NOTE_LENGTH = 200


class BadAbsence(Refusal):
    """The absence may not be recorded so."""


@transaction.atomic
def record(
    employee: Employee,
    *,
    kind: str,
    first: date,
    last: date,
    note: str = "",
    is_confirmed: bool = False,
    by: User,
    at: datetime,
) -> Absence:
    """Note that ``employee`` will be away from ``first`` to ``last``, both included.

    Raises BadAbsence for who is neither the coordination nor the person, days in disorder, outside the contract,
    or held by another absence; NotConfirmed when hours are worked on those days, unless ``is_confirmed``.
    """
    _refuse_stranger(employee, by)
    _refuse(employee, kind, first, last, note, edited=None)
    _ask_about_work(employee, [(first, last + timedelta(days=1))], is_confirmed=is_confirmed)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        made = Absence.objects.create(
            employee=employee,
            kind=kind,
            starts_on=first,
            ends_before=last + timedelta(days=1),
            note=note,
            recorded_by=by,
            recorded_at=at,
        )
    announce_absence(made, by=by, at=at)
    return made


@transaction.atomic
def change(
    absence: Absence,
    *,
    kind: str,
    first: date,
    last: date,
    note: str = "",
    is_confirmed: bool = False,
    by: User,
    at: datetime,
) -> Absence:
    """Give ``absence`` other days, another cause or note. Raises BadAbsence and NotConfirmed as record() does."""
    _refuse_stranger(absence.employee, by)
    if not Absence.objects.filter(pk=absence.pk).exists():
        raise BadAbsence("Cette absence vient d’être annulée. Rechargez la page.")
    _refuse(absence.employee, kind, first, last, note, edited=absence)
    # Only days that are new are asked about: what stands on the others was.
    new = lost_days((first, last + timedelta(days=1)), (absence.starts_on, absence.ends_before))
    _ask_about_work(absence.employee, new, is_confirmed=is_confirmed)
    former = absence.starts_on, absence.ends_before or date.max
    absence.kind, absence.note = kind, note
    absence.starts_on, absence.ends_before = first, last + timedelta(days=1)
    absence.recorded_by, absence.recorded_at = by, at
    with pghistory.context(user=by.pk, at=at.isoformat()):
        absence.save()
    announce_absence(absence, by=by, at=at, former=former)
    return absence


@transaction.atomic
def cancel(absence: Absence, *, by: User, at: datetime) -> None:
    """Take ``absence`` back; the journal keeps it. Raises BadAbsence for who may not, or when it is gone already."""
    _refuse_stranger(absence.employee, by)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        gone, _ = Absence.objects.filter(pk=absence.pk).delete()
    if not gone:
        raise BadAbsence("Cette absence vient d’être annulée. Rechargez la page.")
    announce_cancellation(absence, by=by, at=at)


def span_fr(first: date, last: date | None) -> str:
    """ "le 02/11/2026" or "du 02/11/2026 au 06/11/2026"."""
    return f"le {day_fr(first)}" if first == last else f"du {day_fr(first)} au {day_fr(last)}"


def may_record(user: User, employee: Employee) -> bool:
    """Whether ``user`` may note absences of ``employee``: the coordination, and oneself."""
    return user.is_active and (coordinates(user) or employee.user_id == user.pk)


def _refuse_stranger(employee: Employee, by: User) -> None:
    if not may_record(by, employee):
        raise BadAbsence("Une absence se note par la personne, ou par la coordination.")
    # Two absences of the same person wait for each other: neither overlaps what the other writes.
    still_there(Employee.objects.select_for_update(), employee.pk)


def _ask_about_work(employee: Employee, spans: Iterable[Days], *, is_confirmed: bool) -> None:
    """Raise NotConfirmed when hours are worked on those days: either may be the mistake."""
    refuse_beyond(
        StandingKind.ABSENCE,
        employee.pk,
        spans,
        is_confirmed=is_confirmed,
        question="Des heures sont saisies ces jours-là. Corrigez-les ou changez les jours de l’absence\u00a0; si vous "
        "confirmez, elle est notée, et ces heures restent à corriger avant d’être approuvées.",
    )


def _refuse(
    employee: Employee, kind: str, first: date, last: date, note: str, *, edited: Absence | None
) -> None:
    if kind not in AbsenceKind.values:
        raise BadAbsence("Choisissez un motif dans la liste.", field="kind")
    if len(note) > NOTE_LENGTH:
        raise BadAbsence(f"La note tient en {NOTE_LENGTH} caractères.", field="note")
    if last < first:
        raise BadAbsence("Le dernier jour vient avant le premier.", field="last")
    if (last - first).days >= LONGEST:
        raise BadAbsence("Trois ans au plus\u00a0: vérifiez les années.", field="last")
    for day, field in ((first, "first"), (last, "last")):
        if not employee.contracts.on(day).exists():
            raise BadAbsence(f"Il n’y a pas de contrat le {day_fr(day)}.", field=field)
    others = employee.absences.filter(starts_on__lte=last, ends_before__gt=first)
    other = others.exclude(pk=edited.pk if edited else 0).order_by("starts_on", "pk").first()
    if other is not None:
        raise BadAbsence(
            f"Une absence est déjà prévue {span_fr(other.starts_on, other.last_day)}\u00a0: "
            "modifiez-la, ou choisissez d’autres jours.",
            field="first",
        )
