"""What may be asked of a credit note, line by line; each is a value, judged when the credit note is composed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from billing.models import Fate, Line
from groupement.lifecycle import Refusal


class NotCreditable(Refusal):
    """The credit cannot be given as it was asked: nothing is left, too much is asked, or the paper is no invoice."""


@dataclass(frozen=True)
class Whole:
    """All that is left of ``line``. Released, its hours or the sum itself are billed again by the next run."""

    line: Line
    fate: Fate = Fate.VOIDED


@dataclass(frozen=True)
class Hours:
    """Minutes of named entries (ids) of a line of hours."""

    line: Line
    minutes: Mapping[int, int]
    fate: Fate = Fate.VOIDED


@dataclass(frozen=True)
class Amount:
    """A part of ``line`` in euros without VAT; never billed again."""

    line: Line
    net: Decimal


@dataclass(frozen=True)
class Quantity:
    """A part of ``line`` in its own unit, at its own price; never billed again."""

    line: Line
    quantity: Decimal


Request = Whole | Hours | Amount | Quantity
