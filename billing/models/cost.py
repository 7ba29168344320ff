"""What an employee's month cost the group, as the payroll file says."""

from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Q

from employees.models.merge import ALONG_A_MERGE
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import MonthField

# A cost is closed once an invoice of the run that settled it has been issued. An employee whose month still waits
# (hours approved late, payroll late) keeps it open, so that a later run can settle it.
COST_IS_CLOSED = f"""{ALONG_A_MERGE}
    PERFORM 1 FROM billing_settlement
    JOIN billing_billingrun ON billing_billingrun.id = billing_settlement.run_id
    WHERE billing_settlement.employer_cost <> 0
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
"""  # noqa: S608 - written by us, no value of anybody  # nosec B608

RUN_IS_ISSUED = f"""{ALONG_A_MERGE}
    PERFORM 1 FROM billing_billingrun
    WHERE status = 'issued'
      AND id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.run_id END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.run_id END);
    IF FOUND THEN
        RAISE EXCEPTION 'the provisions of an issued run never change' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""
# Asked when the transaction ends: a draft takes its entries away and writes them again.
BALANCE_IS_NOT_NEGATIVE = """
    PERFORM 1 FROM billing_provisionentry
    WHERE (TG_OP <> 'INSERT' AND employee_id = OLD.employee_id AND member_id IS NOT DISTINCT FROM OLD.member_id)
       OR (TG_OP <> 'DELETE' AND employee_id = NEW.employee_id AND member_id IS NOT DISTINCT FROM NEW.member_id)
    GROUP BY employee_id, member_id
    HAVING SUM(amount) < 0;
    IF FOUND THEN
        RAISE EXCEPTION 'more than the provision holds is drawn' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
"""


class CostKind(models.TextChoices):
    GROSS_PAY = "gross_pay", "salaire brut"
    EMPLOYER_CONTRIBUTIONS = "employer_contributions", "cotisations patronales"
    OTHER = "other", "autres coûts"
    AID = "aid", "aides déduites"
    LEAVE_PROVISION = "leave_provision", "provision pour congés"
    LEAVE_DRAWN = "leave_drawn", "congés pris, repris de la provision"
    CARRIED = "carried", "écart sur un mois facturé"


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
        triggers = [
            pgtrigger.Protect(
                name="payroll_imports_never_change", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.month})"

    @property
    def corrections(self) -> list[dict[str, Any]]:
        """The changes of amounts that were known before."""
        return [change for change in self.changes if change["before"]]


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
    basis = models.CharField("d’après", max_length=120, blank=True, editable=False)
    noted_by = models.ForeignKey("members.User", models.PROTECT, null=True, editable=False, related_name="+")
    noted_at = models.DateTimeField("noté le", null=True, editable=False)

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

    def __str__(self) -> str:
        return f"{self.kind} {self.month}"


class ActualCost(models.Model):
    """What the payroll said at last of a month invoiced on an estimate or another payroll; what was invoiced stays."""

    employee = models.ForeignKey("employees.Employee", models.PROTECT, related_name="+")
    month = MonthField("mois")
    kind = models.CharField("nature", max_length=24, choices=CostKind)
    amount = MoneyField("montant")
    source = models.ForeignKey(PayrollImport, models.PROTECT, related_name="actual_costs")

    class Meta:
        verbose_name = "coût réel d’un mois déjà facturé"
        verbose_name_plural = "coûts réels de mois déjà facturés"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "month", "kind"], name="one_actual_cost_per_employee_month_and_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="aid", amount__lte=0)
                | Q(kind__in=["gross_pay", "employer_contributions", "other"], amount__gte=0),
                name="actual_cost_has_the_sign_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month}"


class CarriedCost(models.Model):
    """How much of one month's difference (actual less invoiced) another month's cost of kind CARRIED holds.

    ``provision`` is the part of it that puts a provision right: a tenth of what pay and contributions differ by.
    """

    employee = models.ForeignKey("employees.Employee", models.PROTECT, related_name="+")
    from_month = MonthField("écart du mois")
    into_month = MonthField("reporté sur le mois")
    amount = MoneyField("montant")
    provision = MoneyField("dont provision pour congés", default=0)
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "écart reporté"
        verbose_name_plural = "écarts reportés"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "from_month", "into_month"],
                name="a_difference_is_carried_once_into_a_month",
            ),
            models.CheckConstraint(
                condition=Q(into_month__gt=models.F("from_month")), name="a_difference_is_carried_forward"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="what_an_invoiced_month_carries_is_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=COST_IS_CLOSED.replace("OLD.month", "OLD.into_month").replace(
                    "NEW.month", "NEW.into_month"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"écart {self.from_month}"


class PayrollLayout(models.Model):
    """Which column of a payroll office's file means what, as finance said it once; found again by the titles."""

    titles_digest = models.CharField("empreinte des titres", max_length=64, unique=True)
    titles = models.JSONField("titres")
    columns = models.JSONField("colonnes")
    used_at = models.DateTimeField("utilisé le")

    class Meta:
        verbose_name = "format de fichier de paie"
        verbose_name_plural = "formats de fichiers de paie"

    def __str__(self) -> str:
        return f"format {self.titles_digest[:8]}"


class ProvisionKind(models.TextChoices):
    SET_ASIDE = "set_aside", "mise de côté"
    DRAWN = "drawn", "reprise"
    SETTLED = "settled", "soldée"
    CORRECTED = "corrected", "corrigée"


class ProvisionEntry(models.Model):
    """What a member paid ahead for one person's leave, and what was drawn from it: the balance is the plain sum.

    Without a member it is the group's own part: what no member bears, and what those who left had paid.
    """

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="+", verbose_name="adhérent"
    )
    month = MonthField("mois")
    kind = models.CharField("nature", max_length=10, choices=ProvisionKind)
    amount = MoneyField("montant")
    run = models.ForeignKey("billing.BillingRun", models.CASCADE, null=True, related_name="provisions")
    noted_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    noted_at = models.DateTimeField("noté le")

    class Meta:
        verbose_name = "provision pour congés"
        verbose_name_plural = "provisions pour congés"
        constraints = [
            models.UniqueConstraint(
                fields=["employee", "member", "month", "kind"],
                name="a_month_moves_a_provision_once_each_way",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="set_aside", amount__gte=0)
                | Q(kind="drawn", amount__lte=0)
                | Q(kind__in=["settled", "corrected"]),
                name="provision_has_the_sign_of_its_kind",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="provisions_of_an_issued_run_are_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=RUN_IS_ISSUED,
            ),
            pgtrigger.Trigger(
                name="a_provision_is_not_overdrawn",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=BALANCE_IS_NOT_NEGATIVE,
            ),
        ]

    def __str__(self) -> str:
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
        triggers = [
            pgtrigger.Protect(
                name="reserve_entries_never_change", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return self.label
