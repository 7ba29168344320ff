"""Deputies: who answers for whom, between two dates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

import pghistory
from django.db import models
from django.db.models import F, Q

from groupement.kernel.periods import Dated, DatedQuerySet, ends_after_start, no_overlap
from members.roles import Role

if TYPE_CHECKING:
    from members.models.people import User


class DeputyQuerySet(DatedQuerySet["Deputy"]):
    """Deputies, in the scope of the reader."""

    def visible_to(self, user: User) -> Self:
        """Those one appointed or is; all for who may arrange them for others: never by standing in oneself."""
        if user.is_active and (user.is_coordinator or user.is_admin):
            return self
        return self.filter(Q(principal=user) | Q(user=user))

    def held_on(self, day: date) -> Self:
        """Those that hold on ``day`` because the principal still has what they stand in for; the oldest first."""
        from members.models.people import WRITERS, Seat

        seats = Seat.objects.on(day).filter(
            user=models.OuterRef("principal"), member=models.OuterRef("member"), function__in=WRITERS
        )
        answers = Q(member__isnull=True, principal__is_coordinator=True) | Q(models.Exists(seats))
        return self.on(day).filter(answers, principal__is_active=True).order_by("pk")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Deputy(Dated):
    """``user`` answers for ``principal`` between two dates: at ``member``, or for the coordination when there is none.

    A deputy confirms and enters hours, or decides as the coordinator does; never signs for a member, never acts on
    their own hours nor on those of the principal, and hands nothing on.
    """

    principal = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name="personne remplacée"
    )
    user = models.ForeignKey(
        "members.User", models.PROTECT, related_name="deputies", verbose_name="suppléance"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="adhérent"
    )

    objects: ClassVar = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = "suppléance"
        verbose_name_plural = "suppléances"
        constraints = [
            no_overlap(
                "deputies_of_a_person_at_a_member_do_not_overlap",
                "principal",
                "user",
                "member",
                condition=Q(member__isnull=False),
            ),
            no_overlap(
                "deputies_of_a_coordinator_do_not_overlap",
                "principal",
                "user",
                condition=Q(member__isnull=True),
            ),
            ends_after_start("deputy_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=False),
                name="deputy_has_an_end",
                violation_error_message="Indiquez le dernier jour.",
            ),
            models.CheckConstraint(
                condition=~Q(principal=F("user")),
                name="nobody_is_their_own_deputy",
                violation_error_message="On ne se remplace pas soi-même.",
            ),
        ]

    @property
    def capacity(self) -> str:
        """What the deputy stands in for, in words: a member, or the coordination."""
        return str(self.member) if self.member_id else Role.COORDINATOR.heading

    def __str__(self) -> str:
        return f"suppléance n° {self.pk or '—'}"
