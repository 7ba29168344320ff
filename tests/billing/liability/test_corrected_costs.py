"""The wage bill of a month is what the payroll said at last, in that month, whatever later ones carry of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.liability.debt_sharing import KeyPeriod, bases, cost_of, last_costed_month
from billing.month import drafting, issuing
from employees.models import Assignment
from members.models import LiabilityKey
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db


@pytest.fixture
def names() -> dict[int, str]:
    """October at Aloen, 2 000.00 and then 2 600.00; November at Sonam, 3 000.00 and 600.00 that it carries."""
    hosts = scene.hosts(2)
    person = world.employee(members=hosts)
    for rank, (host, month, gross) in enumerate(
        [(hosts[0], OCTOBER, "2000,00"), (hosts[1], NOVEMBER, "3000,00")]
    ):
        placed = world.assignment(person, host, price_method="actual", management_rate=Decimal(0))
        other = Assignment.objects.filter(employee=person).exclude(pk=placed.pk).first()
        if rank and other:
            world.timesheet(other, month=month)
        world.timesheet(placed, world.hours(month, 70), month=month)
        world.timesheet(person, month=month)
        books.take(books.line(person, gross, "0,00"), month=month)
        if not rank:
            issuing.issue_run(drafting.draft(month, by=None, at=NOW), by=None, at=NOW)
            books.take(books.line(person, "2600,00", "0,00"), month=OCTOBER)
    return {host.pk: host.short_name for host in hosts}


def test_what_a_month_cost_more_is_of_that_month(names: dict[int, str]) -> None:
    _, found = bases(LiabilityKey.WAGE_BILL, KeyPeriod(NOVEMBER, 12))
    assert {names[pk]: str(amount) for pk, amount in found.items()} == {
        "Aloen": "2600.00",
        "Sonam": "3000.00",
    }
    assert (cost_of(OCTOBER), cost_of(NOVEMBER)) == (2600, 3000)
    assert books.kept(NOVEMBER)["carried"] == "600.00"


def test_a_month_that_only_carries_is_no_month_with_costs(names: dict[int, str]) -> None:
    assert last_costed_month(DECEMBER) == NOVEMBER
