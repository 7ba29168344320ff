"""A night noted on both of its days, parted at midnight, is to the rules what it is when noted as one."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from employees.worktime_rules.calendar import by_civil_day
from employees.worktime_rules.findings import findings
from groupement.kernel.worktime import DAY
from tests.employees.worked import ALOEN, MONDAY, SONAM, calendar, on, timed

TUESDAY = MONDAY + timedelta(days=1)
NIGHTS = st.lists(
    st.tuples(
        st.integers(0, 9),  # the day, counted from Monday
        st.integers(12 * 60, DAY - 1),
        st.integers(1, 12 * 60 - 1),
        st.sampled_from([0, 0, 20, 45]),
        st.sampled_from([ALOEN, SONAM]),
    ),
    max_size=6,
    unique_by=lambda night: night[0],
)


def clock(minutes):
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def whole(night):
    day, start, end, pause, place = night
    return [timed(MONDAY + timedelta(days=day), clock(start), clock(end), place, pause=min(pause, end))]


def parted(night):
    """Two spans, the break in the longer one."""
    (span,) = whole(night)
    _, start, end, _, place = night
    evening, morning = DAY - start, end
    pauses = (span.break_minutes, 0) if evening >= morning else (0, span.break_minutes)
    return [
        timed(span.day, clock(start), "00:00", place, pause=pauses[0]),
        timed(span.day + timedelta(days=1), "00:00", clock(end), place, pause=pauses[1]),
    ]


def all_findings(nights, note):
    spans = [span for night in nights for span in note(night)]
    return list(findings(calendar(spans)))


@given(NIGHTS)
def test_every_rule_finds_the_same_in_parted_nights(nights):
    assert all_findings(nights, parted) == all_findings(nights, whole)


def test_a_long_night_a_short_rest_and_a_missing_break_are_found_in_parted_nights():
    """The example in figures: eleven hours from Monday on, then a rest of nine."""
    nights = [(0, 20 * 60, 7 * 60, 0, ALOEN), (1, 16 * 60, 60, 0, SONAM)]
    found = {(str(each.rule), each.day, each.measured) for each in all_findings(nights, parted)}
    assert {("daily", MONDAY, 660), ("daily_rest", TUESDAY, 540), ("break", MONDAY, 660)} <= found


def test_two_nights_in_a_row_stay_two():
    """What begins at midnight goes on with the evening before it, not with the one after."""
    spans = [
        timed(MONDAY, "22:00", "00:00"),
        timed(TUESDAY, "00:00", "06:00"),
        timed(TUESDAY, "22:00", "00:00"),
    ]
    shifts = calendar(spans).shifts
    assert [(shift.day, shift.end - shift.start) for shift in shifts] == [(MONDAY, 480), (TUESDAY, 120)]
    assert dict(calendar(spans).entered) == {MONDAY: 480, TUESDAY: 120}


def test_what_another_place_or_hours_without_times_begin_is_not_joined():
    spans = [timed(MONDAY, "22:00", "00:00"), timed(TUESDAY, "00:00", "06:00", SONAM), on(TUESDAY, 1)]
    assert dict(calendar(spans).entered) == {MONDAY: 120, TUESDAY: 420}


def test_the_break_is_taken_from_the_longer_part():
    parts = {
        pause: [minutes for _, minutes in by_civil_day(timed(MONDAY, start, end, pause=pause))]
        for start, end, pause in [("22:00", "06:00", 60), ("18:00", "02:00", 45), ("23:00", "01:00", 70)]
    }
    assert parts == {60: [120, 300], 45: [315, 120], 70: [0, 50]}
