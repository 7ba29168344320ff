"""Signatures that stand on the seats by which they were given, for members.standing."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from charter.models import Signature
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.templatetags.formats import day_fr
from members.standing import Days, StandingFact, StandingKind, stand_on


def register() -> None:
    """Tell the app below."""
    stand_on(StandingKind.SEAT, signed_by)


def signed_by(seat: int, days: Days | None) -> Iterator[StandingFact]:
    """The signatures of the charter given by the seat on those days; a signature stays."""
    for signature in Signature.objects.filter(seat=seat).select_related("charter", "member").order_by("pk"):
        day = timezone.localdate(signature.signed_at)
        if days is None or (days[0] <= day and (days[1] is None or day < days[1])):
            yield StandingFact(
                f"La charte, version {signature.charter.version}, est signée par ce siège pour {signature.member} le "
                f"{day_fr(day)}{NO_BREAK_SPACE}: il va jusqu’à ce jour au moins.",
                is_final=True,
            )
