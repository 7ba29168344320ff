"""Rows of timesheets: their states and stamps, entries that change in a draft only, what an approval signed."""

from itertools import product

from tests.house.constraints.statements import (
    Row,
    Statement,
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

DRAFT = "status = 'draft' AND assignment_id IS NOT NULL"
AT_THE_GROUP = "status = 'draft' AND assignment_id IS NULL"
APPROVED = "status = 'approved' AND billed_at IS NULL"
BILLED = "billed_at IS NOT NULL"
THE_DRAFT = f"timesheet_id = (SELECT id FROM timesheets_timesheet WHERE {DRAFT})"
IN_A_DRAFT = f"{THE_DRAFT} AND day < '2026-12-23'"
APPROVED_ONE = f"(SELECT id FROM timesheets_timesheet WHERE {APPROVED})"
DRAFT_ONE = f"(SELECT id FROM timesheets_timesheet WHERE {DRAFT})"
IN_AN_APPROVED_ONE = f"timesheet_id = {APPROVED_ONE}"
MADE, UNMADE = "made_at IS NOT NULL", "made_at IS NULL"
EVENING = f"{THE_DRAFT} AND ended_at = '00:00'"
MORNING = f"{THE_DRAFT} AND goes_on_from_day_before"
FILE = {"made_at": "now()", "size": "1", "path": "'x.pdf'", "sha256": "repeat('b', 64)"}

BOSS = "(SELECT min(id) FROM members_user WHERE is_coordinator)"
PERSON = "(SELECT min(user_id) FROM employees_employee)"
CHANGED = "kind = 'change'"
HANDED_IN_BY_BOSS = f"kind = 'submit' AND by_id = {BOSS}"
CONFIRMED_BY_BOSS = f"kind = 'confirm' AND by_id = {BOSS}"
BY_THE_PERSON = f"entered_by_id = {PERSON} AND {IN_A_DRAFT}"
HELD = f"{DRAFT} AND id IN (SELECT timesheet_id FROM timesheets_entry)"
# Submitted hours before a contract, an assignment, a membership, each in a month of its own; and within all of them.
OUTSIDE = [f"status = 'submitted' AND month = '{month}-01'" for month in ("2025-12", "2026-04", "2026-01")]
WITHIN = "status = 'submitted' AND month = '2026-05-01'"
LAST_WORKED = (
    "(SELECT max(day) FROM timesheets_entry WHERE timesheet_id = timesheets_timesheet.id)::timestamp"
)
# The day before, and its last minute in Paris.
TOO_EARLY = (f"({LAST_WORKED} - interval '1 day')", f"({LAST_WORKED} - interval '1 minute')")
CONFIRMED = {"status": "'confirmed'", "confirmed_at": "now()"}
APPROVING = {"status": "'approved'", "submitted_at": "now()", "confirmed_at": "now()"}

# Approved once the days of the scene are over.
STAMPS = {"submitted_at": "now()", "confirmed_at": "now()", "approved_at": "'2027-01-04 12:00+00'"}
SENT = ("submitted_at",)
STATES = ("", "draft", "submitted", "confirmed", "approved")
# What each act does, of all that could be written of it.
LEADING = {
    ("supplement", "", "draft"),
    ("submit", "draft", "submitted"),
    ("recall", "submitted", "draft"),
    ("confirm", "submitted", "confirmed"),
    ("contest", "submitted", "draft"),
    ("tacit", "submitted", "confirmed"),
    ("settle", "submitted", "confirmed"),
    ("take_back", "confirmed", "submitted"),
    ("return", "submitted", "draft"),
    ("return", "confirmed", "draft"),
    ("approve", "submitted", "approved"),
    ("approve", "confirmed", "approved"),
    ("undo", "approved", "submitted"),
    ("undo", "approved", "confirmed"),
    ("reopen", "approved", "draft"),
    ("change", "draft", "draft"),
}
STEPS = sorted(product({kind for kind, _, _ in LEADING} | {"autre"}, STATES, STATES))


def _step(kind: str, source: str, target: str) -> Statement:
    return copy(kind=f"'{kind}'", source=f"'{source}'", target=f"'{target}'", note="'x'")


def taken_back(**values: str) -> Statement:
    """The confirmation that the coordinator gave, taken back."""
    return copy(CONFIRMED_BY_BOSS, kind="'take_back'", source="'confirmed'", target="'submitted'", **values)


TWINS = {
    "timesheets_timesheet": copy(DRAFT, supplement="supplement + 1"),
    "timesheets_entry": copy(IN_A_DRAFT, day="day + 10"),
    "timesheets_remark": copy(day="day + 1"),
    "timesheets_signedsheet": copy(MADE, version="version + 1"),
    "timesheets_acknowledgement": copy(measured="measured + 1"),
    "timesheets_changedhours": copy(day="day + 1"),
    "timesheets_hourslayout": copy(titles_digest="repeat('b', 64)"),
}

ROWS: dict[str, Row] = {
    "one_timesheet_per_employee_month_and_assignment": row(
        copy(DRAFT), copy(AT_THE_GROUP), holds=TWINS["timesheets_timesheet"]
    ),
    "timesheet_status_matches_its_stamps": together(
        states(
            update(DRAFT),
            STAMPS,
            {
                "'draft'": [()],
                "'submitted'": [SENT],
                "'confirmed'": [(*SENT, "confirmed_at")],
                "'approved'": [tuple(STAMPS)],
            },
        ),
        states(
            update(AT_THE_GROUP),
            STAMPS,
            {"'submitted'": [SENT], "'confirmed'": [], "'approved'": [(*SENT, "approved_at"), tuple(STAMPS)]},
        ),
    ),
    "only_an_approved_timesheet_is_billed": row(
        update(DRAFT, billed_at="now()"),
        update(APPROVED, billed_at="approved_at - interval '1 second'"),
        holds=update(APPROVED, billed_at="approved_at"),
    ),
    "only_a_draft_is_contested_or_returned": row(
        update(APPROVED, contested_at="now()"),
        update(APPROVED, returned_at="now()"),
        holds=update(DRAFT, contested_at="now()", returned_at="now()"),
    ),
    "a_tacit_confirmation_is_a_confirmation": row(
        update(DRAFT, is_confirmed_tacitly="true"),
        holds=update(WITHIN, **CONFIRMED, is_confirmed_tacitly="true"),
    ),
    "hours_are_approved_once_their_days_have_come": row(
        *(
            update(HELD, **{**APPROVING, "approved_at": f"{day} AT TIME ZONE 'Europe/Paris'"})
            for day in TOO_EARLY
        ),
        holds=update(HELD, **{**APPROVING, "approved_at": f"{LAST_WORKED} AT TIME ZONE 'Europe/Paris'"}),
    ),
    "approved_hours_lie_within_what_was_agreed": row(
        *(update(each, **CONFIRMED, approved_at="now()").but(status="'approved'") for each in OUTSIDE),
        holds=update(WITHIN, **CONFIRMED, approved_at="now()").but(status="'approved'"),
    ),
    "approved_timesheet_is_frozen": row(
        delete("status = 'submitted'"),
        update(
            BILLED,
            status="'draft'",
            submitted_at="NULL",
            confirmed_at="NULL",
            approved_at="NULL",
            billed_at="NULL",
        ),
        holds=(
            update(APPROVED, status="'draft'", submitted_at="NULL", confirmed_at="NULL", approved_at="NULL"),
            delete(AT_THE_GROUP),
        ),
    ),
    "timesheet_keeps_who_and_when": row(
        update(DRAFT, supplement="supplement + 1"),
        update(DRAFT, month="'2027-01-01'"),
        update(DRAFT, employee_id="(SELECT max(id) FROM employees_employee)"),
        update(DRAFT, assignment_id="NULL", supplement="1"),
        copy(DRAFT, month="'2020-01-01'"),
        copy(DRAFT, employee_id="(SELECT max(id) FROM employees_employee)"),
        holds=(TWINS["timesheets_timesheet"], update(DRAFT, accepted_days="'{}'")),
    ),
    "the_stamps_of_a_timesheet_stay": row(
        *(
            update(APPROVED, **{name: f"{name} - interval '1 minute'"})
            for name in ("submitted_at", "confirmed_at")
        ),
        update(APPROVED, approved_at="approved_at + interval '1 minute'"),
        update(APPROVED, is_confirmed_tacitly="NOT is_confirmed_tacitly"),
        update(APPROVED, accepted_days="'{\"1\": 1}'"),
        update(BILLED, billed_at="billed_at + interval '1 minute'"),
        update(BILLED, billed_at="NULL"),
        update("status = 'submitted'", submitted_at="submitted_at + interval '1 minute'"),
        holds=(
            update(APPROVED, billed_at="now()"),
            update(APPROVED, status="'draft'", submitted_at="NULL", confirmed_at="NULL", approved_at="NULL"),
        ),
    ),
    "timesheet_steps_are_append_only": append_only("note", copy(), of="kind = 'approve'"),
    "a_step_leads_where_its_act_does": Row(
        tuple(_step(*step) for step in STEPS if step not in LEADING),
        tuple(_step(*step) for step in STEPS if step in LEADING),
    ),
    "who_changes_anothers_hours_says_why": row(
        copy(CHANGED, note="''"), copy(CHANGED, note="' '"), holds=copy(CHANGED, note="'Badge'")
    ),
    "a_person_and_others_recall_only_their_own": row(
        copy(HANDED_IN_BY_BOSS, kind="'recall'", source="'submitted'", target="'draft'", by_id=PERSON),
        copy(CHANGED, kind="'recall'", source="'submitted'", target="'draft'"),
        copy(CHANGED, kind="'recall'", source="'submitted'", target="'draft'", by_id="NULL"),
        holds=(
            copy(HANDED_IN_BY_BOSS, kind="'recall'", source="'submitted'", target="'draft'"),
            copy(CHANGED, kind="'recall'", source="'submitted'", target="'draft'", by_id=PERSON),
        ),
    ),
    "a_late_take_back_says_why": row(
        taken_back(note="''", at="at + interval '901 seconds'"),
        taken_back(note="' '", by_id=PERSON),
        taken_back(note="''", by_id="NULL"),
        holds=(
            taken_back(note="''", at="at + interval '900 seconds'"),
            taken_back(note="'Trop'", at="at + interval '1 day'", by_id=PERSON),
        ),
    ),
    "hours_change_once_in_a_step_a_day_and_kind": same("day"),
    "changed_hours_differ": row(
        copy(day="day + 1", after_minutes="before_minutes"),
        holds=copy(day="day + 1", after_minutes="before_minutes", after_times="'9 h'"),
    ),
    "changed_hours_are_append_only": append_only("after_minutes", TWINS["timesheets_changedhours"]),
    "a_persons_hours_are_not_rewritten_silently": row(
        update(BY_THE_PERSON, minutes="300", entered_by_id=BOSS),
        update(BY_THE_PERSON, minutes="300", entered_by_id="NULL"),
        holds=(
            update(BY_THE_PERSON, minutes="300"),
            update(BY_THE_PERSON, note="'x'", entered_by_id=BOSS),
            update(IN_A_DRAFT, minutes="1", entered_by_id=BOSS),
        ),
    ),
    "remarks_are_append_only": append_only("reason", TWINS["timesheets_remark"]),
    "one_remark_a_day_in_a_step": same("day"),
    "one_signed_sheet_a_version": same("version"),
    "signed_sheet_holds_a_digest": row(
        copy(version="version + 1", digest="'x'"), holds=copy(version="version + 1", digest="repeat('c', 64)")
    ),
    "signed_sheet_has_its_file_whole_or_not_at_all": together(
        states(update(UNMADE), FILE, {"": [(), tuple(FILE)]}, path="''", sha256="''"),
        row(update(UNMADE, **{**FILE, "sha256": "'x'"}), holds=update(UNMADE, **FILE)),
    ),
    "signed_content_never_changes": frozen(
        f"timesheet_id={DRAFT_ONE}",
        "version=version + 1",
        "content='[]'",
        "digest=repeat('c', 64)",
        "signed_at=now()",
        of=UNMADE,
        holds=update(UNMADE, attempts="1"),
    ),
    "signed_file_never_changes": row(
        update(MADE, error="'x'"), update(MADE, size="2"), holds=update(UNMADE, error="'x'")
    ),
    "signed_sheets_are_kept": row(delete(), holds=TWINS["timesheets_signedsheet"]),
    "one_entry_a_day_and_kind": same("day"),
    "entry_minutes_fit_in_a_day": row(
        update(IN_A_DRAFT, minutes="0"),
        update(IN_A_DRAFT, minutes="1441"),
        holds=(update(IN_A_DRAFT, minutes="1"), update(IN_A_DRAFT, minutes="1440")),
    ),
    "an_entry_has_both_its_times_or_none": row(
        update(IN_A_DRAFT, started_at="NULL"),
        update(IN_A_DRAFT, ended_at="NULL"),
        update(IN_A_DRAFT, break_minutes="1440"),
        update(IN_A_DRAFT, started_at="NULL", ended_at="NULL", break_minutes="1"),
        holds=(
            update(IN_A_DRAFT, break_minutes="1439"),
            update(IN_A_DRAFT, started_at="NULL", ended_at="NULL"),
        ),
    ),
    "entries_change_only_in_a_draft": row(
        copy(IN_AN_APPROVED_ONE, day="day + 1"),
        update(IN_AN_APPROVED_ONE, note="'x'"),
        update(IN_AN_APPROVED_ONE, timesheet_id=DRAFT_ONE, day="'2026-12-20'"),
        update(IN_A_DRAFT, timesheet_id=APPROVED_ONE, day="'2026-10-20'"),
        delete("day = '2026-11-02'"),
        copy(IN_A_DRAFT, day="'2026-11-30'"),
        copy(IN_A_DRAFT, day="'2027-01-01'"),
        update(IN_A_DRAFT, kind="'leave'"),
        holds=(TWINS["timesheets_entry"], update(IN_A_DRAFT, kind="'travel'"), delete(IN_A_DRAFT)),
    ),
    "an_entry_ends_by_midnight": row(
        copy(IN_A_DRAFT, kind="'travel'", started_at="'22:00'", ended_at="'06:00'"),
        update(IN_A_DRAFT, started_at="'22:00'", ended_at="'00:01'"),
        holds=update(IN_A_DRAFT, started_at="'22:00'", ended_at="'00:00'"),
    ),
    "what_goes_on_begins_at_midnight": row(
        update(MORNING, started_at="NULL", ended_at="NULL"),
        update(MORNING, started_at="'00:01'"),
        update(MORNING, ended_at="'00:00'"),
        holds=update(MORNING, ended_at="'00:01'"),
    ),
    "what_goes_on_has_its_evening": row(
        copy(MORNING, day="day + 1"),
        update(MORNING, day="day + 1"),
        holds=update(MORNING, ended_at="'05:00'"),
    ),
    "an_evening_keeps_what_goes_on_from_it": row(
        delete(EVENING),
        update(EVENING, ended_at="'23:00'"),
        update(EVENING, day="day - 1"),
        holds=(delete(MORNING), update(EVENING, started_at="'21:00'")),
    ),
    "columns_are_chosen_once_by_person_and_titles": same("titles_digest"),
    "titles_of_hours_have_a_digest": row(
        update(titles_digest="''"),
        update(titles_digest="repeat('g', 64)"),
        holds=update(titles_digest="repeat('c', 64)"),
    ),
    "a_finding_is_acknowledged_once": same("measured"),
    "an_acknowledgement_has_a_note": row(
        copy(measured="measured + 1", note="''"), holds=TWINS["timesheets_acknowledgement"]
    ),
    "acknowledgements_are_append_only": append_only("note", TWINS["timesheets_acknowledgement"]),
}
