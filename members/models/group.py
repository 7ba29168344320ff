"""The one row that says who the group is and how it invoices by default."""

from decimal import Decimal

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q


@pghistory.track()
class Group(models.Model):
    """The groupement d'employeurs itself: identity printed on documents, and its default rules."""

    name = models.CharField("nom", max_length=120)
    tagline = models.CharField("présentation en une ligne", max_length=160, blank=True)
    legal_form = models.CharField("forme juridique", max_length=80, default="Association loi 1901")
    siren = models.CharField("SIREN", max_length=9)
    siret = models.CharField("SIRET du siège", max_length=14)
    vat_number = models.CharField("numéro de TVA", max_length=20, blank=True)
    rna = models.CharField("numéro RNA", max_length=10, blank=True)
    street = models.CharField("adresse", max_length=200)
    postal_code = models.CharField("code postal", max_length=10)
    city = models.CharField("ville", max_length=80)
    email = models.EmailField("adresse e-mail")
    phone = models.CharField("téléphone", max_length=30, blank=True)
    website = models.URLField("site", blank=True)
    iban = models.CharField("IBAN", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    bank_name = models.CharField("banque", max_length=80, blank=True)
    sepa_creditor_id = models.CharField("identifiant créancier SEPA (ICS)", max_length=35, blank=True)
    collective_agreement = models.CharField("convention collective (IDCC)", max_length=120, blank=True)
    logo = models.FileField("logo", upload_to="group/", blank=True)
    invoice_prefix = models.CharField(
        "préfixe des numéros",
        max_length=8,
        default="F",
        help_text="Lettres capitales, chiffres et tirets. L’année suit : « F » donne F-2026-0001.",
    )
    payment_days = models.PositiveSmallIntegerField("délai de paiement (jours)", default=30)
    late_penalty_rate = models.DecimalField(
        "taux des pénalités de retard (% par an)",
        max_digits=5,
        decimal_places=2,
        default=Decimal("12.15"),
        validators=[MinValueValidator(Decimal("0"))],
        help_text="Au moins trois fois le taux légal (C. com. L441-10). À fixer par l’expert-comptable.",
    )
    recovery_indemnity = models.DecimalField(
        "indemnité forfaitaire de recouvrement (€)", max_digits=8, decimal_places=2, default=Decimal("40.00")
    )
    discount_terms = models.CharField(
        "escompte", max_length=160, default="Escompte pour paiement anticipé : néant."
    )
    vat_on_debits = models.BooleanField("option pour la TVA d’après les débits", default=False)
    absence_rule = models.CharField(
        "qui porte les absences, par défaut",
        max_length=16,
        default="worked_hours",
        help_text="Repris dans les nouvelles conditions ; se change pour chaque mise à disposition.",
    )
    confirmation_days = models.PositiveSmallIntegerField("délai de visa (jours)", default=5)
    invitation_days = models.PositiveSmallIntegerField("validité d’une invitation (jours)", default=7)

    class Meta:
        verbose_name = "groupement"
        verbose_name_plural = "groupement"
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="group_is_the_only_row"),
            models.CheckConstraint(condition=Q(siren__regex=r"^\d{9}$"), name="group_siren_has_nine_digits"),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^\d{14}$"), name="group_siret_has_fourteen_digits"
            ),
            models.CheckConstraint(
                condition=Q(invoice_prefix__regex=r"^[A-Z0-9][A-Z0-9-]{0,7}$"),
                name="group_invoice_prefix_is_printable",
            ),
            models.CheckConstraint(
                condition=Q(payment_days__lte=60), name="group_payment_days_stay_within_sixty"
            ),
        ]

    def __str__(self):
        return self.name
