"""Months and half-open ranges: as values, as columns, as constraints that PostgreSQL keeps."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from groupement.kernel import periods
from groupement.kernel.periods import Month, MonthConverter, MonthField
from members.models import VatAttestation
from tests import world
from timesheets.models import Timesheet

NOVEMBER = Month(2026, 11)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
ENDS = st.one_of(st.none(), DAYS)


def test_a_month_knows_its_borders():
    assert (NOVEMBER.first, NOVEMBER.last, NOVEMBER.before) == (
        date(2026, 11, 1),
        date(2026, 11, 30),
        date(2026, 12, 1),
    )
    assert len(NOVEMBER.days) == 30
    assert (NOVEMBER.previous, NOVEMBER.next.next) == (Month(2026, 10), Month(2027, 1))
    assert date(2026, 11, 30) in NOVEMBER
    assert date(2026, 12, 1) not in NOVEMBER


def test_a_month_is_said_in_french():
    assert (NOVEMBER.label, str(NOVEMBER)) == ("novembre 2026", "2026-11")
    assert [Month(2026, m).of_label for m in (4, 8, 9, 10)] == [
        "d’avril 2026",
        "d’août 2026",
        "de septembre 2026",
        "d’octobre 2026",
    ]


def test_weeks_start_on_monday_and_hold_each_day_once():
    weeks = NOVEMBER.weeks()
    assert [len(week) for week in weeks] == [1, 7, 7, 7, 7, 1]
    assert weeks[1][0] == date(2026, 11, 2)
    assert [day for week in Month(2027, 1).weeks() for day in week] == list(Month(2027, 1).days)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "2026-1", "11/2026", "0000-01", "9999-01"]
)
def test_no_month_is_refused_with_a_sentence(text):
    with pytest.raises(ValueError, match="n’est pas un mois"):
        Month.parse(text)


def test_months_end_before_dates_do():
    assert Month(9998, 12).previous.before == date(9998, 12, 1)
    assert Month(1, 1).first == date.min
    for year, month in ((9999, 1), (0, 1), (2026, 0), (2026, 13)):
        with pytest.raises(ValueError, match="n’est pas un mois"):
            Month(year, month)


@given(DAYS, st.integers(-500, 500))
def test_months_are_ordered_and_shift_back(day, n):
    month = Month.of(day)
    assert day in month
    assert month.shift(n).shift(-n) == month
    assert (month.shift(n) > month) == (n > 0)
    assert Month.parse(str(month)) == month


def test_the_url_converter_goes_both_ways():
    assert MonthConverter().to_python("2026-11") == NOVEMBER
    assert MonthConverter().to_url(NOVEMBER) == "2026-11"


def test_case_29_calendar_days_of_a_contract_by_month():
    starts_on, ends_before = date(2018, 2, 2), date(2018, 7, 31)
    counts = [len(periods.active_days(starts_on, ends_before, Month(2018, m))) for m in range(2, 8)]
    assert counts == [27, 31, 30, 31, 30, 30]


@pytest.mark.parametrize(
    ("starts_on", "ends_before", "clipped"),
    [
        (date(2026, 1, 1), None, (date(2026, 11, 1), date(2026, 12, 1))),
        (date(2026, 11, 10), date(2026, 11, 12), (date(2026, 11, 10), date(2026, 11, 12))),
        (date(2026, 10, 1), date(2026, 11, 1), None),
        (date(2026, 12, 1), None, None),
        (date(2026, 10, 1), date(2026, 11, 2), (date(2026, 11, 1), date(2026, 11, 2))),
    ],
)
def test_clip(starts_on, ends_before, clipped):
    assert periods.clip(starts_on, ends_before, NOVEMBER) == clipped


def test_the_days_of_several_ranges_are_those_that_lie_in_all():
    first, second, third = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 20)
    assert periods.intersection((first, None), (second, None), (first, third)) == (second, third)
    assert periods.intersection((first, second), (second, None)) is None


@given(DAYS, ENDS, DAYS)
def test_a_range_covers_its_active_days_and_no_other(starts_on, ends_before, day):
    month = Month.of(day)
    active = periods.active_days(starts_on, ends_before, month)
    assert active == tuple(d for d in month.days if periods.covers(starts_on, ends_before, d))


@given(DAYS, st.integers(0, 60), DAYS, st.integers(0, 60))
def test_ranges_overlap_when_they_share_a_day(a, a_days, b, b_days):
    a_end, b_end = a + timedelta(days=a_days), b + timedelta(days=b_days)
    shared = set(periods.days_between(a, a_end)) & set(periods.days_between(b, b_end))
    assert periods.overlaps(a, a_end, b, b_end) == bool(shared) == periods.overlaps(b, b_end, a, a_end)
    assert periods.overlaps(a, None, b, None)


def test_the_column_reads_months_and_first_days_only():
    field = MonthField("mois")
    assert (
        field.to_python("2026-11")
        == field.to_python("2026-11-01")
        == field.to_python(date(2026, 11, 1))
        == NOVEMBER
    )
    assert field.get_prep_value(NOVEMBER) == date(2026, 11, 1)
    assert field.get_prep_value(None) is None
    for wrong in (date(2026, 11, 15), "2026-11-15", "novembre", 11):
        with pytest.raises(ValidationError, match="n’est pas un mois"):
            field.to_python(wrong)


def test_the_form_field_reads_and_shows_months():
    field = MonthField("mois").formfield()
    assert field.widget.input_type == "month"
    assert field.clean("2026-11") == NOVEMBER
    assert field.prepare_value(NOVEMBER) == "2026-11"
    with pytest.raises(ValidationError, match="n’est pas un mois"):
        field.clean("2026-14")


def draft_sheet():
    placed = world.assignment(world.employee(), world.member())
    return world.timesheet(placed, month=NOVEMBER, status="draft")


@pytest.mark.django_db
def test_months_come_back_from_the_database_and_are_searched_by():
    sheet = draft_sheet()
    assert Timesheet.objects.get(pk=sheet.pk).month == NOVEMBER
    assert Timesheet.objects.filter(month__gte=NOVEMBER, month__lt=NOVEMBER.next).count() == 1
    assert Timesheet.objects.filter(month=NOVEMBER.previous).count() == 0


@pytest.mark.django_db
def test_the_database_refuses_a_month_that_starts_in_the_middle():
    [cost, *_] = world.cost(world.employee(), month=NOVEMBER)
    with (
        pytest.raises(IntegrityError, match="month_check"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE billing_employercost SET month = '2026-11-15' WHERE id = %s", [cost.pk])


def attestation(member, starts_on, ends_before):
    return world.attestation(member, starts_on=starts_on, ends_before=ends_before)


@pytest.mark.django_db
def test_rows_are_found_by_day_and_by_month_half_open():
    member = world.member()
    row = attestation(member, date(2026, 11, 10), date(2026, 12, 1))
    held = VatAttestation.objects.filter(member=member)
    assert [held.on(day).count() for day in (date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 30))] == [
        0,
        1,
        1,
    ]
    assert held.on(date(2026, 12, 1)).count() == 0
    assert [held.during(month).count() for month in (Month(2026, 10), NOVEMBER, Month(2026, 12))] == [0, 1, 0]
    assert row.last_day == date(2026, 11, 30)
    assert (row.covers(date(2026, 11, 30)), row.covers(date(2026, 12, 1))) == (True, False)
    assert len(row.active_days(NOVEMBER)) == 21


@pytest.mark.django_db
def test_the_database_refuses_overlaps_and_lets_neighbours_be():
    member = world.member()
    attestation(member, date(2026, 1, 1), date(2026, 6, 1))
    attestation(member, date(2026, 6, 1), date(2027, 1, 1))
    with pytest.raises(IntegrityError, match="do_not_overlap"), transaction.atomic():
        attestation(member, date(2026, 12, 31), date(2027, 12, 31))
    attestation(world.member("Sonam"), date(2026, 12, 31), date(2027, 12, 31))
