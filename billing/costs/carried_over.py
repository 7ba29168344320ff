"""What actual costs differ by from those that were invoiced, carried once into months that are still open.

An estimate that was invoiced, or a payroll that was corrected since: what was invoiced stays, and so does what came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from billing.costs.closing import EmployeeMonth, closed_months
from billing.costs.leave import monthly_provision
from billing.costs.payroll_columns import AMOUNTS
from billing.models import (
    ActualCost,
    BillingRun,
    CarriedCost,
    CostKind,
    EmployerCost,
    InvoiceStatus,
    RunStatus,
)
from employees.models import Assignment, Contract, Employee
from groupement.kernel.money import CENT, ZERO, cents
from groupement.kernel.periods import Month

EARNS_LEAVE = (CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS)
CarriedMonths = tuple[int, Month, Month]
"""An employee's id, the month that differs, the month that carries it."""


@dataclass(frozen=True)
class CostDifference:
    """What one closed month's actual cost differs by, and where it went; ``pending`` waits for an open month's cost.

    ``provision``: what it puts right of what that month had put aside for leave.
    """

    employee: Employee
    month: Month
    invoiced: Decimal
    actual: Decimal
    carried: list[tuple[Month, Decimal]]
    provision: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        return self.actual - self.invoiced + self.provision

    @property
    def pending(self) -> Decimal:
        return self.amount - sum((amount for _, amount in self.carried), ZERO)


def differences(employees: Collection[int] | None = None) -> list[CostDifference]:
    """Every invoiced month of which another actual cost arrived, latest first then by name. Seven queries at most."""
    rows = (
        ActualCost.objects.all() if employees is None else ActualCost.objects.filter(employee__in=employees)
    )
    actual = _sums(rows)
    invoiced, provisions = _invoiced(actual), provision_differences(actual)
    carried: dict[EmployeeMonth, list[tuple[Month, Decimal]]] = defaultdict(list)
    moves = CarriedCost.objects.filter(employee__in={key[0] for key in actual})
    for move in moves.order_by("into_month", "pk"):
        carried[move.employee_id, move.from_month].append((move.into_month, move.amount))
    people = list(Employee.objects.filter(pk__in={key[0] for key in actual}).by_name())
    months = sorted({month for _, month in actual}, reverse=True)
    return [
        CostDifference(
            person,
            month,
            invoiced.get(key, ZERO),
            actual[key],
            carried.get(key, []),
            provisions.get(key, ZERO),
        )
        for month in months
        for person in people
        if (key := (person.pk, month)) in actual
    ]


def carry(employees: Collection[int], *, at: datetime) -> None:
    """Bring what is carried for these employees up to date: made twice it gives the same.

    The difference of a closed month goes into the person's next open month that has a cost, as CARRIED; a difference
    below zero takes no more than leaves that month a cost, the rest goes further. Of who left, it goes into the next
    month that the group bills, without a cost of its own. What no month can take waits until one can. What closed
    months carry stays there and counts as carried.
    """
    actual = _sums(ActualCost.objects.filter(employee__in=employees))
    if not actual:
        return
    staff = {employee for employee, _ in actual}
    shut = closed_months(staff)
    rows = list(CarriedCost.objects.filter(employee__in=staff).order_by("pk"))
    kept = {_move(row): row for row in rows if (row.employee_id, row.into_month) in shut}
    open_rows = {_move(row): row for row in rows if _move(row) not in kept}
    provisions = provision_differences(actual)
    due = _still_due(actual, provisions, kept.values())
    moves, left = _target_months(due, _room_left(staff, shut))
    _carry_for_those_gone(left, moves, shut, open_rows)
    parts = _provision_parts(moves, due, provisions, kept.values())
    if {move: (row.amount, row.provision) for move, row in open_rows.items()} != {
        move: (amount, parts.get(move, ZERO)) for move, amount in moves.items()
    }:
        CarriedCost.objects.filter(pk__in=[row.pk for row in open_rows.values()]).delete()
        CarriedCost.objects.bulk_create(
            CarriedCost(
                employee_id=who,
                from_month=since,
                into_month=into,
                amount=amount,
                provision=parts.get((who, since, into), ZERO),
                noted_at=at,
            )
            for (who, since, into), amount in moves.items()
        )
    _write(moves, staff, shut, at)


def carry_all(*, at: datetime) -> None:
    """The same for everybody of whom an actual cost came after its month was invoiced."""
    carry(set(ActualCost.objects.values_list("employee", flat=True)), at=at)


def provision_differences(actual: Mapping[EmployeeMonth, Decimal]) -> dict[EmployeeMonth, Decimal]:
    """What each of these months should have put aside for leave beside what it did, where it put something aside.

    A tenth of what pay and contributions differ by. Of who left nothing more is put aside: what is held then pays what
    was owed at the end, and the rest goes back. Four queries at most.
    """
    months = {"employee__in": {key[0] for key in actual}, "month__in": {key[1] for key in actual}}
    provided = EmployerCost.objects.filter(**months, kind=CostKind.LEAVE_PROVISION)
    keys = set(provided.values_list("employee", "month")) & actual.keys()
    if not keys:
        return {}
    over = _without_contract({who for who, _ in keys}, _month_billed_next())
    keys = {key for key in keys if key[0] not in over}
    came = _sums(ActualCost.objects.filter(**months, kind__in=EARNS_LEAVE))
    invoiced = _sums(EmployerCost.objects.filter(**months, kind__in=EARNS_LEAVE))
    return {
        key: monthly_provision(came.get(key, ZERO), ZERO) - monthly_provision(invoiced.get(key, ZERO), ZERO)
        for key in keys
    }


def _still_due(
    actual: Mapping[EmployeeMonth, Decimal],
    provisions: Mapping[EmployeeMonth, Decimal],
    kept: Collection[CarriedCost],
) -> dict[EmployeeMonth, Decimal]:
    """What of each difference no closed month carries yet."""
    invoiced = _invoiced(actual)
    due = {key: cost - invoiced.get(key, ZERO) + provisions.get(key, ZERO) for key, cost in actual.items()}
    for row in kept:
        key = row.employee_id, row.from_month
        if key in due:
            due[key] -= row.amount
    return due


def _provision_parts(
    moves: Mapping[CarriedMonths, Decimal],
    due: Mapping[EmployeeMonth, Decimal],
    provisions: Mapping[EmployeeMonth, Decimal],
    kept: Collection[CarriedCost],
) -> dict[CarriedMonths, Decimal]:
    """The part of each move that is provision: by what it takes of the difference, the last one the rest."""
    left = dict(provisions)
    for row in kept:
        key = row.employee_id, row.from_month
        if key in left:
            left[key] -= row.provision
    rest, parts = dict(due), {}
    for move, amount in sorted(moves.items()):
        key = move[0], move[1]
        if not left.get(key) or not rest[key]:
            continue
        parts[move] = left[key] if amount == rest[key] else cents(left[key] * amount / rest[key])
        left[key] -= parts[move]
        rest[key] -= amount
    return parts


def _target_months(
    due: Mapping[EmployeeMonth, Decimal],
    room: Mapping[EmployeeMonth, Decimal],
) -> tuple[dict[CarriedMonths, Decimal], dict[EmployeeMonth, Decimal]]:
    """Where each difference goes, and what is left of it: the earliest first, into the first that can take it."""
    left = dict(room)
    moves: dict[CarriedMonths, Decimal] = {}
    waits: dict[EmployeeMonth, Decimal] = {}
    for who, since in sorted(due):
        rest = due[who, since]
        for key in sorted(key for key in left if key[0] == who and key[1] > since):
            part = rest if rest > 0 else max(rest, 0 - left[key])
            if part:
                moves[who, since, key[1]] = part
                left[key] += part
                rest -= part
        if rest:
            waits[who, since] = rest
    return moves, waits


def _carry_for_those_gone(
    waits: Mapping[EmployeeMonth, Decimal],
    moves: dict[CarriedMonths, Decimal],
    shut: Collection[EmployeeMonth],
    before: Collection[CarriedMonths],
) -> None:
    """Add to ``moves`` what ``waits`` for a pay that will not come: of people who work nowhere in the next month.

    It stays where it was ``before``, since drafts may count it. Two differences that come to nothing together go into
    two months: a month that comes to nothing is not settled, and each may be another member's.
    """
    if not waits:
        return
    following = _month_billed_next()
    gone = _gone({who for who, _ in waits}, following)
    paid = {(who, into) for who, _, into in moves}
    sums: dict[EmployeeMonth, Decimal] = defaultdict(Decimal)
    for (who, since), rest in sorted(waits.items()):
        if who not in gone:
            continue
        stays = [into for *key, into in before if key == [who, since] and (who, into) not in paid]
        into = min(stays, default=max(following, since.next))
        while (who, into) in shut or (who, into) in paid or not sums[who, into] + rest:
            into = into.next
        sums[who, into] += rest
        moves[who, since, into] = rest


def _month_billed_next() -> Month:
    """The month after the last that has an issued invoice, or whose run is issued without one."""
    issued = Q(status=RunStatus.ISSUED) | Q(invoices__status=InvoiceStatus.ISSUED)
    last = BillingRun.objects.filter(issued).order_by("-month").values_list("month", flat=True).first()
    if last is None:
        raise ValueError("a cost is closed by an issued run")
    return last.next


def _gone(employees: Collection[int], month: Month) -> set[int]:
    """Of ``employees`` (ids), who worked somewhere, or under a contract, that is over, and nowhere in ``month``."""
    over = {"employee__in": employees, "ends_before__lte": month.first}
    left = {
        *Assignment.objects.filter(**over).values_list("employee", flat=True),
        *Contract.objects.filter(**over).values_list("employee", flat=True),
    }
    return left - set(Assignment.objects.during(month).values_list("employee", flat=True))


def _without_contract(employees: Collection[int], month: Month) -> set[int]:
    """Of ``employees`` (ids), whose last contract is over in ``month``."""
    rows = Contract.objects.filter(employee__in=employees).order_by("starts_on", "pk")
    ends = dict(rows.values_list("employee", "ends_before"))
    return {who for who, before in ends.items() if before and before <= month.first}


def _room_left(staff: Collection[int], shut: Collection[EmployeeMonth]) -> dict[EmployeeMonth, Decimal]:
    """The open months that have a cost of their own, and how much may be taken off it: all but a cent.

    A month that came to nothing would not count as settled, and could be taken up again.
    """
    rows = EmployerCost.objects.filter(employee__in=staff).exclude(kind=CostKind.CARRIED)
    paid = set(rows.filter(kind__in=AMOUNTS).values_list("employee", "month"))
    return {
        key: total - CENT
        for key, total in _sums(rows).items()
        if key in paid and key not in shut and total > 0
    }


def _write(
    moves: Mapping[CarriedMonths, Decimal],
    staff: Collection[int],
    shut: Collection[EmployeeMonth],
    at: datetime,
) -> None:
    """Make the CARRIED costs of open months the sums of what is carried into them."""
    wanted: dict[EmployeeMonth, Decimal] = defaultdict(Decimal)
    since: dict[EmployeeMonth, list[Month]] = defaultdict(list)
    for (who, month, into), amount in moves.items():
        wanted[who, into] += amount
        since[who, into].append(month)
    there = EmployerCost.objects.filter(employee__in=staff, kind=CostKind.CARRIED).order_by("pk")
    rows = {(row.employee_id, row.month): row for row in there}
    for key, row in rows.items():
        if key not in shut and not wanted.get(key):
            row.delete()
    for key, amount in wanted.items():
        basis = "écart " + ", ".join(month.of_label for month in since[key])
        found = rows.get(key)
        if not amount or (found and (found.amount, found.basis) == (amount, basis[:120])):
            continue
        cost = found or EmployerCost(employee_id=key[0], month=key[1], kind=CostKind.CARRIED)
        cost.amount, cost.basis, cost.noted_at = amount, basis[:120], at
        cost.save()


def _invoiced(actual: Mapping[EmployeeMonth, Decimal]) -> dict[EmployeeMonth, Decimal]:
    """What was invoiced for the months whose actual cost arrived, leave and what they carry aside."""
    rows = EmployerCost.objects.filter(
        employee__in={key[0] for key in actual}, month__in={key[1] for key in actual}, kind__in=AMOUNTS
    )
    return {key: total for key, total in _sums(rows).items() if key in actual}


def gross_pay(year: int) -> dict[EmployeeMonth, Decimal]:
    """Gross pay of each employee's month of ``year``, as the payroll said at last. Two queries.

    A month invoiced on an estimate, or on a payroll that was corrected since, paid what came at last.
    """
    invoiced = EmployerCost.objects.filter(month__year=year, kind=CostKind.GROSS_PAY)
    found = _sums(invoiced)
    came: dict[EmployeeMonth, Decimal] = {}
    for employee, month, kind, amount in ActualCost.objects.filter(month__year=year).values_list(
        "employee", "month", "kind", "amount"
    ):
        came[employee, month] = came.get((employee, month), ZERO) + amount * (kind == CostKind.GROSS_PAY)
    return found | came


def _sums(rows: QuerySet[Any]) -> dict[EmployeeMonth, Decimal]:
    sums = rows.values_list("employee", "month").annotate(Sum("amount")).order_by("employee", "month")
    return {(employee, month): total for employee, month, total in sums}


def _move(row: CarriedCost) -> CarriedMonths:
    return row.employee_id, row.from_month, row.into_month
