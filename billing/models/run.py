"""The monthly run: one month's close, its progress, and what stopped it, member by member."""

import pgtrigger
from django.db import models
from django.db.models import Q

from employees.models.merge import ALONG_A_MERGE
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Lifecycle, Step
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import MonthField


class RunStatus(models.TextChoices):
    OPEN = "open", "ouverte"
    DRAFTED = "drafted", "brouillons prêts"
    ISSUED = "issued", "factures émises"


class BillingRun(Lifecycle):
    """One month's close: open, drafted (and drafted again), issued.

    What comes after it is issued (a cost, hours approved late) may be closed by a ``supplement``: a run of the same
    month that takes the rest. A month has one run at most that is not issued.
    """

    MOVES = {
        RunStatus.OPEN: {RunStatus.DRAFTED},
        RunStatus.DRAFTED: {RunStatus.OPEN, RunStatus.DRAFTED, RunStatus.ISSUED},
        RunStatus.ISSUED: set(),
    }

    month = MonthField("mois")
    supplement = models.PositiveSmallIntegerField("complément", default=0, editable=False)
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
            models.UniqueConstraint(fields=["month", "supplement"], name="one_run_per_month_and_supplement"),
            models.UniqueConstraint(
                fields=["month"], condition=~Q(status="issued"), name="one_run_of_a_month_is_not_issued"
            ),
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
        triggers = [
            pgtrigger.Trigger(
                name="issued_run_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="issued"),
                func="RAISE EXCEPTION 'an issued run never changes' USING ERRCODE = 'check_violation';",
            )
        ]

    def __str__(self) -> str:
        return f"clôture {self.month}{f', complément {self.supplement}' if self.supplement else ''}"

    @property
    def label(self) -> str:
        """ "Clôture d’octobre 2026", "Complément n° 1 d’octobre 2026" """
        if self.supplement:
            return f"Complément n°{NO_BREAK_SPACE}{self.supplement} {self.month.of_label}"
        return f"Clôture {self.month.of_label}"


class BillingRunStep(Step):
    """One move of a run."""

    subject = models.ForeignKey(BillingRun, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape de clôture"
        verbose_name_plural = "étapes de clôture"
        triggers = [
            pgtrigger.Protect(name="run_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class Settlement(models.Model):
    """One employee's month in one run: employer cost = charged (fees aside) + reserve, to the cent.

    An employee's month may come back in a later run with late hours; its cost is counted in one run only.
    """

    run = models.ForeignKey(BillingRun, models.CASCADE, related_name="settlements", verbose_name="clôture")
    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    month = MonthField("mois de service")
    employer_cost = MoneyField("coût employeur")
    charged = MoneyField("refacturé")
    reserve = MoneyField("à la réserve")

    class Meta:
        verbose_name = "décompte"
        verbose_name_plural = "décomptes"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "employee", "month"], name="one_settlement_per_run_employee_and_month"
            ),
            models.UniqueConstraint(
                fields=["employee", "month"],
                condition=~Q(employer_cost=0),
                name="the_cost_of_a_month_is_settled_once",
            ),
            models.CheckConstraint(
                condition=Q(employer_cost=models.F("charged") + models.F("reserve")),
                name="settlement_cost_is_charged_plus_reserve",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="settlements_of_an_issued_run_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=f"""{ALONG_A_MERGE}
                    PERFORM 1 FROM billing_billingrun
                    WHERE status = 'issued'
                      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END,
                                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END);
                    IF FOUND THEN
                        RAISE EXCEPTION 'the settlements of an issued run never change'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"décompte {self.month}"


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

    def __str__(self) -> str:
        return self.message
