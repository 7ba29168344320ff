"""Months and half-open ranges of days: values, columns, constraints; never "today", and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django import forms
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from groupement.kernel.columns import DateColumn
from groupement.kernel.french import MONTHS, enumeration, of, quoted

# Beyond these years a day is a typing error, and its neighbours may not exist. Dates of birth lie in them.
YEARS = range(1900, 2150)


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month; ``first`` is in it, ``before`` is the first day after it."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and 1 <= self.year <= 9998):
            raise ValueError(f"{self.year}-{self.month} n’est pas un mois.")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-11". Raises ValueError with a sentence for the person."""
        match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text.strip())
        try:
            if match is None or int(match[1]) not in YEARS:
                raise ValueError(text)
            return cls(int(match[1]), int(match[2]))
        except ValueError as error:
            raise ValueError(
                f"{quoted(text.strip(), at_most=20)} n’est pas un mois\u00a0: écrivez par exemple 2026-11."
            ) from error

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that ``day`` is in."""
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def before(self) -> date:
        """The exclusive end: first day of the next month."""
        return self.next.first

    @property
    def last(self) -> date:
        """The last day, for people to read; ranges are computed with ``before``."""
        return self.before - timedelta(days=1)

    @property
    def next(self) -> Self:
        return self.shift(1)

    @property
    def previous(self) -> Self:
        return self.shift(-1)

    def shift(self, months: int) -> Self:
        """The month so many months later, or earlier when negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return type(self)(year, month + 1)

    @property
    def days(self) -> tuple[date, ...]:
        return days_between(self.first, self.before)

    def weeks(self) -> list[tuple[date, ...]]:
        """The days of the month by week from Monday to Sunday; the first and the last may be short."""
        return [tuple(week) for _, week in groupby(self.days, key=lambda day: day.isocalendar()[:2])]

    @property
    def label(self) -> str:
        """ "novembre 2026" """
        return f"{MONTHS[self.month - 1]} {self.year}"

    @property
    def of_label(self) -> str:
        """ "de novembre 2026", "d’octobre 2026" """
        return of(self.label)

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.month)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


def parse_day(text: str) -> date:
    """Read "2026-11-09", as hidden fields and addresses write it. Raises ValueError with a sentence."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        found = date.min
    if found.year not in YEARS:
        raise ValueError(
            f"{quoted(text.strip(), at_most=20)} n’est pas un jour\u00a0: écrivez par exemple 2026-11-09."
        )
    return found


def in_calendar(day: date) -> None:
    """The validator of every day that is typed: a year of the calendar. Raises ValidationError."""
    if day.year not in YEARS:
        raise ValidationError(
            f"L’année {day.year} n’est pas la bonne\u00a0: écrivez une année de {YEARS[0]} à {YEARS[-1]}.",
            code="out_of_calendar",
        )


def name_months(months: Iterable[Month]) -> str:
    """ "octobre 2026", "septembre et octobre 2026", "décembre 2025 et janvier 2026" """
    years: dict[int, list[str]] = {}
    for month in sorted(set(months)):
        years.setdefault(month.year, []).append(MONTHS[month.month - 1])
    return enumeration(f"{enumeration(names)} {year}" for year, names in years.items())


def name_period(first: Month, last: Month) -> str:
    """ "mars 2026", "janvier à décembre 2026", "novembre 2025 à mars 2026" """
    if first == last:
        return first.label
    return f"{MONTHS[first.month - 1] if first.year == last.year else first.label} à {last.label}"


def covers(starts_on: date, ends_before: date | None, day: date) -> bool:
    """Whether ``day`` lies in the range; an end of None is open."""
    return starts_on <= day and (ends_before is None or day < ends_before)


def overlaps(
    starts_on: date, ends_before: date | None, other_starts_on: date, other_ends_before: date | None
) -> bool:
    """Whether two ranges share at least one day; an end of None is open."""
    first = max(starts_on, other_starts_on)
    return covers(starts_on, ends_before, first) and covers(other_starts_on, other_ends_before, first)


def intersection(*ranges: tuple[date, date | None]) -> tuple[date, date] | None:
    """The days that lie in all ``ranges``, half-open; None when there are none.

    An end of None is open; at least one of the ranges has an end.
    """
    first = max(starts_on for starts_on, _ in ranges)
    before = min(ends_before for _, ends_before in ranges if ends_before is not None)
    return (first, before) if first < before else None


def clip(starts_on: date, ends_before: date | None, month: Month) -> tuple[date, date] | None:
    """The part of the range that lies in ``month``, half-open; None when nothing does."""
    return intersection((starts_on, ends_before), (month.first, month.before))


def active_days(starts_on: date, ends_before: date | None, month: Month) -> tuple[date, ...]:
    """The days of ``month`` in the range."""
    clipped = clip(starts_on, ends_before, month)
    return days_between(*clipped) if clipped else ()


def days_between(starts_on: date, ends_before: date) -> tuple[date, ...]:
    """Every day of a closed-open range, in order."""
    return tuple(starts_on + timedelta(days=n) for n in range((ends_before - starts_on).days))


class MonthConverter:
    """The path converter ``<month:…>``: "2026-11" in addresses, Month in views."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> Month:
        return Month.parse(value)

    def to_url(self, value: Month) -> str:
        return str(value)


class DayConverter:
    """The path converter ``<day:…>``: the number of a day in its month; not every month has a 31st."""

    regex = "[1-9]|[12][0-9]|3[01]"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class MonthInput(forms.TextInput):
    """The month picker of the browser; a text field that takes "2026-11" where there is none."""

    input_type = "month"


class MonthFormField(forms.Field):
    """A form field that reads and shows a Month."""

    widget = MonthInput

    def to_python(self, value: Any) -> Month | None:
        return None if value in self.empty_values else _month(value)

    def prepare_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, Month) else value


class MonthField(DateColumn["Month | date | str", Month]):
    """A Month, stored as the date of its first day; PostgreSQL refuses any other day."""

    description = "Un mois"

    if TYPE_CHECKING:  # what django-stubs reads to know that a row's month is a Month
        _pyi_private_set_type: Month | date | str  # type: ignore[assignment]
        _pyi_private_get_type: Month  # type: ignore[assignment]
        _pyi_lookup_exact_type: Month | date | str  # type: ignore[assignment]

    def db_check(self, connection: Any) -> str:
        return f"EXTRACT(DAY FROM {connection.ops.quote_name(self.column)}) = 1"

    def from_db_value(self, value: date | None, _expression: Any, _connection: Any) -> Month | None:
        return None if value is None else Month.of(value)

    def to_python(self, value: Any) -> Any:
        return None if value is None else _month(value)

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else _month(value).first

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        # The admin would pass its picker of days.
        return super().formfield(**{**kwargs, "form_class": MonthFormField, "widget": MonthInput})


D = TypeVar("D", bound=models.Model)


class DateRange(models.Func):
    """DATERANGE(starts_on, ends_before, '[)') for exclusion constraints."""

    function = "DATERANGE"
    output_field = DateRangeField()


def no_overlap(
    name: str,
    *fields: str,
    condition: Q | None = None,
    message: str = "Ces dates en chevauchent d’autres.",
    deferrable: models.Deferrable | None = None,
) -> ExclusionConstraint:
    """No two rows with the same ``fields`` hold the same day. Needs the extension btree_gist.

    ``deferrable`` where a transaction may ask for it at its end: while it puts two rows in the place of one.
    """
    span = DateRange("starts_on", "ends_before", RangeBoundary())
    same: Sequence[tuple[Any, str]] = [(field, RangeOperators.EQUAL) for field in fields]
    return ExclusionConstraint(
        name=name,
        expressions=[*same, (span, RangeOperators.OVERLAPS)],
        condition=condition,
        deferrable=deferrable,
        violation_error_message=message,
    )


def ends_after_start(name: str) -> models.CheckConstraint:
    """A range holds at least one day."""
    return models.CheckConstraint(
        name=name,
        condition=Q(ends_before__isnull=True) | Q(ends_before__gt=F("starts_on")),
        violation_error_message="La fin doit venir après le début.",
    )


class DatedQuerySet(models.QuerySet[D]):
    """Rows by the days that they hold."""

    def on(self, day: date) -> Self:
        """Rows that hold ``day``."""
        return self.filter(Q(ends_before__isnull=True) | Q(ends_before__gt=day), starts_on__lte=day)

    def during(self, month: Month) -> Self:
        """Rows that hold at least one day of ``month``."""
        return self.filter(
            Q(ends_before__isnull=True) | Q(ends_before__gt=month.first), starts_on__lt=month.before
        )


class Dated(models.Model):
    """A row true from ``starts_on`` to the day before ``ends_before``; no end means until further notice."""

    starts_on = models.DateField("à partir du")
    ends_before = models.DateField("jusqu’au (exclu)", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True

    def covers(self, day: date) -> bool:
        """Whether the row holds ``day``."""
        return covers(self.starts_on, self.ends_before, day)

    def active_days(self, month: Month) -> tuple[date, ...]:
        """The days of ``month`` that the row holds."""
        return active_days(self.starts_on, self.ends_before, month)

    @property
    def last_day(self) -> date | None:
        """The last day included, for people to read."""
        return None if self.ends_before is None else self.ends_before - timedelta(days=1)


def _month(value: Any) -> Month:
    if isinstance(value, Month):
        return value
    try:
        if isinstance(value, date) and value.day == 1:
            return Month.of(value)
        text = str(value)
        return Month.parse(text.removesuffix("-01") if len(text) == 10 else text)
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from error
