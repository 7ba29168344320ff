"""What the coordinator said of a finding on somebody’s working time."""

import pgtrigger
from django.db import models
from django.db.models import Q


class Acknowledgement(models.Model):
    """A finding that was read and answered, with a note; it holds as long as the figures are those that were seen.

    Findings themselves are computed, never stored: ``rule`` and ``day`` name one, ``measured`` is what it found,
    in minutes or days.
    """

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    rule = models.CharField("règle", max_length=30)
    day = models.DateField("jour")
    measured = models.IntegerField("mesuré")
    note = models.TextField("note", max_length=2000)
    by = models.ForeignKey("members.User", models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "alerte lue"
        verbose_name_plural = "alertes lues"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "rule", "day", "measured"], name="a_finding_is_acknowledged_once"
            ),
            models.CheckConstraint(condition=~Q(note=""), name="an_acknowledgement_has_a_note"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="acknowledgements_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self):
        return f"{self.rule} du {self.day:%d/%m/%Y}"
