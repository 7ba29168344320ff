"""The roles that people hold, and the French that names them: on pages, in refusals, in the account menu."""

from __future__ import annotations

from django.db import models

from groupement.kernel import french


class Role(models.TextChoices):
    """What somebody is here for; a person may hold several at once."""

    EMPLOYEE = "employee", "salariat partagé"
    MEMBER = "member", "structure adhérente"
    COORDINATOR = "coordinator", "coordination"
    FINANCE = "finance", "finances"
    ADMIN = "admin", "administration"

    @property
    def heading(self) -> str:
        """ "Coordination": the role by itself, as a menu writes it."""
        return str(self.label).capitalize()


WITH_ARTICLE = {
    Role.EMPLOYEE: "les salariés partagés",
    Role.MEMBER: "les équipes des structures adhérentes",
    Role.COORDINATOR: "la coordination",
    Role.FINANCE: "les finances",
    Role.ADMIN: "l’administration",
}
TELL_ADMIN = f"Prévenez {WITH_ARTICLE[Role.ADMIN]}."


def reserved(what: str, *roles: Role) -> str:
    """ "Cette page est réservée à la coordination et aux finances." from "Cette page est réservée" and the roles."""
    return f"{what} {french.enumeration(french.to(WITH_ARTICLE[role]) for role in roles)}."


def only(role: Role, may: str) -> str:
    """ "Seule la coordination relance les personnes."; for a role of one body, in the feminine."""
    return f"Seule {WITH_ARTICLE[role]} {may}."


def deputy_of(principal: object) -> str:
    """How a deputy is named while they answer for ``principal``: "Suppléance d’Anaïs Moal"."""
    return f"Suppléance {french.of(str(principal))}"
