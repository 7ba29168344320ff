"""A payment, the credit at hand and the cents that lack are proposed together when they make an invoice whole."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from billing.accounts import allocating, payments, receivables
from billing.accounts.allocating import NothingToWriteOff
from billing.models import Allocation, Invoice
from tests import world
from tests.billing import owing
from tests.world import NOW

pytestmark = pytest.mark.django_db


def owed() -> Invoice:
    """240.00 due; 200.00 in a payment and 38.50 in a credit note are unused: 1.50 lack."""
    world.group()
    aloen = world.member("Aloen")
    first = owing.invoice(aloen, "100.00")
    for amount, settled in (("100.00", [(first, Decimal(100))]), ("200.00", [])):
        payments.record_payment(
            aloen,
            amount=Decimal(amount),
            received_on=NOW.date(),
            method="transfer",
            allocations=settled,
            by=None,
            at=NOW,
        )
    owing.credit_note(first, "38.50")
    return owing.invoice(aloen, "240.00")


@pytest.mark.parametrize(
    ("due", "credit", "found"),
    [
        ("240", "240", ("240", "0")),
        ("240", "300", ("240", "0")),
        ("240", "238.50", ("238.50", "1.50")),
        ("240", "235", ("235", "5")),
        ("240", "234.99", None),
        ("4", "0", None),
        ("0", "10", None),
    ],
)
def test_what_makes_an_invoice_whole(due: str, credit: str, found: tuple[str, str] | None) -> None:
    whole = allocating.whole_settlement(Decimal(due), Decimal(credit), Decimal(5))
    assert (whole and (whole.credit, whole.written_off)) == (found and tuple(map(Decimal, found)))


def test_the_page_proposes_it_and_one_click_does_it(login) -> None:
    invoice = owed()
    finance = login(world.finance())
    page = reverse("billing:invoice", args=[invoice.pk])
    shown = finance.get(page).content.decode().replace("\u00a0", " ").replace("\u202f", " ")
    assert "Solder avec 238,50 € de crédit" in shown
    assert "et abandonner 1,50 €" in shown
    finance.post(reverse("billing:settle_whole", args=[invoice.pk]))
    parts = Allocation.objects.filter(invoice=invoice).order_by("pk").values_list("source", "amount")
    assert list(parts) == [
        ("payment", Decimal("200.00")),
        ("credit_note", Decimal("38.50")),
        ("write_off", Decimal("1.50")),
    ]
    assert receivables.unused_credits() == {}
    finance.post(reverse("billing:settle_whole", args=[invoice.pk]))
    assert Allocation.objects.filter(invoice=invoice).count() == 3


def test_what_does_not_make_it_whole_takes_nothing() -> None:
    invoice = owed()
    Allocation.objects.filter(invoice__total=100).delete()
    other = owing.invoice(invoice.member, "600.00")
    with pytest.raises(NothingToWriteOff):
        allocating.settle_whole(other, by=None, at=NOW)
    assert not Allocation.objects.filter(invoice=other).exists()
