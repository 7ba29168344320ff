"""Payments, credits and write-offs settle invoices as people mean it, and what is due follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.accounts import allocating, payments, receivables
from billing.accounts.allocating import NotAllocatable, NothingToWriteOff
from billing.accounts.payments import NotReversible, PaymentNotRecordable
from billing.models import Allocation, Invoice, Payment
from groupement.kernel.lifecycle import Refusal, StaleRow
from members.models import Group
from tests import world
from tests.billing import owing
from tests.world import NOW

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def member():
    world.group()
    return world.member()


def pay(member, amount: str, *, on: date = TODAY, allocations=None, **facts) -> Payment:
    return payments.record_payment(
        member,
        amount=Decimal(amount),
        received_on=on,
        method="transfer",
        allocations=allocations,
        **{"by": None, "at": NOW, **facts},
    )


def dues(*invoices: Invoice) -> list[str]:
    """What is due of each."""
    found = receivables.with_dues(Invoice.objects.all()).in_bulk([each.pk for each in invoices])
    return [str(found[each.pk].due) for each in invoices]


def left(payment: Payment) -> str:
    return str(receivables.with_left(Payment.objects.all()).get(pk=payment.pk).left)


def test_payment_settles_the_oldest_due_first_and_the_rest_stays_a_credit(member) -> None:
    late = owing.invoice(member, "100.00", issued_on=date(2026, 10, 2))
    later = owing.invoice(member, "50.00", issued_on=date(2026, 10, 5), days=10)
    payment = pay(member, "170.00", reference=" VIR 12 ")
    settled = Allocation.objects.order_by("pk").values_list("invoice", "amount")
    assert list(settled) == [(later.pk, Decimal("50.00")), (late.pk, Decimal("100.00"))]
    assert (left(payment), payment.reference) == ("20.00", "VIR 12")
    assert receivables.unused_credits() == {member.pk: Decimal("20.00")}


def test_part_is_paid_to_the_invoices_named(member) -> None:
    first, second = owing.invoice(member, "100.00"), owing.invoice(member, "100.00")
    pay(member, "80.00", allocations=[(second, Decimal("60.00")), (first, Decimal("10.00"))])
    assert dues(first, second) == ["90.00", "40.00"]
    assert receivables.unused_credits([member.pk]) == {member.pk: Decimal("10.00")}
    assert receivables.unused_credits([]) == {}


def test_nothing_is_settled_when_nothing_is_named(member) -> None:
    invoice = owing.invoice(member, "100.00")
    payment = pay(member, "80.00", allocations=[])
    assert dues(invoice) == ["100.00"]
    allocating.allocate(payment, by=None, at=NOW)
    assert dues(invoice) == ["20.00"]


def test_credit_left_of_a_payment_is_used_later_on_the_same_invoice_in_one_allocation(member) -> None:
    invoice = owing.invoice(member, "100.00")
    payment = pay(member, "80.00", allocations=[(invoice, Decimal("30.00"))])
    (again,) = allocating.allocate(payment, [(invoice, Decimal("25.00"))], by=None, at=NOW)
    assert Allocation.objects.get() == again
    assert (str(again.amount), left(payment), dues(invoice)) == ("55.00", "25.00", ["45.00"])


def test_money_settles_on_the_day_it_came_or_on_the_day_of_a_later_invoice(member) -> None:
    before = owing.invoice(member, "10.00", issued_on=date(2026, 11, 2))
    after = owing.invoice(member, "10.00", issued_on=date(2026, 11, 20))
    pay(member, "20.00", on=date(2026, 11, 10))
    days = dict(Allocation.objects.values_list("invoice", "settled_on"))
    assert days == {before.pk: date(2026, 11, 10), after.pk: date(2026, 11, 20)}


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005"])
def test_payment_without_an_amount_in_cents_is_refused(member, amount: str) -> None:
    with pytest.raises(PaymentNotRecordable, match="supérieur à zéro") as refused:
        pay(member, amount)
    assert refused.value.field == "amount"


def test_payment_of_a_day_to_come_is_refused(member) -> None:
    with pytest.raises(PaymentNotRecordable, match="Le 04/12/2026 est à venir") as refused:
        pay(member, "10.00", on=date(2026, 12, 4))
    assert refused.value.field == "received_on"
    assert not Payment.objects.exists()


def test_more_than_is_due_more_than_there_is_and_what_is_not_owed_are_refused(member) -> None:
    own = owing.invoice(member, "100.00")
    other = world.member("Sonam")
    theirs = owing.invoice(other, "100.00")
    credit = owing.credit_note(own, "10.00")
    draft = Invoice.objects.create(member=member, service_month=world.NOVEMBER, drafted_at=NOW)
    for parts, sentence in [
        ([(own, "100.01")], f"Il reste 100,00\u00a0€ à régler sur {own.number}"),
        ([(own, "60.00"), (own, "60.00")], "Il reste 100,00\u00a0€ à régler"),
        ([(own, "0.00")], "un montant supérieur à zéro"),
        ([(theirs, "10.00")], "Cette facture n’est pas à Aloen"),
        ([(credit, "10.00")], "ne se règle pas\u00a0: il s’impute"),
        ([(draft, "10.00")], "Un brouillon ne se règle pas"),
        ([(own, "99.00"), (theirs, "99.00")], "il n’y a que 150,00\u00a0€ à répartir"),
    ]:
        with pytest.raises(NotAllocatable, match=sentence):
            pay(member, "150.00", allocations=[(each, Decimal(amount)) for each, amount in parts])
    assert not Payment.objects.exists()


def test_each_fault_of_a_grouped_payment_is_told(member) -> None:
    first, second = owing.invoice(member, "10.00"), owing.invoice(member, "10.00")
    with pytest.raises(NotAllocatable) as refused:
        pay(member, "40.00", allocations=[(first, Decimal("20.00")), (second, Decimal("20.00"))])
    sentences = [refused.value.message, *refused.value.errors]
    assert [first.number in sentences[0], second.number in sentences[1], len(sentences)] == [True, True, 2]


def test_undone_allocation_leaves_the_invoice_due_and_the_money_at_hand(member) -> None:
    invoice = owing.invoice(member, "100.00")
    payment = pay(member, "80.00")
    allocation = Allocation.objects.get()
    allocating.unallocate(allocation, by=None, at=NOW)
    assert (dues(invoice), left(payment)) == (["100.00"], "80.00")
    with pytest.raises(StaleRow):
        allocating.unallocate(allocation, by=None, at=NOW)
    events = list(Allocation.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", "amount"))
    assert events == [("insert", Decimal("80.00")), ("delete", Decimal("80.00"))]


def test_reversed_payment_leaves_its_invoices_due_and_no_credit(member) -> None:
    first, second = owing.invoice(member, "100.00"), owing.invoice(member, "30.00")
    payment = pay(member, "150.00", on=date(2026, 11, 20))
    payments.reverse_payment(payment, on=date(2026, 11, 25), reason=" chèque\nimpayé ", by=None, at=NOW)
    assert dues(first, second) == ["100.00", "30.00"]
    assert (left(payment), receivables.unused_credits()) == ("0.00", {})
    assert Payment.objects.get().reversal_reason == "chèque impayé"
    with pytest.raises(StaleRow):
        payments.reverse_payment(payment, on=TODAY, reason="encore", by=None, at=NOW)
    with pytest.raises(NotAllocatable, match="annulé"):
        allocating.allocate(payment, by=None, at=NOW)


def test_reversal_wants_a_reason_and_a_day_between_receipt_and_today(member) -> None:
    payment = pay(member, "10.00", on=date(2026, 11, 20))
    for on, reason, kind in [
        (TODAY, "  ", Refusal),
        (TODAY, "x" * 201, Refusal),
        (date(2026, 11, 19), "impayé", NotReversible),
        (date(2026, 12, 4), "impayé", NotReversible),
    ]:
        with pytest.raises(kind):
            payments.reverse_payment(payment, on=on, reason=reason, by=None, at=NOW)
    assert Payment.objects.get().reversed_on is None


def test_credit_note_settles_what_it_corrects_as_far_as_is_due(member) -> None:
    invoice = owing.invoice(member, "100.00")
    pay(member, "80.00")
    credit = owing.credit_note(invoice, "30.00")
    used = allocating.apply_credit(credit, by=None, at=NOW)
    assert (str(used.amount), dues(invoice)) == ("20.00", ["0.00"])
    assert receivables.unused_credits() == {member.pk: Decimal("10.00")}
    assert allocating.apply_credit(credit, by=None, at=NOW) is None


def test_credit_left_settles_another_due_invoice_of_the_member(member) -> None:
    invoice, other = owing.invoice(member, "100.00"), owing.invoice(member, "25.00")
    pay(member, "100.00")
    credit = owing.credit_note(invoice, "30.00")
    allocating.apply_credit(credit, to=other, by=None, at=NOW)
    assert (dues(other), receivables.unused_credits()) == (["0.00"], {member.pk: Decimal("5.00")})
    for to, sentence in [
        (other, "est déjà réglée"),
        (owing.invoice(world.member("Sonam")), "n’est pas à Aloen"),
        (credit, "ne se règle pas"),
    ]:
        with pytest.raises(NotAllocatable, match=sentence):
            allocating.apply_credit(credit, to=to, by=None, at=NOW)


def test_used_credit_and_what_is_no_credit_are_refused(member) -> None:
    invoice = owing.invoice(member, "100.00")
    credit = owing.credit_note(invoice, "30.00")
    allocating.apply_credit(credit, by=None, at=NOW)
    with pytest.raises(NotAllocatable, match="Il ne reste rien à utiliser"):
        allocating.apply_credit(credit, to=invoice, by=None, at=NOW)
    with pytest.raises(NotAllocatable, match="n’est pas un avoir émis"):
        allocating.apply_credit(invoice, by=None, at=NOW)


def test_small_rest_is_written_off_whole_within_the_limit_of_the_group(member) -> None:
    invoice = owing.invoice(member, "100.00")
    payment = pay(member, "94.99")
    with pytest.raises(NothingToWriteOff, match="pas plus de 5,00\u00a0€"):
        allocating.write_off(invoice, reason="frais de banque", by=None, at=NOW)
    allocating.allocate(payment, [], by=None, at=NOW)
    pay(member, "0.01")
    with pytest.raises(Refusal, match="motif"):
        allocating.write_off(invoice, reason="", by=None, at=NOW)
    written = allocating.write_off(invoice, reason="frais de banque", by=None, at=NOW)
    assert (str(written.amount), written.reason, written.settled_on) == ("5.00", "frais de banque", TODAY)
    with pytest.raises(NothingToWriteOff, match="ne reste rien"):
        allocating.write_off(invoice, reason="encore", by=None, at=NOW)


def test_limit_holds_for_all_that_was_written_off_of_an_invoice(member) -> None:
    invoice = owing.invoice(member, "100.00")
    payment = pay(member, "97.00")
    allocating.write_off(invoice, reason="frais", by=None, at=NOW)
    payments.reverse_payment(payment, on=TODAY, reason="impayé", by=None, at=NOW)
    pay(member, "94.00")
    with pytest.raises(NothingToWriteOff):
        allocating.write_off(invoice, reason="frais", by=None, at=NOW)
    Group.objects.update(write_off_limit=Decimal("6.00"))
    allocating.write_off(invoice, reason="frais", by=None, at=NOW)
    assert dues(invoice) == ["0.00"]


def test_history_says_who_settled_and_when(member) -> None:
    finance = world.finance()
    owing.invoice(member, "100.00")
    pay(member, "80.00", by=finance)
    event = Allocation.pgh_event_model.objects.get()
    assert event.pgh_context.metadata == {"user": finance.pk, "at": NOW.isoformat()}


def test_nothing_is_due_of_drafts_and_credit_notes(member) -> None:
    invoice = owing.invoice(member, "100.00")
    credit = owing.credit_note(invoice, "30.00")
    draft = Invoice.objects.create(
        member=member, service_month=world.NOVEMBER, drafted_at=NOW, net=10, total=10
    )
    found = receivables.with_dues(Invoice.objects.all()).in_bulk()
    figures = {pk: tuple(map(str, (row.settled, row.due, row.used, row.left))) for pk, row in found.items()}
    assert figures == {
        invoice.pk: ("0.00", "100.00", "0.00", "0.00"),
        credit.pk: ("0.00", "0.00", "0.00", "30.00"),
        draft.pk: ("0.00", "0.00", "0.00", "0.00"),
    }


def test_invoice_is_overdue_the_day_after_it_was_due_until_it_is_settled(member) -> None:
    invoice = owing.invoice(member, "100.00", issued_on=date(2026, 11, 2))  # due on 2 December
    assert not receivables.overdue(date(2026, 12, 2)).exists()
    late = receivables.overdue(date(2026, 12, 3)).get()
    assert (late, str(late.due)) == (invoice, "100.00")
    pay(member, "100.00")
    assert not receivables.overdue(date(2026, 12, 3)).exists()
