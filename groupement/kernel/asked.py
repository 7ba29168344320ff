"""What an address or a hidden field names, as a value: a key, a year, a month, a day; None for whatever is not one."""

from __future__ import annotations

from datetime import date, datetime

from groupement.kernel.periods import Month, parse_day

# A key of PostgreSQL's bigint has so many digits at most, and none of those that other scripts write.
_DIGITS = 18


def asked_text(text: str | None) -> str:
    """Text that a column can hold; "" when it cannot."""
    return "" if text is None or "\0" in text else text


def asked_key(text: str | None) -> int | None:
    """The key of a row."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def asked_day(text: str | None) -> date | None:
    """ "2026-11-09" """
    try:
        return parse_day(text or "")
    except ValueError:
        return None


def asked_month(text: str | None) -> Month | None:
    """ "2026-11" """
    try:
        return Month.parse(text or "")
    except ValueError:
        return None


def asked_year(text: str | None) -> int | None:
    """ "2026" """
    first = asked_month(f"{text}-01")
    return None if first is None else first.year


def asked_moment(text: str | None) -> datetime | None:
    """A moment with its offset, "2026-11-09T08:30:00+00:00"."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None and asked_day(found.date().isoformat()) else None
