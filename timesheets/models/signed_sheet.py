"""What an approval signed, and the durable job of printing it."""

import pgtrigger
from django.db import models
from django.db.models import Q


class SignedSheet(models.Model):
    """What an approval signed: days, hours, who confirmed and approved and when, with the digest of it.

    Made with the approval, in the same transaction; a further one for each approval after a reopening. The PDF follows
    from ``content`` alone, made once by the worker; the row is also the durable job of making it.
    """

    timesheet = models.ForeignKey(
        "timesheets.Timesheet", models.PROTECT, related_name="signed", verbose_name="relevé"
    )
    version = models.PositiveSmallIntegerField("version", default=1)
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte du contenu (SHA-256)", max_length=64)
    signed_at = models.DateTimeField("signé le")
    path = models.CharField("fichier", max_length=200, blank=True)
    size = models.PositiveIntegerField("taille (octets)", null=True)
    sha256 = models.CharField("empreinte du PDF (SHA-256)", max_length=64, blank=True)
    made_at = models.DateTimeField("fait le", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("dernière erreur", max_length=300, blank=True)

    class Meta:
        verbose_name = "relevé signé"
        verbose_name_plural = "relevés signés"
        constraints = [
            models.UniqueConstraint(fields=["timesheet", "version"], name="one_signed_sheet_a_version"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="signed_sheet_holds_a_digest"
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, size__isnull=True, path="", sha256="")
                | (
                    Q(made_at__isnull=False, size__isnull=False, sha256__regex=r"^[0-9a-f]{64}$")
                    & ~Q(path="")
                ),
                name="signed_sheet_has_its_file_whole_or_not_at_all",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signed_content_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("timesheet", "version", "content", "digest", "signed_at"),
            ),
            pgtrigger.Protect(
                name="signed_file_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__made_at__isnull=False),
            ),
            pgtrigger.Protect(name="signed_sheets_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"relevé signé n° {self.pk or '—'}"
