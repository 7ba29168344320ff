"""The QR code by which a bank’s application fills in the transfer that pays an invoice (EPC069-12, version 2)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from segno import helpers

# What a snapshot says when its paper prints the code; papers issued before say nothing, and keep their bytes.
EPC = "EPC069-12"
LARGEST = Decimal("999999999.99")
LONGEST_NAME, LONGEST_TEXT = 70, 140


def code_of(kind: str, seller: Mapping[str, Any], total: Decimal) -> str:
    """EPC for an invoice that a transfer can pay; "" for a credit note, and where there is no account or no sum."""
    is_payable = kind == "invoice" and bool(seller.get("iban")) and bool(seller.get("name"))
    return EPC if is_payable and 0 < total <= LARGEST else ""


def payment_code(copied: Mapping[str, Any]) -> str:
    """The picture of the code as a data: address, from a snapshot; "" where its paper has none."""
    if copied["payment"].get("code") != EPC:
        return ""
    seller = copied["seller"]
    code = helpers.make_epc_qr(
        name=seller["name"][:LONGEST_NAME],
        iban=seller["iban"].replace(" ", ""),
        amount=Decimal(copied["total"]),
        text=copied["payment"]["reference"][:LONGEST_TEXT],
        bic=seller.get("bic") or None,
    )
    return str(code.png_data_uri(scale=6, border=2))
