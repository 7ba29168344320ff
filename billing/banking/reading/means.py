"""By which means money moved, as the words of a bank tell: transfer, direct debit, cheque; and whether it came back."""

from __future__ import annotations

import re

from billing.models import PaymentMethod
from groupement.tabular import plain

_BY_WORDS = (
    (re.compile(r"\b(?:vir|virts?|virements?)\b"), PaymentMethod.TRANSFER),
    (re.compile(r"\b(?:prlvs?|prelevements?|prelevt|sdd|avis de prelev)\b"), PaymentMethod.DIRECT_DEBIT),
    (re.compile(r"\b(?:chq|chqs|cheques?|rem(?:ise)? ?chq)\b"), PaymentMethod.CHEQUE),
    (re.compile(r"\b(?:cb|carte|retrait|dab|frais|cotisation|interets|commission)\b"), PaymentMethod.OTHER),
)
_BACK = re.compile(r"\b(?:rejets?|rejetee?s?|impayee?s?|retournee?s?|retour (?:de )?(?:vir|prlv|chq)\w*)\b")


def nature_by_words(label: str) -> str:
    """A PaymentMethod; a transfer where nothing tells."""
    told = plain(label)
    return str(next((nature for words, nature in _BY_WORDS if words.search(told)), PaymentMethod.TRANSFER))


def is_return_by_words(label: str) -> bool:
    """Whether the bank says that it takes back or gives back what moved before."""
    return bool(_BACK.search(plain(label)))
