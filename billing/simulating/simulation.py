"""The whole answer: a job's price beside what its hosts would pay each month, method by method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.simulating.job import MONTHS, Job, NotComputable, from_coefficient
from billing.simulating.months import Amount, Bill, Host, Method, by_price, by_weights, fee_on
from groupement.money import NO_BREAK_SPACE, allocate

ZERO = Decimal("0.00")


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
