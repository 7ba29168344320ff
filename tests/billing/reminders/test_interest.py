"""Late interest and the 40 €, by figures worked by hand and by what must hold for any."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.reminders.interest import (
    InterestPeriod,
    SettledAmount,
    late_interest,
    recovery_indemnity,
    settled_whole_on,
)

RATE = Decimal("12.15")
DUE = date(2026, 1, 31)
FORTY = Decimal("40.00")


def euros(text):
    return Decimal(text)


def late(total, *parts, until, rate=RATE, due_on=DUE, since=None):
    return late_interest(euros(total), due_on, parts, rate=rate, until=until, since=since)


def test_part_payments_change_what_bears_interest():
    parts = [
        SettledAmount(date(2026, 3, 2), euros("600.00")),
        SettledAmount(date(2026, 2, 10), euros("400.00")),
    ]
    found = late("1000.00", *parts, until=date(2026, 6, 30))
    assert found.periods == [
        InterestPeriod(date(2026, 2, 1), date(2026, 2, 10), euros("1000.00")),
        InterestPeriod(date(2026, 2, 11), date(2026, 3, 2), euros("600.00")),
    ]
    assert (found.days, found.euro_days) == (30, Decimal("22000.00"))
    assert found.amount == euros("7.32")  # 22 000 × 12.15 / 36 500 = 7.3232…


@pytest.mark.parametrize(
    ("total", "rate", "until", "amount"),
    [
        ("1200.00", "12.15", date(2027, 1, 31), "145.80"),  # a whole year: 1 200 × 12.15 %
        ("1200.00", "12.15", date(2026, 2, 1), "0.40"),  # one day: 0.3994…
        ("4084.16", "12.15", date(2026, 3, 2), "40.79"),  # 30 days: 4 084.16 × 30 × 12.15 / 36 500 = 40.785…
        ("365.00", "10.00", date(2026, 2, 1), "0.10"),
        ("73.00", "2.50", date(2026, 2, 1), "0.01"),  # 0.005 exactly: half a cent goes up
        ("1200.00", "0.00", date(2026, 12, 31), "0.00"),
    ],
)
def test_interest_worked_by_hand(total, rate, until, amount):
    assert late(total, until=until, rate=euros(rate)).amount == euros(amount)


def test_a_leap_year_has_a_day_more_of_the_same_price():
    whole_2028 = late("365.00", until=date(2028, 12, 31), due_on=date(2027, 12, 31), rate=Decimal("10.00"))
    assert (whole_2028.days, whole_2028.amount) == (366, euros("36.60"))


def test_nothing_is_owed_on_the_due_date_nor_for_what_was_paid_by_then():
    assert late("1000.00", until=DUE).amount == 0
    paid = SettledAmount(DUE, euros("1000.00"))
    assert late("1000.00", paid, until=date(2026, 12, 31)).periods == []
    assert recovery_indemnity(euros("1000.00"), DUE, [paid], amount=FORTY, until=date(2026, 12, 31)) == 0


def test_cents_bear_interest_too():
    assert late("0.50", until=date(2026, 2, 10)).periods == [
        InterestPeriod(date(2026, 2, 1), date(2026, 2, 10), euros("0.50"))
    ]
    paid = SettledAmount(date(2026, 2, 4), euros("999.50"))
    assert [period.due for period in late("1000.00", paid, until=date(2026, 2, 10)).periods] == [
        euros("1000.00"),
        euros("0.50"),
    ]


def test_the_day_of_the_payment_counts():
    assert (
        late("1000.00", SettledAmount(date(2026, 2, 1), euros("1000.00")), until=date(2026, 6, 1)).days == 1
    )


def test_an_indemnity_is_due_for_one_cent_and_one_day():
    almost = [SettledAmount(DUE, euros("999.99"))]
    assert recovery_indemnity(euros("1000.00"), DUE, almost, amount=FORTY, until=date(2026, 2, 1)) == FORTY
    assert recovery_indemnity(euros("1000.00"), DUE, [], amount=FORTY, until=DUE) == 0


def test_an_invoice_is_paid_on_the_day_its_last_cent_came():
    parts = [
        SettledAmount(date(2026, 3, 2), euros("600.00")),
        SettledAmount(date(2026, 2, 10), euros("400.00")),
    ]
    assert settled_whole_on(euros("1000.00"), parts) == date(2026, 3, 2)
    assert settled_whole_on(euros("1000.01"), parts) is None


money = st.integers(1, 500_000_00).map(lambda cents: Decimal(cents) / 100)
offsets = st.integers(-40, 400)


@st.composite
def invoices(draw):
    """A total, and parts that settle it at most whole, before and after the due date."""
    total = draw(money)
    left, parts = total, []
    for _ in range(draw(st.integers(0, 5))):
        amount = min(left, draw(money))
        if amount > 0:
            parts.append(SettledAmount(DUE + timedelta(days=draw(offsets)), amount))
            left -= amount
    return total, parts


@given(invoices(), st.integers(-5, 500), st.integers(-5, 500))
def test_interest_adds_up_over_periods_before_it_is_rounded(invoice, one, two):
    total, parts = invoice
    middle, until = (DUE + timedelta(days=days) for days in sorted((one, two)))
    whole = late_interest(total, DUE, parts, rate=RATE, until=until)
    before = late_interest(total, DUE, parts, rate=RATE, until=middle)
    after = late_interest(total, DUE, parts, rate=RATE, until=until, since=middle + timedelta(days=1))
    assert before.euro_days + after.euro_days == whole.euro_days
    assert before.days + after.days == whole.days


@given(invoices(), st.integers(-5, 500))
def test_interest_is_what_each_day_costs(invoice, days):
    """Day by day, as nobody would compute it: what had not come before the day bears that day's interest."""
    total, parts = invoice
    until = DUE + timedelta(days=days)
    by_day = Decimal(0)
    for number in range(1, days + 1):
        day = DUE + timedelta(days=number)
        by_day += max(Decimal(0), total - sum(part.amount for part in parts if part.on < day))
    found = late_interest(total, DUE, parts, rate=RATE, until=until)
    assert found.euro_days == by_day
    assert found.amount >= 0
    assert all(period.days > 0 and period.due > 0 for period in found.periods)


@given(invoices(), st.integers(0, 500))
def test_paid_in_time_costs_nothing_and_late_costs_the_indemnity(invoice, days):
    total, parts = invoice
    until = DUE + timedelta(days=days)
    in_time = sum(part.amount for part in parts if part.on <= DUE) == total
    owed = recovery_indemnity(total, DUE, parts, amount=FORTY, until=until)
    assert owed == (FORTY if days and not in_time else 0)
    if in_time:
        assert late_interest(total, DUE, parts, rate=RATE, until=until).amount == 0


@given(invoices(), st.integers(1, 500))
def test_a_payment_more_never_costs_more(invoice, days):
    total, parts = invoice
    until = DUE + timedelta(days=days)
    left = total - sum(part.amount for part in parts)
    more = [*parts, SettledAmount(DUE + timedelta(days=1), left)] if left > 0 else parts
    with_it = late_interest(total, DUE, more, rate=RATE, until=until).euro_days
    assert with_it <= late_interest(total, DUE, parts, rate=RATE, until=until).euro_days
