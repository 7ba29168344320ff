"""Deputies: who answers for whom between two dates, and who may appoint them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.templatetags.formats import day_fr
from members import mailing, notifying
from members.models import Deputy, Member, NoticeKind, Seat, User
from members.models.people import WRITERS
from members.roles import Role, only

# Whom one may name: by member, None for the coordination.
Candidates = dict[Member | None, list[User]]


class MayNotAppoint(Refusal):
    """Who asks may not arrange this deputy: standing in hands nothing on, and nobody names themself."""


class BadDeputy(Refusal):
    """This person cannot stand in there."""


class BadDates(Refusal):
    """The days asked for are past, the wrong way round, too many, or days of an earlier mandate."""


class AlreadyOver(Refusal):
    """The deputyship has ended."""


@transaction.atomic
def appoint(
    principal: User,
    deputy: User,
    *,
    member: Member | None = None,
    first: date,
    last: date,
    by: User,
    at: datetime,
) -> Deputy:
    """Let ``deputy`` answer for ``principal`` from ``first`` to ``last``, both included: at ``member``, or without one
    for the coordination.

    ``by`` is the principal, or a coordinator or an admin by a role of their own. Raises what refuse() raises.
    """
    # Two appointments by one principal wait for each other: neither misses the other's days.
    principal = User.objects.select_for_update().get(pk=principal.pk)
    refuse(principal, deputy, member=member, first=first, last=last, by=by, at=at)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        made = Deputy.objects.create(
            principal=principal,
            user=deputy,
            member=member,
            starts_on=first,
            ends_before=last + timedelta(days=1),
        )
    _announce(made, by, at)
    return made


def refuse(
    principal: User, deputy: User, *, member: Member | None, first: date, last: date, by: User, at: datetime
) -> None:
    """Raise MayNotAppoint, BadDeputy (field "deputy") or BadDates ("first", "last") unless ``by`` may name them."""
    _refuse_stranger(principal, deputy, by)
    _refuse_days(first, last, timezone.localdate(at))
    _refuse_person(principal, deputy, member, first)
    _refuse_capacity(principal, member, first, last)
    _refuse_overlap(principal, deputy, member, first, last)


@transaction.atomic
def end(deputyship: Deputy, *, on: date, by: User, at: datetime) -> None:
    """Make ``on`` the first day without deputy; one that would hold no day is deleted, and history keeps it.

    The principal, the deputy, a coordinator or an admin may. Raises MayNotAppoint, BadDates, AlreadyOver.
    """
    held = Deputy.objects.select_for_update().filter(pk=deputyship.pk).first()
    today = timezone.localdate(at)
    if held is None or (until := held.ends_before or date.max) <= today:
        raise AlreadyOver("Cette suppléance est déjà finie.")
    if by.pk not in (held.principal_id, held.user_id) and not may_arrange(by):
        raise MayNotAppoint("Cette suppléance n’est pas la vôtre.")
    if on < today or on > until:
        raise BadDates(f"Choisissez un jour entre aujourd’hui et le {day_fr(held.last_day)}.")
    _announce_end(held, on, by, at)
    with pghistory.context(user=by.pk, at=at.isoformat()):
        if on <= held.starts_on:
            held.delete()
        else:
            Deputy.objects.filter(pk=held.pk).update(ends_before=on)


def _announce(made: Deputy, by: User, at: datetime) -> None:
    """Tell the deputy and the person they stand in for, but whoever arranged it."""
    days = f"du {spell_day(made.starts_on)} au {spell_day(made.last_day)}"
    for reader, sentence in (
        (made.user, f"Vous remplacez {made.principal} {days}\u00a0: {made.capacity}."),
        (made.principal, f"{made.user} vous remplace {days}\u00a0: {made.capacity}."),
    ):
        notifying.queue(_but(reader, by), sentence=sentence, **_about(made, at))


def _announce_end(held: Deputy, on: date, by: User, at: datetime) -> None:
    """Tell them that ``on`` is the first day without; of one that holds no day, those alone who knew of it."""
    ends = (
        f"s’arrête après le {spell_day(on - timedelta(days=1))}" if on > held.starts_on else "n’aura pas lieu"
    )
    for reader, sentence in (
        (held.user, f"Votre suppléance pour {held.principal} {ends}\u00a0: {held.capacity}."),
        (held.principal, f"La suppléance {of(str(held.user))} pour vous {ends}\u00a0: {held.capacity}."),
    ):
        tell = notifying.queue if on > held.starts_on else notifying.retract
        tell(_but(reader, by), sentence=sentence, **_about(held, at))


def _about(deputyship: Deputy, at: datetime) -> dict[str, Any]:
    url = mailing.address("members:preferences")
    return {"kind": NoticeKind.DEPUTY, "topic": f"deputy {deputyship.pk}", "url": url, "at": at}


def _but(reader: User, by: User) -> list[User]:
    return [reader] if reader.pk != by.pk else []


def may_arrange(user: User) -> bool:
    """Whether ``user`` arranges deputies for others: by a role of their own, never as somebody's deputy."""
    return user.is_active and (user.is_coordinator or user.is_admin)


def current(principal: User, *, on: date) -> list[Deputy]:
    """Whom ``principal`` named and for whom they stand in, now or later; the next first. One query."""
    held = Deputy.objects.filter(Q(principal=principal) | Q(user=principal), ends_before__gt=on)
    return list(held.select_related("principal", "user", "member").order_by("starts_on", "pk"))


def principals() -> QuerySet[User]:
    """Who may have a deputy: people of the coordination, and those with a seat that writes, by name."""
    seats = Seat.objects.filter(function__in=WRITERS).values("user")
    people = User.objects.filter(Q(is_coordinator=True) | Q(pk__in=seats), is_active=True)
    return people.order_by("name", "pk")


def candidates(principal: User, *, on: date) -> Candidates:
    """Whom ``principal`` may name from ``on``, by what they answer for; people by name, then the oldest.

    At a member where they have a seat that writes: others with a seat there, and the coordinators. For the
    coordination: people with a role for the whole group or a seat anywhere. Three queries at most.
    """
    own = Seat.objects.filter(_lasting(on), user=principal, function__in=WRITERS).select_related("member")
    members = {seat.member for seat in own}
    people = User.objects.filter(is_active=True).exclude(pk=principal.pk).order_by("name", "pk")
    seats = Seat.objects.filter(_lasting(on))
    places: dict[int, set[int]] = {}
    if not principal.is_coordinator:
        seats = seats.filter(member__in=members)
    for person, place in seats.values_list("user", "member"):
        places.setdefault(person, set()).add(place)
    people = people.filter(Q(pk__in=places) | Q(is_coordinator=True) | Q(is_finance=True) | Q(is_admin=True))
    return _by_capacity(principal, members, list(people), places)


def _by_capacity(
    principal: User, members: Iterable[Member], people: list[User], places: dict[int, set[int]]
) -> Candidates:
    found: Candidates = {
        member: [
            person for person in people if person.is_coordinator or member.pk in places.get(person.pk, ())
        ]
        for member in sorted(members, key=lambda member: (member.short_name.casefold(), member.pk))
    }
    if principal.is_coordinator:
        found[None] = people
    return found


def _lasting(on: date) -> Q:
    """Seats that have not ended on that day: who comes soon may be named for later."""
    return Q(ends_before__isnull=True) | Q(ends_before__gt=on)


def _refuse_stranger(principal: User, deputy: User, by: User) -> None:
    if by.pk != principal.pk and not may_arrange(by):
        raise MayNotAppoint(only(Role.COORDINATOR, f"nomme quelqu’un à la place {of(str(principal))}"))
    if deputy.pk == principal.pk:
        raise BadDeputy(
            "On ne se remplace pas soi-même\u00a0: choisissez une autre personne.", field="deputy"
        )
    if deputy.pk == by.pk:
        # Who administers the group could otherwise give themself the rights of every member.
        raise MayNotAppoint(
            f"On ne se nomme pas soi-même\u00a0: demandez à {principal}, ou à une autre personne de la coordination.",
            field="deputy",
        )


def _refuse_days(first: date, last: date, today: date) -> None:
    if first < today:
        raise BadDates("Ce jour est passé\u00a0: commencez aujourd’hui ou plus tard.", field="first")
    if last < first:
        raise BadDates("Le dernier jour vient avant le premier\u00a0: vérifiez les dates.", field="last")
    if last >= _a_year_after(first):
        raise BadDates(
            "Une suppléance dure un an au plus\u00a0: choisissez un jour plus proche.", field="last"
        )


def _refuse_person(principal: User, deputy: User, member: Member | None, first: date) -> None:
    for person, field in ((principal, None), (deputy, "deputy")):
        if not person.is_active:
            raise BadDeputy(
                f"Le compte {of(str(person))} est fermé\u00a0: choisissez une autre personne.", field=field
            )
    offered = candidates(principal, on=first)
    if member in offered and deputy not in offered[member]:
        where = f"n’a pas de siège chez {member}" if member else "n’a ni siège ni rôle dans le groupement"
        raise BadDeputy(f"{deputy} {where}\u00a0: choisissez une autre personne.", field="deputy")


def _refuse_capacity(principal: User, member: Member | None, first: date, last: date) -> None:
    """What the deputy would answer for has to be the principal's from the first day to the last."""
    if member is None:
        if not principal.is_coordinator:
            raise BadDeputy(f"{principal} ne fait pas partie de la coordination.")
        return
    seats = Seat.objects.filter(user=principal, member=member, function__in=WRITERS)
    for day, field in ((first, "first"), (last, "last")):
        if not seats.on(day).exists():
            raise BadDates(f"{principal} ne vise pas d’heures chez {member} le {day_fr(day)}.", field=field)


def _refuse_overlap(principal: User, deputy: User, member: Member | None, first: date, last: date) -> None:
    existing = Deputy.objects.filter(principal=principal, user=deputy, member=member)
    other = existing.filter(starts_on__lte=last, ends_before__gt=first).order_by("starts_on", "pk").first()
    if other is not None:
        raise BadDates(
            f"{deputy} remplace déjà {principal} du {day_fr(other.starts_on)} au {day_fr(other.last_day)}\u00a0: "
            "choisissez d’autres dates, ou mettez d’abord fin à cette suppléance.",
            field="first",
        )


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 3, 1)
