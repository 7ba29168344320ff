"""Which column of a bank's CSV means what: titles of French banks, what finance mapped once, where titles are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from groupement.kernel.tabular import Unreadable, plain

# What a column may mean, as the screen offers it. Several columns may make the label.
COLUMNS = {
    "booked_on": "date",
    "amount": "montant signé",
    "debit": "débit",
    "credit": "crédit",
    "label": "libellé",
    "counterparty": "tiers",
    "reference": "référence du payeur",
    "bank_reference": "référence de la banque",
    "currency": "devise",
}
ONCE = tuple(column for column in COLUMNS if column != "label")
_NAMES = {
    "booked_on": (
        "date",
        "date operation",
        "date d'operation",
        "date de l'operation",
        "date de comptabilisation",
        "date comptable",
        "dateop",
        "date op",
        "date ecriture",
        "date d'ecriture",
        "booking date",
    ),
    "amount": ("montant", "montant operation", "montant de l'operation", "montant signe", "amount"),
    "debit": ("debit", "debits", "montant debit", "debiteur"),
    "credit": ("credit", "credits", "montant credit", "crediteur"),
    "label": (
        "libelle",
        "libelle operation",
        "libelle de l'operation",
        "libelle simplifie",
        "libelle complementaire",
        "libelle interne",
        "type operation",
        "type d'operation",
        "nature",
        "nature de l'operation",
        "description",
        "designation",
        "detail",
        "details",
        "detail de l'ecriture",
        "informations complementaires",
        "information complementaire",
        "infos complementaires",
        "motif",
        "label",
    ),
    "counterparty": (
        "tiers",
        "nom du tiers",
        "contrepartie",
        "nom de la contrepartie",
        "nom contrepartie",
        "emetteur",
        "donneur d'ordre",
        "beneficiaire",
        "emetteur / beneficiaire",
    ),
    "reference": (
        "reference de bout en bout",
        "reference bout en bout",
        "reference end to end",
        "endtoendid",
        "end to end id",
        "reference client",
        "reference du virement",
        "reference donneur d'ordre",
    ),
    "bank_reference": (
        "reference",
        "ref",
        "reference operation",
        "reference de l'operation",
        "reference banque",
        "reference bancaire",
        "numero d'operation",
        "n° operation",
        "identifiant",
        "identifiant operation",
    ),
    "currency": ("devise", "monnaie", "currency"),
}
_BY_TITLE = {name: column for column, names in _NAMES.items() for name in names}
# "Montant(EUROS)", "Débit €", "Montant en EUR": the currency is not a part of the name.
_CURRENCY = re.compile(r"\(.*?\)|€|\ben euros?\b|\ben eur\b|\beuros?\b|\beur\b")

Row = tuple[int, list[str]]
Layout = dict[str, list[int]]


class UnknownTitles(Unreadable):
    """Nobody said yet which column means what: ``titles``, with ``rows`` below them to show, ask for a mapping."""

    def __init__(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        super().__init__(
            "Les colonnes de ce fichier ne sont pas reconnues. Dites à quoi elles correspondent\u00a0: "
            "la prochaine fois, elles le seront."
        )
        self.titles = list(titles)
        self.rows = [list(row) for row in rows]


def digest(titles: Sequence[str]) -> str:
    """By which titles are known again, whatever their accents or case."""
    return sha256("\x1f".join(map(plain, titles)).encode()).hexdigest()


def guess(titles: Sequence[str]) -> Layout:
    """What known titles mean: places by column; what is not known is left out."""
    found: Layout = {}
    for place, title in enumerate(titles):
        column = _BY_TITLE.get(" ".join(_CURRENCY.sub(" ", plain(title)).split()))
        if column == "label" or (column and column not in found):
            found.setdefault(column, []).append(place)
    return found


def is_whole(layout: Mapping[str, Any]) -> bool:
    """Whether a statement can be read by ``layout``: a day, and an amount in one column or in two."""
    return "booked_on" in layout and ("amount" in layout or {"debit", "credit"} <= layout.keys())


def find(rows: Sequence[Row], remembered: Mapping[str, Layout]) -> tuple[int, Layout] | None:
    """The rank of the titles among the first ``rows`` and what they mean; what finance said comes first."""
    for rank, (_, cells) in enumerate(rows):
        if layout := remembered.get(digest(cells)):
            return rank, layout
    for rank, (_, cells) in enumerate(rows):
        if is_whole(layout := guess(cells)):
            return rank, layout
    return None


def likely(rows: Sequence[Row]) -> int | None:
    """The rank of what looks most like titles: the first row of three words or more, with as many cells below it."""
    for rank, (_, cells) in enumerate(rows[:-1]):
        words = [cell for cell in cells if cell]
        if len(words) >= 3 and not any(any(c.isdigit() for c in cell) for cell in words):
            below = rows[rank + 1][1]
            if len([cell for cell in below if cell]) >= 2 and len(below) >= len(words):
                return rank
    return None
