"""The ring of members cut in equal arcs, as numbers for components/ring.html, and nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django import template

register = template.Library()

# The circle's pathLength in ring.html: hundredths of a degree, so that every number stays whole.
TURN = 36_000
WIDEST_GAP = 850
DASH, PAUSE = 330, 390


@dataclass(frozen=True)
class Arc:
    """One member's part of the ring, ready for the SVG attributes."""

    hue: int
    signed: bool
    dasharray: str
    dashoffset: int


@register.simple_tag
def ring_arcs(members: Iterable[Any], signed: Collection[int] | None = None) -> list[Arc]:
    """One arc for each of ``members`` (anything with ``hue`` and ``pk``), clockwise from the top.

    ``signed`` holds the primary keys of those whose arc is full; without it all are.
    """
    shown = list(members)
    if not shown:
        return []
    part = TURN // len(shown)
    gap = min(WIDEST_GAP, part // 6) if len(shown) > 1 else 0
    return [
        _arc(
            member.hue,
            signed is None or member.pk in signed,
            start=index * part + gap // 2,
            length=part - gap,
        )
        for index, member in enumerate(shown)
    ]


def _arc(hue: int, is_signed: bool, *, start: int, length: int) -> Arc:
    dashes = [length] if is_signed else _dashed(length)
    # An odd list would be read twice over; the last gap fills the turn.
    pattern = [*dashes, TURN - sum(dashes)]
    return Arc(hue, is_signed, " ".join(map(str, pattern)), -start)


def _dashed(length: int) -> list[int]:
    pairs = max((length - DASH) // (DASH + PAUSE), 0)
    return [DASH, PAUSE] * pairs + [DASH]
