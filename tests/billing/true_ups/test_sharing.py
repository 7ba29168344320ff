"""Sharing a person's real cost: worked figures, keys that stand in, management, and sums that always come out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.models import TrueUpKey
from billing.true_ups.sharing import EmployeePeriod, NobodyToShare, share_period

HOURS = {1: 720, 2: 470, 3: 290}
INVOICED = {member: Decimal("26.40") * hours for member, hours in HOURS.items()}
KEYS = list(TrueUpKey.values)


def period(cost, *, rate="0", **facts):
    facts.setdefault("keys", {"hours": {member: hours * 60 for member, hours in HOURS.items()}})
    rates = {member: Decimal(rate) for member in HOURS}
    return EmployeePeriod(7, Decimal(cost), rates=rates, invoiced=facts.pop("invoiced", INVOICED), **facts)


def amounts(shared):
    return [str(part.amount) for part in shared.shares]


@pytest.mark.parametrize(("cost", "rate"), [("40800.00", "0"), ("37090.91", "10")])
def test_the_worked_shortfall_of_the_year(cost, rate):
    assert sum(INVOICED.values()) == Decimal("39072.00")
    shared = share_period(period(cost, rate=rate), "hours")
    assert shared.total == Decimal("40800.00")
    assert amounts(shared) == ["840.65", "548.76", "338.59"]


@pytest.mark.parametrize(("cost", "rate"), [("38000.00", "0"), ("34545.45", "10")])
def test_the_worked_surplus_of_the_year(cost, rate):
    shared = share_period(period(cost, rate=rate), "hours")
    assert amounts(shared) == ["-521.51", "-340.43", "-210.06"]
    assert sum(part.amount for part in shared.shares) == Decimal("-1072.00")


def test_what_managing_really_cost_takes_the_place_of_the_rates():
    shared = share_period(period("37090.91", rate="50", management=Decimal("3709.09")), "hours")
    assert amounts(shared) == ["840.65", "548.76", "338.59"]
    assert sum(part.management for part in shared.shares) == Decimal("3709.09")


def test_what_the_reserve_keeps_is_nobodys_share():
    shared = share_period(period("41800.00", to_reserve=Decimal("1000.00")), "hours")
    assert amounts(shared) == ["840.65", "548.76", "338.59"]


def test_members_at_different_rates_bear_their_own_management():
    rates = {1: Decimal("10"), 2: Decimal("0")}
    one = EmployeePeriod(7, Decimal("1000.00"), keys={"hours": {1: 60, 2: 60}}, rates=rates)
    parts = share_period(one, "hours").shares
    assert [(str(part.cost), str(part.management)) for part in parts] == [
        ("500.00", "50.00"),
        ("500.00", "0.00"),
    ]


def test_a_key_that_knows_nothing_is_stood_in_for():
    keys = {"planned": {}, "hours": {1: 0, 2: 0}, "equal": {1: 1, 2: 1}}
    shared = share_period(period("100.00", keys=keys, invoiced={}), "planned")
    assert (shared.key, amounts(shared)) == ("equal", ["50.00", "50.00"])


def test_a_member_that_was_invoiced_without_hours_gets_it_back():
    shared = share_period(period("100.00", keys={"hours": {1: 60}}, invoiced={2: Decimal("30.00")}), "hours")
    assert [(part.member, str(part.amount)) for part in shared.shares] == [(1, "100.00"), (2, "-30.00")]


def test_a_cost_that_is_nobodys_is_not_shared():
    with pytest.raises(NobodyToShare):
        share_period(EmployeePeriod(7, Decimal("100.00")), "hours")


def test_case_51_equal_members_in_a_stable_order():
    keys = {"equal": {3: 1, 1: 1, 2: 1}}
    shared = share_period(EmployeePeriod(7, Decimal("1000.00"), keys=keys), "equal")
    assert [str(part.actual) for part in shared.shares] == ["333.34", "333.33", "333.33"]


def test_case_52_by_seven_five_and_three_hours():
    shared = share_period(EmployeePeriod(7, Decimal("100.00"), keys={"hours": {1: 7, 2: 5, 3: 3}}), "hours")
    assert [str(part.actual) for part in shared.shares] == ["46.67", "33.33", "20.00"]


def test_case_54_two_cents_over_three():
    one = EmployeePeriod(7, Decimal("0.02"), keys={"equal": {1: 1, 2: 1, 3: 1}})
    for _ in range(2):
        assert [str(part.actual) for part in share_period(one, "equal").shares] == ["0.01", "0.01", "0.00"]


euros = st.decimals("-99999.99", "99999.99", places=2)
weights = st.dictionaries(st.integers(1, 12), st.integers(0, 10_000), min_size=1, max_size=8)


@settings(deadline=None)
@given(
    cost=euros,
    keys=st.dictionaries(st.sampled_from(KEYS), weights, min_size=1),
    rates=st.dictionaries(st.integers(1, 12), st.decimals("0", "100", places=2)),
    invoiced=st.dictionaries(st.integers(1, 12), euros),
    to_reserve=st.decimals("0", "999.99", places=2),
    key=st.sampled_from(KEYS),
    management=st.none() | st.decimals("0", "9999.99", places=2),
    data=st.data(),
)
def test_shares_sum_to_the_total_whatever_the_order_of_members(
    cost, keys, rates, invoiced, to_reserve, key, management, data
):
    one = EmployeePeriod(7, cost, to_reserve, keys, rates, invoiced, management)

    def shuffled(rows):
        return dict(data.draw(st.permutations(list(rows.items()))))

    other = EmployeePeriod(
        7,
        cost,
        to_reserve,
        {name: shuffled(rows) for name, rows in keys.items()},
        shuffled(rates),
        shuffled(invoiced),
        management,
    )
    try:
        shared = share_period(one, key)
    except NobodyToShare:
        known = ("hours", "planned", "equal", key)
        assert not any(weight for name in known for weight in keys.get(name, {}).values())
        return
    assert share_period(other, key).shares == shared.shares
    assert sum(part.cost for part in shared.shares) == cost - to_reserve
    if management is not None:
        assert shared.total == cost - to_reserve + management
    assert sum(part.amount for part in shared.shares) == shared.total - sum(invoiced.values())
