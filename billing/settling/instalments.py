"""A sum in equal parts: the amounts of a schedule."""

from __future__ import annotations

from decimal import Decimal

from groupement.money import allocate


def split_in(total: Decimal, n: int) -> list[Decimal]:
    """``total`` in ``n`` parts that sum to it exactly, the larger ones first. Raises ValueError below one part."""
    if n < 1:
        raise ValueError("Un échéancier a au moins une échéance.")
    return allocate(total, [1] * n)
