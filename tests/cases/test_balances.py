"""Cases 28, 29 and 30: days that change their clocks, the days of a contract, a year at two rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from employees.models import Contract
from employees.planning import plan_between
from groupement.kernel.periods import Month
from tests import world
from timesheets.balances import arithmetic, person
from timesheets.balances.arithmetic import ContractPeriod, FullTime

EVERY_DAY = (420,) * 7
CHANGES = [date(2026, 3, 29), date(2026, 10, 25)]


@pytest.mark.django_db
@pytest.mark.parametrize("day", CHANGES)
def test_case_28_a_day_of_23_or_25_hours_asks_seven_as_any_other(day):
    placed = world.assignment(world.employee(), world.member(), weekly_pattern=EVERY_DAY)
    month = Month.of(day)
    planned = plan_between(month.first, month.before, [placed])[placed.pk]
    assert planned[day] == 420
    assert set(planned.values()) == {420}


@pytest.mark.django_db
@pytest.mark.parametrize("day", CHANGES)
def test_case_28_seven_hours_worked_on_such_a_day_are_seven(day):
    world.group()
    maelle = world.employee()
    placed = world.assignment(maelle, world.member(), weekly_pattern=EVERY_DAY)
    world.timesheet(placed, {day: 420}, month=Month.of(day))
    line = person.person_detail(maelle, 2026, on=date(2026, 12, 3)).lines[day.month - 1]
    assert line.figures.worked == 420
    assert line.deviation == 420 - line.figures.planned


def test_case_29_the_days_of_a_contract_by_month():
    contract = Contract(starts_on=date(2018, 2, 2), ends_before=date(2018, 7, 31))
    days = [len(contract.active_days(Month(2018, month))) for month in range(1, 13)]
    assert days == [0, 27, 31, 30, 31, 30, 30, 0, 0, 0, 0, 0]


class TestCase30:
    """80 % from January to September, 100 % from October on."""

    contract_periods = (
        ContractPeriod(date(2018, 1, 1), date(2018, 10, 1), 1680),
        ContractPeriod(date(2018, 10, 1), None, 2100),
    )

    def test_the_average_is_85_percent(self):
        assert arithmetic.average_share(self.contract_periods, 2018) == Decimal("0.85")

    def test_25_days_of_leave_are_21_and_a_quarter(self):
        share = arithmetic.average_share(self.contract_periods, 2018)
        assert arithmetic.leave_entitlement(25, share) == Decimal("21.25")

    def test_of_360_days_of_eight_hours_306_are_the_target(self):
        year = FullTime(year=360 * 8 * 60)
        assert (
            arithmetic.yearly_target(self.contract_periods, 2018, full_time=year).minutes
            == 306 * 8 * 60
            == 2448 * 60
        )

    def test_of_the_legal_year_too(self):
        assert arithmetic.yearly_target(self.contract_periods, 2018).minutes == 1607 * 60 * 85 // 100
