"""Whether a paper is what was written and signed, and whether a file is one of its copies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from groupement.kernel.french import NO_BREAK_SPACE, of
from members.papers.digesting import digest_of
from members.papers.models import Paper, Signature
from members.papers.printing import open_pdf


@dataclass(frozen=True)
class Comparison:
    """What a file is to a paper: ours, signed or not; or none of ours."""

    is_ours: bool
    sentence: str


def faults(paper: Paper) -> list[str]:
    """What no longer is as it was written or signed, a sentence each; nothing when all is whole."""
    found = []
    if digest_of(paper.content) != paper.digest:
        found.append("le contenu n’a plus l’empreinte qu’il avait.")
    named = [
        {"capacity": each.get_capacity_display(), "name": each.name, "must_sign": each.must_sign}
        for each in paper.parties.order_by("rank")
    ]
    if named != paper.content.get("parties"):
        found.append("les parties ne sont plus celles que le texte nomme.")
    signatures = Signature.objects.filter(party__paper=paper).exclude(digest=paper.digest)
    found += [
        f"la signature {of(each.signer_name)} est d’un autre texte." for each in signatures.order_by("pk")
    ]
    return found


def compare(paper: Paper, data: bytes) -> Comparison:
    """What ``data`` is: our PDF to the byte, a copy that was kept, our PDF with something added, or another file.

    Raises PaperNotPrinted, FileUnreadable.
    """
    digest = hashlib.sha256(data).hexdigest()
    copies = Signature.objects.filter(party__paper=paper, copy__sha256=digest)
    signed = copies.select_related("party").order_by("pk").first()
    if signed is not None:
        return Comparison(
            True,
            f"C’est la copie gardée de la signature {of(signed.signer_name)}, pour {signed.party.name}"
            f"{NO_BREAK_SPACE}: rien n’y a changé.",
        )
    with open_pdf(paper) as file:
        ours = file.read()
    if data == ours:
        return Comparison(True, "C’est notre PDF, à l’octet près.")
    if data.startswith(ours):
        return Comparison(
            False,
            "Ce fichier commence par notre PDF, mais quelque chose y a été ajouté qui n’est pas enregistré ici. Si "
            "c’est une signature, la coordination peut l’enregistrer.",
        )
    return Comparison(
        False,
        f"Ce fichier n’est pas notre document, ni une copie gardée{NO_BREAK_SPACE}: un octet au moins diffère. Ne vous "
        "y fiez pas, téléchargez le PDF d’ici.",
    )
