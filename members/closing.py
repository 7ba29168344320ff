"""Who may be closed or lose a role: never the last one who holds it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from groupement.kernel.lifecycle import Refusal
from members.models import User
from members.roles import Role

CLAIMS = {Role.COORDINATOR: "is_coordinator", Role.FINANCE: "is_finance", Role.ADMIN: "is_admin"}


class LastOfTheirRole(Refusal):
    """Nobody would be left to do what this account does for the group."""


def refuse_last(user: User, *, losing: Collection[str]) -> None:
    """Raise LastOfTheirRole if ``user`` as stored is the only open account of a claim named in ``losing``.

    Call it in the transaction that takes the claim away: two who hold the last ones are asked one after the other.
    """
    if user.pk is None or not losing:
        return
    holders = Q(*((claim, True) for claim in losing), _connector=Q.OR)
    list(
        User.objects.select_for_update(no_key=True)
        .filter(holders, is_active=True)
        .order_by("pk")
        .values("pk")
    )
    stored = User.objects.filter(pk=user.pk, is_active=True)
    for role, claim in CLAIMS.items():
        if claim not in losing or not stored.filter(**{claim: True}).exists():
            continue
        if not User.objects.filter(is_active=True, **{claim: True}).exclude(pk=user.pk).exists():
            raise LastOfTheirRole(
                f"Personne d’autre ne tient ce rôle\u00a0: {role.label}. Donnez-le d’abord à un autre compte ouvert.",
                field="is_active" if len(losing) == len(CLAIMS) else claim,
            )
