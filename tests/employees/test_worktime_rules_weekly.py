"""W4, W5, W8 by the week, over two members: 48 h, 44 h on average, overtime with its rates and its quota."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employees.worktime_rules.calendar import EarlierSums, monday_of
from tests.employees.worked import (
    MONDAY,
    SONAM,
    calendar,
    contract,
    figures,
    found,
    limits,
    on,
    timed,
    week,
    weeks,
)

IN_DAYS = [contract(35, "day_rate", yearly_days=218)]
BY_YEAR = [contract(35, "annualised")]
BACK = {"first": MONDAY - timedelta(weeks=2), "before": MONDAY + timedelta(weeks=1)}


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (("9", "9", "9", "8", "8:11"), []),
        (("9", "9", "9", "8", "8:12"), [("warning", 2592, 2880)]),
        (("9:30", "9:30", "9:30", "9:30", "10"), [("warning", 2880, 2880)]),
        (("9:30", "9:30", "9:30", "9:30", "10:01"), [("error", 2881, 2880)]),
        (("10", "10", "10", "10", "10", "10"), [("error", 3600, 2880)]),
        (("10", "10", "10", "10", "10", "10:01"), [("block", 3601, 3600)]),
    ],
)
def test_w4_forty_eight_hours_a_week_over_all_members(hours, expected):
    assert figures("weekly", week(MONDAY, *hours)) == [(MONDAY, *each) for each in expected]


def test_w4_a_week_goes_from_monday_to_sunday():
    """A night from Sunday to Monday is shared as the clock says."""
    sunday = MONDAY + timedelta(days=6)
    spans = [*week(MONDAY, 9, 9, 9, 9, 9, 2), timed(sunday, "22:00", "06:00", SONAM)]
    assert calendar(spans).weeks == {MONDAY: 49 * 60, MONDAY + timedelta(weeks=1): 6 * 60}
    assert figures("weekly", spans) == [(MONDAY, "error", 49 * 60, 2880)]


def test_w4_says_its_article_and_its_places():
    (finding,) = found("weekly", week(MONDAY, 10, 10, 10, 10, 9))
    assert finding.sentence == "49\u00a0h de travail dans la semaine, 48\u00a0h au plus."
    assert finding.article == "C. trav. L3121-20"
    assert [(place.name, minutes) for place, minutes in finding.places] == [("Aloen", 1740), ("Sonam", 1200)]
    assert found("weekly", week(MONDAY, 10, 10, 10, 10, 10, 11))[0].article == "C. trav. L3121-21"


def test_w4_and_w5_do_not_hold_for_a_forfait_in_days():
    spans = weeks(12, 10, 10, 10, 10, 10)
    assert figures("weekly", spans, regimes=IN_DAYS) == []
    assert figures("average", spans, regimes=IN_DAYS) == []
    assert figures("overtime", spans, regimes=IN_DAYS) == []


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((7, 7, 7, 7, 6), [("warning", 2040, 2100)]),
        ((7, 7, 7, 7, "7:01"), [("error", 2101, 2100)]),
        ((6, 6, 6, 6, 6), []),
    ],
)
def test_w8_thirty_five_hours_under_eighteen(hours, expected):
    young = date(2009, 3, 1)
    assert figures("minor_weekly", week(MONDAY, *hours), born=young) == [(MONDAY, *each) for each in expected]
    assert figures("weekly", week(MONDAY, *hours), born=young) == []


def test_w5_forty_four_hours_on_average_over_any_twelve_weeks():
    exactly = weeks(12, 9, 9, 9, 9, 8)
    assert figures("average", exactly) == []
    more = [*exactly, on(MONDAY + timedelta(days=5), "0:01", SONAM)]
    assert figures("average", more) == [(MONDAY, "error", 2641, 2640)]
    (finding,) = found("average", more)
    assert finding.first == MONDAY - timedelta(weeks=11)
    assert finding.article == "C. trav. L3121-22"


def test_w5_weeks_without_work_count():
    spans = weeks(12, 9, 9, 9, 9, 9)
    away = [span for span in spans if span.day >= MONDAY - timedelta(weeks=9)]
    assert figures("average", spans) == [(MONDAY, "error", 2700, 2640)]
    assert figures("average", away) == []


def test_w5_forty_six_hours_by_agreement():
    assert figures("average", weeks(12, 9, 9, 9, 9, 9), law=limits(average_minutes=46 * 60)) == [
        (MONDAY, "warning", 2700, 2760)
    ]


def test_w5_coming_near_is_reported_once_and_being_over_each_week():
    near = weeks(14, 8, 8, 8, 8, 8)
    assert [day for day, *_ in figures("average", near, **BACK)] == [BACK["first"]]
    over = weeks(14, 9, 9, 9, 9, 9)
    assert len(figures("average", over, **BACK)) == 3


def test_w5_earlier_weeks_come_as_sums():
    sums = EarlierSums({MONDAY - timedelta(weeks=n): 45 * 60 for n in range(1, 12)})
    this_week = week(MONDAY, 9, 9, 9, 9, 9)
    assert figures("average", this_week, earlier=sums, counted_from=MONDAY) == [(MONDAY, "error", 2700, 2640)]


@given(st.lists(st.integers(0, 3600), min_size=12, max_size=12))
def test_w5_is_found_exactly_when_twelve_weeks_exceed_their_limit(minutes):
    sums = {MONDAY - timedelta(weeks=n): each for n, each in enumerate(minutes)}
    here = figures("average", [], earlier=EarlierSums(sums))
    assert ([each[1] for each in here] == ["error"]) == (sum(minutes) > 12 * 2640)


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (("7", "7", "7", "7", "8"), "1\u00a0h au-delà de 35\u00a0h\u00a0: 1\u00a0h à +25\u00a0%."),
        (("9", "9", "9", "8", "8"), "8\u00a0h au-delà de 35\u00a0h\u00a0: 8\u00a0h à +25\u00a0%."),
        (
            ("9", "9", "9", "9", "9"),
            "10\u00a0h au-delà de 35\u00a0h\u00a0: 8\u00a0h à +25\u00a0%, 2\u00a0h à +50\u00a0%.",
        ),
    ],
)
def test_overtime_is_counted_by_the_week_with_its_rates(hours, sentence):
    (finding,) = found("overtime", week(MONDAY, *hours))
    assert (finding.severity, finding.sentence) == ("info", sentence)


def test_overtime_is_of_full_time_weeks_only():
    spans = week(MONDAY, 9, 9, 9, 9, 9)
    assert found("overtime", week(MONDAY, 7, 7, 7, 7, 7)) == []
    assert found("overtime", spans, regimes=[contract(28)]) == []
    assert found("overtime", spans, regimes=BY_YEAR) == []


def quota_of(weekly, count):
    """The quota’s findings after ``count`` weeks of ``weekly`` hours, all of them asked for."""
    spans = weeks(count, *weekly)
    first = monday_of(spans[-1].day)
    return [each[1:] for each in figures("quota", spans, first=first, before=MONDAY + timedelta(weeks=1))]


def test_quota_of_220_hours_a_year_is_reported_when_near_and_each_week_beyond():
    ten_more = ("9", "9", "9", "9", "9")
    assert quota_of(ten_more, 19) == []
    assert quota_of(ten_more, 20) == [("warning", 200 * 60, 220 * 60)]
    assert quota_of(ten_more, 22) == [("warning", 200 * 60, 220 * 60)]
    assert quota_of(ten_more, 24) == [
        ("error", 240 * 60, 220 * 60),
        ("error", 230 * 60, 220 * 60),
        ("warning", 200 * 60, 220 * 60),
    ]


def test_quota_begins_again_with_the_year():
    january = date(2027, 1, 4)
    spans = [*weeks(21, 9, 9, 9, 9, 9, until=date(2026, 12, 28)), *week(january, 9, 9, 9, 9, 9)]
    span = {"first": january, "before": january + timedelta(weeks=1), "regimes": [contract()]}
    assert figures("quota", spans, **span) == []
    assert figures("quota", spans, **span, law=limits(yearly_overtime_minutes=600)) == [
        (january, "warning", 600, 600)
    ]
    # Where only a part of the year was read, nothing is said of the year.
    assert figures("quota", spans, **span, law=limits(yearly_overtime_minutes=1), counts_years=False) == []
