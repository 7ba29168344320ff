"""The minimum agreed for a month: one for the whole month, by days where prices change; no query, no clock.

Each part of the month under one price has its part of the minimum, by calendar days. Hours above it in one part count
for another that lacks some: the month lacks what all its hours lack of the whole, at the price of the parts that lack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from billing.month.segments import Segment
from employees.models import PriceMethod
from groupement.kernel.money import allocate_units


@dataclass(frozen=True)
class MinimumShare:
    """A segment's part in the minimum of its month, in minutes; ``least`` and ``worked`` are those of the month.

    ``lacking`` are charged up to the minimum, ``covered`` the hours that an earlier charge up to it has paid for.
    ``lacks`` is what the month lacks at all its prices.
    """

    least: int = 0
    worked: int = 0
    lacks: int = 0
    lacking: int = 0
    covered: int = 0


def minimum_minutes(of_month: int, days: int, days_of_month: int) -> int:
    """The minimum agreed ``of_month``, in minutes; of a part of the month by calendar days, half a minute up."""
    return _half_up(of_month * days, days_of_month)


def minimum_shares(segments: Sequence[Segment], days_of_month: int) -> list[MinimumShare]:
    """The part of each of ``segments``, in their order; those of one assignment have one minimum together."""
    shares = [MinimumShare()] * len(segments)
    together: dict[int, list[int]] = {}
    for i, segment in enumerate(segments):
        if segment.method == PriceMethod.HOURLY and segment.minimum:
            together.setdefault(segment.assignment, []).append(i)
    for group in together.values():
        own = [segments[i] for i in group]
        for i, share in zip(group, _of_assignment(own, days_of_month), strict=True):
            shares[i] = share
    return shares


def _of_assignment(segments: Sequence[Segment], days_of_month: int) -> list[MinimumShare]:
    weights = [segment.minimum * segment.days for segment in segments]
    least, worked = _half_up(sum(weights), days_of_month), sum(segment.worked for segment in segments)
    dues = allocate_units(least, weights)
    if any(segment.is_topped_up for segment in segments):
        return [MinimumShare(least, worked, covered=covered) for covered in _covered(segments, dues)]
    lacks = max(least - worked, 0)
    gaps = [max(due - segment.worked, 0) for due, segment in zip(dues, segments, strict=True)]
    lacking = allocate_units(lacks, gaps) if lacks else gaps
    return [MinimumShare(least, worked, lacks, part if lacks else 0) for part in lacking]


def _covered(segments: Sequence[Segment], dues: Sequence[int]) -> list[int]:
    """The late minutes of each segment that the charge up to the minimum has paid for: at its own price first."""
    before = [segment.worked - segment.first_billed for segment in segments]
    gaps = [
        max(due - earlier, 0) if segment.topped_up is None else segment.topped_up
        for due, earlier, segment in zip(dues, before, segments, strict=True)
    ]
    left = max(sum(dues) - sum(before), 0)
    then = [segment.worked_then for segment in segments if segment.worked_then is not None]
    if then:
        # What came between the charge and now has filled its part already.
        left = max(sum(gaps) - max(sum(before) - then[0], 0), 0)
    covered: list[int] = []
    for gap, segment in zip(gaps, segments, strict=True):
        covered.append(min(segment.first_billed, gap, left))
        left -= covered[-1]
    for i, segment in enumerate(segments):
        more = min(segment.first_billed - covered[i], left)
        covered[i] += more
        left -= more
    return covered


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
