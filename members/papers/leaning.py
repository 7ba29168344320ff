"""Signatures of papers that stand on the seats by which they were given, for members.standing."""

from __future__ import annotations

from collections.abc import Iterator

from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.templatetags.formats import day_fr
from members.papers.models import Signature
from members.standing import Days, StandingFact, StandingKind, stand_on


def register() -> None:
    """Tell the app below."""
    stand_on(StandingKind.SEAT, signed_by)


def signed_by(seat: int, days: Days | None) -> Iterator[StandingFact]:
    """The signatures of papers given by the seat on those days; taken back or not, they stay."""
    rows = Signature.objects.filter(seat=seat).select_related("party__paper", "party__member").order_by("pk")
    for signature in rows:
        day, party = signature.signed_on, signature.party
        if days is None or (days[0] <= day and (days[1] is None or day < days[1])):
            yield StandingFact(
                f"Document signé par ce siège pour {party.member} le {day_fr(day)}{NO_BREAK_SPACE}: {party.paper}. "
                "Il va jusqu’à ce jour au moins.",
                is_final=True,
            )
