"""Share a debt between members on the statutes' key, and again when one of them defaults; no query, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from groupement.money import allocate

ZERO = Decimal("0.00")
Bases = Mapping[int, Decimal | int]
"""What each member weighs on the key, by id."""


@dataclass(frozen=True)
class Exposure:
    """A member's share of a debt: base ÷ Σ base (C. trav. L1253-8)."""

    member: int
    base: Decimal | int
    percent: Decimal
    amount: Decimal


def expose(debt: Decimal, bases: Bases) -> list[Exposure]:
    """Each member's share of ``debt``, in the order of ids; the sum is exact. Nothing when nobody weighs anything."""
    members = sorted(bases)
    whole = sum(bases.values())
    if not whole:
        return []
    shares = allocate(debt, [bases[member] for member in members])
    return [
        Exposure(member, bases[member], percent(bases[member], whole), share)
        for member, share in zip(members, shares, strict=True)
    ]


def default_of(member: int, exposures: Sequence[Exposure]) -> dict[int, Decimal]:
    """What the default of ``member`` adds to each other's share, on the same key; empty when nobody is left to pay.

    Only its own share is shared again: what the others owe already stays as it is.
    """
    share = next((row.amount for row in exposures if row.member == member), ZERO)
    others = [row for row in exposures if row.member != member]
    if not any(row.base for row in others):
        return {}
    more = allocate(share, [row.base for row in others])
    return {row.member: amount for row, amount in zip(others, more, strict=True)}


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """``part`` of ``whole`` in percent, half-up to the hundredth; to be read, nothing is shared by it."""
    if not whole:
        return ZERO
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
