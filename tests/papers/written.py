"""An agreement of the tests: a template in use, and papers at each state, made by the acts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from members.models import Member, User
from members.papers import printing, signing, templating, writing
from members.papers.kinds import KINDS, PaperKind
from members.papers.models import Paper, Party, Template
from tests.world import NOW

EVIDENCE: dict[str, Any] = {"login": ["password"], "address": "127.0.0.1", "agent": "Firefox"}


def template(by: User, **facts: Any) -> Template:
    """The wording to begin with, in use."""
    known = {"code": PaperKind.AGREEMENT, "version": 1, "title": "Convention-cadre"}
    text = {"body": KINDS[PaperKind.AGREEMENT].starter}
    return templating.use(Template.objects.create(**{**known, **text, **facts}), by=by, at=NOW)


def agreement(member: Member, by: User, *, at: datetime = NOW, printed: bool = False) -> Paper:
    """An agreement of ``member``, which ``by`` signs for the group."""
    if not Template.objects.filter(status="in_use").exists():
        template(by)
    made = writing.write_agreement(member, signer=by, starts_on=date(2026, 12, 1), by=by, at=at)
    if printed:
        printing.print_paper(made.pk, at=at)
        made.refresh_from_db()
    return made


def opened(member: Member, by: User, **facts: Any) -> Paper:
    """The same, to be signed."""
    return signing.open_for_signature(agreement(member, by, **facts), by=by, at=NOW)


def party(paper: Paper, capacity: str) -> Party:
    return paper.parties.select_related("paper", "member").get(capacity=capacity)


def sign(paper: Paper, capacity: str, by: User, at: datetime = NOW) -> Any:
    """Sign in the app."""
    return signing.sign(party(paper, capacity), by=by, at=at, consent=True, evidence=EVIDENCE)


def signed(member: Member, by: User, representative: User) -> Paper:
    """An agreement that both have signed."""
    paper = opened(member, by)
    sign(paper, "group", by)
    sign(paper, "member", representative)
    paper.refresh_from_db()
    return paper


def incremental(ours: bytes) -> bytes:
    """Our PDF as a program that signs leaves it: the same bytes, and its own after them."""
    return ours + b"\n9 0 obj<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>endobj\nstartxref\n0\n%%EOF\n"
