"""How the page that is being answered writes durations, "7,5 h" or "7 h 30": one of both throughout, and nothing else.

Chosen once for each page (groupement/hours_unit.py), as Django chooses a language. What outlives the page, a message,
a note, a paper, takes its unit from ``worktime`` by name instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum

from groupement.kernel.worktime import HOUR, short_hours, spell_clock, spell_in_hundredths


class Unit(StrEnum):
    """Hours and hundredths, as they are typed into a grid, summed up and priced; or as people say them."""

    HUNDREDTHS = "hundredths"
    SPOKEN = "spoken"


_unit: ContextVar[Unit] = ContextVar("unit of durations", default=Unit.SPOKEN)


@contextmanager
def written_in(unit: Unit) -> Iterator[None]:
    """Write durations in ``unit`` until the end, unless the page chooses another one within."""
    before = _unit.set(unit)
    try:
        yield
    finally:
        _unit.reset(before)


def choose(unit: Unit) -> None:
    """Write durations in ``unit`` to the end of the ``written_in`` around."""
    _unit.set(unit)


def spell_duration(minutes: int) -> str:
    """Minutes with their unit, as the page writes them: 450 is "7,5 h" or "7 h 30"."""
    return spell_clock(minutes) if _unit.get() == Unit.SPOKEN else spell_in_hundredths(minutes)


def typed_duration(minutes: int) -> str:
    """Minutes as a field of the page holds them: 450 is "7,5" or "7 h 30", 420 is "7"; each is read again as such."""
    return spell_clock(minutes) if _unit.get() == Unit.SPOKEN and minutes % HOUR else short_hours(minutes)
