"""Expenses of the work billed on at cost: trips on a dated scale, meals, purchases with their receipt."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.past import SCALE_IS_KEPT
from employees.models.merge import ALONG_A_MERGE
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import Dated, no_overlap
from members.models import User


class ExpenseKind(models.TextChoices):
    TRAVEL = "travel", "déplacement"
    MEAL = "meal", "repas"
    PURCHASE = "purchase", "achat"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ExpenseScale(Dated):
    """What a kilometre or a meal is worth from a day on, as the board or the tax office decided."""

    kind = models.CharField("nature", max_length=8, choices=ExpenseKind)
    rate = models.DecimalField("euros par unité", max_digits=8, decimal_places=3)
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "barème de frais"
        verbose_name_plural = "barèmes de frais"
        constraints = [
            no_overlap("scales_of_a_kind_do_not_overlap", "kind"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="a_scale_is_positive"),
        ]
        triggers = [SCALE_IS_KEPT]

    def __str__(self) -> str:
        return f"{self.kind} {self.rate}"


class ExpenseState(models.TextChoices):
    """Where an expense is, as people see it."""

    WAITING = "waiting", "À décider"
    ACCEPTED = "accepted", "Acceptée"
    INVOICED = "invoiced", "Facturée"
    REFUSED = "refused", "Refusée"


class ExpenseQuerySet(models.QuerySet["Expense"]):
    """Expenses, in the scope of who reads."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; otherwise one's own. A member reads those accepted on its invoice, not here."""
        return self if user.sees_every_member else self.filter(employee__user=user)

    def in_state(self, state: str) -> Self:
        """Those in one ExpenseState."""
        issued = Q(charge__line__invoice__status="issued")
        chosen: dict[str, Q] = {
            ExpenseState.WAITING: Q(charge__isnull=True, refused_reason=""),
            ExpenseState.REFUSED: ~Q(refused_reason=""),
            ExpenseState.INVOICED: issued,
        }
        # Written out: what has no line yet is neither issued nor not.
        accepted = Q(charge__isnull=False) & (
            Q(charge__line__isnull=True) | Q(charge__line__invoice__status="draft")
        )
        return self.filter(chosen.get(state, accepted))


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Expense(models.Model):
    """One expense of one person for one member; accepted, it becomes a charge of the member, at cost."""

    assignment = models.ForeignKey(
        "employees.Assignment", models.PROTECT, related_name="+", verbose_name="mise à disposition"
    )
    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="+", verbose_name="salarié"
    )
    kind = models.CharField("nature", max_length=8, choices=ExpenseKind)
    spent_on = models.DateField("date")
    label = models.CharField("objet", max_length=120)
    kilometres = models.DecimalField("kilomètres", max_digits=7, decimal_places=1, null=True, blank=True)
    rate = models.DecimalField("euros par km", max_digits=8, decimal_places=3, null=True, blank=True)
    amount = MoneyField("montant")
    receipt = models.ForeignKey(
        "members.File", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="justificatif"
    )
    recorded_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("saisi le")
    charge = models.OneToOneField(
        "billing.Charge", models.PROTECT, null=True, related_name="expense", verbose_name="somme due"
    )
    refused_reason = models.CharField("motif du refus", max_length=200, blank=True)
    refused_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="refusée par",
    )
    refused_at = models.DateTimeField("refusée le", null=True, editable=False)

    objects = ExpenseQuerySet.as_manager()

    class Meta:
        verbose_name = "dépense"
        verbose_name_plural = "dépenses"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="expense_is_positive"),
            models.CheckConstraint(
                condition=Q(
                    kind="travel", kilometres__isnull=False, kilometres__gt=0, rate__isnull=False, rate__gt=0
                )
                | (~Q(kind="travel") & Q(kilometres__isnull=True, rate__isnull=True)),
                name="a_trip_has_its_kilometres",
            ),
            models.CheckConstraint(
                condition=Q(charge__isnull=True) | Q(refused_reason=""),
                name="a_refused_expense_is_not_charged",
            ),
            models.CheckConstraint(
                condition=~Q(refused_reason="") | Q(refused_by__isnull=True, refused_at__isnull=True),
                name="only_a_refused_expense_says_who_refused_it",
            ),
            models.CheckConstraint(
                condition=~Q(kind="purchase") | Q(receipt__isnull=False), name="a_purchase_has_its_receipt"
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="an_accepted_expense_is_kept_as_it_is",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__charge__isnull=False),
                # Only the charge itself may be taken off again, while no issued invoice bills it.
                func=f"""{ALONG_A_MERGE}
                    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'charge_id' <> to_jsonb(OLD) - 'charge_id' THEN
                        RAISE EXCEPTION 'an accepted expense never changes' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.charge_id IS DISTINCT FROM OLD.charge_id AND EXISTS (
                        SELECT FROM billing_charge charge JOIN billing_line line ON line.id = charge.line_id
                        JOIN billing_invoice invoice ON invoice.id = line.invoice_id AND invoice.status = 'issued'
                        WHERE charge.id = OLD.charge_id
                    ) THEN
                        RAISE EXCEPTION 'an invoiced expense keeps its charge' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,  # nosec B608 - written by us, no value of anybody
            )
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def state(self) -> ExpenseState:
        """The ExpenseState; read it with ``charge__line__invoice`` selected."""
        if self.refused_reason:
            return ExpenseState.REFUSED
        if self.charge is None:
            return ExpenseState.WAITING
        line = self.charge.line
        issued = line is not None and line.invoice.status == "issued"
        return ExpenseState.INVOICED if issued else ExpenseState.ACCEPTED


class DuesYear(models.Model):
    """A member's dues of a year, or its deposit, asked for once: the charge that asks for it."""

    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    year = models.PositiveSmallIntegerField("année", null=True)
    charge = models.OneToOneField("billing.Charge", models.PROTECT, related_name="dues")

    class Meta:
        verbose_name = "appel de cotisation ou de dépôt"
        verbose_name_plural = "appels de cotisation ou de dépôt"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year"], name="dues_of_a_year_are_asked_for_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"cotisation {self.year or 'dépôt'}"
