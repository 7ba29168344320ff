"""Time worked: whole minutes, read from what people type and written for screen and paper."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groupement.kernel.worktime import (
    DAY,
    BadDuration,
    parse_minutes,
    quantity,
    short_hours,
    spell_clock,
    spell_hours,
)
from tests.typed_hours import ACCEPTED, REFUSED


@pytest.mark.parametrize(("text", "minutes"), ACCEPTED.items())
def test_case_24_what_people_type_is_read(text, minutes):
    assert parse_minutes(text) == minutes


@pytest.mark.parametrize(("text", "sentence"), REFUSED.items())
def test_case_24_bad_durations_are_refused_with_a_sentence(text, sentence):
    with pytest.raises(BadDuration, match=sentence):
        parse_minutes(text)


def test_a_bad_duration_says_what_to_write_instead():
    with pytest.raises(BadDuration) as caught:
        parse_minutes("7:75")
    assert str(caught.value) == (
        "«\u00a07:75\u00a0» compte 75 minutes après l’heure\u00a0: il y en a 59 au plus. "
        "Écrivez 8:15 ou, en centièmes d’heure, 7,75."
    )


def test_a_week_may_be_longer_than_a_day():
    assert parse_minutes("35", at_most=7 * DAY) == 2100


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [
        (60, "1.00"),
        (20, "0.33"),
        (50, "0.83"),
        (208, "3.47"),
        (450, "7.50"),
        (97, "1.62"),
        (-97, "-1.62"),
        (0, "0.00"),
    ],
)
def test_quantity_is_hours_in_hundredths(minutes, hours):
    assert str(quantity(minutes)) == hours


def test_quantity_refuses_parts_of_minutes():
    for minutes in (7.5, Decimal("7.5"), True, "450"):
        with pytest.raises(TypeError, match="whole minutes"):
            quantity(minutes)


@pytest.mark.parametrize(
    ("minutes", "long", "short", "clock"),
    [
        (450, "7,50", "7,5", "7\u00a0h\u00a030"),
        (420, "7,00", "7", "7\u00a0h"),
        (425, "7,08", "7,08", "7\u00a0h\u00a005"),
        (45, "0,75", "0,75", "0\u00a0h\u00a045"),
        (0, "0,00", "0", "0\u00a0h"),
        (600, "10,00", "10", "10\u00a0h"),
        (-90, "\u22121,50", "\u22121,5", "\u22121\u00a0h\u00a030"),
        (100_000, "1\u202f666,67", "1\u202f666,67", "1\u202f666\u00a0h\u00a040"),
    ],
)
def test_spelling(minutes, long, short, clock):
    assert (spell_hours(minutes), short_hours(minutes), spell_clock(minutes)) == (long, short, clock)


@given(st.integers(0, DAY))
def test_what_the_clock_says_is_read_back(minutes):
    assert parse_minutes(spell_clock(minutes)) == minutes


@given(st.integers(0, DAY))
def test_hours_with_two_decimals_are_read_back_to_the_minute(minutes):
    assert parse_minutes(spell_hours(minutes)) == minutes
    assert parse_minutes(short_hours(minutes)) == minutes


@given(st.integers(-100_000, 100_000))
def test_quantity_is_within_half_a_hundredth_and_mirrors(minutes):
    assert abs(quantity(minutes) * 60 - minutes) <= Decimal("0.3")
    assert quantity(-minutes) == -quantity(minutes)
