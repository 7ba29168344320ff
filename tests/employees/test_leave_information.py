"""Information of a person on their leave within one month of the return from sickness: C. trav. L3141-19-3."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employees.contributing.duties import due, information_due_on
from employees.models import Absence, Contract
from tests import world

WINDOW = (date(2024, 1, 1), date(2028, 1, 1))


@given(st.dates(date(2024, 4, 24), date(2033, 12, 31)))
def test_one_month_from_the_return_by_hand(back_on):
    year, month = (back_on.year, back_on.month + 1) if back_on.month < 12 else (back_on.year + 1, 1)
    by_hand = date(year, month, min(back_on.day, calendar.monthrange(year, month)[1]))
    assert information_due_on(back_on) == by_hand


@pytest.fixture
def maelle(db):
    return world.employee(starts_on=date(2020, 1, 1))


def away(person, first, last, kind="sickness"):
    ends_before = last + timedelta(days=1)
    return Absence.objects.create(
        employee=person, kind=kind, starts_on=first, ends_before=ends_before, recorded_at=world.NOW
    )


def found(first=WINDOW[0], before=WINDOW[1]):
    return [(each.key, each.due_on) for each in due(first, before, "metropole")]


@pytest.mark.parametrize(
    ("last", "due_on"),
    [
        (date(2026, 3, 14), date(2026, 4, 15)),
        (date(2026, 1, 30), date(2026, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 12, 30), date(2027, 1, 31)),
    ],
)
def test_a_month_after_the_first_day_back(maelle, last, due_on):
    row = away(maelle, last - timedelta(days=3), last)
    assert found(before=date(2029, 1, 1)) == [(f"leave_information:{row.pk}", due_on)]


def test_prolonged_is_one_return(maelle):
    first = away(maelle, date(2026, 3, 2), date(2026, 3, 6))
    away(maelle, date(2026, 3, 7), date(2026, 3, 13))
    away(maelle, date(2026, 3, 16), date(2026, 3, 20))  # a weekend between
    assert found() == [(f"leave_information:{first.pk}", date(2026, 4, 21))]
    other = away(maelle, date(2026, 3, 24), date(2026, 3, 25))  # on Monday they were at work
    assert [key for key, _ in found()][1:] == [f"leave_information:{other.pk}"]


def test_a_public_holiday_between_is_no_work(maelle):
    first = away(maelle, date(2026, 4, 1), date(2026, 4, 3))
    away(maelle, date(2026, 4, 7), date(2026, 4, 8))  # Easter Monday is the 6th
    assert found() == [(f"leave_information:{first.pk}", date(2026, 5, 9))]


def test_since_the_law_and_for_sickness_and_people_employed(maelle):
    away(maelle, date(2024, 4, 15), date(2024, 4, 22))
    assert found() == [], "back on 23 April 2024, the day before"
    held = away(maelle, date(2024, 5, 2), date(2024, 5, 3))
    away(maelle, date(2026, 7, 6), date(2026, 7, 17), "leave")
    assert found() == [(f"leave_information:{held.pk}", date(2024, 6, 4))]
    Contract.objects.update(ends_before=date(2024, 5, 4))
    assert found() == [], "nobody comes back after the contract"


def test_it_is_private_and_addressed_to_the_person(maelle):
    away(maelle, date(2026, 3, 2), date(2026, 3, 6))
    (only,) = due(*WINDOW, "metropole")
    assert only.is_private
    assert only.audience.person == maelle.user_id
    assert (only.audience.finance, only.audience.member) == (False, None)
    assert only.article == "C. trav. L3141-19-3"
