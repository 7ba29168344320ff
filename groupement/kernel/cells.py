"""One cell of an uploaded table as a value: text, day, month, time of the day, duration or amount.

Hours, payroll and bank statements are all read by it. A cell is a text, or a value that a workbook already holds (date,
time, number). What cannot be read raises ValueError with a French sentence that says what to write instead.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from groupement.kernel.french import MONTHS, NO_BREAK_SPACE, quoted
from groupement.kernel.money import cents, parse_amount
from groupement.kernel.periods import Month
from groupement.kernel.worktime import DAY, parse_clock, parse_minutes

DAY_FIRST, MONTH_FIRST = "dm", "md"
HOUR_SECONDS = 3600
DAY_SECONDS = DAY * 60
FIRST_YEAR = 2000
# A workbook keeps 0.1 + 0.2 as 0.30000000000000004: what is nearer to a cent than this is that cent.
NEARLY = Decimal("0.000001")
# Four decimals of a part of an hour still tell its minute: 0.3333 is 20 minutes less a tenth of a second.
_NEARLY_A_MINUTE = Decimal("0.01")

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
# "20261112", "20261112T0930"; a longer number is none.
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:[T ]?\d{4}(?:\d{2})?)?(?!\d)")
# "12 nov. 2026", "1er décembre 2026", "12-Nov-26".
_NAMED = re.compile(r"(\d{1,2})(?:er)?[ -]([a-z]{3,9})\.?[ -](\d{4}|\d{2})\b")
_WITH_SECONDS = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
_WITH_LETTERS = re.compile(r"(\d{1,3})h ?([0-5]?\d)m(?: ?([0-5]?\d)s)?")
_DECIMAL = re.compile(r"(\d{1,4})[.,](\d+)")
_PLAIN_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([ap]m)?", re.IGNORECASE)
_MONTHS = (
    re.compile(r"(?P<year>\d{4})[-/ ](?P<month>\d{1,2})(?:[-/]\d{1,2})?"),
    re.compile(r"(?:\d{1,2}[-/])?(?P<month>\d{1,2})[-/ ](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d{2})"),
    re.compile(r"(?P<month>[a-z]+) (?P<year>\d{4})"),
)
_MONTH_NAMES = (
    ("janvier", "january"),
    ("fevrier", "february"),
    ("mars", "march"),
    ("avril", "april"),
    ("mai", "may"),
    ("juin", "june"),
    ("juillet", "july"),
    ("aout", "august"),
    ("septembre", "september"),
    ("octobre", "october"),
    ("novembre", "november"),
    ("decembre", "december"),
)
_THOUSANDS_BY_POINTS = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+,\d{1,2}")
# "1,550.00": the point after the last comma is that of the cents.
_THOUSANDS_BY_COMMAS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+\.\d{1,2}")
_CURRENCY = re.compile(r"\s*(?:EUR|€)\s*$", re.IGNORECASE)
_MINUS_SIGNS = str.maketrans(dict.fromkeys("−–—‐", "-"))


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Without accents, case or doubled blanks: titles and names are compared so."""
    without_accents = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(without_accents.replace("’", "'").casefold().replace("_", " ").split())


def cell_text(value: Any) -> str:
    """A cell as people read it: 12.0 is "12", a day "03/11/2026", a duration "25:00"; nothing for an empty one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "vrai" if value else "faux"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() != time():
        return f"{value:%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, (time, timedelta)):
        return _clock_text(_seconds_of(value))
    return str(value).strip()


def read_day(value: Any, order: str = DAY_FIRST) -> date:
    """A day: "2026-11-03", "03/11/2026", "3.11.26", "20261103", "3 nov. 2026", or a date of a workbook.

    ``order`` decides what "03/11" is. What follows the day in the cell, such as an hour, is not read.
    What follows the day in the cell, such as an hour, is not read.
    """
    if isinstance(value, datetime):
        return _not_too_old(value.date())
    if isinstance(value, date):
        return _not_too_old(value)
    return _read_day(cell_text(value), order)


def day_order(texts: list[str]) -> str | None:
    """Whether these days are written day first or month first; None when no day of the file decides it.

    A file in which some can only be read one way and some only the other is read day first, with faults line by line.
    """
    pairs = [
        (int(match[1]), int(match[2]))
        for text in texts
        if (match := _NUMBERED.match(text.strip())) is not None
    ]
    if not pairs or any(first > 12 for first, _ in pairs):
        return DAY_FIRST
    return MONTH_FIRST if any(second > 12 for _, second in pairs) else None


def read_month(value: Any) -> Month | None:
    """ "2026-11", "11/2026", "30/11/2026", "202611", "novembre 2026", or a date of a workbook; None else."""
    if isinstance(value, date):
        return Month.of(value)
    words = plain(cell_text(value))
    numbers = {plain(name): number for number, name in enumerate(MONTHS, start=1)}
    for pattern in _MONTHS:
        if match := pattern.fullmatch(words):
            month = match["month"]
            number = numbers.get(month) or (int(month) if month.isdigit() else 0)
            year = int(match["year"])
            return Month(year, number) if 1 <= number <= 12 and year > 0 else None
    return None


def read_clock(value: Any) -> time:
    """A time of the day, to the second: "9h", "09:00", "01:15:30 PM", or a time of a workbook."""
    if isinstance(value, datetime):
        return value.time().replace(microsecond=0)
    if isinstance(value, time):
        return value.replace(microsecond=0)
    if isinstance(value, (int, float, timedelta)) and not isinstance(value, bool):
        return _clock_of(_number_of_days(value), value)
    return _read_clock(cell_text(value))


def read_seconds(value: Any) -> int:
    """A duration in seconds, a day at most: hours as people write them, a number of a workbook as hours, its times."""
    if isinstance(value, (time, timedelta)):
        seconds = _seconds_of(value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = _whole(Decimal(repr(value)) * HOUR_SECONDS)
    elif isinstance(value, (date, datetime)):
        raise ValueError("cette cellule est une date. Écrivez une durée, par exemple 7,5 ou 7:30.")
    else:
        return _read_seconds(cell_text(value))
    if not 0 <= seconds <= DAY_SECONDS:
        raise ValueError("une durée va de 0 à 24\u00a0h. Vérifiez la virgule.")
    return seconds


def read_minutes(value: Any) -> int:
    """A duration in seconds where plain numbers count minutes: 450, "450", "22,5"; else as read_seconds() does."""
    number = _PLAIN_NUMBER.fullmatch(cell_text(value))
    if number is None or isinstance(value, (date, time, timedelta)):
        return read_seconds(value)
    seconds = _whole(Decimal(number[0].replace(",", ".")) * 60)
    if seconds > DAY_SECONDS:
        raise ValueError(f"{quoted(number[0], at_most=20)} minutes dépassent 24\u00a0h. Vérifiez la ligne.")
    return seconds


def read_amount(value: Any) -> Decimal | None:
    """Euros in whole cents, from a text as people write it or a number of a workbook; None when the cell is empty."""
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _amount_of_number(value)
    text = cell_text(value)
    if isinstance(value, (bool, date, datetime)):
        raise ValueError(f"{quoted(text, at_most=20)} n’est pas un montant.")
    if text[0] in "=@":
        raise ValueError(f"{quoted(text, at_most=20)} est une formule. Écrivez le montant.")
    return parse_amount(_sign_first(text[:40]))


def read_bank_amount(text: str) -> Decimal:
    """Euros as banks write them: "-1 234,56", "1.234,56", "1,234.56", "+12.5 EUR", "(89,10)" and "89,10-"."""
    number = _sign_first(text)
    compact = re.sub(r"[\s\u00a0\u202f]", "", number)
    if _THOUSANDS_BY_POINTS.fullmatch(compact):
        number = compact.replace(".", "")
    elif _THOUSANDS_BY_COMMAS.fullmatch(compact):
        number = compact.replace(",", "")
    return cents(parse_amount(number))


def is_signed(text: str) -> bool:
    """Whether an amount says its sign: "-1,00", "+1,00", "1,00-", "(1,00)"."""
    return _sign_first(text).startswith(("+", "-"))


def is_negative_amount(text: str) -> bool:
    """Whether an amount says that it is below zero, however it says it."""
    return _sign_first(text).startswith("-")


def _sign_first(text: str) -> str:
    """An amount without its currency, its sign before it: "(89,10)" and "89,10-" are "-89,10"."""
    number = _CURRENCY.sub("", text.translate(_MINUS_SIGNS)).strip()
    if number.startswith("(") and number.endswith(")"):
        number = f"{number[1:-1].strip()}-"
    if number.endswith(("-", "+")) and number[:1].isdigit():
        return number[-1] + _CURRENCY.sub("", number[:-1]).rstrip()
    return number


@lru_cache(maxsize=4096)
def _read_day(text: str, order: str) -> date:
    if match := _ISO.match(text):
        year, month, day = (int(group) for group in match.groups())
    elif match := _NUMBERED.match(text):
        first, second, year = (int(group) for group in match.groups())
        day, month = (first, second) if order == DAY_FIRST else (second, first)
        year += FIRST_YEAR if year < 100 else 0
    elif match := _COMPACT.match(text):
        year, month, day = (int(group) for group in match.groups())
    elif (match := _NAMED.match(plain(text))) and (named := _month_named(match[2])):
        day, month, year = int(match[1]), named, int(match[3])
        year += FIRST_YEAR if year < 100 else 0
    else:
        raise ValueError(f"{quoted(text, at_most=20)} n’est pas une date. Écrivez par exemple 03/11/2026.")
    try:
        read = date(year, month, day)
    except ValueError as error:
        raise ValueError(f"le jour {quoted(text, at_most=20)} n’existe pas. Corrigez la date.") from error
    return _not_too_old(read)


def _month_named(word: str) -> int | None:
    """The number of the month that ``word`` names or shortens, in French or English; None where it is not one."""
    months = [number for number, names in enumerate(_MONTH_NAMES, start=1) if word in names]
    if not months:
        months = [
            n for n, names in enumerate(_MONTH_NAMES, start=1) if any(x.startswith(word) for x in names)
        ]
    return months[0] if len(months) == 1 else None


def _not_too_old(day: date) -> date:
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
        raise ValueError(f"{quoted(text, at_most=20)} n’existe pas. Les heures vont de 0h à 23h59.")
    return time(hours, minutes, seconds)


@lru_cache(maxsize=4096)
def _read_seconds(text: str) -> int:
    if match := _WITH_SECONDS.fullmatch(text) or _WITH_LETTERS.fullmatch(text):
        hours, minutes, rest = (int(group or 0) for group in match.groups())
        seconds = hours * HOUR_SECONDS + minutes * 60 + rest
    elif match := _DECIMAL.fullmatch(text):
        # Exact where people's two decimals are rounded to the minute: other programs keep seconds.
        seconds = _whole(Decimal(f"{match[1]}.{match[2]}") * HOUR_SECONDS)
    else:
        return parse_minutes(text) * 60
    if seconds > DAY_SECONDS:
        raise ValueError(f"{quoted(text, at_most=20)} dépasse 24\u00a0h. Vérifiez la virgule.")
    return seconds


def minutes_of_a_day(value: Any) -> int | None:
    """The minutes of a number between 0 and 1 as a part of a day, as spreadsheets count; None for any other cell."""
    number = _number(value)
    return _whole(number * DAY) if number is not None and 0 < number < 1 else None


def part_of_a_day(value: Any) -> int | None:
    """The same for a number that cannot be hours: 0.3125 would be 18 minutes and 45 seconds, which nobody means.

    None for whole minutes (0.25, 0.3333333333), and for two decimals, which are rounded to the minute.
    """
    number = _number(value)
    if number is None or number == round(number, 2):
        return None
    as_hours = number * 60
    return None if abs(as_hours - round(as_hours)) < _NEARLY_A_MINUTE else minutes_of_a_day(value)


def _number(value: Any) -> Decimal | None:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return Decimal(repr(value))
    match = _DECIMAL.fullmatch(cell_text(value))
    return Decimal(f"{match[1]}.{match[2]}") if match else None


def _clock_text(seconds: int) -> str:
    hours, rest = divmod(abs(seconds), HOUR_SECONDS)
    text = f"{'-' if seconds < 0 else ''}{hours}:{rest // 60:02}"
    return f"{text}:{rest % 60:02}" if rest % 60 else text


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
        raise ValueError(
            f"{quoted(cell_text(value), at_most=60)} n’existe pas. Les heures vont de 0h à 23h59."
        )
    return time(seconds // HOUR_SECONDS, seconds // 60 % 60, seconds % 60)


def _amount_of_number(value: float) -> Decimal:
    exact = Decimal(repr(value))
    if not exact.is_finite():
        raise ValueError("le nombre de cette cellule n’est pas un montant.")
    rounded = cents(exact)
    if abs(exact - rounded) > NEARLY:
        text = str(exact).replace(".", ",")
        raise ValueError(
            f"{quoted(text, at_most=20)} a plus de deux décimales{NO_BREAK_SPACE}: arrondissez au centime."
        )
    return rounded
