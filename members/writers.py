"""Who answers for each member on a day: seats that may write, and the deputies of those who hold one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, F, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from members import mailing
from members.models import Deputy, MailFrequency, Seat, User
from members.models.people import WRITERS


@dataclass(frozen=True)
class MemberWriters:
    """Those with a seat and their deputies (with the id of whom they stand in for), by member id.

    The coordination's deputies are under None.
    """

    seats: Mapping[int, list[User]]
    deputies: Mapping[int | None, list[tuple[User, int]]]

    def of(self, member: int, person: int | None) -> list[User]:
        """Who answers at ``member`` for the hours of ``person``: as members.access.answers_for says, for everybody."""
        return others(self.seats.get(member, []), self.deputies.get(member, []), person)


def read_writers(on: date) -> MemberWriters:
    """Seats and deputies of the day, in two queries."""
    seats: dict[int, list[User]] = defaultdict(list)
    current = Seat.objects.on(on).filter(function__in=WRITERS, user__is_active=True)
    for seat in current.select_related("user").order_by("pk"):
        seats[seat.member_id].append(seat.user)
    deputies: dict[int | None, list[tuple[User, int]]] = defaultdict(list)
    for deputy in Deputy.objects.held_on(on).filter(user__is_active=True).select_related("user"):
        deputies[deputy.member_id].append((deputy.user, deputy.principal_id))
    return MemberWriters(dict(seats), dict(deputies))


@dataclass(frozen=True)
class Reader:
    """Somebody to whom a digest about a member can leave; ``principal``: the id of whom they stand in for, if any."""

    user: int
    frequency: str
    principal: int | None


def read_readers(on: date, members: Collection[int]) -> dict[int, list[Reader]]:
    """Who answers for each of ``members`` (ids) on a day and can be written to, in one query."""
    nobody = Cast(Value(None), BigIntegerField())
    current = Seat.objects.on(on).filter(function__in=WRITERS)
    seats = _within_reach(current.annotate(standing_for=nobody), members)
    deputies = _within_reach(Deputy.objects.held_on(on).annotate(standing_for=F("principal_id")), members)
    found: dict[int, list[Reader]] = defaultdict(list)
    for member, user, frequency, principal in seats.union(deputies, all=True):
        found[member].append(Reader(user, frequency, principal))
    return dict(found)


def _within_reach(held: QuerySet[Any], members: Collection[int]) -> QuerySet[Any, Any]:
    wanted = held.filter(member__in=members, user__is_active=True).exclude(
        user__mail_frequency=MailFrequency.NEVER
    )
    known = (
        wanted.annotate(has_refused=Coalesce(mailing.has_refused("user"), False))
        .filter(has_refused=False)
        .order_by()
    )
    columns = ("member_id", "user_id", "user__mail_frequency", "standing_for")
    found: QuerySet[Any, Any] = known.values_list(*columns)
    return found


def others(holders: list[User], deputies: list[tuple[User, int]], person: int | None) -> list[User]:
    """Holders and deputies but for the person whose hours these are; nobody deputises for that person either."""
    found = {holder.pk: holder for holder in holders}
    found |= {user.pk: user for user, principal in deputies if principal != person}
    return [user for pk, user in found.items() if pk != person]


def reachable(users: Collection[User]) -> set[int]:
    """The ids of those of ``users`` to whom a digest can leave: they want messages, and their address takes them."""
    wanted = {user for user in users if user.is_active and user.mail_frequency != MailFrequency.NEVER}
    return {user.pk for user in wanted} - mailing.refused(wanted)
