"""Rows of billing: runs, invoices and their lines, credit notes, charges, hours, true-ups, papers."""

from tests.house.constraints.statements import (
    Row,
    append_only,
    copy,
    delete,
    frozen,
    row,
    same,
    states,
    together,
    update,
)

DRAFT, ISSUED = "status = 'draft' AND kind = 'invoice'", "status = 'issued' AND kind = 'invoice'"
NOTE = "status = 'draft' AND kind = 'credit_note'"
OPEN_RUN, DRAFTED_RUN, ISSUED_RUN = "status = 'open'", "status = 'drafted'", "status = 'issued'"
A_DRAFT, AN_ISSUED = (f"(SELECT min(id) FROM billing_invoice WHERE {of})" for of in (DRAFT, ISSUED))
ANOTHER = f"(SELECT max(id) FROM billing_invoice WHERE {ISSUED})"
IN_DRAFT, IN_ISSUED = f"invoice_id = {A_DRAFT}", f"invoice_id = {AN_ISSUED}"
ANOTHER_LINE = f"(SELECT min(id) FROM billing_line WHERE invoice_id = {ANOTHER})"
A_DRAFT_LINE = f"(SELECT min(id) FROM billing_line WHERE {IN_DRAFT})"
A_NOTE = f"invoice_id = (SELECT id FROM billing_invoice WHERE {NOTE})"
NEXT_RANK = "(SELECT max(sequence) + 1 FROM billing_invoice)"
STAMPS = {
    "status": "'issued'",
    "number": "'F-2026-0099'",
    "series_id": "(SELECT id FROM billing_series)",
    "sequence": NEXT_RANK,
    "issued_at": "now()",
    "issued_on": "'2026-12-03'",
    "due_on": "'2026-12-03'",
    "snapshot": "'{}'",
}
DRAFTED_TRUE_UP, ISSUED_TRUE_UP = (
    f"true_up_id = (SELECT min(id) FROM billing_trueup WHERE {state})"
    for state in ("status = 'draft'", "status = 'issued'")
)
RECORDED = "kind = 'meal'"
BILLED = "line_id IS NOT NULL AND kind = 'worked_hours'"
DRAFTED = "kind = 'flat_amount'"
COMPUTED = ("worked_hours", "cost_share", "management_fee", "flat_amount", "minimum")
DIGEST = "repeat('c', 64)"
FILE = {"made_at": "now()", "size": "1", "path": "'x.pdf'", "sha256": DIGEST}
DONE, WAITS = "status = 'done'", "status = 'pending'"
MADE, UNMADE = "made_at IS NOT NULL", "made_at IS NULL"
NEW_SERIES = copy(kind="'credit_note'", prefix="'AV'", last_sequence="0", last_issued_on="NULL")
FURTHER = {
    "rank": "1",
    "reason": "'Horloge'",
    "opened_by_id": "(SELECT min(id) FROM members_user)",
    "opened_at": "now()",
}
EMPTY = {"rank": "0", "reason": "' '", "opened_by_id": "NULL", "opened_at": "NULL"}
NO_LINE = {"line_id": "NULL", "is_standing": "true", "recorded_at": "now()"}

TWINS = {
    "billing_billingrun": copy(OPEN_RUN, month="'2027-01-01'"),
    "billing_series": NEW_SERIES,
    "billing_invoice": copy(DRAFT, run_id="NULL", **STAMPS),
    "billing_line": copy(IN_DRAFT, position="99"),
    "billing_charge": copy(RECORDED),
    "billing_release": copy(
        line_id=f"(SELECT min(id) FROM billing_line WHERE {A_NOTE})",
        minutes="60",
        entry_id="(SELECT max(id) FROM timesheets_entry WHERE day = '2026-11-02')",
    ),
    "billing_trueupshare": copy(
        DRAFTED_TRUE_UP, line_id="NULL", employee_id="(SELECT max(id) FROM employees_employee)"
    ),
    "billing_settledmonth": copy(month="'2026-02-01'"),
    "billing_document": copy(invoice_id=ANOTHER, path="'g.pdf'", chain_position="99", chain_digest=DIGEST),
    "billing_rendering": copy(invoice_id=ANOTHER),
    "billing_letter": copy(MADE),
    "billing_quote": copy(letter_id="(SELECT max(id) FROM billing_letter)", terms_id="NULL"),
    "billing_invoicedtimesheet": copy(
        IN_DRAFT,
        timesheet_id="(SELECT id FROM timesheets_timesheet WHERE status = 'draft' AND assignment_id > 0)",
    ),
    "billing_priceindex": copy(month="'2026-11-01'"),
}
ROWS: dict[str, Row] = {
    # runs
    "run_status_matches_its_stamps": states(
        update(OPEN_RUN),
        {"drafted_at": "now()", "issued_at": "now()"},
        {"'open'": [()], "'drafted'": [("drafted_at",)], "'issued'": [("drafted_at", "issued_at")]},
    ),
    "employer_cost_is_charged_plus_reserve": row(
        update(OPEN_RUN, employer_cost="10", charged="7", reserve="2"),
        holds=update(OPEN_RUN, employer_cost="10", charged="7", reserve="3"),
    ),
    "issued_run_is_frozen": row(
        update(ISSUED_RUN, charged="NULL"),
        delete("month = '2026-01-01'"),
        holds=(update(DRAFTED_RUN, charged="NULL"), delete(OPEN_RUN)),
    ),
    "one_run_per_month_and_supplement": row(
        copy(ISSUED_RUN, drafted_at="now()", issued_at="now()"),
        holds=copy(ISSUED_RUN, drafted_at="now()", issued_at="now()", supplement="1"),
    ),
    "one_run_of_a_month_is_not_issued": row(
        copy(OPEN_RUN, supplement="1"),
        holds=copy(ISSUED_RUN, status="'open'", issued_at="NULL", drafted_at="NULL", supplement="1"),
    ),
    "run_steps_are_append_only": append_only("note", copy()),
    # numbers
    "one_series_per_kind_year_and_rank": row(
        NEW_SERIES.but(kind="kind"), holds=(NEW_SERIES, NEW_SERIES.but(kind="kind", **FURTHER))
    ),
    "a_further_series_says_who_opened_it_and_why": row(
        *(NEW_SERIES.but(**{**FURTHER, name: empty}) for name, empty in EMPTY.items()),
        NEW_SERIES.but(reason="'x'"),
        NEW_SERIES.but(opened_at="now()"),
        holds=(NEW_SERIES, NEW_SERIES.but(**FURTHER)),
    ),
    "one_series_per_prefix_and_year": row(NEW_SERIES.but(prefix="prefix"), holds=NEW_SERIES),
    "series_prefix_is_printable": row(
        NEW_SERIES.but(prefix="''"),
        NEW_SERIES.but(prefix="'f'"),
        holds=NEW_SERIES.but(prefix="'F-'"),
    ),
    "a_series_says_what_its_numbers_say": row(
        update(prefix="'N'"),
        update(year="2025"),
        update(kind="'credit_note'"),
        update(last_sequence="(SELECT max(sequence) - 1 FROM billing_invoice)"),
        holds=update(last_sequence="last_sequence"),
    ),
    "a_counter_stands_where_its_numbers_do": row(
        update(last_sequence=NEXT_RANK),
        update(last_issued_on="last_issued_on + 1"),
        NEW_SERIES.but(last_sequence="1"),
        holds=(update(last_sequence="last_sequence"), NEW_SERIES),
    ),
    "numbers_follow_each_other": row(
        TWINS["billing_invoice"].but(sequence=f"{NEXT_RANK} + 1"),
        TWINS["billing_invoice"].but(issued_on="'2026-11-30'"),
        update(DRAFT, **{**STAMPS, "sequence": f"{NEXT_RANK} + 1"}),
        holds=(TWINS["billing_invoice"], update(DRAFT, **STAMPS)),
    ),
    "one_invoice_per_number_of_a_series": row(
        copy(ISSUED, number="'F-2026-0099'", run_id="NULL"), holds=TWINS["billing_invoice"]
    ),
    "billing_invoice_number_key": row(
        TWINS["billing_invoice"].but(number="'F-2026-0001'"), holds=TWINS["billing_invoice"]
    ),
    "invoice_number_is_portable": row(
        update(DRAFT, **{**STAMPS, "number": "'f 1'"}),
        update(DRAFT, **{**STAMPS, "number": "''"}),
        holds=update(DRAFT, **{**STAMPS, "number": "'" + "F" * 20 + "'"}),
    ),
    # invoices
    "invoice_is_issued_exactly_when_numbered": row(
        *(update(DRAFT, **{**STAMPS, column: "NULL"}) for column in STAMPS if column != "status"),
        *(update(DRAFT, **{column: value}) for column, value in STAMPS.items()),
        update(DRAFT, **{**STAMPS, "status": "'draft'"}),
        update(DRAFT, **{**STAMPS, "due_on": "'2026-11-30'"}),
        holds=update(DRAFT, **STAMPS),
    ),
    "invoice_amounts_are_not_negative": row(
        update(DRAFT, net="-1", total="vat - 1"),
        update(DRAFT, vat="-1", total="net - 1"),
        holds=update(DRAFT, net="0", vat="0", total="0"),
    ),
    "invoice_total_is_net_plus_vat": row(
        update(DRAFT, total="total + 0.01"), holds=update(DRAFT, total="total + 0.01", vat="vat + 0.01")
    ),
    "one_invoice_per_run_and_member": row(
        copy(DRAFT), holds=(copy(DRAFT, is_out_of_scope="true"), copy(DRAFT, run_id="NULL"))
    ),
    "a_credit_note_stands_alone_and_says_why": row(
        update(NOTE, reason="''"),
        update(NOTE, reason="''", corrects_id="NULL", true_up_id="(SELECT min(id) FROM billing_trueup)"),
        update(NOTE, run_id="(SELECT min(id) FROM billing_billingrun)"),
        update(DRAFT, corrects_id=ANOTHER),
        update(DRAFT, corrects_id=ANOTHER, run_id="NULL", reason="'x'"),
        holds=update(NOTE, reason="'x'", corrects_id=ANOTHER),
    ),
    "a_credit_note_corrects_an_invoice_or_trues_up": row(
        update(NOTE, corrects_id="NULL"),
        update(NOTE, true_up_id="(SELECT min(id) FROM billing_trueup)"),
        holds=update(NOTE, corrects_id="NULL", true_up_id="(SELECT min(id) FROM billing_trueup)"),
    ),
    "issued_invoice_is_frozen": row(
        update(ISSUED, reason="'x'"), delete("reason = 'Sans suite'"), holds=update(DRAFT, reason="'x'")
    ),
    "invoice_steps_are_append_only": append_only("note", copy()),
    # lines
    "line_position_is_unique_in_an_invoice": same("position"),
    "line_net_is_quantity_times_price": row(
        update(IN_DRAFT, net="net + 0.01"),
        holds=update(IN_DRAFT, net="0.06", quantity="0.11", unit_price="0.50"),
    ),
    "lines_of_an_issued_invoice_are_frozen": row(
        copy(IN_ISSUED, position="99"),
        update(IN_ISSUED, label="'x'"),
        update(IN_ISSUED, invoice_id=A_DRAFT, position="99"),
        update(IN_DRAFT, invoice_id=AN_ISSUED, position="99"),
        delete(f"invoice_id = {ANOTHER}"),
        holds=(TWINS["billing_line"], update(IN_DRAFT, label="'x'"), delete("label = 'Libre'")),
    ),
    # 24.00 of 200.00 are credited by another note: 176.00 are left.
    "a_line_is_not_credited_beyond_itself": row(
        update(A_NOTE, unit_price="176.01", net="176.01"),
        copy(A_NOTE, position="2", unit_price="164.01", net="164.01"),
        # 1 × 20.00: of the same price, 1.01 of it is too much, though not in euros of another price.
        update(A_NOTE, credits_id=A_DRAFT_LINE, quantity="1.01", unit_price="20", net="20.20"),
        holds=(
            update(A_NOTE, unit_price="176", net="176"),
            copy(A_NOTE, position="2", unit_price="164", net="164"),
        ),
    ),
    # charges
    "billing_charge_line_id_key": row(
        copy(BILLED, rank="rank + 1"), holds=copy(BILLED, rank="rank + 1", line_id=ANOTHER_LINE)
    ),
    "charge_net_is_quantity_times_price": row(
        update(RECORDED, net="net + 0.01"),
        holds=update(RECORDED, net="0.06", quantity="0.11", unit_price="0.50"),
    ),
    "a_charge_is_recorded_or_drafted": row(
        update(RECORDED, recorded_at="NULL"),
        update(RECORDED, is_standing="false"),
        update(DRAFTED, is_standing="true"),
        update(DRAFTED, run_id="NULL"),
        update(DRAFTED, line_id="NULL"),
        update(DRAFTED, kind="'free'"),
        holds=(
            update(DRAFTED, is_standing="true", recorded_at="now()"),
            *(update(DRAFTED, kind=f"'{kind}'") for kind in COMPUTED),
        ),
    ),
    "interest_and_indemnity_name_the_late_invoice": row(
        update("kind = 'indemnity'", late_invoice_id="NULL"),
        update("kind = 'late_interest'", late_invoice_id="NULL"),
        update(RECORDED, late_invoice_id=ANOTHER),
        holds=(
            update(RECORDED, kind="'indemnity'", late_invoice_id=ANOTHER),
            update(RECORDED, kind="'late_interest'", late_invoice_id=ANOTHER),
        ),
    ),
    "a_timesheet_is_charged_once": row(
        copy(BILLED, line_id=ANOTHER_LINE),
        holds=(
            copy(BILLED, line_id=ANOTHER_LINE, rank="rank + 1"),
            copy(BILLED, line_id=ANOTHER_LINE, released_at="now()"),
            copy(BILLED, **NO_LINE),
        ),
    ),
    "an_assignment_month_is_charged_once": row(
        copy(DRAFTED, line_id=ANOTHER_LINE),
        holds=(
            copy(DRAFTED, line_id=ANOTHER_LINE, rank="rank + 1"),
            copy(DRAFTED, line_id=ANOTHER_LINE, released_at="now()"),
            copy(DRAFTED, **NO_LINE),
        ),
    ),
    "a_released_charge_is_billed_again_once": row(
        copy("rebills_id IS NOT NULL"), holds=copy("rebills_id IS NOT NULL", released_at="now()")
    ),
    "an_expense_is_charged_once": row(
        copy("figures->>'expense' = '2'"),
        holds=(
            copy("figures->>'expense' = '2'", released_at="now()"),
            copy("figures->>'expense' = '2'", figures="""'{"expense": 3}'"""),
        ),
    ),
    "an_invoice_bears_one_indemnity": row(
        copy("kind = 'indemnity'"),
        holds=(
            copy("kind = 'indemnity'", released_at="now()"),
            copy("kind = 'indemnity'", late_invoice_id=ANOTHER),
        ),
    ),
    "interest_is_claimed_once_from_a_day": row(
        copy("kind = 'late_interest'"),
        holds=(
            copy("kind = 'late_interest'", figures="""'{"first": "2026-12-02"}'"""),
            copy("kind = 'late_interest'", released_at="now()"),
        ),
    ),
    "billed_charge_is_frozen": row(
        update(BILLED, label="'x'"),
        update(BILLED, label="'x'", released_at="now()"),
        delete("line_id IN (SELECT id FROM billing_line WHERE label = 'Libérée')"),
        update("line_id IN (SELECT id FROM billing_line WHERE label = 'Libérée')", released_at="now()"),
        holds=(update(BILLED, released_at="now()"), update(DRAFTED, label="'x'"), delete(DRAFTED)),
    ),
    # hours
    "timesheets_of_an_issued_invoice_are_frozen": row(
        TWINS["billing_invoicedtimesheet"].but(invoice_id=AN_ISSUED),
        update(IN_ISSUED, invoice_id=A_DRAFT),
        update(IN_DRAFT, invoice_id=AN_ISSUED),
        delete(IN_ISSUED),
        holds=(TWINS["billing_invoicedtimesheet"], delete(IN_DRAFT)),
    ),
    "a_line_credits_an_entry_once": row(copy(), holds=TWINS["billing_release"]),
    "a_release_holds_minutes": row(
        TWINS["billing_release"].but(minutes="0"), holds=TWINS["billing_release"].but(minutes="1")
    ),
    "voided_minutes_are_not_billed_again": row(
        TWINS["billing_release"].but(fate="'voided'", charge_id="credited_id"),
        holds=(TWINS["billing_release"].but(fate="'voided'"), update(charge_id="credited_id")),
    ),
    "minutes_are_credited_once": row(
        TWINS["billing_release"].but(minutes="421"),
        copy(line_id=A_DRAFT_LINE, minutes="361"),
        TWINS["billing_release"].but(
            entry_id="(SELECT min(id) FROM timesheets_entry WHERE day > '2026-12-01')"
        ),
        holds=(
            TWINS["billing_release"].but(minutes="420"),
            copy(line_id=A_DRAFT_LINE, minutes="360"),
        ),
    ),
    "what_a_release_says_never_changes": frozen(
        f"line_id={A_DRAFT_LINE}",
        f"credited_id=(SELECT id FROM billing_charge WHERE {DRAFTED})",
        "entry_id=entry_id + 1",
        "minutes=minutes + 1",
        "fate='voided'",
        holds=update(charge_id="credited_id"),
    ),
    "what_an_issued_credit_note_released_stays": row(
        copy(line_id=f"(SELECT min(id) FROM billing_line WHERE {IN_ISSUED})", minutes="60"),
        holds=(TWINS["billing_release"], update(charge_id="credited_id"), delete()),
    ),
    # true-ups
    "true_up_ends_after_it_starts": row(
        update(last_month="(first_month - interval '1 month')::date"), holds=update(last_month="first_month")
    ),
    "true_up_status_matches_its_stamps": states(
        update(), {"issued_at": "now()"}, {"'draft'": [()], "'issued'": [("issued_at",)]}
    ),
    "issued_true_up_is_frozen": row(
        update("status = 'issued'", label="'x'"),
        delete("label = 'Sans suite'"),
        holds=update(label="'x'"),
    ),
    "true_up_steps_are_append_only": append_only("note", copy()),
    "true_up_amount_is_the_difference": row(
        update(DRAFTED_TRUE_UP, amount="amount + 0.01"),
        holds=update(DRAFTED_TRUE_UP, amount="-10", actual="90", invoiced="100"),
    ),
    "one_true_up_share_per_person_and_member": row(
        copy(DRAFTED_TRUE_UP, line_id="NULL"), holds=TWINS["billing_trueupshare"]
    ),
    "shares_of_an_issued_true_up_are_frozen": row(
        copy(ISSUED_TRUE_UP, employee_id="(SELECT max(id) FROM employees_employee)"),
        update(ISSUED_TRUE_UP, minutes="1"),
        update(
            ISSUED_TRUE_UP, true_up_id="(SELECT min(id) FROM billing_trueup)", employee_id="employee_id + 1"
        ),
        update(
            DRAFTED_TRUE_UP, true_up_id="(SELECT max(id) FROM billing_trueup)", employee_id="employee_id + 1"
        ),
        delete(ISSUED_TRUE_UP),
        holds=(TWINS["billing_trueupshare"], update(DRAFTED_TRUE_UP, minutes="1"), delete(DRAFTED_TRUE_UP)),
    ),
    "a_month_is_trued_up_once": same("month"),
    "settled_months_are_append_only": row(
        update(month="'2026-02-01'"), delete(), holds=TWINS["billing_settledmonth"]
    ),
    # trials of prices
    "a_trial_is_rolled_back": row(copy(), holds=(update(transaction="2"), delete())),
    # papers
    "document_holds_digests": row(
        TWINS["billing_document"].but(sha256="'x'"),
        TWINS["billing_document"].but(chain_digest="'x'"),
        holds=TWINS["billing_document"],
    ),
    "documents_are_append_only": append_only("path", TWINS["billing_document"]),
    "a_rendering_that_is_done_stays": row(
        update(DONE, error="'x'"),
        update(DONE, status="'pending'", finished_at="NULL"),
        holds=update(WAITS, error="'x'"),
    ),
    "renderings_are_kept": row(delete(WAITS), delete(DONE), holds=update(WAITS, error="'x'")),
    "rendering_status_matches_its_stamps": states(
        update(WAITS),
        {"started_at": "now()", "finished_at": "now()"},
        {
            "'pending'": [(), ("started_at",)],
            "'running'": [("started_at",)],
            "'done'": [("started_at", "finished_at")],
            "'failed'": [("started_at", "finished_at")],
        },
    ),
    "letter_holds_a_digest": row(copy(digest="'x'"), holds=copy(digest=DIGEST)),
    "letter_has_its_file_whole_or_not_at_all": together(
        states(update(UNMADE), FILE, {"": [(), tuple(FILE)]}, path="''", sha256="''"),
        row(update(UNMADE, **{**FILE, "sha256": "'x'"}), holds=update(UNMADE, **FILE)),
    ),
    "letter_content_never_changes": frozen(
        "kind='quote'",
        "member_id=NULL",
        "subject",
        "content='[]'",
        f"digest={DIGEST}",
        "written_at=now()",
        of=UNMADE,
        holds=update(UNMADE, **FILE),
    ),
    "letter_file_never_changes": row(
        update(MADE, path="'x'"), update(MADE, size="2"), holds=update(UNMADE, **FILE)
    ),
    "letters_are_kept": row(delete(MADE), holds=update(UNMADE, **FILE)),
    "a_quote_is_for_somebody": row(
        TWINS["billing_quote"].but(member_id="NULL"),
        holds=TWINS["billing_quote"].but(member_id="NULL", prospect="'Une ferme'"),
    ),
    "quote_figures_never_change": frozen(
        "letter_id=(SELECT max(id) FROM billing_letter)",
        "member_id=(SELECT max(id) FROM members_member)",
        "prospect",
        "figures='[]'",
        "valid_until=valid_until + 1",
        holds=update(accepted_at="now()"),
    ),
    "an_index_is_positive": row(
        TWINS["billing_priceindex"].but(value="0"), holds=TWINS["billing_priceindex"].but(value="0.0001")
    ),
    "an_invoiced_index_is_kept": row(
        update(value="value + 1"),
        update(month="'2026-09-01'"),
        update(code="'X'"),
        delete(),
        holds=(update(source="'x'", label="'x'"), TWINS["billing_priceindex"]),
    ),
    "one_value_per_index_and_month": same("month"),
}
