"""The one row of the group: its identity, and how it invoices by default."""

from __future__ import annotations

from decimal import Decimal

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from groupement.kernel import postal
from members import identifiers
from members.models.rule import GroupRule

# Months that a log of this kind is kept (CNIL, délibération 2021-122 of 14 October 2021).
LEAST_LOG, MOST_LOG = 6, 12
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
    IN_PROGRESS = "in_progress", "«\u00a0en cours de saisie\u00a0»"


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


class AbsenceRule(models.TextChoices):
    """Who bears the hours that are nobody's: leave, holidays, sickness, training, downtime."""

    WORKED_HOURS = "worked_hours", "selon les heures travaillées du mois"
    PLANNED_SHARE = "planned_share", "selon les parts prévues"
    LAST_12_MONTHS = "last_12_months", "selon les douze derniers mois"
    PLANNED_THAT_DAY = "planned_that_day", "la structure prévue ce jour-là"
    RESERVE = "reserve", "la réserve du groupement"


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


class GroupManager(models.Manager["Group"]):
    """The row of the group brings its dated rules along: whoever reads it asks for no query more (members.rules)."""

    def get_queryset(self) -> models.QuerySet[Group]:
        return super().get_queryset().annotate(rule_rows=ArraySubquery(GroupRule.objects.kept().as_rows()))


@pghistory.track()
class Group(models.Model):
    """The groupement d'employeurs itself: identity printed on documents, and what it decided without a day.

    What it decides from a day on are its rules: GroupRule.
    """

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
    logo = models.ForeignKey(
        "members.File", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="logo"
    )
    invoice_prefix = models.CharField(
        "préfixe des numéros",
        max_length=8,
        default="F",
        help_text="Lettres capitales, chiffres et tirets. L’année suit\u00a0: «\u00a0F\u00a0» donne F-2026-0001.",
    )
    credit_prefix = models.CharField(
        "préfixe des avoirs",
        max_length=8,
        blank=True,
        help_text="Vide\u00a0: factures et avoirs suivent la même série.",
    )
    number_template = models.CharField(
        "modèle des numéros",
        max_length=40,
        default="{prefix}-{year}-{sequence}",
        validators=[identifiers.check_number_template],
        help_text="{prefix}, {year} et {sequence} (quatre chiffres au moins)\u00a0; vingt caractères au plus, "
        "de A à Z, de 0 à 9, + - _ et /.",
    )
    recovery_indemnity = models.DecimalField(
        "indemnité forfaitaire de recouvrement (€)", max_digits=8, decimal_places=2, default=Decimal("40.00")
    )
    discount_terms = models.CharField(
        "escompte", max_length=160, default="Escompte pour paiement anticipé\u00a0: néant."
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
    absence_rule = models.CharField(
        "qui porte les absences, par défaut",
        max_length=16,
        choices=AbsenceRule,
        default=AbsenceRule.WORKED_HOURS,
        help_text="Repris dans les premières conditions d’une mise à disposition\u00a0; se change pour chacune.",
    )
    has_tacit_confirmation = models.BooleanField(
        "visa tacite",
        default=True,
        help_text="Sans réponse à la fin du délai de visa, les heures sont visées et marquées "
        "«\u00a0visa tacite\u00a0».",
    )
    entry_grace_days = models.PositiveSmallIntegerField(
        "saisie du mois passé, jours de grâce",
        null=True,
        blank=True,
        validators=[MaxValueValidator(31)],
        help_text="Jusqu’au combien du mois suivant les heures se saisissent\u00a0; après, la coordination seule, "
        "pour le dernier mois. Vide\u00a0: sans limite.",
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
    security_log_months = models.SmallIntegerField(
        "journal de sécurité, gardé (mois)",
        default=12,
        validators=[MinValueValidator(LEAST_LOG), MaxValueValidator(MOST_LOG)],
        help_text="De 6 à 12 mois, comme la CNIL le recommande (délibération 2021-122). Ce qui est plus ancien "
        "s’efface chaque nuit.",
    )
    invitation_days = models.PositiveSmallIntegerField("validité d’une invitation (jours)", default=7)

    objects = GroupManager()

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
                condition=Q(security_log_months__range=(LEAST_LOG, MOST_LOG)),
                name="group_keeps_its_security_log_six_to_twelve_months",
                violation_error_message="Le journal de sécurité se garde de 6 à 12 mois.",
            ),
            models.CheckConstraint(
                condition=Q(absence_rule__in=AbsenceRule.values),
                name="group_absence_rule_is_one_that_prices_know",
                violation_error_message="Choisissez qui porte les absences dans la liste.",
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
        prefixes = self.invoice_prefix, self.credit_prefix
        if (
            all(prefixes)
            and len({*prefixes}) == 2
            and identifiers.prefixes_clash(self.number_template, *prefixes)
        ):
            raise ValidationError({"credit_prefix": SAME_NUMBERS})
