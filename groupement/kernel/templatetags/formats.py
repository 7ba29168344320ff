"""Amounts, hours, days and identifiers as French readers write them; formats only: no query, and nothing else.

Every filter takes the value or its plain text (``"1234.50"``, ``"2026-11-30"``), as a snapshot keeps them, and answers
nothing to nothing. A float is refused: it is not exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from groupement.kernel import french, money, page_unit, postal, worktime
from groupement.kernel.french import NO_BREAK_SPACE, WEEKDAYS
from groupement.kernel.periods import Month

register = template.Library()

DOCUMENT_NUMBER = re.compile(r"(\b[A-Z0-9]+(?:-[A-Z0-9]+)*-[0-9]+\b)")
# In this order: Edge and Opera also call themselves Chrome, Chrome calls itself Safari, Android also Linux.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


@register.filter
def euros(value: Any) -> str:
    """ "1 234,56 €" """
    return "" if _nothing(value) else money.spell(_decimal(value))


@register.filter
def amount(value: Any) -> str:
    """A figure with two decimals and no unit: "1 234,56"; also for quantities and unit prices."""
    return "" if _nothing(value) else money.spell_plain(_decimal(value))


@register.filter
def unbroken(text: str) -> SafeString:
    """A sentence whose numbers of documents stay on one line: no « F-2026- » with the rest below it."""
    parts = enumerate(DOCUMENT_NUMBER.split(text))
    return format_html_join(
        "",
        "{}",
        (
            (format_html('<span class="nowrap">{}</span>', part) if rank % 2 else part,)
            for rank, part in parts
        ),
    )


@register.filter
def percent(value: Any) -> str:
    """ "20 %", "5,5 %" """
    if _nothing(value):
        return ""
    return f"{_short(_decimal(value))}{NO_BREAK_SPACE}%"


@register.filter
def days(value: Any) -> str:
    """A number of days with no more decimals than needed: "218", "12,5"."""
    return "" if _nothing(value) else _short(_decimal(value))


@register.filter
def hours(minutes: Any) -> str:
    """Minutes as hours with two decimals: 450 is "7,50"."""
    return "" if _nothing(minutes) else worktime.spell_hours(_minutes(minutes))


@register.filter
def short_hours(minutes: Any) -> str:
    """Minutes as hours with no more decimals than needed: "7,5", "7"."""
    return "" if _nothing(minutes) else worktime.short_hours(_minutes(minutes))


@register.filter
def duration(minutes: Any) -> str:
    """Minutes with their unit, as the page writes them: "7,5 h" or "7 h 30" (kernel.page_unit)."""
    return "" if _nothing(minutes) else page_unit.spell_duration(_minutes(minutes))


@register.filter
def day(value: Any) -> str:
    """ "lundi 30 novembre" """
    if _nothing(value):
        return ""
    read = _date(value)
    return f"{WEEKDAYS[read.weekday()]} {french.day_and_month(read)}"


@register.filter
def day_and_month(value: Any) -> str:
    """ "30 novembre", "1er décembre" """
    return "" if _nothing(value) else french.day_and_month(_date(value))


@register.filter
def weekday_and_day(value: Any) -> str:
    """ "lundi 30", "mardi 1er": where the month stands beside."""
    return "" if _nothing(value) else french.weekday_and_day(_date(value))


@register.filter
def short_day(value: Any) -> str:
    """ "lun. 30" """
    if _nothing(value):
        return ""
    read = _date(value)
    return f"{french.short_weekday(read)}{NO_BREAK_SPACE}{read.day}"


@register.filter
def long_date(value: Any) -> str:
    """ "30 novembre 2026", "1er décembre 2026" """
    if _nothing(value):
        return ""
    return french.full_date(_date(value))


@register.filter
def moment(value: Any) -> str:
    """ "30 novembre 2026, 18 h 12": a moment, or its ISO text in local time."""
    if _nothing(value):
        return ""
    read = datetime.fromisoformat(value) if isinstance(value, str) else timezone.localtime(value)
    return f"{long_date(read.date())}, {worktime.spell_time(read.time())}"


@register.filter
def time_of_day(value: Any) -> str:
    """ "18 h 12", "9 h 05": of a moment, in local time, or of a time."""
    if _nothing(value):
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else time.fromisoformat(value)
    aware = isinstance(value, datetime) and timezone.is_aware(value)
    return worktime.spell_time(timezone.localtime(value) if aware else value)


@register.filter
def day_fr(value: Any) -> str:
    """ "30/11/2026" """
    return "" if _nothing(value) else f"{_date(value):%d/%m/%Y}"


@register.filter
def month_label(value: Any) -> str:
    """ "novembre 2026", of a Month, of "2026-11" or of a day in it."""
    if _nothing(value):
        return ""
    if isinstance(value, str) and len(value) == 7:
        value = Month.parse(value)
    return (value if isinstance(value, Month) else Month.of(_date(value))).label


@register.filter
def iban(value: Any) -> str:
    """ "FR76 3000 6000 …": groups of four, which do not break."""
    plain = "".join(str(value or "").split())
    return NO_BREAK_SPACE.join(plain[i : i + 4] for i in range(0, len(plain), 4))


@register.filter
def siren(value: Any) -> str:
    """ "123 456 789"; a SIRET keeps its last five digits together: "123 456 789 00018"."""
    plain = "".join(str(value or "").split())
    groups = [plain[0:3], plain[3:6], plain[6:9], plain[9:]]
    return NO_BREAK_SPACE.join(group for group in groups if group)


@register.filter
def counted(count: int, words: str) -> str:
    """A number with its words: ``{{ 3|counted:"relevé" }}`` is "3 relevés"; "œil,yeux" where the plural has no s."""
    return french.counted(count, *words.split(","))


@register.filter
def plural(count: int, words: str) -> str:
    """The words alone, singular or plural, as ``counted`` takes them."""
    return french.plural(count, *words.split(","))


@register.filter
def numbered(count: int, sentences: str) -> str:
    """A sentence for one, and one for many: ``{{ n|numbered:"Un PDF a échoué.|{n} PDF ont échoué." }}``."""
    one, many = sentences.split("|")
    return french.numbered(count, one, many)


@register.filter
def of(name: Any) -> str:
    """ "de Maëlle", "d’Inès" """
    return french.of(str(name))


@register.filter
def that(name: Any) -> str:
    """ "que Maëlle", "qu’Inès" """
    return french.that(str(name))


@register.filter
def enumeration(words: Iterable[object], last: str = "et") -> str:
    """ "un, deux et trois", with another word before the last: ``{{ keys|enumeration:"ou" }}``."""
    return french.enumeration(words, last=last)


@register.filter
def postal_lines(address: object) -> SafeString:
    """The lines of a postal address (a row or a mapping), each on its own: "12 quai des Indes<br>56100 Lorient"."""
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in postal.lines(address)))


@register.filter
def postal_line(address: object) -> str:
    """The same on one line: "12 quai des Indes, 56100 Lorient"."""
    return ", ".join(postal.lines(address))


@register.filter
def device(user_agent: str) -> str:
    """« Firefox sur Windows » from a User-Agent header; what is not known is called so."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "Navigateur inconnu")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    return f"{browser} sur {system}" if system else browser


@register.filter
def calendar(days: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lay the ``days`` of one month (mappings with ``day``, ``minutes``, ``label``) out as the weeks they are in.

    A week has its ``cells`` from Monday to Sunday, how many days are missing ``before`` and ``after`` them because
    the month has not begun or has ended, and its ``minutes``. Weeks without a day given are left out. Days of two
    months are refused with ValueError.
    """
    given: dict[date, list[Mapping[str, Any]]] = {}
    for entry in days:
        given.setdefault(_date(entry["day"]), []).append(entry)
    months = {Month.of(read) for read in given}
    if len(months) > 1:
        raise ValueError(f"One month to a calendar, not {', '.join(map(str, sorted(months)))}")
    weeks = [week for month in months for week in month.weeks()]
    return [_week(week, given) for week in weeks if not given.keys().isdisjoint(week)]


def _week(week: Sequence[date], given: Mapping[date, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    cells = [_cell(read, given.get(read, ())) for read in week]
    return {
        "before": week[0].weekday(),
        "cells": cells,
        "after": 6 - week[-1].weekday(),
        "minutes": sum(cell["minutes"] for cell in cells),
    }


def _cell(read: date, entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    labels = dict.fromkeys(str(entry.get("label") or "") for entry in entries)
    return {
        "number": read.day,
        "minutes": sum(_minutes(entry["minutes"]) for entry in entries),
        "label": ", ".join(label for label in labels if label),
    }


def _nothing(value: Any) -> bool:
    return value is None or value == ""


def _short(value: Decimal) -> str:
    return money.spell_plain(value).rstrip("0").removesuffix(",")


def _decimal(value: Any) -> Decimal:
    return Decimal(value) if isinstance(value, (str, int)) else value


def _minutes(value: Any) -> int:
    return int(value) if isinstance(value, str) else value


def _date(value: Any) -> date:
    if isinstance(value, str):
        # A moment in a snapshot is read as the day it was at home.
        return _date(datetime.fromisoformat(value)) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return timezone.localdate(value) if timezone.is_aware(value) else value.date()
    if isinstance(value, date):
        return value
    raise TypeError(f"{value!r} is no day")
