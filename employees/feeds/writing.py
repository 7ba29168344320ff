"""A calendar as a file that calendar programs read (RFC 5545): whole days, since the plan knows no hours of the day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, vDuration, vText

from employees.models import Absence, Assignment, CalendarFeed
from employees.planning import absences, plan_between
from groupement.kernel import postal
from groupement.kernel.periods import Month
from groupement.kernel.worktime import spell_clock
from members.models import Group, Site

MONTHS_BACK, MONTHS_AHEAD = 3, 12
REFRESH = timedelta(hours=4)
UNAVAILABLE = "indisponible"
NBSP = "\u00a0"


def write(feed: CalendarFeed, *, at: datetime) -> bytes:
    """The calendar of ``feed`` from three months before that of ``at`` to twelve after it.

    Of an employee: where they are expected, and their absences, with the cause for themself only: elsewhere it would
    leave the house. Of a member: who is expected there, and who cannot come, never why, nor anything of other places.
    Written again on the same day it is the same, unless the plan changed. Five queries.
    """
    current = Month.of(timezone.localdate(at))
    first, before = current.shift(-MONTHS_BACK).first, current.shift(MONTHS_AHEAD).before
    file = _file(feed)
    stamp = datetime.combine(timezone.localdate(at), time(), UTC)
    for event in _of_employee(feed, first, before) if feed.employee else _of_member(feed, first, before):
        event.add("dtstamp", stamp)
        file.add_component(event)
    return bytes(file.to_ical())


def _file(feed: CalendarFeed) -> Calendar:
    group = Group.objects.order_by("pk").first()
    name = str(feed.member or feed.employee)
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
    is_own = feed.employee.user_id == feed.user_id  # type: ignore[union-attr]
    for pk, days in plan_between(first, before, list(held.values())).items():
        for day, minutes in sorted(days.items()):
            if not any(row.covers(day) for row in rows):
                summary = f"{held[pk].member} · {held[pk].job} ({spell_clock(minutes)})"
                yield _event(f"plan-{pk}-{day:%Y%m%d}", summary, day, where=_where(held[pk].site))
    for row in rows:
        summary = row.get_kind_display() if is_own else UNAVAILABLE.capitalize()
        yield _event(f"absence-{row.pk}", summary, row.starts_on, row.ends_before)


def _of_member(feed: CalendarFeed, first: date, before: date) -> Iterator[Event]:
    """An absence shows on the days that the person was due here, and on no other."""
    held = {each.pk: each for each in _placed(first, before).filter(member=feed.member)}
    away = absences(first, before, [each.employee_id for each in held.values()])
    for pk, days in plan_between(first, before, list(held.values())).items():
        person, where = held[pk].employee, _where(held[pk].site)
        gone = away.get(person.pk, {})
        for day, minutes in sorted(days.items()):
            told = f"{NBSP}: {UNAVAILABLE}" if day in gone else f" ({spell_clock(minutes)})"
            yield _event(
                f"plan-{pk}-{day:%Y%m%d}", f"{person.full_name}{told}", day, where=where, is_free=True
            )


def _placed(first: date, before: date) -> Any:
    rows = Assignment.objects.select_related("employee", "member", "site")
    return rows.filter(starts_on__lt=before).exclude(ends_before__lte=first).order_by("starts_on", "pk")


def _event(
    key: str,
    summary: str,
    starts_on: date,
    ends_before: date | None = None,
    *,
    where: str = "",
    is_free: bool = False,
) -> Event:
    """Whole days; ``is_free`` when they are somebody else’s and leave the reader’s own day open."""
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
