"""What a day of a timesheet may hold: the faults of days that cannot be as asked, each as a sentence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from groupement.lifecycle import Refusal
from groupement.templatetags.formats import day as spell_day
from groupement.templatetags.formats import day_fr
from groupement.worktime import DAY, spell_clock
from members.models import User
from timesheets.models import ASSIGNMENT_KINDS, GROUP_KINDS, Entry, Kind, Timesheet

Days = Mapping[date, Mapping[str, int]]
Key = tuple[int, date, str]


@dataclass(frozen=True)
class Fault:
    """What is wrong with one day of one timesheet, as a sentence."""

    timesheet_id: int
    day: date
    message: str


class BadDays(Refusal):
    """Some days cannot be as asked; nothing was saved. ``faults`` says which, ``errors`` the same as sentences."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(
            "Rien n’est enregistré\u00a0: corrigez les jours signalés.",
            errors=[fault.message for fault in faults],
        )
        self.faults = faults


def refuse_misfits(changes: Mapping[Timesheet, Days]) -> None:
    """Raise BadDays for days outside the month or the assignment, kinds and durations that do not fit."""
    faults = [
        Fault(sheet.pk, day, f"{spell_day(day).capitalize()}\u00a0: {why}")
        for sheet, days in changes.items()
        for day, kinds in sorted(days.items())
        for why in _misfits(sheet, day, kinds)
    ]
    if faults:
        raise BadDays(faults)


def _misfits(sheet: Timesheet, day: date, kinds: Mapping[str, int]) -> Iterator[str]:
    placed = sheet.assignment
    if day not in sheet.month:
        yield f"ce jour n’est pas {sheet.month.of_label}."
    elif placed and any(kinds.values()) and not placed.covers(day):
        yield (
            f"la mise à disposition chez {placed.member} commence le {day_fr(placed.starts_on)}. Videz cette case."
            if day < placed.starts_on
            else f"la mise à disposition chez {placed.member} s’arrête le {day_fr(placed.last_day)}. Videz cette case."
        )
    allowed = ASSIGNMENT_KINDS if placed else GROUP_KINDS
    for kind, minutes in kinds.items():
        if kind not in allowed:
            yield f"«\u00a0{dict(Kind.choices).get(kind, kind)}\u00a0» ne se saisit pas dans ce relevé."
        if not isinstance(minutes, int) or not 0 <= minutes <= DAY:
            yield "une durée va de 0 à 24\u00a0h."


def refuse_long_days(wanted: Mapping[Key, int], kept: Iterable[Entry], *, by: User, is_own: bool) -> None:
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
        Fault(timesheet_id, day, f"{spell_day(day).capitalize()}\u00a0: {_too_long(totals[day], knows)}")
        for timesheet_id, day in sorted({(timesheet_id, day) for timesheet_id, day, _ in wanted})
        if day in asked and totals[day] > DAY
    ]
    if faults:
        raise BadDays(faults)


def _too_long(minutes: int, knows: bool) -> str:
    if knows:
        return f"{spell_clock(minutes)} ce jour-là, tous relevés confondus, c’est plus de 24\u00a0h."
    return "le total de la personne dépasserait 24\u00a0h ce jour-là. Vérifiez avec elle."
