"""The locks of the bank: statements imported, operations matched, sorted, and undone."""

from __future__ import annotations

from decimal import Decimal

from billing.accounts import payments, refunding
from billing.bank import accepting, candidates, importing, sorting, suggesting, undoing
from billing.bank.accepting import NoSuchCandidate, NotUndoable
from billing.bank.sorting import UNRELATED_NOTE, OperationNotOpen
from billing.bank.undoing import ImportNotUndoable
from billing.models import BankOperation, BankStatement, Invoice, Payment
from groupement.kernel.lifecycle import StaleRow
from members.models import Member
from tests import world
from tests.billing import owing
from tests.billing.bank.statements import imported, line, table, taken
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOW


def owed() -> Invoice:
    """An invoice of Aloen over 240.00."""
    world.group()
    return owing.invoice(world.member("Aloen"))


def code_of(operation: BankOperation) -> str:
    """The code of the first suggestion."""
    ledger = candidates.read_ledger(on=NOW.date())
    return suggesting.suggest(candidates.operation_facts(operation), ledger)[0].code


def accept(operation: BankOperation, code: str | None = None) -> BankOperation:
    return accepting.accept_candidate(operation, code or code_of(operation), by=None, at=NOW)


def statuses() -> list[str]:
    return list(BankOperation.objects.order_by("pk").values_list("status", flat=True))


@holds("billing.bank.importing.import_statement")
def two_statements_that_share_an_operation() -> Meeting:
    world.group()
    salary, fee, grant = line("-1650.00", "SALAIRE"), line("-5.00", "FRAIS"), line("500.00", "SUBVENTION")

    def take(name: str, *lines: str) -> importing.StatementImported:
        return taken(table(*lines), file_name=name, by=None, at=NOW)

    met = meet(lambda: take("lundi.csv", salary, fee), lambda: take("mardi.csv", fee, grant))
    assert isinstance(met.second, importing.StatementImported), met
    assert (met.second.new, met.second.known) == (1, 1)
    amounts = BankOperation.objects.order_by("pk").values_list("amount", flat=True)
    assert list(amounts) == [Decimal(-1650), Decimal(-5), Decimal(500)]
    return met


@holds("billing.bank.undoing.undo_import")
def an_import_undone_while_another_finds_its_operations_known() -> Meeting:
    world.group()
    salary, fee = line("-1650.00", "SALAIRE"), line("-5.00", "FRAIS")
    monday = imported(fee, name="lundi.csv")
    tuesday = table(fee, salary)
    met = meet(
        lambda: taken(tuesday, file_name="mardi.csv", by=None, at=NOW),
        lambda: undoing.undo_import(monday, by=None, at=NOW),
    )
    assert isinstance(met.second, ImportNotUndoable), met
    assert (met.first.new, statuses()) == (1, ["open", "open"])
    return met


@holds("billing.bank.undoing.undo_import#2")
def an_import_undone_while_one_of_its_operations_is_matched() -> Meeting:
    invoice = owed()
    operation = imported(line("240.00", f"VIR {invoice.number}")).operations.get()
    code = code_of(operation)
    met = meet(
        lambda: accept(operation, code),
        lambda: undoing.undo_import(operation.statement, by=None, at=NOW),
    )
    assert isinstance(met.second, ImportNotUndoable), met
    assert (statuses(), Payment.objects.count()) == (["matched"], 1)
    return met


@holds("billing.bank.accepting._lock_refund")
def a_refund_cancelled_while_the_bank_confirms_it() -> Meeting:
    """The refund is cancelled first: the line of the bank stays open."""
    world.group()
    facts = {"method": "transfer", "by": None, "at": NOW}
    payment = payments.record_payment(
        world.member("Aloen"), amount=Decimal(60), received_on=NOW.date(), allocations=[], **facts
    )
    refund = refunding.give_back(payment, amount=Decimal(60), paid_on=NOW.date(), **facts)
    operation = imported(line("-60.00", "VIR ALOEN")).operations.get()
    code = code_of(operation)
    met = meet(
        lambda: refunding.cancel_refund(refund, on=NOW.date(), reason="Rejet", by=None, at=NOW),
        lambda: accept(operation, code),
    )
    assert isinstance(met.second, NoSuchCandidate), met
    assert statuses() == ["open"]
    return met


@holds("billing.bank.sorting.lock_open")
def an_operation_set_aside_while_it_is_recorded_as_a_payment() -> Meeting:
    invoice = owed()
    operation = imported(line("240.00", f"VIR {invoice.number}")).operations.get()
    aloen = Member.objects.get()
    met = meet(
        lambda: accepting.record_as_payment(operation, aloen, [], by=None, at=NOW),
        lambda: sorting.set_aside(operation, note="Subvention", by=None, at=NOW),
    )
    assert isinstance(met.second, OperationNotOpen), met
    assert met.second.message == "Cette opération est déjà rapprochée. Rechargez la page."
    found = BankOperation.objects.get()
    assert (found.status, found.payment, found.note) == ("matched", Payment.objects.get(), "")
    return met


@holds("billing.bank.sorting.set_aside_unrelated")
def an_outflow_named_while_all_are_set_aside() -> Meeting:
    """The name that a person gave stays."""
    world.group()
    statement = imported(line("-1650.00", "SALAIRE"), line("-5.00", "FRAIS"))
    salary = statement.operations.get(label__contains="SALAIRE")
    met = meet(
        lambda: sorting.set_aside(salary, note="Salaire de Maëlle", by=None, at=NOW),
        lambda: sorting.set_aside_unrelated(statement, by=None, at=NOW),
    )
    notes = statement.operations.order_by("pk").values_list("note", flat=True)
    assert (met.second, list(notes)) == (1, ["Salaire de Maëlle", UNRELATED_NOTE]), met
    return met


@holds("billing.bank.accepting.accept_certain")
def all_that_is_certain_accepted_twice() -> Meeting:
    invoice = owed()
    statement = imported(line("240.00", f"VIR {invoice.number}"))

    def accept_all() -> accepting.AcceptedOperations:
        return accepting.accept_certain(BankStatement.objects.get(pk=statement.pk), by=None, at=NOW)

    met = meet(accept_all, accept_all)
    assert (met.first.count, met.second) == (1, accepting.AcceptedOperations(0, Decimal(0))), met
    assert Payment.objects.get().operation.statement == statement
    return met


@holds("billing.bank.accepting._lock_payment")
def an_operation_matched_with_a_payment_that_is_reversed() -> Meeting:
    invoice = owed()
    payment = payments.record_payment(
        invoice.member, amount=Decimal("240.00"), received_on=NOW.date(), method="cheque", by=None, at=NOW
    )
    operation = imported(line("240.00", "REMISE CHQ 0000123")).operations.get()
    code = code_of(operation)
    met = meet(
        lambda: payments.reverse_payment(payment, on=NOW.date(), reason="Impayé", by=None, at=NOW),
        lambda: accept(operation, code),
    )
    assert isinstance(met.second, NoSuchCandidate), met
    assert statuses() == ["open"]
    return met


@holds("billing.bank.accepting.undo_matching")
def a_return_and_the_payment_that_it_took_back_undone() -> Meeting:
    """The operation that had brought the payment is opened with its return, once."""
    invoice = owed()
    first = imported(line("240.00", f"PRLV {invoice.number}")).operations.get()
    accept(first)
    back = imported(line("-240.00", f"REJET PRLV {invoice.number}"), name="rejet.csv").operations.get()
    accept(back)
    met = meet(
        lambda: accepting.undo_matching(back, by=None, at=NOW),
        lambda: accepting.undo_matching(first, by=None, at=NOW),
    )
    assert "de nouveau à rapprocher elle aussi" in met.first
    assert isinstance(met.second, StaleRow), met
    assert "est déjà à rapprocher" in met.second.message
    assert (statuses(), Payment.objects.get().reversed_on) == (["open", "open"], back.booked_on)
    return met


@holds("billing.bank.accepting._join_parts")
def parts_joined_while_one_is_set_aside() -> Meeting:
    world.group()
    whole = imported(line("30.00", "REMISE CHQ")).operations.get()
    amounts = [Decimal("10.00"), Decimal("20.00")]
    part, _ = sorting.split_operation(whole, amounts, by=None, at=NOW)
    met = meet(
        lambda: sorting.set_aside(part, note="Remboursement", by=None, at=NOW),
        lambda: accepting.undo_matching(whole, by=None, at=NOW),
    )
    assert isinstance(met.second, NotUndoable), met
    assert met.second.message.startswith("1\u00a0partie n’a pas été rouverte")
    assert statuses() == ["split", "set_aside", "open"]
    return met
