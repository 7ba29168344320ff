"""Valid postings to the pages of accounts, of the bank, of reminders and of credit notes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile

from billing.accounts import payments, refunding
from billing.bank import accepting, candidates, importing, suggesting
from billing.credit_notes import remaining, replacing
from billing.models import BankOperation, Invoice, Payment, Rendering, RenderingStatus
from billing.month import drafting, issuing
from billing.reminders import choosing, disputing, wording
from groupement.kernel.money import spell_plain
from tests.billing import owing
from tests.billing.bank import statements
from tests.house.form import Filled, Form
from tests.house.house import House
from tests.house.posting import upload
from tests.world import NOVEMBER, NOW

RECEIVED = date(2026, 12, 2)
LONG_AGO = date(2026, 10, 1)
INVOICED = "240.00"


def owed(house: House, total: str = INVOICED, **facts: Any) -> Invoice:
    """An issued invoice of Aloen."""
    return owing.invoice(house.aloen, total, **facts)


def paid(house: House, amount: str = INVOICED, *invoices: Invoice) -> Payment:
    """A payment of Aloen, which settles each of ``invoices`` whole."""
    return payments.record_payment(
        house.aloen,
        amount=Decimal(amount),
        received_on=RECEIVED,
        method="transfer",
        allocations=[(invoice, invoice.total) for invoice in invoices],
        by=house.users["finance"],
        at=NOW,
    )


def issued(house: House) -> Invoice:
    """The invoice of the house, drafted with its hours and issued."""
    run = drafting.draft(NOVEMBER, by=house.users["finance"], at=NOW)
    issuing.issue_run(run, by=house.users["finance"], at=NOW)
    return Invoice.objects.get(run=run, member=house.aloen)


def unprinted(house: House) -> Invoice:
    """An issued invoice whose PDF could not be made."""
    made = issued(house)
    facts = {"attempts": 3, "started_at": NOW, "finished_at": NOW}
    Rendering.objects.filter(invoice=made).update(status=RenderingStatus.FAILED, **facts)
    return made


def record_payment(house: House, _role: str) -> Filled:
    due = owed(house)
    return Filled(
        fields={
            "amount": "240,00",
            "received_on": "2026-12-02",
            "method": "cheque",
            "reference": "1234567",
            f"part_{due.pk}": "240,00",
        },
        query=urlencode({"adherent": house.aloen.pk, "montant": "240,00"}),
    )


def allocate(house: House, _role: str) -> Filled:
    payment, due = paid(house), owed(house)
    return Filled({"pk": payment.pk}, {f"part_{due.pk}": "60,00"})


def reverse_payment(house: House, _role: str) -> Filled:
    return Filled({"pk": paid(house).pk}, {"on": "2026-12-03", "reason": "Chèque impayé"})


def undo_payment(house: House, _role: str) -> Filled:
    return Filled({"pk": paid(house).pk})


def unallocate(house: House, _role: str) -> Filled:
    due = owed(house)
    paid(house, INVOICED, due)
    return Filled({"pk": due.allocations.get().pk})


def write_off(house: House, _role: str) -> Filled:
    return Filled({"pk": owed(house, "4.00").pk}, {"reason": "Arrondi"})


def apply_credit(house: House, _role: str) -> Filled:
    settled = owed(house)
    paid(house, INVOICED, settled)
    note = owing.credit_note(settled, "30.00")
    return Filled({"pk": note.pk}, {"invoice": owed(house, "45.00").pk})


GIVEN_BACK = {"amount": "60,00", "paid_on": f"{NOW:%Y-%m-%d}", "method": "transfer"}


def refund_payment(house: House, _role: str) -> Filled:
    return Filled({"pk": paid(house).pk}, GIVEN_BACK)


def refund_credit_note(house: House, _role: str) -> Filled:
    settled = owed(house)
    paid(house, INVOICED, settled)
    return Filled({"pk": owing.credit_note(settled, "80.00").pk}, GIVEN_BACK)


def cancel_refund(house: House, _role: str) -> Filled:
    facts = {"paid_on": NOW.date(), "method": "transfer", "by": house.users["finance"], "at": NOW}
    refund = refunding.give_back(paid(house), amount=Decimal("60.00"), **facts)
    return Filled({"pk": refund.pk}, {"on": f"{NOW:%Y-%m-%d}", "reason": "Virement rejeté"})


def settle_whole(house: House, _role: str) -> Filled:
    paid(house)
    return Filled({"pk": owed(house, "242.00").pk})


ACCOUNTS = {
    "billing:settle_whole": Form(settle_whole),
    "billing:refund_payment": Form(refund_payment),
    "billing:refund_credit_note": Form(refund_credit_note),
    "billing:cancel_refund": Form(cancel_refund),
    "billing:record_payment": Form(record_payment),
    "billing:allocate": Form(allocate),
    "billing:reverse_payment": Form(reverse_payment),
    "billing:undo_payment": Form(undo_payment),
    "billing:unallocate": Form(unallocate),
    "billing:write_off": Form(write_off),
    "billing:apply_credit": Form(apply_credit),
}


def moved(amount: str, label: str = "VIR ALOEN") -> BankOperation:
    """The one operation of an imported statement."""
    return statements.operations(statements.imported(statements.line(amount, label)))[0]


def paying(due: Invoice) -> BankOperation:
    """An operation that pays ``due``, for certain."""
    return moved(str(due.total), f"VIR {due.number}")


def choice_of(operation: BankOperation) -> str:
    """The first candidate, as the page sends it."""
    ledger = candidates.read_ledger(on=NOW.date())
    return suggesting.suggest(candidates.operation_facts(operation), ledger)[0].code


def import_bank(_house: House, _role: str) -> Filled:
    table = statements.table(statements.line("240.00", "VIR ALOEN"))
    return Filled(fields={"file": SimpleUploadedFile("releve.csv", table)})


def bank_columns(_house: House, _role: str) -> Filled:
    return Filled(fields={"column_0": "booked_on", "column_1": "label", "column_2": "amount"})


def unknown_statement(_house: House, _role: str) -> dict[str, Any]:
    return {"bank_import": {"token": upload(statements.sample("unknown.csv")), "name": "releve.csv"}}


def drop_layout(_house: House, _role: str) -> Filled:
    layout = importing.save_layout(["Quand", "Combien"], {"booked_on": [0], "amount": [1]}, at=NOW)
    return Filled({"pk": layout.pk})


def undo_import(_house: House, _role: str) -> Filled:
    return Filled({"pk": moved("-450.00", "LOYER DECEMBRE").statement_id})


def accept_certain(house: House, _role: str) -> Filled:
    return Filled({"pk": paying(owed(house)).statement_id})


def set_aside_unrelated(_house: House, _role: str) -> Filled:
    return Filled({"pk": moved("-450.00", "LOYER DECEMBRE").statement_id})


def accept_operation(house: House, _role: str) -> Filled:
    operation = paying(owed(house))
    return Filled({"pk": operation.pk}, {"choice": choice_of(operation)})


def settle_operation(house: House, _role: str) -> Filled:
    due, operation = owed(house), moved("100.00")
    return Filled({"pk": operation.pk, "member": house.aloen.pk}, {f"part_{due.pk}": "60,00"})


def take_back(house: House, _role: str) -> Filled:
    payment = paid(house)
    return Filled({"pk": moved(f"-{INVOICED}", "ANNULATION").pk}, {"payment": payment.pk})


def give_back_operation(house: House, _role: str) -> Filled:
    payment = paid(house)
    return Filled({"pk": moved("-60.00", "VIR RENDU").pk}, {"source": f"payment-{payment.pk}"})


def set_aside_operation(_house: House, _role: str) -> Filled:
    return Filled({"pk": moved("500.00", "REGION").pk}, {"note": "Subvention"})


def split_operation(_house: House, _role: str) -> Filled:
    return Filled({"pk": moved("30.00", "REMISE CHQ").pk}, {"amount": "12,50"})


def undo_operation(house: House, _role: str) -> Filled:
    operation = paying(owed(house))
    accepting.accept_candidate(operation, choice_of(operation), by=house.users["finance"], at=NOW)
    return Filled({"pk": operation.pk})


BANK = {
    "billing:import_bank": Form(import_bank),
    "billing:bank_columns": Form(bank_columns, session=unknown_statement),
    "billing:drop_layout": Form(drop_layout),
    "billing:undo_import": Form(undo_import),
    "billing:accept_certain": Form(accept_certain),
    "billing:set_aside_unrelated": Form(set_aside_unrelated),
    "billing:accept_operation": Form(accept_operation),
    "billing:settle_operation": Form(settle_operation),
    "billing:take_back": Form(take_back),
    "billing:give_back_operation": Form(give_back_operation),
    "billing:set_aside_operation": Form(set_aside_operation),
    "billing:split_operation": Form(split_operation),
    "billing:undo_operation": Form(undo_operation),
}


def send_reminders(house: House, _role: str) -> Filled:
    wording.install_levels()
    owed(house, issued_on=LONG_AGO)
    return Filled(fields={"lettre": [letter.key for letter in choosing.due_reminders(NOW.date())]})


def install_levels(_house: House, _role: str) -> Filled:
    return Filled()


def charge_interest(house: House, _role: str) -> Filled:
    late = owed(house, issued_on=LONG_AGO)
    paid(house, INVOICED, late)
    return Filled(fields={"facture": late.pk})


def dispute(house: House, _role: str) -> Filled:
    return Filled({"pk": owed(house).pk}, {"reason": "Deux jours en trop"})


def close_dispute(house: House, _role: str) -> Filled:
    opened = disputing.open_dispute(
        owed(house), reason="Deux jours en trop", by=house.users["representative"], at=NOW
    )
    return Filled({"pk": opened.pk}, {"outcome": "Avoir de deux jours"})


REMINDERS = {
    "billing:send_reminders": Form(send_reminders),
    "billing:install_levels": Form(install_levels),
    "billing:charge_interest": Form(charge_interest),
    "billing:dispute": Form(dispute),
    "billing:close_dispute": Form(close_dispute),
}


def credit(house: House, _role: str) -> Filled:
    """The last of three steps: what was seen is issued."""
    made = issued(house)
    whole = {"extent": "whole", "fate": "voided", "reason": "Journées comptées deux fois"}
    return Filled({"pk": made.pk}, {"etape": "emettre", "seen": remaining.remainder_of(made).total, **whole})


def credit_and_replace(house: House, _role: str) -> Filled:
    """The invoice of November, at a price that is one euro too low."""
    run = drafting.draft(NOVEMBER, by=house.users["finance"], at=NOW)
    made = issuing.issue_run(run, by=house.users["finance"], at=NOW).issued[0]
    fields = {"reason": "Prix mal saisi", "seen": remaining.remainder_of(made).total}
    for price in replacing.invoiced_prices_of(made):
        fields |= {f"prix-{price.terms.pk}": spell_plain(price.value + 1), f"tva-{price.terms.pk}": "S20"}
    return Filled({"pk": made.pk}, fields)


def retry_paper(house: House, _role: str) -> Filled:
    return Filled({"pk": unprinted(house).pk})


CREDIT_NOTES = {
    "billing:credit": Form(credit),
    "billing:credit_and_replace": Form(credit_and_replace),
    "billing:retry_paper": Form(retry_paper),
}

FORMS = ACCOUNTS | BANK | REMINDERS | CREDIT_NOTES
