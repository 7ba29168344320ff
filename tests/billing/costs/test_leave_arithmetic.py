"""The worked figures of paid leave, and its sharing: exact, never below zero, never twice."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.costs import leave
from billing.costs.leave import (
    PaidMonth,
    leave_cost,
    monthly_provision,
    shares_drawn,
    shares_set_aside,
    top_up,
)

GROSS, CONTRIBUTIONS = Decimal("2000.00"), Decimal("800.00")
MONEY = st.integers(0, 500_000).map(lambda cents: Decimal(cents) / 100)


def test_a_month_puts_a_tenth_of_pay_and_charges_aside():
    assert monthly_provision(GROSS, CONTRIBUTIONS) == Decimal("280.00")


def test_the_higher_of_one_tenth_and_the_pay_kept_up_is_due():
    pay = leave.leave_pay(Decimal("24000.00"), GROSS, 30)
    assert (pay.maintained, pay.tenth, pay.due, pay.extra) == (
        Decimal("2307.69"),
        Decimal("2400.00"),
        Decimal("2400.00"),
        Decimal("92.31"),
    )


def test_after_a_rise_the_pay_kept_up_is_due():
    pay = leave.leave_pay(Decimal("24000.00"), Decimal("2500.00"), 30)
    assert (pay.maintained, pay.due, pay.extra) == (Decimal("2884.62"), Decimal("2884.62"), 0)


def test_days_acquired_in_a_part_of_the_year_carry_its_tenth():
    assert leave.leave_pay(Decimal("12000.00"), GROSS, 15, acquired=15).tenth == Decimal("1200.00")


def test_leave_costs_the_pay_kept_up_with_charges_and_at_most_the_month():
    assert leave_cost(GROSS, 35 * 60, 35 * 60) == Decimal("461.54")
    assert leave_cost(GROSS, 200 * 60, 35 * 60) == GROSS


def test_a_year_of_tenths_lacks_nothing_at_steady_pay():
    assert top_up([PaidMonth(GROSS, CONTRIBUTIONS, Decimal("280.00"))] * 12) == 0


def test_a_year_that_ends_on_a_rise_lacks_the_difference_with_charges():
    year = [PaidMonth(GROSS, CONTRIBUTIONS, Decimal("280.00"))] * 11
    last = PaidMonth(Decimal("2500.00"), Decimal("1000.00"), Decimal("350.00"))
    # Kept up: 2 500 × 12 ÷ 52 × 5 = 2 884.62, × 1.40 = 4 038.47; put aside: 11 × 280 + 350 = 3 430.
    assert top_up([*year, last]) == Decimal("608.47")
    assert top_up([]) == 0


def test_what_nobody_is_charged_the_group_puts_aside():
    shares = {1: Decimal("1540.00"), 2: Decimal("770.00")}
    assert shares_set_aside(Decimal("280.00"), Decimal("3080.00"), shares) == {
        1: Decimal("140.00"),
        2: Decimal("70.00"),
        None: Decimal("70.00"),
    }
    assert shares_set_aside(Decimal("280.00"), Decimal("3080.00"), {}) == {None: Decimal("280.00")}


@given(provision=MONEY, cost=MONEY, shares=st.dictionaries(st.integers(1, 6), MONEY, max_size=6))
def test_what_is_put_aside_is_shared_without_loss(provision, cost, shares):
    parts = shares_set_aside(provision, cost, shares)
    assert sum(parts.values()) == provision
    assert all(part >= 0 for part in parts.values())


@given(
    months=st.lists(
        st.tuples(MONEY, st.dictionaries(st.integers(1, 4), MONEY, max_size=4), MONEY),
        min_size=1,
        max_size=12,
    )
)
def test_provisions_put_aside_less_drawn_are_the_balance_and_never_below_zero(months):
    """Each month is a provision, its shares, and what its leave would draw."""
    balances: dict[int | None, Decimal] = {}
    put_aside = taken = Decimal(0)
    for provision, shares, wanted in months:
        aside = shares_set_aside(provision, sum(shares.values()) + 1, shares)
        for member, part in aside.items():
            balances[member] = balances.get(member, Decimal(0)) + part
        amount = min(wanted, sum(balances.values()))
        for member, part in shares_drawn(amount, balances).items():
            balances[member] += part
        put_aside, taken = put_aside + provision, taken + amount
        assert all(balance >= 0 for balance in balances.values())
        assert sum(balances.values()) == put_aside - taken
