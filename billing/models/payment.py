"""Payments of members and what settles invoices: parts of payments, of credit notes, small remainders written off."""

from decimal import Decimal
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.kernel.money import ZERO, MoneyField
from members.models import User


class PaymentMethod(models.TextChoices):
    TRANSFER = "transfer", "virement"
    DIRECT_DEBIT = "direct_debit", "prélèvement"
    CHEQUE = "cheque", "chèque"
    OTHER = "other", "autre"


class MoneyQuerySet(models.QuerySet["Payment"]):
    """Payments, in the scope of their members."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; otherwise those of members where ``user`` has a seat."""
        if user.sees_every_member:
            return self
        from members.models import Member

        return self.filter(member__in=Member.objects.visible_to(user).values("pk"))


@pghistory.track()
class Payment(models.Model):
    """Money received from a member on a day; what is not allocated stays a credit of the member.

    A payment that the bank returned (unpaid cheque, rejected debit) is reversed, never deleted; its allocations are.
    """

    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    received_on = models.DateField("reçu le")
    amount = MoneyField("montant")
    method = models.CharField("moyen", max_length=12, choices=PaymentMethod)
    reference = models.CharField("référence", max_length=140, blank=True)
    note = models.CharField("note", max_length=200, blank=True)
    recorded_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("enregistré le")
    reversed_on = models.DateField("annulé le", null=True, blank=True)
    reversal_reason = models.CharField("motif d’annulation", max_length=200, blank=True)

    objects = MoneyQuerySet.as_manager()

    class Meta:
        verbose_name = "règlement"
        verbose_name_plural = "règlements"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
            models.CheckConstraint(
                condition=Q(reversed_on__isnull=True, reversal_reason="")
                | (Q(reversed_on__isnull=False) & ~Q(reversal_reason="")),
                name="a_reversed_payment_says_why",
            ),
            models.CheckConstraint(
                condition=Q(reversed_on__isnull=True) | Q(reversed_on__gte=models.F("received_on")),
                name="a_payment_is_reversed_after_it_came",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="payments_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_payment_is_reversed_not_changed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("member", "received_on", "amount"),
            ),
            pgtrigger.Trigger(
                name="a_reversed_payment_settles_nothing",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__reversed_on__isnull=False),
                # This UPDATE locks the row: an allocation being written either waits for it or is seen here.
                func="""
                    IF EXISTS (SELECT FROM billing_allocation WHERE payment_id = NEW.id)
                       OR EXISTS (SELECT FROM billing_refund WHERE payment_id = NEW.id AND cancelled_on IS NULL) THEN
                        RAISE EXCEPTION 'a reversed payment settles nothing' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"règlement du {self.received_on:%d/%m/%Y}"


class AllocationSource(models.TextChoices):
    PAYMENT = "payment", "règlement"
    CREDIT_NOTE = "credit_note", "avoir"
    WRITE_OFF = "write_off", "abandon"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Allocation(models.Model):
    """A part of a payment, of a credit note, or a remainder written off, that settles a part of an invoice.

    ``by_rate``: the amount, TTC, by VAT rate, [{"rate": "20.00", "amount": "…", "vat": "…"}], summing to ``amount``
    (VAT of services is due on receipt, CGI art. 269, 2, c; the invoice settled whole gives exactly its VAT).
    """

    invoice = models.ForeignKey(
        "billing.Invoice", models.PROTECT, related_name="allocations", verbose_name="facture"
    )
    source = models.CharField("origine", max_length=12, choices=AllocationSource)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, related_name="allocations", verbose_name="règlement"
    )
    credit_note = models.ForeignKey(
        "billing.Invoice", models.PROTECT, null=True, related_name="uses", verbose_name="avoir"
    )
    amount = MoneyField("montant")
    by_rate = models.JSONField("par taux de TVA", default=list)
    settled_on = models.DateField("imputé le")
    reason = models.CharField("motif", max_length=200, blank=True)
    recorded_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "imputation"
        verbose_name_plural = "imputations"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_is_positive"),
            models.CheckConstraint(
                condition=Q(source="payment", payment__isnull=False, credit_note__isnull=True)
                | Q(source="credit_note", payment__isnull=True, credit_note__isnull=False)
                | Q(source="write_off", payment__isnull=True, credit_note__isnull=True),
                name="allocation_has_one_source",
            ),
            models.UniqueConstraint(
                fields=["payment", "invoice"],
                condition=Q(payment__isnull=False),
                name="a_payment_settles_an_invoice_once",
            ),
            models.UniqueConstraint(
                fields=["credit_note", "invoice"],
                condition=Q(credit_note__isnull=False),
                name="a_credit_note_settles_an_invoice_once",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="an_allocation_is_undone_not_changed", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="no_cent_is_allocated_twice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("invoice", "billing_invoice%ROWTYPE"),
                    ("origin", "billing_invoice%ROWTYPE"),
                    ("paid", "billing_payment%ROWTYPE"),
                    ("taken", "numeric"),
                ],
                # Locks in a fixed order (invoices by id, then the payment): two at once wait, none deadlocks. NO KEY,
                # since the rows themselves do not change.
                func="""
                    PERFORM 1 FROM billing_invoice WHERE id IN (NEW.invoice_id, NEW.credit_note_id)
                        ORDER BY id FOR NO KEY UPDATE;
                    SELECT * INTO invoice FROM billing_invoice WHERE id = NEW.invoice_id;
                    SELECT COALESCE(SUM(amount), 0) INTO taken FROM billing_allocation
                        WHERE invoice_id = NEW.invoice_id;
                    IF invoice.status <> 'issued' OR invoice.kind <> 'invoice'
                       OR taken + NEW.amount > invoice.total THEN
                        RAISE EXCEPTION 'an issued invoice is settled up to its total'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.payment_id IS NOT NULL THEN
                        SELECT * INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (
                            SELECT amount FROM billing_allocation WHERE payment_id = NEW.payment_id
                            UNION ALL
                            SELECT amount FROM billing_refund
                                WHERE payment_id = NEW.payment_id AND cancelled_on IS NULL
                        ) AS used;
                        IF paid.member_id <> invoice.member_id OR paid.reversed_on IS NOT NULL
                           OR taken + NEW.amount > paid.amount THEN
                            RAISE EXCEPTION 'a payment is used once, for its member'
                                USING ERRCODE = 'check_violation';
                        END IF;
                    END IF;
                    IF NEW.credit_note_id IS NOT NULL THEN
                        SELECT * INTO origin FROM billing_invoice WHERE id = NEW.credit_note_id;
                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (
                            SELECT amount FROM billing_allocation WHERE credit_note_id = NEW.credit_note_id
                            UNION ALL
                            SELECT amount FROM billing_refund
                                WHERE credit_note_id = NEW.credit_note_id AND cancelled_on IS NULL
                        ) AS used;
                        IF origin.status <> 'issued' OR origin.kind <> 'credit_note'
                           OR origin.member_id <> invoice.member_id OR taken + NEW.amount > origin.total THEN
                            RAISE EXCEPTION 'a credit note is used once, for its member'
                                USING ERRCODE = 'check_violation';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.amount}"

    @property
    def vat(self) -> Decimal:
        """The VAT of the amount, all rates together."""
        return sum((Decimal(row["vat"]) for row in self.by_rate), ZERO)
