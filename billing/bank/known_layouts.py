"""The layouts of tables that are read at once, by all their titles: those of French banks, and the models of the site.

A bank that changes a title is asked about again: nothing is guessed in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groupement.kernel.cells import plain

MODEL = ""
_QONTO = (
    ("Statut", "status"),
    ("Date de la valeur (UTC)", ""),
    ("Date de la valeur (local)", "booked_on"),
    ("Date de l'opération (UTC)", ""),
    ("Date de l'opération (local)", ""),
    ("Montant total (TTC)", "amount"),
    ("Débit", "debit"),
    ("Crédit", "credit"),
    ("Solde", "balance"),
    ("Devise", "currency"),
    ("Montant total (TTC) (local)", ""),
    ("Devise (local)", ""),
    ("Montant total de la TVA", ""),
    ("Montant total (HT)", ""),
    ("Montant de la TVA (0.0\u00a0%)", ""),
    ("Montant (0.0\u00a0% HT)", ""),
    ("Montant de la TVA (20.0\u00a0%)", ""),
    ("Montant (20.0\u00a0% HT)", ""),
    ("Nom du compte", ""),
    ("IBAN du compte", "account"),
    ("Nom de la contrepartie", "counterparty"),
    ("IBAN de la contrepartie", ""),
    ("Méthode de paiement", "label"),
    ("Nom de la carte", ""),
    ("Initiateur", ""),
    ("Adresse email de l'initiateur", ""),
    ("Équipe", ""),
    ("Justificatif", ""),
    ("Justificatif requis", ""),
    ("Justificatif perdu", ""),
    ("Identifiant de transaction", "bank_reference"),
    ("Référence", "reference"),
    ("Note", "label"),
    ("Banque", ""),
    ("ID du compte", ""),
    ("Catégorie de trésorerie", ""),
    ("Sous-catégorie de trésorerie", ""),
)
_REVOLUT = (
    ("Date started (UTC)", ""),
    ("Date completed (UTC)", "booked_on"),
    ("ID", "bank_reference"),
    ("Type", "label"),
    ("State", "status"),
    ("Description", "label"),
    ("Reference", "reference"),
    ("Payer", ""),
    ("Card number", ""),
    ("Card label", ""),
    ("Card state", ""),
    ("Orig currency", ""),
    ("Orig amount", ""),
    ("Payment currency", "currency"),
    ("Amount", ""),
    # With the fee, which leaves the account too.
    ("Total amount", "amount"),
    ("Exchange rate", ""),
    ("Fee", ""),
    ("Fee currency", ""),
    ("Balance", "balance"),
    ("Account", "account"),
    ("International account number", ""),
    ("Beneficiary account number", ""),
    ("Beneficiary sort code or routing number", ""),
    ("Beneficiary IBAN", ""),
    ("Beneficiary BIC", ""),
    ("Beneficiary name", ""),
    ("MCC", ""),
    ("Related transaction id", ""),
    ("Spend program", ""),
    ("Sender account", ""),
    ("Sender name", "counterparty"),
    ("Card references", ""),
)
_BPCE = (
    ("Date de comptabilisation", "booked_on"),
    ("Libelle simplifie", "label"),
    ("Libelle operation", "label"),
    ("Reference", "reference"),
    ("Informations complementaires", "label"),
    ("Type operation", "label"),
    ("Categorie", ""),
    ("Sous categorie", ""),
    ("Debit", "debit"),
    ("Credit", "credit"),
    ("Date operation", ""),
    ("Date de valeur", ""),
    ("Pointage operation", ""),
)
_SHINE = (
    ("Transaction ID", "bank_reference"),
    ("Date de la valeur", ""),
    ("Date d'opération", "booked_on"),
    ("IBAN", "account"),
    ("Type de transaction", "label"),
    ("Transaction personnelle", ""),
    ("Category", ""),
    ("Débit", "debit"),
    ("Crédit", "credit"),
    ("Solde mouvement", ""),
    ("Solde bancaire", "balance"),
    ("Libellé", "label"),
    ("Nom de la contrepartie", "counterparty"),
    ("Montant HT", ""),
    ("Montant de TVA total", ""),
    ("Pièces", ""),
    ("Date d'ajout pièces", ""),
    ("Commentaire", "label"),
)
_BOURSO = (
    ("dateOp", "booked_on"),
    ("dateVal", ""),
    ("label", "label"),
    ("category", ""),
    ("categoryParent", ""),
    ("supplierFound", ""),
    ("amount", "amount"),
    ("comment", "label"),
    ("accountNum", "account"),
    ("accountLabel", ""),
    ("accountbalance", ""),
)
# The name, the titles, and below them what each means; nothing for a column that is not read.
_LINES = (
    ("Crédit Agricole", "Date;Libellé;Débit euros;Crédit euros", "booked_on;label;debit;credit"),
    ("Crédit Agricole", "Date;Date valeur;Libellé;Débit euros;Crédit euros", "booked_on;;label;debit;credit"),
    (
        "BNP Paribas",
        "Date operation;Libelle court;Type operation;Libelle operation;Montant operation en euro",
        "booked_on;label;label;label;amount",
    ),
    (
        "Société Générale",
        "Date de l'opération;Libellé;Détail de l'écriture;Montant de l'opération;Devise",
        "booked_on;label;label;amount;currency",
    ),
    (
        "Crédit Mutuel ou CIC",
        "Date;Date de valeur;Débit;Crédit;Libellé;Solde",
        "booked_on;;debit;credit;label;balance",
    ),
    ("Crédit Mutuel ou CIC", "Date;Date de valeur;Montant;Libellé;Solde", "booked_on;;amount;label;balance"),
    ("La Banque Postale", "Date;Libellé;Montant(EUROS)", "booked_on;label;amount"),
    (
        "N26",
        (
            "Booking Date;Value Date;Partner Name;Partner Iban;Type;Payment Reference;Account Name;Amount (EUR);"
            "Original Amount;Original Currency;Exchange Rate"
        ),
        "booked_on;;counterparty;;label;reference;account;amount;;;",
    ),
    (MODEL, "Date;Libellé;Débit;Crédit", "booked_on;label;debit;credit"),
    (MODEL, "Date;Libellé;Tiers;Montant;Référence", "booked_on;label;counterparty;amount;reference"),
)
_TABLES = (
    ("Qonto", _QONTO),
    ("Revolut Business", _REVOLUT),
    ("Banque Populaire, Caisse d’Épargne ou Crédit Coopératif", _BPCE),
    ("Shine", _SHINE),
    ("BoursoBank", _BOURSO),
)


@dataclass(frozen=True)
class KnownLayout:
    """The layout of a bank, or a model, which has no ``name``: the places of the columns by what they mean."""

    name: str
    titles: tuple[str, ...]
    places: dict[str, tuple[int, ...]]


def _known(name: str, columns: Sequence[tuple[str, str]]) -> KnownLayout:
    places: dict[str, tuple[int, ...]] = {}
    for place, (_, meaning) in enumerate(columns):
        if meaning:
            places[meaning] = (*places.get(meaning, ()), place)
    return KnownLayout(name, tuple(title for title, _ in columns), places)


KNOWN_LAYOUTS = (
    *(
        _known(name, list(zip(titles.split(";"), meanings.split(";"), strict=True)))
        for name, titles, meanings in _LINES
    ),
    *(_known(name, columns) for name, columns in _TABLES),
)
_BY_TITLES = {tuple(map(plain, each.titles)): each for each in KNOWN_LAYOUTS}


def known_layout(titles: Sequence[str]) -> KnownLayout | None:
    """The layout of exactly these titles, whatever their case and accents; empty ones at the end do not count."""
    words = [plain(title) for title in titles]
    while words and not words[-1]:
        words.pop()
    return _BY_TITLES.get(tuple(words))
