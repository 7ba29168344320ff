"""An import is undone while nothing stands on it: no payment, no other statement that left its operations out."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from billing.bank import accepting, candidates, chaining, sorting, suggesting, undoing
from billing.bank.undoing import ImportNotUndoable
from billing.models import BankOperation, BankStatement, Payment
from groupement.kernel.lifecycle import StaleRow
from tests import world
from tests.billing import owing
from tests.billing.bank.statements import imported, line, operations, sentences_of, table, taken
from tests.billing.bank.test_bank_views import words

pytestmark = pytest.mark.django_db
RENT, FEE = line("-450.00", "LOYER DECEMBRE"), line("-5.00", "FRAIS")


@pytest.fixture
def invoice():
    world.group()
    return owing.invoice(world.member("Aloen"), "240.00")


def undo(statement, by=None):
    return undoing.undo_import(statement, by=by, at=world.NOW)


def matched(invoice):
    (operation,) = operations(imported(line("240.00", f"VIR {invoice.number}", payer="ALOEN")))
    ledger = candidates.read_ledger(on=world.NOW.date())
    code = suggesting.suggest(candidates.operation_facts(operation), ledger)[0].code
    return accepting.accept_candidate(operation, code, by=None, at=world.NOW)


def test_operations_go_and_the_file_may_come_again(invoice):
    statement = imported(RENT, FEE, line("30.00", "REMISE CHQ"))
    rent, _, deposit = operations(statement)
    sorting.set_aside(rent, note="Loyer", by=None, at=world.NOW)
    sorting.split_off(deposit, Decimal("12.50"), by=None, at=world.NOW)
    finance = world.finance()
    assert undo(statement, by=finance) == 3
    assert BankOperation.objects.count() == 0
    statement.refresh_from_db()
    assert (statement.undone_by, statement.undone_at) == (finance, world.NOW)
    again = taken(
        table(RENT, FEE, line("30.00", "REMISE CHQ")), file_name="releve.csv", by=None, at=world.NOW
    )
    assert (again.new, again.known) == (3, 0)
    with pytest.raises(StaleRow, match="déjà annulé"):
        undo(statement)


def test_a_payment_stands_on_it_until_its_matching_is_undone(invoice):
    operation = matched(invoice)
    with pytest.raises(ImportNotUndoable) as caught:
        undo(operation.statement)
    assert sentences_of(caught.value) == (
        "1 opération de ce relevé est rapprochée : 240,00 € du 02/12/2026. Annulez d’abord ce rapprochement."
    )
    assert Payment.objects.count() == BankOperation.objects.count() == 1
    accepting.undo_matching(operation, by=None, at=world.NOW)
    assert undo(operation.statement) == 1


def test_a_part_that_is_a_payment_stands_on_it_too(invoice):
    (deposit,) = operations(imported(line("300.00", "REMISE CHQ")))
    part, _ = sorting.split_off(deposit, Decimal("240.00"), by=None, at=world.NOW)
    accepting.record_as_payment(part, invoice.member, [], by=None, at=world.NOW)
    with pytest.raises(ImportNotUndoable, match="240,00"):
        undo(deposit.statement)


def test_another_statement_that_left_its_operations_out_stands_on_it(invoice):
    first = imported(RENT, FEE, name="lundi.csv")
    second = imported(FEE, line("500.00", "REGION"), name="mardi.csv")
    assert second.known_by == [first.pk]
    with pytest.raises(ImportNotUndoable) as caught:
        undo(first)
    assert "« mardi.csv » contient aussi de ces opérations" in sentences_of(caught.value)
    undo(second)
    assert undo(first) == 2


def test_an_undone_import_covers_no_days(invoice):
    statement = imported(RENT)
    assert chaining.days_covered().latest == statement.ends_on
    undo(statement)
    assert chaining.days_covered().latest is None


def test_the_database_refuses_what_the_act_does(invoice):
    operation = matched(invoice)
    free = imported(RENT, name="autre.csv")
    rows = BankStatement.objects.filter(pk=operation.statement_id)
    refused = {
        "a matched operation": lambda: rows.update(undone_at=world.NOW),
        "an operation of an import that stands": lambda: free.operations.all().delete(),
        "a second file": lambda: BankStatement.objects.create(
            file_name="x",
            sha256=free.sha256,
            format="CSV",
            starts_on=free.starts_on,
            ends_on=free.ends_on,
            imported_at=world.NOW,
        ),
        "somebody without a moment": lambda: BankStatement.objects.filter(pk=free.pk).update(
            undone_by=world.finance()
        ),
    }
    done = []
    for what, act in refused.items():
        try:
            with transaction.atomic():
                act()
            done.append(what)
        except IntegrityError:
            continue
    assert not done
    undo(free)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankStatement.objects.filter(pk=free.pk).update(undone_at=None)


def test_the_page_offers_it_until_something_is_matched(login, invoice):
    gael = login(world.finance())
    operation = matched(invoice)
    page = reverse("billing:statement", args=[operation.statement_id])
    assert "Annuler cet import" not in words(gael.get(page))
    refused = gael.post(reverse("billing:undo_import", args=[operation.statement_id]), follow=True)
    assert "Annulez d’abord ce rapprochement." in words(refused)
    accepting.undo_matching(operation, by=None, at=world.NOW)
    assert 'id="annuler"' in gael.get(f"{page}?confirmer=annuler").content.decode()
    done = gael.post(reverse("billing:undo_import", args=[operation.statement_id]), follow=True)
    assert "L’import est annulé : 1 opération est retirée." in words(done)
    assert gael.get(page).status_code == 404
    assert "Fichier Importé Annulé releve.csv" in words(gael.get(reverse("billing:bank_layouts")))
