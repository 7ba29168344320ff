"""A price that is only tried on: written over an invoiced one in a transaction that is rolled back, and in no other."""

import pgtrigger
from django.db import models
from django.db.models.functions import Cast


class PriceTrial(models.Model):
    """Its row lets the rest of the transaction write over invoiced prices, and lets the transaction never commit."""

    transaction = models.BigIntegerField(
        db_default=Cast(
            Cast(models.Func(function="pg_current_xact_id"), models.TextField()), models.BigIntegerField()
        )
    )

    class Meta:
        verbose_name = "essai de prix"
        verbose_name_plural = "essais de prix"
        triggers = [
            pgtrigger.Trigger(
                name="a_trial_is_rolled_back",
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                operation=pgtrigger.Insert,
                func="RAISE EXCEPTION 'a trial is rolled back' USING ERRCODE = 'check_violation';",
            )
        ]

    def __str__(self) -> str:
        return f"essai {self.pk or '—'}"
