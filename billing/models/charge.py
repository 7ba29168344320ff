"""What a member owes and why: the ledger between timesheets and invoice lines; each source is billed once."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from billing.charge_kinds import COMPUTED, KINDS, OF_LATENESS, ChargeKind, KindOfCharge
from billing.models.invoice import Unit
from billing.models.past import ATTESTATION_IS_KEPT, PRICE_IS_KEPT
from employees.models import Terms, VatRegime
from employees.models.merge import ALONG_A_MERGE
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import MonthField
from members.models import VatAttestation

# Prices are agreed and attestations given below, and invoiced here.
pgtrigger.register(PRICE_IS_KEPT)(Terms)
pgtrigger.register(ATTESTATION_IS_KEPT)(VatAttestation)


class ChargeQuerySet(models.QuerySet["Charge"]):
    """Charges by where they are."""

    def waiting(self) -> Self:
        """Recorded, and on no invoice nor draft yet."""
        return self.filter(is_standing=True, line__isnull=True)

    def live(self) -> Self:
        """Not released by a credit note."""
        return self.filter(released_at__isnull=True)


@pghistory.track(pghistory.DeleteEvent(condition=pgtrigger.Q(old__is_standing=True)))
class Charge(models.Model):
    """One sum owed by one member for one month: its source, its figures, and the line that bills it.

    ``is_standing``: recorded by an act (expense, dues, free line, the copy of a released charge), not computed by a
    draft. ``released_at``: a credit note took it back whole and its source may be billed again.
    """

    run = models.ForeignKey(
        "billing.BillingRun", models.PROTECT, null=True, related_name="charges", verbose_name="clôture"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    employee = models.ForeignKey("employees.Employee", models.PROTECT, null=True, related_name="+")
    assignment = models.ForeignKey("employees.Assignment", models.PROTECT, null=True, related_name="+")
    terms = models.ForeignKey("employees.Terms", models.PROTECT, null=True, related_name="+")
    timesheet = models.ForeignKey("timesheets.Timesheet", models.PROTECT, null=True, related_name="+")
    service_month = MonthField("mois de service")
    kind = models.CharField("nature", max_length=16, choices=ChargeKind)
    label = models.CharField("désignation", max_length=200, blank=True)
    detail = models.CharField("précision", max_length=300, blank=True)
    minutes = models.PositiveIntegerField("minutes", default=0)
    quantity = models.DecimalField("quantité", max_digits=10, decimal_places=2)
    unit = models.CharField("unité", max_length=3, choices=Unit)
    unit_price = MoneyField("prix unitaire HT")
    net = MoneyField("montant HT")
    vat_regime = models.CharField("régime de TVA", max_length=5, choices=VatRegime)
    figures = models.JSONField("calcul", default=dict)
    is_standing = models.BooleanField("enregistrée", default=False)
    rank = models.PositiveSmallIntegerField("rang parmi celles de la même origine", default=0)
    late_invoice = models.ForeignKey(
        "billing.Invoice", models.PROTECT, null=True, related_name="+", verbose_name="facture en retard"
    )
    rebills = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="rebilled_by", verbose_name="refacture"
    )
    released_at = models.DateTimeField("libérée le", null=True, editable=False)
    recorded_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("enregistrée le", null=True)
    line = models.OneToOneField("billing.Line", models.PROTECT, null=True, related_name="charge")

    objects = ChargeQuerySet.as_manager()

    class Meta:
        verbose_name = "somme due"
        verbose_name_plural = "sommes dues"
        constraints = [
            models.UniqueConstraint(
                fields=["timesheet", "terms", "kind", "rank"],
                condition=Q(timesheet__isnull=False, released_at__isnull=True, is_standing=False),
                name="a_timesheet_is_charged_once",
            ),
            models.UniqueConstraint(
                fields=["assignment", "terms", "service_month", "kind", "rank"],
                condition=Q(
                    timesheet__isnull=True,
                    assignment__isnull=False,
                    released_at__isnull=True,
                    is_standing=False,
                ),
                name="an_assignment_month_is_charged_once",
            ),
            models.UniqueConstraint(
                fields=["rebills"],
                condition=Q(rebills__isnull=False, released_at__isnull=True),
                name="a_released_charge_is_billed_again_once",
            ),
            models.UniqueConstraint(
                KT("figures__expense"),
                condition=Q(released_at__isnull=True),
                name="an_expense_is_charged_once",
            ),
            models.UniqueConstraint(
                models.F("late_invoice"),
                KT("figures__first"),
                condition=Q(kind=ChargeKind.LATE_INTEREST, released_at__isnull=True),
                name="interest_is_claimed_once_from_a_day",
            ),
            models.UniqueConstraint(
                fields=["late_invoice"],
                condition=Q(kind=ChargeKind.INDEMNITY, released_at__isnull=True),
                name="an_invoice_bears_one_indemnity",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OF_LATENESS, late_invoice__isnull=False)
                | (~Q(kind__in=OF_LATENESS) & Q(late_invoice__isnull=True)),
                name="interest_and_indemnity_name_the_late_invoice",
            ),
            models.CheckConstraint(
                condition=Q(net=models.functions.Round(models.F("quantity") * models.F("unit_price"), 2)),
                name="charge_net_is_quantity_times_price",
            ),
            models.CheckConstraint(
                condition=Q(is_standing=True, recorded_at__isnull=False)
                | Q(is_standing=False, run__isnull=False, line__isnull=False, kind__in=COMPUTED),
                name="a_charge_is_recorded_or_drafted",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="billed_charge_is_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                # Its release by a credit note is the one thing that may still be written, once.
                func=f"""{ALONG_A_MERGE}
                    PERFORM 1 FROM billing_line
                    JOIN billing_invoice ON billing_invoice.id = billing_line.invoice_id
                    WHERE billing_line.id = OLD.line_id AND billing_invoice.status = 'issued';
                    IF FOUND AND (TG_OP = 'DELETE' OR OLD.released_at IS NOT NULL OR NEW.released_at IS NULL
                                  OR to_jsonb(NEW) - 'released_at' <> to_jsonb(OLD) - 'released_at') THEN
                        RAISE EXCEPTION 'a billed charge never changes' USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.service_month}"

    @property
    def rule(self) -> KindOfCharge:
        """What holds for its kind."""
        return KINDS[self.kind]
