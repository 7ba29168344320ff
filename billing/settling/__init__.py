"""Settling invoices by payments, credit notes and write-offs; what is due after that, and since when."""

from billing.settling.account import Account, Position, account, position
from billing.settling.ageing import BUCKETS, SHORT, Aged, ageing
from billing.settling.allocating import (
    NotAllocatable,
    NothingToWriteOff,
    allocate,
    apply_credit,
    unallocate,
    write_off,
)
from billing.settling.dues import (
    credits_at_hand,
    oldest_first,
    overdue,
    shared_out,
    unsettled,
    with_dues,
    with_left,
)
from billing.settling.instalments import split_in
from billing.settling.printing import print_account
from billing.settling.recording import NotRecordable, NotReversible, record, reverse
from billing.settling.standing import Standing, standing, standing_so

__all__ = [
    "BUCKETS",
    "SHORT",
    "Account",
    "Aged",
    "NotAllocatable",
    "NotRecordable",
    "NotReversible",
    "NothingToWriteOff",
    "Position",
    "Standing",
    "account",
    "ageing",
    "allocate",
    "apply_credit",
    "credits_at_hand",
    "oldest_first",
    "overdue",
    "position",
    "print_account",
    "record",
    "reverse",
    "shared_out",
    "split_in",
    "standing",
    "standing_so",
    "unallocate",
    "unsettled",
    "with_dues",
    "with_left",
    "write_off",
]
