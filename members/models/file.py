"""Files that people bring: kept once, never changed, each with its digest; the bytes lie in the private store."""

import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.kernel.media_types import LARGEST_FILE, MediaType


class File(models.Model):
    """One kept file. It has no address: the row that points at it does, for who may read that row."""

    path = models.CharField("chemin", max_length=200, unique=True, editable=False)
    name = models.CharField("nom", max_length=150)
    media_type = models.CharField("nature", max_length=80, choices=MediaType)
    size = models.PositiveIntegerField("taille")
    sha256 = models.CharField("empreinte (SHA-256)", max_length=64)
    is_sensitive = models.BooleanField("sensible", default=False)
    kept_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="gardé par"
    )
    kept_at = models.DateTimeField("gardé le")
    purged_at = models.DateTimeField("effacé le", null=True)

    class Meta:
        verbose_name = "fichier"
        verbose_name_plural = "fichiers"
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, size__lte=LARGEST_FILE), name="a_file_is_neither_empty_nor_too_large"
            ),
            models.CheckConstraint(
                condition=Q(media_type__in=MediaType.values), name="a_file_is_of_a_safe_kind"
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="a_file_has_its_digest"
            ),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(purged_at__gte=models.F("kept_at")),
                name="a_file_is_purged_after_it_was_kept",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="a_file_never_changes",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # Its bytes may be erased, once; when, is written then and stays.
                func="""
                    IF to_jsonb(NEW) - 'purged_at' <> to_jsonb(OLD) - 'purged_at'
                        OR (OLD.purged_at IS NOT NULL AND NEW.purged_at IS DISTINCT FROM OLD.purged_at) THEN
                        RAISE EXCEPTION 'a kept file never changes' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="files_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name
