"""What departs from the weekly pattern: planned days of their own, absences known in advance; and calendar feeds."""

from typing import ClassVar, Self

import pghistory
from django.db import models
from django.db.models import F, Q

from groupement.kernel.periods import Dated, DatedQuerySet, ends_after_start, no_overlap
from members.models import User


class AbsenceKind(models.TextChoices):
    """Why somebody will be away; the values are those of timesheets.Kind. Members only learn "unavailable"."""

    LEAVE = "leave", "Congé"
    SICKNESS = "sickness", "Maladie"
    TRAINING = "training", "Formation"
    MEETING = "meeting", "Réunion du groupement"
    OTHER = "other", "Autre absence"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class PlannedDay(models.Model):
    """One day of an assignment that differs from its weekly pattern: other minutes, or none (a day off, moved)."""

    assignment = models.ForeignKey(
        "employees.Assignment",
        models.CASCADE,
        related_name="planned_days",
        verbose_name="mise à disposition",
    )
    day = models.DateField("jour")
    minutes = models.PositiveSmallIntegerField("minutes")
    reason = models.CharField("motif", max_length=200, blank=True)
    made_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="modifié par"
    )
    made_at = models.DateTimeField("modifié le")

    class Meta:
        verbose_name = "jour planifié à part"
        verbose_name_plural = "jours planifiés à part"
        constraints = [
            models.UniqueConstraint(fields=["assignment", "day"], name="a_day_is_planned_apart_once"),
            models.CheckConstraint(condition=Q(minutes__lte=1440), name="planned_minutes_fit_in_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y} : {self.minutes} min"


class AbsenceQuerySet(DatedQuerySet["Absence"]):
    """Absences, in the scope of the reader."""

    def visible_to(self, user: User) -> Self:
        """All for the coordinator, finance and admins; one's own; nobody else's: members only see "unavailable"."""
        return self if user.sees_every_member else self.filter(employee__user=user)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Absence(Dated):
    """Whole days on which an employee will be away, known in advance; the cause is the group's and the person's."""

    employee = models.ForeignKey(
        "employees.Employee", models.PROTECT, related_name="absences", verbose_name="salarié"
    )
    kind = models.CharField("motif", max_length=10, choices=AbsenceKind, default=AbsenceKind.LEAVE)
    note = models.CharField("note", max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="saisie par"
    )
    recorded_at = models.DateTimeField("saisie le")

    objects: ClassVar = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = "absence prévue"
        verbose_name_plural = "absences prévues"
        constraints = [
            no_overlap(
                "absences_of_an_employee_do_not_overlap",
                "employee",
                message="Une absence est déjà prévue sur ces jours.",
            ),
            ends_after_start("absence_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(ends_before__isnull=False),
                name="absence_has_an_end",
                violation_error_message="Indiquez le dernier jour.",
            ),
        ]

    def __str__(self) -> str:
        return f"absence du {self.starts_on:%d/%m/%Y}"


class FeedTopic(models.TextChoices):
    """What an address shows."""

    PLAN = "", "planning"
    DUTIES = "duties", "échéances"


class CalendarFeed(models.Model):
    """A secret address where somebody’s calendar program reads the plan of one employee or one member, or their duties.

    Only the digest of the secret is stored. It opens nothing that ``user`` could not open today.
    """

    user = models.ForeignKey("members.User", models.CASCADE, related_name="+", verbose_name="personne")
    employee = models.ForeignKey(
        "employees.Employee", models.CASCADE, null=True, blank=True, related_name="+", verbose_name="salarié"
    )
    member = models.ForeignKey(
        "members.Member", models.CASCADE, null=True, blank=True, related_name="+", verbose_name="adhérent"
    )
    topic = models.CharField("sujet", max_length=8, choices=FeedTopic, blank=True, default=FeedTopic.PLAN)
    secret_digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField("créée le")
    expires_at = models.DateTimeField("expire le", null=True, blank=True)
    revoked_at = models.DateTimeField("révoquée le", null=True, blank=True)

    class Meta:
        verbose_name = "adresse d’agenda"
        verbose_name_plural = "adresses d’agenda"
        constraints = [
            models.CheckConstraint(
                condition=Q(topic="", employee__isnull=False, member__isnull=True)
                | Q(topic="", employee__isnull=True, member__isnull=False)
                | Q(topic="duties", employee__isnull=True, member__isnull=True),
                name="a_feed_is_of_an_employee_a_member_or_duties",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("made_at")),
                name="a_feed_expires_after_it_is_made",
            ),
            models.UniqueConstraint(
                fields=["user", "topic", "employee", "member"],
                condition=Q(revoked_at__isnull=True),
                nulls_distinct=False,
                name="one_live_feed_for_each_person_and_calendar",
            ),
        ]

    def __str__(self) -> str:
        return f"adresse d’agenda n° {self.pk or '—'}"
