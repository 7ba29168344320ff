"""Weeks from Monday to Sunday, numbered as ISO 8601 does and as French calendars print them: a value, and a path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from groupement.kernel.french import from_day_to_day, quoted
from groupement.kernel.periods import YEARS, days_between


@dataclass(frozen=True, order=True)
class Week:
    """A calendar week; ``first`` is its Monday, ``before`` the Monday after it."""

    first: date

    @classmethod
    def of(cls, day: date) -> Self:
        """The week that ``day`` is in."""
        return cls(day - timedelta(days=day.weekday()))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-S45". Raises ValueError with a sentence for the person."""
        match = re.fullmatch(r"([0-9]{4})-S([0-9]{2})", text.strip())
        try:
            if match is None or int(match[1]) not in YEARS:
                raise ValueError(text)
            return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1))
        except ValueError as error:
            raise ValueError(
                f"{quoted(text.strip(), at_most=20)} n’est pas une semaine\u00a0: écrivez par exemple 2026-S45."
            ) from error

    @property
    def number(self) -> int:
        """From 1 to 52, or 53 in years that have as many: 2026."""
        return self.first.isocalendar().week

    @property
    def before(self) -> date:
        return self.first + timedelta(days=7)

    @property
    def last(self) -> date:
        """The Sunday, for people to read."""
        return self.first + timedelta(days=6)

    @property
    def next(self) -> Self:
        return type(self)(self.before)

    @property
    def previous(self) -> Self:
        return type(self)(self.first - timedelta(days=7))

    @property
    def days(self) -> tuple[date, ...]:
        return days_between(self.first, self.before)

    @property
    def label(self) -> str:
        """ "du 2 au 8 novembre 2026", "du 30 novembre au 6 décembre 2026"."""
        return f"du {from_day_to_day(self.first, self.last)}"

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.before

    def __str__(self) -> str:
        year, number, _ = self.first.isocalendar()
        return f"{year:04}-S{number:02}"


class WeekConverter:
    """The path converter ``<week:…>``: "2026-S45" in addresses, Week in views."""

    regex = "[0-9]{4}-S[0-9]{2}"

    def to_python(self, value: str) -> Week:
        return Week.parse(value)

    def to_url(self, value: Week) -> str:
        return str(value)
