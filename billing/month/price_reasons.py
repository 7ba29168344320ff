"""Why an invoice costs what it costs: its charges by person and month, with the figures behind them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from decimal import Decimal

from billing.documents.explaining import sentence
from billing.models import Charge, CostKind, EmployerCost, Invoice
from employees.models import Employee
from groupement.kernel.charts import Part, Share, shares
from groupement.kernel.money import ZERO, an_hour
from groupement.kernel.periods import Month
from members.models import PriceDetail

TONES = {
    CostKind.GROSS_PAY: "success",
    CostKind.EMPLOYER_CONTRIBUTIONS: "info",
    CostKind.OTHER: "warning",
    CostKind.LEAVE_PROVISION: "info",
    CostKind.AID: "success",
    CostKind.LEAVE_DRAWN: "success",
}


@dataclass(frozen=True)
class CostPart:
    """One kind of cost of a person’s month: its tone in the bar, euros, euros an hour worked."""

    label: str
    tone: str
    amount: Decimal
    hourly: Decimal


@dataclass
class PriceReason:
    """A person’s month on an invoice: its charges, the sentences behind them, the cost by kind if it may be shown.

    Sums that are of no person make one too, so that what is told adds up to the invoice.
    """

    employee: Employee | None
    month: Month
    charges: list[Charge] = field(default_factory=list)
    parts: list[CostPart] = field(default_factory=list)
    detail: str = PriceDetail.COSTS
    printed: Collection[str] = ()

    @property
    def title(self) -> str:
        return self.employee.full_name if self.employee else "Autres sommes"

    @property
    def shares(self) -> list[Share]:
        """The bar of what adds to the cost; what is taken off it (aids, leave drawn) is in the table only."""
        return shares(Part(part.tone, part.amount) for part in self.parts)

    @property
    def net(self) -> Decimal:
        return sum((charge.net for charge in self.charges), ZERO)

    @property
    def minutes(self) -> int:
        return sum(charge.minutes for charge in self.charges)

    @property
    def worked_minutes(self) -> int:
        """What the person worked at all members together, where that explains a share; else 0."""
        return max((charge.figures.get("worked_minutes", 0) for charge in self.charges), default=0)

    @property
    def cost(self) -> Decimal | None:
        """The employer cost that was shared, as the charges stored it; None when none was."""
        found = next((c.figures["employer_cost"] for c in self.charges if "employer_cost" in c.figures), None)
        return None if found is None else Decimal(found)

    @property
    def hourly(self) -> Decimal | None:
        return an_hour(self.cost, self.worked_minutes) if self.cost is not None else None

    @property
    def sentences(self) -> list[str]:
        """The sentence of each charge, but those that the annex prints."""
        of_charges = (sentence(charge, self.detail) for charge in self.charges)
        return [each for each in of_charges if each not in self.printed]


def reasons(
    invoice: Invoice,
    *,
    with_costs: bool,
    detail: str = PriceDetail.COSTS,
    printed: Collection[str] = (),
) -> list[PriceReason]:
    """The charges of ``invoice`` by person and month of service, in the order of its lines, as on its annex.

    ``with_costs`` adds the employer cost by kind, which shows wages: for finance only. Two queries, else one.
    ``detail`` is what the group lets a member read (PriceDetail); the coordination and finance read all. The sentences
    ``printed`` on the annex, which stands beside, are not told again.
    """
    found: dict[tuple[int | None, Month], PriceReason] = {}
    charges = (
        Charge.objects.filter(line__invoice=invoice)
        .select_related("employee", "line")
        .order_by("line__position", "pk")
    )
    for charge in charges:
        key = (charge.employee_id, charge.service_month)
        found.setdefault(
            key, PriceReason(charge.employee, charge.service_month, detail=detail, printed=printed)
        ).charges.append(charge)
    if with_costs:
        _add_costs(found)
    return list(found.values())


def _add_costs(found: dict[tuple[int | None, Month], PriceReason]) -> None:
    """Give each reason that shared a cost its parts, unless the cost is no longer what was shared."""
    wanted = {
        (key[0], key[1]): reason
        for key, reason in found.items()
        if key[0] is not None and reason.cost is not None
    }
    costs = EmployerCost.objects.filter(
        employee__in={employee for employee, _ in wanted}, month__in={month for _, month in wanted}
    ).order_by("pk")
    by_key: dict[tuple[int, Month], dict[str, Decimal]] = {}
    for cost in costs:
        by_key.setdefault((cost.employee_id, cost.month), {})[cost.kind] = cost.amount
    for key, reason in wanted.items():
        # What is carried over is no cost of this month: those who bore the other one have it.
        amounts = {kind: sum_of for kind, sum_of in by_key.get(key, {}).items() if kind != CostKind.CARRIED}
        if sum(amounts.values(), ZERO) == reason.cost:
            reason.parts = _parts(amounts, reason.worked_minutes)


def _parts(amounts: dict[str, Decimal], minutes: int) -> list[CostPart]:
    """Each kind, in euros an hour too; the largest takes the cents of rounding, so that both columns add up."""
    parts = [
        CostPart(CostKind(kind).label, tone, amounts[kind], an_hour(amounts[kind], minutes))
        for kind, tone in TONES.items()
        if amounts.get(kind)
    ]
    whole = an_hour(sum((part.amount for part in parts), ZERO), minutes)
    if rest := whole - sum((part.hourly for part in parts), ZERO):
        largest = max(parts, key=lambda part: abs(part.amount))
        parts[parts.index(largest)] = replace(largest, hourly=largest.hourly + rest)
    return parts
