"""Two accounts of one person: what acts from today on goes to the one that stays, and the other is closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from groupement.kernel.french import enumeration
from members.models import Deputy, Notice, Seat, User

ROLES = ("is_coordinator", "is_finance", "is_admin")


@transaction.atomic
def unite(goes: User, stays: User, *, at: datetime) -> list[str]:
    """Give ``stays`` the roles, the seats and deputies from today on, and the messages that wait; close ``goes``.

    What ``goes`` wrote, signed and decided stays under its name: that is what happened. A seat at a member where
    ``stays`` has one is not taken over. Returns what was done, in French sentences without a full stop.
    """
    done = [*_roles(goes, stays), *_seats(goes, stays, at), *_deputies(goes, stays, at)]
    for notice in Notice.objects.filter(to=goes, settled_at=None):
        _try(notice, to=stays)
    goes.is_active = False
    goes.save(update_fields=["is_active"])
    return [*done, f"Compte {goes.email} fermé\u00a0; ce qu’il a écrit reste à son nom"]


def _roles(goes: User, stays: User) -> Iterator[str]:
    taken = [name for name in ROLES if getattr(goes, name) and not getattr(stays, name)]
    if taken:
        for name in taken:
            setattr(stays, name, True)
        stays.save(update_fields=taken)
        labels = [str(User._meta.get_field(name).verbose_name) for name in taken]  # type: ignore[union-attr]
        yield f"Rôle repris par {stays.email}\u00a0: {enumeration(labels)}"


def _seats(goes: User, stays: User, at: datetime) -> Iterator[str]:
    today = timezone.localdate(at)
    for seat in _from(Seat.objects.filter(user=goes), today).select_related("member"):
        begun, place = seat.starts_on < today, str(seat.member)
        goes_on = Seat(
            user=stays,
            member=seat.member,
            function=seat.function,
            starts_on=max(seat.starts_on, today),
            ends_before=seat.ends_before,
        )
        is_taken = _try(goes_on)
        if begun:
            seat.ends_before = today
            seat.save(update_fields=["ends_before"])
        elif is_taken:
            seat.delete()
        yield f"Siège chez {place} {'repris' if is_taken else 'non repris, l’autre compte y en a un'}"


def _deputies(goes: User, stays: User, at: datetime) -> Iterator[str]:
    today = timezone.localdate(at)
    for name in ("user", "principal"):
        for deputy in _from(Deputy.objects.filter(**{name: goes}), today):
            is_taken = _try(deputy, **{name: stays})
            yield f"Suppléance {'reprise' if is_taken else 'non reprise'}"


def _from(rows: Any, today: date) -> Any:
    return rows.filter(models.Q(ends_before=None) | models.Q(ends_before__gt=today)).order_by("pk")


def _try(row: models.Model, **values: Any) -> bool:
    """Save ``row`` with ``values``, unless what the account that stays has already stands against it."""
    for name, value in values.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return False
    return True
