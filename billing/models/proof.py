"""Proofs: what was checked, and what was no longer as it was kept."""

import pgtrigger
from django.db import models


class Proof(models.Model):
    """One check of everything that was kept (billing.proving): how many of each kind, and a row for each fault."""

    at = models.DateTimeField("faite le")
    counts = models.JSONField("ce qui a été vérifié", default=dict)
    findings = models.JSONField("ce qui ne va pas", default=list)

    class Meta:
        verbose_name = "preuve"
        verbose_name_plural = "preuves"
        triggers = [
            pgtrigger.Protect(name="proofs_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"preuve du {self.at:%d/%m/%Y}"
