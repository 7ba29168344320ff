"""The payroll that has not come and the VAT return: by hand over ends of years and quarters."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contributing.duties import due, payroll_due_on, unset, vat_due_on, vat_periods
from billing.models import EmployerCost
from employees.models import Contract
from groupement.kernel.periods import Month
from members.models import Group
from tests import world
from tests.world import NOVEMBER, OCTOBER

MONTHS = st.builds(Month, st.integers(2020, 2032), st.integers(1, 12))
WINDOW = (date(2026, 10, 1), date(2027, 2, 1))
VAT = {"vat_period": "monthly", "vat_first_period": date(2026, 10, 1), "vat_day": 19}


@given(MONTHS, st.integers(1, 28))
def test_the_payroll_is_there_in_the_next_month(month, day):
    year, number = (month.year, month.month + 1) if month.month < 12 else (month.year + 1, 1)
    assert payroll_due_on(month, day) == date(year, number, day)


@given(MONTHS, st.integers(1, 36), st.sampled_from(["monthly", "quarterly"]))
def test_periods_follow_each_other_without_gap(first, months, period):
    before = first.shift(months).first
    found = list(vat_periods(first, before, period))
    length = 1 if period == "monthly" else 3
    assert all(last == begin.shift(length - 1) for begin, last in found)
    assert [begin for begin, _ in found[1:]] == [last.next for _, last in found[:-1]]
    assert found[0][0].first <= first.first <= found[0][1].first
    if length == 3:
        assert {begin.month for begin, _ in found} <= {1, 4, 7, 10}


@given(MONTHS, st.integers(15, 24))
def test_a_period_is_declared_in_the_month_after_it(last, day):
    found = vat_due_on(last, day)
    assert found.day == day
    assert Month.of(found) == last.next


def group(**facts):
    world.group()
    Group.objects.update(**facts)
    return Group.objects.get()


def found(held, prefix="", first=WINDOW[0], before=WINDOW[1]):
    return {each.key: each for each in due(first, before, held) if each.key.startswith(prefix)}


@pytest.mark.django_db
def test_monthly_and_quarterly_returns():
    monthly = found(group(**VAT))
    assert {key: each.due_on for key, each in monthly.items()} == {
        "vat_return:2026-10": date(2026, 11, 19),
        "vat_return:2026-11": date(2026, 12, 19),
        "vat_return:2026-12": date(2027, 1, 19),
    }
    Group.objects.update(vat_period="quarterly", vat_day=24)
    quarterly = found(Group.objects.get())
    assert {key: each.due_on for key, each in quarterly.items()} == {"vat_return:2026-10": date(2027, 1, 24)}
    assert all(each.audience.finance for each in [*monthly.values(), *quarterly.values()])


@pytest.mark.django_db
def test_what_is_not_set_is_said_and_owes_nothing():
    held = group()
    assert found(held) == {}
    assert len(unset(held)) == 2
    held = group_of(vat_period="none", payroll_day=10)
    assert unset(held) == []
    held = group_of(**VAT, vat_franchise=True)
    assert found(held, "vat") == {}
    assert unset(group_of(vat_period="", vat_first_period=None, vat_day=None)) == []


def group_of(**facts):
    Group.objects.update(**facts)
    return Group.objects.get()


@pytest.fixture
def paid(db):
    """Maëlle has hours of October and November; her payroll arrives on the 10th."""
    held = group(payroll_day=10)
    maelle = world.employee(members=[world.member()])
    for month in (OCTOBER, NOVEMBER):
        world.timesheet(maelle, month=month)
    return held, maelle


def test_a_payroll_is_due_until_everybodys_pay_is_known(paid):
    held, maelle = paid
    assert found(held)["payroll:2026-10"].due_on == date(2026, 11, 10)
    world.cost(maelle, month=OCTOBER)
    assert found(held)["payroll:2026-10"].done_on is not None
    world.employee("Inès")
    assert found(held)["payroll:2026-10"].done_on is None, "one is missing"


def test_an_estimate_is_no_payroll(paid):
    held, maelle = paid
    world.cost(maelle, month=OCTOBER)
    EmployerCost.objects.update(is_estimate=True)
    assert found(held)["payroll:2026-10"].done_on is None


def test_no_payroll_is_due_for_months_without_contract_or_before_the_first_hours(paid):
    held, _ = paid
    assert "payroll:2026-09" not in found(held, first=date(2026, 1, 1))
    Contract.objects.update(ends_before=date(2026, 11, 1))
    assert list(found(held)) == ["payroll:2026-10"]
