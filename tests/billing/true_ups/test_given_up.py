"""Hours credited for good stay given up: a true-up counts them for no member, and bills nobody for them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import Charge, Fate, Invoice
from billing.true_ups import preparing, previewing
from billing.true_ups.sharing import EmployeePeriod, share_period
from groupement.demo import cast, founding, story
from members.models import Member
from tests import world
from tests.billing import scene
from tests.billing.credit_notes.issued import credit, days
from tests.billing.true_ups import period
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db


def given_up(minutes, *, month=period.FIRST, member="Aloen"):
    """Minutes by day of ``month``, credited for good to ``member``."""
    of = Invoice.objects.get(member__short_name=member, run__month=month, kind="invoice")
    credit(of, days(of.lines.get(charge__kind="worked_hours"), minutes, Fate.VOIDED))


def amounts(true_up):
    return {member: (actual, amount) for member, actual, _, amount in period.shares(true_up)}


def test_they_are_counted_for_nobody_and_the_reserve_bears_their_cost():
    """Fourteen of Aloen's 720 hours: 14/1480 of 40 800.00 is 385.95; the others owe what they owed without the credit.

    Aloen: 706/1480 of 40 800.00 less 706 × 26.40. Counted, they came to 840.65 + 14 × 26.40 = 1 210.25.
    """
    period.half_year("40800.00")
    given_up({1: 420, 2: 420})
    true_up = period.prepared()
    assert amounts(true_up) == {
        "Aloen": ("19462.70", "824.30"),
        "Optim’ism": ("7994.59", "338.59"),
        "Sonam": ("12956.76", "548.76"),
    }
    assert true_up.shares.get(member__short_name="Aloen").minutes == 706 * 60
    assert true_up.figures["reserve_after"] == "385.95"
    assert (
        "Des heures créditées pour de bon ne sont facturées à personne\u00a0: 14\u00a0h. "
        "La réserve porte leur part du coût, 385,95\u00a0€."
    ) in true_up.figures["remarks"]


def test_they_are_in_no_twelve_months_either():
    period.half_year("38000.00")
    before = amounts(period.prepared(key="last_12_months"))
    given_up({1: 420, 2: 420})
    after = amounts(period.prepared(key="last_12_months"))
    assert {name: after[name] for name in ("Sonam", "Optim’ism")} == {
        name: before[name] for name in ("Sonam", "Optim’ism")
    }
    # 706/1480 of 38 000.00 less 706 × 26.40: due back, and nothing for the fourteen hours.
    assert after["Aloen"] == ("18127.03", "-511.37")


def test_hours_to_be_billed_again_count_as_before():
    period.half_year("40800.00")
    of = Invoice.objects.get(member__short_name="Aloen", run__month=period.LAST)
    credit(of, days(of.lines.get(), {2: 420}, Fate.RELEASED))
    period.issue(period.LAST.next, world.at(period.LAST.next.before))
    assert amounts(period.prepared())["Aloen"] == ("19848.65", "840.65")


def test_one_member_s_hours_given_up_are_not_billed_back_to_it():
    """100 h at 26.40 for a cost of 2 700.00: 60.00 owed; with 7 h given up, 93 × (27.00 − 26.40) = 55.80."""
    (aloen,) = scene.hosts(1)
    maelle = world.employee(members=[aloen])
    placed = world.assignment(maelle, aloen, hourly_price=Decimal("26.40"), is_trued_up=True)
    world.timesheet(placed, world.hours(NOVEMBER, 100))
    world.cost(maelle, gross="2700.00", contributions="0.00")
    period.issue(NOVEMBER)
    given_up({2: 420}, month=NOVEMBER)
    scope = period.scope(first=NOVEMBER)
    true_up = preparing.prepare(scope, key="hours", by=None, at=NOW)
    assert (amounts(true_up), true_up.figures["reserve_after"]) == ({"Aloen": ("2511.00", "55.80")}, "189.00")
    assert next(str(total) for _, _, total in previewing.preview(scope).totals) == "55.80"


def test_when_all_hours_are_given_up_the_reserve_bears_all():
    one = EmployeePeriod(
        7, Decimal("100.00"), keys={"hours": {1: 0}, "planned": {1: 60}}, given_up={"hours": 60}
    )
    shared = share_period(one, "hours")
    assert (shared.key, shared.total, shared.given_up) == ("hours", Decimal("0.00"), Decimal("100.00"))


def test_the_demo_s_credited_day_is_not_billed_again():
    """Aloen owed 61.72 for 56 of 253.5 hours; seven are credited at 26.40, and a supplement bills two more.

    51 of 255.5 hours of 6 971.80 less 51 × 26.40: 45.23. With the seven billed again it would be 236.24. To the others
    the credit does nothing; the two further hours take off their part of the cost: OnCIMé has 73.5, Book Hémisphères
    49, Optim’ism 50.5 and Sonam 24.5 of 255.5, the last three with 5 % for managing,
    which is shared between the three without loss: 1 403.91, 1 446.89 and 701.95 of 3 552.75.
    """
    founding.found()
    story.live()
    for month in cast.CLOSED:
        story.bill(month)
    hourly = Charge.objects.filter(kind="worked_hours", run__month=cast.SEPTEMBER, member__short_name="Aloen")
    person = hourly.get().employee
    scope = preparing.scope_of(*cast.CLOSED, employees=[person], members=Member.objects.all())

    def by_hours():
        rows = previewing.preview(scope).rows
        return {row.member.short_name: str(dict(row.amounts)["hours"]) for row in rows}

    assert by_hours() == {
        "Aloen": "61.72",
        "Book Hémisphères": "4.94",
        "OnCIMé": "-498.59",
        "Optim’ism": "9.98",
        "Sonam": "2.48",
    }
    story.collect()
    assert by_hours() == {
        "Aloen": "45.23",
        "Book Hémisphères": "-6.14",
        "OnCIMé": "-514.41",
        "Optim’ism": "-1.43",
        "Sonam": "-3.06",
    }
