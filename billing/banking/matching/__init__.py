"""Operations held against what members owe and paid: candidates with reasons; nothing is settled here."""

from billing.banking.matching.candidates import (
    LINK,
    PAY,
    RETURN,
    Candidate,
    Movement,
    Share,
    movement_of,
)
from billing.banking.matching.ledger import Debt, Ledger, Received, read
from billing.banking.matching.suggesting import suggest

__all__ = [
    "LINK",
    "PAY",
    "RETURN",
    "Candidate",
    "Debt",
    "Ledger",
    "Movement",
    "Received",
    "Share",
    "movement_of",
    "read",
    "suggest",
]
