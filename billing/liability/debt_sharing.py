"""How a debt of the group is shared between members: base ÷ Σ base on the statutes' key (C. trav. L1253-8).

The base of a member is its hours, invoices or wage bill of some months, or one for each. Nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum

from billing.costs.month_costs import month_costs
from billing.costs.payroll_columns import AMOUNTS
from billing.models import EmployerCost, Invoice, InvoiceStatus
from billing.month.summing import total_of
from groupement.kernel.money import ZERO, allocate
from groupement.kernel.periods import Month
from members.models import LiabilityKey, Member, Membership
from timesheets.models import Entry, TimesheetStatus

HUNDRED = Decimal("100.00")
Bases = Mapping[int, Decimal | int]
"""The base of each member on the key, by id: minutes, euros, or ones."""


@dataclass(frozen=True)
class DebtShare:
    """A member's share of a debt: its base, that base in percent of all, and euros."""

    member: int
    base: Decimal | int
    percent: Decimal
    amount: Decimal


def share_debt(debt: Decimal, bases: Bases) -> list[DebtShare]:
    """Each member's share of ``debt``, in the order of ids; the sum is exact. Empty when all bases are zero."""
    members = sorted(bases)
    whole = sum(bases.values())
    if not whole:
        return []
    weights = [bases[member] for member in members]
    shares, percents = allocate(debt, weights), allocate(HUNDRED, weights)
    return [
        DebtShare(member, bases[member], of_all, share)
        for member, of_all, share in zip(members, percents, shares, strict=True)
    ]


def percents_of(bases: Bases) -> dict[int, Decimal]:
    """Each base in percent of all, by member: they sum to 100, so that thirds are 33.34, 33.33 and 33.33."""
    members = sorted(bases)
    if not any(bases.values()):
        return dict.fromkeys(members, ZERO)
    return dict(zip(members, allocate(HUNDRED, [bases[member] for member in members]), strict=True))


def added_by_default(member: int, shares: Sequence[DebtShare]) -> dict[int, Decimal]:
    """What the default of ``member`` adds to each other's share, on the same key; empty when nobody is left to pay.

    Only its own share is shared again: what the others owe already stays as it is.
    """
    share = next((row.amount for row in shares if row.member == member), ZERO)
    others = [row for row in shares if row.member != member]
    if not any(row.base for row in others):
        return {}
    more = allocate(share, [row.base for row in others])
    return {row.member: amount for row, amount in zip(others, more, strict=True)}


def percent(part: Decimal | int, whole: Decimal | int) -> Decimal:
    """``part`` of ``whole`` in percent, half-up to the hundredth; to be read, nothing is shared by it."""
    if not whole:
        return ZERO
    return (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class KeyPeriod:
    """The months of which bases are taken; ``last`` is in it."""

    last: Month
    months: int

    @property
    def first(self) -> Month:
        return self.last.shift(1 - self.months)


def bases(key: str, period: KeyPeriod) -> tuple[list[Member], Bases]:
    """The members admitted on the last day of ``period``, by name, and the base of each."""
    admitted = Membership.objects.admitting(period.last.last).values("member")
    members = list(Member.objects.filter(pk__in=admitted).by_name())
    if key == LiabilityKey.EQUAL:
        return members, {member.pk: 1 for member in members}
    by_member = _BASES_BY_KEY[LiabilityKey(key)](period)
    # The base of a member whose credit notes exceed its invoices is zero.
    return members, {member.pk: max(by_member.get(member.pk, 0), 0) for member in members}


def cost_of(month: Month) -> Decimal:
    """The employer cost of everybody in ``month``, as the payroll said at last."""
    return sum((cost for cost, _ in month_costs({"month": month}).values()), ZERO)


def last_costed_month(until: Month) -> Month | None:
    """The last month not after ``until`` whose costs are known."""
    found: Month | None = (
        EmployerCost.objects.filter(month__lte=until, kind__in=AMOUNTS)
        .order_by("-month")
        .values_list("month", flat=True)
        .first()
    )
    return found


def _hours(period: KeyPeriod) -> dict[int, int]:
    """Approved minutes by member."""
    minutes: dict[int, int] = defaultdict(int)
    for member, _, _, total in _worked(period):
        minutes[member] += total
    return minutes


def _invoiced(period: KeyPeriod) -> dict[int, Decimal]:
    """Net of issued invoices less credit notes by member, by month of service; dues and deposits aside."""
    rows = (
        Invoice.objects.filter(
            status=InvoiceStatus.ISSUED,
            is_out_of_scope=False,
            service_month__gte=period.first,
            service_month__lte=period.last,
        )
        .values_list("member")
        .annotate(total=total_of("net"))
        .order_by("member")
    )
    return dict(rows)


def _wage_bill(period: KeyPeriod) -> dict[int, Decimal]:
    """Each person's cost of each month to the members where it worked that month, by hours; else to nobody."""
    hours: dict[tuple[int, Month], dict[int, int]] = defaultdict(dict)
    for member, employee, month, minutes in _worked(period):
        hours[employee, month][member] = minutes
    used: dict[int, Decimal] = defaultdict(Decimal)
    costs = month_costs({"month__gte": period.first, "month__lte": period.last})
    for (employee, month), (cost, _) in sorted(costs.items()):
        worked = dict(sorted(hours[employee, month].items()))
        if any(worked.values()):
            for member, share in zip(worked, allocate(cost, [*worked.values()]), strict=True):
                used[member] += share
    return used


def _worked(period: KeyPeriod) -> list[tuple[int, int, Month, int]]:
    """Member, employee, month and approved minutes."""
    rows = (
        Entry.objects.filter(
            timesheet__status=TimesheetStatus.APPROVED,
            timesheet__assignment__isnull=False,
            timesheet__month__gte=period.first,
            timesheet__month__lte=period.last,
        )
        .values_list("timesheet__assignment__member", "timesheet__employee", "timesheet__month")
        .annotate(total=Sum("minutes"))
        .order_by()
    )
    return list(rows)


_BASES_BY_KEY: dict[LiabilityKey, Callable[[KeyPeriod], Bases]] = {
    LiabilityKey.HOURS: _hours,
    LiabilityKey.INVOICED: _invoiced,
    LiabilityKey.WAGE_BILL: _wage_bill,
}
