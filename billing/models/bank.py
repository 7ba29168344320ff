"""The bank's statements as they were imported: their operations, and the payment that each became."""

from django.db import models
from django.db.models import Q

from groupement.money import MoneyField


class BankStatement(models.Model):
    """A statement taken in whole (CAMT.053, or the CSV of a bank); the same file is not taken twice."""

    file_name = models.CharField("fichier", max_length=200)
    sha256 = models.CharField("empreinte", max_length=64, unique=True)
    format = models.CharField("format", max_length=20)
    iban = models.CharField("IBAN du compte", max_length=34, blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    imported_by = models.ForeignKey("members.User", models.PROTECT, null=True, related_name="+")
    imported_at = models.DateTimeField("importé le")

    class Meta:
        verbose_name = "relevé bancaire"
        verbose_name_plural = "relevés bancaires"

    def __str__(self):
        return self.file_name


class OperationStatus(models.TextChoices):
    OPEN = "open", "à rapprocher"
    MATCHED = "matched", "rapprochée"
    SET_ASIDE = "set_aside", "hors factures"


class BankOperation(models.Model):
    """One operation of the account; positive amounts came in. ``key`` is the bank's own reference, else a digest."""

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="operations", verbose_name="relevé"
    )
    key = models.CharField("identifiant", max_length=80)
    iban = models.CharField("IBAN du compte", max_length=34, blank=True)
    booked_on = models.DateField("date")
    amount = MoneyField("montant")
    counterparty = models.CharField("tiers", max_length=140, blank=True)
    label = models.CharField("libellé", max_length=400, blank=True)
    reference = models.CharField("référence", max_length=140, blank=True)
    status = models.CharField("état", max_length=10, choices=OperationStatus, default=OperationStatus.OPEN)
    payment = models.OneToOneField(
        "billing.Payment", models.PROTECT, null=True, related_name="operation", verbose_name="règlement"
    )
    note = models.CharField("note", max_length=200, blank=True)

    class Meta:
        verbose_name = "opération bancaire"
        verbose_name_plural = "opérations bancaires"
        constraints = [
            models.UniqueConstraint(fields=["iban", "key"], name="an_operation_is_taken_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="an_operation_moves_money"),
            models.CheckConstraint(
                condition=Q(status="matched", payment__isnull=False)
                | Q(status__in=["open", "set_aside"], payment__isnull=True),
                name="a_matched_operation_has_its_payment",
            ),
        ]

    def __str__(self):
        return f"{self.booked_on:%d/%m/%Y} {self.amount}"


class BankLayout(models.Model):
    """Which column of a bank's CSV means what, as finance said it once; found again by the titles."""

    titles_digest = models.CharField("empreinte des titres", max_length=64, unique=True)
    titles = models.JSONField("titres")
    columns = models.JSONField("colonnes")
    used_at = models.DateTimeField("utilisé le")

    class Meta:
        verbose_name = "format de relevé bancaire"
        verbose_name_plural = "formats de relevés bancaires"

    def __str__(self):
        return f"format {self.titles_digest[:8]}"
