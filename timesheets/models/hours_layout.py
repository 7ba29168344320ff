"""The columns of a file of hours of any program, as a person said them once."""

from django.db import models
from django.db.models import Q


class HoursLayout(models.Model):
    """What each column of a file means, as who imports it said; found again by the titles, for that person alone.

    ``columns``: a code for each title, "" for what is not read. ``kinds``: what the values of the column of kinds mean,
    by their form without accents or case.
    """

    chosen_by = models.ForeignKey("members.User", models.CASCADE, related_name="+", verbose_name="choisi par")
    titles_digest = models.CharField("empreinte des titres", max_length=64)
    titles = models.JSONField("titres")
    columns = models.JSONField("colonnes")
    kinds = models.JSONField("natures", default=dict)
    chosen_at = models.DateTimeField("choisi le")
    used_at = models.DateTimeField("utilisé le", null=True)

    class Meta:
        verbose_name = "format de fichier d’heures"
        verbose_name_plural = "formats de fichiers d’heures"
        constraints = [
            models.UniqueConstraint(
                fields=["chosen_by", "titles_digest"], name="columns_are_chosen_once_by_person_and_titles"
            ),
            models.CheckConstraint(
                condition=Q(titles_digest__regex=r"^[0-9a-f]{64}$"), name="titles_of_hours_have_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(title for title in self.titles if title)[:80] or f"format {self.titles_digest[:8]}"
