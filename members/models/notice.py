"""Notices: what somebody should know of an act of others, kept until one message tells all of it."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class NoticeKind(models.TextChoices):
    """What is told; the labels are the subjects of the messages."""

    ABSENCE = "absence", "Une absence a été notée"
    UNAVAILABLE = "unavailable", "Une personne n’est pas disponible"
    PLAN = "plan", "Le planning a changé"
    DEPUTY = "deputy", "Une suppléance a été convenue"
    CONTESTED = "contested", "Des heures sont contestées"
    RETURNED = "returned", "Des heures sont à corriger"
    CHANGED = "changed", "Vos heures ont été changées"
    LEAVER = "leaver", "Un contrat se termine"


# What does not change any more once it is told.
SENT_ONCE = (NoticeKind.CONTESTED, NoticeKind.RETURNED, NoticeKind.CHANGED, NoticeKind.LEAVER)


class Notice(models.Model):
    """One thing to tell one person: worded for them when it happened, replaced while it waits, then kept as told.

    ``topic`` names the fact within its kind, by its number: a second notice about it takes the place of one that nobody
    has read. ``settled_at``: when it left the queue; ``mail`` is the message that told it, None when nobody reads them.
    """

    to = models.ForeignKey("members.User", models.PROTECT, related_name="+", verbose_name="à")
    kind = models.CharField("objet", max_length=12, choices=NoticeKind)
    topic = models.CharField("sujet", max_length=60)
    sentence = models.TextField("phrase")
    lines = ArrayField(models.TextField(), default=list, blank=True, verbose_name="lignes")
    note = models.TextField("motif", blank=True)
    url = models.CharField("adresse", max_length=300)
    queued_at = models.DateTimeField("écrit le")
    settled_at = models.DateTimeField("dit le", null=True, blank=True)
    mail = models.ForeignKey(
        "members.Mail", models.PROTECT, null=True, related_name="+", verbose_name="message"
    )

    class Meta:
        verbose_name = "avis"
        verbose_name_plural = "avis"
        constraints = [
            models.UniqueConstraint(
                fields=["to", "kind", "topic"],
                condition=Q(settled_at__isnull=True),
                name="one_notice_of_a_topic_waits_for_a_person",
            ),
            models.UniqueConstraint(
                fields=["to", "kind", "topic"],
                condition=Q(kind__in=SENT_ONCE),
                name="a_step_and_a_leaver_are_told_once",
            ),
            models.CheckConstraint(
                condition=Q(mail__isnull=True) | Q(settled_at__isnull=False),
                name="a_notice_that_was_told_is_settled",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values), name="a_notice_is_of_a_known_kind"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="notices_that_left_stay_as_they_are",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__settled_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"avis n° {self.pk or '—'}"
