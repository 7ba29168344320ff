"""Clock times: read as people type them, spans that really pass, and their rounding to steps."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupement.kernel.worktime import BadClock, parse_clock, round_minutes, round_span, span, span_minutes

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", None),
        ("  ", None),
        ("9", time(9)),
        ("9h", time(9)),
        ("09:00", time(9)),
        ("9 h 00", time(9)),
        ("9\u00a0h\u00a005", time(9, 5)),
        ("9:05", time(9, 5)),
        ("17H30", time(17, 30)),
        ("0h", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_times_of_the_day_are_read_as_people_type_them(text, read):
    assert parse_clock(text) == read


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("midi", "« midi » n’est pas une heure : écrivez par exemple 9h ou 17h30."),
        ("1 7", "« 1 7 » n’est pas une heure : écrivez par exemple 9h ou 17h30."),
        ("9:5", "« 9:5 » n’est pas une heure : écrivez par exemple 9h ou 17h30."),
        ("9,5", "« 9,5 » n’est pas une heure : écrivez par exemple 9h ou 17h30."),
        ("-1", "« -1 » n’est pas une heure : écrivez par exemple 9h ou 17h30."),
        ("24h", "« 24h » n’existe pas : les heures vont de 0h à 23h59, et minuit s’écrit 0h."),
        ("9:60", "« 9:60 » n’existe pas : les heures vont de 0h à 23h59, et minuit s’écrit 0h."),
    ],
)
def test_what_is_no_time_of_the_day_is_refused_with_a_sentence(text, sentence):
    with pytest.raises(BadClock) as refused:
        parse_clock(text)
    assert str(refused.value).replace("\u00a0", " ") == sentence


@pytest.mark.parametrize(
    ("day", "start", "end", "minutes"),
    [
        (date(2026, 11, 3), time(9), time(17, 30), 510),
        (date(2026, 11, 3), time(22), time(6), 480),  # into the next day
        (date(2026, 11, 3), time(18), time(0), 360),  # to midnight
        (date(2026, 11, 3), time(9), time(9), 0),
        (date(2026, 3, 28), time(22), time(6), 420),  # the clock goes forward
        (date(2026, 3, 29), time(1), time(4), 120),
        (date(2026, 10, 24), time(22), time(6), 540),  # the clock goes back
        (date(2026, 10, 25), time(1), time(4), 240),
    ],
)
def test_span_is_the_time_that_really_passes(day, start, end, minutes):
    assert span_minutes(day, start, end, PARIS) == minutes


def test_span_is_two_moments_that_compare_over_the_change_of_clocks():
    before, after = span(date(2026, 10, 24), time(22), time(6), PARIS)
    assert after - before == timedelta(hours=9)
    assert span(date(2026, 10, 25), time(6), time(7), PARIS)[0] == after


@pytest.mark.parametrize(
    ("minutes", "how", "rounded"),
    [
        (54, "up", 60),
        (66, "up", 75),
        (60, "up", 60),
        (67, "nearest", 60),
        (68, "nearest", 75),
        (67, "none", 67),
    ],
)
def test_minutes_are_brought_to_steps_of_a_quarter(minutes, how, rounded):
    assert round_minutes(minutes, 15, how) == rounded


def test_nearest_lets_a_half_go_up():
    assert [round_minutes(minutes, 10, "nearest") for minutes in (4, 5, 14, 15)] == [0, 10, 10, 20]


@pytest.mark.parametrize(("how", "minutes"), [("none", 480), ("outward", 495), ("up", 480), ("nearest", 480)])
def test_span_over_the_change_of_clocks_is_rounded_by_the_clock_and_counted_by_what_passes(how, minutes):
    start = datetime(2026, 10, 24, 22, 50, 0, tzinfo=PARIS)
    end = datetime(2026, 10, 25, 5, 50, 0, tzinfo=PARIS)
    assert round_span(start, end, 15, how) == minutes


def test_seconds_are_rounded_once_to_the_minute():
    start = datetime(2026, 11, 3, 9, 0, 0)  # noqa: DTZ001 - as a file without zone has them
    assert [round_span(start, start + timedelta(seconds=s), 15, "none") for s in (29, 30, 89, 90)] == [
        *(0, 1, 1, 2)
    ]


@given(st.times(), st.times(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_span_is_never_negative_and_within_25_hours(start, end, day):
    start, end = start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    assert 0 <= span_minutes(day, start, end, PARIS) <= 25 * 60


@given(st.integers(0, 1440), st.integers(1, 60))
def test_rounding_gives_a_multiple_less_than_a_step_away(minutes, step):
    up, nearest = round_minutes(minutes, step, "up"), round_minutes(minutes, step, "nearest")
    assert (up % step, nearest % step) == (0, 0)
    assert 0 <= up - minutes < step
    assert abs(nearest - minutes) * 2 <= step
