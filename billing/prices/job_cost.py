"""What a job costs in a year, the hours of it that members are billed, and so the full cost of one hour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from billing.costs import leave
from billing.month.cost_sharing import management_fee
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import ZERO, allocate, an_hour, cents
from groupement.kernel.page_unit import spell_duration

MONTHS = 12
# C. trav. L3242-1: 35 h a week make 35 × 52 / 12 h a month.
FULL_TIME_HOURS_A_MONTH = Decimal("151.67")


class NotComputable(Refusal):
    """The figures lead to no price."""


@dataclass(frozen=True)
class JobCostPart:
    """One kind of cost: of the year, and of one hour billed (the hourly ones sum to the rate exactly)."""

    label: str
    yearly: Decimal
    hourly: Decimal = ZERO


@dataclass(frozen=True)
class Job:
    """A person's year: pay, employer contributions, other costs; hours a year, and those that nobody is billed for.

    Rates are percent. ``others`` and ``unbilled`` are pairs (label, euros a year) and (label, minutes a year);
    ``paid_hours`` are those of a month's pay.
    """

    gross_monthly_pay: Decimal
    contributions_rate: Decimal
    minutes_a_year: int
    others: Sequence[tuple[str, Decimal]] = ()
    reserve_rate: Decimal = ZERO
    unbilled: Sequence[tuple[str, int]] = ()
    management_rate: Decimal = ZERO
    paid_hours: Decimal = FULL_TIME_HOURS_A_MONTH

    def __post_init__(self) -> None:
        if self.gross_yearly_pay <= 0 or self.paid_hours <= 0:
            raise NotComputable("Indiquez un salaire brut supérieur à zéro.", field="brut")
        if self.billable_minutes <= 0:
            raise NotComputable(
                f"Il ne reste aucune heure à facturer{NO_BREAK_SPACE}: les heures non facturées "
                f"({spell_duration(self.minutes_a_year - self.billable_minutes)}) atteignent l’année.",
                field="annee",
            )

    @property
    def gross_yearly_pay(self) -> Decimal:
        return self.gross_monthly_pay * MONTHS

    @property
    def contributions(self) -> Decimal:
        return cents(self.gross_yearly_pay * self.contributions_rate / 100)

    @property
    def billable_minutes(self) -> int:
        return self.minutes_a_year - sum(minutes for _, minutes in self.unbilled)

    @property
    def full_cost(self) -> Decimal:
        """All that the year costs, management aside."""
        return sum((amount for _, amount in self.yearly_costs), ZERO)

    @property
    def hourly_cost(self) -> Decimal:
        """The full cost for one hour billed."""
        return an_hour(self.full_cost, self.billable_minutes)

    @property
    def hourly_fee(self) -> Decimal:
        return management_fee(self.hourly_cost, self.management_rate)

    @property
    def price(self) -> Decimal:
        """What one hour must be sold at to cover the year (method A)."""
        return self.hourly_cost + self.hourly_fee

    @property
    def gross_hourly_pay(self) -> Decimal:
        return cents(self.gross_monthly_pay / self.paid_hours)

    @property
    def paid_hour_cost(self) -> Decimal:
        """The full cost for one hour paid, at work or not."""
        return cents(self.full_cost / (self.paid_hours * MONTHS))

    @property
    def costs(self) -> list[JobCostPart]:
        """The year's costs, each with its part of the hour billed."""
        parts = allocate(self.hourly_cost, [amount for _, amount in self.yearly_costs])
        return [
            JobCostPart(label, amount, part)
            for (label, amount), part in zip(self.yearly_costs, parts, strict=True)
        ]

    @property
    def monthly_cost(self) -> Decimal:
        """A twelfth of the year, what a month costs on average."""
        return cents(self.full_cost / MONTHS)

    @property
    def leave_provision(self) -> Decimal:
        """What method D puts aside each month for leave."""
        contributions = self.gross_monthly_pay * self.contributions_rate / 100
        return leave.monthly_provision(self.gross_monthly_pay, contributions)

    def coefficient(self, price: Decimal) -> Decimal:
        """``price`` for one euro of gross hourly pay, to two decimals."""
        return cents(price / self.gross_hourly_pay)

    @cached_property
    def yearly_costs(self) -> list[tuple[str, Decimal]]:
        """The parts of the year's cost; those of zero are left out."""
        reserve = cents(self.gross_yearly_pay * self.reserve_rate / 100)
        rows = [
            ("Salaire brut", self.gross_yearly_pay),
            ("Cotisations patronales", self.contributions),
            *self.others,
            ("Réserve de solidarité", reserve),
        ]
        return [(label, amount) for label, amount in rows if amount]
