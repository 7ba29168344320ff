"""Who came in, who could not, and what opens doors: written once, by a function of the database, kept until its end."""

import pgtrigger
from django.db import models


class SecurityEventKind(models.TextChoices):
    """What happened."""

    LOGIN = "login", "connexion"
    LOGIN_FAILED = "login_failed", "connexion refusée"
    LOCKED_OUT = "locked_out", "trop d’essais"
    IDLE = "idle", "session finie sans activité"
    SECOND_FACTOR = "second_factor", "second facteur"
    ACCOUNT = "account", "mot de passe ou adresse"
    ROLE = "role", "rôle, siège ou donnée protégée"
    REFUSED = "refused", "page refusée"
    EXPORT = "export", "fichier emporté"


class SecurityEvent(models.Model):
    """One thing that happened at the doors of the site."""

    at = models.DateTimeField("le")
    kind = models.CharField("quoi", max_length=16, choices=SecurityEventKind)
    user = models.ForeignKey(
        "members.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="compte"
    )
    address = models.CharField("adresse saisie", max_length=254, blank=True)
    ip = models.GenericIPAddressField("adresse IP", null=True, blank=True)
    detail = models.CharField("précision", max_length=300, blank=True)

    class Meta:
        verbose_name = "événement de sécurité"
        verbose_name_plural = "événements de sécurité"
        indexes = [models.Index(fields=["-at"], name="security_events_by_time")]
        triggers = [
            # The one thing that takes a row away is its age: the group's setting, which its constraint bounds.
            pgtrigger.Trigger(
                name="security_events_are_append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'UPDATE' OR OLD.at >= now() - make_interval(months => COALESCE(
                        (SELECT security_log_months FROM members_group ORDER BY id LIMIT 1), 12)) THEN
                        RAISE EXCEPTION 'the security log is kept until its end' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN OLD;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"événement n° {self.pk or '—'}"
