"""The leave rows of open costs: what a month puts aside, and what its leave draws, at most what the provision holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Sum

from billing.costs.closing import EmployeeMonth, closed_months
from billing.costs.leave import LAST_MONTH, PaidMonth, leave_cost, monthly_provision, top_up
from billing.costs.leave_ledger import available, with_provision
from billing.costs.leavers import left_behind
from billing.costs.payroll_columns import AMOUNTS
from billing.models import BillingRun, CostKind, EmployerCost, ProvisionEntry, Settlement
from employees.models import Contract, ContractTerms
from groupement.kernel.money import CENT, ZERO
from members.models import Group
from members.models.group import LeaveMethod
from timesheets.models import Entry, Kind

LEAVE_KINDS = (CostKind.LEAVE_PROVISION, CostKind.LEAVE_DRAWN)
BASES = (CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS)


@dataclass
class _LeaveFacts:
    """What the leave rows of some months are made from; minutes are those of leave at the group."""

    provides: bool
    costs: dict[EmployeeMonth, dict[str, EmployerCost]]
    years: dict[EmployeeMonth, list[PaidMonth]]
    minutes: dict[EmployeeMonth, int]
    weekly: dict[EmployeeMonth, int]
    last: set[EmployeeMonth]
    left_behind: set[EmployeeMonth]
    left: dict[int, Decimal] = field(default_factory=dict)


@dataclass
class _Changes:
    """Leave rows to write, to write anew and to take away, all at once."""

    new: list[EmployerCost] = field(default_factory=list)
    changed: list[EmployerCost] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def add(self, row: EmployerCost) -> None:
        if not row.amount:
            self.gone.append(row.pk)
        elif row.pk:
            self.changed.append(row)
        else:
            self.new.append(row)


@transaction.atomic
def write_leave_rows(run: BillingRun, *, at: datetime) -> None:
    """Write the leave rows of every cost that ``run`` may take up, from the hours and balances of now.

    Of who left, what no leave will be paid from any more is given back, by a row of its own. To be called before the
    run's costs are read; twice gives the same.
    """
    elsewhere = Settlement.objects.filter(
        ~Q(employer_cost=0), employee=OuterRef("employee"), month=OuterRef("month")
    ).exclude(run=run)
    if not _provides() and not ProvisionEntry.objects.exists():
        return
    costs = EmployerCost.objects.filter(~Exists(elsewhere), month__lte=run.month)
    of_leavers = left_behind({(employee, run.month) for employee in with_provision()})
    rewrite_leave_rows({*costs.values_list("employee", "month"), *of_leavers}, at=at)


@transaction.atomic
def rewrite_leave_rows(keys: Collection[EmployeeMonth], *, at: datetime) -> None:
    """Write the leave rows of these employees' months anew; a month that is closed stays as it is.

    One tenth of pay and contributions is put aside when the group provides for leave; with May's pay, what the leave
    year lacks beside L3141-24. Leave taken draws its cost from what is held and put aside with the month; what is paid
    in the last month of a contract and after it, leave not taken among it, draws all it can.
    """
    employees = {employee for employee, _ in keys}
    shut = closed_months(employees)
    open_keys = sorted(key for key in set(keys) if key not in shut)
    if not open_keys:
        return
    facts = _read(open_keys)
    held = available(employees, leaving_out=open_keys)
    facts.left = {employee: sum(by_member.values(), ZERO) for employee, by_member in held.items()}
    changes = _Changes()
    for key in open_keys:
        _change_rows(key, facts, changes, at)
    EmployerCost.objects.filter(pk__in=changes.gone).delete()
    EmployerCost.objects.bulk_update(changes.changed, ["amount", "is_estimate", "noted_at"], batch_size=500)
    EmployerCost.objects.bulk_create(changes.new)


def _change_rows(key: EmployeeMonth, facts: _LeaveFacts, changes: _Changes, at: datetime) -> None:
    """What the leave rows of one month should be, beside what they are."""
    costs = facts.costs.get(key, {})
    paid = sum((costs[kind].amount for kind in BASES if kind in costs), ZERO)
    is_estimate = any(costs[kind].is_estimate for kind in BASES if kind in costs)
    provision = _provision(key, facts) if facts.provides else ZERO
    held = facts.left.get(key[0], ZERO)
    drawn = min(_leave_cost(key, facts, paid), max(ZERO, held + provision))
    if key in facts.left_behind and not paid:
        drawn = max(ZERO, held)
    elif drawn:
        # A month that came to nothing would not count as settled, and could be taken up again.
        others = sum((cost.amount for kind, cost in costs.items() if kind in AMOUNTS), ZERO)
        drawn = min(drawn, max(ZERO, others + provision - CENT))
    # What is put aside with this month may pay its leave; another month may count on it once it is invoiced.
    facts.left[key[0]] = held - max(ZERO, drawn - provision)
    wanted = {CostKind.LEAVE_PROVISION: provision, CostKind.LEAVE_DRAWN: 0 - drawn}
    for kind, amount in wanted.items():
        row = costs.get(kind)
        if row is None:
            row = EmployerCost(employee_id=key[0], month=key[1], kind=kind, amount=0)
        if (row.amount, row.is_estimate) == (amount, is_estimate) or not (row.pk or amount):
            continue
        row.amount, row.is_estimate, row.noted_at = amount, is_estimate, at
        changes.add(row)


def _provision(key: EmployeeMonth, facts: _LeaveFacts) -> Decimal:
    paid = _paid(facts.costs.get(key, {}))
    provision = monthly_provision(paid.gross, paid.contributions)
    if key[1].month != LAST_MONTH or not paid.gross:
        return provision
    year = [*facts.years.get(key, ()), PaidMonth(paid.gross, paid.contributions, provision)]
    return provision + top_up(year)


def _leave_cost(key: EmployeeMonth, facts: _LeaveFacts, paid: Decimal) -> Decimal:
    if key in facts.last:
        return paid
    minutes, weekly = facts.minutes.get(key, 0), facts.weekly.get(key, 0)
    return leave_cost(paid, minutes, weekly) if minutes and weekly else ZERO


def _read(keys: Collection[EmployeeMonth]) -> _LeaveFacts:
    employees, months = {key[0] for key in keys}, {key[1] for key in keys}
    costs: dict[EmployeeMonth, dict[str, EmployerCost]] = defaultdict(dict)
    for cost in EmployerCost.objects.filter(employee__in=employees, month__in=months).order_by("pk"):
        costs[cost.employee_id, cost.month][cost.kind] = cost
    minutes = (
        Entry.objects.filter(
            timesheet__employee__in=employees,
            timesheet__month__in=months,
            timesheet__assignment=None,
            kind=Kind.LEAVE,
        )
        .values_list("timesheet__employee", "timesheet__month")
        .annotate(Sum("minutes"))
        .order_by()
    )
    return _LeaveFacts(
        provides=_provides(),
        costs=costs,
        years=_years([key for key in keys if key[1].month == LAST_MONTH]),
        minutes={(employee, month): total for employee, month, total in minutes},
        weekly=_weekly(keys),
        last=_last_months(keys),
        left_behind=left_behind(keys),
    )


def _years(keys: Collection[EmployeeMonth]) -> dict[EmployeeMonth, list[PaidMonth]]:
    """The eleven months before each key that have a cost, in order."""
    if not keys:
        return {}
    months = {month for _, month in keys}
    rows = EmployerCost.objects.filter(
        employee__in={employee for employee, _ in keys}, month__range=(min(months).shift(-11), max(months))
    )
    found: dict[EmployeeMonth, dict[str, EmployerCost]] = defaultdict(dict)
    for cost in rows.order_by("employee", "month", "pk"):
        found[cost.employee_id, cost.month][cost.kind] = cost
    return {
        key: [
            _paid(kinds)
            for (employee, month), kinds in found.items()
            if employee == key[0] and key[1].shift(-11) <= month < key[1] and CostKind.GROSS_PAY in kinds
        ]
        for key in keys
    }


def _paid(kinds: Mapping[str, EmployerCost]) -> PaidMonth:
    def amount(kind: str) -> Decimal:
        return kinds[kind].amount if kind in kinds else ZERO

    return PaidMonth(*(amount(kind) for kind in (*BASES, CostKind.LEAVE_PROVISION)))


def _weekly(keys: Collection[EmployeeMonth]) -> dict[EmployeeMonth, int]:
    """The contract's minutes a week, as of the last terms that hold a day of the month."""
    terms = ContractTerms.objects.filter(contract__employee__in={key[0] for key in keys})
    weekly: dict[EmployeeMonth, int] = {}
    by_employee: dict[int, list[ContractTerms]] = defaultdict(list)
    for row in terms.select_related("contract").order_by("starts_on"):
        by_employee[row.contract.employee_id].append(row)
    for key in keys:
        for row in by_employee[key[0]]:
            if row.active_days(key[1]):
                weekly[key] = row.weekly_minutes
    return weekly


def _last_months(keys: Collection[EmployeeMonth]) -> set[EmployeeMonth]:
    """The months in which somebody's last contract ends, and those after: their pay is what was owed at the end."""
    ends: dict[int, Contract] = {}
    for contract in Contract.objects.filter(employee__in={key[0] for key in keys}).order_by("starts_on"):
        ends[contract.employee_id] = contract
    return {
        key
        for key in keys
        if (last := ends.get(key[0])) and last.ends_before is not None and last.ends_before <= key[1].before
    }


def _provides() -> bool:
    method = Group.objects.order_by("pk").values_list("leave_method", flat=True).first()
    return method == LeaveMethod.PROVISION
