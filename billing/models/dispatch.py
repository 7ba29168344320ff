"""Each time a document was sent by e-mail: which, by whom, when; its messages name the row."""

import pgtrigger
from django.db import models
from django.db.models import Q


class Dispatch(models.Model):
    """An issued invoice or credit note, or a quote, sent to the contacts of its member; sent again, a new row."""

    invoice = models.ForeignKey(
        "billing.Invoice", models.PROTECT, null=True, related_name="dispatches", verbose_name="facture"
    )
    letter = models.ForeignKey(
        "billing.Letter", models.PROTECT, null=True, related_name="dispatches", verbose_name="courrier"
    )
    sent_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("envoyé le")

    class Meta:
        verbose_name = "envoi"
        verbose_name_plural = "envois"
        constraints = [
            models.CheckConstraint(
                condition=Q(invoice__isnull=False, letter__isnull=True)
                | Q(invoice__isnull=True, letter__isnull=False),
                name="a_dispatch_is_of_one_document",
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="dispatches_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"envoi n° {self.pk or '—'}"
