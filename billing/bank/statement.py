"""A bank statement as its file gives it, whatever the format: its operations, the refusals, the texts of banks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256

from billing.models import PaymentMethod
from groupement.kernel.cells import plain
from groupement.kernel.french import NO_BREAK_SPACE, counted, plural
from groupement.kernel.tabular import Layout, Unreadable

LARGEST_FILE = 5_000_000
MOST_OPERATIONS = 20_000
TOO_LARGE = "Le fichier dépasse 5\u00a0Mo. Choisissez une période plus courte."
CAMT, CSV, EXCEL, OFX = "CAMT.053", "CSV", "Excel", "OFX"
# What banks write where they have no reference.
_NO_REFERENCE = {
    "notprovided",
    "not provided",
    "nonref",
    "noref",
    "none",
    "neant",
    "aucune",
    "na",
    "n/a",
    "-",
}


@dataclass(frozen=True)
class StatementColumns:
    """How the columns of a table were read. ``rows``: the first below the titles.

    ``is_known``: finance chose it before, or it is the layout of a bank by ``name``; else it was guessed.
    """

    layout: Layout
    rows: Sequence[Sequence[str]]
    name: str = ""
    is_known: bool = False


class BadStatement(Unreadable):
    """The file cannot be imported; ``errors`` say line by line what is wrong and what to do.

    ``columns``: how those of a table were read, once its titles were found.
    """

    columns: StatementColumns | None = None


@dataclass(frozen=True)
class FileOperation:
    """One operation of the file, in euros, positive when money came in. ``line`` of a table, or rank of an entry.

    ``bank_reference`` is the bank's own, empty when there is none, as is ``transaction_id``, that of the clearing;
    ``reference`` is what the payer wrote.
    """

    line: int
    booked_on: date
    amount: Decimal
    counterparty: str = ""
    label: str = ""
    reference: str = ""
    bank_reference: str = ""
    transaction_id: str = ""
    nature: str = PaymentMethod.TRANSFER
    is_return: bool = False

    @property
    def key(self) -> str:
        """Recognises the operation in another statement that holds it too: payer and words belong to it.

        What a bank calls its reference may be what the payer wrote, or stand for a whole batch.
        """
        if self.bank_reference:
            return f"{self.reference_key}:{self._digest(self.transaction_id)[:12]}"
        return f"sha256:{self._digest(self.transaction_id)}"

    @property
    def reference_key(self) -> str:
        """The beginning of the key of an operation that has the bank's own reference, the same in every format."""
        return self._by_reference(self.bank_reference)

    @property
    def earlier_key(self) -> str:
        """The key of before payer, words and the clearing were a part of it; empty where it is the key of today."""
        if reference := self.bank_reference or bank_reference(self.reference):
            return self._by_reference(reference)
        return f"sha256:{self._digest()}" if self.transaction_id else ""

    def _by_reference(self, reference: str) -> str:
        return f"{reference}:{self.booked_on:%y%m%d}:{self.amount}"

    def _digest(self, *more: str) -> str:
        facts = (self.booked_on, self.amount, *map(plain, (self.counterparty, self.label, self.reference)))
        return sha256(repr((*facts, *filter(None, more))).encode()).hexdigest()


@dataclass(frozen=True)
class FileStatement:
    """A file without fault, read and not yet stored.

    ``titles``: of a table, the digest by which its layout is found; ``columns``: how they were read.
    """

    format: str
    iban: str
    starts_on: date
    ends_on: date
    operations: Sequence[FileOperation]
    opening_balance: Decimal | None = None
    closing_balance: Decimal | None = None
    left_out: Sequence[str] = field(default_factory=list)
    titles: str = ""
    columns: StatementColumns | None = None


def one_line(text: str | None, most: int) -> str:
    """``text`` without line breaks and doubled blanks, cut at ``most`` characters."""
    return " ".join((text or "").replace("\x00", "").split())[:most].strip()


def bank_reference(text: str | None) -> str:
    """The reference that one operation alone has; empty for a word, zeros, or the bank's "none"."""
    reference = one_line(text, 200).replace(" ", "")
    if (
        plain(reference) in _NO_REFERENCE
        or len(reference) < 4
        or not any(c in "123456789" for c in reference)
    ):
        return ""
    return reference if len(reference) <= 40 else f"sha256:{sha256(reference.encode()).hexdigest()[:32]}"


def joined_texts(*parts: str | None, most: int) -> str:
    """The texts of ``parts``, each once, on one line of ``most`` characters: "VIR ALOEN · F-2026-0012"."""
    texts: list[str] = []
    for part in parts:
        text = one_line(part, most)
        if (
            text
            and plain(text) not in _NO_REFERENCE
            and not any(plain(text) in plain(each) for each in texts)
        ):
            texts.append(text)
    return " · ".join(texts)[:most].strip(" ·")


def refusal_without_operation(left_out: Sequence[str]) -> BadStatement:
    """The refusal of a file without an operation to import; ``left_out`` says why."""
    return BadStatement(
        "Le relevé ne contient aucune opération comptabilisée. Choisissez une période qui en a.",
        errors=left_out,
    )


def is_account(account: str, iban: str) -> bool:
    """Whether ``account``, an IBAN or the number within one, is that of ``iban``."""
    return bool(iban) and (account == iban or (len(account) >= 7 and account in iban[4:]))


def refusal_of_several_accounts(accounts: Sequence[str], iban: str) -> BadStatement:
    """The refusal of a file of several accounts of which none is known to be that of ``iban``, the group's."""
    several = f"Le fichier contient les relevés de {len(accounts)} comptes"
    if not iban:
        return BadStatement(
            f"{several}, et l’IBAN du groupement n’est pas noté. Notez-le dans les paramètres du groupement, ou "
            "téléchargez le relevé d’un seul compte."
        )
    return BadStatement(
        f"{several}\u00a0: aucun n’est celui du groupement, qui finit par {iban[-4:]}. Choisissez le bon relevé, ou "
        "corrigez l’IBAN du groupement."
    )


def sentence_of_another_account(account: str, count: int) -> str:
    """What is said of the ``count`` entries of an account that is not the group's; it may have no number."""
    which = f"qui finit par {account[-4:]}" if account else "sans numéro"
    left = f"{counted(count, 'écriture')} {plural(count, 'est laissée', 'sont laissées')} de côté"
    return f"Le compte {which} est un autre{NO_BREAK_SPACE}: {left}."


def refusal_of_faults(errors: Sequence[str]) -> BadStatement:
    """The refusal of a file with faults, one sentence each."""
    count = len(errors)
    return BadStatement(
        f"Le relevé n’a pas été importé{NO_BREAK_SPACE}: {counted(count, 'erreur')} à corriger.",
        errors=errors,
    )


_BY_WORDS = (
    (re.compile(r"\b(?:vir|virts?|virements?)\b"), PaymentMethod.TRANSFER),
    (
        re.compile(r"\b(?:prlvs?|prelevements?|prelevt|sdd|avis de prelev|direct debits?)\b"),
        PaymentMethod.DIRECT_DEBIT,
    ),
    (re.compile(r"\b(?:chq|chqs|cheques?|rem(?:ise)? ?chq)\b"), PaymentMethod.CHEQUE),
    (
        re.compile(
            r"\b(?:cb|carte|retrait|dab|frais|cotisation|interets|commission|card|presentment|fees?)\b"
        ),
        PaymentMethod.OTHER,
    ),
)
_INSTRUMENT = (
    r"(?:virts?|vir|virements?|prlvs?|prlvt|prelevements?|prelevt|avis de prelev\w*|sdd|sct|lcr|chqs?|cheques?"
    r"|rem(?:ise)?s?(?: de)? (?:chqs?|cheques?))"
)
_BETWEEN = r"(?: (?:sepa|inst\w*|emise?s?|recue?s?|core|b2b|europeens?|no|n°|n|\d+|de|du|d'un))*"
_BACK = r"(?:rejets?|rejetee?s?|impayee?s?|retournee?s?|retours?)"
# Where the bank's own words begin: "REJET PRLV SONAM", "VIR SEPA RETOURNE"; not "VIR SONAM FACTURE IMPAYEE".
_RETURN = re.compile(
    rf"{_BACK}{_BETWEEN} {_INSTRUMENT}\b|{_INSTRUMENT}{_BETWEEN} {_BACK}\b|r-?transactions?\b"
)
_RETURN_OUT = re.compile(r"(?:impayee?s?|rejets?)\b")


def method_of_label(label: str) -> str:
    """The PaymentMethod that the label names; a transfer where it names none."""
    text = plain(label)
    return str(next((nature for words, nature in _BY_WORDS if words.search(text)), PaymentMethod.TRANSFER))


def is_return_label(label: str, *, went_out: bool = False) -> bool:
    """Whether the bank's label begins by naming a return or a rejection of an earlier operation.

    "IMPAYE SONAM" alone is one only where money ``went_out``: a member may pay with these words.
    """
    parts = [plain(part) for part in label.split(" · ")]
    return any(_RETURN.match(part) or (went_out and _RETURN_OUT.match(part)) for part in parts)
