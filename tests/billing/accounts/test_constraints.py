"""What PostgreSQL refuses of payments and allocations, by raw statements and by two at once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from billing.accounts import allocating, payments, receivables
from billing.accounts.allocating import NotAllocatable
from billing.models import Allocation, Invoice, Payment
from tests import world
from tests.billing import owing
from tests.together import Call, all_at_once, wait_until_blocked
from tests.world import NOW

TODAY = NOW.date()


@pytest.fixture
def owed(db):
    """An invoice of 100.00 and a payment of 60.00 that settles nothing yet."""
    world.group()
    return set_up()


def set_up() -> tuple[Invoice, Payment]:
    member = world.member()
    invoice = owing.invoice(member, "100.00")
    payment = payments.record_payment(
        member,
        amount=Decimal("60.00"),
        received_on=TODAY,
        method="transfer",
        allocations=[],
        by=None,
        at=NOW,
    )
    return invoice, payment


def allocation(invoice: Invoice, amount: str, **source: Any) -> Allocation:
    name = next(iter(source), "write_off")
    return Allocation.objects.create(
        invoice=invoice,
        source=name,
        amount=Decimal(amount),
        settled_on=TODAY,
        recorded_at=NOW,
        **source,
    )


def refused(message: str, act: Any) -> None:
    with pytest.raises(DatabaseError, match=message), transaction.atomic():
        act()


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_more_than_the_invoice_or_the_payment_is_refused(owed) -> None:
    invoice, payment = owed
    refused("settled up to its total", lambda: allocation(invoice, "100.01"))
    refused("a payment is used once", lambda: allocation(invoice, "60.01", payment=payment))
    allocation(invoice, "60.00", payment=payment)
    refused("settled up to its total", lambda: allocation(invoice, "40.01"))
    other = owing.invoice(invoice.member, "100.00")
    refused("a payment is used once", lambda: allocation(other, "0.01", payment=payment))
    refused("once", lambda: allocation(invoice, "0.01", payment=payment))


def test_one_member_s_money_never_settles_another_s_invoice(owed) -> None:
    invoice, payment = owed
    theirs = owing.invoice(world.member("Sonam"), "100.00")
    credit = owing.credit_note(invoice, "10.00")
    refused("for its member", lambda: allocation(theirs, "10.00", payment=payment))
    refused("for its member", lambda: allocation(theirs, "10.00", credit_note=credit))


def test_credit_note_is_used_up_to_its_total_and_is_not_settled(owed) -> None:
    invoice, _ = owed
    credit = owing.credit_note(invoice, "10.00")
    refused("a credit note is used once", lambda: allocation(invoice, "10.01", credit_note=credit))
    refused("a credit note is used once", lambda: allocation(invoice, "10.00", credit_note=invoice))
    refused("an issued invoice is settled", lambda: allocation(credit, "1.00"))


def test_draft_is_not_settled(owed) -> None:
    invoice, _ = owed
    draft = Invoice.objects.create(
        member=invoice.member, service_month=world.NOVEMBER, drafted_at=NOW, net=10, total=10
    )
    refused("an issued invoice is settled", lambda: allocation(draft, "1.00"))


def test_allocation_has_one_source_and_an_amount(owed) -> None:
    invoice, payment = owed
    for amount in ("0.00", "-1.00"):
        refused("allocation_is_positive", lambda amount=amount: allocation(invoice, amount))
    facts = {"invoice": invoice, "amount": Decimal(1), "settled_on": TODAY, "recorded_at": NOW}
    for source, payer in [("payment", None), ("write_off", payment), ("credit_note", payment)]:
        refused(
            "allocation_has_one_source",
            lambda s=source, p=payer: Allocation.objects.create(source=s, payment=p, **facts),
        )


def test_allocation_is_undone_not_changed(owed) -> None:
    allocation(owed[0], "1.00")
    refused("Cannot update", lambda: raw("UPDATE billing_allocation SET amount = 2"))


def test_payment_keeps_who_what_and_when_and_is_never_deleted(owed) -> None:
    refused("Cannot delete", lambda: raw("DELETE FROM billing_payment"))
    for change in ("amount = 61", "received_on = received_on - 1", "member_id = member_id + 1"):
        refused("Cannot update", lambda change=change: raw(f"UPDATE billing_payment SET {change}"))
    raw("UPDATE billing_payment SET reference = 'VIR 12', note = 'payé par Aloen'")


def test_reversal_says_why_comes_after_the_payment_and_settles_nothing(owed) -> None:
    invoice, payment = owed
    refused("says_why", lambda: raw("UPDATE billing_payment SET reversed_on = received_on"))
    refused("says_why", lambda: raw("UPDATE billing_payment SET reversal_reason = 'x'"))
    early = "UPDATE billing_payment SET reversed_on = received_on - 1, reversal_reason = 'x'"
    refused("reversed_after_it_came", lambda: raw(early))
    settled = allocation(invoice, "10.00", payment=payment)
    late = "UPDATE billing_payment SET reversed_on = received_on, reversal_reason = 'x'"
    refused("a reversed payment settles nothing", lambda: raw(late))
    settled.delete()
    raw(late)
    refused("a payment is used once", lambda: allocation(invoice, "10.00", payment=payment))


@pytest.mark.django_db(transaction=True)
def test_two_raw_allocations_at_once_do_not_settle_more_than_is_due() -> None:
    world.group()
    invoice, _ = set_up()
    with transaction.atomic():
        allocation(invoice, "60.00")
        late = Call(lambda: allocation(invoice, "60.00"))
        wait_until_blocked(late)
    with pytest.raises(IntegrityError, match="settled up to its total"):
        late.outcome()


@pytest.mark.django_db(transaction=True)
def test_payment_reversed_while_it_is_used_raw_settles_nothing() -> None:
    world.group()
    invoice, payment = set_up()
    reversal = "UPDATE billing_payment SET reversed_on = received_on, reversal_reason = 'x'"
    with transaction.atomic():
        allocation(invoice, "60.00", payment=payment)
        late = Call(lambda: raw(reversal))
        wait_until_blocked(late)
    with pytest.raises(IntegrityError, match="a reversed payment settles nothing"):
        late.outcome()


@pytest.mark.django_db(transaction=True)
def test_one_payment_allocated_twice_at_once_is_used_once() -> None:
    world.group()
    invoice, payment = set_up()
    part = [(invoice, Decimal("60.00"))]
    calls = all_at_once([lambda: allocating.allocate(payment, part, by=None, at=NOW)] * 2)
    assert [type(call.error) for call in calls if call.error] == [NotAllocatable]
    assert Allocation.objects.get().amount == Decimal("60.00")


@pytest.mark.django_db(transaction=True)
def test_two_payments_of_a_member_at_once_settle_what_is_due_and_the_rest_stays() -> None:
    world.group()
    invoice, _ = set_up()

    def pay() -> Payment:
        return payments.record_payment(
            invoice.member, amount=Decimal("80.00"), received_on=TODAY, method="cheque", by=None, at=NOW
        )

    calls = all_at_once([pay, pay])
    assert [call.error for call in calls] == [None, None]
    assert receivables.unused_credits() == {invoice.member_id: Decimal("120.00")}
    assert not receivables.unsettled().exists()
