"""The rules of a day: its month, assignment, kinds, durations and times; what breaks one is a fault with a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Protocol

from django.utils import timezone

from groupement.kernel.french import quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import (
    DAY,
    is_skipped,
    share_break,
    span,
    span_minutes,
    spell_begin_or_end,
)
from members.access import decides_on
from members.models import User
from timesheets.agreed_days import what_to_do, why_outside
from timesheets.models import ASSIGNMENT_KINDS, GROUP_KINDS, Kind, Timesheet


class TimedHours(NamedTuple):
    """Hours with the times they were worked; ``minutes`` is what lies between them less the break, or None for that.

    Without times it removes stored ones, whereas plain minutes keep stored times of as many minutes. An end before the
    start is on the next day; ``late_break`` is how much of the break lies after midnight, where that is known.
    """

    minutes: int | None
    start: time | None = None
    end: time | None = None
    break_minutes: int = 0
    late_break: int | None = None

    @property
    def passes_midnight(self) -> bool:
        return self.start is not None and self.end is not None and time() < self.end < self.start

    def counted_on(self, day: date) -> int | None:
        """Minutes that the times leave on ``day``, as they really pass; None without both times."""
        if self.start is None or self.end is None:
            return None
        zone = timezone.get_default_timezone()
        return span_minutes(day, self.start, self.end, zone) - self.break_minutes

    def parted(self, day: date) -> tuple[TimedHours, TimedHours | None]:
        """The hours of ``day`` itself, and those after midnight, if there are any.

        A break without clock time is taken from the longer part, of two equal ones from the first.
        """
        if self.start is None or self.end is None or not self.passes_midnight:
            return self, None
        zone, morning = timezone.get_default_timezone(), day + timedelta(days=1)
        before = span_minutes(day, self.start, time(), zone)
        after = span_minutes(morning, time(), self.end, zone)
        early, late = share_break(before, after, self.break_minutes)
        if self.late_break is not None:
            early, late = self.break_minutes - self.late_break, self.late_break
        return (
            TimedHours(before - early, self.start, time(), early),
            TimedHours(after - late, time(), self.end, late),
        )


# Minutes, or (minutes, start, end, break).
HoursValue = int | TimedHours | tuple[int | None, time | None, time | None, int]
HoursByDay = Mapping[date, Mapping[str, HoursValue]]
# A line as people write it: a timesheet, the day on which the hours begin, their kind.
LineKey = tuple[int, date, str]


class EntryKey(NamedTuple):
    """An entry of the record: of a line that passes midnight there are two, the second ``goes_on`` from the first."""

    timesheet_id: int
    day: date
    kind: str
    goes_on: bool = False


@dataclass(frozen=True)
class DayFault:
    """What is wrong with one day of one timesheet, as a sentence."""

    timesheet_id: int
    day: date
    message: str


class BadDays(Refusal):
    """Some days break a rule; nothing was saved. ``faults`` by timesheet and day, ``errors`` the same as sentences."""

    def __init__(self, faults: list[DayFault]) -> None:
        super().__init__(
            "Rien n’est enregistré\u00a0: corrigez les jours signalés.",
            errors=[fault.message for fault in faults],
        )
        self.faults = faults


def minutes_of(value: HoursValue, day: date) -> int:
    """The minutes of ``value`` on ``day``: those given, else those between its times, else none."""
    if isinstance(value, int):
        return value
    asked = TimedHours(*value)
    return (asked.counted_on(day) or 0) if asked.minutes is None else asked.minutes


def refuse_impossible_days(
    changes: Mapping[Timesheet, HoursByDay],
    *,
    by: User,
    notes: Mapping[int, Mapping[date, str]] | None = None,
) -> None:
    """Raise BadDays for days outside the month, contract, assignment or membership, kinds, durations and times that do
    not fit.

    Work that was done is not lost: the coordination may record it outside with a reason, the note of its day among
    ``notes`` (by timesheet id and day); it is not approved before the facts are mended.
    """
    faults = [
        DayFault(sheet.pk, day, f"{spell_day(day).capitalize()}\u00a0: {why}")
        for sheet, days in changes.items()
        for day, kinds in sorted(days.items())
        for why in (*_outside(sheet, day, kinds, by, notes or {}), *_impossibilities(sheet, day, kinds))
    ]
    if faults:
        raise BadDays(faults)


def _outside(
    sheet: Timesheet,
    day: date,
    kinds: Mapping[str, HoursValue],
    by: User,
    notes: Mapping[int, Mapping[date, str]],
) -> Iterator[str]:
    """Hours on a day that is not of the month; or on one on which nobody works there, unless that is meant."""
    if day not in sheet.month:
        yield f"ce jour n’est pas {sheet.month.of_label}."
    elif any(kinds.values()) and (why := why_outside(sheet, day)):
        is_coordination = decides_on(by, sheet.employee.user_id)
        if not (is_coordination and notes.get(sheet.pk, {}).get(day, "").strip()):
            yield f"{why}{what_to_do(is_coordination=is_coordination)}"


def _impossibilities(sheet: Timesheet, day: date, kinds: Mapping[str, HoursValue]) -> Iterator[str]:
    allowed = ASSIGNMENT_KINDS if sheet.assignment else GROUP_KINDS
    for kind, value in kinds.items():
        if kind not in allowed:
            yield f"{quoted(dict(Kind.choices).get(kind, kind))} ne se saisit pas dans ce relevé."
        if why := bad_times(value, day):
            yield why
        elif not 0 <= minutes_of(value, day) <= DAY:
            yield "une durée va de 0 à 24\u00a0h."


def bad_times(value: HoursValue, day: date) -> str:
    """What is wrong with the times of ``value`` on ``day``, as a sentence; empty when nothing is, or there are none."""
    if isinstance(value, int):
        return ""
    asked = TimedHours(*value)
    if (asked.start is None) != (asked.end is None):
        return "indiquez le début et la fin, ou aucun des deux."
    if why := _skipped_time(asked, day):
        return why
    counted = asked.counted_on(day)
    if counted is None:
        return "une pause va avec un début et une fin." if asked.break_minutes else ""
    if asked.start == asked.end:
        return "la fin est à la même heure que le début."
    if why := _too_long_break(asked, counted, day):
        return why
    if asked.minutes not in (None, counted):
        pause = f" avec {spell_duration(asked.break_minutes)} de pause" if asked.break_minutes else ""
        return (
            f"{spell_times(asked.start, asked.end)}{pause}, cela fait {spell_duration(counted)} "
            f"et non {spell_duration(minutes_of(value, day))}. Videz la durée, ou corrigez les heures."
        )
    return ""


def _too_long_break(asked: TimedHours, counted: int, day: date) -> str:
    if not 0 <= asked.break_minutes < DAY or counted <= 0:
        return "la pause dure aussi longtemps que la présence, ou plus."
    if asked.passes_midnight and any((part.minutes or 0) <= 0 for part in asked.parted(day) if part):
        return "la pause tient tout un côté de minuit. Saisissez chaque jour à part, avec sa pause."
    return ""


def _skipped_time(asked: TimedHours, day: date) -> str:
    """The sentence on a time that no clock shows, in the night that summer time begins; empty when both exist."""
    zone = timezone.get_default_timezone()
    if asked.start is None or asked.end is None:
        return ""
    until = day + timedelta(days=1) if asked.end < asked.start else day
    for on, clock in ((day, asked.start), (until, asked.end)):
        if is_skipped(on, clock, zone):
            return (
                f"{spell_begin_or_end(clock)} n’existe pas dans la nuit du passage à l’heure d’été\u00a0: de 2\u00a0h, "
                "l’horloge passe à 3\u00a0h. Écrivez l’heure qu’elle montrait, "
                f"par exemple {spell_begin_or_end(clock.replace(hour=clock.hour + 1))}."
            )
    return ""


def spell_times(start: time | None, end: time | None) -> str:
    """ "de 9 h à 17 h 30"; empty without both."""
    if start is None or end is None:
        return ""
    return f"de {spell_begin_or_end(start)} à {spell_begin_or_end(end)}"


class DayMinutes(Protocol):
    """Minutes on a day, as an entry has them."""

    @property
    def day(self) -> date: ...
    @property
    def minutes(self) -> int: ...


class TimedLine(DayMinutes, Protocol):
    """A line with its times, if it has any."""

    @property
    def timesheet_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def started_at(self) -> time | None: ...
    @property
    def ended_at(self) -> time | None: ...


def refuse_long_days(
    wanted: Mapping[EntryKey, int], kept: Iterable[DayMinutes], *, by: User, is_own: bool
) -> None:
    """Raise BadDays where a person's day, over all timesheets, exceeds 24 hours.

    ``wanted`` replaces, ``kept`` stays. A member's staff do not learn how many hours there are elsewhere.
    """
    totals: dict[date, int] = defaultdict(int)
    for key, minutes in wanted.items():
        totals[key.day] += minutes
    asked = set(totals)
    for entry in kept:
        totals[entry.day] += entry.minutes
    knows = is_own or by.sees_every_member
    faults = [
        DayFault(timesheet_id, day, f"{spell_day(day).capitalize()}\u00a0: {_too_long(totals[day], knows)}")
        for timesheet_id, day in sorted({key[:2] for key in wanted})
        if day in asked and totals[day] > DAY
    ]
    if faults:
        raise BadDays(faults)


def refuse_overlaps(
    wanted: Mapping[LineKey, int | TimedHours],
    kept: Iterable[TimedLine],
    names: Mapping[int, str],
    *,
    by: User,
    is_own: bool,
) -> None:
    """Raise BadDays where times asked for run into other times of the same person, over all timesheets.

    Both are whole lines, not parted at midnight: a night runs into the next day, and ``kept`` holds the days around
    those of ``wanted`` too. ``names`` says what each timesheet is called; a member's staff learn neither where the
    other hours are nor when.
    """
    asked = [
        _worked_span(key, value.start, value.end)
        for key, value in wanted.items()
        if isinstance(value, TimedHours)
    ]
    there = [
        _worked_span((entry.timesheet_id, entry.day, entry.kind), entry.started_at, entry.ended_at)
        for entry in kept
    ]
    mine = [each for each in asked if each]
    knows = is_own or by.sees_every_member
    faults: dict[tuple[int, date], str] = {}
    for one in mine:
        for other in [*mine, *(each for each in there if each)]:
            if other is not one and one.starts < other.ends and other.starts < one.ends:
                why = _clash(one, other, names) if knows else "ces heures en chevauchent d’autres ce jour-là."
                faults.setdefault(one.key[:2], f"{spell_day(one.key[1]).capitalize()}\u00a0: {why}")
    if faults:
        raise BadDays([DayFault(*place, message) for place, message in sorted(faults.items())])


class _WorkedSpan(NamedTuple):
    """When an entry begins and ends, and as people wrote it."""

    starts: datetime
    ends: datetime
    key: LineKey
    words: str


def _worked_span(key: LineKey, start: time | None, end: time | None) -> _WorkedSpan | None:
    if start is None or end is None:
        return None
    return _WorkedSpan(
        *span(key[1], start, end, timezone.get_default_timezone()), key=key, words=spell_times(start, end)
    )


def _clash(one: _WorkedSpan, other: _WorkedSpan, names: Mapping[int, str]) -> str:
    """ "de 9 h à 12 h, ces heures en chevauchent d’autres : Sonam, de 11 h à 18 h." """
    where = names.get(other.key[0], "un autre relevé")
    when = "" if other.key[1] == one.key[1] else f" {spell_day(other.key[1])}"
    return f"{one.words}, ces heures en chevauchent d’autres\u00a0: {where}{when} {other.words}."


def _too_long(minutes: int, knows: bool) -> str:
    if knows:
        return f"{spell_duration(minutes)} ce jour-là, tous relevés confondus, c’est plus de 24\u00a0h."
    return "le total de la personne dépasserait 24\u00a0h ce jour-là. Vérifiez avec elle."
