"""What a price would do is what the run would then charge, and asking leaves nothing behind."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from billing.models import BillingRun, Charge
from billing.month import drafting, issuing
from billing.prices import changing
from billing.prices.effects import MemberEffect, effect
from employees.models import AbsenceRule, Terms
from groupement.kernel.periods import Month
from members.models import User
from tests import world
from tests.billing import scene
from tests.world import DECEMBER, NOVEMBER, NOW

DECEMBER_1 = date(2026, 12, 1)


def hourly(amount):
    return {"price_method": "hourly", "hourly_price": Decimal(amount), "flat_amount": None}


def proposed(placed, *, starts_on=DECEMBER_1, **figures):
    known = changing.figures_of(placed.terms.order_by("starts_on").last())
    return changing.propose(placed, starts_on=starts_on, figures={**known, **figures})


def effect_of(placed, terms):
    return effect(placed, terms, by=world.finance(), at=NOW)


def shown(month_effect):
    return [(row.member.short_name, row.before, row.after) for row in month_effect.rows]


def nets(run):
    return {invoice.member.short_name: invoice.net for invoice in run.invoices.select_related("member")}


@pytest.mark.django_db
class TestEffect:
    def test_the_last_month_invoiced_is_told_under_both_prices(self):
        members = scene.hosts(1)
        run = scene.issued(members, price_method="hourly", hourly_price=Decimal("22.44"))
        placed = run.charges.get().assignment
        price_effect = effect_of(placed, proposed(placed, hourly_price=Decimal("24.00")))
        assert price_effect.closed.month == NOVEMBER
        assert shown(price_effect.closed) == [("Aloen", Decimal("157.08"), Decimal("168.00"))]
        assert price_effect.closed.rows[0].difference == Decimal("10.92")
        assert price_effect.closed.rows[0].percent == Decimal("6.95")

    def test_the_next_month_is_told_as_planned(self):
        """One day of seven hours a week: four Mondays in December 2026."""
        members = scene.hosts(1)
        run = scene.issued(members, price_method="hourly", hourly_price=Decimal("22.44"))
        placed = run.charges.get().assignment
        price_effect = effect_of(placed, proposed(placed, hourly_price=Decimal("24.00")))
        assert price_effect.planned.month == DECEMBER
        assert shown(price_effect.planned) == [("Aloen", Decimal("628.32"), Decimal("672.00"))]

    def test_a_price_from_the_middle_of_a_month_is_told_by_the_first_whole_one(self):
        members = scene.hosts(1)
        run = scene.issued(members, price_method="hourly", hourly_price=Decimal("22.44"))
        placed = run.charges.get().assignment
        price_effect = effect_of(placed, proposed(placed, starts_on=date(2026, 12, 15)))
        assert price_effect.planned.month == Month(2027, 1)

    def test_a_price_at_one_member_changes_what_the_others_bear(self):
        """Leave goes by worked hours; when the reserve bears Aloen's part, only Aloen pays less."""
        members = scene.hosts(2)
        maelle = world.employee(members=members)
        a_month_with_leave(maelle, members)
        placed = maelle.assignments.get(member=members[0])
        price_effect = effect_of(placed, proposed(placed, absence_rule=AbsenceRule.RESERVE))
        (aloen, before_a, after_a), (sonam, before_s, after_s) = shown(price_effect.closed)
        assert (aloen, sonam) == ("Aloen", "Sonam")
        assert after_a < before_a
        assert after_s == before_s
        assert price_effect.closed.total.difference == after_a - before_a

    def test_without_a_month_invoiced_only_the_plan_is_told(self):
        members = scene.hosts(1)
        placed = world.assignment(world.employee(members=members), members[0])
        price_effect = effect_of(placed, proposed(placed, hourly_price=Decimal("24.00")))
        assert price_effect.closed is None
        assert shown(price_effect.planned) == [("Aloen", Decimal("628.32"), Decimal("672.00"))]

    def test_without_hours_planned_there_is_nothing_to_tell(self):
        members = scene.hosts(1)
        placed = world.assignment(world.employee(members=members), members[0], weekly_pattern=[0] * 7)
        assert effect_of(placed, proposed(placed)).planned is None

    def test_a_cost_nobody_knows_is_said(self):
        members = scene.hosts(1)
        placed = world.assignment(world.employee(members=members), members[0])
        price_effect = effect_of(placed, proposed(placed, **at_cost()))
        (remark,) = price_effect.planned.remarks
        assert remark.startswith(
            "Maëlle Kerbrat\u00a0: aucun coût employeur pour décembre 2026, ses parts attendent."
        )

    def test_the_plan_borrows_the_last_cost_known_and_says_whose(self):
        members = scene.hosts(1)
        run = scene.issued(members, price_method="hourly", hourly_price=Decimal("22.44"))
        placed = run.charges.get().assignment
        price_effect = effect_of(placed, proposed(placed, **at_cost()))
        assert price_effect.planned.cost_of == NOVEMBER
        assert shown(price_effect.planned) == [("Aloen", Decimal("628.32"), Decimal("3856.20"))]

    def test_asking_leaves_everything_as_it_was(self):
        run = scene.issued(scene.hosts(2))
        placed = run.charges.order_by("pk").first().assignment
        before = list(Terms.objects.order_by("pk").values())
        effect_of(placed, proposed(placed, **hourly("24.00")))
        assert list(Terms.objects.order_by("pk").values()) == before
        assert BillingRun.objects.count() == 1

    def test_a_member_that_paid_nothing_has_no_percentage(self):
        assert MemberEffect(None, Decimal("0.00"), Decimal("12.00")).percent is None


def at_cost():
    return {"price_method": "actual", "hourly_price": None, "flat_amount": None}


def a_month_with_leave(maelle, members):
    for member in members:
        placed = world.assignment(maelle, member, price_method="actual")
        world.timesheet(placed, world.hours(NOVEMBER, 7))
    world.timesheet(maelle, {date(2026, 11, 6): 420}, kind="leave")
    world.cost(maelle)
    drafting.draft(NOVEMBER, by=None, at=NOW)
    issuing.issue_run(BillingRun.objects.get(), by=None, at=NOW)


prices = st.one_of(
    st.decimals("1.00", "90.00", places=2).map(hourly),
    st.decimals("0.00", "3000.00", places=2).map(
        lambda amount: {"price_method": "flat", "flat_amount": amount, "hourly_price": None}
    ),
    st.builds(
        lambda rate, rule: {**at_cost(), "management_rate": rate, "absence_rule": rule},
        st.decimals("0.00", "30.00", places=2),
        st.sampled_from(AbsenceRule.values),
    ),
)


class TestAgainstDrafting(TestCase):
    """Hypothesis makes a database of its own for each example."""

    @settings(max_examples=15, deadline=None)
    @given(price=prices, hours=st.integers(1, 60), leave=st.integers(0, 420))
    def test_what_is_told_is_what_drafting_then_gives(self, price, hours, leave):
        members = scene.hosts(2)
        maelle = world.employee(members=members)
        placed = [
            world.assignment(maelle, member, price_method="actual", management_rate=Decimal("6.00"))
            for member in members
        ]
        for each, worked in zip(placed, (hours, 30), strict=True):
            world.timesheet(each, world.hours(NOVEMBER, worked))
        world.timesheet(maelle, {date(2026, 11, 30): leave} if leave else {}, kind="leave")
        world.cost(maelle)
        drafted = nets(drafting.draft(NOVEMBER, by=None, at=NOW))
        new = proposed(placed[0], starts_on=date(2026, 11, 1), **price)
        issuing.issue_run(BillingRun.objects.get(), by=None, at=NOW)
        price_effect = effect_of(placed[0], new)
        assert {name: before for name, before, _ in shown(price_effect.closed) if before} == drafted

        unissue()
        changing.agree(
            placed[0],
            starts_on=date(2026, 1, 1),
            figures=price,
            by=User.objects.get(is_finance=True),
            at=NOW,
        )
        again = nets(drafting.draft(NOVEMBER, by=None, at=NOW))
        assert {name: after for name, _, after in shown(price_effect.closed) if after} == again


def unissue():
    """The month as if nothing had been issued: only a test may."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE timesheets_timesheet SET billed_at = NULL")
        cursor.execute("DELETE FROM billing_rendering; DELETE FROM billing_charge; DELETE FROM billing_line")
        cursor.execute("DELETE FROM billing_invoicedtimesheet; DELETE FROM billing_settlement")
        cursor.execute(
            "DELETE FROM billing_invoicestep; DELETE FROM billing_invoice; DELETE FROM billing_series"
        )
        cursor.execute(
            "DELETE FROM billing_billingrunstep; DELETE FROM billing_runproblem; DELETE FROM billing_billingrun"
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    assert Charge.objects.count() == 0
