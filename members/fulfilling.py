"""Duties that people act on: said to be done with a proof, taken back, given to somebody, added and repeated."""

from __future__ import annotations

import secrets
from datetime import date, datetime

import pghistory
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, StaleRow
from groupement.kernel.templatetags.formats import day_fr
from members import filing
from members.duties import Audience, Due, may_own, may_settle, months_after, runs_all
from members.models import Declaration, Duty, DutyRole, DutyTopic, User
from members.models.duty import MOST_MONTHS, OWN

TITLE_LENGTH, NOTE_LENGTH, REFERENCE_LENGTH = 160, 200, 60
LONGEST_AHEAD = 10  # years
DECLARATION = "declaration:"


class BadDuty(Refusal):
    """The duty may not be written so."""


class NotYourDuty(Refusal):
    """The duty is not that person's to settle."""


def own_due(row: Duty) -> Due:
    """A duty that people added, as the value that apps give."""
    return Due(
        key=row.key,
        title=row.title,
        due_on=row.due_on,
        topic=DutyTopic(row.topic),
        role=DutyRole(row.role),
        audience=Audience(finance=row.role == DutyRole.FINANCE),
        detail=_origin(row),
        done_on=row.done_on,
    )


@transaction.atomic
def fulfil(
    due: Due,
    *,
    on: date,
    note: str = "",
    data: bytes | None = None,
    file_name: str = "",
    by: User,
    at: datetime,
) -> Duty:
    """Say that ``due`` was done ``on`` that day, with a ``note`` and the ``data`` of a proof.

    A declaration is written into its own record; a duty that comes again has its next one, made once. Raises
    NotYourDuty, BadDuty, StaleRow when somebody was faster, members.filing.FileNotKept.
    """
    row = _row(due, by=by, at=at)
    _refuse_stranger(by, due, row)
    if due.is_kept_elsewhere:
        raise BadDuty(
            "Cette échéance se fait sur sa page\u00a0: elle passe à «\u00a0faite\u00a0» d’elle-même."
        )
    if due.done_on is not None:
        raise StaleRow("Cette échéance vient d’être notée faite. Rechargez la page.")
    _refuse_day(on, at)
    most = REFERENCE_LENGTH if due.has_record else NOTE_LENGTH
    if len(note) > most:
        raise BadDuty(f"{most} caractères au plus\u00a0: raccourcissez.", field="note")
    proof = None
    if data is not None:
        proof = filing.keep(data, file_name, by=by, at=at, is_sensitive=due.is_private, field="proof")
    facts = {"done_on": on, "done_by": by, "done_at": at, "proof": proof, "note": note}
    with pghistory.context(user=by.pk, at=at.isoformat()):
        # Guard and write are one statement: of two who settle it at once, PostgreSQL lets one through.
        if due.has_record:
            _declare(
                due, on, note
            )  # the record is the one that is asked: the administration may have emptied it
            Duty.objects.filter(pk=row.pk).update(**facts)
        elif not Duty.objects.filter(pk=row.pk, done_on=None).update(**facts):
            raise StaleRow("Cette échéance vient d’être notée faite. Rechargez la page.")
        row.refresh_from_db()
        _make_next(row, by=by, at=at)
    return row


@transaction.atomic
def reopen(due: Due, *, by: User, at: datetime) -> Duty:
    """Take back that ``due`` was done; the journal keeps that it was said, by whom and when. Twice is refused."""
    row = _row(due, by=by, at=at)
    _refuse_stranger(by, due, row)
    if due.is_kept_elsewhere:
        raise BadDuty("Cette échéance se fait sur sa page, et s’y reprend.")
    with pghistory.context(user=by.pk, at=at.isoformat()):
        empty = {"done_on": None, "done_by": None, "done_at": None, "proof": None}
        taken = Duty.objects.filter(pk=row.pk, done_on__isnull=False).update(**empty)
        if due.has_record:
            taken = _of_record(due).filter(sent_on__isnull=False).update(sent_on=None, letter_reference="")
    if not taken:
        raise StaleRow("Cette échéance est déjà à faire. Rechargez la page.")
    row.refresh_from_db()
    return row


@transaction.atomic
def give(due: Due, owner: User | None, *, by: User, at: datetime) -> Duty:
    """Give ``due`` to ``owner``, or back to the role whose work it is. Raises NotYourDuty and BadDuty."""
    if not (runs_all(by) or (by.is_active and by.is_finance and due.audience.finance)):
        raise NotYourDuty(
            "La coordination et l’administration confient les échéances\u00a0; les finances, les leurs."
        )
    if owner is not None and not may_own(owner, due):
        raise BadDuty("Choisissez une personne de la liste.", field="owner")
    row = _row(due, by=by, at=at)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        Duty.objects.filter(pk=row.pk).update(owner=owner)
    row.refresh_from_db()
    return row


@transaction.atomic
def add(
    *,
    title: str,
    due_on: date,
    topic: str = DutyTopic.LIFE,
    role: str = DutyRole.COORDINATOR,
    owner: User | None = None,
    every_months: int | None = None,
    note: str = "",
    by: User,
    at: datetime,
) -> Duty:
    """Add a duty of the group's own, once or every ``every_months``. Raises NotYourDuty and BadDuty."""
    if not (runs_all(by) or (by.is_active and by.is_finance)):
        raise NotYourDuty("Les échéances s’ajoutent par la coordination, les finances ou l’administration.")
    title = " ".join(title.split())
    _refuse_words(title, topic, role, note)
    _refuse_dates(due_on, every_months, at)
    row = Duty(
        key=f"{OWN}{secrets.token_hex(8)}:1",
        title=title,
        topic=topic,
        role=role if runs_all(by) else DutyRole.FINANCE,
        due_on=due_on,
        begins_on=due_on,
        every_months=every_months,
        owner=owner,
        note=note,
        made_by=by,
        made_at=at,
    )
    if owner is not None and not may_own(owner, own_due(row)):
        raise BadDuty("Choisissez une personne de la liste.", field="owner")
    with pghistory.context(user=by.pk, at=at.isoformat()):
        row.save(force_insert=True)
    return row


def _row(due: Due, *, by: User, at: datetime) -> Duty:
    """The row of ``due``, made on the first act; two acts at once make one."""
    facts = {
        "title": due.title[:TITLE_LENGTH],
        "topic": due.topic,
        "role": due.role,
        "due_on": due.due_on,
        "made_by": by,
        "made_at": at,
    }
    if found := Duty.objects.filter(key=due.key).first():
        return found
    if due.key.startswith(OWN):
        raise StaleRow("Cette échéance n’existe plus. Rechargez la page.")
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, at=at.isoformat()):
            return Duty.objects.create(key=due.key, **facts)
    except IntegrityError:
        return Duty.objects.get(key=due.key)


def _declare(due: Due, on: date, reference: str) -> None:
    unsent = _of_record(due).filter(sent_on=None)
    if not unsent.update(sent_on=on, letter_reference=reference):
        raise StaleRow("Cette déclaration vient d’être notée envoyée. Rechargez la page.")


def _of_record(due: Due) -> models.QuerySet[Declaration]:
    return Declaration.objects.filter(pk=int(due.key.removeprefix(DECLARATION)))


def _make_next(row: Duty, *, by: User, at: datetime) -> None:
    """The next of a series, its day counted from the first: 31 January, 28 February, 31 March. Made once."""
    if row.every_months is None or row.begins_on is None:
        return
    series, _, rank = row.key.rpartition(":")
    facts = {
        "title": row.title,
        "topic": row.topic,
        "role": row.role,
        "owner": row.owner,
        "begins_on": row.begins_on,
        "every_months": row.every_months,
        "due_on": months_after(row.begins_on, row.every_months * int(rank)),
        "made_by": by,
        "made_at": at,
    }
    Duty.objects.get_or_create(key=f"{series}:{int(rank) + 1}", defaults=facts)


def _origin(row: Duty) -> str:
    words = [f"Ajoutée par {row.made_by}"] if row.made_by else []
    if row.every_months:
        words.append(
            "chaque mois" if row.every_months == 1 else f"tous les {row.every_months}{NO_BREAK_SPACE}mois"
        )
    return ", ".join(words)


def _refuse_stranger(by: User, due: Due, row: Duty) -> None:
    if not may_settle(by, due, row.owner_id):
        raise NotYourDuty(
            "Cette échéance se note par la coordination, par l’administration ou par qui s’en charge."
        )


def _refuse_day(on: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if on > today:
        raise BadDuty(
            f"Le {day_fr(on)} est à venir\u00a0: indiquez le jour où c’était fait, aujourd’hui au plus tard.",
            field="on",
        )
    if on.year < today.year - LONGEST_AHEAD:
        raise BadDuty("Ce jour est trop ancien\u00a0: vérifiez l’année.", field="on")


def _refuse_words(title: str, topic: str, role: str, note: str) -> None:
    if not title:
        raise BadDuty("Dites ce qu’il y a à faire, en quelques mots.", field="title")
    if len(title) > TITLE_LENGTH:
        raise BadDuty(f"{TITLE_LENGTH} caractères au plus\u00a0: raccourcissez.", field="title")
    if topic not in DutyTopic.values:
        raise BadDuty("Choisissez un sujet dans la liste.", field="topic")
    if role not in (DutyRole.COORDINATOR, DutyRole.FINANCE):
        raise BadDuty("Choisissez la coordination ou les finances.", field="role")
    if len(note) > NOTE_LENGTH:
        raise BadDuty(f"{NOTE_LENGTH} caractères au plus\u00a0: raccourcissez.", field="note")


def _refuse_dates(due_on: date, every_months: int | None, at: datetime) -> None:
    today = timezone.localdate(at)
    if abs(due_on.year - today.year) > LONGEST_AHEAD:
        raise BadDuty("Dix ans au plus\u00a0: vérifiez l’année.", field="due_on")
    if every_months is not None and not 1 <= every_months <= MOST_MONTHS:
        raise BadDuty(f"De 1 à {MOST_MONTHS} mois, ou rien pour une seule fois.", field="every_months")
