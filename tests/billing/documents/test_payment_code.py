"""The QR code of a transfer: what it says by EPC069-12, on which papers it stands; old ones keep their bytes."""

from __future__ import annotations

import base64
import io
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader
from segno import helpers

from billing.documents import rendering
from billing.documents.payment_code import EPC, code_of, payment_code
from billing.models import Invoice
from tests.billing import scene
from tests.billing.credit_notes.issued import credit_all

pytestmark = pytest.mark.django_db
SELLER = {"name": "La Ronde", "iban": "FR76 3000 6000 0112 3456 7890 189", "bic": "AGRIFRPP"}


def copied(**facts: Any) -> dict[str, Any]:
    paid = {"reference": "F-2026-0012", "code": EPC}
    return {"seller": SELLER, "total": "1234.50", "payment": paid, **facts}


def test_it_says_who_is_paid_how_much_and_for_which_invoice() -> None:
    expected = helpers.make_epc_qr(
        name="La Ronde",
        iban="FR7630006000011234567890189",
        amount=Decimal("1234.50"),
        text="F-2026-0012",
        bic="AGRIFRPP",
    )
    assert payment_code(copied()) == expected.png_data_uri(scale=6, border=2)
    assert payment_code(copied(total="1234.51")) != payment_code(copied())
    picture = Image.open(io.BytesIO(base64.b64decode(payment_code(copied()).partition(",")[2])))
    assert picture.size[0] == picture.size[1] >= 6 * (29 + 4)


def test_only_what_a_transfer_can_pay_has_one() -> None:
    assert code_of("invoice", SELLER, Decimal("0.01")) == EPC
    for kind, seller, total in (
        ("credit_note", SELLER, "10"),
        ("invoice", {**SELLER, "iban": ""}, "10"),
        ("invoice", SELLER, "0"),
        ("invoice", SELLER, "1000000000"),
    ):
        assert code_of(kind, seller, Decimal(total)) == "", (kind, total)
    assert payment_code(copied(payment={"reference": "F-2026-0012"})) == ""


def pictures(of: Invoice) -> int:
    return len(PdfReader(io.BytesIO(rendering.print_pdf(of))).pages[0].images)


def test_it_stands_on_the_invoice_and_not_on_its_credit_note() -> None:
    invoice = scene.issued(scene.hosts(1)).invoices.get()
    assert invoice.snapshot["payment"]["code"] == EPC
    assert pictures(invoice) == 1
    assert pictures(credit_all(invoice)) == 0
    older = Invoice(status="issued", kind="invoice", issued_at=invoice.issued_at)
    older.snapshot = {**invoice.snapshot, "payment": {**invoice.snapshot["payment"], "code": ""}}
    del older.snapshot["payment"]["code"]
    assert pictures(older) == 0
