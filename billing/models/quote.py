"""Quotes of the simulator and the indices of price revision: what prices are agreed from."""

from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.past import INDEX_IS_KEPT
from groupement.kernel.periods import MonthField
from members.models import User


class QuoteQuerySet(models.QuerySet["Quote"]):
    """Quotes, in the scope of who reads."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; for a seat, those made for its member."""
        if user.sees_every_member:
            return self
        from members.models import Member

        return self.filter(member__in=Member.objects.visible_to(user).values("pk"))


class Quote(models.Model):
    """A simulation offered to a member: its figures frozen in a letter; accepted, it becomes terms."""

    letter = models.OneToOneField(
        "billing.Letter", models.PROTECT, related_name="quote", verbose_name="devis"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="+", verbose_name="adhérent"
    )
    prospect = models.CharField("structure", max_length=160, blank=True)
    figures = models.JSONField("calcul")
    valid_until = models.DateField("valable jusqu’au")
    made_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("fait le")
    terms = models.OneToOneField(
        "employees.Terms", models.SET_NULL, null=True, related_name="+", verbose_name="conditions convenues"
    )
    accepted_at = models.DateTimeField("accepté le", null=True)

    objects = QuoteQuerySet.as_manager()

    class Meta:
        verbose_name = "devis"
        verbose_name_plural = "devis"
        constraints = [
            models.CheckConstraint(
                condition=Q(member__isnull=False) | ~Q(prospect=""), name="a_quote_is_for_somebody"
            )
        ]
        triggers = [
            pgtrigger.Protect(
                name="quote_figures_never_change",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("letter", "member", "prospect", "figures", "valid_until"),
            )
        ]

    def __str__(self) -> str:
        return f"devis n° {self.pk or '—'}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PriceIndex(models.Model):
    """The published value of an index for a month, by which prices are revised."""

    code = models.SlugField("code", max_length=30)
    label = models.CharField("libellé", max_length=160, blank=True)
    month = MonthField("mois")
    value = models.DecimalField("valeur", max_digits=12, decimal_places=4)
    source = models.CharField("source", max_length=200, blank=True)

    class Meta:
        verbose_name = "indice de prix"
        verbose_name_plural = "indices de prix"
        constraints = [
            models.UniqueConstraint(fields=["code", "month"], name="one_value_per_index_and_month"),
            models.CheckConstraint(condition=Q(value__gt=0), name="an_index_is_positive"),
        ]
        triggers = [INDEX_IS_KEPT]

    def __str__(self) -> str:
        return f"{self.code} {self.month}"
