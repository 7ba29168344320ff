"""What each host pays for a month, by four methods: planned price, actual cost, flat amount, with leave provision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from employees.models import VatRegime
from groupement.money import allocate, cents, line_net, vat
from groupement.worktime import quantity

ZERO = Decimal("0.00")


class Method(StrEnum):
    """How a month is paid for; the letters are those people use for them."""

    HOURLY = "A"
    ACTUAL = "B"
    FLAT = "C"
    PROVISION = "D"

    @property
    def label(self) -> str:
        return f"{self.value} {NAMES[self]}"


NAMES = {
    Method.HOURLY: "Prix horaire",
    Method.ACTUAL: "Coût réel",
    Method.FLAT: "Forfait",
    Method.PROVISION: "Avec provision",
}


@dataclass(frozen=True)
class Host:
    """A member, or who may become one: its hours of a month, its part of the key, its VAT."""

    name: str
    minutes: int
    share: Decimal
    vat_regime: str = VatRegime.STANDARD


@dataclass(frozen=True)
class Amount:
    """One month of one host: its part of the cost, the fee on it (0.00 when the price holds it), VAT."""

    cost: Decimal
    fee: Decimal
    vat: Decimal

    @property
    def net(self) -> Decimal:
        return self.cost + self.fee

    @property
    def total(self) -> Decimal:
        return self.net + self.vat


@dataclass(frozen=True)
class Bill:
    """One host, and its month under each method that can be told."""

    host: Host
    amounts: Mapping[Method, Amount]


def fee_on(cost: Decimal, rate: Decimal) -> Decimal:
    """The management fee on ``cost`` at ``rate`` percent."""
    return cents(cost * rate / 100)


def by_price(price: Decimal, hosts: Sequence[Host], rates: Mapping[str, Decimal]) -> list[Amount]:
    """Method A: hours × price agreed beforehand."""
    nets = [line_net(quantity(host.minutes), price) for host in hosts]
    return [
        Amount(net, ZERO, vat(net, rates[host.vat_regime])) for net, host in zip(nets, hosts, strict=True)
    ]


def by_weights(
    cost: Decimal,
    rate: Decimal,
    weights: Sequence[Decimal | int],
    hosts: Sequence[Host],
    rates: Mapping[str, Decimal],
) -> list[Amount]:
    """Methods B, C and D: a month's cost and the fee on it, shared by hours or by a key; both sums are exact."""
    shares = allocate(cost, weights)
    fees = allocate(fee_on(cost, rate), weights)
    return [
        Amount(share, fee, vat(share + fee, rates[host.vat_regime]))
        for share, fee, host in zip(shares, fees, hosts, strict=True)
    ]
