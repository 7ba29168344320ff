"""Share what one person really cost over a period between members, by a key, to the cent; no query, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from billing.models import TrueUpKey
from groupement.money import allocate, cents

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)
Weights = Mapping[int, int]
"""Whole weights by member id."""

# Which key stands in when the one asked for knows nothing of a person: hours, else what was planned, else equal parts.
STAND_INS = (TrueUpKey.HOURS, TrueUpKey.PLANNED, TrueUpKey.EQUAL)


class NobodyToShare(ValueError):  # noqa: N818 - named like the refusals
    """A cost that no member had anything to do with."""


@dataclass(frozen=True)
class Account:
    """One person's period: what it cost, what the reserve keeps bearing, the weights by key, what was invoiced.

    ``rates`` are management percents by member, unless ``management`` says what managing really cost.
    """

    employee: int
    cost: Decimal
    kept: Decimal = ZERO
    keys: Mapping[str, Weights] = field(default_factory=dict)
    rates: Mapping[int, Decimal] = field(default_factory=dict)
    invoiced: Mapping[int, Decimal] = field(default_factory=dict)
    management: Decimal | None = None

    @property
    def members(self) -> list[int]:
        """Everybody who has a weight by some key or was invoiced, in the order of ids: the one that shares follow."""
        weighed = {member for weights in self.keys.values() for member, weight in weights.items() if weight}
        return sorted(weighed | {member for member, net in self.invoiced.items() if net})

    @property
    def shared(self) -> Decimal:
        """The cost to share: all but what the reserve keeps."""
        return self.cost - self.kept


@dataclass(frozen=True)
class Part:
    """One member's part of one person: the cost, managing it, what was invoiced, and the difference."""

    member: int
    weight: int
    cost: Decimal
    actual: Decimal
    invoiced: Decimal

    @property
    def management(self) -> Decimal:
        return self.actual - self.cost

    @property
    def amount(self) -> Decimal:
        """Owed by the member when positive, due back when negative."""
        return self.actual - self.invoiced


@dataclass(frozen=True)
class Shares:
    """A person's period shared; ``key`` is the one that weighed, which may stand in for the one asked for."""

    account: Account
    key: str
    parts: Sequence[Part]

    @property
    def total(self) -> Decimal:
        return sum((part.actual for part in self.parts), ZERO)


def share(account: Account, key: str) -> Shares:
    """Share cost and management of ``account`` by ``key``; the parts sum to both, whatever the order of members.

    Actual cost with management is compared with what was invoiced with management: at the rate of each member's terms
    on its own part of the cost, summed and rounded once (40 800.00 for 37 090.91 at 10 %), or the sum typed in its
    place, by the same weights as the cost. Ties go to the lowest id. Raises NobodyToShare.
    """
    used, weights = _weights(account, key)
    members = account.members
    ordered = [weights.get(member, 0) for member in members]
    costs = allocate(account.shared, ordered)
    managed: list[Decimal | int] = [*ordered]
    if account.management is None:
        managed = [
            weight * (HUNDRED + account.rates.get(member, ZERO))
            for member, weight in zip(members, ordered, strict=True)
        ]
    actuals = allocate(account.shared + _management(account, ordered), managed)
    return Shares(
        account,
        used,
        [
            Part(member, weight, cost, actual, account.invoiced.get(member, ZERO))
            for member, weight, cost, actual in zip(members, ordered, costs, actuals, strict=True)
        ],
    )


def _weights(account: Account, key: str) -> tuple[str, Weights]:
    for candidate in (key, *STAND_INS):
        weights = account.keys.get(candidate, {})
        if any(weights.values()):
            return str(candidate), weights
    raise NobodyToShare(str(account.employee))


def _management(account: Account, ordered: Sequence[int]) -> Decimal:
    """What managing adds to the shared cost, rounded once."""
    if account.management is not None:
        return account.management
    rates = [Fraction(account.rates.get(member, ZERO)) for member in account.members]
    mean = sum((weight * rate for weight, rate in zip(ordered, rates, strict=True)), Fraction(0))
    exact = Fraction(account.shared) * mean / (sum(ordered) * 100)
    # Half away from zero on the exact fraction: a Decimal of thirty digits cannot move the cent.
    return cents(Decimal(exact.numerator) / Decimal(exact.denominator))
