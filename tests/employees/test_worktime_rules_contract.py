"""W9, part-time, annualised time and forfait en jours, over two members."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from employees.worktime_rules.calendar import EarlierSums
from employees.worktime_rules.facts import PlanChange
from tests.employees.worked import (
    ALOEN,
    MONDAY,
    SONAM,
    contract,
    figures,
    found,
    limits,
    on,
    week,
    weeks,
)

TWENTY_EIGHT = [contract(28)]
WEEK_AFTER = MONDAY + timedelta(weeks=1)


def test_28_hours_and_31_worked_are_12_minutes_over_the_tenth():
    (finding,) = found("extra_hours", week(MONDAY, 8, 8, 8, 7), regimes=TWENTY_EIGHT)
    assert (finding.severity, finding.measured, finding.limit) == ("error", 180, 168)
    assert finding.sentence == (
        "31\u00a0h pour un contrat de 28\u00a0h\u00a0: 2\u00a0h\u00a048 à +10\u00a0%, "
        "0\u00a0h\u00a012 au-delà de la limite de 2\u00a0h\u00a048."
    )
    assert finding.article == "C. trav. L3123-28 et -29"


def test_28_hours_and_31_worked_are_paid_at_two_rates_where_an_agreement_allows_a_third():
    third = limits(extra_hours_share=Decimal("0.3333"))
    (finding,) = found("extra_hours", week(MONDAY, 8, 8, 8, 7), regimes=TWENTY_EIGHT, law=third)
    assert (finding.severity, finding.measured, finding.limit) == ("info", 180, 560)
    assert finding.sentence == (
        "31\u00a0h pour un contrat de 28\u00a0h\u00a0: 2\u00a0h\u00a048 à +10\u00a0%, 0\u00a0h\u00a012 à +25\u00a0%."
    )
    assert finding.article == "C. trav. L3123-20 et -29"


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        ("4", []),
        ("5", [("info", 60, 168)]),
        ("6:31", [("info", 151, 168)]),
        ("6:32", [("warning", 152, 168)]),
        ("6:48", [("warning", 168, 168)]),
        ("6:49", [("error", 169, 168)]),
    ],
)
def test_extra_hours_reach_a_tenth_of_the_contract(last_day, expected):
    spans = week(MONDAY, 8, 8, 8, last_day)
    assert figures("extra_hours", spans, regimes=TWENTY_EIGHT) == [(MONDAY, *each) for each in expected]


def test_extra_hours_are_of_part_time_weeks_only():
    spans = week(MONDAY, 8, 8, 8, 8, 8)
    assert found("extra_hours", spans, regimes=[contract(35)]) == []
    assert found("extra_hours", spans, regimes=[contract(28, "annualised")]) == []


def test_part_time_never_reaches_thirty_five_hours():
    third = limits(extra_hours_share=Decimal("0.3333"))
    almost, reached = week(MONDAY, 8, 8, 8, 8, "2:59"), week(MONDAY, 8, 8, 8, 8, 3)
    assert figures("full_time", almost, regimes=TWENTY_EIGHT, law=third) == []
    assert figures("full_time", reached, regimes=TWENTY_EIGHT, law=third) == [(MONDAY, "error", 2100, 2100)]
    assert found("full_time", reached, regimes=TWENTY_EIGHT)[0].article == "C. trav. L3123-9"
    assert figures("full_time", reached) == []


@pytest.mark.parametrize(
    ("hours", "expected"), [("24", []), ("23:59", [("warning", 1439, 1440)]), ("35", [])]
)
def test_part_time_is_at_least_twenty_four_hours(hours, expected):
    terms = [contract(hours, starts_on=MONDAY)]
    assert figures("part_time", [], regimes=terms) == [(MONDAY, *each) for each in expected]
    # Told on the day from which the contract says so, not in every week.
    assert figures("part_time", [], regimes=terms, first=WEEK_AFTER) == []


def test_a_contract_is_raised_after_twelve_weeks_two_hours_over():
    below, above = weeks(12, 8, 8, 8, "5:59"), weeks(12, 8, 8, 8, 6)
    assert figures("raise", below, regimes=TWENTY_EIGHT) == []
    assert figures("raise", above, regimes=TWENTY_EIGHT) == [(MONDAY, "warning", 1800, 1680)]
    assert figures("raise", above[4:], regimes=TWENTY_EIGHT) == []
    assert figures("raise", above) == []


def test_a_contract_is_raised_after_twelve_weeks_of_fifteen_and_that_is_reported_once():
    rested = [MONDAY - timedelta(weeks=n) for n in (3, 6, 9)]
    spans = [
        span for span in weeks(15, 8, 8, 8, 6) if span.day - timedelta(days=span.day.weekday()) not in rested
    ]
    assert figures("raise", spans, regimes=TWENTY_EIGHT) == [(MONDAY, "warning", 1800, 1680)]
    longer = [*spans, *week(WEEK_AFTER, 8, 8, 8, 6)]
    assert figures("raise", longer, regimes=TWENTY_EIGHT, first=WEEK_AFTER) == []


def test_weeks_under_another_contract_do_not_raise_this_one():
    since = MONDAY - timedelta(weeks=11)
    longer_before = [
        contract(30, ends_before=since + timedelta(weeks=1)),
        contract(28, starts_on=since + timedelta(weeks=1)),
    ]
    assert figures("raise", weeks(12, 8, 8, 8, 6), regimes=longer_before) == []


def year_of(regime, hours, *, first=date(2026, 11, 30), **facts):
    """The annual findings of a week after ``hours`` so far, and seven hours a day at two members."""
    sums = EarlierSums(days={first - timedelta(days=7): hours * 60})
    spans = week(first, 7, 7, 7, 7, 7)
    return figures("annual", spans, regimes=[regime], first=first, earlier=sums, counted_from=first, **facts)


def test_annualised_time_is_1607_hours():
    by_year = contract(35, "annualised")
    tuesday = date(2026, 12, 1)
    assert year_of(by_year, 1400) == []
    assert year_of(by_year, 1433) == [(tuesday, "warning", 1447 * 60, 96420)]
    assert year_of(by_year, 1593) == [(date(2026, 12, 2), "error", 1614 * 60, 96420)]
    assert year_of(by_year, 1700) == []
    assert year_of(by_year, 1593, counts_years=False) == []


@pytest.mark.parametrize(
    ("regime", "limit"),
    [
        (contract(28, "annualised"), 77136),
        (contract(35, "annualised", yearly_minutes=90000), 90000),
        # From 1 July: 184 days of 365.
        (contract(35, "annualised", starts_on=date(2026, 7, 1)), 48606),
    ],
)
def test_annualised_time_is_prorated(regime, limit):
    ((_, severity, measured, allowed),) = year_of(regime, limit // 60 - 8)
    assert (severity, allowed) == ("error", limit)
    assert measured > limit


def days_of(count, until=MONDAY):
    """Sums of ``count`` days worked before ``until``."""
    return EarlierSums(days={until - timedelta(days=n + 1): 420 for n in range(count)})


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (194, []),
        (195, [(MONDAY + timedelta(days=1), "warning", 197, 218)]),
        (217, [(MONDAY + timedelta(days=1), "error", 219, 218)]),
    ],
)
def test_a_forfait_counts_days(before, expected):
    """Two members on a day are one day."""
    spans = [*week(MONDAY, 4, 4), on(MONDAY, 3, SONAM)]
    terms = [contract(35, "day_rate", yearly_days=218)]
    sums = days_of(before)
    assert figures("day_rate", spans, regimes=terms, earlier=sums, counted_from=MONDAY) == expected


def test_a_forfait_is_prorated():
    half = contract(35, "day_rate", yearly_days=218, starts_on=date(2026, 7, 1))
    spans = [on(date(2026, 7, 1) + timedelta(days=n), 7, SONAM if n % 2 else ALOEN) for n in range(111)]
    found_here = figures("day_rate", spans, regimes=[half], first=date(2026, 7, 1), before=date(2027, 1, 1))
    assert [each[1:] for each in found_here] == [("error", 111, 110), ("warning", 99, 110)]


@pytest.mark.parametrize(
    ("made_on", "expected"),
    [
        # Thursday 12 November 2026: the 11th is a holiday, Saturday and Sunday do not count.
        (date(2026, 11, 2), [6]),
        (date(2026, 10, 30), []),
        (date(2026, 11, 12), [0]),
        (date(2026, 11, 20), [0]),
    ],
)
@pytest.mark.parametrize(
    ("regime", "severity", "article"),
    [
        (contract(28), "warning", "C. trav. L3123-31"),
        (contract(35, "annualised"), "warning", "C. trav. L3121-47"),
        (contract(35, "two_weeks", cycle_starts_on=date(2026, 1, 5)), "warning", "C. trav. L3121-47"),
        (contract(35), "info", "Délai raisonnable, à défaut de règle écrite"),
    ],
)
def test_w9_a_changed_day_is_announced_seven_working_days_before(
    made_on, expected, regime, severity, article
):
    day = date(2026, 11, 12)
    change = PlanChange(day, made_on, SONAM)
    here = found("notice", [on(day, 4), on(day, 3, SONAM)], regimes=[regime], first=day, changes=[change])
    assert [(each.severity, each.measured, each.limit, each.article) for each in here] == [
        (severity, given, 7, article) for given in expected
    ]


def test_w9_counts_the_holidays_of_the_place():
    """From Thursday 18 to Tuesday 30 March 2027: Easter Monday is off everywhere, Good Friday in Alsace-Moselle."""
    tuesday, made_on = date(2027, 3, 30), date(2027, 3, 18)
    for zone, given in (("metropole", 6), ("alsace_moselle", 5)):
        change = PlanChange(tuesday, made_on, SONAM, zone)
        assert figures("notice", [], regimes=TWENTY_EIGHT, first=tuesday, changes=[change]) == [
            (tuesday, "warning", given, 7)
        ]
