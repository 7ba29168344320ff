"""Payroll tax as the worked figures have it: 2026 scale, part due, discount, an association's allowance."""

from decimal import Decimal

import pytest

from billing.costs import payroll_tax
from billing.costs.payroll_tax import on_pay

SCALE = payroll_tax.scale_of(2026)
PAY = Decimal("24000.00")


def tax(*pay, percent="100", is_association=False):
    return payroll_tax.payroll_tax(
        [Decimal(each) for each in pay], percent=Decimal(percent), is_association=is_association, scale=SCALE
    )


def test_one_employee_at_24_000():
    assert [
        on_pay(Decimal(9229), SCALE),
        on_pay(Decimal(18423), SCALE) - on_pay(Decimal(9229), SCALE),
        on_pay(PAY, SCALE) - on_pay(Decimal(18423), SCALE),
    ] == [Decimal("392.23"), Decimal("781.49"), Decimal("758.47")]
    assert on_pay(PAY, SCALE) == Decimal("1932.19")


def test_three_employees_and_forty_percent_exempt():
    assert tax(PAY, PAY, PAY).whole == Decimal("5796.57")
    group = tax(PAY, PAY, PAY, percent="40", is_association=True)
    assert (group.share, group.allowance, group.due) == (Decimal("2318.63"), Decimal("2318.63"), 0)
    assert tax(PAY, PAY, PAY, percent="40").due == Decimal("2318.63")


@pytest.mark.parametrize(
    ("pay", "due"),
    [
        ("0", "0.00"),
        ("18423", "0.00"),  # 1 173.72: waived up to 1 200
        ("18617", "570.17"),  # 1 200.10 less ¾ of 839.90
        ("24000", "1851.33"),  # 1 932.19 less ¾ of 107.81
        ("24800", "2040.99"),  # no discount from 2 040 on
    ],
)
def test_a_small_tax_is_waived_or_discounted(pay, due):
    assert tax(pay).due == Decimal(due)


def test_a_large_association_pays_beyond_its_allowance():
    group = tax(*[PAY] * 20, is_association=True)
    assert (group.share, group.due) == (Decimal("38643.80"), Decimal("14387.80"))


@pytest.mark.parametrize(
    ("percent", "due"),
    [("0", "0.00"), ("8", "0.00"), ("10", "0.00"), ("10.01", "3868.24"), ("40", "15457.52")],
)
def test_none_is_due_where_vat_is_on_nine_tenths(percent, due):
    """Twenty people at 24 000 are 38 643.80: 8 % of it is not due, 10.01 % is."""
    group = tax(*[PAY] * 20, percent=percent)
    assert (group.due, group.is_due) == (Decimal(due), due != "0.00")


def test_years_before_the_first_scale_are_not_guessed():
    assert payroll_tax.scale_of(2025) is None
    assert payroll_tax.scale_of(2031) == SCALE
