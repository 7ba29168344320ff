"""Money given back to a member: an overpayment, or what a credit note left after its invoice was paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from billing.models.payment import PaymentMethod
from groupement.kernel.money import ZERO, MoneyField
from members.models import User


class RefundQuerySet(models.QuerySet["Refund"]):
    """Refunds, in the scope of their members."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; otherwise those of members where ``user`` has a seat."""
        if user.sees_every_member:
            return self
        from members.models import Member

        return self.filter(member__in=Member.objects.visible_to(user).values("pk"))

    def standing(self) -> Self:
        """Those that were not cancelled."""
        return self.filter(cancelled_on=None)


@pghistory.track()
class Refund(models.Model):
    """Money that went out to a member on a day, out of a payment or of a credit note that nothing has used.

    A transfer that came back, or one noted by mistake, is cancelled, never deleted: the money is the member's again.
    ``by_rate`` as in an allocation, of a credit note; money that settled no invoice has no VAT.
    """

    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    paid_on = models.DateField("rendu le")
    amount = MoneyField("montant")
    method = models.CharField("moyen", max_length=12, choices=PaymentMethod)
    reference = models.CharField("référence", max_length=140, blank=True)
    note = models.CharField("note", max_length=200, blank=True)
    payment = models.ForeignKey(
        "billing.Payment", models.PROTECT, null=True, related_name="refunds", verbose_name="règlement"
    )
    credit_note = models.ForeignKey(
        "billing.Invoice", models.PROTECT, null=True, related_name="refunds", verbose_name="avoir"
    )
    by_rate = models.JSONField("par taux de TVA", default=list, blank=True)
    recorded_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("enregistré le")
    cancelled_on = models.DateField("annulé le", null=True, blank=True)
    cancel_reason = models.CharField("motif d’annulation", max_length=200, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        verbose_name = "remboursement"
        verbose_name_plural = "remboursements"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_is_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note__isnull=True)
                | Q(payment__isnull=True, credit_note__isnull=False),
                name="refund_has_one_source",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True, cancel_reason="")
                | (Q(cancelled_on__isnull=False) & ~Q(cancel_reason="")),
                name="a_cancelled_refund_says_why",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | Q(cancelled_on__gte=F("paid_on")),
                name="a_refund_is_cancelled_after_it_left",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="refunds_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="a_refund_is_cancelled_not_changed",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "member", "paid_on", "amount", "payment", "credit_note", "by_rate"
                ),
            ),
            pgtrigger.Protect(
                name="a_cancelled_refund_stays_cancelled",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__cancelled_on__isnull=False),
            ),
            pgtrigger.Trigger(
                name="no_cent_is_given_back_twice",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[
                    ("origin", "billing_invoice%ROWTYPE"),
                    ("paid", "billing_payment%ROWTYPE"),
                    ("taken", "numeric"),
                ],
                # The same rows as an allocation locks: one of the two waits for the other.
                func="""
                    IF NEW.payment_id IS NOT NULL THEN
                        SELECT * INTO paid FROM billing_payment WHERE id = NEW.payment_id FOR NO KEY UPDATE;
                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (
                            SELECT amount FROM billing_allocation WHERE payment_id = NEW.payment_id
                            UNION ALL
                            SELECT amount FROM billing_refund
                                WHERE payment_id = NEW.payment_id AND cancelled_on IS NULL
                        ) AS used;
                        IF paid.member_id <> NEW.member_id OR paid.reversed_on IS NOT NULL
                           OR NEW.paid_on < paid.received_on OR taken + NEW.amount > paid.amount THEN
                            RAISE EXCEPTION 'what is left of a payment is given back once, to its member'
                                USING ERRCODE = 'check_violation';
                        END IF;
                    ELSIF NEW.credit_note_id IS NOT NULL THEN
                        SELECT * INTO origin FROM billing_invoice WHERE id = NEW.credit_note_id FOR NO KEY UPDATE;
                        SELECT COALESCE(SUM(amount), 0) INTO taken FROM (
                            SELECT amount FROM billing_allocation WHERE credit_note_id = NEW.credit_note_id
                            UNION ALL
                            SELECT amount FROM billing_refund
                                WHERE credit_note_id = NEW.credit_note_id AND cancelled_on IS NULL
                        ) AS used;
                        IF origin.status <> 'issued' OR origin.kind <> 'credit_note'
                           OR origin.member_id <> NEW.member_id OR NEW.paid_on < origin.issued_on
                           OR taken + NEW.amount > origin.total THEN
                            RAISE EXCEPTION 'what is left of a credit note is given back once, to its member'
                                USING ERRCODE = 'check_violation';
                        END IF;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"remboursement du {self.paid_on:%d/%m/%Y}"

    @property
    def vat(self) -> Decimal:
        """The VAT of the amount, all rates together."""
        return sum((Decimal(row["vat"]) for row in self.by_rate), ZERO)
