"""Rows of papers: templates frozen once in use, papers from their first moment, signatures that stay."""

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

DRAFT, IN_USE, RETIRED = (f"status = '{state}'" for state in ("draft", "in_use", "retired"))
WRITTEN, SIGNED = "reference = 'ÉCRIT'", "reference = 'SIGNÉ'"


def _party(reference: str, name: str) -> str:
    return (
        "(SELECT party.id FROM papers_party party JOIN papers_paper paper ON paper.id = party.paper_id"
        f" WHERE paper.reference = '{reference}' AND party.name = '{name}')"
    )


def _of(reference: str) -> str:
    return f"paper_id = (SELECT id FROM papers_paper WHERE reference = '{reference}')"


IN_USE_STAMPS = {"in_use_at": "coalesce(in_use_at, now())", "retired_at": "now()"}
STAMPS = {"opened_at": "now()", "signed_at": "now()", "voided_at": "now()"}
SEAT = "(SELECT min(id) FROM members_seat WHERE function = 'representative')"
ITS_USER = f"(SELECT user_id FROM members_seat WHERE id = {SEAT})"
OF_ANOTHER = (
    f"function = 'representative' AND member_id <> (SELECT member_id FROM members_seat WHERE id = {SEAT})"
)
OTHER_SEAT = f"(SELECT max(id) FROM members_seat WHERE {OF_ANOTHER})"
A_FILE = "(SELECT min(id) FROM members_file)"
A_MEMBER = "(SELECT min(id) FROM members_member)"
CLICK = "way = 'click'"
BY_ALOEN = {"party_id": _party("OUVERT", "Aloen"), "seat_id": SEAT, "user_id": ITS_USER}

TWINS = {
    "papers_template": copy(DRAFT, version="99"),
    "papers_paper": copy(WRITTEN, reference="'AUTRE'"),
    "papers_party": copy(_of("ÉCRIT"), rank="99"),
    "papers_signature": copy(CLICK, **BY_ALOEN),
    "papers_withdrawal": copy(signature_id=f"(SELECT id FROM papers_signature WHERE {CLICK})"),
}
PARTY, SIGNATURE = TWINS["papers_party"], TWINS["papers_signature"]

ROWS: dict[str, Row] = {
    "a_version_of_a_template_is_one": same("version"),
    "one_template_of_a_code_is_in_use": row(
        copy(IN_USE, version="99"), holds=copy(IN_USE, version="99", status="'retired'", retired_at="now()")
    ),
    "template_status_matches_its_stamps": together(
        states(update(DRAFT), IN_USE_STAMPS, {"'draft'": [()], "'retired'": [("in_use_at", "retired_at")]}),
        states(update(IN_USE), IN_USE_STAMPS, {"'in_use'": [("in_use_at",)]}),
    ),
    "a_template_in_use_is_frozen": Row(
        (
            *frozen("title", "body", "version=99", "code", of=IN_USE, holds=update(DRAFT)).breaks,
            update(IN_USE, in_use_at="in_use_at - interval '1 day'"),
            update(IN_USE, status="'draft'", in_use_at="NULL"),
            delete(RETIRED),
        ),
        (update(DRAFT, title="'x'"), delete(DRAFT), update(IN_USE, status="'retired'", retired_at="now()")),
    ),
    "template_steps_are_append_only": append_only("note", copy()),
    "a_paper_holds_a_digest": row(
        TWINS["papers_paper"].but(digest="'x'"), holds=TWINS["papers_paper"].but(digest="repeat('c', 64)")
    ),
    "paper_status_matches_its_stamps": states(
        TWINS["papers_paper"],
        STAMPS,
        {
            "'written'": [()],
            "'signing'": [("opened_at",)],
            "'signed'": [("opened_at", "signed_at")],
            "'void'": [("voided_at",), ("opened_at", "voided_at")],
        },
    ),
    "a_written_paper_never_changes": Row(
        (
            *frozen(
                "kind",
                "title",
                "reference",
                "content='[]'",
                "digest=repeat('c', 64)",
                "template_id=(SELECT max(id) FROM papers_template)",
                f"member_id={A_MEMBER}",
                "supersedes_id=id",
                "written_at=now()",
                "pdf_id=NULL",
                of=SIGNED,
                holds=update(WRITTEN),
            ).breaks,
            update(SIGNED, status="'signing'", signed_at="NULL"),
        ),
        (
            update(WRITTEN, error="'x'"),
            update(WRITTEN, pdf_id=A_FILE),
            update(WRITTEN, status="'void'", voided_at="now()"),
        ),
    ),
    "papers_are_kept": row(delete("reference = 'NU'"), holds=update("reference = 'NU'", error="'x'")),
    "paper_steps_are_append_only": append_only("note", copy()),
    "a_rank_of_a_paper_is_one_party": same("rank"),
    "a_member_is_party_as_a_member": row(
        PARTY.but(capacity="'member'", member_id="NULL"),
        PARTY.but(capacity="'group'", member_id=A_MEMBER),
        holds=(
            PARTY.but(capacity="'member'", member_id=A_MEMBER),
            PARTY.but(capacity="'group'", member_id="NULL"),
        ),
    ),
    "parties_are_frozen_with_their_paper": row(
        copy(_of("OUVERT"), rank="99"),
        update(_of("ÉCRIT"), name="'x'"),
        delete(_of("ÉCRIT")),
        holds=PARTY,
    ),
    "a_party_signs_a_round_once": row(copy(CLICK), holds=copy(CLICK, round="2")),
    "a_signature_outside_the_app_has_its_copy": row(
        SIGNATURE.but(way="'paper'"),
        SIGNATURE.but(way="'external_pdf'"),
        SIGNATURE.but(copy_id=A_FILE),
        holds=(
            SIGNATURE,
            SIGNATURE.but(way="'paper'", copy_id=A_FILE),
            SIGNATURE.but(way="'external_pdf'", copy_id=A_FILE),
        ),
    ),
    "paper_signatures_are_append_only": append_only("signer_name", SIGNATURE),
    "a_signature_is_of_the_frozen_text": row(
        SIGNATURE.but(digest="repeat('c', 64)"),
        copy(CLICK, party_id=_party("ÉCRIT", "Le groupement")),
        copy(CLICK, party_id=_party("ANNULÉ", "Le groupement")),
        copy(CLICK, party_id=_party("OUVERT", "Lecteur")),
        holds=SIGNATURE,
    ),
    "a_member_is_engaged_by_a_representative_seat": row(
        SIGNATURE.but(seat_id="NULL"),
        SIGNATURE.but(seat_id=OTHER_SEAT, user_id="NULL"),
        SIGNATURE.but(signed_on="'2001-01-01'"),
        SIGNATURE.but(user_id="(SELECT min(id) FROM members_user WHERE is_coordinator)"),
        holds=(SIGNATURE, SIGNATURE.but(way="'paper'", copy_id=A_FILE, seat_id="NULL", user_id="NULL")),
    ),
    "a_withdrawal_says_why": row(
        TWINS["papers_withdrawal"].but(reason="''"), holds=TWINS["papers_withdrawal"]
    ),
    "withdrawals_are_append_only": append_only("reason", TWINS["papers_withdrawal"]),
}
