"""Calendars that people’s own programs read: secret addresses, opened and revoked, and the file behind them (RFC 5545).

Only the digest of a secret is stored. The file has whole days, since the plan knows no hours of the day."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac
from icalendar import Calendar, Event, vDuration, vText

from employees.models import Absence, Assignment, CalendarFeed, Employee, FeedTopic
from employees.planning import absences, plan_between
from groupement.kernel import postal
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_clock
from members.models import Group, Member, Site, User

BYTES = 32


class NotYourCalendar(Refusal):
    """Who asks may not read this calendar."""


@transaction.atomic
def open_feed(
    user: User,
    *,
    employee: Employee | None = None,
    member: Member | None = None,
    topic: str = FeedTopic.PLAN,
    at: datetime,
    form_key: str = "",
    days: int | None = None,
) -> tuple[CalendarFeed, str]:
    """Make the one live address at which ``user`` reads the calendar of ``employee`` or of ``member``, for ``days``.

    Of the ``topic`` duties: their own, of neither.
    Returns the row and the secret (256 bits, stored nowhere); an earlier address of the same calendar is revoked. One
    ``form_key`` makes one address: a form that is sent twice shows the same one. Raises NotYourCalendar.
    """
    if not may_read(user, employee=employee, member=member, topic=topic):
        raise NotYourCalendar(
            "Cet agenda n’est pas le vôtre\u00a0: choisissez-en un dans la liste.", field="calendar"
        )
    # Two openings at once wait for each other: the second revokes the first.
    User.objects.select_for_update().get(pk=user.pk)
    owned = {"user": user, "employee": employee, "member": member, "topic": topic}
    live = CalendarFeed.objects.filter(**owned, revoked_at__isnull=True)
    secret = _secret_of(user, f"{topic}{form_key}") if form_key else secrets.token_urlsafe(BYTES)
    if form_key and (made := live.filter(secret_digest=_digest(secret)).first()):
        return made, secret
    live.update(revoked_at=at)
    feed = CalendarFeed.objects.create(
        **owned,
        secret_digest=_digest(secret),
        made_at=at,
        expires_at=at + timedelta(days=days) if days else None,
    )
    return feed, secret


def _secret_of(user: User, form_key: str) -> str:
    """The secret of the form with that random key; only who knows our own key could tell it from there."""
    return salted_hmac("employees.feeds", f"{user.pk} {form_key}", algorithm="sha256").hexdigest()


@transaction.atomic
def revoke_feed(feed: CalendarFeed, at: datetime) -> None:
    """Close the address for good; twice is once."""
    CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=at)


def find_feed(secret: str, *, at: datetime | None = None, topic: str = FeedTopic.PLAN) -> CalendarFeed | None:
    """The live address of that secret and topic, if its owner may still read the calendar at that moment; else None."""
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=at or timezone.now())
    rows = CalendarFeed.objects.filter(
        unexpired, secret_digest=_digest(secret), revoked_at__isnull=True, topic=topic
    )
    feed = rows.select_related("user", "employee", "member").order_by("pk").first()
    if feed is None or not may_read(feed.user, employee=feed.employee, member=feed.member, topic=feed.topic):
        return None
    return feed


def may_read(
    user: User,
    *,
    employee: Employee | None = None,
    member: Member | None = None,
    topic: str = FeedTopic.PLAN,
) -> bool:
    """Whether ``user`` may read that calendar today: their own, their members’, all by a group-wide role.

    One of the two is given: what a member sees of a person is in the member’s calendar. Duties are one’s own, whatever
    they are today: none of the two.
    """
    if topic == FeedTopic.DUTIES:
        return user.is_active and employee is None and member is None
    if not user.is_active or (employee is None) == (member is None):
        return False
    if user.sees_every_member:
        return True
    if employee is not None:
        return employee.user_id == user.pk
    return member is not None and Member.objects.visible_to(user).filter(pk=member.pk).exists()


def calendars(user: User) -> tuple[list[Employee], list[Member]]:
    """The people and the members whose calendar ``user`` may read, by name. Two queries."""
    people: QuerySet[Employee] = Employee.objects.by_name()
    if not user.sees_every_member:
        people = people.filter(user=user)
    return list(people), list(Member.objects.visible_to(user).by_name())


def live_feeds(user: User, topic: str = FeedTopic.PLAN) -> list[CalendarFeed]:
    """The addresses of ``user`` that are neither revoked nor over, the latest first. One query."""
    unexpired = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    rows = CalendarFeed.objects.filter(unexpired, user=user, topic=topic, revoked_at__isnull=True)
    return list(rows.select_related("employee", "member").order_by("-made_at", "-pk"))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


MONTHS_BACK, MONTHS_AHEAD = 3, 12
REFRESH = timedelta(hours=4)
UNAVAILABLE = "indisponible"


def write_calendar(feed: CalendarFeed, *, at: datetime) -> bytes:
    """The calendar of ``feed`` from three months before that of ``at`` to twelve after it.

    Of an employee: where they are expected, and their absences, with the cause for themself only: elsewhere it would
    leave the house. Of a member: who is expected there, and who cannot come, never why, nor anything of other places.
    Written again on the same day it is the same, unless the plan changed. Five queries.
    """
    current = Month.of(timezone.localdate(at))
    first, before = current.shift(-MONTHS_BACK).first, current.shift(MONTHS_AHEAD).before
    file = new_file(str(feed.member or feed.employee))
    stamp = datetime.combine(timezone.localdate(at), time(), UTC)
    for event in _of_employee(feed, first, before) if feed.employee else _of_member(feed, first, before):
        event.add("dtstamp", stamp)
        file.add_component(event)
    return bytes(file.to_ical())


def new_file(name: str) -> Calendar:
    """A calendar without events, titled by the group and ``name``. One query."""
    group = Group.objects.order_by("pk").first()
    title = f"{group.name} · {name}" if group else name
    file = Calendar()
    file.add("prodid", "-//Groupement d’employeurs//Planning//FR")
    file.add("version", "2.0")
    file.add("calscale", "GREGORIAN")
    # Said to be text, or the library would not escape the commas of names it does not know.
    file.add("name", vText(title))
    file.add("x-wr-calname", vText(title))
    # RFC 7986, and what programs read that do not know it.
    file.add("refresh-interval", vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    file.add("x-published-ttl", vDuration(REFRESH).to_ical().decode())
    return file


def _of_employee(feed: CalendarFeed, first: date, before: date) -> Iterator[Event]:
    placed = _placed(first, before).filter(employee=feed.employee)
    held = {each.pk: each for each in placed}
    away = Absence.objects.filter(employee=feed.employee, starts_on__lt=before, ends_before__gt=first)
    rows = list(away.order_by("starts_on", "pk"))
    is_own = feed.employee is not None and feed.employee.user_id == feed.user_id
    for pk, days in plan_between(first, before, list(held.values())).items():
        for day, minutes in sorted(days.items()):
            if not any(row.covers(day) for row in rows):
                summary = f"{held[pk].member} · {held[pk].job} ({spell_clock(minutes)})"
                yield whole_days(f"plan-{pk}-{day:%Y%m%d}", summary, day, where=_where(held[pk].site))
    for row in rows:
        summary = row.get_kind_display() if is_own else UNAVAILABLE.capitalize()
        yield whole_days(f"absence-{row.pk}", summary, row.starts_on, row.ends_before)


def _of_member(feed: CalendarFeed, first: date, before: date) -> Iterator[Event]:
    """An absence shows on the days that the person was due here, and on no other."""
    held = {each.pk: each for each in _placed(first, before).filter(member=feed.member)}
    away = absences(first, before, [each.employee_id for each in held.values()])
    for pk, days in plan_between(first, before, list(held.values())).items():
        person, where = held[pk].employee, _where(held[pk].site)
        gone = away.get(person.pk, {})
        for day, minutes in sorted(days.items()):
            state = f"{NO_BREAK_SPACE}: {UNAVAILABLE}" if day in gone else f" ({spell_clock(minutes)})"
            yield whole_days(
                f"plan-{pk}-{day:%Y%m%d}", f"{person.full_name}{state}", day, where=where, is_free=True
            )


def _placed(first: date, before: date) -> Any:
    rows = Assignment.objects.select_related("employee", "member", "site")
    return rows.filter(starts_on__lt=before).exclude(ends_before__lte=first).order_by("starts_on", "pk")


def whole_days(
    key: str,
    summary: str,
    starts_on: date,
    ends_before: date | None = None,
    *,
    where: str = "",
    is_free: bool = False,
) -> Event:
    """An event of whole days; ``is_free`` when they are somebody else’s and leave the reader’s own day open."""
    event = Event()
    event.add("uid", f"{key}@{urlsplit(settings.SITE_URL).hostname}")
    event.add("summary", summary)
    event.add("dtstart", starts_on)
    event.add("dtend", ends_before or starts_on + timedelta(days=1))
    event.add("transp", "TRANSPARENT" if is_free else "OPAQUE")
    if where:
        event.add("location", where)
    return event


def _where(site: Site | None) -> str:
    if site is None:
        return ""
    return ", ".join([site.name, *postal.lines(site)])
