"""When people are written to: on working mornings, each at the rhythm they chose."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from employees.planning import holidays
from members.models import HolidayZone, MailFrequency

FIRST_HOUR, NOON, LAST_HOUR = 7, 12, 20


def is_time(at: datetime, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether ``at`` is a working morning: a restart at night or on a Sunday wakes nobody (C. trav. L2242-17, 7°)."""
    here = timezone.localtime(at)
    return FIRST_HOUR <= here.hour < NOON and is_working(here.date(), zone)


def opening(at: datetime, zone: str = HolidayZone.METROPOLE) -> datetime:
    """``at`` when people are at work, else seven o’clock on the next day on which they are."""
    here = timezone.localtime(at)
    day = here.date()
    if is_working(day, zone) and FIRST_HOUR <= here.hour < LAST_HOUR:
        return at
    if here.hour >= FIRST_HOUR:
        day += timedelta(days=1)
    while not is_working(day, zone):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(FIRST_HOUR)))


def is_working(day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether offices are open: from Monday to Friday, but for public holidays of ``zone``."""
    return day.weekday() < 5 and day not in holidays(day.year, zone)


def is_due(frequency: str, day: date, zone: str = HolidayZone.METROPOLE) -> bool:
    """Whether somebody with this MailFrequency is written to on ``day``, a working one.

    Weekly means Monday, or the first working day after it when that is a public holiday.
    """
    if frequency == MailFrequency.WEEKLY:
        earlier = (day - timedelta(days=n) for n in range(1, day.weekday() + 1))
        return not any(is_working(before, zone) for before in earlier)
    return frequency == MailFrequency.DAILY


def last_working_day(day: date, zone: str = HolidayZone.METROPOLE) -> date:
    """``day`` if offices are open on it, else the last day before it on which they are."""
    while not is_working(day, zone):
        day -= timedelta(days=1)
    return day
