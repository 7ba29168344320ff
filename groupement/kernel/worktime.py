"""Time worked as whole minutes: read from "7,5", "7:30" and "7 h 30", counted from clock to clock, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal

from groupement.kernel.french import NARROW_SPACE, NO_BREAK_SPACE, quoted
from groupement.kernel.money import MINUS

HOUR = 60
DAY = 24 * HOUR

_HUNDREDTH = Decimal("0.01")
_CLOCK = re.compile(r"([0-9]{1,4})(?::|h)([0-9]*)(?:min|mn)?")
_MINUTES = re.compile(r"([0-9]{1,6})(?:minutes|minute|min|mn)")
_DECIMAL = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]+))?(?:heures|heure|h)?")
_TIME = re.compile(r"([0-9]{1,2})(?:(?::|h)([0-9]{2})?)?")
_SPACES = re.compile(r"\s+(?![0-9\s])|(?<![0-9\s])\s+")
_MINUTE = timedelta(minutes=1)


class BadDuration(ValueError):  # noqa: N818 - named like the refusals
    """What was typed is no duration; the text is a French sentence that says what to write instead."""


class BadClock(ValueError):  # noqa: N818 - named like the refusals
    """What was typed is no time of the day; the text is a French sentence that says what to write instead."""


def parse_minutes(text: str, *, at_most: int = DAY) -> int:
    """Read a duration as whole minutes: "7,5" = "7.5" = "7,5 h" = "7:30" = "7h30" = "450 min" = 450.

    An empty text is no time at all: 0. Two decimals are rounded half-up to the minute ("7,33" is 440), a
    third is refused since nobody means it. ``at_most`` is in minutes; a day by default, more for a week.
    Raises BadDuration.
    """
    plain = _without_spaces(text)
    if not plain:
        return 0
    if plain[0] in f"-{MINUS}":
        raise BadDuration(f"{_quoted(text)} est négatif\u00a0: une durée commence à 0.")
    minutes = _read(plain, text)
    if minutes > at_most:
        raise BadDuration(
            f"{_quoted(text)} dépasse {spell_clock(at_most)}\u00a0: "
            "écrivez par exemple 7,5 ou 7:30 pour sept heures et demie."
        )
    return minutes


def parse_clock(text: str) -> time | None:
    """Read a time of the day: "9h" = "9" = "09:00" = "9 h 00"; "17h30" = "17:30". An empty text is none.

    Midnight is 0h: as an end it is that of the day that begins. Raises BadClock.
    """
    plain = _without_spaces(text)
    if not plain:
        return None
    match = _TIME.fullmatch(plain)
    if match is None:
        raise BadClock(f"{_quoted(text)} n’est pas une heure\u00a0: écrivez par exemple 9h ou 17h30.")
    hours, minutes = int(match[1]), int(match[2] or 0)
    if hours > 23 or minutes > 59:
        raise BadClock(
            f"{_quoted(text)} n’existe pas\u00a0: les heures vont de 0h à 23h59, et minuit s’écrit 0h."
        )
    return time(hours, minutes)


def span_minutes(day: date, start: time, end: time, zone: tzinfo) -> int:
    """Minutes that pass in ``zone`` from ``start`` on ``day`` to ``end``, which is on the next day if it is earlier.

    What really passes: the night of 28 March 2026 from 22:00 to 06:00 is 420, that of 24 October 540. A time that the
    clock shows twice is the first of both. The same time twice is 0.
    """
    began, ended = span(day, start, end, zone)
    return int((ended - began) // _MINUTE)


def span(day: date, start: time, end: time, zone: tzinfo) -> tuple[datetime, datetime]:
    """The two moments of such a span, in UTC, where they can be compared and subtracted."""
    last = day + timedelta(days=1) if end < start else day
    # Two datetimes of one zone subtract by the clock on the wall; in UTC, by what passes.
    return (
        datetime.combine(day, start, zone).astimezone(UTC),
        datetime.combine(last, end, zone).astimezone(UTC),
    )


def share_break(before: int, after: int, pause: int) -> tuple[int, int]:
    """How much of a break without clock time each part of a night loses, in minutes before and after midnight.

    The longer part, the first of two equal ones; what it cannot hold, the other.
    """
    if before >= after:
        taken = min(pause, before)
        return taken, pause - taken
    taken = min(pause, after)
    return pause - taken, taken


def is_skipped(day: date, clock: time, zone: tzinfo) -> bool:
    """Whether no clock in ``zone`` shows that time on ``day``: 2:30 in the night that summer time begins."""
    moment = datetime.combine(day, clock, zone)
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment.replace(tzinfo=None)


def round_minutes(minutes: int, step: int, how: str) -> int:
    """``minutes`` brought to a multiple of ``step``: "up", "nearest" (half goes up), or as they are with "none"."""
    _refuse_parts_of_minutes(minutes)
    return _rounded(minutes, step, how)


def round_span(start: datetime, end: datetime, step: int, how: str) -> int:
    """Minutes between two moments with seconds, whose clock times are brought to multiples of ``step`` minutes first.

    ``how``: "outward" (start down, end up), "up" (both), "nearest" (both, half goes up), or "none": the seconds that
    passed, rounded once to the minute.
    """
    if how == "none":
        return _rounded(_seconds(start, end), 60, "nearest") // 60
    first = _shift(start, step, "down" if how == "outward" else how)
    last = _shift(end, step, "up" if how == "outward" else how)
    return (_seconds(start, end) + last - first) // 60


def quantity(minutes: int) -> Decimal:
    """Hours of a line in hundredths, half-up, rounded once on the sum of its minutes (rule R2)."""
    _refuse_parts_of_minutes(minutes)
    return (Decimal(minutes) / HOUR).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def spell_hours(minutes: int) -> str:
    """Hours with two decimals, as invoices print them: 450 is "7,50"."""
    return _comma(quantity(minutes), decimals=2)


def short_hours(minutes: int) -> str:
    """Hours with no more decimals than needed, as grids show them: 450 is "7,5" and 420 is "7"."""
    return _comma(quantity(minutes), decimals=0)


def spell_clock(minutes: int) -> str:
    """Hours and minutes, as people say them: 450 is "7 h 30" and 420 is "7 h"."""
    _refuse_parts_of_minutes(minutes)
    return _spoken(minutes)


def spell_in_hundredths(minutes: int) -> str:
    """Hours with their unit and no more decimals than needed: 450 is "7,5 h" and 420 is "7 h"."""
    return f"{short_hours(minutes)}{NO_BREAK_SPACE}h"


def spell_begin_or_end(at: time) -> str:
    """A time of the day as "9 h – 17 h 30" writes it: without minutes at the full hour."""
    return spell_time(at) if at.minute else f"{at.hour}{NO_BREAK_SPACE}h"


def spell_time(at: time | datetime) -> str:
    """A time of the day, "18 h 12", "9 h 05", as French writes it; its minutes always, a duration has none at zero."""
    return f"{at.hour}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{at.minute:02}"


def _seconds(start: datetime, end: datetime) -> int:
    """Seconds that pass between two moments, both with a zone or both without."""
    if start.tzinfo is not None:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
    return int((end - start) // timedelta(seconds=1))


def _shift(moment: datetime, step: int, how: str) -> int:
    """Seconds from ``moment`` to the multiple of ``step`` minutes, counted from midnight."""
    seconds = (moment.hour * HOUR + moment.minute) * 60 + moment.second
    return _rounded(seconds, step * 60, how) - seconds


def _rounded(value: int, step: int, how: str) -> int:
    ways = {"none": value, "down": value // step * step, "up": -(-value // step) * step}
    if how == "nearest":
        return (2 * value + step) // (2 * step) * step
    return ways[how]


def _without_spaces(text: str) -> str:
    """Spaces between two digits stay, and are refused: "1 5" is neither 15 hours nor one hour and a half."""
    return _SPACES.sub("", text).lower()


def _read(plain: str, text: str) -> int:
    if match := _MINUTES.fullmatch(plain):
        return int(match[1])
    if match := _CLOCK.fullmatch(plain):
        return _read_clock(match[1], match[2], text)
    if match := _DECIMAL.fullmatch(plain):
        return _read_decimal(match[1], match[2] or "", text)
    raise BadDuration(f"{_quoted(text)} n’est pas une durée\u00a0: écrivez par exemple 7,5 ou 7:30 ou 7h30.")


def _read_clock(hours: str, rest: str, text: str) -> int:
    if ":" not in text and not rest:
        return int(hours) * HOUR
    if len(rest) != 2:
        raise BadDuration(
            f"{_quoted(text)} n’est pas une durée\u00a0: "
            "écrivez les minutes avec deux chiffres, par exemple 7:05."
        )
    if int(rest) >= HOUR:
        carried, left = divmod(int(hours) * HOUR + int(rest), HOUR)
        raise BadDuration(
            f"{_quoted(text)} compte {rest} minutes après l’heure\u00a0: il y en a 59 au plus. "
            f"Écrivez {carried}:{left:02} ou, en centièmes d’heure, {hours},{rest}."
        )
    return int(hours) * HOUR + int(rest)


def _read_decimal(hours: str, decimals: str, text: str) -> int:
    if len(decimals) > 2:
        raise BadDuration(
            f"{_quoted(text)} a plus de deux décimales\u00a0: "
            "écrivez les minutes, par exemple 7:20 pour sept heures vingt."
        )
    exact = Decimal(f"{hours}.{decimals or '0'}") * HOUR
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _comma(hours: Decimal, *, decimals: int) -> str:
    whole, _, rest = f"{abs(hours):.2f}".partition(".")
    rest = rest.rstrip("0").ljust(decimals, "0")
    grouped = f"{int(whole):,}".replace(",", NARROW_SPACE)
    sign = MINUS if hours < 0 else ""
    return f"{sign}{grouped},{rest}" if rest else f"{sign}{grouped}"


def _spoken(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), HOUR)
    sign = MINUS if minutes < 0 else ""
    spoken = f"{sign}{hours:,}".replace(",", NARROW_SPACE) + f"{NO_BREAK_SPACE}h"
    return f"{spoken}{NO_BREAK_SPACE}{rest:02}" if rest else spoken


def _quoted(text: str) -> str:
    return quoted(" ".join(text.split()), at_most=20)


def _refuse_parts_of_minutes(minutes: int) -> None:
    if isinstance(minutes, bool) or not isinstance(minutes, int):
        raise TypeError(f"Time is counted in whole minutes, not in {type(minutes).__name__}: {minutes!r}")
