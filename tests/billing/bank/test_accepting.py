"""Operations become payments by a click: accepted, confirmed, taken back, set aside, split; and undone with a trace."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from billing.accounts import payments, receivables
from billing.bank import accepting, candidates, sorting, suggesting
from billing.models import Allocation, BankOperation, Invoice, OperationStatus, Payment
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing import owing, scene
from tests.billing.bank.statements import imported, line, operations, sentences_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 2)


@pytest.fixture
def invoices():
    """An invoice of November for each of Aloen, Sonam and Optim’ism."""
    scene.issued(scene.hosts(3))
    return list(Invoice.objects.select_related("member").order_by("sequence"))


def due(invoice):
    return receivables.with_dues(Invoice.objects.filter(pk=invoice.pk)).get().due


def suggestions(operation):
    return suggesting.suggest(
        candidates.operation_facts(operation), candidates.read_ledger(on=world.NOW.date())
    )


def accept(operation, rank=0):
    code = suggestions(operation)[rank].code
    return accepting.accept_candidate(operation, code, by=None, at=world.NOW)


def paid(invoice, **facts):
    """The statement of one transfer that pays ``invoice``, and its operation."""
    statement = imported(line(facts.pop("amount", invoice.total), f"VIR {invoice.number}", **facts))
    return statement.operations.get()


def refused(deed, *arguments, **options):
    with pytest.raises(Refusal) as caught:
        deed(*arguments, by=None, at=world.NOW, **options)
    return sentences_of(caught.value)


def test_a_suggestion_settles_nothing_until_it_is_accepted(invoices):
    operation = paid(invoices[0], payer="ALOEN")
    assert suggestions(operation)[0].is_certain
    assert (Payment.objects.count(), due(invoices[0])) == (0, invoices[0].total)
    gael = world.finance()
    code = suggestions(operation)[0].code
    accepting.accept_candidate(operation, code, by=gael, at=world.NOW)
    payment = Payment.objects.get()
    assert (payment.member, payment.amount) == (invoices[0].member, invoices[0].total)
    assert (payment.received_on, payment.method, payment.recorded_by) == (DAY, "transfer", gael)
    assert due(invoices[0]) == 0
    operation.refresh_from_db()
    assert (operation.status, operation.payment, operation.has_made_payment) == ("matched", payment, True)


def test_accepting_twice_is_refused_and_pays_once(invoices):
    operation = paid(invoices[0])
    code = suggestions(operation)[0].code
    accepting.accept_candidate(operation, code, by=None, at=world.NOW)
    assert "déjà rapprochée" in refused(accepting.accept_candidate, operation, code)
    assert Payment.objects.count() == 1


def test_a_suggestion_that_stands_no_more_is_refused(invoices):
    operation = paid(invoices[0])
    code = suggestions(operation)[0].code
    payments.record_payment(
        invoices[0].member, amount=Decimal("1.00"), received_on=DAY, method="cheque", by=None, at=world.NOW
    )
    assert "ont changé entre-temps" in refused(accepting.accept_candidate, operation, code)
    assert (Payment.objects.count(), operation.status) == (1, "open")


def test_all_that_is_certain_is_accepted_at_once_and_an_invoice_is_settled_once(invoices):
    statement = imported(
        *(line(each.total, f"VIR {each.number}") for each in invoices),
        line(invoices[0].total, f"VIR ENCORE {invoices[0].number}"),
        line("7.77", "VIR INCONNU"),
        line("-5.00", "FRAIS"),
    )
    read = candidates.read_ledger(on=world.NOW.date())
    assert len(accepting.certain_matches(operations(statement), read)) == 3
    accepted = accepting.accept_certain(statement, by=None, at=world.NOW)
    assert (accepted.count, accepted.amount) == (3, sum(each.total for each in invoices))
    assert [due(each) for each in invoices] == [0, 0, 0]
    assert [each.status for each in operations(statement)] == ["matched"] * 3 + ["open"] * 3
    again = accepting.accept_certain(statement, by=None, at=world.NOW)
    assert (again.count, again.amount) == (0, 0)


def test_another_choice_by_hand_and_what_is_over_stays_a_credit(invoices):
    operation = paid(invoices[0], amount="1000.00")
    other = invoices[1]
    parts = [(other, Decimal("10.00"))]
    accepting.record_as_payment(operation, other.member, parts, by=None, at=world.NOW)
    assert due(other) == other.total - 10
    assert receivables.unused_credits() == {other.member_id: Decimal("990.00")}


def test_an_invoice_of_somebody_else_is_refused_and_nothing_is_recorded(invoices):
    operation = paid(invoices[0])
    parts = [(invoices[1], Decimal("10.00"))]
    assert "n’est pas à Aloen" in refused(accepting.record_as_payment, operation, invoices[0].member, parts)
    operation.refresh_from_db()
    assert (Payment.objects.count(), operation.status) == (0, "open")


def test_undone_the_payment_is_reversed_today_and_the_operation_waits_again(invoices):
    operation = paid(invoices[0])
    accept(operation)
    text = accepting.undo_matching(operation, by=None, at=world.NOW)
    assert "son règlement est annulé aussi" in text
    payment = Payment.objects.get()
    assert (payment.reversed_on, payment.reversal_reason) == (
        world.NOW.date(),
        "Rapprochement bancaire annulé",
    )
    assert due(invoices[0]) == invoices[0].total
    operation.refresh_from_db()
    assert (operation.status, operation.payment, operation.has_made_payment) == ("open", None, False)
    accept(operation)
    assert (due(invoices[0]), Payment.objects.count()) == (0, 2)


def test_a_payment_recorded_before_is_confirmed_and_stays_when_undone(invoices):
    member = invoices[0].member
    payment = payments.record_payment(
        member,
        amount=invoices[0].total,
        received_on=date(2026, 12, 1),
        method="cheque",
        by=None,
        at=world.NOW,
    )
    statement = imported(line(invoices[0].total, "REMISE CHQ 0000123"))
    operation = statement.operations.get()
    accept(operation)
    operation.refresh_from_db()
    assert (operation.payment, operation.has_made_payment, Payment.objects.count()) == (payment, False, 1)
    assert "reste" in accepting.undo_matching(operation, by=None, at=world.NOW)
    payment.refresh_from_db()
    assert (payment.reversed_on, due(invoices[0])) == (None, 0)


def test_a_rejected_debit_takes_its_payment_back(invoices):
    first = paid(invoices[0], on=date(2026, 12, 1))
    accept(first)
    statement = imported(line(-invoices[0].total, f"REJET PRLV {invoices[0].number}"), name="rejet.csv")
    back = statement.operations.get()
    (only,) = suggestions(back)
    assert only.kind == "return"
    accept(back)
    payment = Payment.objects.get()
    assert (payment.reversed_on, due(invoices[0])) == (DAY, invoices[0].total)
    assert payment.reversal_reason.startswith("Relevé bancaire")
    back.refresh_from_db()
    assert (back.status, back.reverses, back.payment) == ("matched", payment, None)

    # Undone in the order in which it came to be.
    assert "annulez d’abord le rapprochement de cette opération-là" in refused(accepting.undo_matching, first)
    assert "de nouveau à rapprocher elle aussi" in accepting.undo_matching(back, by=None, at=world.NOW)
    assert [each.status for each in BankOperation.objects.order_by("pk")] == ["open", "open"]
    assert Payment.objects.get().reversed_on == DAY


def test_what_is_taken_back_mirrors_its_payment(invoices):
    accept(paid(invoices[0], on=date(2026, 12, 1)))
    statement = imported(line("-1.00", "REJET"), name="rejet.csv")
    text = refused(accepting.record_as_return, statement.operations.get(), Payment.objects.get())
    assert "les deux montants doivent s’annuler" in text


def test_a_batch_is_split_into_the_payments_it_is_and_joined_again(invoices):
    total = sum(each.total for each in invoices)
    statement = imported(line(total, "REMISE PRLV " + " ".join(each.number for each in invoices)))
    whole = statement.operations.get()
    assert len(suggestions(whole)[0].payments) == 3
    accept(whole)
    whole.refresh_from_db()
    parts = list(whole.parts.order_by("pk"))
    assert (whole.status, [each.status for each in parts]) == ("split", ["matched"] * 3)
    assert sum(each.amount for each in parts) == whole.amount
    assert [due(each) for each in invoices] == [0, 0, 0]
    assert "Annulez d’abord ce qui en a été fait" in refused(accepting.undo_matching, whole)
    for part in parts:
        accepting.undo_matching(part, by=None, at=world.NOW)
    assert "réunies" in accepting.undo_matching(whole, by=None, at=world.NOW)
    assert [each.status for each in statement.operations.all()] == ["open"]


@pytest.mark.parametrize(
    ("amounts", "sentence"),
    [
        (["10.00"], "en deux parties au moins"),
        (["30.00", "0.00"], "toutes supérieures à zéro"),
        (["30.50", "-0.50"], "toutes supérieures à zéro"),
        (["10.00", "10.00"], "Les parties font 20,00 €, l’opération 30,00 €."),
    ],
)
def test_parts_are_the_whole(amounts, sentence):
    world.group()
    operation = imported(line("30.00", "REMISE CHQ")).operations.get()
    assert sentence in refused(sorting.split_operation, operation, [Decimal(each) for each in amounts])


def test_money_out_is_split_and_set_aside_too():
    world.group()
    operation = imported(line("-30.00", "PRLV")).operations.get()
    first, rest = sorting.split_off(operation, Decimal("12.50"), by=None, at=world.NOW)
    assert (first.amount, rest.amount) == (Decimal("-12.50"), Decimal("-17.50"))
    assert "entre 0,01 € et 12,49 €" in refused(sorting.split_off, first, Decimal("12.50"))


def test_the_database_holds_parts_within_their_operation():
    world.group()
    operation = imported(line("30.00", "REMISE CHQ")).operations.get()
    sorting.split_operation(operation, [Decimal("10.00"), Decimal("20.00")], by=None, at=world.NOW)
    more = operation.parts.order_by("pk").first()
    more.pk, more.key = None, "part:more"
    with pytest.raises(IntegrityError), transaction.atomic():
        more.save()


def test_set_aside_with_a_note_and_taken_up_again():
    world.group()
    operation = imported(line("500.00", "SUBVENTION")).operations.get()
    assert "Dites en quelques mots" in refused(sorting.set_aside, operation, note=" ")
    assert "200 caractères" in refused(sorting.set_aside, operation, note="x" * 201)
    sorting.set_aside(operation, note="Subvention de la Région", by=None, at=world.NOW)
    operation.refresh_from_db()
    assert (operation.status, operation.note) == ("set_aside", "Subvention de la Région")
    assert "déjà hors factures" in refused(sorting.set_aside, operation, note="encore")
    accepting.undo_matching(operation, by=None, at=world.NOW)
    operation.refresh_from_db()
    assert (operation.status, operation.note) == ("open", "")
    assert "déjà à rapprocher" in refused(accepting.undo_matching, operation)


def test_only_money_out_that_takes_nothing_back_is_set_aside_together():
    world.group()
    lines = [
        line("-5.00", "FRAIS"),
        line("-1650.00", "SALAIRE"),
        line("0.50", "VIR"),
        line("-7.00", "REJET PRLV"),
    ]
    statement = imported(*lines)
    assert sorting.set_aside_unrelated(statement, by=None, at=world.NOW) == 2
    assert [each.status for each in operations(statement)] == ["set_aside", "set_aside", "open", "open"]


def test_money_out_that_may_give_a_credit_back_is_not_set_aside_together():
    world.group()
    owing.credit_note(owing.invoice(world.member("Aloen"), "221.76"), "221.76")
    statement = imported(line("-221.76", "VIREMENT ALOEN"), line("-221.77", "LOYER"))
    assert sorting.set_aside_unrelated(statement, by=None, at=world.NOW) == 1
    assert [each.status for each in operations(statement)] == ["open", "set_aside"]


@pytest.mark.parametrize("status", [each for each in OperationStatus if each != OperationStatus.OPEN])
def test_no_state_without_what_makes_it(invoices, status):
    operation = paid(invoices[0])
    other = imported(line("3.00", "VIR"), name="autre.csv").operations.get()
    payment = accept(other) if suggestions(other) else None
    assert payment is None
    rows = BankOperation.objects.filter(pk=operation.pk)
    changes = {"status": status} if status == "matched" else {"status": status, "has_made_payment": True}
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(**changes)


def test_what_an_operation_was_is_in_its_history(invoices):
    gael = world.finance()
    operation = paid(invoices[0])
    accepting.accept_candidate(operation, suggestions(operation)[0].code, by=gael, at=world.NOW)
    events = BankOperation.pgh_event_model.objects.filter(pgh_obj=operation, status="matched")
    assert [event.pgh_context.metadata["user"] for event in events] == [gael.pk]
    assert Allocation.objects.count() == 1
