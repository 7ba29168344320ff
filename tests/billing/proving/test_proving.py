"""A proof names each thing that is no longer as it was kept, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction

from billing import tasks
from billing.accounts import payments
from billing.charges import expenses
from billing.charges.expenses import ExpenseClaim
from billing.documents import letters
from billing.models import Document, Expense, Letter, PaymentMethod, Proof
from billing.proving import contents, files
from billing.proving.proof import prove
from employees.models import Assignment
from groupement.kernel import paper
from tests import world
from tests.billing import scene
from tests.billing.reminders import scene as reminding
from tests.unguarded import unguarded
from tests.world import NOW
from timesheets import freezing
from timesheets.models import SignedSheet, Timesheet

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 31,20 %%EOF"


@pytest.fixture
def kept(private_files: Path) -> Path:
    """A month issued at two members with its PDFs, a letter, a signed sheet, a receipt, a payment."""
    aloen, sonam = scene.hosts()
    scene.printed(scene.issued([aloen, sonam]))
    reminding.levels()
    reminding.send(date(2027, 3, 1))
    letters.open_pdf(Letter.objects.order_by("pk")[0]).close()
    placed = Assignment.objects.get(member=aloen)
    bought = ExpenseClaim("purchase", date(2026, 11, 12), "Toner", amount=Decimal("31.20"), receipt=PDF)
    expenses.claim(placed, bought, by=placed.employee.user, at=NOW)
    (sheet,) = freezing.sign([Timesheet.objects.get(assignment=placed)], at=NOW)
    freezing.print_signed(sheet.pk, at=NOW)
    payments.record_payment(
        sonam, received_on=NOW.date(), amount=Decimal("12.00"), method=PaymentMethod.TRANSFER, by=None, at=NOW
    )
    return private_files


def found() -> list[str]:
    """What a proof finds: "file: PDF de F-2026-0001: …" """
    return [f"{each['kind']}: {each['subject']}: {each['sentence']}" for each in prove(at=NOW).findings]


@contextmanager
def spoilt(path: str, content: bytes | None) -> Iterator[None]:
    """The stored file with other bytes, or gone."""
    file = on_disk(path)
    before = file.read_bytes()
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(before)


def on_disk(path: str) -> Path:
    return Path(storages["private"].path(path))


def one_byte_off(path: str) -> bytes:
    whole = bytearray(on_disk(path).read_bytes())
    whole[len(whole) // 2] ^= 1
    return bytes(whole)


def sql(*statements: str) -> Callable[[], None]:
    """As the owner, past all triggers."""

    def write() -> None:
        with unguarded(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return write


def ddl(statement: str) -> Callable[[], None]:
    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)

    return write


FIRST = "(SELECT id FROM billing_invoice WHERE number = 'F-2026-0001')"
TRIGGER = "(SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_issued_invoice_is_frozen%')"
# What is done as the owner, with triggers off, and what is sentences of it.
FAULTS: dict[str, tuple[Callable[[], None], tuple[str, ...]]] = {
    "an amount of an invoice": (
        sql(f"UPDATE billing_invoice SET net = net + 1, total = total + 1 WHERE id = {FIRST}"),
        ("figure: facture F-2026-0001", "le montant HT, le total"),
    ),
    "an amount of its copy": (
        sql(
            f"UPDATE billing_invoice SET snapshot = jsonb_set(snapshot, '{{total}}', '\"1.00\"') WHERE id = {FIRST}"
        ),
        ("figure: facture F-2026-0001", "le total"),
    ),
    "an amount of a line": (
        sql(
            "UPDATE billing_line SET quantity = 1, unit_price = 9, net = 9"
            f" WHERE invoice_id = {FIRST} AND position = 1"
        ),
        ("figure: facture F-2026-0001", "les lignes"),
    ),
    "an amount of a charge": (
        sql(
            "UPDATE billing_charge SET quantity = 1, unit_price = 9, net = 9 WHERE line_id IN"
            f" (SELECT id FROM billing_line WHERE invoice_id = {FIRST} AND position = 1)"
        ),
        ("figure: somme due", "9,00"),
    ),
    "a line more": (
        sql(
            "INSERT INTO billing_line"
            " (invoice_id, position, label, detail, quantity, unit, unit_price, net, vat_regime)"
            " SELECT invoice_id, 9, label, detail, 0, unit, 0, 0, vat_regime FROM billing_line"
            f" WHERE invoice_id = {FIRST} LIMIT 1"
        ),
        ("figure: facture F-2026-0001", "les lignes"),
    ),
    "a settlement": (
        sql("UPDATE billing_settlement SET employer_cost = employer_cost + 1, charged = charged + 1"),
        ("figure: Clôture de novembre 2026", "décomptes"),
    ),
    "signed hours": (
        sql(
            "UPDATE timesheets_entry SET minutes = minutes - 1 WHERE timesheet_id IN"
            " (SELECT timesheet_id FROM timesheets_signedsheet)"
        ),
        ("figure: relevé signé", "signées"),
    ),
    "a payment": (
        sql("UPDATE billing_payment SET amount = 120"),
        ("history: règlement", "historique"),
    ),
    "a history": (
        sql("UPDATE billing_paymentevent SET amount = 120"),
        ("history: règlement", "historique"),
    ),
    "the words of a letter": (
        sql("UPDATE billing_letter SET content = content || '{\"x\": 1}'"),
        ("content: courrier", "empreinte"),
    ),
    "what was signed": (
        sql("UPDATE timesheets_signedsheet SET content = jsonb_set(content, '{employee}', '\"Yann\"')"),
        ("content: relevé signé", "empreinte"),
    ),
    "a number missing": (
        sql(
            f"DELETE FROM billing_document WHERE invoice_id = {FIRST}",
            f"DELETE FROM billing_rendering WHERE invoice_id = {FIRST}",
            f"DELETE FROM billing_invoice WHERE id = {FIRST}",
        ),
        ("number: série F-2026", "F-2026-0001"),
    ),
    "the last number missing": (
        sql("DELETE FROM billing_invoice WHERE number = 'F-2026-0002'"),
        ("number: série F-2026", "F-2026-0002"),
    ),
    "the counter ahead": (
        sql("UPDATE billing_series SET last_sequence = 7"),
        ("number: série F-2026", "F-2026-0003"),
    ),
    "the date of the counter": (
        sql("UPDATE billing_series SET last_issued_on = '2027-06-01'"),
        ("number: série F-2026", "date"),
    ),
    "a digest of a document": (
        sql(f"UPDATE billing_document SET sha256 = repeat('0', 64) WHERE invoice_id = {FIRST}"),
        ("chain: PDF de F-2026-0001", "maillon"),
    ),
    "a document missing in the chain": (
        sql(f"DELETE FROM billing_document WHERE invoice_id = {FIRST}"),
        ("chain: PDF de F-2026-0002", "rang 1"),
    ),
    "the last document missing": (
        sql("DELETE FROM billing_document WHERE chain_position = 2"),
        ("chain: PDF de", "plus dans la chaîne"),
    ),
    "a trigger dropped": (
        ddl(f"DO $$ BEGIN EXECUTE format('DROP TRIGGER %I ON billing_invoice', {TRIGGER}); END $$"),
        ("guard: issued_invoice_is_frozen", "disparu"),
    ),
    "a trigger disabled": (
        ddl("ALTER TABLE billing_document DISABLE TRIGGER USER"),
        ("guard: documents_are_append_only", "désactivé"),
    ),
    "a function emptied": (
        ddl(
            f"DO $$ BEGIN EXECUTE format('CREATE OR REPLACE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql AS"
            f" ''BEGIN RETURN NEW; END''', {TRIGGER}); END $$"
        ),
        ("guard: issued_invoice_is_frozen", "plus celui"),
    ),
    "a constraint dropped": (
        ddl("ALTER TABLE billing_invoice DROP CONSTRAINT invoice_total_is_net_plus_vat"),
        ("guard: invoice_total_is_net_plus_vat", "disparu"),
    ),
}


def test_each_fault_is_named(kept: Path) -> None:
    assert found() == []
    unseen = {}
    for name, (act, words) in FAULTS.items():
        point = transaction.savepoint()
        act()
        sentences = found()
        if not any(each.startswith(words[0]) and all(word in each for word in words) for each in sentences):
            unseen[name] = sentences
        transaction.savepoint_rollback(point)
    for kind, path in paths().items():
        for what, content in (("altered", one_byte_off(path)), ("gone", None)):
            with spoilt(path, content):
                sentences = found()
            if [each for each in sentences if each.startswith("file: ") and path in each] != sentences or len(
                sentences
            ) != 1:
                unseen[f"{kind} {what}"] = sentences
    assert unseen == {}
    assert found() == []


def paths() -> dict[str, str]:
    """A file of each kind."""
    return {
        "invoice": Document.objects.order_by("pk")[0].path,
        "letter": Letter.objects.exclude(path="").get().path,
        "signed sheet": SignedSheet.objects.get(made_at=NOW).path,
        "receipt": Expense.objects.get().receipt.path,
    }


def test_what_is_lost_is_made_again_to_the_byte_or_not_at_all(kept: Path, monkeypatch) -> None:
    lost = paths()
    receipt = lost.pop("receipt")
    before = {path: on_disk(path).read_bytes() for path in lost.values()}
    for path in [*lost.values(), receipt]:
        on_disk(path).unlink()
    with monkeypatch.context() as patched:
        patched.setattr(files.rendering, "print_pdf", lambda invoice: b"another paper")
        patched.setattr(paper, "store", lambda *args: pytest.fail("stored"))
        patched.setattr(files.letters, "print_pdf", lambda letter: b"another paper")
        patched.setattr(files.freezing, "render_signed", lambda sheet: b"another paper")
        assert len(prove(at=NOW, makes_again=True).findings) == 4
    left = prove(at=NOW, makes_again=True).findings
    assert [each["subject"].split(" de ")[0] for each in left] == [
        "justificatif"
    ]  # nobody can print it again
    assert {path: on_disk(path).read_bytes() for path in lost.values()} == before


def test_every_column_that_names_a_file_or_a_digest_is_proven() -> None:
    ours = [
        model
        for model in apps.get_models()
        if hasattr(apps.get_app_config(model._meta.app_label), "verbose_name")
    ]
    known = {model._meta.label for model, _, _ in contents.FROZEN}
    tables = [model for model in ours if not hasattr(model, "pgh_tracked_model")]
    assert files.file_columns(tables) == files.named_columns()
    digested = {
        model._meta.label
        for model in tables
        if {"content", "digest"} <= {field.name for field in model._meta.concrete_fields}
    }
    assert digested == known | {"charter.Charter", "papers.Paper"}


def test_the_command_prints_what_is_wrong_and_ends_so(kept: Path, capsys) -> None:
    call_command("prove")
    assert "Tout est comme au premier jour." in capsys.readouterr().out
    with spoilt(paths()["letter"], None), pytest.raises(SystemExit) as ended:
        call_command("prove")
    assert ended.value.code == 1
    assert "fichiers\u00a0: courrier n°" in capsys.readouterr().out


def test_finance_reads_the_outcome_of_the_night(kept: Path, login, monkeypatch) -> None:
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOW)
    client = login(world.finance())
    assert "Aucune vérification" in client.get("/facturation/aujourd-hui/").content.decode()
    tasks.prove()
    shown = client.get("/facturation/aujourd-hui/").content.decode().replace("\u00a0", " ")
    assert "5 fichiers" in shown
    assert "rien à signaler" in shown
    with spoilt(paths()["receipt"], None):
        tasks.prove()
    assert Proof.objects.count() == 2
    shown = client.get("/facturation/aujourd-hui/").content.decode().replace("\u00a0", " ")
    assert "Justificatif de la dépense" in shown
    assert "n’est plus là" in shown
