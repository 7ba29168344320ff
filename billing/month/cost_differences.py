"""What an actual cost differs by from the one that was invoiced, and who bore that month; no query, no clock.

The difference of a month reaches a later one as a cost carried over. It is no cost of the month that carries it: each
member has the part of it that it bore of its own month, and the reserve has the rest. So it is with what was put aside
for the leave of somebody who left and pays none any more: it goes back to who put it aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from groupement.kernel.money import ZERO, allocate
from groupement.kernel.periods import Month


@dataclass(frozen=True)
class BorneShare:
    """What an assignment bore of a month's cost under some terms (ids), in euros, and how that was charged."""

    assignment: int
    terms: int
    member: int
    net: Decimal
    management_rate: Decimal
    vat_regime: str


@dataclass(frozen=True)
class CarriedDifference:
    """What is carried of one month's difference (euros, below zero when too much was invoiced), and who bore it.

    ``is_provision``: what is left of a provision; ``month`` is the one that gives it back.
    """

    month: Month
    amount: Decimal
    shares: Sequence[BorneShare] = ()
    reserve: Decimal = ZERO
    is_provision: bool = False

    @property
    def parts(self) -> list[Decimal]:
        """The part of each of ``shares``, to the cent; what is left is the reserve's."""
        weights = [max(share.net, ZERO) for share in self.shares]
        whole = [*weights, max(self.reserve, ZERO)]
        return allocate(self.amount, whole)[:-1] if any(whole) else [ZERO] * len(weights)
