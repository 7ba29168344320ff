"""Rows of the charter: its text, which is frozen once it is open, and its signatures."""

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

DRAFT, OPEN = "version = 2", "status = 'in_force'"
IN_A_DRAFT = f"charter_id = (SELECT id FROM charter_charter WHERE {DRAFT})"
IN_AN_OPEN_ONE = f"charter_id = (SELECT id FROM charter_charter WHERE {OPEN})"
OTHER_SEAT = {
    "member_id": "(SELECT max(member_id) FROM members_seat)",
    "seat_id": "(SELECT id FROM members_seat ORDER BY member_id DESC, id LIMIT 1)",
}
OPENED = {"opened_at": "now()", "content": "'{}'", "digest": "repeat('c', 64)"}
REPLACED = {"in_force_at": "now()", "superseded_at": "now()"}

TWINS = {
    "charter_charter": copy(DRAFT, version="99"),
    "charter_theme": copy(code="'autre'"),
    "charter_article": copy(IN_A_DRAFT, position="99"),
    "charter_commitment": copy(IN_A_DRAFT, position="99"),
    "charter_signature": copy(**OTHER_SEAT),
}


def _frozen_once_open() -> Row:
    """Nothing is added to an open charter, changed in it, taken from it, moved into or out of it."""
    draft = f"(SELECT id FROM charter_charter WHERE {DRAFT})"
    opened = f"(SELECT id FROM charter_charter WHERE {OPEN})"
    return row(
        copy(IN_AN_OPEN_ONE, position="99"),
        update(IN_AN_OPEN_ONE, title="'x'"),
        update(IN_AN_OPEN_ONE, charter_id=draft, position="99"),
        update(IN_A_DRAFT, charter_id=opened, position="99"),
        delete(IN_AN_OPEN_ONE),
        holds=(copy(IN_A_DRAFT, position="99"), update(IN_A_DRAFT, title="'x'"), delete(IN_A_DRAFT)),
    )


ROWS: dict[str, Row] = {
    "charter_is_frozen_once_open": together(
        states(update(DRAFT), OPENED, {"'draft'": [()], "'open'": [tuple(OPENED)]}, digest="''"),
        states(update(DRAFT, **REPLACED), OPENED, {"'superseded'": [tuple(OPENED)]}, digest="''"),
        row(
            update(DRAFT, status="'open'", **{**OPENED, "digest": "'x'"}),
            holds=update(DRAFT, status="'open'", **OPENED),
        ),
    ),
    "charter_status_matches_its_stamps": together(
        states(update(DRAFT), REPLACED, {"'draft'": [()]}),
        states(update(DRAFT, **OPENED), REPLACED, {"'open'": [()], "'superseded'": [tuple(REPLACED)]}),
        states(update(OPEN), REPLACED, {"'in_force'": [("in_force_at",)]}),
    ),
    "one_charter_is_open_and_one_in_force": row(
        copy(OPEN, version="99"), holds=copy(OPEN, version="99", status="'superseded'", superseded_at="now()")
    ),
    "charter_text_is_frozen_once_open": Row(
        (
            *frozen(
                "title",
                "preamble",
                "version=99",
                "content='[]'",
                "digest=repeat('c', 64)",
                "opened_at=now()",
                of=OPEN,
                holds=update(DRAFT, title="'x'"),
            ).breaks,
            delete("status = 'superseded'"),
        ),
        (update(DRAFT, title="'x'"), delete("version = 4")),
    ),
    "charter_steps_are_append_only": append_only("note", copy()),
    "article_position_is_unique_in_a_charter": same("position"),
    "articles_are_frozen_once_open": _frozen_once_open(),
    "commitment_position_is_unique_in_a_theme": same("position"),
    "commitments_are_frozen_once_open": _frozen_once_open(),
    "a_member_signs_a_charter_once": row(copy(), holds=TWINS["charter_signature"]),
    # The text that is open has a digest, and the signature must hold the same.
    "signature_holds_a_digest": row(
        copy(digest="'x'", **OTHER_SEAT),
        holds=copy(digest="repeat('c', 64)", **OTHER_SEAT),
        lifts=("signature_matches_the_open_text",),
    ),
    "signature_matches_the_open_text": row(
        copy(**{**OTHER_SEAT, "digest": "repeat('c', 64)"}),
        copy(**{**OTHER_SEAT, "seat_id": "seat_id"}),
        copy(**{**OTHER_SEAT, "charter_id": "(SELECT id FROM charter_charter WHERE status = 'superseded')"}),
        holds=TWINS["charter_signature"],
    ),
    "signatures_are_append_only": append_only("signer_name", TWINS["charter_signature"]),
}
