"""Money that goes back to a member: never more than there is, told the same by account, bank, lists and papers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing.accounts import allocating, payments, receivables, refunding, statement_of_account
from billing.bank import accepting, candidates, sorting, suggesting
from billing.charge_kinds import ChargeKind
from billing.charges import dues
from billing.credit_notes import deposits
from billing.models import Charge, Invoice, Payment, Refund
from billing.month import drafting, issuing
from groupement.kernel.lifecycle import Refusal
from members.models import Member, Membership
from tests import world
from tests.billing import owing
from tests.billing.bank.statements import imported, line, sentences_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()
CENT = Decimal("0.01")


@pytest.fixture
def member() -> Member:
    world.group()
    return world.member("Aloen")


def pay(member: Member, amount: str, *, on: date = TODAY, **facts: Any) -> Payment:
    return payments.record_payment(
        member, amount=Decimal(amount), received_on=on, method="transfer", by=None, at=NOW, **facts
    )


def give_back(source: Payment | Invoice, amount: str, **facts: Any) -> Refund:
    facts = {"paid_on": TODAY, "method": "transfer", **facts}
    return refunding.give_back(source, amount=Decimal(amount), by=None, at=NOW, **facts)


def refused(deed: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(Refusal) as caught:
        deed(*arguments, **options)
    return sentences_of(caught.value)


def left(source: Payment | Invoice) -> Decimal:
    return refunding.refundable(source)


def balance(member: Member) -> tuple[Decimal, Decimal]:
    """What the account says in its last line, and what the lists say of the same day."""
    account = statement_of_account.account_statement(member, first=date(2026, 1, 1), last=TODAY)
    return account.closing, statement_of_account.account_position(member, on=TODAY).balance


def test_an_overpayment_goes_back_up_to_what_is_left_of_it(member) -> None:
    """240.00 owed, 300.00 paid: 60.00 are left; 45.50 go back, then at most 14.50."""
    owing.invoice(member, "240.00")
    payment = pay(member, "300.00")
    assert (left(payment), balance(member)) == (Decimal("60.00"), (Decimal("-60.00"), Decimal("-60.00")))
    assert "Il reste 60,00 € à rembourser, vous en remboursez 60,01 €" in refused(give_back, payment, "60.01")
    first = give_back(payment, "45.50", reference="VIR TROP PERCU")
    assert (first.member, first.by_rate, left(payment)) == (member, [], Decimal("14.50"))
    assert balance(member) == (Decimal("-14.50"), Decimal("-14.50"))
    assert "Il reste 14,50 €" in refused(give_back, payment, "14.51")
    give_back(payment, "14.50")
    assert (balance(member), receivables.unused_credits()) == ((Decimal(0), Decimal(0)), {})
    assert "Il n’en reste rien à rembourser" in refused(give_back, payment, "0.01")
    account = statement_of_account.account_statement(member, first=TODAY, last=TODAY)
    assert [(row.movement.label, row.movement.debit, row.balance) for row in account.lines[-2:]] == [
        ("Remboursement par virement", Decimal("45.50"), Decimal("-14.50")),
        ("Remboursement par virement", Decimal("14.50"), Decimal("0.00")),
    ]
    owing.invoice(member, "10.00")
    assert "il n’y a que 0,00 €" in refused(
        allocating.allocate, payment, [(Invoice.objects.latest("pk"), CENT)], by=None, at=NOW
    )


def test_what_a_credit_note_leaves_goes_back_with_its_vat_rate_by_rate(member) -> None:
    """100.00 + 20.00 at 20 %, 33.33 exempt, paid; credited whole, 40.00 and then the rest go back: 20.00 of VAT."""
    rates = [("20.00", "100.00", "20.00"), ("0.00", "33.33", "0.00")]
    invoice = owing.invoice(member, vat=rates)
    pay(member, "153.33")
    note = owing.credit_note(invoice, "0", vat=rates)
    assert left(note) == Decimal("153.33")
    parts = [give_back(note, "40.00"), give_back(note, "113.33")]
    for part in parts:
        assert sum(Decimal(row["amount"]) for row in part.by_rate) == part.amount
    assert (parts[0].vat + parts[1].vat, left(note)) == (Decimal("20.00"), Decimal(0))
    assert parts[0].vat == Decimal("5.22")  # 40 × 20 / 153.33
    assert balance(member) == (Decimal(0), Decimal(0))
    found = receivables.with_dues(Invoice.objects.filter(pk=note.pk)).get()
    assert receivables.settlement_state(found, on=TODAY) == receivables.SettlementState.USED


def test_what_is_no_money_of_the_member_is_refused(member) -> None:
    invoice = owing.invoice(member, "240.00")
    payment = pay(member, "300.00")
    assert "n’est pas un avoir émis" in refused(give_back, invoice, "1.00")
    for amount in ("0", "-1", "0.001"):
        assert "supérieur à zéro" in refused(give_back, payment, amount)
    assert "est à venir" in refused(give_back, payment, "1.00", paid_on=TODAY + timedelta(1))
    assert "à rembourser depuis le" in refused(give_back, payment, "1.00", paid_on=TODAY - timedelta(1))
    payments.reverse_payment(payment, on=TODAY, reason="Rejet", by=None, at=NOW)
    assert "a été annulé" in refused(give_back, payment, "1.00")
    assert not Refund.objects.exists()


def test_a_refund_that_came_back_is_the_member_s_credit_again(member) -> None:
    payment = pay(member, "60.00")
    refund = give_back(payment, "60.00")
    cancel = {"on": TODAY, "reason": "IBAN faux", "by": None, "at": NOW}
    assert "ont été remboursés le" in refused(
        payments.reverse_payment, payment, on=TODAY, reason="Rejet", by=None, at=NOW
    )
    assert "ne revient pas avant" in refused(
        refunding.cancel_refund, refund, **{**cancel, "on": TODAY - timedelta(1)}
    )
    refunding.cancel_refund(refund, **cancel)
    assert "déjà été annulé" in refused(refunding.cancel_refund, refund, **cancel)
    assert (left(payment), balance(member)) == (Decimal("60.00"), (Decimal("-60.00"), Decimal("-60.00")))
    give_back(payment, "60.00")
    assert balance(member) == (Decimal(0), Decimal(0))


def deposit_of(member: Member, *, asked: str = "500.00") -> Charge:
    """A deposit asked for and invoiced by the run of November, with dues of 120.00."""
    Membership.objects.filter(member=member).update(deposit=Decimal(asked), yearly_dues=Decimal("120.00"))
    dues.call_dues(2026, by=None, at=NOW)
    dues.ask_deposits(by=None, at=NOW)
    issuing.issue_run(drafting.draft(world.DECEMBER, by=None, at=NOW), by=None, at=NOW, accepts_early=True)
    return Charge.objects.get(kind=ChargeKind.DEPOSIT)


def test_a_deposit_goes_back_as_far_as_it_was_paid(member) -> None:
    """620.00 asked, 300.00 paid: the credit of 500.00 settles the 320.00 due, and 180.00 are there to give back."""
    charge = deposit_of(member)
    pay(member, "300.00")
    note = deposits.release_deposit(charge, by=None, at=NOW)
    assert (note.total, left(note)) == (Decimal("500.00"), Decimal("180.00"))
    assert "déjà créditée en entier" in refused(deposits.release_deposit, charge, by=None, at=NOW)
    give_back(note, "180.00")
    assert balance(member) == (Decimal(0), Decimal(0))
    assert [call.is_credited for call in dues.deposits()] == [True]
    assert dues.ask_deposits(by=None, at=NOW) == []


def test_who_left_is_still_among_the_deposits_to_give_back(member) -> None:
    deposit_of(member)
    stays = world.member("Sonam")
    Membership.objects.filter(member=stays).update(deposit=Decimal("500.00"))
    for gone in (member, stays):
        Membership.objects.filter(member=gone).update(status="left", notice_on=TODAY, ends_before=TODAY)
    assert [call.member for call in dues.deposits()] == [member]


def test_a_deposit_that_no_invoice_asked_for_has_nothing_to_give_back(member) -> None:
    Membership.objects.filter(member=member).update(deposit=Decimal("500.00"))
    (charge,) = dues.ask_deposits(by=None, at=NOW)
    assert "n’a pas été facturé" in refused(deposits.release_deposit, charge, by=None, at=NOW)


def suggestions(operation: Any) -> list[Any]:
    return suggesting.suggest(candidates.operation_facts(operation), candidates.read_ledger(on=TODAY))


def test_the_line_of_the_bank_finds_the_refund_that_it_is(member) -> None:
    refund = give_back(pay(member, "60.00"), "60.00")
    statement = imported(line("-60.00", "VIR ALOEN TROP PERCU"), line("-1650.00", "SALAIRE"))
    operation = statement.operations.get(amount=-60)
    # The payment of the same amount may have been returned as well: the refund comes first.
    best = suggestions(operation)[0]
    assert (best.kind, best.payments[0].refund.pk) == ("refund", refund.pk)
    assert sorting.set_aside_unrelated(statement, by=None, at=NOW) == 1
    row = accepting.accept_candidate(operation, best.code, by=None, at=NOW)
    assert (row.status, row.refund) == ("matched", refund)
    assert balance(member) == (Decimal(0), Decimal(0))
    again = imported(line("-60.00", "VIR ALOEN"), name="autre.csv").operations.get()
    assert "refund" not in [each.kind for each in suggestions(again)]
    assert "reste" in accepting.undo_matching(operation, by=None, at=NOW)
    assert Refund.objects.standing().get() == refund


def test_an_operation_is_recorded_as_a_refund_and_taken_back(member) -> None:
    owing.invoice(member, "240.00")
    payment = pay(member, "300.00")
    operation = imported(line("-60.00", "VIR RENDU", on=TODAY)).operations.get()
    assert "ce n’est pas un remboursement" in refused(
        accepting.record_as_refund,
        imported(line("5.00", "VIR"), name="b.csv").operations.get(),
        payment,
        by=None,
        at=NOW,
    )
    row = accepting.record_as_refund(operation, payment, by=None, at=NOW)
    assert row.refund is not None
    assert (row.refund.amount, row.refund.paid_on, left(payment)) == (Decimal("60.00"), TODAY, Decimal(0))
    assert "annulé aussi" in accepting.undo_matching(operation, by=None, at=NOW)
    assert (left(payment), Refund.objects.standing().count()) == (Decimal("60.00"), 0)


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_postgresql_counts_what_went_back(member) -> None:
    """An allocation beyond what is left after a refund, a second refund, a reversal: refused without any act."""
    invoice = owing.invoice(member, "240.00")
    payment = pay(member, "60.00", allocations=[])
    give_back(payment, "45.00")
    copied = "member_id, paid_on, method, reference, note, by_rate, recorded_at, cancel_reason, payment_id"
    beside = "invoice_id, source, payment_id, amount, by_rate, settled_on, reason, recorded_at"
    given = f"{invoice.pk}, 'payment', {payment.pk}, 15.01, '[]', '{TODAY}', '', now()"
    for statement in (
        f"INSERT INTO billing_allocation ({beside}) VALUES ({given})",
        f"INSERT INTO billing_refund (amount, {copied}) SELECT 15.01, {copied} FROM billing_refund",
        f"UPDATE billing_payment SET reversed_on = '{TODAY}', reversal_reason = 'x'",
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            raw(statement)
    raw(f"INSERT INTO billing_refund (amount, {copied}) SELECT 15.00, {copied} FROM billing_refund")


def test_the_pages_give_back_and_say_what_is_still_owed(member, login) -> None:
    finance = login(world.finance())
    payment = pay(member, "60.00")
    page = reverse("billing:refund_payment", args=[payment.pk])
    assert "60,00" in finance.get(page).content.decode()
    typed = {"amount": "70,00", "paid_on": "2026-12-02", "method": "transfer"}
    answer = finance.post(page, typed)
    assert (answer.status_code, Refund.objects.count()) == (422, 0)
    assert "Il reste 60,00" in answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    typed |= {"amount": "60,00", "paid_on": f"{TODAY:%Y-%m-%d}"}
    refund = Refund.objects.get(pk=int(finance.post(page, typed).url.rstrip("/").rsplit("/", 1)[1]))
    assert "Il ne reste rien à rembourser" in finance.get(page).content.decode()
    for name, row in (("refund", refund), ("payment", payment), ("account", member)):
        assert "60,00" in finance.get(reverse(f"billing:{name}", args=[row.pk])).content.decode(), name
    assert "60,00" in finance.get(reverse("billing:refunds")).content.decode()
    finance.post(reverse("billing:cancel_refund", args=[refund.pk]), {"on": f"{TODAY}", "reason": "Rejet"})
    refund.refresh_from_db()
    assert refund.cancelled_on == TODAY


def test_finance_gives_a_deposit_back_from_its_list(member, login) -> None:
    charge = deposit_of(member)
    pay(member, "620.00")
    finance = login(world.finance())
    address = reverse("billing:release_deposit", args=[charge.pk])
    assert address in finance.get(reverse("billing:dues")).content.decode()
    note_page = finance.post(address).url
    note = Invoice.objects.get(kind="credit_note")
    assert note_page == reverse("billing:refund_credit_note", args=[note.pk])
    sent = {"amount": "500,00", "paid_on": f"{TODAY}", "method": "transfer"}
    assert finance.post(note_page, sent).status_code == 302
    assert balance(member) == (Decimal(0), Decimal(0))
    assert "500,00" in finance.get(reverse("billing:invoice", args=[note.pk])).content.decode()
    assert address not in finance.get(reverse("billing:dues")).content.decode()
