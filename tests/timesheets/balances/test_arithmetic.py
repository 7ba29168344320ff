"""What a contract asks over a year, the counters of part-time work, leave: figures alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from employees.planning import holidays
from groupement.kernel.periods import Month
from timesheets.balances import arithmetic
from timesheets.balances.arithmetic import (
    ContractPeriod,
    FullTime,
    extra_by_week,
    leave_year,
    months_of,
    owed_minutes,
    working_days,
    year_presence,
)

YEAR = date(2026, 1, 1)
FULL = ContractPeriod(YEAR, None, 2100)
FEASTS = holidays(2026)


def hours(value):
    return int(Decimal(str(value)) * 60)


def period(first, before=None, weekly=2100, **terms):
    return ContractPeriod(first, before, weekly, **terms)


def held(contract_periods, month):
    return arithmetic.contract_minutes(contract_periods, arithmetic.open_days(month, FEASTS))


class TestTarget:
    @pytest.mark.parametrize(
        ("contract_periods", "expected"),
        [
            pytest.param([FULL], 1607, id="full time all year"),
            pytest.param([period(YEAR, weekly=1680)], "1285.6", id="28 hours a week"),
            pytest.param([period(date(2026, 7, 1))], "803.5", id="from July on"),
            pytest.param([period(date(2026, 12, 17))], "64.7983", id="15 of 31 days of December"),
            pytest.param(
                [period(YEAR, date(2026, 7, 1)), period(date(2026, 7, 1), weekly=1050)],
                "1205.25",
                id="half the week from July on",
            ),
        ],
    )
    def test_is_in_proportion_to_the_week_and_to_the_time_under_contract(self, contract_periods, expected):
        target = arithmetic.yearly_target(contract_periods, 2026)
        assert target.minutes == round(Decimal(str(expected)) * 60)
        assert target.days is None

    def test_is_what_an_annualised_contract_says(self):
        sentence = period(YEAR, weekly=1680, scheme="annualised", yearly_minutes=hours(1300))
        unsaid = period(YEAR, weekly=1680, scheme="annualised")
        assert arithmetic.yearly_target([sentence], 2026).minutes == hours(1300)
        assert arithmetic.yearly_target([unsaid], 2026).minutes == hours("1285.6")

    def test_of_a_contract_in_days_is_in_days(self):
        in_days = period(date(2026, 4, 1), scheme="day_rate", yearly_days=218)
        assert arithmetic.yearly_target([in_days], 2026) == arithmetic.YearTarget(None, Decimal("163.5"))

    def test_of_a_year_of_both_is_of_both(self):
        both = [
            period(YEAR, date(2026, 4, 1)),
            period(date(2026, 4, 1), scheme="day_rate", yearly_days=218),
        ]
        assert arithmetic.yearly_target(both, 2026) == arithmetic.YearTarget(
            hours("401.75"), Decimal("163.5")
        )

    def test_of_a_year_without_contract_is_none(self):
        assert arithmetic.yearly_target([FULL], 2025) == arithmetic.YearTarget(None, None)

    def test_follows_what_was_agreed_of_full_time(self):
        agreed = FullTime(year=hours(1582))
        assert arithmetic.yearly_target([FULL], 2026, full_time=agreed).minutes == hours(1582)

    @given(cut=st.dates(date(2026, 1, 2), date(2026, 12, 31)), weekly=st.integers(60, 2400))
    def test_a_contract_cut_in_two_asks_the_same(self, cut, weekly):
        whole, parts = (
            period(YEAR, weekly=weekly),
            [
                period(YEAR, cut, weekly),
                period(cut, weekly=weekly),
            ],
        )
        assert sum(year_presence(part, 2026) for part in parts) == 1
        assert arithmetic.yearly_target(parts, 2026) == arithmetic.yearly_target([whole], 2026)
        assert arithmetic.average_share(parts, 2026) == arithmetic.average_share([whole], 2026)


class TestContractOfAMonth:
    @pytest.mark.parametrize(("month", "expected"), [(11, 20 * 7), (5, 17 * 7), (8, 21 * 7), (12, 22 * 7)])
    def test_holds_its_weekdays_but_public_holidays(self, month, expected):
        assert held([FULL], Month(2026, month)) == hours(expected)

    def test_of_2026_holds_252_days(self):
        assert sum(held([FULL], month) for month in months_of(2026)) == 252 * 420

    def test_follows_a_change_within_it(self):
        change = date(2026, 11, 16)  # ten weekdays before and eleven after; the 11th is a holiday
        both = [period(YEAR, change), period(change, weekly=1050)]
        assert held(both, Month(2026, 11)) == 9 * 420 + 11 * 210

    def test_in_days_holds_no_hours(self):
        in_days = period(YEAR, scheme="day_rate", yearly_days=218)
        assert held([in_days], Month(2026, 11)) == 0


@pytest.mark.parametrize(
    ("planned", "done", "is_away", "asked"),
    [(420, 0, False, 420), (420, 0, True, 0), (420, 210, True, 210), (420, 480, True, 420), (0, 60, True, 0)],
)
def test_a_day_away_is_no_debt(planned, done, is_away, asked):
    assert owed_minutes(planned, done, is_away=is_away) == asked


class TestPartTime:
    MONDAY = date(2026, 11, 2)
    LIGHT = period(YEAR, weekly=hours(28))

    def weeks(self, *worked):
        """Weeks on end from the one of 2 November backwards."""
        return {self.MONDAY - timedelta(weeks=n): hours(value) for n, value in enumerate(worked)}

    def counters(self, contract_periods, weeks, done=0, on=date(2026, 11, 9)):
        return arithmetic.part_time_counters(contract_periods, 2026, weeks, done=done, on=on)

    def test_31_hours_on_a_contract_of_28_are_three_extra(self):
        assert self.counters([self.LIGHT], self.weeks(31)).extra == hours(3)

    def test_a_short_week_takes_nothing_off_a_long_one(self):
        assert self.counters([self.LIGHT], self.weeks(31, 20, 30)).extra == hours(5)

    def test_full_time_and_days_have_no_counters(self):
        in_days = period(YEAR, scheme="day_rate", yearly_days=218)
        assert self.counters([FULL], self.weeks(40)) is None
        assert self.counters([in_days], self.weeks(40)) is None

    def test_the_average_of_twelve_weeks_two_hours_above_raises_the_contract(self):
        above = self.counters([self.LIGHT], self.weeks(*[30] * 12))
        assert (above.average, above.contract, above.above) == (hours(30), hours(28), hours(2))
        assert above.raises_the_contract
        below = self.counters([self.LIGHT], self.weeks(*[30] * 11, "29.5"))
        assert below.above == hours("1.95") + 1  # 1 h 57,5 is 1 h 58
        assert not below.raises_the_contract

    def test_without_twelve_weeks_under_contract_there_is_no_average(self):
        young = period(date(2026, 9, 1), weekly=hours(28))
        counted = self.counters([young], self.weeks(31))
        assert (counted.extra, counted.average, counted.raises_the_contract) == (hours(3), None, False)

    def test_annualised_hours_are_extra_above_the_year_s_target(self):
        light = period(YEAR, weekly=hours(28), scheme="annualised", yearly_minutes=hours(1280))
        assert self.counters([light], self.weeks(45), done=hours(1279)).extra == 0
        assert self.counters([light], {}, done=hours(1290)).extra == hours(10)

    def test_a_week_belongs_to_the_year_of_its_thursday(self):
        weeks = {date(2025, 12, 29): hours(30), date(2026, 12, 28): hours(31)}
        always = [period(date(2020, 1, 1), weekly=hours(28))]
        assert [extra_by_week(always, year, weeks) for year in (2025, 2026, 2027)] == [0, hours(5), 0]


class TestLeave:
    LONG = period(date(2020, 1, 1))

    def counters(self, days=(), on=date(2026, 12, 3), contract_periods=(LONG,)):
        return arithmetic.leave_counters(contract_periods, set(days), {*FEASTS, *holidays(2027)}, on=on)

    def test_two_days_and_a_half_a_month_from_june_on_thirty_a_year(self):
        left = self.counters()
        assert (left.since, left.acquired, left.earned) == (date(2026, 6, 1), 30, Decimal("15.00"))

    def test_the_year_of_leave_begins_in_june(self):
        assert leave_year(date(2026, 5, 31)) == date(2025, 6, 1)
        assert leave_year(date(2026, 6, 1)) == date(2026, 6, 1)

    def test_of_a_young_contract_is_rounded_up(self):
        young = period(date(2026, 3, 16))
        left = self.counters(contract_periods=[young], on=date(2026, 6, 2))
        assert left.acquired == 7  # 6,29 days: the next whole one (L3141-7)
        assert left.earned == 0

    def test_a_whole_week_counts_six_days_a_single_day_one(self):
        week = [date(2026, 8, 3) + timedelta(days=n) for n in range(5)]
        assert working_days(week, FEASTS) == 6
        assert working_days(week[:4], FEASTS) == 4
        assert working_days([*week, date(2026, 8, 8), date(2026, 8, 9)], FEASTS) == 6

    def test_a_public_holiday_in_it_is_no_day_of_leave(self):
        # 14 July 2026 is a Tuesday: Monday, Wednesday, Thursday, Friday, and the Saturday.
        bastille = [date(2026, 7, day) for day in (13, 15, 16, 17)]
        assert working_days(bastille, FEASTS) == 5

    def test_taken_and_booked_leave_what_is_left(self):
        taken = [date(2026, 8, 3) + timedelta(days=n) for n in range(5)]
        booked = [date(2026, 12, 28), date(2026, 12, 29)]
        before = [date(2026, 5, 4)]
        left = self.counters([*taken, *booked, *before])
        assert (left.taken, left.booked, left.left) == (6, 2, 37)
