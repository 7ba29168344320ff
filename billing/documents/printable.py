"""A paper with a hole is refused: what its fonts do not draw is named, with the field that holds it."""

from __future__ import annotations

from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE, enumeration
from groupement.kernel.lifecycle import Refusal

# Parts of a copy, and what stands in them, as people call them.
PARTS = {
    "buyer": "adhérent",
    "seller": "groupement",
    "sender": "groupement",
    "lines": "ligne",
    "why": "explication",
    "annex": "annexe",
    "corrects": "facture corrigée",
}
FIELDS = {
    "legal_name": "raison sociale",
    "name": "nom",
    "label": "désignation",
    "detail": "précision",
    "employee": "nom du salarié",
    "reason": "motif",
    "street": "voie",
    "complement": "complément d’adresse",
    "city": "commune",
    "order_reference": "référence de commande",
    "prospect": "destinataire",
    "job": "poste",
}
MOST_NAMED = 4


class HoleInPaper(Refusal):
    """The paper would lack characters that no font of ours draws."""


def refuse_holes(content: object) -> None:
    """Raises HoleInPaper when ``content``, all that a paper says, holds what cannot be printed."""
    found = list(paper.holes(content))
    if found:
        named = enumeration(
            (f"{' '.join(characters)} ({field_name(way)})" for way, characters in found), at_most=MOST_NAMED
        )
        raise HoleInPaper(
            f"Ces caractères ne s’impriment pas{NO_BREAK_SPACE}: {named}. Retirez-les, puis recommencez."
        )


def field_name(way: tuple[str, ...]) -> str:
    """ "désignation, ligne 2", "raison sociale, adhérent" """
    part = PARTS.get(way[0], way[0]) if len(way) > 1 else ""
    rank = next((each for each in way[1:] if each.isdecimal()), "")
    where = f"{part} {rank}" if part and rank else part
    return ", ".join(filter(None, (FIELDS.get(way[-1], way[-1]), where)))
