"""The words by which banks say whether money came in or went out, and whether an operation took place."""

from __future__ import annotations

import re

from groupement.kernel.cells import plain

_OUT = frozenset(
    [
        "d",
        "db",
        "dr",
        "dbit",
        "dt",
        "debit",
        "debiteur",
        "debitee",
        "debite",
        "debits",
        "-",
        "sortie",
        "sortant",
        "out",
    ]
) | frozenset(["outgoing", "depense", "decaissement", "emis", "paiement emis", "withdrawal", "sent"])
_IN = frozenset(
    [
        "c",
        "cr",
        "crdt",
        "ct",
        "credit",
        "crediteur",
        "creditee",
        "credite",
        "credits",
        "+",
        "entree",
        "entrant",
        "in",
    ]
) | frozenset(["incoming", "recette", "encaissement", "recu", "paiement recu", "deposit", "received"])
_MINUS = str.maketrans(dict.fromkeys("−–—‐", "-"))


def side_of(text: str) -> int:
    """1 where the word says credit, -1 debit, 0 neither."""
    word = plain(text.translate(_MINUS)).strip(" .")
    return -1 if word in _OUT else 1 if word in _IN else 0


REFUSED = "refusée ou annulée"
PENDING = "pas encore comptabilisée"
UNKNOWN = "l’état n’est pas connu"
# Read in this order: "non comptabilisé", "en cours d'exécution" and "à valider" are not booked.
_STATES = (
    (re.compile(r"\bnon[ -](?:pointe|rapproche|lettre|categorise|lu|justifie)"), ""),
    (
        re.compile(
            r"\b(?:(?:non|not|pas)\b|en cours|en attente|attente|a venir|a valider|a executer|previs|prevu|programm"
            r"|planifi|pending|process|pdng|futr|info|author|autoris|reserv|hold|schedul|future|upcoming|draft|brouillon"
            r"|postpon|reporte|initi|submitted|soumis|unbooked|uncleared|incomplet)"
        ),
        PENDING,
    ),
    (
        re.compile(
            r"\b(?:refus|rejet|reject|rjct|annul|cancel|canc|declin|fail|echou|echec|revers|revert|abandon|expir"
            r"|supprim|delet|void|bloqu|block|impaye|retourn|return|erreur|error|oppos)"
        ),
        REFUSED,
    ),
    (
        re.compile(
            r"\b(?:book|compta|execut|termin|valid|regl|effectu|settl|complet|done|paid|paye|succe|trait|confirm|clear"
            r"|post|enregistr|point|rapproch|a rapprocher|lettr|categoris|ok|clotur|definiti|recu|received|encaiss"
            r"|credit|debit|accept|acsc|final|normal|finalis|passe|active|actif|lu|nouveau|envoye|sent|emis|vire|preleve)"
        ),
        "",
    ),
)


def why_not_booked(status: str) -> str:
    """Why an operation of this status is no money: one of REFUSED, PENDING, UNKNOWN; empty for one that took place."""
    words = plain(status)
    if not words:
        return ""
    return next((why for pattern, why in _STATES if pattern.search(words)), UNKNOWN)
