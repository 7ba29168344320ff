"""The locks of employer costs: the payroll file, and the leave provisions of a member who leaves."""

from __future__ import annotations

from decimal import Decimal

from billing.costs import leave_ledger, payroll_import
from billing.costs.leave_ledger import NotSettled
from billing.models import ActualCost, BillingRun, EmployerCost, PayrollImport, ProvisionEntry
from billing.month import drafting, issuing
from employees.models import Assignment
from members.models import Group
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER


@holds("billing.costs.payroll_import.lock")
def a_payroll_file_imported_while_its_month_is_issued() -> Meeting:
    """Else the month would keep another cost than the one that its invoices were made of."""
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    run = scene.drafted([aloen], person=maelle)
    met = meet(
        lambda: issuing.issue_run(run, by=None, at=NOW),
        lambda: books.take(books.line(maelle, "3000,00", "900,00")),
    )
    assert isinstance(met.second, PayrollImport), met
    assert ActualCost.objects.get(kind="gross_pay").amount == Decimal("3000.00")
    assert books.kept() == {"gross_pay": "2640.00", "employer_contributions": "997.92"}
    return met


@holds("billing.costs.payroll_import.lock#2")
def two_payroll_files_of_one_month() -> Meeting:
    """What the second replaces is what the first wrote, though no run of the month is there to wait for."""
    world.group()
    maelle = world.employee()
    one, other = (
        books.read(books.csv_file(books.line(maelle, *amounts)))
        for amounts in (("2000,00", "800,00"), ("2100,00", "840,00"))
    )
    met = meet(
        lambda: payroll_import.import_payroll(one, month=NOVEMBER, by=None, at=NOW),
        lambda: payroll_import.import_payroll(other, month=NOVEMBER, by=None, at=NOW),
    )
    assert [(change["before"], change["after"]) for change in met.second.changes] == [
        ("2000.00", "2100.00"),
        ("800.00", "840.00"),
    ], met
    assert books.kept() == {"gross_pay": "2100.00", "employer_contributions": "840.00"}
    assert not BillingRun.objects.exists()
    assert set(EmployerCost.objects.values_list("source", flat=True)) == {met.second.pk}
    return met


@holds("billing.costs.leave_ledger.settle_with_member")
def the_provision_of_a_member_settled_twice() -> Meeting:
    later = world.at(DECEMBER.before)
    aloen, _ = hosts = scene.hosts(2)
    Group.objects.update(leave_method="provision")
    maelle = world.employee(members=hosts)
    for host in hosts:
        placed = world.assignment(maelle, host, price_method="actual", management_rate=Decimal(0))
        world.timesheet(placed, world.hours(OCTOBER, 50), month=OCTOBER)
    world.timesheet(maelle, month=OCTOBER)
    books.take(books.line(maelle, "2000,00", "800,00"), month=OCTOBER)
    issuing.issue_run(drafting.draft(OCTOBER, by=None, at=later), by=None, at=later)
    Assignment.objects.filter(member=aloen).update(ends_before=OCTOBER.before)

    def settle() -> Decimal:
        return leave_ledger.settle_with_member(aloen, by=None, at=later)

    met = meet(settle, settle)
    assert isinstance(met.second, NotSettled), met
    assert met.second.message == "Aloen n’a pas de provision à solder."
    settled = ProvisionEntry.objects.filter(kind="settled").order_by("amount")
    assert list(settled.values_list("member", "amount")) == [(aloen.pk, -met.first), (None, met.first)]
    return met
