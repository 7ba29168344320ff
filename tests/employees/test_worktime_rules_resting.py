"""W3, W6, W7, W8 over two members: rest between days, days a week, weekly rest, Sundays, nights of 23 and 25 hours."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.employees.worked import MONDAY, SONAM, contract, figures, found, limits, on, timed, week

TUESDAY = MONDAY + timedelta(days=1)
FIFTEEN, SEVENTEEN = date(2011, 3, 1), date(2009, 3, 1)
IN_DAYS = [contract(35, "day_rate", yearly_days=218)]


@pytest.mark.parametrize(
    ("evening", "morning", "rest"),
    [("21:00", "08:00", None), ("21:01", "08:00", 659), ("22:00", "08:00", 600), ("00:30", "08:00", 450)],
)
def test_w3_eleven_hours_between_the_evening_here_and_the_morning_there(evening, morning, rest):
    spans = [timed(MONDAY, "16:00", evening), timed(TUESDAY, morning, "12:00", SONAM)]
    expected = [(TUESDAY, "error", rest, 660)] if rest else []
    assert figures("daily_rest", spans) == expected
    assert figures("daily_rest", spans, regimes=IN_DAYS) == expected


def test_w3_says_both_days_and_places():
    spans = [timed(MONDAY, "16:00", "22:00"), timed(TUESDAY, "08:00", "12:00", SONAM)]
    (finding,) = found("daily_rest", spans)
    assert finding.sentence == "10\u00a0h de repos avant la reprise à 8\u00a0h, 11\u00a0h au moins."
    assert (finding.first, finding.before) == (MONDAY, TUESDAY + timedelta(days=1))
    assert [(place.name, minutes) for place, minutes in finding.places] == [("Aloen", 360), ("Sonam", 240)]


def test_w3_nine_hours_by_agreement():
    spans = [timed(MONDAY, "16:00", "22:30"), timed(TUESDAY, "07:30", "12:00", SONAM)]
    assert figures("daily_rest", spans, law=limits(daily_rest_minutes=540)) == []
    assert figures("daily_rest", spans) == [(TUESDAY, "error", 540, 660)]


def test_w3_reads_back_to_the_day_before_the_first_one_asked_for():
    spans = [timed(MONDAY, "16:00", "22:00"), timed(TUESDAY, "08:00", "12:00", SONAM)]
    assert figures("daily_rest", spans, first=TUESDAY) == [(TUESDAY, "error", 600, 660)]


@pytest.mark.parametrize(
    ("evening", "expected"),
    [
        # The night that loses an hour takes it from the rest, the night that gains one gives it.
        (timed(date(2026, 3, 28), "16:00", "21:00"), [(date(2026, 3, 29), "error", 600, 660)]),
        (timed(date(2026, 3, 28), "16:00", "20:00"), []),
        (timed(date(2026, 10, 24), "16:00", "22:00"), []),
        (timed(date(2026, 10, 24), "16:00", "22:01"), [(date(2026, 10, 25), "error", 659, 660)]),
    ],
)
def test_w3_knows_the_nights_on_which_clocks_change(evening, expected):
    sunday = evening.day + timedelta(days=1)
    spans = [evening, timed(sunday, "08:00", "12:00", SONAM)]
    assert figures("daily_rest", spans, first=sunday) == expected


def test_w3_is_silent_without_times_and_sure_with_some():
    assert figures("daily_rest", [on(MONDAY, 9), on(TUESDAY, 9, SONAM)]) == []
    known = [timed(MONDAY, "16:00", "22:00"), on(MONDAY, 1, SONAM), timed(TUESDAY, "08:00", "09:00", SONAM)]
    assert figures("daily_rest", known) == [(TUESDAY, "error", 600, 660)]


def test_w3_a_night_noted_on_both_of_its_days_is_one_shift():
    spans = [
        timed(MONDAY, "22:00", "00:00"),
        timed(TUESDAY, "00:00", "06:00", SONAM),
        timed(TUESDAY, "22:00", "23:00"),
    ]
    assert figures("daily_rest", spans) == []


@given(st.integers(0, 23 * 60 + 59), st.integers(0, 23 * 60 + 59))
def test_w3_is_found_exactly_when_rest_is_short(evening, morning):
    def clock(minutes):
        return f"{minutes // 60:02d}:{minutes % 60:02d}"

    spans = [timed(MONDAY, clock(evening // 2), clock(evening // 2 + 1))]
    spans += [timed(TUESDAY, clock(morning), clock((morning + 1) % 1440), SONAM)]
    rest = 1440 - (evening // 2 + 1) + morning
    assert figures("daily_rest", spans) == ([(TUESDAY, "error", rest, 660)] if rest < 660 else [])


@pytest.mark.parametrize(("born", "due"), [(SEVENTEEN, 720), (FIFTEEN, 840)])
def test_w8_rest_of_the_young(born, due):
    start = 20 * 60 + due - 1440
    clock = f"{start // 60:02d}:{start % 60:02d}"
    early = f"{start // 60 - 1:02d}:{start % 60:02d}"
    evening = timed(MONDAY, "16:00", "20:00")
    assert figures("minor_rest", [evening, timed(TUESDAY, clock, "12:00", SONAM)], born=born) == []
    assert figures("minor_rest", [evening, timed(TUESDAY, early, "12:00", SONAM)], born=born) == [
        (TUESDAY, "error", due - 60, due)
    ]


def test_w6_six_days_a_week():
    assert figures("days_a_week", week(MONDAY, 5, 5, 5, 5, 5, 5)) == []
    seven = week(MONDAY, 5, 5, 5, 5, 5, 5, 1)
    assert figures("days_a_week", seven) == [(MONDAY, "error", 7, 6)]
    assert figures("days_a_week", seven, regimes=IN_DAYS) == [(MONDAY, "error", 7, 6)]
    assert found("days_a_week", seven)[0].article == "C. trav. L3132-1"


def test_w8_five_days_a_week_under_eighteen():
    assert figures("minor_days", week(MONDAY, 5, 5, 5, 5, 5), born=SEVENTEEN) == []
    assert figures("minor_days", week(MONDAY, 5, 5, 5, 5, 5, 5), born=SEVENTEEN) == [(MONDAY, "error", 6, 5)]


def working_week(saturday_end, monday_start, *, sunday=None):
    """Monday to Friday at Aloen, Saturday at Sonam, and the next Monday."""
    spans = [timed(MONDAY + timedelta(days=n), "08:00", "12:00") for n in range(5)]
    spans.append(timed(MONDAY + timedelta(days=5), "10:00", saturday_end, SONAM))
    if sunday:
        spans.append(timed(MONDAY + timedelta(days=6), *sunday, SONAM))
    return [*spans, timed(MONDAY + timedelta(days=7), monday_start, "23:30")]


def test_w7_thirty_five_hours_on_end():
    assert figures("weekly_rest", working_week("21:00", "08:00")) == []
    short = working_week("21:01", "08:00")
    assert figures("weekly_rest", short) == [(MONDAY, "error", 34 * 60 + 59, 2100)]
    assert figures("weekly_rest", short, regimes=IN_DAYS) == [(MONDAY, "error", 34 * 60 + 59, 2100)]
    broken = working_week("18:00", "08:00", sunday=("10:00", "11:00"))
    before = timed(MONDAY - timedelta(days=1), "17:00", "20:00", SONAM)
    assert figures("weekly_rest", [before, *broken]) == [(MONDAY, "error", 22 * 60, 2100)]


def test_w7_a_rest_on_either_side_of_monday_needs_its_half_in_the_week():
    """Half of 35 h lies before Monday 0 h and half after: it is this week’s, and a minute less is not 35 h."""

    def worked(until, since):
        before = timed(MONDAY - timedelta(days=1), "00:00", until, SONAM)
        days = [timed(MONDAY + timedelta(days=n), "08:00", "22:00") for n in range(1, 8)]
        return [before, timed(MONDAY, since, "22:00"), *days]

    assert figures("weekly_rest", worked("06:30", "17:30")) == []
    assert figures("weekly_rest", worked("06:31", "17:30")) == [(MONDAY, "error", 2099, 2100)]
    assert figures("weekly_rest", worked("06:30", "17:29")) == [(MONDAY, "error", 2099, 2100)]
    # 36 h, of which 11 are this week’s: what lies before half of what is due is not counted.
    assert figures("weekly_rest", worked("00:01", "11:00")) == [(MONDAY, "error", 17 * 60 + 30 + 660, 2100)]


def test_w7_a_rest_at_the_end_needs_its_half_in_the_week_too():
    def worked(until, since):
        days = [timed(MONDAY + timedelta(days=n), "08:00", "22:00") for n in range(-1, 6)]
        after = timed(MONDAY + timedelta(days=7), since, "23:30", SONAM)
        return [*days, timed(MONDAY + timedelta(days=6), "00:00", until), after]

    assert figures("weekly_rest", worked("06:30", "17:30")) == []
    assert figures("weekly_rest", worked("06:31", "17:30")) == [(MONDAY, "error", 2099, 2100)]
    assert figures("weekly_rest", worked("06:30", "17:29")) == [(MONDAY, "error", 2099, 2100)]
    assert figures("weekly_rest", worked("13:00", "23:00")) == [(MONDAY, "error", 660 + 17 * 60 + 30, 2100)]


def test_w7_the_longest_of_several_rests_counts_and_what_overlaps_does_not_lengthen_it():
    days = [timed(MONDAY + timedelta(days=n), "08:00", "22:00") for n in range(-1, 8) if n not in {2, 3}]
    spans = [
        *days,
        timed(MONDAY + timedelta(days=2), "08:00", "20:00"),
        timed(MONDAY + timedelta(days=3), "16:00", "22:00"),
    ]
    assert figures("weekly_rest", spans) == [(MONDAY, "error", 20 * 60, 2100)]
    # A meeting inside a long day: its end is not the end of work.
    spans.append(timed(MONDAY + timedelta(days=2), "09:00", "10:00", SONAM))
    assert figures("weekly_rest", spans) == [(MONDAY, "error", 20 * 60, 2100)]


@pytest.mark.parametrize(("n", "is_silent"), [(-2, False), (-1, True), (3, True), (7, True), (8, False)])
def test_w7_is_silent_only_when_the_unknown_times_are_near_enough_to_matter(n, is_silent):
    days = [timed(MONDAY + timedelta(days=each), "08:00", "22:00") for each in range(-1, 8) if each != n]
    found_here = figures("weekly_rest", [*days, on(MONDAY + timedelta(days=n), 4, SONAM)])
    assert found_here == ([] if is_silent else [(MONDAY, "error", 600, 2100)])


def test_w7_goes_on_after_a_week_without_work_and_names_the_days_of_its_own():
    later = MONDAY + timedelta(days=7)
    spans = [timed(later + timedelta(days=n), "08:00", "22:00") for n in range(-1, 8)]
    found_here = found(
        "weekly_rest", spans[1:], before=later + timedelta(days=7), law=limits(weekly_rest_minutes=20000)
    )
    assert [(each.day, each.first, each.before) for each in found_here] == [
        (later, later, later + timedelta(days=7))
    ]


def test_w7_says_nothing_of_a_week_without_work():
    spans = [timed(MONDAY + timedelta(days=n), "08:00", "22:00") for n in (-1, 7)]
    assert figures("weekly_rest", spans, law=limits(weekly_rest_minutes=20000)) == []


def test_w7_a_rest_counts_for_one_week_only():
    """Worked every day from the second Monday on: the Sunday between belongs to the first week."""
    spans = working_week("21:00", "08:00")
    spans += [timed(MONDAY + timedelta(days=n), "08:00", "12:00", SONAM) for n in range(8, 15)]
    found_here = figures("weekly_rest", spans, before=MONDAY + timedelta(days=14))
    assert [day for day, *_ in found_here] == [MONDAY + timedelta(days=7)]


def test_w7_knows_the_sundays_on_which_clocks_change():
    """From Saturday 21:00 to Monday 08:00 there are 34 hours in March, 36 in October."""
    for saturday, rest in ((date(2026, 3, 28), 34 * 60), (date(2026, 10, 24), None)):
        monday = saturday - timedelta(days=5)
        spans = [timed(monday + timedelta(days=n), "08:00", "12:00") for n in range(5)]
        spans.append(timed(saturday, "16:00", "21:00", SONAM))
        spans.append(timed(monday + timedelta(days=7), "08:00", "12:00"))
        expected = [(monday, "error", rest, 2100)] if rest else []
        assert figures("weekly_rest", spans, first=monday) == expected


def test_w7_is_silent_without_times():
    assert figures("weekly_rest", week(MONDAY, 5, 5, 5, 5, 5, 5, 5)) == []


def test_w7_sunday_is_told():
    sunday = MONDAY + timedelta(days=6)
    (finding,) = found("sunday", [on(MONDAY, 5), on(sunday, 4, SONAM)])
    assert (finding.day, finding.severity, finding.measured) == (sunday, "info", 240)
    assert finding.article == "C. trav. L3132-3"
    assert found("sunday", [on(MONDAY, 5), on(sunday - timedelta(days=1), 4, SONAM)]) == []
