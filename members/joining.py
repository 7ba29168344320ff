"""Becoming a member and leaving: each change is to be declared to the labour administration within a month."""

from __future__ import annotations

import calendar
from collections import Counter
from datetime import date, datetime
from itertools import product
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from members.models import Declaration, Group, Member, Membership, User
from members.models.membership import MembershipStatus as Status
from members.standing import StandingKind, refuse_beyond

MARKS = 12


class AlreadyCandidate(Refusal):
    """The member has an application or a membership that has not ended."""


class TooManyAuthorities(Refusal):
    """Local authorities would be more than half of the members (C. trav. L1253-19)."""


class WrongDay(Refusal):
    """The day asked for contradicts another one of the membership."""


@transaction.atomic
def apply(member: Member, *, by: User, at: datetime, **terms: Any) -> Membership:
    """Open the application of ``member`` on the day of ``at``; ``terms``: college, votes, deposit, yearly_dues.

    Raises AlreadyCandidate when an application or a membership has not ended.
    """
    Member.objects.select_for_update().get(pk=member.pk)
    current = member.memberships.open().first()
    if current is not None:
        raise AlreadyCandidate(
            f"{member} a déjà une adhésion en cours ({current.get_status_display()}). Poursuivez celle-là."
        )
    membership = Membership.objects.create(member=member, applied_on=_day(at), **terms)
    membership.steps.create(source="", target=Status.CANDIDATE, by=by, at=at)
    return membership


@transaction.atomic
def admit(membership: Membership, *, by: User, at: datetime, starts_on: date | None = None) -> Membership:
    """Admit a candidate from ``starts_on`` (the day of ``at`` by default) and note the declaration it owes.

    Raises TooManyAuthorities when local authorities would pass half of the members (L1253-19), WrongDay when the
    day precedes the application or lies in an earlier membership, IllegalMove when it is no candidate.
    """
    # One admission at a time: two authorities admitted together would each count without the other.
    Group.objects.select_for_update().order_by("pk").first()
    first_day = starts_on or _day(at)
    _check_first_day(membership, first_day)
    if membership.member.counts_as_local_authority:
        _check_half(membership.member, first_day)
    membership.move(Status.ADMITTED, by=by, at=at, starts_on=first_day)
    _declare(membership, f"Admission {of(membership.member.legal_name)}", first_day)
    return membership


@transaction.atomic
def announce_departure(
    membership: Membership,
    *,
    by: User,
    at: datetime,
    ends_before: date,
    note: str = "",
    is_confirmed: bool = False,
) -> Membership:
    """Note that a member gives notice: ``ends_before`` is the first day on which it is no longer one.

    Raises WrongDay when that day is not after today, IllegalMove unless the member is admitted; StandsOnIt and
    NotConfirmed for what lies beyond that day, the latter unless ``is_confirmed``.
    """
    if ends_before <= _day(at) or (membership.starts_on and ends_before <= membership.starts_on):
        raise WrongDay(
            "Le départ prend effet demain au plus tôt. Choisissez une date à venir.", field="ends_before"
        )
    beyond = [(ends_before, None)]
    refuse_beyond(StandingKind.MEMBERSHIP, membership.pk, beyond, is_confirmed=is_confirmed)
    membership.move(Status.LEAVING, by=by, at=at, note=note, notice_on=_day(at), ends_before=ends_before)
    return membership


@transaction.atomic
def stay(membership: Membership, *, by: User, at: datetime, note: str = "") -> Membership:
    """Take back an announced departure before it takes effect. Raises WrongDay afterwards."""
    if membership.ends_before and membership.ends_before <= _day(at):
        raise WrongDay("Le départ a déjà pris effet. Ouvrez une nouvelle candidature.")
    membership.move(Status.ADMITTED, by=by, at=at, note=note, notice_on=None, ends_before=None)
    return membership


@transaction.atomic
def leave(membership: Membership, *, by: User, at: datetime) -> Membership:
    """Close a membership whose last day is over, and note the declaration it owes. Raises WrongDay before."""
    ended_on = membership.ends_before
    if ended_on is not None and _day(at) < ended_on:
        raise WrongDay(
            f"{membership.member} reste adhérent jusqu’au {ended_on:%d/%m/%Y} exclu. Revenez ce jour-là."
        )
    membership.move(Status.LEFT, by=by, at=at)
    _declare(membership, f"Départ {of(membership.member.legal_name)}", ended_on or _day(at))
    return membership


def choose_mark() -> tuple[int, int]:
    """The least used pair of hue and shape, each from 1 to 12: a free one as long as there is, colours first.

    A group may outgrow the 144 pairs, and a name always stands beside the mark: then pairs are shared evenly.
    """
    used = Counter(Member.objects.values_list("hue", "shape"))
    marks = [(rank + 1, (rank + turn) % MARKS + 1) for turn, rank in product(range(MARKS), range(MARKS))]
    return min(marks, key=lambda mark: used[mark])


def month_after(day: date) -> date:
    """The last day of a delay of one month: the same day of the next month, or its last one (C. proc. civ. 641)."""
    month = Month.of(day).next
    return date(month.year, month.month, min(day.day, calendar.monthrange(month.year, month.month)[1]))


def _check_first_day(membership: Membership, first_day: date) -> None:
    if first_day < membership.applied_on:
        raise WrongDay(
            f"L’admission ne peut pas précéder la candidature, du {membership.applied_on:%d/%m/%Y}.",
            field="starts_on",
        )
    earlier = membership.member.memberships.exclude(pk=membership.pk).filter(
        Q(ends_before__isnull=True) | Q(ends_before__gt=first_day), starts_on__isnull=False
    )
    if earlier.exists():
        raise WrongDay(
            f"{membership.member} est déjà adhérent à cette date, par une adhésion précédente.",
            field="starts_on",
        )


def _check_half(member: Member, on: date) -> None:
    others = Member.objects.filter(pk__in=Membership.objects.admitting(on).values("member")).exclude(
        pk=member.pk
    )
    flags = [True, *others.values_list("counts_as_local_authority", flat=True)]
    if 2 * sum(flags) > len(flags):
        raise TooManyAuthorities(
            "Les collectivités ne peuvent pas être plus de la moitié des adhérents (C. trav. L1253-19)\u00a0: "
            f"il y en aurait {sum(flags)} sur {len(flags)}. Admettez d’abord un autre adhérent de droit privé."
        )


def _declare(membership: Membership, subject: str, event_on: date) -> None:
    # C. trav. D1253-3 and D1253-6: the list of members is among what must be declared within one month.
    Declaration.objects.create(
        membership=membership, subject=subject[:160], event_on=event_on, due_on=month_after(event_on)
    )


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()
