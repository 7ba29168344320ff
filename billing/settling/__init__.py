"""Settling invoices by payments, credit notes and write-offs; what is due after that, and since when."""

from billing.settling.ageing import BUCKETS, Aged, ageing
from billing.settling.allocating import (
    NotAllocatable,
    NothingToWriteOff,
    allocate,
    apply_credit,
    unallocate,
    write_off,
)
from billing.settling.dues import credits_at_hand, oldest_first, overdue, unsettled, with_dues, with_left
from billing.settling.instalments import split_in
from billing.settling.recording import NotRecordable, NotReversible, record, reverse

__all__ = [
    "BUCKETS",
    "Aged",
    "NotAllocatable",
    "NotRecordable",
    "NotReversible",
    "NothingToWriteOff",
    "ageing",
    "allocate",
    "apply_credit",
    "credits_at_hand",
    "oldest_first",
    "overdue",
    "record",
    "reverse",
    "split_in",
    "unallocate",
    "unsettled",
    "with_dues",
    "with_left",
    "write_off",
]
