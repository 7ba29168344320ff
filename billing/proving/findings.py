"""What a proof finds: one sentence on one thing that is no longer what it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import models


class FindingKind(models.TextChoices):
    """What is checked, in the order in which it is sentence."""

    FILE = "file", "fichiers"
    CONTENT = "content", "contenus signés"
    CHAIN = "chain", "chaîne des documents"
    FIGURE = "figure", "montants"
    HISTORY = "history", "historiques"
    NUMBER = "number", "numéros"
    GUARD = "guard", "protections de la base"


@dataclass(frozen=True)
class ProofFinding:
    """Something wrong: of which kind, with what, and a sentence for finance."""

    kind: FindingKind
    subject: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind.value, "subject": self.subject, "sentence": self.sentence}


@dataclass(frozen=True)
class Checked:
    """What one part of the proof checked, and found."""

    counts: Mapping[FindingKind, int]
    findings: list[ProofFinding]
