"""The limits of working time: the agreement's row of the day, else the law's, else its figures; and their admin."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from employees.limits import limits_between, limits_on
from employees.models import WorkingTimeLimits
from tests import world

pytestmark = pytest.mark.django_db

AGREEMENT = "ECLAT (1518)"
JULY = date(2026, 7, 1)


@pytest.fixture
def group():
    return world.group(collective_agreement=AGREEMENT)


def row(daily_minutes, agreement="", starts_on=world.YEAR_START, ends_before=None):
    return WorkingTimeLimits.objects.create(
        collective_agreement=agreement,
        starts_on=starts_on,
        ends_before=ends_before,
        daily_minutes=daily_minutes,
    )


def test_without_any_row_the_law_holds(group):
    limits = limits_on(JULY)
    assert limits.pk is None
    assert (limits.daily_minutes, limits.daily_most_minutes) == (10 * 60, 12 * 60)
    assert (limits.daily_rest_minutes, limits.weekly_rest_minutes) == (11 * 60, 35 * 60)
    assert (limits.weekly_minutes, limits.average_minutes, limits.average_weeks) == (48 * 60, 44 * 60, 12)
    assert (limits.yearly_overtime_minutes, limits.yearly_minutes) == (220 * 60, 1607 * 60)


def test_the_agreement_s_row_wins_over_the_law_s_and_over_other_agreements(group):
    row(610)
    row(700, AGREEMENT, starts_on=JULY, ends_before=date(2026, 9, 1))
    row(720, "SYNTEC (1486)")
    days = (date(2025, 12, 31), date(2026, 6, 30), JULY, date(2026, 8, 31), date(2026, 9, 1))
    expected = [600, 610, 700, 700, 610]
    assert [limits_on(day).daily_minutes for day in days] == expected
    read = limits_between(days[0], days[-1])
    assert [read.on(day).daily_minutes for day in days[:4]] == expected[:4]


def test_a_group_without_agreement_follows_the_law():
    world.group()
    row(700, AGREEMENT)
    assert limits_on(JULY).daily_minutes == 600


@pytest.mark.parametrize("count", [1, 3])
def test_a_year_of_limits_is_one_query(group, count):
    for number in range(count):
        row(
            601 + number,
            AGREEMENT,
            starts_on=date(2026, 1 + number, 1),
            ends_before=date(2026, 2 + number, 1),
        )
    with CaptureQueriesContext(connection) as queries:
        read = limits_between(world.YEAR_START, date(2027, 1, 1))
        assert read.on(date(2026, count, 15)).daily_minutes == 600 + count
    assert len(queries) == 1


def test_two_rows_of_an_agreement_hold_no_day_together(group):
    row(600, AGREEMENT)
    with pytest.raises(IntegrityError, match="limits_of_an_agreement_do_not_overlap"), transaction.atomic():
        row(610, AGREEMENT, starts_on=JULY)


@pytest.fixture
def malo(client, settings, group):
    settings.REQUIRE_SECOND_FACTOR = False
    client.force_login(world.admin())


def url(name, *arguments):
    return reverse(f"admin:employees_workingtimelimits_{name}", args=arguments)


def typed(response, **changes):
    """What the form of ``response`` shows, as it would be sent back."""
    form = response.context["adminform"].form
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: "" if value is None else value.strftime("%d/%m/%Y") if isinstance(value, date) else value
        for name, value in {**shown, **changes}.items()
    }


def test_the_admin_reads_and_shows_hours(client, malo):
    shown = typed(client.get(url("add")), collective_agreement=AGREEMENT, starts_on="01/01/2026")
    assert (shown["daily_minutes"], shown["break_after_minutes"], shown["weekly_minutes"]) == (
        "10",
        "6",
        "48",
    )
    response = client.post(url("add"), {**shown, "daily_minutes": "11h30", "break_minutes": "20 min"})
    assert response.status_code == 302
    limits = WorkingTimeLimits.objects.get()
    assert (limits.daily_minutes, limits.break_minutes, limits.yearly_minutes) == (690, 20, 96420)
    again = client.post(url("change", limits.pk), typed(client.get(url("change", limits.pk))))
    assert again.status_code == 302
    kept = WorkingTimeLimits.objects.get()
    fields = [field.attname for field in WorkingTimeLimits._meta.concrete_fields]
    assert [getattr(kept, name) for name in fields] == [getattr(limits, name) for name in fields]
    text = client.get(url("changelist")).content.decode()
    assert "ECLAT (1518)" in text
    assert "11,5\u00a0h" in text


def test_the_admin_refuses_what_cannot_be(client, malo):
    shown = typed(client.get(url("add")), starts_on="01/01/2026")
    for fault in (
        {"daily_minutes": "dix"},
        {"daily_minutes": "13"},
        {"weekly_minutes": ""},
        {"warning_percent": "20"},
    ):
        assert client.post(url("add"), {**shown, **fault}).status_code == 200
    assert WorkingTimeLimits.objects.count() == 0
