"""The columns of a bank's CSV: titles of French banks, layouts that finance chose once, and on which row titles are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from billing.bank.bank_words import side_of
from billing.bank.known_layouts import known_layout
from groupement.kernel.cells import is_negative_amount, plain
from groupement.kernel.tabular import Layout, Unreadable, titles_digest

# What a column may mean, as the screen offers it; several columns may make the label.
COLUMNS = {
    "booked_on": "date",
    "amount": "montant signé",
    "debit": "débit",
    "credit": "crédit",
    "side": "sens (débit ou crédit)",
    "status": "état (exécuté, refusé…)",
    "account": "compte du relevé (IBAN)",
    "balance": "solde après l’opération",
    "label": "libellé",
    "counterparty": "tiers",
    "reference": "référence du payeur",
    "bank_reference": "référence de la banque",
    "currency": "devise",
}
ONCE = tuple(column for column in COLUMNS if column != "label")
_TITLES = {
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
        "date completed",
        "completed date",
        "settlement date",
        "operation date",
        "transaction date",
        "date de fin",
        "date de transaction",
        "date de la transaction",
        "date du mouvement",
    ),
    "amount": (
        "montant",
        "montant operation",
        "montant de l'operation",
        "montant signe",
        "montant total",
        "montant net",
        "amount",
        "total amount",
    ),
    "debit": ("debit", "debits", "montant debit", "debiteur"),
    "credit": ("credit", "credits", "montant credit", "crediteur"),
    "label": (
        "libelle",
        "libelle operation",
        "libelle d'operation",
        "libelle de l'operation",
        "libelle de l'ecriture",
        "libelle ecriture",
        "libelle simplifie",
        "libelle complementaire",
        "libelle interne",
        "libelle court",
        "intitule",
        "intitule operation",
        "intitule d'operation",
        "intitule de l'operation",
        "intitule de l'ecriture",
        "operation",
        "operations",
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
        "note",
        "notes",
        "commentaire",
        "commentaires",
        "comment",
        "message",
        "message du donneur d'ordre",
        "communication",
        "objet",
        "memo",
        "reference facture",
        "reference de la facture",
        "numero de facture",
        "n° facture",
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
        "emetteur/beneficiaire",
        "partner name",
        "payee",
        "payer",
        "counterparty",
        "counterparty name",
        "sender name",
    ),
    # "Référence" alone is what the payer wrote at some banks: the payer and the words tell operations apart with it.
    "reference": (
        "reference",
        "ref",
        "reference de bout en bout",
        "reference bout en bout",
        "reference end to end",
        "endtoendid",
        "end to end id",
        "reference client",
        "reference du virement",
        "reference donneur d'ordre",
        "reference du donneur d'ordre",
        "reference du payeur",
        "reference de paiement",
        "reference du paiement",
        "payment reference",
    ),
    "bank_reference": (
        "reference operation",
        "reference de l'operation",
        "reference banque",
        "reference bancaire",
        "numero d'operation",
        "n° operation",
        "identifiant",
        "identifiant operation",
        "identifiant de l'operation",
        "identifiant de transaction",
        "identifiant de la transaction",
        "transaction id",
        "fitid",
    ),
    "currency": ("devise", "monnaie", "currency"),
    "side": (
        "sens",
        "sens operation",
        "sens de l'operation",
        "sens du mouvement",
        "sens du montant",
        "d/c",
        "c/d",
        "dc",
        "debit/credit",
        "credit/debit",
        "debit ou credit",
        "indicateur debit credit",
        "signe",
        "+/-",
        "type de mouvement",
        "direction",
        "side",
    ),
    "balance": (
        "solde",
        "soldes",
        "solde du compte",
        "solde comptable",
        "solde apres operation",
        "solde apres l'operation",
        "nouveau solde",
        "balance",
    ),
    "account": (
        "iban du compte",
        "iban compte",
        "compte iban",
        "numero de compte",
        "n° de compte",
        "n° compte",
        "compte",
        "nom du compte",
        "accountnum",
        "iban",
        "rib",
    ),
    "status": (
        "statut",
        "etat",
        "status",
        "state",
        "statut operation",
        "statut de l'operation",
        "etat operation",
        "etat de l'operation",
        "statut de la transaction",
        "etat de la transaction",
        "statut du paiement",
        "transaction status",
    ),
}
_BY_TITLE = {name: column for column, names in _TITLES.items() for name in names}
# Titles of columns in which the payer writes.
PAYER_TITLES = frozenset(
    [
        "motif",
        "note",
        "notes",
        "commentaire",
        "commentaires",
        "message",
        "message du donneur d'ordre",
        "communication",
    ]
) | frozenset(
    ["objet", "memo", "reference facture", "reference de la facture", "numero de facture", "n° facture"]
)
# "Montant(EUROS)", "Débit €", "Montant en EUR": the currency is not a part of the name.
_CURRENCY_WORDS = re.compile(r"\(.*?\)|€|\ben euros?\b|\ben eur\b|\beuros?\b|\beur\b")

# A row of the file with its line number.
CsvRow = tuple[int, list[str]]
# Stored layouts: places of columns by meaning, by the digest of the titles.
StoredLayouts = Mapping[str, Mapping[str, Sequence[int]]]
# Of the digests stored since the first bank layout.
_SEPARATOR = "\x1f"


class UnknownColumns(Unreadable):
    """No layout is known for these ``titles``; the page asks for the meanings, with ``rows`` below as examples.

    ``places``: what some of the columns may be.
    """

    def __init__(
        self,
        titles: Sequence[str],
        rows: Sequence[Sequence[str]],
        places: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        super().__init__(
            "Les colonnes de ce fichier ne sont pas reconnues. Dites à quoi elles correspondent\u00a0: "
            "la prochaine fois, elles le seront."
        )
        self.titles = list(titles)
        self.rows = [list(row) for row in rows]
        self.places = guess_layout(titles).places if places is None else places


def digest(titles: Sequence[str]) -> str:
    """By which the stored layout of these titles is found."""
    return titles_digest(titles, _SEPARATOR)


def guess_layout(titles: Sequence[str]) -> Layout:
    """The layout of titles that French banks use; unknown ones are left out."""
    found: dict[str, tuple[int, ...]] = {}
    for place, title in enumerate(titles):
        column = _BY_TITLE.get(_name(title))
        if column in ("label", "account") or (column and column not in found):
            found[column] = (*found.get(column, ()), place)
    return Layout(titles, found)


def _name(title: str) -> str:
    """A title without its currency, and without blanks around a bar: "Débit / Crédit" is "debit/credit"."""
    words = " ".join(_CURRENCY_WORDS.sub(" ", plain(title)).split())
    return re.sub(r" ?/ ?", "/", words) if words not in _BY_TITLE else words


def with_side(layout: Layout, rows: Sequence[CsvRow]) -> Layout:
    """``layout`` with the column in which each of ``rows`` says debit or credit, where its title does not tell it.

    Amounts with a minus need none: "débit" may be a kind of card there.
    """
    if not layout.has("amount") or layout.has("side") or layout.has("debit"):
        return layout
    if any(is_negative_amount(str(layout.cell("amount", cells) or "")) for _, cells in rows):
        return layout
    meant = {place for name, places in layout.places.items() if name != "label" for place in places}
    # The column may lack a title.
    for place in range(max((len(cells) for _, cells in rows), default=0)):
        words = [cells[place] for _, cells in rows if place < len(cells) and cells[place]]
        if place not in meant and words and all(map(side_of, words)):
            places = {**layout.places, "side": (place,)}
            places["label"] = tuple(each for each in places.get("label", ()) if each != place)
            return Layout(layout.titles, places)
    return layout


def is_complete(places: Mapping[str, Any]) -> bool:
    """Whether these columns make a statement: a day, and an amount in one column or in two."""
    return "booked_on" in places and ("amount" in places or {"debit", "credit"} <= places.keys())


@dataclass(frozen=True)
class FoundTitles:
    """The titles of a table: the index of their row, -1 where it has none, and their layout.

    ``is_known``: finance chose it, or it is that of a bank, by ``name``; else the titles were understood one by one.
    """

    index: int
    layout: Layout
    is_known: bool = False
    name: str = ""


def find_titles(rows: Sequence[CsvRow], stored: StoredLayouts) -> FoundTitles | None:
    """The titles among the first ``rows``; a stored layout comes first, then those of banks, then titles one by one."""
    for index, (_, cells) in enumerate(rows):
        if places := stored.get(digest(cells)):
            return FoundTitles(
                index, Layout(cells, {meaning: tuple(each) for meaning, each in places.items()}), True
            )
    for index, (_, cells) in enumerate(rows):
        if known := known_layout(cells):
            return FoundTitles(index, Layout(cells, known.places), True, known.name)
    for index, (_, cells) in enumerate(rows):
        if is_complete((layout := guess_layout(cells)).places):
            return FoundTitles(index, layout)
    return None


def likely_titles(rows: Sequence[CsvRow]) -> int | None:
    """The index of the most likely titles: the first row of three words or more, with as many cells below it."""
    for index, (_, cells) in enumerate(rows[:-1]):
        words = [cell for cell in cells if cell]
        if len(words) >= 3 and not any(any(c.isdigit() for c in cell) for cell in words):
            below = rows[index + 1][1]
            if len([cell for cell in below if cell]) >= 2 and len(below) >= len(words):
                return index
    return None
