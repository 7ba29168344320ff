"""Seats end and change by what stands on them: what was signed and confirmed by one, and who is left at the member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q

from groupement.kernel.french import NO_BREAK_SPACE, of
from groupement.kernel.templatetags.formats import day_fr
from members.models import Seat
from members.models.people import Function
from members.standing import (
    CONFIRMATION,
    Days,
    NotConfirmed,
    StandingKind,
    StandsOnIt,
    lost_days,
    on,
    refuse_beyond,
)

# What a seat is; another one is another seat.
IDENTITY = ("user", "member", "function")


class StillAnswering(NotConfirmed):
    """The member would have nobody who signs for it."""


def refuse_change(seat: Seat, wanted: Mapping[str, Any] | None, *, is_confirmed: bool, today: date) -> None:
    """Refuse what takes from ``seat``, as stored, days on which something stands; None deletes it.

    ``wanted`` has user, member, function, starts_on, ends_before. Raises StandsOnIt for what was signed and confirmed,
    NotConfirmed where nobody would sign for the member any more.
    """
    held = Seat.objects.select_related("member").in_bulk([seat.pk])[seat.pk]
    whole: Days = (held.starts_on, held.ends_before)
    if wanted is None:
        lost = [whole]
    elif any(getattr(held, name) != wanted[name] for name in IDENTITY):
        if facts := on(StandingKind.SEAT, held.pk):
            raise StandsOnIt(
                "Ce siège a déjà servi. Terminez-le, et ouvrez-en un autre à partir du lendemain"
                f"{NO_BREAK_SPACE}:",
                errors=[fact.sentence for fact in facts],
            )
        lost = [whole]
    else:
        lost = lost_days(whole, (wanted["starts_on"], wanted.get("ends_before")))
    refuse_beyond(StandingKind.SEAT, held.pk, lost, is_confirmed=is_confirmed)
    if not is_confirmed and held.can_sign and (day := _first_unsigned(held, lost, today)):
        raise StillAnswering(
            f"Personne d’autre ne représente {held.member} à partir du {day_fr(day)}{NO_BREAK_SPACE}: rien ne "
            f"pourra être signé au nom {of(str(held.member))}. Nommez d’abord quelqu’un, ou confirmez.",
            field=CONFIRMATION,
        )


def _first_unsigned(held: Seat, lost: list[Days], today: date) -> date | None:
    """The first of the lost days, from today, on which no other seat signs for a member that still belongs."""
    if not held.member.memberships.open().exists():
        return None
    others = Seat.objects.filter(member=held.member, function=Function.REPRESENTATIVE).exclude(pk=held.pk)
    for first, before in lost:
        day = max(first, today)
        if before is not None and day >= before:
            continue
        if not others.filter(
            Q(ends_before__isnull=True) | Q(ends_before__gt=day), starts_on__lte=day
        ).exists():
            return day
    return None
