"""What addresses and hidden fields name: a value of the calendar or of a column, or None."""

from datetime import UTC, date, datetime

import pytest
from django import forms

from groupement.kernel import asked
from groupement.kernel.periods import Month, parse_day

NOTHING = (
    None,
    "",
    "²",
    "٣",
    "-1",
    "1e3",
    "NaN",
    "\x00",
    "9" * 19,
    "9" * 5000,
    "0001-01",
    "9999-12-31",
    "2026-02-30",
)


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_not_one_is_nothing(text):
    readers = (asked.asked_key, asked.asked_year, asked.asked_month, asked.asked_day, asked.asked_moment)
    assert [reader(text) for reader in readers] == [None] * 5


def test_what_is_one_is_its_value():
    assert asked.asked_key("999999999999999999") == 10**18 - 1
    assert asked.asked_year("2026") == 2026
    assert asked.asked_month("2026-11") == Month(2026, 11)
    assert asked.asked_day("2026-11-09") == date(2026, 11, 9)
    assert asked.asked_moment("2026-11-09T08:30:00+00:00") == datetime(2026, 11, 9, 8, 30, tzinfo=UTC)
    assert asked.asked_moment("2026-11-09T08:30:00") is None
    assert (asked.asked_text("é"), asked.asked_text("é\0"), asked.asked_text(None)) == ("é", "", "")


def test_a_day_of_no_calendar_is_refused_with_a_sentence():
    with pytest.raises(ValueError, match="n’est pas un jour\u00a0: écrivez par exemple 2026-11-09"):
        parse_day("0026-11-09")


@pytest.mark.parametrize("typed", ["01/01/0026", "31/12/9999"])
def test_every_field_of_a_day_refuses_a_year_of_no_calendar(typed):
    class Form(forms.Form):
        day = forms.DateField()

    form = Form({"day": typed})
    year = int(typed[-4:])
    assert form.errors["day"] == [
        f"L’année {year} n’est pas la bonne\u00a0: écrivez une année de 1900 à 2149."
    ]
    assert Form({"day": "03/11/2026"}).is_valid()
