"""What an employee's month cost the group, as the payroll file says."""

import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.money import MoneyField
from groupement.periods import MonthField

# A cost is closed once an invoice of the run that settled it has been issued. An employee whose month still waits
# (hours approved late, payroll late) keeps it open, so that a later run can settle it.
COST_IS_CLOSED = """
    PERFORM 1 FROM billing_settlement
    JOIN billing_billingrun ON billing_billingrun.id = billing_settlement.run_id
    WHERE billing_settlement.employer_cost > 0
      AND ((TG_OP <> 'INSERT' AND billing_settlement.employee_id = OLD.employee_id
            AND billing_settlement.month = OLD.month)
        OR (TG_OP <> 'DELETE' AND billing_settlement.employee_id = NEW.employee_id
            AND billing_settlement.month = NEW.month))
      AND (billing_billingrun.status = 'issued' OR EXISTS (
            SELECT 1 FROM billing_invoice
            WHERE billing_invoice.run_id = billing_billingrun.id AND billing_invoice.status = 'issued'));
    IF FOUND THEN
        RAISE EXCEPTION 'the costs of a settled and invoiced month are closed' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


class CostKind(models.TextChoices):
    GROSS_PAY = "gross_pay", "salaire brut"
    EMPLOYER_CONTRIBUTIONS = "employer_contributions", "cotisations patronales"
    OTHER = "other", "autres coûts"
    AID = "aid", "aides déduites"
    LEAVE_PROVISION = "leave_provision", "provision pour congés"
    LEAVE_DRAWN = "leave_drawn", "congés pris, repris de la provision"
    CARRIED = "carried", "écart sur une estimation"


# What lowers the cost is kept negative, so that a month's cost is always the plain sum of its rows.
NEGATIVE = (CostKind.AID, CostKind.LEAVE_DRAWN)


class PayrollImport(models.Model):
    """A payroll file taken in whole; the same file is not taken twice."""

    month = MonthField("mois")
    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64, unique=True)
    row_count = models.PositiveIntegerField("lignes")
    total = MoneyField("total")
    changes = models.JSONField("ce qui a changé", default=list)
    imported_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField("importé le")

    class Meta:
        verbose_name = "import de paie"
        verbose_name_plural = "imports de paie"

    def __str__(self):
        return f"{self.file_name} ({self.month})"


class EmployerCost(models.Model):
    """One kind of cost of one employee's month; an estimate says so and is replaced by the actual figure."""

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    month = MonthField("mois")
    kind = models.CharField("nature", max_length=24, choices=CostKind)
    amount = MoneyField("montant")
    is_estimate = models.BooleanField("estimation", default=False)
    source = models.ForeignKey(
        PayrollImport, models.PROTECT, null=True, blank=True, related_name="costs", verbose_name="import"
    )

    class Meta:
        verbose_name = "coût employeur"
        verbose_name_plural = "coûts employeur"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "month", "kind"], name="one_cost_per_employee_month_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NEGATIVE, amount__lte=0)
                | Q(kind=CostKind.CARRIED)
                | (~Q(kind__in=[*NEGATIVE, CostKind.CARRIED]) & Q(amount__gte=0)),
                name="cost_has_the_sign_of_its_kind",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="costs_of_an_invoiced_month_are_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=COST_IS_CLOSED,
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.month}"


class PayrollLayout(models.Model):
    """Which column of a payroll office's file means what, as finance said it once; found again by the titles."""

    titles_digest = models.CharField("empreinte des titres", max_length=64, unique=True)
    titles = models.JSONField("titres")
    columns = models.JSONField("colonnes")
    used_at = models.DateTimeField("utilisé le")

    class Meta:
        verbose_name = "format de fichier de paie"
        verbose_name_plural = "formats de fichiers de paie"

    def __str__(self):
        return f"format {self.titles_digest[:8]}"


class ProvisionKind(models.TextChoices):
    SET_ASIDE = "set_aside", "mise de côté"
    DRAWN = "drawn", "reprise"
    SETTLED = "settled", "soldée"


class ProvisionEntry(models.Model):
    """What a member paid ahead for one person's leave, and what was drawn from it: the balance is the plain sum."""

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    month = MonthField("mois")
    kind = models.CharField("nature", max_length=10, choices=ProvisionKind)
    amount = MoneyField("montant")
    run = models.ForeignKey("billing.BillingRun", models.CASCADE, null=True, related_name="provisions")
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "provision pour congés"
        verbose_name_plural = "provisions pour congés"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "member", "month", "kind"], name="a_month_moves_a_provision_once_each_way"
            ),
            models.CheckConstraint(
                condition=Q(kind="set_aside", amount__gte=0)
                | Q(kind="drawn", amount__lte=0)
                | Q(kind="settled"),
                name="provision_has_the_sign_of_its_kind",
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.month}"


class ReserveEntry(models.Model):
    """A movement of the group's reserve that no monthly settlement makes: opening balance, endowment, use."""

    booked_on = models.DateField("date")
    amount = MoneyField("montant")
    label = models.CharField("libellé", max_length=160)
    noted_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "mouvement de la réserve"
        verbose_name_plural = "mouvements de la réserve"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="a_reserve_entry_moves_something")]

    def __str__(self):
        return self.label
