"""The administration’s list of invoices tells a credit note by its kind and its sign."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from billing.models import Invoice
from tests import world
from tests.billing import owing

pytestmark = pytest.mark.django_db


def test_a_credit_note_is_named_and_comes_in_less(login) -> None:
    world.group()
    invoice = owing.invoice(world.member("Aloen"), "1234.50")
    note = owing.credit_note(invoice, "34.50")
    shown = admin.site._registry[Invoice]
    plain = [shown.signed_total(row).replace("\u202f", " ").replace("\u00a0", " ") for row in (invoice, note)]
    assert plain == ["1 234,50 €", "−34,50 €"]
    page = login(world.admin()).get(reverse("admin:billing_invoice_changelist")).content.decode()
    assert shown.signed_vat(note) in page
    assert ">avoir<" in page.lower()
