"""Leave provisions through months that are billed: put aside by share, drawn by balance, never billed twice."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from billing.costs import estimates, leave_ledger
from billing.costs.leave_ledger import NotSettled
from billing.models import BillingRun, CostKind, EmployerCost, ProvisionEntry, ProvisionKind, Settlement
from billing.month import drafting, issuing
from employees.models import Assignment, Contract
from members.models import Group
from tests import world
from tests.billing import scene
from tests.billing.costs import books
from tests.world import DECEMBER, NOVEMBER, NOW, OCTOBER

pytestmark = pytest.mark.django_db
LATER = world.at(DECEMBER.before)


@pytest.fixture
def hosts():
    members = scene.hosts(2)
    Group.objects.update(leave_method="provision")
    return members


@pytest.fixture
def maelle(hosts):
    person = world.employee(members=hosts)
    for member in hosts:
        world.assignment(person, member, price_method="actual", management_rate=Decimal(0))
    return person


def month_of(person, month, *, hours, leave=0, gross="2000,00", contributions="800,00"):
    """``hours`` at each member in their order, ``leave`` hours at the group, and the month's payroll."""
    for placed, worked in zip(person.assignments.order_by("reference"), hours, strict=True):
        world.timesheet(placed, world.hours(month, worked), month=month)
    world.timesheet(person, world.hours(month, leave), month=month, kind="leave")
    books.take(books.line(person, gross, contributions), month=month)


def drafted(month):
    return drafting.draft(month, by=None, at=LATER)


def billed(month):
    run = drafted(month)
    issuing.issue_run(run, by=None, at=LATER)
    return BillingRun.objects.get(pk=run.pk)


def entries():
    rows = ProvisionEntry.objects.select_related("member").order_by("month", "-kind", "member__short_name")
    return [
        (str(row.month), row.kind, str(row.member) if row.member else None, str(row.amount)) for row in rows
    ]


def leave_rows(month):
    kept = books.kept(month)
    return kept.get("leave_provision"), kept.get("leave_drawn")


def balance():
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
    return ProvisionEntry.objects.aggregate(sum=Sum("amount"))["sum"]


def test_a_payroll_month_puts_280_aside(maelle):
    month_of(maelle, OCTOBER, hours=(70, 30))
    assert leave_rows(OCTOBER) == ("280.00", None)


def test_without_the_method_nothing_is_put_aside(maelle):
    Group.objects.update(leave_method="as_paid")
    month_of(maelle, OCTOBER, hours=(70, 30))
    assert leave_rows(OCTOBER) == (None, None)


def test_an_estimate_provides_as_an_estimate(maelle):
    estimates.estimate(NOVEMBER, basis="contract", rate=Decimal(40), by=None, at=NOW)
    assert leave_rows(NOVEMBER) == ("308.00?", None)


def test_members_put_aside_by_their_share_and_their_leave_is_drawn_not_billed_again(maelle):
    """October goes 70/30; in November all work is at Sonam, and a week of leave is paid by what October put aside."""
    month_of(maelle, OCTOBER, hours=(70, 30))
    billed(OCTOBER)
    assert entries() == [
        ("2026-10", "set_aside", "Aloen", "196.00"),
        ("2026-10", "set_aside", "Sonam", "84.00"),
    ]
    month_of(maelle, NOVEMBER, hours=(0, 100), leave=14)
    # 14 h at 2 800 ÷ 151.67 h.
    assert leave_rows(NOVEMBER) == ("280.00", "-258.46")
    run = billed(NOVEMBER)
    # Drawn by balance: Aloen 196, Sonam 84 + 280 put aside with November.
    assert entries()[2:] == [
        ("2026-11", "set_aside", "Sonam", "280.00"),
        ("2026-11", "drawn", "Aloen", "-90.46"),
        ("2026-11", "drawn", "Sonam", "-168.00"),
    ]
    (settled,) = Settlement.objects.filter(run=run)
    assert settled.employer_cost == Decimal("2821.54") == settled.charged
    assert balance() == Decimal("301.54")


def test_leave_draws_at_most_what_is_held(maelle):
    month_of(maelle, OCTOBER, hours=(10, 10), leave=70)
    # Worth 1 292.31: October's own 280.00 is all there is, the rest stays in the month's cost.
    assert leave_rows(OCTOBER) == ("280.00", "-280.00")
    billed(OCTOBER)
    assert balance() == 0


def test_hours_of_leave_that_change_before_the_draft_change_what_is_drawn(maelle):
    month_of(maelle, OCTOBER, hours=(70, 30), leave=7)
    assert leave_rows(OCTOBER)[1] == "-129.23"
    world.timesheet(maelle, world.hours(OCTOBER, 7), month=OCTOBER, kind="leave", supplement=1)
    drafted(OCTOBER)
    assert leave_rows(OCTOBER)[1] == "-258.46"


def test_a_draft_made_again_notes_the_same_and_one_discarded_notes_nothing(maelle):
    month_of(maelle, OCTOBER, hours=(70, 30), leave=7)
    drafted(OCTOBER)
    first = entries()
    run = drafted(OCTOBER)
    assert entries() == first
    drafting.discard(run, by=None, at=LATER)
    assert entries() == []


def test_two_drafts_never_draw_the_same_euro(maelle):
    month_of(maelle, OCTOBER, hours=(70, 30))
    billed(OCTOBER)
    for month in (NOVEMBER, DECEMBER):
        month_of(maelle, month, hours=(50, 50), leave=42)
        drafted(month)
    assert balance() >= 0
    assert all(row.balance >= 0 for row in leave_ledger.balances())
    drafted(NOVEMBER)
    billed(NOVEMBER)
    billed(DECEMBER)
    assert balance() >= 0
    aside = EmployerCost.objects.filter(kind=CostKind.LEAVE_PROVISION).aggregate(sum=Sum("amount"))["sum"]
    drawn = EmployerCost.objects.filter(kind=CostKind.LEAVE_DRAWN).aggregate(sum=Sum("amount"))["sum"]
    assert aside + drawn == balance()


def test_what_no_member_is_charged_the_group_holds(maelle):
    placed = maelle.assignments.order_by("reference").last()
    placed.terms.update(price_method="hourly", hourly_price=Decimal("22.44"))
    month_of(maelle, OCTOBER, hours=(70, 30))
    billed(OCTOBER)
    assert entries() == [
        ("2026-10", "set_aside", "Aloen", "196.00"),
        ("2026-10", "set_aside", None, "84.00"),
    ]


def test_the_last_month_of_a_contract_draws_all_it_can(maelle):
    month_of(maelle, OCTOBER, hours=(70, 30))
    billed(OCTOBER)
    Contract.objects.update(ends_before=NOVEMBER.before)
    month_of(maelle, NOVEMBER, hours=(70, 30))
    assert leave_rows(NOVEMBER) == ("280.00", "-560.00")
    billed(NOVEMBER)
    assert balance() == 0


def test_a_member_who_leaves_leaves_its_provision_to_the_group(maelle, hosts):
    month_of(maelle, OCTOBER, hours=(70, 30))
    drafted(OCTOBER)
    with pytest.raises(NotSettled, match="Aloen accueille encore quelqu’un"):
        leave_ledger.settle_with_member(hosts[0], by=None, at=LATER)
    Assignment.objects.filter(member=hosts[0]).update(ends_before=OCTOBER.before)
    with pytest.raises(NotSettled, match="Des brouillons comptent encore"):
        leave_ledger.settle_with_member(hosts[0], by=None, at=LATER)
    billed(OCTOBER)
    assert leave_ledger.settle_with_member(hosts[0], by=None, at=LATER) == Decimal("196.00")
    found = {str(row.member) if row.member else None: row.balance for row in leave_ledger.balances()}
    assert found == {"Aloen": 0, "Sonam": Decimal("84.00"), None: Decimal("196.00")}
    with pytest.raises(NotSettled, match="n’a pas de provision à solder"):
        leave_ledger.settle_with_member(hosts[0], by=None, at=LATER)


def test_the_yearly_comparison_comes_with_may_s_pay(maelle):
    Group.objects.update(leave_method="provision")
    may = world.Month(2026, 5)
    for back in range(11, 0, -1):
        books.take(books.line(maelle, "2000,00", "800,00"), month=may.shift(-back))
    books.take(books.line(maelle, "2500,00", "1000,00"), month=may)
    # 350.00 of the month, and 608.47 that the year lacks beside the pay kept up after the rise.
    assert leave_rows(may) == ("958.47", None)


def test_the_provisions_of_an_issued_run_are_frozen(maelle):
    month_of(maelle, OCTOBER, hours=(70, 30))
    billed(OCTOBER)
    for break_it in (
        lambda: ProvisionEntry.objects.update(amount=1),
        lambda: ProvisionEntry.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="provisions of an issued run"), transaction.atomic():
            break_it()


def test_more_than_a_member_holds_is_never_drawn(maelle, hosts):
    def overdraw():
        ProvisionEntry.objects.create(
            employee=maelle, member=hosts[0], month=OCTOBER, kind=ProvisionKind.DRAWN, amount=-1, noted_at=NOW
        )
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="more than the provision holds"), transaction.atomic():
        overdraw()
