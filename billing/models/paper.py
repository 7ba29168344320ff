"""The file of an issued invoice, kept once with its digest, and the durable job that makes it."""

import pgtrigger
from django.db import models
from django.db.models import Q


class Document(models.Model):
    """The PDF of one invoice: written once, chained by digest to the document made before it."""

    invoice = models.OneToOneField(
        "billing.Invoice", models.PROTECT, related_name="document", verbose_name="facture"
    )
    path = models.CharField("chemin", max_length=200, unique=True)
    size = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    chain_position = models.PositiveIntegerField("rang dans la chaîne", unique=True)
    chain_digest = models.CharField("empreinte chaînée", max_length=64, unique=True)
    made_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$", chain_digest__regex=r"^[0-9a-f]{64}$"),
                name="document_holds_digests",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="documents_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self):
        return self.path


class RenderingStatus(models.TextChoices):
    PENDING = "pending", "en attente"
    RUNNING = "running", "en cours"
    DONE = "done", "prêt"
    FAILED = "failed", "en échec"


class Rendering(models.Model):
    """The durable job that makes one invoice's PDF; taken up again when a worker died on it."""

    invoice = models.OneToOneField(
        "billing.Invoice", models.PROTECT, related_name="rendering", verbose_name="facture"
    )
    status = models.CharField("état", max_length=8, choices=RenderingStatus, default=RenderingStatus.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("dernière erreur", max_length=500, blank=True)
    queued_at = models.DateTimeField("demandé le")
    started_at = models.DateTimeField("commencé le", null=True)
    finished_at = models.DateTimeField("fini le", null=True)

    class Meta:
        verbose_name = "fabrication de PDF"
        verbose_name_plural = "fabrications de PDF"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(status="pending", finished_at__isnull=True)
                    | Q(status="running", started_at__isnull=False, finished_at__isnull=True)
                    | Q(status__in=["done", "failed"], started_at__isnull=False, finished_at__isnull=False)
                ),
                name="rendering_status_matches_its_stamps",
            )
        ]
        indexes = [models.Index(fields=["status"], name="rendering_by_status")]

    def __str__(self):
        return f"PDF {self.status}"
