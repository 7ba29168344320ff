"""W1, W2, W8 by the day, over two members: how long work may last, breaks, interruptions, travel, 1 May."""

from datetime import date, timedelta

import pytest

from employees.worktime_rules.facts import WorkSpan
from tests.employees.worked import (
    ALOEN,
    MONDAY,
    SONAM,
    calendar,
    contract,
    figures,
    found,
    limits,
    on,
    timed,
)

SIXTEEN = MONDAY.replace(year=MONDAY.year - 16)
SEVENTEEN_AND_A_HALF = date(2009, 3, 7)


@pytest.mark.parametrize(
    ("at_aloen", "at_sonam", "expected"),
    [
        ("5", "3:59", []),
        ("5", "4", [(MONDAY, "warning", 540, 600)]),
        ("5", "5", [(MONDAY, "warning", 600, 600)]),
        ("6", "4:01", [(MONDAY, "error", 601, 600)]),
        ("6", "6", [(MONDAY, "error", 720, 600)]),
        ("6", "6:01", [(MONDAY, "block", 721, 720)]),
    ],
)
def test_w1_a_day_lasts_ten_hours_over_all_members(at_aloen, at_sonam, expected):
    assert figures("daily", [on(MONDAY, at_aloen), on(MONDAY, at_sonam, SONAM)]) == expected


def test_w1_counts_travel_between_members():
    spans = [on(MONDAY, 5), on(MONDAY, 5, SONAM), on(MONDAY, "0:30", SONAM, kind="travel")]
    assert figures("daily", spans) == [(MONDAY, "error", 630, 600)]


def test_w1_follows_the_agreement_and_says_where_it_is_written():
    spans = [on(MONDAY, 6), on(MONDAY, "5:30", SONAM)]
    assert figures("daily", spans, law=limits(daily_minutes=720)) == [(MONDAY, "warning", 690, 720)]
    finding = found("daily", spans)[0]
    assert finding.article == "C. trav. L3121-18"
    assert finding.sentence == "11\u00a0h\u00a030 de travail dans la journée, 10\u00a0h au plus."
    assert finding.places == ((ALOEN, 360), (SONAM, 330))
    (beyond,) = found("daily", [on(MONDAY, 7), on(MONDAY, 6, SONAM)])
    assert beyond.article == "C. trav. L3121-19"
    assert beyond.sentence == "13\u00a0h de travail dans la journée, jamais plus de 12\u00a0h."


def test_w1_does_not_hold_for_a_forfait_in_days():
    spans = [on(MONDAY, 7), on(MONDAY, 6, SONAM)]
    assert figures("daily", spans, regimes=[contract(35, "day_rate", yearly_days=218)]) == []


def test_w1_a_night_counts_whole_and_by_civil_day():
    night = [timed(MONDAY, "20:00", "07:00", pause=30)]
    assert figures("daily", night) == [(MONDAY, "error", 630, 600)]
    by_day = calendar(night).minutes
    assert by_day == {MONDAY: 240, MONDAY + timedelta(days=1): 390}


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        # Aloen in the morning, Sonam in the afternoon: the way between is the only time off.
        ([timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:10", "14:09", SONAM)], []),
        ([timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:10", "14:10", SONAM)], [360]),
        ([timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:20", "17:00", SONAM)], []),
        ([timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:19", "17:00", SONAM)], [521]),
        ([timed(MONDAY, "08:00", "17:00", pause=20)], []),
        ([timed(MONDAY, "08:00", "17:00", pause=19)], [521]),
        # After six hours it is in time, later it is not; where a break was inside a span nobody knows.
        ([timed(MONDAY, "08:00", "14:00"), timed(MONDAY, "14:30", "16:00", SONAM)], []),
        ([timed(MONDAY, "08:00", "14:01"), timed(MONDAY, "14:30", "16:00", SONAM)], [361]),
    ],
)
def test_w2_a_break_of_twenty_minutes_once_six_hours_are_worked(spans, expected):
    assert figures("break", spans) == [(MONDAY, "error", worked, 360) for worked in expected]


def test_w2_travel_is_no_break():
    day = [timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:30", "17:00", SONAM)]
    assert figures("break", day) == []
    ride = WorkSpan(MONDAY, 20, SONAM, "travel")
    assert figures("break", [*day, ride]) == [(MONDAY, "error", 510, 360)]


def test_w2_is_silent_when_times_are_missing():
    assert figures("break", [on(MONDAY, 5), on(MONDAY, 5, SONAM)]) == []
    assert figures("break", [timed(MONDAY, "08:00", "14:30"), on(MONDAY, 2, SONAM)]) == []


def test_w2_holds_for_a_forfait_in_days():
    spans = [timed(MONDAY, "08:00", "15:00")]
    assert figures("break", spans, regimes=[contract(35, "day_rate", yearly_days=218)]) == [
        (MONDAY, "error", 420, 360)
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (("4", "3"), []),
        (("4", "4"), [(MONDAY, "warning", 480, 480)]),
        (("4", "4:01"), [(MONDAY, "error", 481, 480)]),
        (("7", "6"), [(MONDAY, "block", 780, 720)]),
    ],
)
def test_w8_under_eighteen_a_day_lasts_eight_hours(hours, expected):
    spans = [on(MONDAY, hours[0]), on(MONDAY, hours[1], SONAM)]
    assert figures("minor_daily", spans, born=SIXTEEN) == expected
    assert figures("daily", spans, born=SIXTEEN) == []


def test_w8_ends_on_the_eighteenth_birthday():
    spans = [on(MONDAY, 5), on(MONDAY, 4, SONAM)]
    birthday = MONDAY.replace(year=MONDAY.year - 18)
    assert figures("minor_daily", spans, born=birthday) == []
    assert figures("minor_daily", spans, born=birthday + timedelta(days=1)) == [(MONDAY, "error", 540, 480)]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([timed(MONDAY, "08:00", "12:30")], []),
        ([timed(MONDAY, "08:00", "12:31")], [271]),
        ([timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:30", "16:30", SONAM)], []),
        ([timed(MONDAY, "08:00", "12:00"), timed(MONDAY, "12:29", "16:30", SONAM)], [481]),
        # A second span has its limit too.
        ([timed(MONDAY, "08:00", "09:00"), timed(MONDAY, "10:00", "15:00", SONAM)], [300]),
        ([timed(MONDAY, "08:00", "16:30", pause=30)], []),
    ],
)
def test_w8_under_eighteen_half_an_hour_after_four_and_a_half(spans, expected):
    assert figures("minor_break", spans, born=SEVENTEEN_AND_A_HALF) == [
        (MONDAY, "error", worked, 270) for worked in expected
    ]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([timed(MONDAY, "09:00", "12:00"), timed(MONDAY, "14:00", "17:00", SONAM)], []),
        ([timed(MONDAY, "09:00", "12:00"), timed(MONDAY, "14:01", "17:00", SONAM)], [121]),
        (
            [
                timed(MONDAY, "09:00", "10:00"),
                timed(MONDAY, "11:00", "12:00", SONAM),
                timed(MONDAY, "13:00", "14:00"),
            ],
            [120],
        ),
        ([on(MONDAY, 3), on(MONDAY, 3, SONAM)], []),
    ],
)
def test_part_time_has_one_interruption_of_two_hours(spans, expected):
    found_here = [(MONDAY, "error", minutes, 120) for minutes in expected]
    assert figures("interruption", spans, regimes=[contract(28)]) == found_here
    assert figures("interruption", spans) == []


def test_the_way_that_was_noted_is_no_interruption():
    day = [timed(MONDAY, "09:00", "12:00"), timed(MONDAY, "14:20", "17:00", SONAM)]
    ride = WorkSpan(MONDAY, 30, SONAM, "travel")
    assert figures("interruption", day, regimes=[contract(28)]) == [(MONDAY, "error", 140, 120)]
    assert figures("interruption", [*day, ride], regimes=[contract(28)]) == []


def test_travel_between_two_members_is_to_be_noted():
    both = [on(MONDAY, 3), on(MONDAY, 4, SONAM)]
    (finding,) = found("travel", both)
    assert (finding.severity, finding.measured, finding.limit) == ("info", 2, 1)
    assert finding.article == "Cass. soc. 16 janv. 1996, n°\u00a092-42.354"
    assert finding.sentence.startswith("Aloen et Sonam\u00a0: trajet entre deux lieux le même jour")
    assert found("travel", [*both, on(MONDAY, "0:20", SONAM, kind="travel")]) == []
    assert found("travel", [on(MONDAY, 3), on(MONDAY + timedelta(days=1), 4, SONAM)]) == []


def test_first_of_may_is_paid_twice():
    may_day = date(2026, 5, 1)
    (finding,) = found("may_day", [on(may_day, 4), on(may_day, 3, SONAM)], first=date(2026, 4, 27))
    assert (finding.severity, finding.measured, finding.article) == ("info", 420, "C. trav. L3133-6")
    assert found("may_day", [on(date(2026, 5, 2), 4, SONAM)], first=date(2026, 4, 27)) == []
