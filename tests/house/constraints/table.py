"""The whole table: rows written by hand for what we named, rows derived for what Django names by itself.

A column of positive integers has a CHECK "≥ 0" (…_check), one of months a CHECK "first of the month", one that is
unique a UNIQUE (…_key): what breaks them follows from what the catalog says.
"""

from __future__ import annotations

import re

from tests.house.constraints import (
    of_charter,
    of_employees,
    of_invoices,
    of_members,
    of_money,
    of_papers,
    of_timesheets,
)
from tests.house.constraints.catalog import TRIGGER, Catalog, Rule
from tests.house.constraints.statements import Row, Statement, copy, row, update

APPS = (of_members, of_papers, of_charter, of_employees, of_timesheets, of_invoices, of_money)
TWINS: dict[str, Statement] = {table: twin for app in APPS for table, twin in app.TWINS.items()}
ROWS: dict[str, Row] = {name: written for app in APPS for name, written in app.ROWS.items()}

NOT_NEGATIVE = re.compile(r'CHECK \(\("?(\w+)"? >= 0\)\)')
FIRST_OF_MONTH = re.compile(r"CHECK \(\(EXTRACT\(day FROM (\w+)\) = \(1\)::numeric\)\)")
ONE_COLUMN = re.compile(r"UNIQUE \((\w+)\)")

# What Django's CHECK says, one of ours says more strictly and is asked first: it is lifted to see Django's.
STRICTER = {
    "members_member_hue_check": "member_mark_is_drawable",
    "members_member_shape_check": "member_mark_is_drawable",
    "employees_contractterms_weekly_minutes_check": "contract_terms_weekly_minutes_are_possible",
    "employees_contractterms_yearly_days_check": "contract_terms_days_fit_their_scheme",
    "timesheets_entry_minutes_check": "entry_minutes_fit_in_a_day",
    "billing_series_rank_check": "a_further_series_says_who_opened_it_and_why",
    "employees_terms_monthly_minimum_minutes_check": "an_invoiced_price_is_kept",
    "members_file_size_check": "a_file_is_neither_empty_nor_too_large",
    "members_duty_every_months_check": "a_duty_comes_again_after_months",
    "members_group_payroll_day_check": "group_payroll_day_is_in_every_month",
    "members_group_vat_day_check": "group_vat_return_is_set_wholly_or_not",
    "billing_release_minutes_check": "a_release_holds_minutes",
    # What is funded is of the month of its sheet or of its day, which a first of the month only can be.
    "billing_fundedhours_month_check": "no_hour_is_funded_twice",
    "billing_fundedcost_month_check": "no_expense_is_funded_twice",
}
# The least that goes in, where one of ours asks for more than "≥ 0", or 0 is taken.
LEAST = {
    "members_file_size_check": "1",
    "billing_dunninglevel_rank_check": "2",
    "billing_fundedhours_minutes_check": "1",
    "employees_workingtimelimits_average_weeks_check": "1",
    "employees_workingtimelimits_daily_most_minutes_check": "daily_minutes",
    "employees_workingtimelimits_weekly_most_minutes_check": "weekly_minutes",
    "timesheets_timesheet_supplement_check": "1",
}
# What two say: without the one, its row is refused by the other all the same. Nothing else may.
ALSO_REFUSED_BY = {
    "billing_dunninglevel_rank_check": "dunning_levels_count_from_one",
    "billing_fundedhours_minutes_check": "funded_hours_hold_minutes",
    "employees_workingtimelimits_average_weeks_check": "limits_of_a_week_are_in_order",
    "employees_workingtimelimits_daily_most_minutes_check": "limits_of_a_day_are_in_order",
    "employees_workingtimelimits_weekly_most_minutes_check": "limits_of_a_week_are_in_order",
    # What is billed is no draft, and stays billed.
    "approved_timesheet_is_frozen": "the_stamps_of_a_timesheet_stay",
    # The counter is behind, says the one at once and the other at the end of the transaction.
    "a_series_says_what_its_numbers_say": "a_counter_stands_where_its_numbers_do",
    "billing_series_rank_check": "a_further_series_says_who_opened_it_and_why",
    # The exclusion builds a range of the two months, which PostgreSQL does not do backwards.
    "funding_report_ends_after_it_starts": "range lower bound must be less than or equal to range upper bound",
    # The exclusion says it of every month of a report, its first one too.
    "one_report_from_a_month_on": "a_month_of_a_line_is_locked_once",
}


def table(catalog: Catalog) -> dict[str, Row]:
    """By key, those of ours first."""
    derived = {
        rule.key: found for rule in catalog.rules.values() if rule.key not in ROWS and (found := derive(rule))
    }
    return ROWS | derived


def is_also_refused_by(catalog: Catalog, rule: Rule, other: str) -> bool:
    """Whether ``other`` may refuse what ``rule`` let in: named above, or the same CHECK of the table of its events."""
    found = TRIGGER.fullmatch(other)
    if ALSO_REFUSED_BY.get(rule.key) == (found[1] if found else other):
        return True
    event = catalog.rules.get(other)
    return event is not None and event.table == f"{rule.table}event" and event.definition == rule.definition


def derive(rule: Rule) -> Row | None:
    """The row of a constraint that Django names, or None when a person must write it."""
    if not rule.name.endswith(("_check", "_key")):
        return None
    if found := NOT_NEGATIVE.fullmatch(rule.definition):
        return _with(rule, found[1], breaks="-1", holds=LEAST.get(rule.name, "0"))
    if found := FIRST_OF_MONTH.fullmatch(rule.definition):
        base = _base(rule)
        month = base.values.get(found[1], found[1])
        return _with(rule, found[1], breaks=f"{month}::date + 1", holds=month)
    if rule.table in TWINS and (found := ONE_COLUMN.fullmatch(rule.definition)):
        return Row(same=(found[1],))
    return None


def _base(rule: Rule) -> Statement:
    """What is tried with one column changed; a history is only written on."""
    return TWINS.get(rule.table, copy() if rule.table.endswith("event") else update())


def _with(rule: Rule, column: str, *, breaks: str, holds: str) -> Row:
    base = _base(rule)
    lifts = (STRICTER[rule.name],) if rule.name in STRICTER else ()
    return row(base.but(**{column: breaks}), holds=base.but(**{column: holds}), lifts=lifts)
