"""Provisions of people who left, and of months whose payroll was put right: nothing is kept, nothing is paid twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from billing.costs import carried_over, leave_ledger
from billing.models import (
    BillingRun,
    Charge,
    CostKind,
    EmployerCost,
    ProvisionEntry,
    RunProblem,
    RunStatus,
    Settlement,
)
from billing.month import drafting, issuing
from employees.models import Assignment, Contract, Employee
from groupement.kernel.periods import Month
from members.models import Group, Member
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.world import DECEMBER, NOVEMBER, OCTOBER

pytestmark = pytest.mark.django_db
JANUARY = DECEMBER.next
FEBRUARY = JANUARY.next
LATER = world.at(FEBRUARY.before)


@pytest.fixture
def hosts() -> list[Member]:
    members = scene.hosts(2)
    Group.objects.update(leave_method="provision")
    return members


@pytest.fixture
def maelle(hosts: list[Member]) -> Employee:
    """At actual cost, without a fee; October puts 1 500.00 aside, 1 050.00 at Aloen and 450.00 at Sonam."""
    person = world.employee(members=hosts)
    for member in hosts:
        world.assignment(person, member, price_method="actual", management_rate=Decimal(0))
    work(person, OCTOBER, (70, 30), gross="10000,00", contributions="5000,00")
    billed(OCTOBER)
    return person


def work(person: Employee, month: Month, hours: Any, *, gross: str, contributions: str) -> None:
    for placed, worked in zip(person.assignments.order_by("reference"), hours, strict=True):
        world.timesheet(placed, world.hours(month, worked), month=month)
    world.timesheet(person, month=month)
    pay(person, month, gross, contributions)


def pay(person: Employee, month: Month, gross: str, contributions: str) -> None:
    books.take(books.line(person, gross, contributions), month=month)


def leaves(person: Employee, month: Month) -> None:
    """The contract ends with ``month``, and so do the assignments."""
    Contract.objects.filter(employee=person).update(ends_before=month.before)
    Assignment.objects.filter(employee=person).update(ends_before=month.before)


def others_work(hosts: list[Member], month: Month) -> None:
    """Forty hours of somebody else at each host, so that each has an invoice."""
    person = Employee.objects.filter(last_name="Le Bihan").first() or world.employee(
        "Yann", "Le Bihan", members=hosts
    )
    for member in hosts:
        placed = person.assignments.filter(member=member).first() or world.assignment(person, member)
        world.timesheet(placed, world.hours(month, 40), month=month)


def drafted(month: Month) -> BillingRun:
    return drafting.draft(month, by=None, at=LATER)


def billed(month: Month) -> BillingRun:
    run = drafted(month)
    issuing.issue_run(run, by=None, at=LATER)
    return BillingRun.objects.get(pk=run.pk)


def held() -> dict[str | None, str]:
    return {str(row.member) if row.member else None: str(row.balance) for row in leave_ledger.balances()}


def returned(month: Month, person: Employee) -> dict[str, str]:
    rows = Charge.objects.filter(service_month=month, employee=person, kind="cost_difference")
    return {str(row.member): str(row.net) for row in rows.select_related("member").order_by("pk")}


def test_what_no_leave_will_be_paid_from_goes_back_to_who_put_it_aside(
    maelle: Employee, hosts: list[Member]
) -> None:
    """1 500.00 kept and 111.11 of November, 1 111.11 paid at the end: 500.00 are left, of Aloen and of Sonam."""
    leaves(maelle, NOVEMBER)
    work(maelle, NOVEMBER, (7, 3), gross="911,11", contributions="200,00")
    assert books.kept(NOVEMBER)["leave_drawn"] == "-1111.11"
    billed(NOVEMBER)
    assert held() == {"Aloen": "350.00", "Sonam": "150.00"}
    for month in (DECEMBER, JANUARY):
        others_work(hosts, month)
    billed(DECEMBER)
    assert held() == {"Aloen": "350.00", "Sonam": "150.00"}
    run = billed(JANUARY)
    assert returned(JANUARY, maelle) == {"Aloen": "-350.00", "Sonam": "-150.00"}
    assert held() == {"Aloen": "0.00", "Sonam": "0.00"}
    settled = Settlement.objects.get(run=run, employee=maelle)
    assert (settled.employer_cost, settled.charged, settled.reserve) == (-500, -500, 0)
    message = RunProblem.objects.get(run=run, code="provision_given_back").message
    assert "il reste 500,00" in message
    others_work(hosts, FEBRUARY)
    billed(FEBRUARY)
    assert not returned(FEBRUARY, maelle)


def test_a_last_pay_that_the_provision_pays_whole_is_settled_by_a_cent(
    maelle: Employee, hosts: list[Member]
) -> None:
    """Nothing is put aside any more: 1 000.00 of 1 500.00 are drawn but for a cent, so that the month is closed."""
    leaves(maelle, NOVEMBER)
    Group.objects.update(leave_method="as_paid")
    work(maelle, NOVEMBER, (7, 3), gross="800,00", contributions="200,00")
    billed(NOVEMBER)
    assert Settlement.objects.get(employee=maelle, month=NOVEMBER).employer_cost == Decimal("0.01")
    others_work(hosts, JANUARY)
    billed(JANUARY)
    assert sum(Decimal(net) for net in returned(JANUARY, maelle).values()) == Decimal("-500.01")
    assert set(held().values()) == {"0.00"}


def test_all_costs_of_who_left_are_borne_to_the_cent(maelle: Employee, hosts: list[Member]) -> None:
    """Pay of three months is what members paid in all, provisions in and out."""
    leaves(maelle, NOVEMBER)
    work(maelle, NOVEMBER, (7, 3), gross="800,00", contributions="200,00")
    billed(NOVEMBER)
    pay(maelle, DECEMBER, "400,00", "100,01")
    for month in (DECEMBER, JANUARY):
        others_work(hosts, month)
        billed(month)
    paid = EmployerCost.objects.filter(
        employee=maelle, kind__in=[CostKind.GROSS_PAY, CostKind.EMPLOYER_CONTRIBUTIONS]
    ).aggregate(sum=Sum("amount"))["sum"]
    settled = Settlement.objects.filter(employee=maelle)
    assert sum(row.employer_cost for row in settled) == paid == Decimal("16500.01")
    assert sum(row.charged for row in settled) + sum(row.reserve for row in settled) == paid
    assert set(held().values()) == {"0.00"}
    assert ProvisionEntry.objects.aggregate(sum=Sum("amount"))["sum"] == 0


def test_pay_that_comes_after_the_end_draws_what_is_held(maelle: Employee) -> None:
    """1 500.00 kept, 1 000.00 paid the month after: drawn, with the provision of that very pay."""
    leaves(maelle, OCTOBER)
    pay(maelle, NOVEMBER, "700,00", "300,00")
    drafted(NOVEMBER)
    assert books.kept(NOVEMBER)["leave_drawn"] == "-1000.00"


def test_nothing_goes_back_while_the_last_month_is_not_billed(maelle: Employee, hosts: list[Member]) -> None:
    leaves(maelle, NOVEMBER)
    work(maelle, NOVEMBER, (7, 3), gross="800,00", contributions="200,00")
    others_work(hosts, JANUARY)
    drafted(JANUARY)
    assert EmployerCost.objects.filter(month=JANUARY, employee=maelle).count() == 0


def test_who_goes_on_keeps_the_provision(maelle: Employee, hosts: list[Member]) -> None:
    Assignment.objects.update(ends_before=NOVEMBER.before)
    others_work(hosts, JANUARY)
    billed(JANUARY)
    assert held() == {"Aloen": "1050.00", "Sonam": "450.00"}


def test_a_draft_thrown_away_keeps_the_provision_and_the_next_gives_it_back(
    maelle: Employee, hosts: list[Member]
) -> None:
    leaves(maelle, OCTOBER)
    others_work(hosts, DECEMBER)
    run = drafted(DECEMBER)
    assert held() == {"Aloen": "0.00", "Sonam": "0.00"}
    drafting.discard(run, by=None, at=LATER)
    assert held() == {"Aloen": "1050.00", "Sonam": "450.00"}
    others_work(hosts, JANUARY)
    drafted(JANUARY)
    billed(JANUARY)
    assert held() == {"Aloen": "0.00", "Sonam": "0.00"}
    paid_back = Charge.objects.filter(employee=maelle, kind="cost_difference").aggregate(sum=Sum("net"))[
        "sum"
    ]
    assert paid_back == Decimal("-1500.00")


def test_pay_that_comes_once_the_provision_is_drafted_takes_it_first(
    maelle: Employee, hosts: list[Member]
) -> None:
    leaves(maelle, OCTOBER)
    others_work(hosts, DECEMBER)
    drafted(DECEMBER)
    pay(maelle, DECEMBER, "700,00", "300,00")
    billed(DECEMBER)
    assert books.kept(DECEMBER, maelle)["leave_drawn"] == "-1000.00"
    others_work(hosts, JANUARY)
    billed(JANUARY)
    assert held() == {"Aloen": "0.00", "Sonam": "0.00"}


def test_a_payroll_put_right_puts_the_provision_right_once(maelle: Employee) -> None:
    """3 000.00 more in October: 300.00 more are put aside, carried into November with them."""
    pay(maelle, OCTOBER, "12000,00", "6000,00")
    work(maelle, NOVEMBER, (50, 50), gross="2000,00", contributions="800,00")
    billed(NOVEMBER)
    assert books.kept(NOVEMBER)["carried"] == "3300.00"
    (difference,) = carried_over.differences()
    assert (difference.amount, difference.provision, difference.pending) == (3300, 300, 0)
    # 280.00 of November by halves, and 300.00 as October was put aside.
    assert held() == {"Aloen": "1400.00", "Sonam": "680.00"}
    drafted(DECEMBER)
    assert held() == {"Aloen": "1400.00", "Sonam": "680.00"}
    aside = EmployerCost.objects.filter(kind=CostKind.LEAVE_PROVISION).aggregate(sum=Sum("amount"))["sum"]
    assert aside + difference.provision == Decimal("2080.00")


def test_a_payroll_put_right_downwards_takes_the_provision_back(maelle: Employee) -> None:
    """3 000.00 less in October: 300.00 of the provision go back with them."""
    pay(maelle, OCTOBER, "8000,00", "4000,00")
    work(maelle, NOVEMBER, (50, 50), gross="4000,00", contributions="2000,00")
    billed(NOVEMBER)
    assert books.kept(NOVEMBER)["carried"] == "-3300.00"
    # 1 500.00 + 600.00 of November - 300.00, taken of what each holds.
    assert sum(Decimal(part) for part in held().values()) == Decimal("1800.00")


def test_a_difference_that_takes_two_months_takes_its_provision_with_it(maelle: Employee) -> None:
    pay(maelle, OCTOBER, "8000,00", "4000,00")
    for month in (NOVEMBER, DECEMBER):
        work(maelle, month, (50, 50), gross="1500,00", contributions="500,00")
        billed(month)
    (difference,) = carried_over.differences()
    assert (difference.provision, difference.pending) == (-300, 0)
    # 1 500.00, 200.00 in each month, 300.00 less.
    assert sum(Decimal(part) for part in held().values()) == Decimal("1600.00")


def test_a_payroll_put_right_after_somebody_left_moves_no_provision(
    maelle: Employee, hosts: list[Member]
) -> None:
    leaves(maelle, OCTOBER)
    others_work(hosts, NOVEMBER)
    billed(NOVEMBER)
    pay(maelle, OCTOBER, "12000,00", "6000,00")
    (difference,) = carried_over.differences()
    assert (difference.amount, difference.provision) == (3000, 0)
    assert BillingRun.objects.filter(status=RunStatus.ISSUED).count() == 2
