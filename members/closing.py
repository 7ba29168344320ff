"""Who may be closed or lose a role: never the last one who holds it."""

from __future__ import annotations

from collections.abc import Collection

from groupement.kernel.lifecycle import Refusal
from members.models import User
from members.roles import Role

CLAIMS = {Role.COORDINATOR: "is_coordinator", Role.FINANCE: "is_finance", Role.ADMIN: "is_admin"}


class LastOfTheirRole(Refusal):
    """Nobody would be left to do what this account does for the group."""


def refuse_last(user: User, *, losing: Collection[str]) -> None:
    """Raise LastOfTheirRole if ``user`` as stored is the only open account of a claim named in ``losing``."""
    if user.pk is None:
        return
    stored = User.objects.filter(pk=user.pk, is_active=True)
    for role, claim in CLAIMS.items():
        if claim not in losing or not stored.filter(**{claim: True}).exists():
            continue
        if not User.objects.filter(is_active=True, **{claim: True}).exclude(pk=user.pk).exists():
            raise LastOfTheirRole(
                f"Personne d’autre ne tient ce rôle\u00a0: {role.label}. Donnez-le d’abord à un autre compte ouvert.",
                field="is_active" if len(losing) == len(CLAIMS) else claim,
            )
