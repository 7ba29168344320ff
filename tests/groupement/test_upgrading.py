"""A database of the code before the migrations were squashed comes up whole, and one half way is refused."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from groupement.checks import former_migrations
from groupement.kernel import paper
from tests import upgraded
from tests.billing.charges.receipt_files import PDF, picture

pytestmark = pytest.mark.xdist_group("upgrading")  # the database of before takes seconds to migrate

RUN = f"{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
LOADED = f"before_{RUN}"
# How many messages of each kind of key the dump has.
KEYS = {
    "hours-reminder": 3,
    "confirm-digest": 3,
    "approve-digest": 1,
    "nudge": 3,
    "contested": 2,
    "returned": 3,
    "confirmed_tacitly": 3,
    "dunning": 15,
}

# By table the column that later migrations change in some rows, nothing where only further events come.
CHANGED = {
    "employees_terms": "is_trued_up",
    "employees_termsevent": "",
    "members_group": "price_detail",
    "members_groupevent": "",
}
# Settings of the group that are dated rules since.
BECAME_RULES = (
    *("confirmation_days", "late_penalty_rate", "liability_key", "liability_months"),
    *("payment_basis", "payment_days"),
)
BECOMES = {"is_trued_up": True, "price_detail": "amount"}
# A sentence that the product brought: no line breaks before its sign any more.
ALSO = {"members_group": {"discount_terms": "Escompte pour paiement anticipé\u00a0: néant."}}
# CGI 261 B: exempt at the exact cost only. The cost by the hour was what everybody read by default.
WHICH = {
    "is_trued_up": lambda row: (
        row["vat_regime"] != "S20"
        and row["price_method"] == "actual"
        and row["management_rate"]
        and not row["is_trued_up"]
    ),
    "price_detail": lambda row: row["price_detail"] == "hours",
}


@pytest.fixture(scope="module")
def server() -> str:
    """The address of the run's server."""
    return os.environ["DATABASE_URL"]


@pytest.fixture(scope="module")
def loaded(server: str) -> Iterator[str]:
    """The dump as it is."""
    with upgraded.database(server, LOADED) as address:
        upgraded.load(address)
        yield address


@pytest.fixture(scope="module")
def migrated(server: str, loaded: str) -> Iterator[str]:
    """The dump with today's migrations."""
    with upgraded.database(server, f"after_{RUN}", LOADED) as address:
        done = upgraded.manage(address, "migrate", "--noinput")
        assert done.returncode == 0, done.stderr
        yield address


def test_a_database_of_before_keeps_every_row_and_every_invoice(migrated: str) -> None:
    wanted = json.loads(upgraded.STOCK.read_text())
    found = upgraded.stock(migrated, wanted)
    for table in CHANGED:  # see below
        del wanted["tables"][table], found["tables"][table]
    assert found == wanted


def test_what_the_law_and_privacy_changed_in_rows_of_before(loaded: str, migrated: str) -> None:
    """One column of some rows; their history keeps what was before."""
    wanted = json.loads(upgraded.STOCK.read_text())["tables"]
    for table, column in CHANGED.items():
        columns = [name for name in wanted[table]["columns"].split() if name not in BECAME_RULES]
        key = "id" if column else "pgh_id"
        query = f"SELECT {', '.join(columns)} FROM {table}"
        before, after = (
            {row[columns.index(key)]: dict(zip(columns, row, strict=True)) for row in rows(address, query)}
            for address in (loaded, migrated)
        )
        assert len(before) == wanted[table]["rows"]
        if not column:
            assert {number: after[number] for number in before} == before
            continue
        changed = {number: row for number, row in before.items() if after[number] != row}
        assert changed
        assert changed == {number: row for number, row in before.items() if WHICH[column](row)}
        for number, row in changed.items():
            assert after[number] == {**row, column: BECOMES[column], **ALSO.get(table, {})}


def test_the_settings_of_before_are_rules_from_the_beginning(loaded: str, migrated: str) -> None:
    """Those of the group hold; those that its journal tells of stay readable, withdrawn."""
    [before] = rows(loaded, f"SELECT {', '.join(BECAME_RULES)} FROM members_group")
    was = dict(zip(BECAME_RULES, before, strict=True))
    held = rows(
        migrated,
        "SELECT code, value, starts_on::text, ends_before, origin FROM members_grouprule WHERE withdrawn_at IS NULL"
        " ORDER BY code",
    )
    first = ("2000-01-01", None, "initial")
    assert held == [
        ("confirmation_days", {"days": was["confirmation_days"]}, *first),
        (
            "late_penalty_rate",
            {"rate": str(was["late_penalty_rate"]), "legal_rate": "2.62", "reason": ""},
            *first,
        ),
        ("liability_key", {"key": was["liability_key"], "months": was["liability_months"]}, *first),
        (
            "payment_terms",
            {"days": was["payment_days"], "basis": was["payment_basis"], "reason": ""},
            *first,
        ),
    ]
    journal = rows(loaded, "SELECT confirmation_days FROM members_groupevent ORDER BY pgh_id")
    values = [value for n, (value,) in enumerate(journal) if n == 0 or journal[n - 1] != (value,)]
    kept = rows(
        migrated,
        "SELECT value ->> 'days' FROM members_grouprule WHERE code = 'confirmation_days' ORDER BY id",
    )
    assert [int(value) for (value,) in kept] == (values or [was["confirmation_days"]])


def rows(address: str, query: str) -> list[Any]:
    with psycopg.connect(address) as other:
        return other.execute(query).fetchall()  # type: ignore[call-overload]


def test_what_lateness_costs_points_at_its_invoice(migrated: str) -> None:
    claims = rows(
        migrated,
        "SELECT charge.kind, number, figures->>'number', figures ? 'invoice' FROM billing_charge charge"
        " JOIN billing_invoice ON billing_invoice.id = late_invoice_id ORDER BY charge.id",
    )
    first, second = (number for _, number, *_ in claims[::2][:2])
    assert claims == [
        (kind, number, number, False)
        for kind, number in (
            ("late_interest", first),
            ("indemnity", first),
            ("late_interest", second),
            ("indemnity", second),
            ("late_interest", first),
            ("late_interest", second),
        )
    ]


def test_each_step_of_the_past_knows_its_act(migrated: str) -> None:
    lives = dict(
        rows(
            migrated,
            "SELECT subject_id, string_agg(kind, ' ' ORDER BY id) FROM timesheets_timesheetstep GROUP BY subject_id",
        )
    )
    assert {number: lives[number] for number in (37, 38, 39, 40, 44, 45, 46, 47, 48, 49, 51)} == {
        37: "submit return",
        38: "submit confirm return",
        39: "submit confirm approve undo",
        40: "submit confirm approve reopen",
        44: "submit approve undo",
        45: "submit contest submit settle",
        46: "submit contest",
        47: "submit contest",
        48: "submit recall submit tacit",
        49: "submit approve reopen",
        51: "submit tacit",
    }
    closed = {life for number, life in lives.items() if number not in range(37, 55)}
    assert closed == {
        "supplement",
        "submit confirm approve",
        "submit tacit approve",
        "submit approve",
    }


def test_each_message_of_the_past_names_what_it_is_about(loaded: str, migrated: str) -> None:
    keys = dict(rows(loaded, "SELECT id, key FROM members_mail"))
    about = defaultdict(list)
    for mail, kind, number in rows(
        migrated,
        "SELECT mail.id, subject.kind, number FROM members_mailsubject subject"
        " JOIN members_mail mail ON mail.id = mail_id"
        " WHERE subject.address = mail.address AND subject.day IS NOT DISTINCT FROM mail.day ORDER BY subject.id",
    ):
        about[mail].append((kind, str(number)))
    days = {
        mail: (day, by_hand)
        for mail, day, by_hand in rows(migrated, "SELECT id, day::text, is_by_hand FROM members_mail")
    }
    lapses = dict(
        rows(migrated, "SELECT subject_id::text, id::text FROM timesheets_timesheetstep WHERE kind = 'tacit'")
    )
    kinds = Counter()
    for mail, key in keys.items():
        match key.split(":"):
            case [("hours-reminder" | "confirm-digest" | "approve-digest") as word, _, day]:
                expected = (day, False), []
            case ["nudge" as word, day, _, sheets]:
                expected = (day, True), [("timesheet", sheet) for sheet in sheets.split(".")]
            case [("contested" | "returned") as word, _, step, _]:
                expected = (None, False), [("timesheet_step", step)]
            case ["confirmed_tacitly" as word, sheet, _, _]:
                expected = (None, False), [("timesheet_step", lapses[sheet])]
            case ["dunning" as word, letter, _]:
                expected = (None, False), [("letter", letter)]
        assert (days[mail], about[mail]) == expected
        kinds[word] += 1
    assert kinds == KEYS


def test_what_later_migrations_turned_turns_back(server: str, loaded: str, migrated: str) -> None:
    before = upgraded.stock(loaded, turned={})
    with upgraded.database(server, f"back_{RUN}", f"after_{RUN}") as address:
        done = upgraded.run(address, "-c", upgraded.BACK)
        assert done.returncode == 0, done.stderr
        after = upgraded.stock(address, before)
    for table in CHANGED:
        del before["tables"][table], after["tables"][table]
    assert after == before


def test_its_schema_is_that_of_a_new_database(migrated: str, db: None) -> None:
    new = upgraded.schema(upgraded.named(migrated, connection.settings_dict["NAME"]))
    old = upgraded.schema(migrated)
    assert {what: set(rows) ^ set(new[what]) for what, rows in old.items()} == {what: set() for what in new}
    assert len(new["triggers"]) > 100


def test_migrations_say_all_that_the_models_say(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_a_database_half_way_is_refused_before_anything_changes(server: str, loaded: str) -> None:
    with upgraded.database(server, f"half_{RUN}", LOADED) as address:
        with psycopg.connect(address) as other:
            other.execute("DELETE FROM django_migrations WHERE app = 'billing' AND name > '0006'")
        before = upgraded.schema(address)
        refused = upgraded.manage(address, "migrate", "--noinput")
        assert refused.returncode == 1
        assert (
            "The database stopped half way through the former migrations of billing: 4 of 10 are applied."
            in refused.stderr
        )
        assert "docs/operations.md" in refused.stderr
        assert "Traceback" not in refused.stderr
        assert upgraded.schema(address) == before


@pytest.mark.parametrize(("kept", "found"), [("0001", ["members"]), ("0005", []), ("", [])])
def test_half_of_an_app_is_half_way_the_whole_or_nothing_is_not(
    db: None, kept: str, found: list[str]
) -> None:
    members = MigrationRecorder(connection).migration_qs.filter(app="members")
    members.filter(name__startswith="0001_record").delete()
    members.exclude(name__lt=f"{kept}~").delete()
    errors = former_migrations(databases=["default"])
    assert [error.msg.partition(" of ")[2].partition(":")[0] for error in errors] == found


def test_files_of_before_become_rows_of_the_store_where_they_lie(server: str, loaded: str) -> None:
    """A receipt, an attestation and a logo; one that is gone is named by ``prove`` for ever."""
    logo, attestation = picture("PNG"), PDF
    paths = {"receipts/2026/1-a.pdf": None, "attestations/a.pdf": attestation, "group/logo.png": logo}
    for path, data in paths.items():
        if data:
            paper.store(path, data)
    with upgraded.database(server, f"filed_{RUN}", LOADED) as address:
        with psycopg.connect(address) as other:
            # The second waits for a decision: what is accepted is frozen there too.
            other.execute("UPDATE billing_expense SET receipt = 'receipts/2026/1-a.pdf' WHERE id = 2")
            other.execute("UPDATE members_vatattestation SET document = 'attestations/a.pdf'")
            other.execute("UPDATE members_group SET logo = 'group/logo.png'")
        done = upgraded.manage(address, "migrate", "--noinput")
        assert done.returncode == 0, done.stderr
        query = """SELECT path, media_type, size, sha256, is_sensitive FROM members_file JOIN
            (SELECT receipt_id AS id FROM billing_expense UNION SELECT document_id FROM members_vatattestation
             UNION SELECT logo_id FROM members_group) pointing USING (id) ORDER BY path"""
        assert rows(address, query) == [
            ("attestations/a.pdf", "application/pdf", len(PDF), hashlib.sha256(PDF).hexdigest(), False),
            ("group/logo.png", "image/png", len(logo), hashlib.sha256(logo).hexdigest(), False),
            ("receipts/2026/1-a.pdf", "application/pdf", 1, "0" * 64, True),
        ]
        last = """SELECT logo_id = (SELECT logo_id FROM members_group) FROM members_groupevent
            ORDER BY pgh_id DESC LIMIT 1"""
        assert rows(address, last) == [(True,)]
        guarded = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"
        assert rows(address, guarded) == [(0,)]
        for app, name in (("billing", "0023"), ("members", "0025")):
            back = upgraded.manage(address, "migrate", "--noinput", app, name)
            assert back.returncode == 0, back.stderr
        assert rows(address, "SELECT receipt, receipt_sha256 FROM billing_expense WHERE id = 2") == [
            ("receipts/2026/1-a.pdf", "0" * 64)
        ]
        assert rows(address, "SELECT logo FROM members_group") == [("group/logo.png",)]
