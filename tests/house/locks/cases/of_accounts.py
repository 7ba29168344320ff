"""The locks of what members owe and pay: payments, and credit notes."""

from __future__ import annotations

from decimal import Decimal

from billing.accounts import payments, receivables
from billing.credit_notes.composing import NotCreditable
from billing.models import Invoice, Payment
from tests import world
from tests.billing import owing
from tests.billing.credit_notes.issued import credit_all, of_sums
from tests.house.locks.sites import holds
from tests.together import Meeting, meet
from tests.world import NOW


@holds("billing.accounts.allocating.lock_member")
def two_payments_of_one_invoice() -> Meeting:
    """The second settles what the first left, and the rest stays the member’s."""
    world.group()
    aloen = world.member("Aloen")
    invoice = owing.invoice(aloen, "100.00")

    def pay(amount: str) -> Payment:
        return payments.record_payment(
            aloen, amount=Decimal(amount), received_on=NOW.date(), method="transfer", by=None, at=NOW
        )

    met = meet(lambda: pay("60.00"), lambda: pay("80.00"))
    settled = invoice.allocations.order_by("pk").values_list("payment__amount", "amount")
    assert list(settled) == [(Decimal(60), Decimal(60)), (Decimal(80), Decimal(40))], met
    assert receivables.unused_credits() == {aloen.pk: Decimal("40.00")}
    return met


@holds("billing.credit_notes.crediting._locked")
def an_invoice_credited_twice() -> Meeting:
    of = of_sums(("100.00", "S20"))
    met = meet(lambda: credit_all(of), lambda: credit_all(of))
    assert isinstance(met.second, NotCreditable), met
    assert "déjà créditée en entier" in met.second.message
    assert Invoice.objects.get(corrects=of).total == of.total
    return met
