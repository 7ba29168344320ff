"""Secret addresses of calendars: opened, found by their secret, revoked; only the digest of the secret is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from employees.models import CalendarFeed, Employee
from groupement.kernel.lifecycle import Refusal
from members.models import Member, User

BYTES = 32


class NotYourCalendar(Refusal):
    """Who asks may not look at this calendar."""


@transaction.atomic
def open_feed(
    user: User, *, employee: Employee | None = None, member: Member | None = None, at: datetime
) -> tuple[CalendarFeed, str]:
    """Make the one live address at which ``user`` reads the calendar of ``employee`` or of ``member``.

    Returns the row and the secret (256 bits, kept nowhere); an earlier address of the same calendar is revoked.
    Raises NotYourCalendar.
    """
    if not may_read(user, employee=employee, member=member):
        raise NotYourCalendar(
            "Cet agenda n’est pas le vôtre\u00a0: choisissez-en un dans la liste.", field="calendar"
        )
    # Two openings at once wait for each other: the second revokes the first.
    User.objects.select_for_update().get(pk=user.pk)
    live = CalendarFeed.objects.filter(user=user, employee=employee, member=member, revoked_at__isnull=True)
    live.update(revoked_at=at)
    secret = secrets.token_urlsafe(BYTES)
    feed = CalendarFeed.objects.create(
        user=user, employee=employee, member=member, secret_digest=_digest(secret), made_at=at
    )
    return feed, secret


@transaction.atomic
def revoke(feed: CalendarFeed, at: datetime) -> None:
    """Close the address for good; twice is once."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=at)


def find(secret: str) -> CalendarFeed | None:
    """The live address of that secret, if its owner may still look at the calendar today; else None."""
    rows = CalendarFeed.objects.filter(secret_digest=_digest(secret), revoked_at__isnull=True)
    feed = rows.select_related("user", "employee", "member").order_by("pk").first()
    if feed is None or not may_read(feed.user, employee=feed.employee, member=feed.member):
        return None
    return feed


def may_read(user: User, *, employee: Employee | None = None, member: Member | None = None) -> bool:
    """Whether ``user`` may look at that calendar today: their own, their members’, all by a group-wide role.

    One of the two is given: what a member sees of a person is in the member’s calendar.
    """
    if not user.is_active or (employee is None) == (member is None):
        return False
    if user.sees_every_member:
        return True
    if employee is not None:
        return bool(employee.user_id == user.pk)
    return bool(Member.objects.visible_to(user).filter(pk=member.pk).exists())  # type: ignore[union-attr]


def calendars(user: User) -> tuple[list[Employee], list[Member]]:
    """The people and the members whose calendar ``user`` may read, by name. Two queries."""
    people: QuerySet[Employee] = Employee.objects.by_name()
    if not user.sees_every_member:
        people = people.filter(user=user)
    return list(people), list(Member.objects.visible_to(user).by_name())


def live_feeds(user: User) -> list[CalendarFeed]:
    """The addresses that ``user`` opened and did not revoke, the latest first. One query."""
    rows = CalendarFeed.objects.filter(user=user, revoked_at__isnull=True)
    return list(rows.select_related("employee", "member").order_by("-made_at", "-pk"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
