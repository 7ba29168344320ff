"""The one row of the group: its identity, and how it invoices by default."""

from decimal import Decimal

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from groupement.kernel import postal
from groupement.kernel.money import spell_percent
from members import identifiers

# Invoices of a month's services are periodic (CGI 289, I-3): 45 days of their date, whatever the basis.
MOST_DAYS = 45
DAYS_TO_THE_END = 30
TOO_LONG = (
    "Des factures périodiques se paient dans les 45\u00a0jours de leur date, fin de mois comprise (C. com. L441-10, I)"
    "\u00a0: raccourcissez le délai, ou notez pourquoi l’expert-comptable en admet un plus long."
)
SAME_NUMBERS = (
    "Factures et avoirs auraient un jour le même numéro\u00a0: mettez {prefix} dans le modèle, séparé du rang, ou "
    "videz le préfixe des avoirs, qui suivent alors les factures."
)


class HolidayZone(models.TextChoices):
    """Which public holidays hold (C. trav. L3133-1; L3134-13 in Moselle, Bas-Rhin and Haut-Rhin)."""

    METROPOLE = "metropole", "France métropolitaine"
    ALSACE_MOSELLE = "alsace_moselle", "Alsace-Moselle"


class DraftVisibility(models.TextChoices):
    """What a member's staff see of hours that the person has not submitted."""

    NOTHING = "nothing", "rien"
    IN_PROGRESS = "in_progress", "« en cours de saisie »"


class PaymentBasis(models.TextChoices):
    """From when the days of payment count (C. com. L441-10: 60 days of the invoice, or 45 days end of month)."""

    INVOICE_DATE = "invoice_date", "jours à compter de la date de facture"
    DAYS_THEN_END_OF_MONTH = "days_then_end", "jours, puis fin de mois"
    END_OF_MONTH_THEN_DAYS = "end_then_days", "fin de mois, puis jours"


class LeaveMethod(models.TextChoices):
    """How paid leave reaches the members."""

    AS_PAID = "as_paid", "dans le coût du mois où il est pris"
    PROVISION = "provision", "par une provision mensuelle d’un dixième, reprise quand il est pris"


class PriceDetail(models.TextChoices):
    """What members read of how a price at actual cost was reached; nothing sharper than the price unless the group
    decided so."""

    AMOUNT = "amount", "méthode, heures, montant et frais"
    HOURS = "hours", "et le coût de l’heure, qui laisse estimer une rémunération"
    SHARES = "shares", "et la part de chaque mise à disposition dans le mois"
    COSTS = "costs", "et le coût employeur (une rémunération peut s’en déduire)"


class LiabilityKey(models.TextChoices):
    """Objective keys of the statutes for joint liability (C. trav. L1253-8)."""

    HOURS = "hours", "heures utilisées"
    INVOICED = "invoiced", "montants facturés"
    WAGE_BILL = "wage_bill", "masse salariale utilisée"
    EQUAL = "equal", "parts égales"


class VatPeriod(models.TextChoices):
    """How often the group declares its VAT (CGI 287, 2)."""

    NONE = "none", "pas de déclaration ici"
    MONTHLY = "monthly", "chaque mois"
    QUARTERLY = "quarterly", "chaque trimestre"


VAT_DAYS = (15, 24)  # which of them the tax office gives each company (CGI ann. IV, 39)


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
    credit_prefix = models.CharField(
        "préfixe des avoirs",
        max_length=8,
        blank=True,
        help_text="Vide : factures et avoirs suivent la même série.",
    )
    number_template = models.CharField(
        "modèle des numéros",
        max_length=40,
        default="{prefix}-{year}-{sequence}",
        validators=[identifiers.check_number_template],
        help_text="{prefix}, {year} et {sequence} (quatre chiffres au moins) ; vingt caractères au plus, de A à Z, "
        "de 0 à 9, + - _ et /.",
    )
    payment_days = models.PositiveSmallIntegerField("délai de paiement (jours)", default=30)
    payment_basis = models.CharField(
        "délai compté", max_length=16, choices=PaymentBasis, default=PaymentBasis.INVOICE_DATE
    )
    late_penalty_rate = models.DecimalField(
        "taux des pénalités de retard (% par an)",
        max_digits=5,
        decimal_places=2,
        default=Decimal("12.15"),
        validators=[MinValueValidator(Decimal("0"))],
        help_text="Au moins trois fois le taux légal (C. com. L441-10). À fixer par l’expert-comptable.",
    )
    legal_interest_rate = models.DecimalField(
        "taux de l’intérêt légal (% par an)",
        max_digits=5,
        decimal_places=2,
        default=Decimal("2.62"),
        validators=[MinValueValidator(Decimal(0))],
        help_text="Celui des professionnels, publié chaque semestre (2,62\u00a0% au premier semestre 2026).",
    )
    payment_exception = models.CharField(
        "motif d’un délai plus long",
        max_length=200,
        blank=True,
        help_text="Pourquoi l’expert-comptable admet plus de 45\u00a0jours pour des factures périodiques.",
    )
    penalty_exception = models.CharField(
        "motif d’un taux plus bas",
        max_length=200,
        blank=True,
        help_text="Pourquoi l’expert-comptable admet moins de trois fois le taux légal.",
    )
    recovery_indemnity = models.DecimalField(
        "indemnité forfaitaire de recouvrement (€)", max_digits=8, decimal_places=2, default=Decimal("40.00")
    )
    discount_terms = models.CharField(
        "escompte", max_length=160, default="Escompte pour paiement anticipé : néant."
    )
    vat_on_debits = models.BooleanField("option pour la TVA d’après les débits", default=False)
    vat_franchise = models.BooleanField(
        "franchise en base de TVA (293 B)", default=False, help_text="À fixer par l’expert-comptable."
    )
    vat_period = models.CharField(
        "déclaration de TVA",
        max_length=10,
        choices=VatPeriod,
        blank=True,
        help_text="Mensuelle, ou trimestrielle au-dessous de 4\u00a0000\u00a0€ de TVA par an (CGI, 287). Vide\u00a0: "
        "non réglé.",
    )
    vat_first_period = models.DateField(
        "début de la première période à déclarer ici",
        null=True,
        blank=True,
        help_text="Ce qui vient avant est déclaré ailleurs, et n’est pas rappelé.",
    )
    vat_day = models.PositiveSmallIntegerField(
        "jour limite de la déclaration de TVA",
        null=True,
        blank=True,
        help_text="De 15 à 24, d’après l’espace professionnel du groupement (CGI, annexe IV, 39).",
    )
    payroll_day = models.PositiveSmallIntegerField(
        "paie reçue au plus tard le (jour du mois suivant)",
        null=True,
        blank=True,
        help_text="De 1 à 28\u00a0: le jour dit par le cabinet de paie. Vide\u00a0: non réglé.",
    )
    leave_method = models.CharField(
        "congés payés", max_length=10, choices=LeaveMethod, default=LeaveMethod.AS_PAID
    )
    payroll_tax_percent = models.DecimalField(
        "part des salaires soumise à la taxe sur les salaires (%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text="Chiffre d’affaires exonéré ÷ total de l’année passée (CGI, 231). Vide, ou 10\u00a0% au plus\u00a0: "
        "aucune. À fixer par l’expert-comptable.",
    )
    price_detail = models.CharField(
        "ce que l’adhérent lit du prix au coût réel",
        max_length=8,
        choices=PriceDetail,
        default=PriceDetail.AMOUNT,
    )
    write_off_limit = models.DecimalField(
        "abandon d’un reste dû, au plus (€)", max_digits=8, decimal_places=2, default=Decimal("5.00")
    )
    liability_key = models.CharField(
        "clé de responsabilité solidaire (statuts)",
        max_length=10,
        choices=LiabilityKey,
        default=LiabilityKey.HOURS,
    )
    liability_months = models.PositiveSmallIntegerField(
        "période de cette clé (mois)", default=12, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
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
                condition=Q(payment_basis="invoice_date", payment_days__lte=60) | Q(payment_days__lte=45),
                name="group_payment_days_stay_within_the_law",
                violation_error_message="Le délai de paiement ne dépasse pas soixante jours, ou quarante-cinq fin de "
                "mois (C. com. L441-10).",
            ),
            models.CheckConstraint(
                # How much an end of month adds depends on the day: its most counts.
                condition=Q(payment_basis="invoice_date", payment_days__lte=MOST_DAYS)
                | Q(payment_days__lte=MOST_DAYS - DAYS_TO_THE_END)
                | ~Q(payment_exception=""),
                name="group_periodic_invoices_are_due_within_45_days",
                violation_error_message=TOO_LONG,
            ),
            models.CheckConstraint(
                condition=Q(late_penalty_rate__gte=F("legal_interest_rate") * 3) | ~Q(penalty_exception=""),
                name="group_late_penalty_is_three_times_the_legal_rate",
            ),
            models.CheckConstraint(
                condition=Q(credit_prefix="") | Q(credit_prefix__regex=r"^[A-Z0-9][A-Z0-9-]{0,7}$"),
                name="group_credit_prefix_is_printable",
                violation_error_message="Le préfixe des avoirs n’a que des capitales, des chiffres et des tirets.",
            ),
            models.CheckConstraint(
                condition=Q(number_template__contains="{year}", number_template__regex=r"\{sequence\}$"),
                name="group_number_template_has_its_year",
                violation_error_message="Le modèle des numéros contient {year} et se termine par {sequence}\u00a0: la "
                "numérotation recommence chaque année.",
            ),
            models.CheckConstraint(
                # As identifiers.prefixes_clash says it; the prefixes hold nothing that a pattern reads otherwise.
                condition=Q(credit_prefix__in=["", F("invoice_prefix")])
                | Q(number_template__contains="{prefix}")
                & ~(
                    Q(number_template__endswith="{prefix}{sequence}")
                    & (
                        Q(credit_prefix__regex=Concat(Value("^"), F("invoice_prefix"), Value("[1-9][0-9]*$")))
                        | Q(
                            invoice_prefix__regex=Concat(
                                Value("^"), F("credit_prefix"), Value("[1-9][0-9]*$")
                            )
                        )
                    )
                ),
                name="group_invoices_and_credit_notes_have_other_numbers",
                violation_error_message=SAME_NUMBERS,
            ),
            models.CheckConstraint(
                condition=Q(vat_period__in=["", "none"], vat_first_period__isnull=True, vat_day__isnull=True)
                | Q(
                    vat_period__in=["monthly", "quarterly"],
                    vat_first_period__isnull=False,
                    vat_day__isnull=False,
                    vat_day__range=VAT_DAYS,
                ),
                name="group_vat_return_is_set_wholly_or_not",
                violation_error_message="La déclaration de TVA se règle en entier\u00a0: rythme, première période et "
                "jour limite, de 15 à 24. Sans déclaration ici, laissez vides la période et le jour.",
            ),
            models.CheckConstraint(
                condition=Q(payroll_day__isnull=True) | Q(payroll_day__range=(1, 28)),
                name="group_payroll_day_is_in_every_month",
                violation_error_message="Le jour de la paie va de 1 à 28.",
            ),
            models.CheckConstraint(
                condition=Q(write_off_limit__gte=0),
                name="group_write_off_limit_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def letterhead(self, *more: str) -> dict[str, str]:
        """What papers copy of the group: name, legal form, address, SIREN, SIRET, and the columns named by ``more``."""
        names = ("name", "legal_form", *postal.PARTS, "siren", "siret", *more)
        return {name: str(getattr(self, name)) for name in names}

    def clean(self) -> None:
        if not self.siret.startswith(self.siren):
            raise ValidationError({"siret": "Le SIRET commence par le SIREN."})
        if not identifiers.belongs_to(self.vat_number, self.siren):
            raise ValidationError({"vat_number": "Le numéro de TVA se termine par le SIREN."})
        self._refuse_unlawful_terms()
        prefixes = self.invoice_prefix, self.credit_prefix
        if (
            all(prefixes)
            and len({*prefixes}) == 2
            and identifiers.prefixes_clash(self.number_template, *prefixes)
        ):
            raise ValidationError({"credit_prefix": SAME_NUMBERS})

    def _refuse_unlawful_terms(self) -> None:
        """What C. com. L441-10 asks of terms of payment, unless the accountant's reason is written down."""
        added = 0 if self.payment_basis == PaymentBasis.INVOICE_DATE else DAYS_TO_THE_END
        faults = {}
        if self.payment_days + added > MOST_DAYS and not self.payment_exception:
            faults["payment_days"] = TOO_LONG
        least = self.legal_interest_rate * 3
        if self.late_penalty_rate < least and not self.penalty_exception:
            faults["late_penalty_rate"] = (
                f"Au moins trois fois le taux légal, soit {spell_percent(least)} (C. com. L441-10, II)\u00a0: "
                "relevez-le, ou notez pourquoi l’expert-comptable admet moins."
            )
        if faults:
            raise ValidationError(faults)
