"""Expenses of the work: written down with what proves them, then accepted at cost or refused with a reason."""

from billing.spending.claiming import Claim, NotClaimable, claim, withdraw
from billing.spending.deciding import (
    NotDecidable,
    accept,
    default_label,
    put_back,
    refuse,
    regime_of,
)
from billing.spending.receipts import LARGEST_RECEIPT, BadReceipt, NotReadable, open_receipt
from billing.spending.scales import scale_on, scales_on

__all__ = [
    "LARGEST_RECEIPT",
    "BadReceipt",
    "Claim",
    "NotClaimable",
    "NotDecidable",
    "NotReadable",
    "accept",
    "claim",
    "default_label",
    "open_receipt",
    "put_back",
    "refuse",
    "regime_of",
    "scale_on",
    "scales_on",
    "withdraw",
]
