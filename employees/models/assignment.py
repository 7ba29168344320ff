"""Assignments (mises à disposition): an employee at a member, for a time, on priced terms."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar, Self, TypeVar

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, IntegerRangeField, RangeBoundary, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Q, When

from groupement.kernel.money import MoneyField
from groupement.kernel.periods import Dated, DatedQuerySet, DateRange, ends_after_start, no_overlap
from groupement.kernel.spelling import OneSpelling
from members.models import AbsenceRule, User


class PriceMethod(models.TextChoices):
    """How the month is priced (domain: full-cost rate, actual cost, flat amount)."""

    HOURLY = "hourly", "prix horaire convenu"
    ACTUAL = "actual", "coût réel partagé"
    FLAT = "flat", "forfait mensuel"


class VatRegime(models.TextChoices):
    """VAT of a sum: a setting decided with the accountant, never deduced. Rates are dated rows of billing."""

    STANDARD = "S20", "TVA au taux normal"
    INTERMEDIATE = "S10", "TVA au taux intermédiaire"
    REDUCED = "S055", "TVA au taux réduit"
    EXEMPT_261B = "E261B", "exonéré, article 261 B du CGI"
    FRANCHISE = "F293B", "franchise en base, article 293 B du CGI"
    OUT_OF_SCOPE = "O", "hors champ de la TVA"


# The regimes of the terms of an assignment; the others are for free lines, for a group in franchise, for dues.
TERMS_REGIMES = (VatRegime.STANDARD, VatRegime.EXEMPT_261B)


# What an invoiced month is computed from: it is not rewritten once something issued stands on it.
PRICE_COLUMNS = (
    *("price_method", "hourly_price", "flat_amount", "management_rate", "absence_rule", "absence_rules"),
    *("vat_regime", "is_trued_up", "monthly_minimum_minutes"),
)
# Terms that hold at once are refused row by row, or at the end of an act that cuts some in two.
NO_OVERLAP = "terms_of_an_assignment_do_not_overlap"


class MemberUse(models.TextChoices):
    """What a member uses the hours of an assignment for: by use some may be exempt and others not (BOI-RES-000082)."""

    ALL = "", "toutes ses activités"
    TAXED = "taxed", "ses activités taxées"
    EXEMPT = "exempt", "ses activités exonérées"


# The regime that the terms of an assignment for one use must have.
REGIME_OF_USE = {MemberUse.TAXED: VatRegime.STANDARD, MemberUse.EXEMPT: VatRegime.EXEMPT_261B}


def _uses() -> models.Func:
    """The uses of an assignment as a range: all of them meet each, and the two do not meet."""
    first = Case(When(use=MemberUse.EXEMPT, then=1), default=0, output_field=models.IntegerField())
    after = Case(When(use=MemberUse.TAXED, then=1), default=2, output_field=models.IntegerField())
    return models.Func(first, after, function="int4range", output_field=IntegerRangeField())


class HoursEntry(models.TextChoices):
    """Who types the hours of an assignment."""

    EMPLOYEE = "employee", "la personne"
    MEMBER = "member", "la structure"
    BOTH = "both", "l’une ou l’autre"


W = TypeVar("W", bound=Sequence[int])


def week_of(day: date, weekly: W, alternate: W | None, agreed_on: date | None) -> W:
    """The week that holds on ``day``: of two that alternate, A is the one in which they were agreed to begin.

    Weeks count from the Monday of that week, not by their number in the year: a year of 53 would have two A in a row.
    """
    if alternate is None or agreed_on is None:
        return weekly
    start = agreed_on - timedelta(days=agreed_on.weekday())
    return alternate if (day - start).days // 7 % 2 else weekly


class AssignmentQuerySet(DatedQuerySet["Assignment"]):
    """Assignments, in the scope of the reader."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; one's own; those at members where ``user`` has a current seat."""
        if user.sees_every_member:
            return self
        from members.models import Member

        seats = Member.objects.visible_to(user).values("pk")
        return self.filter(Q(employee__user=user) | Q(member__in=seats))


@pghistory.track()
class Assignment(Dated):
    """One employee placed at one member; refused unless the contract names the member, admitted that day."""

    reference = models.CharField("référence", max_length=30)
    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="assignments", verbose_name="salarié"
    )
    contract = models.ForeignKey(
        "employees.Contract", models.PROTECT, related_name="assignments", verbose_name="contrat"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")
    site = models.ForeignKey(
        "members.Site",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="lieu de travail",
    )
    job = models.CharField("mission", max_length=120)
    use = models.CharField(
        "pour",
        max_length=6,
        choices=MemberUse,
        default=MemberUse.ALL,
        blank=True,
        help_text="Une personne peut servir aux deux chez un même adhérent\u00a0: une mise à disposition pour chaque "
        "usage, chacune avec ses heures et son régime de TVA.",
    )
    hours_entry = models.CharField(
        "heures saisies par", max_length=10, choices=HoursEntry, default=HoursEntry.BOTH
    )

    objects: ClassVar = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "mise à disposition"
        verbose_name_plural = "mises à disposition"
        constraints = [
            OneSpelling(
                field="reference",
                name="assignment_reference_is_one_however_written",
                violation_error_message="Une autre mise à disposition a déjà cette référence, à la casse près.",
            ),
            ExclusionConstraint(
                name="assignments_of_an_employee_at_a_member_do_not_overlap",
                expressions=[
                    ("employee", RangeOperators.EQUAL),
                    ("member", RangeOperators.EQUAL),
                    (_uses(), RangeOperators.OVERLAPS),
                    (DateRange("starts_on", "ends_before", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Ces dates en chevauchent d’autres.",
            ),
            ends_after_start("assignment_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return self.reference


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Terms(Dated):
    """An assignment's terms from a day on: weekly pattern, price, who bears absences, VAT regime."""

    assignment = models.ForeignKey(
        Assignment, models.CASCADE, related_name="terms", verbose_name="mise à disposition"
    )
    weekly_pattern = ArrayField(
        models.PositiveSmallIntegerField(),
        size=7,
        verbose_name="semaine type (minutes, du lundi au dimanche)",
    )
    alternate_pattern = ArrayField(
        models.PositiveSmallIntegerField(),
        size=7,
        null=True,
        blank=True,
        verbose_name="semaine B (minutes, du lundi au dimanche)",
        help_text="Une semaine sur deux\u00a0; la semaine où ces conditions commencent est une semaine A.",
    )
    price_method = models.CharField("méthode de prix", max_length=10, choices=PriceMethod)
    hourly_price = MoneyField("prix horaire HT", null=True, blank=True)
    flat_amount = MoneyField("forfait mensuel HT", null=True, blank=True)
    management_rate = models.DecimalField(
        "taux de gestion (%)",
        max_digits=5,
        decimal_places=2,
        default=Decimal("0"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Vide\u00a0: le taux du groupement, celui du mois.",
    )
    absence_rule = models.CharField(
        "qui porte les absences", max_length=16, choices=AbsenceRule, default=AbsenceRule.WORKED_HOURS
    )
    absence_rules = models.JSONField(
        "qui porte chaque sorte d’absence",
        default=dict,
        blank=True,
        help_text="Par sorte d’heures au groupement (congé, maladie, formation…), quand la règle diffère.",
    )
    vat_regime = models.CharField(
        "régime de TVA",
        max_length=5,
        choices=[(regime.value, regime.label) for regime in TERMS_REGIMES],
        default=VatRegime.STANDARD,
    )
    monthly_minimum_minutes = models.PositiveIntegerField(
        "minimum facturé (minutes par mois)",
        null=True,
        blank=True,
        help_text="Pour un prix horaire\u00a0: un mois plus court est facturé à ce minimum.",
    )
    index_code = models.SlugField("indice de révision", max_length=30, blank=True)
    index_base = models.DecimalField(
        "valeur de l’indice au prix convenu", max_digits=12, decimal_places=4, null=True, blank=True
    )
    is_trued_up = models.BooleanField(
        "régularisé au coût réel",
        default=False,
        help_text="Un prix convenu n’est exonéré (261 B) que s’il est régularisé au coût réel.",
    )
    notice_days = models.PositiveSmallIntegerField("préavis (jours)", default=30)

    class Meta:
        verbose_name = "conditions"
        verbose_name_plural = "conditions"
        constraints = [
            no_overlap(NO_OVERLAP, "assignment", deferrable=models.Deferrable.IMMEDIATE),
            ends_after_start("terms_end_after_they_start"),
            models.CheckConstraint(
                # "> 0" of nothing is unknown, and PostgreSQL lets the unknown pass: name the nulls.
                condition=(
                    Q(
                        price_method="hourly",
                        hourly_price__isnull=False,
                        hourly_price__gt=0,
                        flat_amount__isnull=True,
                    )
                    | Q(
                        price_method="flat",
                        flat_amount__isnull=False,
                        flat_amount__gte=0,
                        hourly_price__isnull=True,
                    )
                    | Q(price_method="actual", hourly_price__isnull=True, flat_amount__isnull=True)
                ),
                name="terms_price_method_matches_its_figures",
            ),
            models.CheckConstraint(
                # A fee on top of the cost is no cost price.
                condition=Q(vat_regime="S20")
                | Q(price_method="actual", management_rate__isnull=False, management_rate=0)
                | Q(is_trued_up=True),
                name="exempt_terms_are_at_cost",
            ),
            models.CheckConstraint(
                condition=Q(vat_regime__in=TERMS_REGIMES), name="terms_have_a_regime_of_services"
            ),
            models.CheckConstraint(
                condition=Q(monthly_minimum_minutes__isnull=True) | Q(price_method="hourly"),
                name="a_monthly_minimum_goes_with_an_hourly_price",
                violation_error_message="Un minimum facturé va avec un prix horaire.",
            ),
            models.CheckConstraint(
                condition=Q(index_code="", index_base__isnull=True)
                | (~Q(index_code="") & Q(index_base__isnull=False, index_base__gt=0)),
                name="an_index_has_its_base",
                violation_error_message="Un indice de révision a sa valeur de départ.",
            ),
            models.CheckConstraint(condition=Q(weekly_pattern__len=7), name="weekly_pattern_has_seven_days"),
            models.CheckConstraint(
                condition=Q(alternate_pattern__isnull=True) | Q(alternate_pattern__len=7),
                name="alternate_pattern_has_seven_days",
            ),
            models.CheckConstraint(
                condition=Q(management_rate__isnull=True)
                | Q(management_rate__gte=0, management_rate__lte=100),
                name="terms_management_rate_is_a_percentage",
            ),
        ]

    def __str__(self) -> str:
        return f"conditions du {self.starts_on:%d/%m/%Y}"

    @property
    def weekly_minutes(self) -> int:
        """Minutes of a week; of weeks that alternate, their mean rounded down."""
        if self.alternate_pattern is None:
            return sum(self.weekly_pattern)
        return (sum(self.weekly_pattern) + sum(self.alternate_pattern)) // 2

    def pattern_on(self, day: date) -> list[int]:
        """The pattern of the week of ``day``."""
        return week_of(day, self.weekly_pattern, self.alternate_pattern, self.starts_on)
