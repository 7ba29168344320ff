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
    "group": "groupement",
    "member": "adhérent",
    "assignment": "mise à disposition",
    "days": "heures du",
    "steps": "étape",
    "movements": "mouvement du",
    "hours": "heures, ligne",
    "spent": "dépense",
    "paragraphs": "paragraphe",
    "parties": "partie",
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
    "short_name": "nom court",
    "note": "note",
    "by": "nom",
    "entered_by": "saisi par",
    "legal_form": "forme juridique",
    "person": "nom du salarié",
    "action": "action",
    "subject": "objet",
}
MOST_NAMED = 4


class HoleInPaper(Refusal):
    """The paper would lack characters that no font of ours draws."""


def refuse_holes(content: object, *, of: str = "") -> None:
    """Raises HoleInPaper when ``content``, all that a paper says, holds what cannot be printed; ``of``: which paper."""
    found = list(paper.holes(content))
    if found:
        named = enumeration(
            (f"{' '.join(characters)} ({field_name(way)})" for way, characters in found), at_most=MOST_NAMED
        )
        whose = f"{of}{NO_BREAK_SPACE}: c" if of else "C"
        raise HoleInPaper(
            f"{whose}es caractères ne s’impriment pas{NO_BREAK_SPACE}: {named}. Retirez-les, puis recommencez."
        )


def field_name(way: tuple[str, ...]) -> str:
    """ "désignation, ligne 2", "raison sociale, adhérent", "note, heures du 03/12/2026" """
    part = PARTS.get(way[0], way[0]) if len(way) > 1 else ""
    rank = next((each for each in way[1:] if each[:1].isdecimal()), "")
    where = f"{part} {rank}" if part and rank else part
    return ", ".join(filter(None, (FIELDS.get(way[-1], way[-1]), where)))
