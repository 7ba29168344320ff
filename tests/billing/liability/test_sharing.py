"""Shares of a debt on the statutes' key: the worked figure, a default, sums that always come out."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.liability.debt_sharing import added_by_default, percents_of, share_debt

HOURS = {1: 720, 2: 480, 3: 300}
DEBT = Decimal("12000.00")


def test_the_worked_debt_by_the_hours_of_a_year():
    rows = share_debt(DEBT, HOURS)
    assert [(row.member, str(row.percent), str(row.amount)) for row in rows] == [
        (1, "48.00", "5760.00"),
        (2, "32.00", "3840.00"),
        (3, "20.00", "2400.00"),
    ]


def test_what_the_default_of_one_costs_the_others():
    rows = share_debt(DEBT, HOURS)
    assert added_by_default(3, rows) == {1: Decimal("1440.00"), 2: Decimal("960.00")}
    assert sum(added_by_default(1, rows).values()) == Decimal("5760.00")


def test_nobody_pays_when_nobody_weighs():
    assert share_debt(DEBT, {1: 0, 2: 0}) == []
    assert added_by_default(1, share_debt(DEBT, {1: 5, 2: 0})) == {}


bases = st.dictionaries(st.integers(1, 30), st.integers(0, 100_000), min_size=1, max_size=12)


@settings(deadline=None)
@given(debt=st.decimals("0.01", "999999.99", places=2), weights=bases, data=st.data())
def test_shares_make_the_debt_and_so_they_do_after_a_default(debt, weights, data):
    rows = share_debt(debt, weights)
    if not any(weights.values()):
        assert rows == []
        return
    assert sum(row.amount for row in rows) == debt
    shuffled = dict(data.draw(st.permutations(list(weights.items()))))
    assert share_debt(debt, shuffled) == rows
    gone = data.draw(st.sampled_from(rows))
    more = added_by_default(gone.member, rows)
    if more:
        kept = sum(row.amount for row in rows if row is not gone)
        assert kept + sum(more.values()) == debt


def test_percents_sum_to_a_hundred_though_thirds_do_not_divide():
    thirds = share_debt(Decimal("100.00"), {1: 5, 2: 5, 3: 5})
    assert [str(row.percent) for row in thirds] == ["33.34", "33.33", "33.33"]
    assert percents_of({1: 1, 2: 1, 3: 4, 4: 0}) == {
        1: Decimal("16.67"),
        2: Decimal("16.67"),
        3: Decimal("66.66"),
        4: Decimal("0.00"),
    }
    assert percents_of({1: 0, 2: 0}) == {1: 0, 2: 0}
