"""The whole answer: a job's price beside what its hosts would pay each month, method by method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from billing.prices.job_cost import MONTHS, Job, NotComputable, from_coefficient
from employees.models import VatRegime
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.money import ZERO, allocate, cents, line_net, vat
from groupement.kernel.worktime import quantity


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


@dataclass(frozen=True)
class Question:
    """A job, who would share it, and a coefficient when the price is to come from one."""

    job: Job
    hosts: Sequence[Host]
    coefficient: Decimal | None = None


@dataclass(frozen=True)
class Simulation:
    """What the question leads to; ``price`` is that of method A."""

    job: Job
    price: Decimal
    bills: Sequence[Bill]

    @property
    def coefficient(self) -> Decimal:
        return self.job.coefficient(self.price)

    @property
    def lacking(self) -> Decimal:
        """What an hour sold at ``price`` leaves uncovered; negative when it brings more than it costs."""
        return self.job.price - self.price

    @property
    def monthly_cost(self) -> Decimal:
        """The month to be paid for, its fee included."""
        return self.job.monthly_cost + fee_on(self.job.monthly_cost, self.job.management_rate)

    @property
    def planned_minutes(self) -> int:
        return sum(bill.host.minutes for bill in self.bills)

    @property
    def free_minutes(self) -> int:
        """Minutes of an average month that nobody takes; negative when more is promised than can be worked."""
        return self.job.billable_minutes // MONTHS - self.planned_minutes

    @property
    def totals(self) -> dict[Method, Amount]:
        """All hosts together, by method."""
        return {method: _sum([bill.amounts[method] for bill in self.bills]) for method in Method}

    @property
    def rows(self) -> list[tuple[Host, list[tuple[Method, Amount]]]]:
        """Host by host, the amounts in the order of the methods."""
        return [(bill.host, [(method, bill.amounts[method]) for method in Method]) for bill in self.bills]


def simulate(question: Question, *, rates: Mapping[str, Decimal]) -> Simulation:
    """Answer ``question``; ``rates`` are the percentages of VAT by regime. Raises NotComputable."""
    job, hosts = question.job, _placed(question)
    price = job.price
    if question.coefficient is not None:
        price = from_coefficient(job.gross_hourly_pay, question.coefficient)
    if price <= 0:
        raise NotComputable("Le prix horaire est nul\u00a0: vérifiez le coefficient.", field="coefficient")
    hours, key = [host.minutes for host in hosts], [host.share for host in hosts]
    cost, rate = job.monthly_cost, job.management_rate
    methods = {
        Method.HOURLY: by_price(price, hosts, rates),
        Method.ACTUAL: by_weights(cost, rate, hours, hosts, rates),
        Method.FLAT: by_weights(cost, rate, key, hosts, rates),
        Method.PROVISION: by_weights(cost + job.leave_provision, rate, hours, hosts, rates),
    }
    bills = [
        Bill(host, {method: amounts[n] for method, amounts in methods.items()})
        for n, host in enumerate(hosts)
    ]
    return Simulation(job, price, bills)


def _placed(question: Question) -> list[Host]:
    """The hosts with both hours and a part of the key: who gave but one has the other from it."""
    hosts = list(question.hosts)
    with_hours, with_share = any(host.minutes for host in hosts), any(host.share for host in hosts)
    if not with_hours and not with_share:
        raise NotComputable(
            f"Indiquez au moins une structure{NO_BREAK_SPACE}: ses heures par mois, ou sa part.",
            field="s1_heures",
        )
    if with_hours and not with_share:
        return [Host(h.name, h.minutes, Decimal(h.minutes), h.vat_regime) for h in hosts]
    if not with_hours:
        month = question.job.billable_minutes // MONTHS
        minutes = allocate(Decimal(month).scaleb(-2), [host.share for host in hosts])
        return [
            Host(h.name, int(part * 100), h.share, h.vat_regime)
            for h, part in zip(hosts, minutes, strict=True)
        ]
    return hosts


def _sum(amounts: Sequence[Amount]) -> Amount:
    return Amount(
        sum((amount.cost for amount in amounts), ZERO),
        sum((amount.fee for amount in amounts), ZERO),
        sum((amount.vat for amount in amounts), ZERO),
    )


WIDTH = 600


@dataclass(frozen=True)
class Piece:
    """One kind of cost on a bar: its place and width in units of the drawing, its tone, euros an hour."""

    label: str
    tone: str
    amount: Decimal
    x: Decimal
    width: Decimal


@dataclass(frozen=True)
class Bar:
    """One hour: what is drawn, and how much it comes to."""

    label: str
    total: Decimal
    pieces: Sequence[Piece]

    @property
    def end(self) -> Decimal:
        last = self.pieces[-1]
        return last.x + last.width


def draw(job: Job) -> list[Bar]:
    """An hour paid and an hour billed: the second holds the hours that nobody is billed for, and the fee."""
    groups = _groups(job)
    weights = [amount for _, _, amount in groups]
    paid = allocate(job.paid_hour_cost, weights)
    billed = [*allocate(job.hourly_cost, weights), job.hourly_fee]
    names = [(label, tone) for label, tone, _ in groups]
    scale = max(job.price, job.paid_hour_cost, Decimal("0.01"))
    return [
        _bar("Une heure payée", names, paid, scale),
        _bar("Une heure facturée", [*names, ("Frais de gestion", "fee")], billed, scale),
    ]


def _groups(job: Job) -> list[tuple[str, str, Decimal]]:
    rest = job.full_cost - job.gross_yearly_pay - job.contributions
    return [
        ("Salaire brut", "pay", job.gross_yearly_pay),
        ("Cotisations patronales", "contributions", job.contributions),
        ("Autres coûts", "others", rest),
    ]


def _bar(label: str, names: Sequence[tuple[str, str]], amounts: Sequence[Decimal], scale: Decimal) -> Bar:
    pieces, x = [], ZERO
    for (name, tone), amount in zip(names, amounts, strict=True):
        width = cents(amount * WIDTH / scale)
        pieces.append(Piece(name, tone, amount, x, width))
        x += width
    return Bar(label, sum(amounts, ZERO), pieces)
