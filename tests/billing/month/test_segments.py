"""A month cut where a price changes: spans of terms within an assignment, joined where the price stays the same."""

from datetime import date
from decimal import Decimal

import pytest

from billing.month.segments import in_spans, minutes_within, spans_by_price, terms_in_force
from employees.models import Assignment, PriceMethod, Terms
from groupement.kernel.periods import Month

NOVEMBER = Month(2026, 11)


def day(number, month=11):
    return date(2026, month, number)


def terms(starts_on, ends_before=None, *, price="22.44", **figures):
    row = Terms(starts_on=starts_on, ends_before=ends_before, price_method=PriceMethod.HOURLY, **figures)
    row.hourly_price = Decimal(price)
    return row


OPEN = Assignment(starts_on=day(1, 1))
ENDING = Assignment(starts_on=day(5), ends_before=day(20))


@pytest.mark.parametrize(
    ("assignment", "rows", "expected"),
    [
        (OPEN, [terms(day(1, 1))], [(day(1), day(1, 12))]),
        (ENDING, [terms(day(1, 1))], [(day(5), day(20))]),
        (ENDING, [terms(day(5), day(12)), terms(day(12))], [(day(5), day(12)), (day(12), day(20))]),
        (ENDING, [terms(day(5)), terms(day(25))], [(day(5), day(20))]),
        (OPEN, [terms(day(1, 12))], []),
    ],
)
def test_terms_hold_on_days_of_the_assignment_and_the_month_only(assignment, rows, expected):
    found = terms_in_force(assignment, rows, NOVEMBER.first, NOVEMBER.before)
    assert [span for _, span in found] == expected


def test_terms_of_one_price_are_one_segment_with_all_its_days():
    first, other, again = terms(day(1), day(10)), terms(day(10), day(20), price="25.00"), terms(day(20))
    assert spans_by_price(OPEN, [first, other, again], NOVEMBER) == [
        (first, [(day(1), day(10)), (day(20), day(1, 12))]),
        (other, [(day(10), day(20))]),
    ]


@pytest.mark.parametrize("change", [{"vat_regime": "E261B"}, {"monthly_minimum_minutes": 600}])
def test_another_regime_or_minimum_is_another_segment(change):
    rows = [terms(day(1), day(10)), terms(day(10), **change)]
    assert [spans for _, spans in spans_by_price(OPEN, rows, NOVEMBER)] == [
        [(day(1), day(10))],
        [(day(10), day(1, 12))],
    ]


def test_minutes_of_several_timesheets_add_up_within_the_spans():
    spans = [(day(1), day(3)), (day(10), day(11))]
    assert [number for number in (1, 2, 3, 9, 10, 11) if in_spans(day(number), spans)] == [1, 2, 10]
    one, two = {day(2): 60, day(3): 30}, {day(2): 15, day(10): 45}
    assert minutes_within(spans, one, two) == {day(2): 75, day(10): 45}
