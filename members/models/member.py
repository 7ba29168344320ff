"""Member structures, their places of work, and the statements behind an exempt VAT regime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pghistory
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from groupement.kernel import postal
from groupement.kernel.periods import Dated, no_overlap
from groupement.kernel.spelling import OneSpelling
from members import identifiers
from members.models.group import HolidayZone

if TYPE_CHECKING:
    from members.models.people import User


HALF_AN_ADDRESS = (
    "Une adresse de facturation a sa rue, son code postal et sa ville\u00a0: complétez-la, "
    "ou videz les trois."
)


class LegalForm(models.TextChoices):
    ASSOCIATION = "association", "association loi 1901"
    SPL = "spl", "société publique locale"
    SCIC = "scic", "société coopérative d’intérêt collectif"
    SCOP = "scop", "société coopérative de production"
    SAS = "sas", "société par actions simplifiée"
    SARL = "sarl", "société à responsabilité limitée"
    LOCAL_AUTHORITY = "local_authority", "collectivité territoriale"
    OTHER = "other", "autre"


class MemberQuerySet(models.QuerySet["Member"]):
    """Members, in the scope of the reader."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; otherwise those where ``user`` holds a seat today, or stands in for one."""
        if user.sees_every_member:
            return self
        answered = [member for _, member in user.deputyships if member]
        own = Q(pk__in=user.seats.on(timezone.localdate()).values("member"))
        return self.filter(own | Q(pk__in=answered) if answered else own)

    def by_name(self) -> Self:
        """In the order people read: without accents or case, then the oldest."""
        return self.order_by(models.functions.Lower("short_name__unaccent"), "pk")


@pghistory.track()
class Member(models.Model):
    """An employer that belongs to the group: identity, status for VAT, and how its invoices travel."""

    legal_name = models.CharField("dénomination", max_length=160)
    short_name = models.CharField("nom court", max_length=40)
    hue = models.PositiveSmallIntegerField(
        "couleur", default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    shape = models.PositiveSmallIntegerField(
        "forme", default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    legal_form = models.CharField("forme juridique", max_length=20, choices=LegalForm)
    siren = identifiers.IdentifierField(
        "SIREN", max_length=9, unique=True, validators=[identifiers.check_siren]
    )
    siret = identifiers.IdentifierField(
        "SIRET", max_length=14, unique=True, validators=[identifiers.check_siret]
    )
    vat_number = identifiers.IdentifierField(
        "numéro de TVA", max_length=20, blank=True, validators=[identifiers.check_vat_number]
    )
    is_taxable_person = models.BooleanField("assujetti à la TVA", default=True)
    counts_as_local_authority = models.BooleanField(
        "compte comme collectivité",
        default=False,
        help_text="Pour la règle de la moitié des adhérents (C. trav. L1253-19). À fixer par le conseil.",
    )
    is_public_buyer = models.BooleanField("acheteur public (Chorus Pro)", default=False)
    naf = identifiers.IdentifierField(
        "code NAF", max_length=6, blank=True, validators=[identifiers.check_naf]
    )
    collective_agreement = models.CharField("convention collective", max_length=120, blank=True)
    headcount = models.PositiveIntegerField("effectif", default=0)
    street = models.CharField("adresse", max_length=200)
    postal_code = models.CharField("code postal", max_length=10)
    city = models.CharField("ville", max_length=80)
    billing_street = models.CharField("adresse de facturation", max_length=200, blank=True)
    billing_postal_code = models.CharField("code postal de facturation", max_length=10, blank=True)
    billing_city = models.CharField("ville de facturation", max_length=80, blank=True)
    billing_email = models.EmailField("e-mail de facturation", blank=True)
    e_invoicing_address = models.CharField("adresse de facturation électronique", max_length=80, blank=True)
    order_reference = models.CharField("référence de commande ou d’engagement", max_length=50, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "adhérent"
        verbose_name_plural = "adhérents"
        constraints = [
            OneSpelling(
                field="short_name",
                name="member_short_name_is_one_however_written",
                violation_error_message="Un autre adhérent a déjà ce nom court, à la casse ou aux accents près.",
            ),
            models.CheckConstraint(
                condition=Q(siren__regex=r"^\d{9}$"),
                name="member_siren_has_nine_digits",
                violation_error_message="Le SIREN a neuf chiffres.",
            ),
            models.CheckConstraint(
                condition=Q(siret__regex=r"^\d{14}$", siret__startswith=F("siren")),
                name="member_siret_begins_with_its_siren",
                violation_error_message="Le SIRET a quatorze chiffres et commence par le SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(hue__range=(1, 12), shape__range=(1, 12)),
                name="member_mark_is_drawable",
                violation_error_message="La couleur et la forme vont de 1 à 12.",
            ),
            models.CheckConstraint(
                condition=Q(billing_street="", billing_postal_code="", billing_city="")
                | ~(Q(billing_street="") | Q(billing_postal_code="") | Q(billing_city="")),
                name="member_billing_address_is_whole_or_none",
                violation_error_message=HALF_AN_ADDRESS,
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def has_billing_address(self) -> bool:
        """Whether invoices and letters go elsewhere than to the seat; such an address is whole, or there is none."""
        return all(postal.parts_of(self, "billing_").values())

    @property
    def invoice_address(self) -> dict[str, str]:
        """Where the member wants its invoices, else its seat: street, postal code and town (kernel.postal)."""
        return postal.parts_of(self, "billing_" if self.has_billing_address else "")

    def clean(self) -> None:
        if not identifiers.belongs_to(self.vat_number, self.siren):
            raise ValidationError({"vat_number": "Le numéro de TVA se termine par le SIREN."})
        billing = postal.parts_of(self, "billing_")
        if any(billing.values()) and not all(billing.values()):
            raise ValidationError(
                {f"billing_{part}": HALF_AN_ADDRESS for part, text in billing.items() if not text}
            )


@pghistory.track()
class Site(models.Model):
    """A place of work of a member."""

    member = models.ForeignKey(Member, models.PROTECT, related_name="sites", verbose_name="adhérent")
    name = models.CharField("nom", max_length=80)
    street = models.CharField("adresse", max_length=200, blank=True)
    postal_code = models.CharField("code postal", max_length=10, blank=True)
    city = models.CharField("ville", max_length=80, blank=True)
    holiday_zone = models.CharField(
        "jours fériés",
        max_length=16,
        choices=HolidayZone,
        blank=True,
        help_text="Vide\u00a0: comme le groupement.",
    )

    class Meta:
        verbose_name = "lieu de travail"
        verbose_name_plural = "lieux de travail"
        constraints = [
            models.UniqueConstraint(fields=["member", "name"], name="site_name_is_unique_at_a_member")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}" if self.city else self.name


# Doctrine: the taxable receipts of an exempt member stay below (CGI 261 B; BOI-RES-000082 tells by use).
MOST_TAXABLE = 20


@pghistory.track()
class VatAttestation(Dated):
    """A member's statement, for a time, that it may be invoiced without VAT (CGI art. 261 B)."""

    member = models.ForeignKey(
        Member, models.PROTECT, related_name="vat_attestations", verbose_name="adhérent"
    )
    taxable_receipts_percent = models.DecimalField(
        "part des recettes taxables (%)",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    legal_basis = models.CharField("fondement", max_length=160)
    signed_on = models.DateField("signée le")
    document = models.ForeignKey(
        "members.File", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="document"
    )

    class Meta:
        verbose_name = "attestation de TVA"
        verbose_name_plural = "attestations de TVA"
        constraints = [
            no_overlap("vat_attestations_of_a_member_do_not_overlap", "member"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=False, ends_before__gt=F("starts_on")),
                name="vat_attestation_expires",
                violation_error_message="Une attestation a une fin, après son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"attestation du {self.signed_on:%d/%m/%Y}"

    @property
    def is_beyond_the_limit(self) -> bool:
        """Whether taxable receipts are too large a part for the exemption of all that the member uses."""
        return self.taxable_receipts_percent >= MOST_TAXABLE
