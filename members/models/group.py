"""The one row that says who the group is and how it invoices by default."""

from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from members import identifiers


class HolidayZone(models.TextChoices):
    """Which public holidays hold (C. trav. L3133-1; L3134-13 in Moselle, Bas-Rhin and Haut-Rhin)."""

    METROPOLE = "metropole", "France métropolitaine"
    ALSACE_MOSELLE = "alsace_moselle", "Alsace-Moselle"


class DraftVisibility(models.TextChoices):
    """What a member's staff see of hours that the person has not submitted."""

    NOTHING = "nothing", "rien"
    IN_PROGRESS = "in_progress", "« en cours de saisie »"


@pghistory.track()
class Group(models.Model):
    """The groupement d'employeurs itself: identity printed on documents, and its default rules."""

    name = models.CharField("nom", max_length=120)
    tagline = models.CharField("présentation en une ligne", max_length=160, blank=True)
    legal_form = models.CharField("forme juridique", max_length=80, default="Association loi 1901")
    siren = identifiers.IdentifierField("SIREN", max_length=9, validators=[identifiers.check_siren])
    siret = identifiers.IdentifierField("SIRET du siège", max_length=14, validators=[identifiers.check_siret])
    vat_number = identifiers.IdentifierField(
        "numéro de TVA", max_length=20, blank=True, validators=[identifiers.check_vat_number]
    )
    rna = identifiers.IdentifierField(
        "numéro RNA", max_length=10, blank=True, validators=[identifiers.check_rna]
    )
    street = models.CharField("adresse", max_length=200)
    postal_code = models.CharField("code postal", max_length=10)
    city = models.CharField("ville", max_length=80)
    email = models.EmailField("adresse e-mail")
    phone = models.CharField("téléphone", max_length=30, blank=True)
    website = models.URLField("site", blank=True)
    iban = identifiers.IdentifierField("IBAN", max_length=34, blank=True, validators=[identifiers.check_iban])
    bic = identifiers.IdentifierField("BIC", max_length=11, blank=True, validators=[identifiers.check_bic])
    bank_name = models.CharField("banque", max_length=80, blank=True)
    sepa_creditor_id = identifiers.IdentifierField(
        "identifiant créancier SEPA (ICS)",
        max_length=35,
        blank=True,
        validators=[identifiers.check_creditor_id],
    )
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
    has_tacit_confirmation = models.BooleanField(
        "visa tacite",
        default=True,
        help_text="Sans réponse à la fin du délai de visa, les heures sont visées et marquées « visa tacite ».",
    )
    entry_grace_days = models.PositiveSmallIntegerField(
        "saisie du mois passé, jours de grâce",
        null=True,
        blank=True,
        validators=[MaxValueValidator(31)],
        help_text="Jusqu’au combien du mois suivant les heures se saisissent ; après, la coordination seule, pour le "
        "dernier mois. Vide : sans limite.",
    )
    draft_visibility = models.CharField(
        "heures non soumises, pour l’adhérent",
        max_length=12,
        choices=DraftVisibility,
        default=DraftVisibility.IN_PROGRESS,
    )
    holiday_zone = models.CharField(
        "jours fériés", max_length=16, choices=HolidayZone, default=HolidayZone.METROPOLE
    )
    invitation_days = models.PositiveSmallIntegerField("validité d’une invitation (jours)", default=7)

    class Meta:
        verbose_name = "groupement"
        verbose_name_plural = "groupement"
        constraints = [
            models.CheckConstraint(
                condition=Q(pk=1),
                name="group_is_the_only_row",
                violation_error_message="Il n’y a qu’un groupement\u00a0: modifiez celui qui existe.",
            ),
            models.CheckConstraint(
                condition=Q(siren__regex=r"^\d{9}$"),
                name="group_siren_has_nine_digits",
                violation_error_message="Le SIREN a neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^\d{14}$"),
                name="group_siret_has_fourteen_digits",
                violation_error_message="Le SIRET a quatorze chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(invoice_prefix__regex=r"^[A-Z0-9][A-Z0-9-]{0,7}$"),
                name="group_invoice_prefix_is_printable",
                violation_error_message="Le préfixe des numéros n’a que des capitales, des chiffres et des tirets.",
            ),
            models.CheckConstraint(
                condition=Q(payment_days__lte=60),
                name="group_payment_days_stay_within_sixty",
                violation_error_message="Le délai de paiement ne dépasse pas soixante jours (C. com. L441-10).",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        if not self.siret.startswith(self.siren):
            raise ValidationError({"siret": "Le SIRET commence par le SIREN."})
        if not identifiers.belongs_to(self.vat_number, self.siren):
            raise ValidationError({"vat_number": "Le numéro de TVA se termine par le SIREN."})
