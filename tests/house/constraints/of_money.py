"""Rows of billing: payments, the bank, reminders, costs and provisions, expenses, grants, dated figures."""

from tests.house.constraints.statements import (
    Row,
    append_only,
    copy,
    delete,
    ends_after_start,
    frozen,
    overlapping,
    row,
    same,
    signs,
    states,
    together,
    update,
)

BY_PAYMENT, BY_NOTE = "source = 'payment'", "source = 'credit_note'"
USED, FREE = "amount = 60", "amount = 30"
THE_FREE = f"(SELECT id FROM billing_payment WHERE {FREE})"
SONAM = "(SELECT max(id) FROM members_member)"
YANN = "(SELECT max(id) FROM employees_employee)"
OF_SONAM = f"(SELECT id FROM billing_invoice WHERE status = 'issued' AND member_id = {SONAM})"
THE_NOTE = "(SELECT credit_note_id FROM billing_allocation WHERE credit_note_id IS NOT NULL)"
A_FREE_NOTE = "(SELECT id FROM billing_invoice WHERE reason = 'Sans suite')"
OPERATION = copy("status = 'split'", key="'9'")
FOUND = {
    "payment_id": "(SELECT max(id) FROM billing_payment)",
    "reverses_id": "(SELECT max(id) FROM billing_payment)",
    "refund_id": "(SELECT max(id) FROM billing_refund)",
    "has_made_payment": "true",
}
FOR, BACK, GIVEN, MADE = ("payment_id",), ("reverses_id",), ("refund_id",), "has_made_payment"
TRIP = {"kilometres": "10", "rate": "0.5"}
MATCHED_IN, MATCHED_OUT = "payment_id IS NOT NULL", "reverses_id IS NOT NULL"
GIVEN_BACK, CANCELLED = "amount = 5 AND cancelled_on IS NULL", "cancelled_on IS NOT NULL"
OUT_OF_NOTE = {"payment_id": "NULL", "credit_note_id": A_FREE_NOTE}
TAKEN_BACK = {"cancelled_on": "paid_on", "cancel_reason": "'rejet'"}
WHOLE, PART = "status = 'split'", "part_of_id IS NOT NULL"
OPEN_MONTH, CLOSED_MONTH = "month = '2026-11-01'", "month = '2026-10-01'"
INTO_OPEN, INTO_CLOSED = "into_month = '2026-11-01'", "into_month = '2026-10-01'"
OPEN_LINE, LOCKED_LINE = (
    f"line_id = (SELECT id FROM billing_fundingline WHERE code = '{code}')" for code in ("OUVERTE", "FERMEE")
)
THE_OPEN_LINE = "(SELECT id FROM billing_fundingline WHERE code = 'OUVERTE')"
THE_LOCKED_LINE = "(SELECT id FROM billing_fundingline WHERE code = 'FERMEE')"
WAITING, ACCEPTED = "charge_id IS NULL", "charge_id IS NOT NULL"
A_CHARGE = "(SELECT id FROM billing_charge WHERE kind = 'indemnity')"
DIGEST = "repeat('c', 64)"
DISPUTED, SETTLED_DISPUTE = "closed_on IS NULL", "closed_on IS NOT NULL"
UNDONE, SOMEBODY = "undone_at IS NOT NULL", "(SELECT min(id) FROM members_user)"
REVERSED = {"reversed_on": "received_on", "reversal_reason": "'rejet'"}
WRITE_OFF = {"source": "'write_off'", "payment_id": "NULL", "credit_note_id": "NULL"}

TWINS = {
    "billing_refund": copy(GIVEN_BACK),
    "billing_allocation": copy(BY_PAYMENT, **WRITE_OFF),
    "billing_bankstatement": copy(sha256=DIGEST),
    "billing_bankoperation": copy(PART, key="'3-2'"),
    "billing_banklayout": copy(titles_digest=DIGEST),
    "billing_dunninglevel": copy(rank="rank + 1"),
    "billing_reminder": copy(invoice_id=OF_SONAM),
    "billing_payrollimport": copy(sha256=DIGEST),
    "billing_payrolllayout": copy(titles_digest=DIGEST),
    "billing_employercost": copy(OPEN_MONTH, kind="'other'"),
    "billing_actualcost": copy(kind="'other'"),
    "billing_carriedcost": copy(INTO_OPEN, from_month="'2026-07-01'"),
    "billing_settlement": copy(OPEN_MONTH, employee_id=YANN),
    "billing_provisionentry": copy(OPEN_MONTH, month="'2026-12-01'"),
    "billing_fundingline": copy(code="'AUTRE'"),
    "billing_fundedhours": copy(OPEN_LINE, action="'Autre'"),
    "billing_fundedcost": copy(OPEN_LINE, action="'Autre'"),
    "billing_fundingreport": copy(first_month="'2026-11-01'", last_month="'2026-12-01'"),
    "billing_duesyear": copy(year="2026", charge_id=A_CHARGE),
    "billing_expense": copy(WAITING),
}


def _locked(value: str) -> Row:
    """Nothing is added to what a locked report stands on, changed in it, taken from it, moved into or out of it."""
    return row(
        copy(LOCKED_LINE, action="'Autre'"),
        update(LOCKED_LINE, **{value: "1"}),
        update(LOCKED_LINE, line_id=THE_OPEN_LINE, action="'Autre'"),
        update(OPEN_LINE, line_id=THE_LOCKED_LINE, action="'Autre'"),
        delete(LOCKED_LINE),
        holds=(copy(OPEN_LINE, action="'Autre'"), update(OPEN_LINE, **{value: "1"}), delete(OPEN_LINE)),
    )


TEN, TWENTY, PRINTED, MEALS = "regime = 'S10'", "regime = 'S20'", "code = 'payment_terms'", "kind = 'meal'"

ROWS: dict[str, Row] = {
    # payments
    "payment_is_positive": row(copy(amount="0"), holds=copy(amount="0.01")),
    "a_reversed_payment_says_why": row(
        update(FREE, reversed_on="received_on"),
        update(FREE, reversal_reason="'x'"),
        holds=update(FREE, **REVERSED),
    ),
    "a_payment_is_reversed_after_it_came": row(
        update(FREE, **{**REVERSED, "reversed_on": "received_on - 1"}), holds=update(FREE, **REVERSED)
    ),
    "payments_are_kept": row(delete("reference = 'sans suite'"), holds=update(FREE, note="'x'")),
    "a_payment_is_reversed_not_changed": frozen(
        f"member_id={SONAM}",
        "received_on=received_on - 1",
        "amount=amount + 1",
        of=FREE,
        holds=update(FREE, note="'x'", reference="'y'"),
    ),
    "a_reversed_payment_settles_nothing": row(update(USED, **REVERSED), holds=update(FREE, **REVERSED)),
    "allocation_is_positive": row(
        TWINS["billing_allocation"].but(amount="0"), holds=TWINS["billing_allocation"].but(amount="0.01")
    ),
    "allocation_has_one_source": row(
        TWINS["billing_allocation"].but(source="'payment'"),
        TWINS["billing_allocation"].but(source="'credit_note'"),
        TWINS["billing_allocation"].but(source="'autre'"),
        copy(BY_PAYMENT, source="'write_off'", payment_id=THE_FREE),
        copy(BY_PAYMENT, source="'credit_note'", payment_id=THE_FREE),
        copy(BY_PAYMENT, source="'payment'", payment_id=THE_FREE, credit_note_id=A_FREE_NOTE, amount="1"),
        copy(BY_PAYMENT, source="'credit_note'", payment_id=THE_FREE, credit_note_id=A_FREE_NOTE, amount="1"),
        copy(BY_PAYMENT, source="'write_off'", payment_id="NULL", credit_note_id=A_FREE_NOTE, amount="1"),
        copy(BY_PAYMENT, source="'payment'", payment_id="NULL", credit_note_id=A_FREE_NOTE, amount="1"),
        holds=(
            TWINS["billing_allocation"],
            copy(BY_PAYMENT, payment_id=THE_FREE),
            copy(BY_NOTE, credit_note_id=A_FREE_NOTE, amount="1"),
        ),
    ),
    "a_payment_settles_an_invoice_once": row(copy(BY_PAYMENT), holds=copy(BY_PAYMENT, payment_id=THE_FREE)),
    "a_credit_note_settles_an_invoice_once": row(copy(BY_NOTE), holds=copy(BY_NOTE, **WRITE_OFF)),
    # Of the invoice of 200.00, 30.00 are settled; of the payment 40.00 are left, of the credit note 14.00.
    "no_cent_is_allocated_twice": row(
        TWINS["billing_allocation"].but(amount="170.01"),
        copy(BY_PAYMENT, payment_id=THE_FREE, amount="30.01"),
        copy(BY_PAYMENT, invoice_id=OF_SONAM),
        copy(BY_NOTE, invoice_id=OF_SONAM),
        TWINS["billing_allocation"].but(
            invoice_id="(SELECT min(id) FROM billing_invoice WHERE status = 'draft' AND kind = 'invoice')"
        ),
        TWINS["billing_allocation"].but(invoice_id=THE_NOTE),
        copy(
            BY_NOTE,
            credit_note_id="(SELECT min(id) FROM billing_invoice WHERE status = 'draft' AND kind = 'credit_note')",
        ),
        holds=(
            TWINS["billing_allocation"].but(amount="170"),
            copy(BY_PAYMENT, payment_id=THE_FREE, amount="30"),
        ),
    ),
    "an_allocation_is_undone_not_changed": row(update(reason="'x'"), holds=delete()),
    # money given back
    "refund_is_positive": row(copy(GIVEN_BACK, amount="0"), holds=copy(GIVEN_BACK, amount="0.01")),
    "refund_has_one_source": row(
        copy(GIVEN_BACK, payment_id="NULL"),
        copy(GIVEN_BACK, credit_note_id=A_FREE_NOTE),
        holds=(copy(GIVEN_BACK), copy(GIVEN_BACK, **OUT_OF_NOTE)),
    ),
    "a_cancelled_refund_says_why": row(
        update(GIVEN_BACK, cancelled_on="paid_on"),
        update(GIVEN_BACK, cancel_reason="'x'"),
        holds=update(GIVEN_BACK, **TAKEN_BACK),
    ),
    "a_refund_is_cancelled_after_it_left": row(
        update(GIVEN_BACK, **{**TAKEN_BACK, "cancelled_on": "paid_on - 1"}),
        holds=update(GIVEN_BACK, **TAKEN_BACK),
    ),
    "refunds_are_kept": row(delete("amount = 3"), holds=update(GIVEN_BACK, note="'x'")),
    "a_refund_is_cancelled_not_changed": frozen(
        f"member_id={SONAM}",
        "paid_on=paid_on + 1",
        "amount=amount - 1",
        f"payment_id={THE_FREE}",
        f"payment_id=NULL, credit_note_id={A_FREE_NOTE}",
        "by_rate='[1]'",
        of=GIVEN_BACK,
        holds=update(GIVEN_BACK, note="'x'", reference="'y'"),
    ),
    "a_cancelled_refund_stays_cancelled": row(
        update(CANCELLED, cancelled_on="NULL", cancel_reason="''"), holds=update(GIVEN_BACK, note="'x'")
    ),
    # Of the payment of 60.00, 20.00 settle and 8.00 went back; of the other credit note 5.00 are left.
    "no_cent_is_given_back_twice": row(
        copy(GIVEN_BACK, amount="32.01"),
        copy(GIVEN_BACK, **OUT_OF_NOTE, amount="5.01"),
        copy(GIVEN_BACK, member_id=SONAM),
        copy(GIVEN_BACK, **OUT_OF_NOTE, member_id=SONAM),
        copy(GIVEN_BACK, paid_on="paid_on - 1"),
        copy(GIVEN_BACK, payment_id="NULL", credit_note_id=OF_SONAM, member_id=SONAM),
        holds=(copy(GIVEN_BACK, amount="32"), copy(GIVEN_BACK, **OUT_OF_NOTE, amount="5")),
    ),
    # what was sent
    "a_dispatch_is_of_one_document": row(
        copy(invoice_id="NULL"),
        copy(letter_id="(SELECT max(id) FROM billing_letter)"),
        holds=(copy(), copy(invoice_id="NULL", letter_id="(SELECT max(id) FROM billing_letter)")),
    ),
    "dispatches_are_append_only": append_only("sent_at", copy()),
    # the bank
    "a_statement_ends_after_it_starts": row(
        copy(sha256=DIGEST, ends_on="starts_on - 1"), holds=copy(sha256=DIGEST, ends_on="starts_on")
    ),
    "a_file_is_imported_once": row(copy(), holds=copy(UNDONE)),
    "who_undid_an_import_did_so_at_a_moment": row(
        copy(sha256=DIGEST, undone_by_id=SOMEBODY), holds=copy(UNDONE, undone_by_id=SOMEBODY)
    ),
    "an_import_is_undone_while_nothing_stands_on_it": row(
        update(undone_at="now()"),
        update(UNDONE, undone_at="NULL"),
        holds=(update(file_name="file_name"), update(UNDONE, file_name="file_name")),
    ),
    "what_a_statement_said_never_changes": frozen(
        "file_name",
        "sha256=repeat('9', 64)",
        "format",
        "iban='FR1420041010050500013M02606'",
        "starts_on=starts_on - 1",
        "ends_on=ends_on + 1",
        "opening_balance=1",
        "closing_balance=1",
        "left_out='[1]'",
        "known_by='[1]'",
        "imported_at=imported_at + interval '1 day'",
        of="undone_at IS NULL",
        holds=update("undone_at IS NULL", file_name="file_name"),
    ),
    "statements_are_kept": row(delete("file_name = 'vide.xml'"), holds=copy(sha256=DIGEST)),
    "payroll_imports_never_change": row(
        update(file_name="'x'"), delete("file_name = 'vide.csv'"), holds=copy(sha256=DIGEST)
    ),
    "reserve_entries_never_change": append_only("label", copy()),
    "what_a_dispute_says_never_changes": frozen(
        "reason",
        "opened_on=opened_on - 1",
        "opened_by_id=(SELECT max(id) FROM members_user)",
        of=DISPUTED,
        holds=update(DISPUTED, closed_on="opened_on", outcome="'x'"),
    ),
    "a_closed_dispute_stays_closed": row(
        update(SETTLED_DISPUTE, outcome="'y'"),
        holds=update(DISPUTED, closed_on="opened_on", outcome="'x'"),
    ),
    "disputes_are_kept": row(delete(), holds=update(DISPUTED, closed_on="opened_on", outcome="'x'")),
    "an_operation_moves_money": row(
        copy("status = 'open'", key="'4'", part_of_id="NULL", amount="0"),
        holds=copy("status = 'open'", key="'4'", part_of_id="NULL", amount="0.01"),
    ),
    "an_operation_is_taken_once": row(copy(PART), holds=TWINS["billing_bankoperation"]),
    "billing_bankoperation_payment_id_key": row(
        copy(MATCHED_IN, key="'9'"),
        holds=copy(MATCHED_IN, key="'9'", payment_id="(SELECT min(id) FROM billing_payment)"),
    ),
    "billing_bankoperation_reverses_id_key": row(
        copy(MATCHED_OUT, key="'9'"),
        holds=copy(MATCHED_OUT, key="'9'", reverses_id="(SELECT max(id) FROM billing_payment)"),
    ),
    "billing_bankoperation_refund_id_key": row(
        copy("refund_id IS NOT NULL", key="'9'"),
        holds=copy("refund_id IS NOT NULL", key="'9'", refund_id="(SELECT max(id) FROM billing_refund)"),
    ),
    "a_matched_operation_has_its_payment": together(
        states(
            OPERATION.but(amount="1"), FOUND, {"'matched'": [FOR, (*FOR, MADE)]}, has_made_payment="false"
        ),
        states(
            OPERATION.but(amount="-1"),
            FOUND,
            {"'matched'": [BACK, (*BACK, MADE), GIVEN, (*GIVEN, MADE)]},
            has_made_payment="false",
        ),
        states(OPERATION.but(amount="-1"), FOUND, {"'open'": [()]}, has_made_payment="false"),
        states(
            OPERATION, FOUND, {"'open'": [()], "'set_aside'": [()], "'split'": [()]}, has_made_payment="false"
        ),
    ),
    "what_the_bank_said_stays": Row(
        (
            *frozen(
                "statement_id=(SELECT max(id) FROM billing_bankstatement)",
                "part_of_id=(SELECT min(id) FROM billing_bankoperation)",
                "line=line + 1",
                "key",
                "iban",
                "booked_on=booked_on + 1",
                "amount=amount + 1",
                "counterparty",
                "label",
                "reference",
                of=MATCHED_IN,
                holds=update(MATCHED_IN, note="'x'"),
            ).breaks,
            delete(MATCHED_IN),
            delete("key = '7'"),
            delete(f"{PART} AND status <> 'open'"),
        ),
        (update(MATCHED_IN, note="'x'"), delete(f"{PART} AND status = 'open'"), delete("key = '6'")),
    ),
    "parts_stay_within_their_operation": row(
        TWINS["billing_bankoperation"].but(amount="50.01"),
        TWINS["billing_bankoperation"].but(amount="-1"),
        TWINS["billing_bankoperation"].but(
            part_of_id="(SELECT id FROM billing_bankoperation WHERE key = '1')", amount="1"
        ),
        holds=TWINS["billing_bankoperation"].but(amount="50"),
    ),
    # reminders
    "dunning_levels_count_from_one": row(copy(rank="0"), holds=copy(rank="2")),
    "a_level_of_reminders_keeps_its_rank": row(
        update(rank="9"), holds=(update(title="'x'", days_late="6"), copy(rank="2"))
    ),
    "an_invoice_is_reminded_once_a_level": row(copy(), holds=TWINS["billing_reminder"]),
    "a_reminder_asks_for_money": row(
        TWINS["billing_reminder"].but(amount_due="0"),
        TWINS["billing_reminder"].but(interest="-0.01"),
        TWINS["billing_reminder"].but(indemnity="-0.01"),
        holds=TWINS["billing_reminder"].but(amount_due="0.01"),
    ),
    "reminders_are_append_only": append_only("sent_on", TWINS["billing_reminder"]),
    "one_open_dispute_per_invoice": row(
        copy(DISPUTED),
        holds=(
            copy(DISPUTED, closed_on="opened_on", outcome="'x'"),
            copy(DISPUTED, invoice_id=OF_SONAM),
        ),
    ),
    "a_dispute_closes_after_it_opens": row(
        update(DISPUTED, closed_on="opened_on - 1", outcome="'x'"),
        holds=update(DISPUTED, closed_on="opened_on", outcome="'x'"),
    ),
    "a_closed_dispute_says_how_it_ended": row(
        update(DISPUTED, closed_on="opened_on"),
        update(DISPUTED, outcome="'x'"),
        update(DISPUTED, closed_by_id="(SELECT min(id) FROM members_user)"),
        holds=update(
            DISPUTED,
            closed_on="opened_on",
            outcome="'x'",
            closed_by_id="(SELECT min(id) FROM members_user)",
        ),
    ),
    # costs
    "one_cost_per_employee_month_and_kind": same("kind"),
    "cost_has_the_sign_of_its_kind": signs(
        update(OPEN_MONTH),
        gross_pay="+",
        employer_contributions="+",
        other="+",
        leave_provision="+",
        aid="-",
        leave_drawn="-",
        carried="either",
    ),
    "costs_of_an_invoiced_month_are_closed": row(
        copy(CLOSED_MONTH, kind="'other'"),
        update(CLOSED_MONTH, basis="'x'"),
        update(CLOSED_MONTH, month="'2026-12-01'"),
        update(OPEN_MONTH, month="'2026-10-01'", kind="'other'"),
        delete(CLOSED_MONTH),
        holds=(TWINS["billing_employercost"], update(OPEN_MONTH, basis="'x'"), delete(OPEN_MONTH)),
    ),
    "one_actual_cost_per_employee_month_and_kind": same("kind"),
    "actual_cost_has_the_sign_of_its_kind": together(
        signs(update(), gross_pay="+", employer_contributions="+", other="+", aid="-"),
        row(update(kind="'leave_drawn'", amount="0"), holds=update(amount="0")),
    ),
    "a_difference_is_carried_once_into_a_month": same("from_month"),
    "a_difference_is_carried_forward": row(
        update(INTO_OPEN, from_month="into_month"), holds=update(INTO_OPEN, from_month="'2026-10-01'")
    ),
    "what_an_invoiced_month_carries_is_closed": row(
        copy(INTO_CLOSED, from_month="'2026-07-01'"),
        update(INTO_CLOSED, amount="1"),
        update(INTO_CLOSED, into_month="'2026-12-01'"),
        update(INTO_OPEN, into_month="'2026-10-01'", from_month="'2026-07-01'"),
        delete(INTO_CLOSED),
        holds=(TWINS["billing_carriedcost"], update(INTO_OPEN, amount="1"), delete(INTO_OPEN)),
    ),
    "one_settlement_per_run_employee_and_month": row(
        copy(OPEN_MONTH, employer_cost="0", charged="0", reserve="0"), holds=TWINS["billing_settlement"]
    ),
    "the_cost_of_a_month_is_settled_once": row(
        copy(OPEN_MONTH, run_id="(SELECT id FROM billing_billingrun WHERE status = 'open')"),
        copy(
            OPEN_MONTH,
            run_id="(SELECT id FROM billing_billingrun WHERE status = 'open')",
            employer_cost="-1",
            charged="-1",
            reserve="0",
        ),
        holds=copy(
            OPEN_MONTH,
            run_id="(SELECT id FROM billing_billingrun WHERE status = 'open')",
            employer_cost="0",
            charged="0",
            reserve="0",
        ),
    ),
    "settlement_cost_is_charged_plus_reserve": row(
        update(OPEN_MONTH, reserve="reserve + 0.01"),
        holds=update(OPEN_MONTH, reserve="reserve + 1", charged="charged - 1"),
    ),
    "settlements_of_an_issued_run_are_frozen": row(
        copy(CLOSED_MONTH, employee_id=YANN),
        update(CLOSED_MONTH, charged="charged + 1", reserve="reserve - 1"),
        update(CLOSED_MONTH, run_id="(SELECT id FROM billing_billingrun WHERE status = 'open')"),
        update(OPEN_MONTH, run_id="(SELECT min(id) FROM billing_billingrun WHERE status = 'issued')"),
        delete(CLOSED_MONTH),
        holds=(TWINS["billing_settlement"], delete(OPEN_MONTH)),
    ),
    "a_month_moves_a_provision_once_each_way": row(
        copy(OPEN_MONTH), copy("member_id IS NULL"), holds=TWINS["billing_provisionentry"]
    ),
    "provision_has_the_sign_of_its_kind": signs(
        update(OPEN_MONTH), set_aside="+", drawn="-", settled="either"
    ),
    "a_provision_is_not_overdrawn": row(
        copy(OPEN_MONTH, kind="'drawn'", amount="-200.01"),
        update(OPEN_MONTH, kind="'drawn'", amount="-100.01"),
        delete("month = '2026-09-01' AND kind = 'set_aside'"),
        holds=copy(OPEN_MONTH, kind="'drawn'", amount="-200"),
    ),
    "provisions_of_an_issued_run_are_frozen": row(
        copy(CLOSED_MONTH, kind="'settled'"),
        update(CLOSED_MONTH, amount="101"),
        update(CLOSED_MONTH, run_id="NULL"),
        update(OPEN_MONTH, run_id="(SELECT min(id) FROM billing_billingrun WHERE status = 'issued')"),
        delete(CLOSED_MONTH),
        holds=(TWINS["billing_provisionentry"], update(OPEN_MONTH, amount="101"), delete(OPEN_MONTH)),
    ),
    "a_reserve_entry_moves_something": row(copy(amount="0"), holds=copy(amount="-0.01")),
    "proofs_are_append_only": append_only("counts", copy()),
    # expenses
    "a_scale_is_positive": row(update(rate="0"), holds=update(rate="0.001")),
    "scales_of_a_kind_do_not_overlap": overlapping(),
    "an_invoiced_scale_is_kept": row(
        update(MEALS, rate="1"),
        update(MEALS, starts_on="'2026-10-06'"),
        update(MEALS, ends_before="'2026-10-05'"),
        delete(MEALS),
        holds=(
            update(MEALS, source="'x'"),
            update(MEALS, ends_before="'2026-10-06'"),
            delete("kind = 'travel'"),
        ),
    ),
    "expense_is_positive": row(update(WAITING, amount="0"), holds=update(WAITING, amount="0.01")),
    "a_trip_has_its_kilometres": together(
        states(update(WAITING, kind="'travel'"), TRIP, {"": [tuple(TRIP)]}),
        states(update(WAITING), TRIP, {"": [()]}),
        row(
            update(WAITING, kind="'travel'", kilometres="0", rate="0.5"),
            update(WAITING, kind="'travel'", kilometres="10", rate="0"),
            holds=update(WAITING, kind="'travel'", kilometres="0.1", rate="0.001"),
        ),
    ),
    "a_refused_expense_is_not_charged": row(
        copy(WAITING, refused_reason="'x'", charge_id=A_CHARGE), holds=copy(WAITING, charge_id=A_CHARGE)
    ),
    "only_a_refused_expense_says_who_refused_it": row(
        update(WAITING, refused_at="now()"),
        update(WAITING, refused_by_id="(SELECT min(id) FROM members_user)"),
        holds=update(WAITING, refused_at="now()", refused_reason="'x'"),
    ),
    "a_purchase_has_its_receipt": row(
        update(WAITING, kind="'purchase'"),
        holds=update(WAITING, kind="'purchase'", receipt_id="(SELECT min(id) FROM members_file)"),
    ),
    "an_accepted_expense_is_kept_as_it_is": row(
        update(ACCEPTED, label="'x'"),
        delete("label = 'Goûter'"),
        holds=(update(WAITING, label="'x'"), update(ACCEPTED, charge_id="NULL"), delete(WAITING)),
    ),
    "billing_expense_charge_id_key": row(copy(ACCEPTED), holds=copy(ACCEPTED, charge_id=A_CHARGE)),
    "dues_of_a_year_are_asked_for_once": row(copy(charge_id=A_CHARGE), holds=TWINS["billing_duesyear"]),
    # grants
    "a_budget_is_not_negative": row(update(budget="-0.01"), holds=update(budget="0")),
    "funding_line_ends_after_it_starts": ends_after_start(),
    "an_action_takes_an_entry_once": same("action"),
    "an_action_takes_an_expense_once": same("action"),
    "funded_hours_hold_minutes": row(update(OPEN_LINE, minutes="0"), holds=update(OPEN_LINE, minutes="1")),
    "a_funded_cost_is_positive": row(update(OPEN_LINE, amount="0"), holds=update(OPEN_LINE, amount="0.01")),
    "funded_hours_of_a_locked_report_are_frozen": _locked("minutes"),
    "funded_costs_of_a_locked_report_are_frozen": _locked("amount"),
    # An entry of 420 minutes of which 60 are another line's; an expense of 12.00, and 4.00.
    "no_hour_is_funded_twice": row(
        update(OPEN_LINE, minutes="361"),
        TWINS["billing_fundedhours"].but(minutes="301"),
        TWINS["billing_fundedhours"].but(month="'2026-11-01'"),
        TWINS["billing_fundedhours"].but(
            entry_id="(SELECT min(id) FROM timesheets_entry WHERE day > '2026-12-01')", month="'2026-12-01'"
        ),
        holds=(update(OPEN_LINE, minutes="360"), TWINS["billing_fundedhours"].but(minutes="300")),
    ),
    "no_expense_is_funded_twice": row(
        update(OPEN_LINE, amount="8.01"),
        TWINS["billing_fundedcost"].but(amount="4.01"),
        TWINS["billing_fundedcost"].but(month="'2026-11-01'"),
        TWINS["billing_fundedcost"].but(expense_id=f"(SELECT id FROM billing_expense WHERE {WAITING})"),
        holds=(update(OPEN_LINE, amount="8"), TWINS["billing_fundedcost"].but(amount="4")),
    ),
    "funding_report_ends_after_it_starts": row(
        copy(first_month="'2026-12-01'", last_month="'2026-11-01'"), holds=TWINS["billing_fundingreport"]
    ),
    "funding_report_holds_a_digest": row(
        TWINS["billing_fundingreport"].but(digest="'x'"),
        holds=TWINS["billing_fundingreport"].but(digest=DIGEST),
    ),
    # Two reports from one month on hold that month twice: the exclusion says it too, of every month.
    "one_report_from_a_month_on": row(copy(last_month="'2026-12-01'"), holds=TWINS["billing_fundingreport"]),
    "a_month_of_a_line_is_locked_once": row(
        copy(first_month="'2026-09-01'"),
        holds=(copy(first_month="'2026-09-01'", last_month="'2026-09-01'"), copy(line_id=THE_OPEN_LINE)),
    ),
    "funding_reports_are_append_only": append_only("digest", TWINS["billing_fundingreport"]),
    # what the law says from a day on
    "rates_of_a_regime_do_not_overlap": overlapping("regime = 'S20'", ends_before="starts_on"),
    "vat_rate_is_a_percentage": row(
        *(update(TEN, rate=rate) for rate in ("-0.01", "100.01")),
        holds=(update(TEN, rate="0"), update(TEN, rate="100")),
    ),
    "an_invoiced_rate_is_kept": row(
        update(TWENTY, rate="19"),
        update(TWENTY, regime="'E261B'"),
        update(TWENTY, starts_on="'2026-11-01'"),
        update(TWENTY, ends_before="'2026-10-31'"),
        delete(TWENTY),
        holds=(update(TWENTY, source="'x'", starts_on="'2026-10-31'"), update(TEN, rate="19"), delete(TEN)),
    ),
    "a_printed_mention_is_kept": row(
        update(PRINTED, text="'x'"),
        update(PRINTED, code="'x'"),
        update(PRINTED, ends_before="'2026-12-03'"),
        delete(PRINTED),
        holds=(update(PRINTED, source="'x'"), update(PRINTED, ends_before="'2026-12-04'")),
    ),
    "wordings_of_a_mention_do_not_overlap": overlapping(),
}
