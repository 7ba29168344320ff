"""Simulate a price: a job's cost beside what its hosts would pay each month, method by method.

The rules are those of the close: ``month.pricing`` and ``month.cost_sharing``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from billing.month.cost_sharing import management_fee, share_with_fee
from billing.month.pricing import hours_net, price_by_coefficient
from billing.prices.job_cost import MONTHS, Job, NotComputable
from employees.models import VatRegime
from groupement.kernel import charts
from groupement.kernel.charts import Bar, BarChart, NamedBars, Part
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, allocate, spell, vat


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

# What an hour is made of: the series of the chart, in words.
HOUR_PARTS = {
    "pay": "Salaire brut",
    "contributions": "Cotisations patronales",
    "others": "Autres coûts",
    "fee": "Frais de gestion",
}


@dataclass(frozen=True)
class Host:
    """A member, or who may become one: its hours of a month, its part of the key, its VAT."""

    name: str
    minutes: int
    share: Decimal
    vat_regime: str = VatRegime.STANDARD


@dataclass(frozen=True)
class HostMonth:
    """One month of one host in euros: its part of the cost, the fee on it (0.00 when the price includes it), VAT."""

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
class HostSimulation:
    """One host, and its month under each method."""

    host: Host
    amounts: Mapping[Method, HostMonth]


@dataclass(frozen=True)
class SimulationInput:
    """A job, the hosts that would share it, and a coefficient when the price is made from one."""

    job: Job
    hosts: Sequence[Host]
    coefficient: Decimal | None = None


@dataclass(frozen=True)
class Simulation:
    """The answer: each host's month by method; ``price`` is the hourly one of method A."""

    job: Job
    price: Decimal
    hosts: Sequence[HostSimulation]

    @property
    def coefficient(self) -> Decimal:
        return self.job.coefficient(self.price)

    @property
    def uncovered(self) -> Decimal:
        """What an hour sold at ``price`` leaves uncovered; negative when it brings more than it costs."""
        return self.job.price - self.price

    @property
    def monthly_cost(self) -> Decimal:
        """The month to be paid for, its fee included."""
        return self.job.monthly_cost + management_fee(self.job.monthly_cost, self.job.management_rate)

    @property
    def planned_minutes(self) -> int:
        return sum(each.host.minutes for each in self.hosts)

    @property
    def free_minutes(self) -> int:
        """Minutes of an average month that no host uses; negative when more is promised than can be worked."""
        return self.job.billable_minutes // MONTHS - self.planned_minutes

    @property
    def totals(self) -> dict[Method, HostMonth]:
        """All hosts together, by method."""
        return {method: _total([each.amounts[method] for each in self.hosts]) for method in Method}

    @property
    def rows(self) -> list[tuple[Host, list[tuple[Method, HostMonth]]]]:
        """Host by host, the amounts in the order of the methods."""
        return [(each.host, [(method, each.amounts[method]) for method in Method]) for each in self.hosts]


def simulate(asked: SimulationInput, *, rates: Mapping[str, Decimal]) -> Simulation:
    """The simulation of ``asked``; ``rates`` are the percentages of VAT by regime. Raises NotComputable."""
    job, hosts = asked.job, _complete_hosts(asked)
    price = job.price
    if asked.coefficient is not None:
        price = price_by_coefficient(job.gross_hourly_pay, asked.coefficient)
    if price <= 0:
        raise NotComputable("Le prix horaire est nul\u00a0: vérifiez le coefficient.", field="coefficient")
    hours, key = [host.minutes for host in hosts], [host.share for host in hosts]
    cost, rate = job.monthly_cost, job.management_rate
    methods = {
        Method.HOURLY: at_hourly_price(price, hosts, rates),
        Method.ACTUAL: at_shared_cost(cost, rate, hours, hosts, rates),
        Method.FLAT: at_shared_cost(cost, rate, key, hosts, rates),
        Method.PROVISION: at_shared_cost(cost + job.leave_provision, rate, hours, hosts, rates),
    }
    return Simulation(
        job,
        price,
        [
            HostSimulation(host, {method: amounts[n] for method, amounts in methods.items()})
            for n, host in enumerate(hosts)
        ],
    )


def at_hourly_price(price: Decimal, hosts: Sequence[Host], rates: Mapping[str, Decimal]) -> list[HostMonth]:
    """Method A: each host's hours × the price agreed beforehand."""
    nets = [hours_net(host.minutes, price) for host in hosts]
    return [
        HostMonth(net, ZERO, vat(net, rates[host.vat_regime])) for net, host in zip(nets, hosts, strict=True)
    ]


def at_shared_cost(
    cost: Decimal,
    rate: Decimal,
    weights: Sequence[Decimal | int],
    hosts: Sequence[Host],
    rates: Mapping[str, Decimal],
) -> list[HostMonth]:
    """Methods B, C and D: a month's cost and the fee on it, shared by hours or by a key; both sums are exact."""
    return [
        HostMonth(share, fee, vat(share + fee, rates[host.vat_regime]))
        for (share, fee), host in zip(share_with_fee(cost, rate, weights), hosts, strict=True)
    ]


def _complete_hosts(asked: SimulationInput) -> list[Host]:
    """The hosts with both hours and a part of the key; what was not given is made from the other."""
    hosts = list(asked.hosts)
    with_hours, with_share = any(host.minutes for host in hosts), any(host.share for host in hosts)
    if not with_hours and not with_share:
        raise NotComputable(
            f"Indiquez au moins une structure{NO_BREAK_SPACE}: ses heures par mois, ou sa part.",
            field="s1_heures",
        )
    if with_hours and not with_share:
        return [Host(h.name, h.minutes, Decimal(h.minutes), h.vat_regime) for h in hosts]
    if not with_hours:
        month = asked.job.billable_minutes // MONTHS
        minutes = allocate(Decimal(month).scaleb(-2), [host.share for host in hosts])
        return [
            Host(h.name, int(part * 100), h.share, h.vat_regime)
            for h, part in zip(hosts, minutes, strict=True)
        ]
    return hosts


def _total(amounts: Sequence[HostMonth]) -> HostMonth:
    return HostMonth(
        sum((amount.cost for amount in amounts), ZERO),
        sum((amount.fee for amount in amounts), ZERO),
        sum((amount.vat for amount in amounts), ZERO),
    )


def hour_chart(job: Job) -> BarChart:
    """An hour paid and an hour billed: the second holds the hours that nobody is billed for, and the fee."""
    weights = [
        job.gross_yearly_pay,
        job.contributions,
        job.full_cost - job.gross_yearly_pay - job.contributions,
    ]
    paid = allocate(job.paid_hour_cost, weights)
    billed = [*allocate(job.hourly_cost, weights), job.hourly_fee]
    return charts.rows([_hour_bar("Une heure payée", paid), _hour_bar("Une heure facturée", billed)])


def _hour_bar(name: str, amounts: Sequence[Decimal]) -> NamedBars:
    """An hour of ``amounts`` euros, in the order of HOUR_PARTS; without the last it has no fee."""
    parts = [
        Part(series, amount, f"{label}{NO_BREAK_SPACE}: {spell(amount)}")
        for (series, label), amount in zip(HOUR_PARTS.items(), amounts, strict=False)
    ]
    return NamedBars(name, [Bar(parts, spell(sum(amounts, ZERO)))])
