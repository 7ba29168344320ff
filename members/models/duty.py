"""What is to be done by a day, and somebody acted on, gave to somebody or added: when, by whom, with which proof."""

import pghistory
from django.db import models
from django.db.models import Q

# How the key of a duty that people added begins: "own:<series>:<rank>".
OWN = "own:"
MOST_MONTHS = 120


class DutyTopic(models.TextChoices):
    """What a duty is about."""

    PEOPLE = "people", "Personnes"
    MEMBERS = "members", "Adhérents"
    HOURS = "hours", "Heures"
    MONEY = "money", "Argent"
    LIFE = "life", "Vie du groupement"


class DutyRole(models.TextChoices):
    """Whose work a duty is, as long as it is given to nobody."""

    COORDINATOR = "coordinator", "Coordination"
    FINANCE = "finance", "Finances"
    MEMBER = "member", "Adhérent"


@pghistory.track()
class Duty(models.Model):
    """A duty that somebody acted on (``key`` names what computes it), or one that people added.

    Of what an app computes, this row holds only what was done; the rest is copied, so that the journal reads alone.
    ``begins_on``: first day of a series of own duties, from which each of its days is counted.
    """

    key = models.CharField("clé", max_length=60, unique=True, editable=False)
    title = models.CharField("échéance", max_length=160)
    topic = models.CharField("sujet", max_length=8, choices=DutyTopic, default=DutyTopic.LIFE)
    role = models.CharField("à la charge de", max_length=12, choices=DutyRole, default=DutyRole.COORDINATOR)
    due_on = models.DateField("à faire avant le")
    begins_on = models.DateField("première fois le", null=True, editable=False)
    every_months = models.PositiveSmallIntegerField("tous les (mois)", null=True, blank=True)
    owner = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="qui s’en charge",
    )
    done_on = models.DateField("faite le", null=True, blank=True)
    done_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="faite par"
    )
    done_at = models.DateTimeField("notée le", null=True, blank=True)
    proof = models.ForeignKey(
        "members.File", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="preuve"
    )
    note = models.CharField("note", max_length=200, blank=True)
    made_by = models.ForeignKey(
        "members.User", models.PROTECT, null=True, related_name="+", verbose_name="ajoutée par"
    )
    made_at = models.DateTimeField("ajoutée le")

    class Meta:
        verbose_name = "échéance tenue"
        verbose_name_plural = "échéances tenues"
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="a_duty_has_a_title"),
            models.CheckConstraint(
                condition=Q(topic__in=DutyTopic.values, role__in=DutyRole.values),
                name="a_duty_has_a_known_topic_and_role",
            ),
            models.CheckConstraint(
                condition=Q(
                    done_on__isnull=True, done_by__isnull=True, done_at__isnull=True, proof__isnull=True
                )
                | Q(done_on__isnull=False, done_at__isnull=False),
                name="a_duty_is_done_wholly_or_not",
            ),
            models.CheckConstraint(
                condition=Q(key__startswith=OWN, begins_on__isnull=False, due_on__gte=models.F("begins_on"))
                | (~Q(key__startswith=OWN) & Q(begins_on__isnull=True, every_months__isnull=True)),
                name="only_own_duties_have_a_series",
            ),
            models.CheckConstraint(
                condition=Q(every_months__isnull=True) | Q(every_months__range=(1, MOST_MONTHS)),
                name="a_duty_comes_again_after_months",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_own(self) -> bool:
        """Whether people added it; else an app computes it."""
        return self.key.startswith(OWN)
