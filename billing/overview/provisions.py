"""The page of leave provisions: what is held by person and member, drawn as bars, and the leave year's comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from billing.models import CostKind, EmployerCost
from billing.overview import bars
from billing.provisioning import Balance
from billing.provisioning.leave import LAST_MONTH, LeavePay, PaidMonth, days_earned, leave_pay, top_up
from employees.models import Assignment, Employee
from groupement.periods import Month
from members.models import Member

ZERO = Decimal("0.00")
MOST_BARS = 12


@dataclass(frozen=True)
class Person:
    """One person's provisions, and what they hold together."""

    employee: Employee
    balances: list[Balance]

    @property
    def balance(self) -> Decimal:
        return sum((row.balance for row in self.balances), ZERO)


@dataclass(frozen=True)
class Comparison:
    """The leave year of one person so far: both rules for the days earned, what was put aside, what lacks."""

    employee: Employee
    months: int
    days: int
    pay: LeavePay
    put_aside: Decimal
    lacks: Decimal


def page_of(held: Sequence[Balance], *, on: date) -> dict[str, Any]:
    """The table by person, the sums by member, the bars of the largest, and which members may be settled."""
    people: dict[int, Person] = {}
    for row in held:
        people.setdefault(row.employee.pk, Person(row.employee, [])).balances.append(row)
    members = {row.member.pk: row.member for row in held if row.member}
    host = set(
        Assignment.objects.filter(member__in=members, ends_before__isnull=True).values_list(
            "member", flat=True
        )
    )
    host |= set(
        Assignment.objects.filter(member__in=members, ends_before__gt=on).values_list("member", flat=True)
    )
    largest = sorted(people.values(), key=lambda person: (-person.balance, person.employee.pk))[:MOST_BARS]
    series = [*members.values(), None]
    return {
        "people": list(people.values()),
        "total": sum((row.balance for row in held), ZERO),
        "set_aside": sum((row.set_aside for row in held), ZERO),
        "drawn": sum((row.drawn for row in held), ZERO),
        "by_member": [
            (member, _held_by(held, member), member is not None and member.pk not in host)
            for member in series
        ],
        "chart": bars.lying([(person.employee.full_name, _amounts(person, series)) for person in largest]),
        "hues": [member.hue if member else 0 for member in series],
        "more": len(people) - len(largest),
    }


def comparisons(on: date) -> list[Comparison]:
    """Everybody with months that put aside in the leave year that ``on`` lies in, by name. Two queries."""
    first = Month(on.year if on.month > LAST_MONTH else on.year - 1, LAST_MONTH + 1)
    rows = EmployerCost.objects.filter(month__gte=first, month__lte=first.shift(11))
    paid: dict[int, dict[Month, dict[str, Decimal]]] = {}
    for cost in rows.order_by("employee", "month", "pk"):
        paid.setdefault(cost.employee_id, {}).setdefault(cost.month, {})[cost.kind] = cost.amount
    people = Employee.objects.filter(pk__in=paid).by_name()
    return [made for person in people if (made := _comparison(person, paid[person.pk]))]


def _comparison(person: Employee, by_month: dict[Month, dict[str, Decimal]]) -> Comparison | None:
    months = [
        PaidMonth(
            kinds[CostKind.GROSS_PAY],
            kinds.get(CostKind.EMPLOYER_CONTRIBUTIONS, ZERO),
            kinds.get(CostKind.LEAVE_PROVISION, ZERO),
        )
        for _, kinds in sorted(by_month.items())
        if CostKind.GROSS_PAY in kinds and kinds.get(CostKind.LEAVE_PROVISION)
    ]
    if not months:
        return None
    gross = sum((month.gross for month in months), ZERO)
    days = days_earned(len(months))
    pay = leave_pay(gross, months[-1].gross, days, acquired=days)
    put_aside = sum((month.provision for month in months), ZERO)
    return Comparison(person, len(months), days, pay, put_aside, top_up(months))


def _held_by(held: Sequence[Balance], member: Member | None) -> Decimal:
    return sum((row.balance for row in held if row.member == member), ZERO)


def _amounts(person: Person, series: Sequence[Member | None]) -> list[Decimal]:
    return [_held_by(person.balances, member) for member in series]
