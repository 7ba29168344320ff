"""Shared employees and their employment contracts with the group."""

from datetime import date
from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from groupement.kernel.cells import plain
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import Dated, ends_after_start, no_overlap
from groupement.kernel.spelling import OneSpelling
from members.models import User


class EmployeeQuerySet(models.QuerySet["Employee"]):
    """Employees, in the scope of the reader."""

    def visible_to(self, user: User) -> Self:
        """All for a group-wide role; oneself; and for a seat, the people assigned to its member."""
        if user.sees_every_member:
            return self
        from employees.models.assignment import Assignment

        placed = Assignment.objects.visible_to(user).values("employee")
        return self.filter(Q(user=user) | Q(pk__in=placed))

    def namesakes(self, last_name: str, first_name: str, birth_date: date) -> Self:
        """Records that may be of the same person: same names however they are written, born the same day."""
        names = {"last_name__plain": plain(last_name), "first_name__plain": plain(first_name)}
        return self.filter(birth_date=birth_date, **names)

    def by_name(self) -> Self:
        return self.order_by(
            models.functions.Lower("last_name__unaccent"),
            models.functions.Lower("first_name__unaccent"),
            "pk",
        )


@pghistory.track()
class Employee(models.Model):
    """A shared employee: identity as the personnel register wants it (C. trav. L1221-13, D1221-23)."""

    class Sex(models.TextChoices):
        FEMALE = "F", "femme"
        MALE = "M", "homme"

    user = models.OneToOneField(
        "members.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="compte"
    )
    last_name = models.CharField("nom", max_length=80)
    first_name = models.CharField("prénom", max_length=80)
    birth_date = models.DateField("date de naissance")
    nationality = models.CharField("nationalité", max_length=60, default="française")
    sex = models.CharField("sexe", max_length=1, choices=Sex)
    job = models.CharField("emploi", max_length=120)
    qualification = models.CharField("qualification", max_length=120)
    payroll_number = models.CharField(
        "matricule de paie", max_length=20, help_text="Celui du fichier de paie importé."
    )

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        verbose_name = "salarié"
        verbose_name_plural = "salariés"
        constraints = [
            OneSpelling(
                field="payroll_number",
                name="payroll_number_is_one_however_written",
                violation_error_message="Une autre personne a déjà ce matricule, à la casse ou aux accents près.",
            )
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()


@pghistory.track()
class Contract(Dated):
    """An employment contract with the group (C. trav. L1253-9)."""

    class Kind(models.TextChoices):
        PERMANENT = "permanent", "CDI"
        FIXED_TERM = "fixed_term", "CDD"

    employee = models.ForeignKey(Employee, models.PROTECT, related_name="contracts", verbose_name="salarié")
    kind = models.CharField("type", max_length=12, choices=Kind, default=Kind.PERMANENT)
    signed_on = models.DateField("signé le", null=True, blank=True)
    members = models.ManyToManyField("members.Member", through="ContractMember", related_name="+")

    class Meta:
        verbose_name = "contrat de travail"
        verbose_name_plural = "contrats de travail"
        constraints = [
            no_overlap("contracts_of_an_employee_do_not_overlap", "employee"),
            ends_after_start("contract_ends_after_it_starts"),
            models.CheckConstraint(
                condition=~Q(kind="fixed_term", ends_before__isnull=True),
                name="fixed_term_contract_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} depuis le {self.starts_on:%d/%m/%Y}"


@pghistory.track()
class ContractMember(Dated):
    """A member named in the contract's list of possible users, for a time (C. trav. L1253-9)."""

    contract = models.ForeignKey(
        Contract, models.CASCADE, related_name="allowed_members", verbose_name="contrat"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+", verbose_name="adhérent")

    class Meta:
        verbose_name = "adhérent prévu au contrat"
        verbose_name_plural = "adhérents prévus au contrat"
        constraints = [
            no_overlap("a_member_stands_once_in_a_contract", "contract", "member"),
            ends_after_start("contract_member_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"depuis le {self.starts_on:%d/%m/%Y}"


class TimeScheme(models.TextChoices):
    """How a contract counts time."""

    WEEKLY = "weekly", "à la semaine"
    TWO_WEEKS = "two_weeks", "sur deux semaines"
    ANNUALISED = "annualised", "annualisé"
    DAY_RATE = "day_rate", "forfait en jours"


# Over more than a week: a change of hours is announced seven days before (C. trav. L3121-47).
SPREAD_SCHEMES = frozenset({TimeScheme.TWO_WEEKS, TimeScheme.ANNUALISED})


@pghistory.track()
class ContractTerms(Dated):
    """Hours, pay and classification of a contract from a day on; pay is for finance only."""

    contract = models.ForeignKey(Contract, models.CASCADE, related_name="terms", verbose_name="contrat")
    weekly_minutes = models.PositiveSmallIntegerField("durée hebdomadaire (minutes)")
    time_scheme = models.CharField(
        "décompte du temps", max_length=10, choices=TimeScheme, default=TimeScheme.WEEKLY
    )
    yearly_minutes = models.PositiveIntegerField(
        "durée annuelle (minutes)",
        null=True,
        blank=True,
        help_text="D’un temps annualisé\u00a0; vide\u00a0: la durée annuelle légale, au prorata (L3121-41).",
    )
    yearly_days = models.PositiveSmallIntegerField(
        "jours par an",
        null=True,
        blank=True,
        help_text="D’un forfait en jours\u00a0: 218 au plus (L3121-64).",
    )
    cycle_starts_on = models.DateField(
        "premier lundi des deux semaines",
        null=True,
        blank=True,
        help_text="D’un décompte sur deux semaines\u00a0: un lundi où elles commencent, passé ou à venir.",
    )
    gross_monthly_pay = MoneyField("salaire brut mensuel")
    classification = models.CharField("classification", max_length=80, blank=True)

    class Meta:
        verbose_name = "conditions du contrat"
        verbose_name_plural = "conditions du contrat"
        constraints = [
            no_overlap("terms_of_a_contract_do_not_overlap", "contract"),
            ends_after_start("contract_terms_end_after_they_start"),
            models.CheckConstraint(
                condition=Q(weekly_minutes__gt=0, weekly_minutes__lte=60 * 60),
                name="contract_terms_weekly_minutes_are_possible",
            ),
            models.CheckConstraint(
                condition=Q(yearly_minutes__isnull=True) | Q(time_scheme="annualised"),
                name="contract_terms_yearly_minutes_are_annualised",
            ),
            models.CheckConstraint(
                condition=Q(time_scheme="day_rate", yearly_days__isnull=False, yearly_days__range=(1, 235))
                | (~Q(time_scheme="day_rate") & Q(yearly_days__isnull=True)),
                name="contract_terms_days_fit_their_scheme",
            ),
            models.CheckConstraint(
                condition=Q(
                    time_scheme="two_weeks", cycle_starts_on__isnull=False, cycle_starts_on__iso_week_day=1
                )
                | (~Q(time_scheme="two_weeks") & Q(cycle_starts_on__isnull=True)),
                name="contract_terms_of_two_weeks_begin_on_a_monday",
            ),
            models.CheckConstraint(
                condition=~Q(time_scheme="two_weeks") | Q(weekly_minutes__gte=35 * 60),
                name="contract_terms_of_two_weeks_are_full_time",
            ),
            models.CheckConstraint(
                condition=Q(gross_monthly_pay__gte=0), name="contract_terms_pay_is_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"depuis le {self.starts_on:%d/%m/%Y}"
