"""Templates of each state, papers of each state with parties, signatures in the app and on paper, one taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

from members.models import File, Member, Seat, User
from members.papers.models import (
    Paper,
    PaperStep,
    Party,
    Signature,
    Template,
    TemplateStep,
    Withdrawal,
)
from tests.world import NOW

TEXT = {"code": "agreement", "title": "Convention", "body": "…"}
DIGEST = "a" * 64


def papers(aloen: Member, boss: User) -> None:
    """All rows of the app papers."""
    known = {"media_type": "application/pdf", "size": 9, "sha256": DIGEST, "kept_at": NOW}
    file = File.objects.create(path="files/2026/papier.pdf", name="papier.pdf", **known)
    Template.objects.create(version=1, **TEXT)
    used = Template.objects.create(version=2, status="in_use", in_use_at=NOW, **TEXT)
    Template.objects.create(version=3, status="retired", in_use_at=NOW, retired_at=NOW, **TEXT)
    TemplateStep.objects.create(subject=used, source="draft", target="in_use", by=boss, at=NOW)
    for reference in ("ÉCRIT", "OUVERT", "SIGNÉ", "ANNULÉ", "NU"):
        paper = Paper.objects.create(
            kind="agreement",
            reference=reference,
            title="Convention",
            template=used,
            content={},
            digest=DIGEST,
            written_at=NOW,
        )
        if reference != "NU":
            _parties(paper, aloen, boss)
    Paper.objects.filter(reference="OUVERT").update(status="signing", opened_at=NOW)
    Paper.objects.filter(reference="SIGNÉ").update(status="signing", opened_at=NOW, pdf=file)
    Paper.objects.filter(reference="ANNULÉ").update(status="void", voided_at=NOW)
    _sign("OUVERT", boss, way="click")
    by_hand = _sign("SIGNÉ", boss, way="paper", copy=file)
    # Of a seat by which the charter is not signed.
    seat = Seat.objects.create(user=boss, member=aloen, function="representative", starts_on=date(2026, 1, 1))
    _sign("SIGNÉ", boss, "member", way="paper", copy=file, seat=seat, user=seat.user)
    Paper.objects.filter(reference="SIGNÉ").update(status="signed", signed_at=NOW)
    Withdrawal.objects.create(signature=by_hand, from_on=NOW.date(), reason="Erreur", by=boss, at=NOW)
    PaperStep.objects.create(
        subject=Paper.objects.get(reference="OUVERT"), source="written", target="signing", by=boss, at=NOW
    )


def _parties(paper: Paper, aloen: Member, boss: User) -> None:
    known: tuple[dict[str, Any], ...] = (
        {"capacity": "group", "name": "Le groupement", "user": boss},
        {"capacity": "member", "name": "Aloen", "member": aloen},
        {"capacity": "reader", "name": "Lecteur", "must_sign": False},
    )
    for rank, facts in enumerate(known, start=1):
        Party.objects.create(paper=paper, rank=rank, **facts)


def _sign(reference: str, boss: User, capacity: str = "group", **facts: Any) -> Signature:
    party = Party.objects.get(paper__reference=reference, capacity=capacity)
    known = {"signer_name": "Solène Rivoal", "user": boss, "signed_on": NOW.date(), "recorded_at": NOW}
    return Signature.objects.create(party=party, recorded_by=boss, digest=DIGEST, **{**known, **facts})
