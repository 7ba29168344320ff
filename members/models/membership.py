"""A member's belonging to the group, and the declarations that each change owes to the administration."""

from datetime import date
from typing import Self

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q

from groupement.kernel.lifecycle import Lifecycle, Step
from groupement.kernel.money import MoneyField
from groupement.kernel.periods import no_overlap


class MembershipStatus(models.TextChoices):
    CANDIDATE = "candidate", "candidat"
    ADMITTED = "admitted", "admis"
    LEAVING = "leaving", "en départ"
    LEFT = "left", "parti"


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships by day."""

    def open(self) -> Self:
        """Those that have not ended: candidate, admitted or leaving."""
        return self.exclude(status=MembershipStatus.LEFT)

    def admitting(self, day: date) -> Self:
        """Those under which a member is admitted on ``day`` (leaving members still are)."""
        return self.filter(
            Q(ends_before__isnull=True) | Q(ends_before__gt=day),
            starts_on__lte=day,
            status__in=[MembershipStatus.ADMITTED, MembershipStatus.LEAVING, MembershipStatus.LEFT],
        )


@pghistory.track()
class Membership(Lifecycle):
    """Candidate, admitted, leaving, left: dated, no overlap; votes, deposit, dues as in the statutes."""

    MOVES = {
        MembershipStatus.CANDIDATE: {MembershipStatus.ADMITTED},
        MembershipStatus.ADMITTED: {MembershipStatus.LEAVING},
        MembershipStatus.LEAVING: {MembershipStatus.LEFT, MembershipStatus.ADMITTED},
        MembershipStatus.LEFT: set(),
    }

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="memberships", verbose_name="adhérent"
    )
    status = models.CharField(
        "état", max_length=12, choices=MembershipStatus, default=MembershipStatus.CANDIDATE, editable=False
    )
    applied_on = models.DateField("candidature du")
    starts_on = models.DateField("admis le", null=True, blank=True)
    notice_on = models.DateField("départ annoncé le", null=True, blank=True)
    ends_before = models.DateField("n’est plus adhérent à partir du", null=True, blank=True)
    college = models.CharField("collège", max_length=60, blank=True)
    votes = models.PositiveSmallIntegerField("voix", default=1)
    deposit = MoneyField("dépôt de garantie", default=0)
    yearly_dues = MoneyField("cotisation annuelle", default=0)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "adhésion"
        verbose_name_plural = "adhésions"
        constraints = [
            no_overlap(
                "memberships_of_a_member_do_not_overlap", "member", condition=Q(starts_on__isnull=False)
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        status="candidate",
                        starts_on__isnull=True,
                        notice_on__isnull=True,
                        ends_before__isnull=True,
                    )
                    | Q(
                        status="admitted",
                        starts_on__isnull=False,
                        notice_on__isnull=True,
                        ends_before__isnull=True,
                    )
                    | Q(
                        status__in=["leaving", "left"],
                        starts_on__isnull=False,
                        notice_on__isnull=False,
                        ends_before__isnull=False,
                        ends_before__gt=F("starts_on"),
                    )
                ),
                name="membership_status_matches_its_dates",
                violation_error_message="Les dates ne correspondent pas à l’état de l’adhésion.",
            ),
        ]

    def __str__(self) -> str:
        return f"adhésion {self.get_status_display()} ({self.applied_on:%d/%m/%Y})"


class MembershipStep(Step):
    """One move of a membership: who, when, why."""

    subject = models.ForeignKey(Membership, models.CASCADE, related_name="steps")

    class Meta:
        verbose_name = "étape d’adhésion"
        verbose_name_plural = "étapes d’adhésion"
        triggers = [
            pgtrigger.Protect(
                name="membership_steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]


@pghistory.track()
class Declaration(models.Model):
    """A change to declare to the labour administration within one month (C. trav. L1253-6, D1253-3, D1253-6)."""

    membership = models.ForeignKey(
        Membership,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="declarations",
        verbose_name="adhésion",
    )
    subject = models.CharField("objet", max_length=160)
    event_on = models.DateField("fait le")
    due_on = models.DateField("à déclarer avant le")
    sent_on = models.DateField("envoyée le", null=True, blank=True)
    letter_reference = models.CharField("référence de l’envoi", max_length=60, blank=True)

    class Meta:
        verbose_name = "déclaration à l’administration"
        verbose_name_plural = "déclarations à l’administration"
        constraints = [
            models.CheckConstraint(
                condition=Q(due_on__gte=F("event_on")),
                name="declaration_is_due_after_its_event",
                violation_error_message="L’échéance vient après le fait à déclarer.",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
