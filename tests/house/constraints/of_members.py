"""Rows of members: the group, its members and their people, mails."""

from tests.house.constraints.statements import (
    Row,
    Statement,
    append_only,
    copy,
    delete,
    ends_after_start,
    frozen,
    overlapping,
    row,
    same,
    states,
    together,
    update,
)

WAITING, SETTLED = "settled_at IS NULL", "settled_at IS NOT NULL"
# How a second row of a table goes in.
FILE = {"file_name": "'f.pdf'", "file_path": "'invoices/f.pdf'", "file_sha256": "repeat('a', 64)"}
ACCESS = {
    "kind": "'access'",
    "day": "NULL",
    "status": "'pending'",
    "sent_at": "NULL",
    "text": "''",
    "html": "''",
    "encrypted": "'gAAAA'",
    "expires_at": "queued_at",
}

# Rules of the group in a far past, on which nothing stands.
PAST = {"starts_on": "'1990-01-01'", "ends_before": "'1990-02-01'", "origin": "'taken_over'"}

TWINS = {
    "members_member": copy(short_name="'Autre'", siren="'999999999'", siret="'99999999900011'"),
    "members_site": copy(name="'Autre'"),
    "members_user": copy(email="'autre@laronde.example'"),
    "members_invitation": copy(token_digest="repeat('b', 64)", voided_at="sent_at"),
    "members_mail": copy(day="day + 1"),
    "members_mailsubject": copy(number="number + 1"),
    "members_notice": copy(WAITING, topic="topic || '1'"),
    "members_securityevent": copy(),
    "members_file": copy(path="'files/c.pdf'"),
    "members_grouprule": copy(**PAST),
    "members_duty": copy(key="key || '1'"),
    "members_sentform": copy(key="repeat('z', 22)"),
    "members_membership": copy(
        status="'left'", starts_on="starts_on - 10", notice_on="starts_on", ends_before="starts_on"
    ),
}
AT_A_MEMBER, OF_A_COORDINATOR = "member_id IS NOT NULL", "member_id IS NULL"
SIGNED = "id IN (SELECT seat_id FROM charter_signature)"
SIGNED_A_PAPER = "id IN (SELECT seat_id FROM papers_signature)"
UNSIGNED = f"NOT {SIGNED} AND {SIGNED_A_PAPER} IS NOT TRUE"
DAY_OF_PAPER = "(SELECT max(signed_on) FROM papers_signature WHERE seat_id = members_seat.id)"
WHEN_SIGNED = "min(signed_at) AT TIME ZONE 'Europe/Paris'"
DAY_SIGNED = f"(SELECT ({WHEN_SIGNED})::date FROM charter_signature WHERE seat_id = members_seat.id)"
DATES = {"starts_on": "starts_on", "notice_on": "starts_on", "ends_before": "starts_on + 1"}
DIGESTS = ("hours_reminder", "confirm_digest", "approve_digest", "duties")
OPEN, DONE = "done_on IS NULL", "done_on IS NOT NULL"
NO_VAT = {"vat_period": "''", "vat_first_period": "NULL", "vat_day": "NULL"}
VAT = {"vat_period": "'monthly'", "vat_first_period": "'2026-01-01'", "vat_day": "19"}
END = "'days_then_end'"
TERMS, PENALTY = "code = 'payment_terms'", "code = 'late_penalty_rate'"
RATE = "code = 'management_rate'"
AT_FIRST = "starts_on = '2000-01-01' AND withdrawn_at IS NULL"


def paying(days: int, basis: str = "invoice_date", reason: str = "") -> Statement:
    """Terms of payment of before."""
    value = f"""'{{"days": {days}, "basis": "{basis}", "reason": "{reason}"}}'"""
    return copy(TERMS, value=value, **PAST)


def penalty(rate: str, legal_rate: str, reason: str = "") -> Statement:
    """A late penalty of before."""
    value = f"""'{{"rate": "{rate}", "legal_rate": "{legal_rate}", "reason": "{reason}"}}'"""
    return copy(PENALTY, value=value, **PAST)


TOUCHING, MEETING = "'{year}{prefix}{sequence}'", (("'F'", "'F1'"), ("'F12'", "'F'"))
ADDRESS = {"billing_street": "'x'", "billing_postal_code": "'x'", "billing_city": "'x'"}
EMPTY_ADDRESS = dict.fromkeys(ADDRESS, "''")

ROWS: dict[str, Row] = {
    # forms
    "a_form_is_sent_once": row(
        copy("user_id IS NOT NULL"),
        copy("user_id IS NULL"),
        holds=(
            copy("user_id IS NULL", key="repeat('z', 22)"),
            copy("user_id IS NULL", key="repeat('z', 22)"),
        ),
    ),
    # the group
    "group_is_the_only_row": row(update(id="2"), holds=update(id="1")),
    "group_siren_has_nine_digits": row(
        update(siren="left(siren, 8)"),
        update(siren="left(siren, 8) || 'X'"),
        holds=update(siren="'123456789'"),
    ),
    "group_absence_rule_is_one_that_prices_know": row(
        update(absence_rule="'la réserve'"),
        update(absence_rule="''"),
        holds=update(absence_rule="'reserve'"),
    ),
    "group_keeps_its_security_log_six_to_twelve_months": row(
        update(security_log_months="5"),
        update(security_log_months="13"),
        holds=(update(security_log_months="6"), update(security_log_months="12")),
    ),
    "group_siret_has_fourteen_digits": row(
        update(siret="left(siret, 13)"), holds=update(siret="'12345678900011'")
    ),
    "group_invoice_prefix_is_printable": row(
        update(invoice_prefix="''"), update(invoice_prefix="'f'"), holds=update(invoice_prefix="'F-'")
    ),
    "group_credit_prefix_is_printable": row(
        update(credit_prefix="'-'"), holds=(update(credit_prefix="''"), update(credit_prefix="'AV-'"))
    ),
    "group_invoices_and_credit_notes_have_other_numbers": row(
        update(credit_prefix="'A'", number_template="'{year}-{sequence}'"),
        *(
            update(invoice_prefix=one, credit_prefix=other, number_template=TOUCHING)
            for one, other in MEETING
        ),
        holds=(
            update(credit_prefix="'A'", number_template="'{prefix}-{year}-{sequence}'"),
            update(credit_prefix="invoice_prefix", number_template="'{year}-{sequence}'"),
            update(invoice_prefix="'F'", credit_prefix="'F01'", number_template=TOUCHING),
        ),
    ),
    "group_number_template_has_its_year": row(
        update(number_template="'{prefix}-{sequence}'"),
        update(number_template="'{sequence}-{year}'"),
        holds=update(number_template="'{year}/{sequence}'"),
    ),
    "group_write_off_limit_is_not_negative": row(
        update(write_off_limit="-0.01"), holds=update(write_off_limit="0")
    ),
    # its rules
    "rules_of_a_code_do_not_overlap": row(
        copy(AT_FIRST, starts_on="'1999-12-01'", ends_before="'2000-01-02'", origin="'taken_over'"),
        holds=(
            copy(AT_FIRST, starts_on="'1999-12-01'", ends_before="'2000-01-01'", origin="'taken_over'"),
            copy(AT_FIRST, withdrawn_at="noted_at"),
        ),
    ),
    "a_rule_ends_after_it_starts": row(
        copy(AT_FIRST, withdrawn_at="noted_at", ends_before="starts_on"),
        holds=copy(AT_FIRST, withdrawn_at="noted_at", ends_before="starts_on + 1"),
    ),
    "a_decided_rule_names_its_decision": row(
        copy(**PAST | {"origin": "'decision'", "source": "''"}),
        holds=(
            copy(**PAST | {"origin": "'decision'", "source": "'AG'"}),
            copy(**PAST | {"source": "''"}),
        ),
    ),
    "a_rule_has_a_known_code": row(copy(code="'x'", **PAST), holds=copy(**PAST)),
    "a_rule_is_withdrawn_after_it_was_noted": row(
        copy(**PAST, withdrawn_at="noted_at - interval '1 second'"),
        holds=copy(**PAST, withdrawn_at="noted_at"),
    ),
    "a_rule_of_confirmation_has_its_days": row(
        *(
            copy("code = 'confirmation_days'", value=value, **PAST)
            for value in ("""'{"days": -1}'""", """'{"days": 366}'""")
        ),
        holds=copy("code = 'confirmation_days'", value="""'{"days": 0}'""", **PAST),
    ),
    "a_rule_of_payment_stays_within_the_law": row(
        paying(61, reason="x"),
        paying(46, "days_then_end", "x"),
        holds=(paying(60, reason="x"), paying(45, "days_then_end", "x")),
    ),
    "periodic_invoices_are_due_within_45_days": row(
        paying(46),
        paying(60),
        paying(16, "days_then_end"),
        holds=(
            paying(45),
            paying(15, "days_then_end"),
            paying(46, reason="x"),
            paying(16, "days_then_end", "x"),
        ),
    ),
    "late_penalty_is_three_times_the_legal_rate": row(
        penalty("7.85", "2.62"),
        penalty("12.15", "4.06"),
        penalty("-1", "2.62", "x"),
        holds=(penalty("7.86", "2.62"), penalty("12.15", "4.05"), penalty("1", "2.62", "x")),
    ),
    "a_management_rate_is_a_percentage": row(
        *(copy(RATE, value=f"""'{{"rate": "{rate}"}}'""", **PAST) for rate in ("-0.01", "100.01")),
        copy(RATE, value="'{}'", **PAST),
        holds=(
            copy(RATE, value="""'{"rate": "0"}'""", **PAST),
            copy(RATE, value="""'{"rate": "100"}'""", **PAST),
        ),
    ),
    "what_prices_read_begins_with_a_month": row(
        copy(RATE, **PAST | {"starts_on": "'1990-01-02'"}),
        holds=(copy(RATE, **PAST), copy(TERMS, **PAST | {"starts_on": "'1990-01-02'"})),
    ),
    "a_rule_that_began_keeps_its_value": row(
        update(TERMS, value="""'{"days": 10, "basis": "invoice_date", "reason": ""}'"""),
        update(TERMS, starts_on="starts_on - 1"),
        update(TERMS, origin="'admin'"),
        update(TERMS, source="'x'"),
        update(TERMS, noted_at="noted_at - interval '1 day'"),
        update("withdrawn_at IS NOT NULL", withdrawn_at="withdrawn_at + interval '1 day'"),
        holds=update("code = 'confirmation_days'", ends_before="'2001-01-01'"),
    ),
    "rules_are_kept": row(delete(), holds=copy(**PAST)),
    "a_reserved_rule_has_its_decision": row(
        copy("code = 'liability_key'", **PAST | {"origin": "'admin'", "ends_before": "'1990-01-02'"}),
        holds=(
            copy("code = 'liability_key'", **PAST | {"origin": "'decision'", "source": "'AG'"}),
            copy("code = 'confirmation_days'", **PAST | {"origin": "'admin'"}),
        ),
    ),
    "a_rule_under_an_issued_invoice_keeps_its_days": row(
        update(TERMS, ends_before="'2026-10-01'"),
        update(PENALTY, withdrawn_at="noted_at"),
        holds=(
            update(TERMS, ends_before="'2200-01-01'"),
            update("code = 'liability_key' AND withdrawn_at IS NULL", withdrawn_at="noted_at"),
            copy(TERMS, **PAST),
        ),
    ),
    # members
    "member_siren_has_nine_digits": row(
        update(siren="left(siren, 8)"), holds=update(siren="'999999999'", siret="'99999999900011'")
    ),
    "member_siret_begins_with_its_siren": row(
        update(siret="'99999999900011'"),
        update(siret="siren || '0001'"),
        holds=update(siret="siren || '00099'"),
    ),
    "member_mark_is_drawable": row(
        *(update(**{column: value}) for column in ("hue", "shape") for value in ("0", "13")),
        holds=update(hue="1", shape="12"),
    ),
    "member_billing_address_is_whole_or_none": row(
        *(update(**ADDRESS | {part: "''"}) for part in ADDRESS),
        *(update(**EMPTY_ADDRESS | {part: "'x'"}) for part in ADDRESS),
        holds=(update(**ADDRESS), update(**EMPTY_ADDRESS)),
    ),
    "members_member_siren_key": row(
        copy(short_name="'Autre'", siret="siren || '99999'"), holds=TWINS["members_member"]
    ),
    # A SIRET begins with its SIREN, of which there is one: two of one SIRET have one SIREN.
    "members_member_siret_key": row(
        copy(short_name="'Autre'"),
        holds=copy(short_name="'Autre'", siret="siren || '99999'"),
        lifts=("members_member_siren_key",),
    ),
    "site_name_is_unique_at_a_member": same("name"),
    "member_short_name_is_one_however_written": row(
        copy(siren="'999999999'", siret="'99999999900011'", short_name="upper(short_name)"),
        copy(
            siren="'999999999'",
            siret="'99999999900011'",
            short_name="replace(lower(short_name), 'o', 'ö') || ' '",
        ),
        holds=TWINS["members_member"],
    ),
    "vat_attestation_expires": row(
        update(ends_before="starts_on"),
        update(ends_before="NULL"),
        holds=update(ends_before="starts_on + 1"),
        lifts=("an_invoiced_attestation_is_kept",),
    ),
    "an_invoiced_attestation_is_kept": row(
        update(taxable_receipts_percent="35"),
        update(legal_basis="'x'"),
        update(signed_on="signed_on + 1"),
        update(starts_on="'2026-10-02'"),
        update(ends_before="'2026-10-31'"),
        delete(),
        holds=(
            update(document_id="(SELECT min(id) FROM members_file)"),
            update(starts_on="'2026-10-01'"),
            update(ends_before="'2026-11-01'"),
            update(starts_on="'2025-01-01'", ends_before="'2028-01-01'"),
        ),
    ),
    "vat_attestations_of_a_member_do_not_overlap": overlapping(),
    "memberships_of_a_member_do_not_overlap": row(
        TWINS["members_membership"].but(ends_before="starts_on + 1"), holds=TWINS["members_membership"]
    ),
    "membership_status_matches_its_dates": together(
        states(
            update(),
            DATES,
            {
                "'candidate'": [()],
                "'admitted'": [("starts_on",)],
                "'leaving'": [tuple(DATES)],
                "'left'": [tuple(DATES)],
            },
        ),
        row(
            update(status="'left'", notice_on="starts_on", ends_before="starts_on"),
            holds=update(status="'left'", notice_on="starts_on", ends_before="starts_on + 1"),
        ),
    ),
    "membership_steps_are_append_only": append_only("note", copy()),
    "declaration_is_due_after_its_event": row(update(due_on="event_on - 1"), holds=update(due_on="event_on")),
    # people
    "user_email_is_unique": row(copy(email="upper(email)"), holds=TWINS["members_user"]),
    "seat_ends_after_it_starts": ends_after_start(UNSIGNED),
    "a_seat_that_signed_keeps_its_day": row(
        update(SIGNED, function="'manager'"),
        update(SIGNED, member_id="(SELECT max(id) FROM members_member)"),
        update(SIGNED, starts_on=f"{DAY_SIGNED} + 1"),
        update(SIGNED, ends_before=DAY_SIGNED),
        holds=update(SIGNED, starts_on=DAY_SIGNED, ends_before=f"{DAY_SIGNED} + 1"),
    ),
    "a_seat_that_signed_a_paper_keeps_its_day": row(
        update(SIGNED_A_PAPER, function="'manager'"),
        update(SIGNED_A_PAPER, member_id="(SELECT max(id) FROM members_member)"),
        update(SIGNED_A_PAPER, starts_on=f"{DAY_OF_PAPER} + 1"),
        update(SIGNED_A_PAPER, ends_before=DAY_OF_PAPER),
        holds=update(SIGNED_A_PAPER, starts_on=DAY_OF_PAPER, ends_before=f"{DAY_OF_PAPER} + 1"),
    ),
    "seats_of_a_person_at_a_member_do_not_overlap": overlapping(),
    "deputies_of_a_coordinator_do_not_overlap": overlapping(OF_A_COORDINATOR),
    "deputies_of_a_person_at_a_member_do_not_overlap": overlapping(AT_A_MEMBER),
    "deputy_ends_after_it_starts": ends_after_start(),
    "deputy_has_an_end": row(update(ends_before="NULL"), holds=update(ends_before="starts_on + 1")),
    "nobody_is_their_own_deputy": row(
        update(user_id="principal_id"), holds=update(user_id="principal_id", principal_id="user_id")
    ),
    "invitation_expires_after_it_is_sent": row(
        update(expires_at="sent_at"), holds=update(expires_at="sent_at + interval '1 second'")
    ),
    "invitation_is_not_both_used_and_voided": row(
        update(used_at="sent_at", voided_at="sent_at"), holds=update(used_at="sent_at")
    ),
    "a_person_has_one_invitation_at_a_time": row(
        copy(token_digest="repeat('b', 64)"),
        holds=(
            TWINS["members_invitation"],
            copy(token_digest="repeat('b', 64)", used_at="sent_at"),
        ),
    ),
    # mails
    "mail_status_matches_its_stamp": states(
        update(),
        {"sent_at": "queued_at"},
        {"'pending'": [()], "'failed'": [()], "'sent'": [("sent_at",)], "'expired'": [()]},
    ),
    "a_digest_has_its_day": row(
        *(copy(kind=f"'{kind}'", day="NULL") for kind in DIGESTS),
        copy(kind="'dunning'"),
        copy(kind="'dunning'", day="NULL", is_by_hand="true"),
        holds=(
            *(copy(kind=f"'{kind}'", day="day + 1") for kind in DIGESTS),
            copy(kind="'dunning'", day="NULL"),
        ),
    ),
    "a_mail_carries_a_whole_file_or_none": row(
        *(
            TWINS["members_mail"].but(**{name: value for name, value in FILE.items() if name != without})
            for without in FILE
        ),
        TWINS["members_mail"].but(**{**FILE, "file_sha256": "'abc'"}),
        holds=TWINS["members_mail"].but(**FILE),
    ),
    "what_opens_an_account_is_never_written_readably": row(
        copy(**{**ACCESS, "text": "'Votre code'"}),
        copy(**{**ACCESS, "html": "'<b>Votre code</b>'"}),
        holds=copy(**ACCESS),
    ),
    "encrypted_words_are_encrypted_and_have_their_end": row(
        copy(**{**ACCESS, "encrypted": "'Votre code'"}),
        copy(**{**ACCESS, "expires_at": "NULL"}),
        holds=copy(**{**ACCESS, "encrypted": "''", "expires_at": "NULL"}),
    ),
    "only_a_mail_that_waits_keeps_encrypted_words": row(
        copy(**{**ACCESS, "status": "'expired'"}),
        copy(**{**ACCESS, "status": "'sent'", "sent_at": "queued_at"}),
        holds=(
            copy(**{**ACCESS, "status": "'failed'"}),
            copy(**{**ACCESS, "status": "'expired'", "encrypted": "''"}),
        ),
    ),
    "encrypted_words_are_only_blanked": row(
        update("encrypted <> ''", encrypted="encrypted || 'x'"),
        update("encrypted <> ''", encrypted="''"),
        update("encrypted <> ''", encrypted="''", status="'failed'"),
        update("encrypted <> ''", expires_at="expires_at + interval '1 hour'"),
        update("encrypted = ''", encrypted="'gAAAAx'", expires_at="queued_at"),
        holds=(
            update("encrypted <> ''", encrypted="''", status="'expired'"),
            update("encrypted <> ''", encrypted="''", status="'sent'", sent_at="queued_at"),
        ),
    ),
    "one_digest_of_a_kind_a_day": row(copy(), holds=(TWINS["members_mail"], copy(is_by_hand="true"))),
    "mails_keep_what_they_say": together(
        frozen(
            "address",
            "subject",
            "text",
            "html",
            "to_id=NULL",
            "kind='hours_reminder'",
            "day=day + 1",
            "is_by_hand=true",
            holds=update(error="'x'"),
        ),
        frozen(
            "file_name",
            "file_path",
            "file_sha256=repeat('b', 64)",
            of="file_name <> ''",
            holds=update("file_name <> ''", error="'x'"),
        ),
    ),
    "mails_are_kept": row(
        delete("id NOT IN (SELECT mail_id FROM members_mailsubject)"), holds=update(error="'x'")
    ),
    "nobody_is_told_the_same_twice": row(copy(), copy("day IS NULL"), holds=TWINS["members_mailsubject"]),
    "a_subject_is_of_a_known_kind": row(
        copy(kind="'autre'"),
        holds=(copy(kind="'letter'"), copy(kind="'timesheet_step'"), copy(kind="'notice'")),
    ),
    "one_notice_of_a_topic_waits_for_a_person": row(
        copy(WAITING), holds=(TWINS["members_notice"], copy(WAITING, settled_at="queued_at"))
    ),
    "a_step_and_a_leaver_are_told_once": row(
        copy(SETTLED),
        copy(SETTLED, settled_at="NULL", mail_id="NULL"),
        holds=(copy(SETTLED, topic="topic || '1'"), copy(SETTLED, kind="'plan'")),
    ),
    "a_notice_that_was_told_is_settled": row(
        copy(SETTLED, topic="'autre'", settled_at="NULL"),
        holds=copy(SETTLED, topic="'autre'", mail_id="NULL"),
    ),
    "a_notice_is_of_a_known_kind": row(copy(WAITING, kind="'autre'"), holds=copy(WAITING, kind="'deputy'")),
    "notices_that_left_stay_as_they_are": row(
        update(SETTLED, sentence="'x'"),
        update(SETTLED, settled_at="NULL", mail_id="NULL"),
        delete(SETTLED),
        holds=(update(WAITING, sentence="'x'"), delete(WAITING)),
    ),
    # duties
    "a_duty_has_a_title": row(update(title="''"), holds=update(title="'x'")),
    "a_duty_has_a_known_topic_and_role": row(
        update(topic="'autre'"), update(role="'autre'"), holds=update(topic="'hours'", role="'member'")
    ),
    "a_duty_is_done_wholly_or_not": row(
        update(OPEN, done_on="due_on"),
        update(OPEN, done_at="made_at"),
        update(OPEN, done_by_id="made_by_id"),
        update(DONE, done_on="NULL"),
        update(DONE, done_at="NULL"),
        holds=(
            update(OPEN, done_on="due_on", done_at="made_at"),
            update(DONE, done_on="NULL", done_at="NULL", done_by_id="NULL"),
        ),
    ),
    "only_own_duties_have_a_series": row(
        update(OPEN, begins_on="NULL"),
        update(OPEN, begins_on="due_on + 1"),
        update(DONE, begins_on="due_on"),
        update(DONE, every_months="1"),
        holds=update(OPEN, begins_on="due_on - 1", every_months="NULL"),
    ),
    "a_duty_comes_again_after_months": row(
        update(OPEN, every_months="0"),
        update(OPEN, every_months="121"),
        holds=(update(OPEN, every_months="1"), update(OPEN, every_months="120")),
    ),
    "group_vat_return_is_set_wholly_or_not": row(
        *(update(**{**VAT, column: value}) for column, value in NO_VAT.items()),
        update(**{**VAT, "vat_day": "14"}),
        update(**{**VAT, "vat_day": "25"}),
        update(**{**VAT, "vat_period": "'none'"}),
        update(**{**VAT, "vat_period": "'autre'"}),
        holds=(
            update(**VAT),
            update(**NO_VAT),
            update(**{**NO_VAT, "vat_period": "'none'"}),
            update(**{**VAT, "vat_period": "'quarterly'", "vat_day": "24"}),
            update(**{**VAT, "vat_day": "15"}),
        ),
    ),
    "group_payroll_day_is_in_every_month": row(
        update(payroll_day="0"),
        update(payroll_day="29"),
        holds=(update(payroll_day="1"), update(payroll_day="28"), update(payroll_day="NULL")),
    ),
    # files
    "a_file_is_neither_empty_nor_too_large": row(
        copy(path="'c'", size="0"),
        copy(path="'c'", size="20971521"),
        holds=(copy(path="'c'", size="1"), copy(path="'c'", size="20971520")),
    ),
    "a_file_is_of_a_safe_kind": row(
        copy(path="'c'", media_type="'text/html'"),
        copy(path="'c'", media_type="'image/svg+xml'"),
        holds=copy(path="'c'", media_type="'text/csv'"),
    ),
    "a_file_has_its_digest": row(
        copy(path="'c'", sha256="''"),
        copy(path="'c'", sha256="repeat('A', 64)"),
        holds=copy(path="'c'", sha256="repeat('f', 64)"),
    ),
    "a_file_is_purged_after_it_was_kept": row(
        update("purged_at IS NULL", purged_at="kept_at - interval '1 second'"),
        holds=update("purged_at IS NULL", purged_at="kept_at"),
    ),
    "a_file_never_changes": row(
        *(
            update("purged_at IS NULL", **{column: value})
            for column, value in (
                ("path", "'x'"),
                ("name", "'x'"),
                ("media_type", "'text/csv'"),
                ("size", "8"),
                ("sha256", "repeat('f', 64)"),
                ("is_sensitive", "NOT is_sensitive"),
                ("kept_by_id", "NULL"),
                ("kept_at", "kept_at + interval '1 second'"),
            )
        ),
        update("purged_at IS NOT NULL", purged_at="NULL"),
        update("purged_at IS NOT NULL", purged_at="purged_at + interval '1 day'"),
        holds=update("purged_at IS NULL", purged_at="kept_at"),
    ),
    "files_are_kept": row(delete(), holds=TWINS["members_file"]),
    "security_events_are_append_only": append_only("detail", TWINS["members_securityevent"]),
    "subjects_of_mails_are_append_only": append_only("number", TWINS["members_mailsubject"]),
}
