"""A difference carried into the period from a month before it stays with who bore that month, and is shared once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import BillingRun, Charge, TrueUp
from billing.month import drafting, issuing
from billing.true_ups import gathering
from employees.models import Employee
from groupement.kernel.periods import Month
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db


def month_of(person: Employee, month: Month, hours: tuple[int, int], gross: str) -> None:
    for placed, worked in zip(person.assignments.order_by("reference"), hours, strict=True):
        world.timesheet(placed, world.hours(month, worked), month=month)
    world.timesheet(person, month=month)
    books.take(books.line(person, gross, "0,00"), month=month)


def billed(month: Month) -> BillingRun:
    run = drafting.draft(month, by=None, at=NOW)
    issuing.issue_run(run, by=None, at=NOW)
    return BillingRun.objects.get(pk=run.pk)


@pytest.fixture
def maelle() -> Employee:
    """October at Aloen for 2 000.00, November at Sonam for 3 000.00 and 500.00 that October cost more."""
    hosts = scene.hosts(2)
    person = world.employee(members=hosts)
    for host in hosts:
        world.assignment(person, host, price_method="actual", management_rate=Decimal("10.00"))
    month_of(person, OCTOBER, (70, 0), "2000,00")
    billed(OCTOBER)
    books.take(books.line(person, "2500,00", "0,00"), month=OCTOBER)
    month_of(person, NOVEMBER, (0, 70), "3000,00")
    billed(NOVEMBER)
    carried = Charge.objects.get(kind="cost_difference")
    assert (carried.member, str(carried.net)) == (hosts[0], "500.00")
    return person


def prepared(first: Month, last: Month) -> TrueUp:
    return period.prepared(first=first, last=last)


def test_a_difference_of_the_month_before_is_no_cost_of_the_period(maelle: Employee) -> None:
    """Of November, Sonam bore all and Aloen nothing: neither owes the other what October cost more."""
    made = prepared(NOVEMBER, NOVEMBER)
    found = {name: (actual, invoiced, amount) for name, actual, invoiced, amount in period.shares(made)}
    assert found["Sonam"] == ("3300.00", "3300.00", "0.00")
    assert found.get("Aloen", ("0.00", "0.00", "0.00")) == ("0.00", "0.00", "0.00")
    facts = gathering.gather(period.scope(first=NOVEMBER, last=NOVEMBER))
    assert (sum(facts.costs.values()), facts.reserve[maelle.pk]) == (3000, 0)


def test_within_the_period_it_is_shared_with_the_rest(maelle: Employee) -> None:
    """5 500.00 by the hours of both months, halves."""
    made = prepared(OCTOBER, NOVEMBER)
    assert period.shares(made) == [
        ("Aloen", "3025.00", "2750.00", "275.00"),
        ("Sonam", "3025.00", "3300.00", "-275.00"),
    ]
    facts = gathering.gather(period.scope(first=OCTOBER, last=NOVEMBER))
    assert sum(facts.costs.values()) == Decimal("5500.00")
