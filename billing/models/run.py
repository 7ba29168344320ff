"""The monthly run: one month's close, its progress, and what stopped it, member by member."""

import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.lifecycle import Lifecycle, Step
from groupement.periods import MonthField


class RunStatus(models.TextChoices):
    OPEN = "open", "ouverte"
    DRAFTED = "drafted", "brouillons prêts"
    ISSUED = "issued", "factures émises"


class BillingRun(Lifecycle):
    """One month's close: open, drafted (and drafted again), issued."""

    MOVES = {
        RunStatus.OPEN: {RunStatus.DRAFTED},
        RunStatus.DRAFTED: {RunStatus.OPEN, RunStatus.DRAFTED, RunStatus.ISSUED},
        RunStatus.ISSUED: set(),
    }

    month = MonthField("mois", unique=True)
    status = models.CharField(
        "état", max_length=10, choices=RunStatus, default=RunStatus.OPEN, editable=False
    )
    drafted_at = models.DateTimeField("brouillons faits le", null=True, editable=False)
    issued_at = models.DateTimeField("émise le", null=True, editable=False)
    employer_cost = models.DecimalField(
        "coût employeur", max_digits=12, decimal_places=2, null=True, editable=False
    )
    charged = models.DecimalField("refacturé", max_digits=12, decimal_places=2, null=True, editable=False)
    reserve = models.DecimalField("à la réserve", max_digits=12, decimal_places=2, null=True, editable=False)

    class Meta:
        verbose_name = "clôture mensuelle"
        verbose_name_plural = "clôtures mensuelles"
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(status="open", drafted_at__isnull=True, issued_at__isnull=True)
                    | Q(status="drafted", drafted_at__isnull=False, issued_at__isnull=True)
                    | Q(status="issued", drafted_at__isnull=False, issued_at__isnull=False)
                ),
                name="run_status_matches_its_stamps",
            ),
            models.CheckConstraint(
                condition=Q(employer_cost__isnull=True)
                | Q(employer_cost=models.F("charged") + models.F("reserve")),
                name="employer_cost_is_charged_plus_reserve",
            ),
        ]

    def __str__(self):
        return f"clôture {self.month}"


class BillingRunStep(Step):
    """One move of a run."""

    subject = models.ForeignKey(BillingRun, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape de clôture"
        verbose_name_plural = "étapes de clôture"
        triggers = [
            pgtrigger.Protect(name="run_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class RunProblem(models.Model):
    """Something that keeps one member's invoice, or one employee's shares, out of the run."""

    run = models.ForeignKey(BillingRun, models.CASCADE, related_name="problems")
    member = models.ForeignKey("members.Member", models.CASCADE, null=True, related_name="+")
    employee = models.ForeignKey("employees.Employee", models.CASCADE, null=True, related_name="+")
    code = models.SlugField(max_length=40)
    message = models.CharField(max_length=300)
    is_blocking = models.BooleanField(default=True)

    class Meta:
        verbose_name = "point à régler"
        verbose_name_plural = "points à régler"

    def __str__(self):
        return self.message
