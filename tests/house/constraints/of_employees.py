"""Rows of employees: contracts, assignments and their terms, plans, limits of working time."""

from dataclasses import replace

from tests.house.constraints.statements import (
    Row,
    append_only,
    copy,
    ends_after_start,
    overlapping,
    row,
    same,
    together,
    update,
)

TWINS = {
    "employees_employee": copy(payroll_number="'M999'", user_id="NULL"),
    "employees_contractterms": copy(
        starts_on="starts_on - 10", ends_before="starts_on", time_scheme="'annualised'"
    ),
    "employees_assignment": copy(reference="'MAD-X'", starts_on="starts_on - 10", ends_before="starts_on"),
    "employees_plannedday": copy(day="day + 1"),
    "employees_employeemerge": copy(source="source + 1"),
    "employees_calendarfeed": copy(secret_digest="repeat('b', 64)", revoked_at="made_at"),
}
SEVEN, ONE = "'{420,420,420,420,420,0,0}'", "'{420}'"
ONE_MEMBER = "(SELECT min(id) FROM members_member)"
DAYS = {"time_scheme": "'day_rate'"}
BY_TWO = {"time_scheme": "'two_weeks'"}
A_MONDAY, A_TUESDAY = {"cycle_starts_on": "'2026-01-05'"}, {"cycle_starts_on": "'2026-01-06'"}

# The terms of the scene are invoiced: what is tried on them is let through first.
INVOICED = ("an_invoiced_price_is_kept",)

ROWS: dict[str, Row] = {
    "payroll_number_is_one_however_written": row(
        copy(payroll_number="lower(payroll_number)", user_id="NULL"),
        copy(payroll_number="payroll_number", user_id="NULL"),
        holds=TWINS["employees_employee"],
    ),
    "assignment_reference_is_one_however_written": row(
        copy(reference="lower(reference)", starts_on="starts_on - 10", ends_before="starts_on"),
        holds=TWINS["employees_assignment"],
    ),
    "a_record_is_merged_once": same("source"),
    "who_merges_says_why": row(
        copy(source="source + 1", reason="' '"), holds=TWINS["employees_employeemerge"]
    ),
    "merges_are_append_only": append_only("reason", TWINS["employees_employeemerge"]),
    "nothing_is_left_at_a_merged_record": row(
        copy(source="(SELECT max(id) FROM employees_employee)"),
        copy(source="source + 1", target="source + 2"),
        holds=TWINS["employees_employeemerge"],
    ),
    "contracts_of_an_employee_do_not_overlap": overlapping(),
    "contract_ends_after_it_starts": ends_after_start(),
    "fixed_term_contract_has_an_end": row(
        update(kind="'fixed_term'"), holds=update(kind="'fixed_term'", ends_before="starts_on + 1")
    ),
    "a_member_stands_once_in_a_contract": overlapping(),
    "contract_member_ends_after_it_starts": ends_after_start(),
    "terms_of_a_contract_do_not_overlap": overlapping(),
    "contract_terms_end_after_they_start": ends_after_start(),
    "contract_terms_weekly_minutes_are_possible": row(
        update(weekly_minutes="0"),
        update(weekly_minutes="3601"),
        holds=(update(weekly_minutes="1"), update(weekly_minutes="3600")),
    ),
    "contract_terms_yearly_minutes_are_annualised": row(
        update(yearly_minutes="1"), holds=update(yearly_minutes="1", time_scheme="'annualised'")
    ),
    "contract_terms_days_fit_their_scheme": row(
        update(**DAYS),
        update(yearly_days="218"),
        update(yearly_days="0", **DAYS),
        update(yearly_days="236", **DAYS),
        holds=(update(yearly_days="1", **DAYS), update(yearly_days="235", **DAYS)),
    ),
    "contract_terms_of_two_weeks_begin_on_a_monday": row(
        update(**BY_TWO),
        update(**BY_TWO, **A_TUESDAY),
        update(**A_MONDAY),
        holds=update(**BY_TWO, **A_MONDAY),
    ),
    "contract_terms_of_two_weeks_are_full_time": row(
        update(weekly_minutes="2099", **BY_TWO, **A_MONDAY),
        holds=update(weekly_minutes="2100", **BY_TWO, **A_MONDAY),
    ),
    "contract_terms_pay_is_not_negative": row(
        update(gross_monthly_pay="-0.01"), holds=update(gross_monthly_pay="0")
    ),
    "assignments_of_an_employee_at_a_member_do_not_overlap": together(
        overlapping(reference="'MAD-X'"),
        overlapping(reference="'MAD-X'", use="'taxed'"),
        overlapping(reference="'MAD-X'", use="'exempt'"),
    ),
    "assignment_ends_after_it_starts": ends_after_start(),
    "terms_of_an_assignment_do_not_overlap": overlapping(),
    "terms_end_after_they_start": replace(ends_after_start(), lifts=INVOICED),
    "terms_price_method_matches_its_figures": row(
        update(hourly_price="NULL"),
        update(hourly_price="0"),
        update(flat_amount="1"),
        update(price_method="'actual'"),
        update(price_method="'flat'", hourly_price="NULL"),
        update(price_method="'flat'", flat_amount="1"),
        update(price_method="'flat'", hourly_price="NULL", flat_amount="-0.01"),
        update(price_method="'actual'", hourly_price="NULL", flat_amount="1"),
        holds=(
            update(price_method="'flat'", hourly_price="NULL", flat_amount="0"),
            update(price_method="'actual'", hourly_price="NULL"),
        ),
        lifts=INVOICED,
    ),
    "exempt_terms_are_at_cost": row(
        update(vat_regime="'E261B'"),
        update(vat_regime="'E261B'", price_method="'actual'", hourly_price="NULL", management_rate="0.01"),
        update(vat_regime="'E261B'", price_method="'actual'", hourly_price="NULL", management_rate="NULL"),
        holds=(
            update(vat_regime="'E261B'", is_trued_up="true"),
            update(vat_regime="'E261B'", price_method="'actual'", hourly_price="NULL", management_rate="0"),
        ),
        lifts=INVOICED,
    ),
    "terms_have_a_regime_of_services": row(
        update(vat_regime="'S10'", is_trued_up="true"),
        holds=update(vat_regime="'E261B'", is_trued_up="true"),
        lifts=INVOICED,
    ),
    "a_monthly_minimum_goes_with_an_hourly_price": row(
        update(price_method="'actual'", hourly_price="NULL", monthly_minimum_minutes="60"),
        holds=update(monthly_minimum_minutes="60"),
        lifts=INVOICED,
    ),
    "an_index_has_its_base": row(
        update(index_code="''"),
        update(index_base="NULL"),
        update(index_base="0"),
        holds=(update(index_base="1"), update(index_code="''", index_base="NULL")),
    ),
    "an_invoiced_price_is_kept": row(
        update(hourly_price="hourly_price - 1"),
        update(management_rate="management_rate + 1"),
        update(absence_rule="'reserve'"),
        update(absence_rules="""'{"sickness": "reserve"}'"""),
        update(is_trued_up="true"),
        update(vat_regime="'E261B'", is_trued_up="true"),
        update(monthly_minimum_minutes="60"),
        update(price_method="'flat'", hourly_price="NULL", flat_amount="1"),
        update(starts_on="'2026-10-02'"),
        update(ends_before="'2026-10-31'"),
        holds=(
            update(weekly_pattern=SEVEN, notice_days="1", index_base="1"),
            update(starts_on="'2026-10-01'"),
            update(ends_before="'2026-11-01'"),
        ),
    ),
    "weekly_pattern_has_seven_days": row(
        update(weekly_pattern=ONE), update(weekly_pattern="'{}'"), holds=update(weekly_pattern=SEVEN)
    ),
    "alternate_pattern_has_seven_days": row(
        update(alternate_pattern=ONE), update(alternate_pattern="'{}'"), holds=update(alternate_pattern=SEVEN)
    ),
    "terms_management_rate_is_a_percentage": row(
        update(management_rate="-0.01"),
        update(management_rate="100.01"),
        holds=update(management_rate="100"),
        lifts=INVOICED,
    ),
    "a_day_is_planned_apart_once": same("day"),
    "planned_minutes_fit_in_a_day": row(update(minutes="1441"), holds=update(minutes="1440")),
    "absences_of_an_employee_do_not_overlap": overlapping(),
    "absence_ends_after_it_starts": ends_after_start(),
    "absence_has_an_end": row(update(ends_before="NULL"), holds=update(ends_before="starts_on + 1")),
    "a_feed_is_of_an_employee_a_member_or_duties": row(
        update(employee_id="NULL"),
        update(member_id=ONE_MEMBER),
        update(topic="'duties'"),
        update(topic="'duties'", employee_id="NULL", member_id=ONE_MEMBER),
        update(topic="'autre'", employee_id="NULL"),
        holds=(
            update(employee_id="NULL", member_id=ONE_MEMBER),
            update(topic="'duties'", employee_id="NULL"),
        ),
    ),
    "a_feed_expires_after_it_is_made": row(
        update(expires_at="made_at"), holds=update(expires_at="made_at + interval '1 second'")
    ),
    # Of an employee, the feed has no member: two such count as alike.
    "one_live_feed_for_each_person_and_calendar": row(
        copy(secret_digest="repeat('b', 64)"),
        holds=(
            TWINS["employees_calendarfeed"],
            copy(secret_digest="repeat('b', 64)", topic="'duties'", employee_id="NULL"),
            copy(secret_digest="repeat('b', 64)", user_id="(SELECT max(id) FROM members_user)"),
        ),
    ),
    "limits_of_an_agreement_do_not_overlap": overlapping(),
    "limits_end_after_they_start": ends_after_start(),
    "limits_of_a_day_are_in_order": row(
        update(daily_minutes="daily_most_minutes + 1"),
        update(daily_most_minutes="1441"),
        holds=(update(daily_minutes="daily_most_minutes"), update(daily_most_minutes="1440")),
    ),
    "limits_of_a_week_are_in_order": row(
        update(weekly_minutes="weekly_most_minutes + 1"),
        update(average_weeks="0"),
        holds=update(weekly_minutes="weekly_most_minutes", average_weeks="1"),
    ),
}
