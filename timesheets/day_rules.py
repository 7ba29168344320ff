"""The rules of a day: its month, assignment, kinds, durations and times; what breaks one is a fault with a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

from groupement.kernel.french import quoted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import DAY, HOUR, is_skipped, span, span_minutes, spell_clock
from members.access import decides_on
from members.models import User
from timesheets.agreed_days import what_to_do, why_outside
from timesheets.models import ASSIGNMENT_KINDS, GROUP_KINDS, Entry, Kind, Timesheet


class TimedHours(NamedTuple):
    """Hours with the times they were worked; ``minutes`` is what lies between them less the break, or None for that.

    Without times it removes stored ones, whereas plain minutes keep stored times of as many minutes.
    """

    minutes: int | None
    start: time | None = None
    end: time | None = None
    break_minutes: int = 0

    def counted_on(self, day: date) -> int | None:
        """Minutes that the times leave on ``day``, as they really pass; None without both times."""
        if self.start is None or self.end is None:
            return None
        zone = timezone.get_default_timezone()
        return span_minutes(day, self.start, self.end, zone) - self.break_minutes


# Minutes, or (minutes, start, end, break).
HoursValue = int | tuple[int | None, time | None, time | None, int]
HoursByDay = Mapping[date, Mapping[str, HoursValue]]
EntryKey = tuple[int, date, str]


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
        elif not isinstance(value, int) and (why := beyond_sheet(sheet, day, *value[1:3])):
            yield why


def beyond_sheet(sheet: Timesheet, day: date, start: time | None, end: time | None) -> str:
    """Why what is worked after midnight is not of this timesheet, and what to do; empty when it is, or there is none.

    Its month and its assignment say so: each is handed in and invoiced by itself.
    """
    if start is None or end is None or not time() < end < start:
        return ""
    morning = day + timedelta(days=1)
    first, last = spell_times(start, time()), spell_times(time(), end)
    begins = f"{spell_times(start, end)}, ces heures passent minuit. Saisissez {first} ce jour-là"
    if morning not in sheet.month:
        return f"{begins}, et {last} le {spell_day(morning)}\u00a0: ce jour est d’un autre relevé."
    if sheet.assignment and not sheet.assignment.covers(morning):
        where = sheet.assignment.member
        return f"{begins}\u00a0; {last}, la mise à disposition chez {where} est finie\u00a0: faites-la prolonger."
    return ""


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
    if not 0 <= asked.break_minutes < DAY or counted <= 0:
        return "la pause dure aussi longtemps que la présence, ou plus."
    if asked.minutes not in (None, counted):
        pause = f" avec {spell_clock(asked.break_minutes)} de pause" if asked.break_minutes else ""
        return (
            f"{spell_times(asked.start, asked.end)}{pause}, cela fait {spell_clock(counted)} "
            f"et non {spell_clock(minutes_of(value, day))}. Videz la durée, ou corrigez les heures."
        )
    return ""


def _skipped_time(asked: TimedHours, day: date) -> str:
    """The sentence on a time that no clock shows, in the night that summer time begins; empty when both exist."""
    zone = timezone.get_default_timezone()
    if asked.start is None or asked.end is None:
        return ""
    until = day + timedelta(days=1) if asked.end < asked.start else day
    for on, clock in ((day, asked.start), (until, asked.end)):
        if is_skipped(on, clock, zone):
            minutes = clock.hour * HOUR + clock.minute
            return (
                f"{spell_clock(minutes)} n’existe pas dans la nuit du passage à l’heure d’été\u00a0: de 2\u00a0h, "
                "l’horloge passe à 3\u00a0h. Écrivez l’heure qu’elle montrait, "
                f"par exemple {spell_clock(minutes + HOUR)}."
            )
    return ""


def spell_times(start: time | None, end: time | None) -> str:
    """ "de 9 h à 17 h 30"; empty without both."""
    if start is None or end is None:
        return ""
    first, last = (spell_clock(at.hour * 60 + at.minute) for at in (start, end))
    return f"de {first} à {last}"


def refuse_long_days(
    wanted: Mapping[EntryKey, int], kept: Iterable[Entry], *, by: User, is_own: bool
) -> None:
    """Raise BadDays where a person's day, over all timesheets, exceeds 24 hours.

    ``wanted`` replaces, ``kept`` stays. A member's staff do not learn how many hours there are elsewhere.
    """
    totals: dict[date, int] = defaultdict(int)
    for (_, day, _), minutes in wanted.items():
        totals[day] += minutes
    asked = set(totals)
    for entry in kept:
        totals[entry.day] += entry.minutes
    knows = is_own or by.sees_every_member
    faults = [
        DayFault(timesheet_id, day, f"{spell_day(day).capitalize()}\u00a0: {_too_long(totals[day], knows)}")
        for timesheet_id, day in sorted({(timesheet_id, day) for timesheet_id, day, _ in wanted})
        if day in asked and totals[day] > DAY
    ]
    if faults:
        raise BadDays(faults)


def refuse_overlaps(
    wanted: Mapping[EntryKey, int | TimedHours],
    kept: Iterable[Entry],
    names: Mapping[int, str],
    *,
    by: User,
    is_own: bool,
) -> None:
    """Raise BadDays where times asked for run into other times of the same person, over all timesheets.

    A night runs into the next day: ``kept`` holds the days around those of ``wanted`` too. ``names`` says what each
    timesheet is called; a member's staff learn neither where the other hours are nor when.
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
    key: EntryKey
    words: str


def _worked_span(key: EntryKey, start: time | None, end: time | None) -> _WorkedSpan | None:
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
        return f"{spell_clock(minutes)} ce jour-là, tous relevés confondus, c’est plus de 24\u00a0h."
    return "le total de la personne dépasserait 24\u00a0h ce jour-là. Vérifiez avec elle."
