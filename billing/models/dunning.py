"""Reminders of late invoices: the levels that the group chose, the reminders sent, the disputes that stop them."""

from typing import Self, TypeVar

import pghistory
import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from groupement.kernel.money import MoneyField
from members.models import User


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DunningLevel(models.Model):
    """One level of the group's reminders: days after the due date, text, and whether it asks for interest."""

    rank = models.PositiveSmallIntegerField("rang", unique=True, validators=[MinValueValidator(1)])
    title = models.CharField("objet", max_length=120)
    days_late = models.PositiveSmallIntegerField("jours après l’échéance")
    text = models.TextField(
        "texte", help_text="{numero}, {montant}, {echeance}, {retard} et {adherent} sont remplacés."
    )
    asks_for_interest = models.BooleanField("réclame les pénalités et l’indemnité", default=False)
    is_active = models.BooleanField("active", default=True)

    class Meta:
        verbose_name = "niveau de relance"
        verbose_name_plural = "niveaux de relance"
        constraints = [models.CheckConstraint(condition=Q(rank__gte=1), name="dunning_levels_count_from_one")]
        triggers = [
            pgtrigger.Trigger(
                name="a_level_of_reminders_keeps_its_rank",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__rank__df=pgtrigger.F("new__rank")),
                func="""
                    IF EXISTS (SELECT FROM billing_reminder WHERE level_id = OLD.id) THEN
                        RAISE EXCEPTION 'a level at which reminders were sent keeps its rank'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title


R = TypeVar("R", bound=models.Model)


class OfInvoicesQuerySet(models.QuerySet[R]):
    """Reminders and disputes, in the scope of their invoices."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; otherwise those of the invoices of members where ``user`` has a seat."""
        if user.sees_every_member:
            return self
        from billing.models.invoice import Invoice

        return self.filter(invoice__in=Invoice.objects.visible_to(user).values("pk"))


class Reminder(models.Model):
    """One reminder of one invoice at one level: the euros due that day, and the letter."""

    invoice = models.ForeignKey(
        "billing.Invoice", models.PROTECT, related_name="reminders", verbose_name="facture"
    )
    level = models.ForeignKey(DunningLevel, models.PROTECT, related_name="reminders", verbose_name="niveau")
    letter = models.ForeignKey(
        "billing.Letter", models.PROTECT, related_name="reminders", verbose_name="courrier"
    )
    sent_on = models.DateField("envoyée le")
    amount_due = MoneyField("reste dû")
    interest = MoneyField("pénalités", default=0)
    indemnity = MoneyField("indemnité", default=0)
    sent_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("envoyée à")

    objects = OfInvoicesQuerySet.as_manager()

    class Meta:
        verbose_name = "relance"
        verbose_name_plural = "relances"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "level"], name="an_invoice_is_reminded_once_a_level"),
            models.CheckConstraint(
                condition=Q(amount_due__gt=0, interest__gte=0, indemnity__gte=0),
                name="a_reminder_asks_for_money",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="reminders_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"relance du {self.sent_on:%d/%m/%Y}"


class Dispute(models.Model):
    """An invoice that its member contests: no reminder of it is sent while the dispute is open."""

    invoice = models.ForeignKey(
        "billing.Invoice", models.PROTECT, related_name="disputes", verbose_name="facture"
    )
    reason = models.CharField("motif", max_length=300)
    opened_on = models.DateField("ouvert le")
    opened_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    closed_on = models.DateField("clos le", null=True, blank=True)
    closed_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField("issue", max_length=300, blank=True)

    objects = OfInvoicesQuerySet.as_manager()

    class Meta:
        verbose_name = "litige"
        verbose_name_plural = "litiges"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice"], condition=Q(closed_on__isnull=True), name="one_open_dispute_per_invoice"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=models.F("opened_on")),
                name="a_dispute_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, outcome="", closed_by__isnull=True)
                | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="a_closed_dispute_says_how_it_ended",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_a_dispute_says_never_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("invoice", "reason", "opened_on", "opened_by"),
            ),
            pgtrigger.Protect(
                name="a_closed_dispute_stays_closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_on__isnull=False),
            ),
            pgtrigger.Protect(name="disputes_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"litige du {self.opened_on:%d/%m/%Y}"
