"""One cell read: a day, a time of the day, a duration in seconds, a kind; from text or from a workbook's own values.

What cannot be read raises ValueError with a French sentence that says what to write instead.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from groupement.kernel.tabular import plain
from groupement.kernel.worktime import DAY, parse_clock, parse_minutes
from timesheets.models import Kind

DAY_FIRST, MONTH_FIRST = "dm", "md"
HOUR_SECONDS = 3600
DAY_SECONDS = DAY * 60
FIRST_YEAR = 2000

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_WITH_SECONDS = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_DECIMAL = re.compile(r"(\d{1,4})[.,](\d+)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?", re.IGNORECASE)
_KINDS = {
    **{plain(str(kind.label)): str(kind.value) for kind in Kind},
    "travaille": "worked",
    "present": "worked",
    "trajet": "travel",
    "reunion": "meeting",
    "conges": "leave",
    "arret maladie": "sickness",
    "ferie": "holiday",
    "autre": "other",
}


def read_day(value: Any, order: str = DAY_FIRST) -> date:
    """A day: "2026-11-03", "03/11/2026", "3.11.26", or a date of a workbook; ``order`` settles "03/11"."""
    if isinstance(value, datetime):
        return _sensible(value.date())
    if isinstance(value, date):
        return _sensible(value)
    return _read_day(_text(value), order)


def day_order(texts: list[str]) -> str | None:
    """Whether these days are written day first or month first; None when nothing tells.

    A file in which some can only be read one way and some only the other is read day first, and says so line by line.
    """
    pairs = [
        (int(match[1]), int(match[2]))
        for text in texts
        if (match := _NUMBERED.match(text.strip())) is not None
    ]
    if not pairs:
        return DAY_FIRST
    if any(first > 12 for first, _ in pairs):
        return DAY_FIRST
    return MONTH_FIRST if any(second > 12 for _, second in pairs) else None


def read_clock(value: Any) -> time:
    """A time of the day, to the second: "9h", "09:00", "01:15:30 PM", or a time of a workbook."""
    if isinstance(value, datetime):
        return value.time().replace(microsecond=0)
    if isinstance(value, time):
        return value.replace(microsecond=0)
    if isinstance(value, (int, float, timedelta)) and not isinstance(value, bool):
        return _clock_of(_number_of_days(value), value)
    return _read_clock(_text(value))


def read_seconds(value: Any) -> int:
    """A duration in seconds, a day at most: hours as people write them, a number of a workbook as hours, its times."""
    if isinstance(value, (time, timedelta)):
        seconds = _seconds_of(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = _whole(Decimal(repr(value)) * HOUR_SECONDS)
    elif isinstance(value, (date, datetime)):
        raise ValueError("cette cellule est une date. Écrivez une durée, par exemple 7,5 ou 7:30.")
    else:
        return _read_seconds(_text(value))
    if not 0 <= seconds <= DAY_SECONDS:
        raise ValueError("une durée va de 0 à 24\u00a0h. Vérifiez la virgule.")
    return seconds


def read_hours(value: Any) -> int:
    """The same where people write hours themselves: their hundredths are brought to the minute, as in the grid."""
    seconds = read_seconds(value)
    is_clock = isinstance(value, (time, timedelta)) or ":" in str(value)
    return seconds if is_clock else (seconds + 30) // 60 * 60


def read_kind(value: Any) -> str:
    """The kind that a word names: "travail", "Formation", "congés"; nothing means work."""
    word = plain(_text(value))
    if not word:
        return str(Kind.WORKED)
    if word not in _KINDS:
        raise ValueError(
            f"«\u00a0{_text(value)[:30]}\u00a0» n’est pas une nature d’heures. "
            f"Écrivez {', '.join(str(label).lower() for label in Kind.labels)}."
        )
    return _KINDS[word]


def shown(value: Any) -> str:
    """A cell as a sentence or the report quotes it."""
    return "" if value is None else _text(value)[:60]


def _text(value: Any) -> str:
    return str(value).strip() if value is not None else ""


@lru_cache(maxsize=4096)
def _read_day(text: str, order: str) -> date:
    if match := _ISO.match(text):
        year, month, day = (int(group) for group in match.groups())
    elif match := _NUMBERED.match(text):
        first, second, year = (int(group) for group in match.groups())
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        year += FIRST_YEAR if year < 100 else 0
    else:
        raise ValueError(f"«\u00a0{text[:20]}\u00a0» n’est pas une date. Écrivez par exemple 03/11/2026.")
    try:
        read = date(year, month, day)
    except ValueError as error:
        raise ValueError(f"le jour «\u00a0{text[:20]}\u00a0» n’existe pas. Corrigez la date.") from error
    return _sensible(read)


def _sensible(day: date) -> date:
    if day.year < FIRST_YEAR:
        raise ValueError(f"l’année {day.year} est trop ancienne. Corrigez la date.")
    return day


@lru_cache(maxsize=4096)
def _read_clock(text: str) -> time:
    match = _CLOCK.search(text)
    if match is None:
        clock = parse_clock(text)
        if clock is None:
            raise ValueError("l’heure manque. Écrivez par exemple 9h ou 17h30.")
        return clock
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3] or 0)
    if match[4]:
        hours = hours % 12 + (12 if match[4].lower() == "pm" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"«\u00a0{text[:20]}\u00a0» n’existe pas. Les heures vont de 0h à 23h59.")
    return time(hours, minutes, seconds)


@lru_cache(maxsize=4096)
def _read_seconds(text: str) -> int:
    if match := _WITH_SECONDS.fullmatch(text):
        hours, minutes, rest = (int(group) for group in match.groups())
        seconds = hours * HOUR_SECONDS + minutes * 60 + rest
    elif match := _DECIMAL.fullmatch(text):
        # Exact where people's two decimals are rounded to the minute: other programs keep seconds.
        seconds = _whole(Decimal(f"{match[1]}.{match[2]}") * HOUR_SECONDS)
    else:
        return parse_minutes(text) * 60
    if seconds > DAY_SECONDS:
        raise ValueError(f"«\u00a0{text[:20]}\u00a0» dépasse 24\u00a0h. Vérifiez la virgule.")
    return seconds


def _whole(value: Decimal) -> int:
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _seconds_of(value: time | timedelta) -> int:
    if isinstance(value, time):
        return value.hour * HOUR_SECONDS + value.minute * 60 + value.second
    return int((value + timedelta(milliseconds=500)) // timedelta(seconds=1))


def _number_of_days(value: float | timedelta) -> Decimal:
    """A time as a workbook counts it: in days; a number of 1 or more is meant as hours."""
    if isinstance(value, timedelta):
        return Decimal(_seconds_of(value)) / DAY_SECONDS
    number = Decimal(repr(value))
    return number if number < 1 else number / 24


def _clock_of(days: Decimal, value: Any) -> time:
    seconds = _whole(days * DAY_SECONDS)
    if not 0 <= seconds < DAY_SECONDS:
        raise ValueError(f"«\u00a0{shown(value)}\u00a0» n’existe pas. Les heures vont de 0h à 23h59.")
    return time(seconds // HOUR_SECONDS, seconds // 60 % 60, seconds % 60)
