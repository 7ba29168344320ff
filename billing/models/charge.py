"""What a member owes and why: the ledger between timesheets and invoice lines; each source is billed once."""

import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.invoice import Unit
from employees.models import VatRegime
from groupement.money import MoneyField
from groupement.periods import MonthField


class ChargeKind(models.TextChoices):
    WORKED_HOURS = "worked_hours", "heures travaillées"
    COST_SHARE = "cost_share", "part du coût réel"
    MANAGEMENT_FEE = "management_fee", "frais de gestion"
    FLAT_AMOUNT = "flat_amount", "forfait mensuel"


class Charge(models.Model):
    """One sum owed by one member for one month: its source, its figures, and the line that bills it."""

    run = models.ForeignKey(
        "billing.BillingRun", models.PROTECT, related_name="charges", verbose_name="clôture"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    employee = models.ForeignKey("employees.Employee", models.PROTECT, null=True, related_name="+")
    assignment = models.ForeignKey("employees.Assignment", models.PROTECT, null=True, related_name="+")
    terms = models.ForeignKey("employees.Terms", models.PROTECT, null=True, related_name="+")
    timesheet = models.ForeignKey("timesheets.Timesheet", models.PROTECT, null=True, related_name="+")
    service_month = MonthField("mois de service")
    kind = models.CharField("nature", max_length=16, choices=ChargeKind)
    minutes = models.PositiveIntegerField("minutes", default=0)
    quantity = models.DecimalField("quantité", max_digits=10, decimal_places=2)
    unit = models.CharField("unité", max_length=3, choices=Unit)
    unit_price = MoneyField("prix unitaire HT")
    net = MoneyField("montant HT")
    vat_regime = models.CharField("régime de TVA", max_length=5, choices=VatRegime)
    figures = models.JSONField("calcul", default=dict)
    line = models.OneToOneField("billing.Line", models.PROTECT, null=True, related_name="charge")

    class Meta:
        verbose_name = "somme due"
        verbose_name_plural = "sommes dues"
        constraints = [
            models.UniqueConstraint(
                fields=["timesheet", "terms", "kind"],
                condition=Q(timesheet__isnull=False),
                name="a_timesheet_is_charged_once",
            ),
            models.UniqueConstraint(
                fields=["assignment", "terms", "service_month", "kind"],
                condition=Q(timesheet__isnull=True, assignment__isnull=False),
                name="an_assignment_month_is_charged_once",
            ),
            models.CheckConstraint(
                condition=Q(net=models.functions.Round(models.F("quantity") * models.F("unit_price"), 2)),
                name="charge_net_is_quantity_times_price",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="billed_charge_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    PERFORM 1 FROM billing_line
                    JOIN billing_invoice ON billing_invoice.id = billing_line.invoice_id
                    WHERE billing_line.id = OLD.line_id AND billing_invoice.status = 'issued';
                    IF FOUND THEN
                        RAISE EXCEPTION 'a billed charge never changes' USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return f"{self.kind} {self.service_month}"
