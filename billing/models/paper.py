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

    def __str__(self) -> str:
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
        triggers = [
            pgtrigger.Protect(
                name="a_rendering_that_is_done_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="done"),
            ),
            pgtrigger.Protect(name="renderings_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"PDF {self.status}"


class LetterKind(models.TextChoices):
    REMINDER = "reminder", "relance"
    TRUE_UP = "true_up", "lettre de régularisation"
    QUOTE = "quote", "devis"


class Letter(models.Model):
    """A paper of ours that is no invoice: its content frozen when it is written, its PDF kept once made from that."""

    kind = models.CharField("nature", max_length=10, choices=LetterKind)
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="+", verbose_name="adhérent"
    )
    subject = models.CharField("objet", max_length=200)
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte du contenu (SHA-256)", max_length=64)
    written_at = models.DateTimeField("écrite le")
    path = models.CharField("fichier", max_length=200, blank=True)
    size = models.PositiveIntegerField("taille (octets)", null=True)
    sha256 = models.CharField("empreinte du PDF (SHA-256)", max_length=64, blank=True)
    made_at = models.DateTimeField("faite le", null=True)

    class Meta:
        verbose_name = "courrier"
        verbose_name_plural = "courriers"
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="letter_holds_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, size__isnull=True, path="", sha256="")
                | (
                    Q(made_at__isnull=False, size__isnull=False, sha256__regex=r"^[0-9a-f]{64}$")
                    & ~Q(path="")
                ),
                name="letter_has_its_file_whole_or_not_at_all",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="letter_content_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("kind", "member", "subject", "content", "digest", "written_at"),
            ),
            pgtrigger.Protect(
                name="letter_file_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__made_at__isnull=False),
            ),
            pgtrigger.Protect(name="letters_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.subject
