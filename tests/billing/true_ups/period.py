"""A period to settle: the half-year of the worked figures, and a month at cost with hours that came late."""

from __future__ import annotations

from decimal import Decimal

from billing.models import BillingRun
from billing.month import drafting, issuing
from billing.true_ups import preparing
from employees.models import Employee
from groupement.kernel.periods import Month
from members.models import Member
from tests import copied, world
from tests.billing import scene
from tests.world import NOVEMBER, NOW

FIRST = Month(2026, 6)
LAST = NOVEMBER
HOURS = {
    "Aloen": [120] * 6,
    "Sonam": [80, 80, 80, 80, 80, 70],
    "Optim’ism": [50, 50, 50, 50, 50, 40],
}


def half_year(cost: str = "40800.00", *, is_issued: bool = True, **choices):
    """One person by the hour at three members for 720, 470 and 290 hours, at 26.40 €; ``cost`` over six months."""
    if choices:
        return _build_half_year(cost, is_issued=is_issued, **choices)
    copied.build_once(("half a year", cost, is_issued), lambda: _build_half_year(cost, is_issued=is_issued))
    return Employee.objects.get()


def _build_half_year(cost, *, is_issued, first: Month = FIRST, at=NOW, **terms):
    hosts = scene.hosts(3)
    maelle = world.employee(members=hosts)
    prices = {"price_method": "hourly", "hourly_price": Decimal("26.40"), "is_trued_up": True, **terms}
    placed = {host.short_name: world.assignment(maelle, host, **prices) for host in hosts}
    whole = Decimal(cost)
    each = (whole / 6).quantize(Decimal("0.01"))
    for rank, month in enumerate(first.shift(n) for n in range(6)):
        for name, hours in HOURS.items():
            world.timesheet(placed[name], world.hours(month, hours[rank]), month=month)
        gross = whole - each * 5 if rank == 5 else each
        world.cost(maelle, month=month, gross=str(gross), contributions="0.00")
        if is_issued:
            issue(month, at)
    return maelle


def issue(month: Month, at=NOW) -> BillingRun:
    run = drafting.draft(month, by=None, at=at)
    issuing.issue_run(run, by=None, at=at)
    return run


def scope(**choices):
    """Everybody and every member over the half-year, unless ``choices`` say otherwise."""
    facts = {
        "first": FIRST,
        "last": LAST,
        "employees": Employee.objects.all(),
        "members": Member.objects.all(),
    }
    facts |= choices
    return preparing.scope_of(facts.pop("first"), facts.pop("last"), **facts)


def prepared(key: str = "hours", **choices):
    return preparing.prepare(scope(**choices), key=key, by=None, at=NOW)


def shares(true_up):
    """Member, actual, invoiced and amount of each share, by name."""
    rows = true_up.shares.select_related("member").order_by("member__short_name", "employee")
    return [(row.member.short_name, str(row.actual), str(row.invoiced), str(row.amount)) for row in rows]


def late_hours(**terms):
    """A month at cost that two members share, issued, and then seven approved hours more at Aloen."""
    hosts = scene.hosts(2)
    maelle = world.employee(members=hosts)
    scene.issued(hosts, person=maelle, **terms)
    placed = maelle.assignments.get(member=hosts[0])
    sheet = world.timesheet(placed, {NOVEMBER.first.replace(day=30): 420}, supplement=1)
    return maelle, sheet
