"""The whole proof, kept with what it checked and found; made each night, and by manage.py prove."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from billing.models import Proof
from billing.proving import contents, figures, files, guards


def prove(*, at: datetime, makes_again: bool = False) -> Proof:
    """Check everything and keep the outcome. ``makes_again``: files that are gone are made anew, to the byte."""
    parts = (
        files.check_files(makes_again=makes_again),
        contents.check_contents(),
        contents.check_chain(),
        figures.check_figures(),
        figures.check_histories(),
        figures.check_numbers(),
        guards.check_guards(),
    )
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update({kind.value: count for kind, count in part.counts.items()})
    findings = [finding.as_json() for part in parts for finding in part.findings]
    return Proof.objects.create(at=at, counts=dict(counts), findings=findings)
