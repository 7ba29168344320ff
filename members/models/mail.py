"""The outbox: every message the product sends, stored as sent; each row is also the durable job of sending it."""

import pgtrigger
from django.db import models
from django.db.models import Q


class MailFrequency(models.TextChoices):
    """How often somebody wants to be written to about what waits."""

    DAILY = "daily", "chaque matin ouvré"
    WEEKLY = "weekly", "le lundi matin"
    NEVER = "never", "jamais"


class MailKind(models.TextChoices):
    """What a message is about; the first three follow the person’s chosen frequency, the others come at once."""

    HOURS_REMINDER = "hours_reminder", "heures à soumettre"
    CONFIRM_DIGEST = "confirm_digest", "heures à viser"
    APPROVE_DIGEST = "approve_digest", "heures à approuver"
    CONTESTED = "contested", "heures contestées"
    RETURNED = "returned", "heures renvoyées"
    CONFIRMED_TACITLY = "confirmed_tacitly", "visa tacite"
    DUNNING = "dunning", "relance de facture"


class MailStatus(models.TextChoices):
    PENDING = "pending", "en attente"
    SENT = "sent", "envoyé"
    FAILED = "failed", "en échec"


class Mail(models.Model):
    """One message to one person. ``key`` names its subject and its day, so that it is written once.

    ``to`` is None for an address without an account: that of a member's accounts department.
    """

    to = models.ForeignKey(
        "members.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="à"
    )
    address = models.EmailField("adresse")
    kind = models.CharField("objet", max_length=20, choices=MailKind)
    key = models.CharField("clé", max_length=160, unique=True)
    subject = models.CharField("titre", max_length=200)
    text = models.TextField("texte")
    html = models.TextField("HTML")
    status = models.CharField("état", max_length=8, choices=MailStatus, default=MailStatus.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("dernière erreur", max_length=300, blank=True)
    queued_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages envoyés"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | Q(status__in=["pending", "failed"], sent_at__isnull=True),
                name="mail_status_matches_its_stamp",
            )
        ]
        indexes = [models.Index(fields=["status"], name="mail_by_status")]
        triggers = [
            pgtrigger.Protect(
                name="mails_keep_what_they_say",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("to", "address", "kind", "key", "subject", "text", "html"),
            ),
            pgtrigger.Protect(name="mails_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return f"message n° {self.pk or '—'}"
