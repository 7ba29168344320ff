"""Hours that somebody changed in another's stead: what stood there and what stands there now, kept for good."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from timesheets.models.entry import Kind
from timesheets.models.timesheet import TimesheetStep


class ChangedHours(models.Model):
    """Hours of one kind on one day, before and after a change by somebody else than who wrote or handed them in.

    Who, when and why are those of the step. No minutes: nothing stood there, or nothing stands there any more.
    ``before_times`` and ``after_times`` are in words, as "9 h – 17 h, pause 30 min".
    """

    step = models.ForeignKey(TimesheetStep, models.CASCADE, related_name="changed")
    day = models.DateField("jour")
    kind = models.CharField("nature", max_length=10, choices=Kind)
    goes_on_from_day_before = models.BooleanField("suite de la veille", default=False)
    before_minutes = models.PositiveSmallIntegerField("minutes d’avant", default=0)
    after_minutes = models.PositiveSmallIntegerField("minutes d’après", default=0)
    before_times = models.CharField("horaire d’avant", max_length=60, blank=True)
    after_times = models.CharField("horaire d’après", max_length=60, blank=True)

    class Meta:
        verbose_name = "heures changées"
        verbose_name_plural = "heures changées"
        constraints = [
            models.UniqueConstraint(
                fields=["step", "day", "kind", "goes_on_from_day_before"],
                name="hours_change_once_in_a_step_a_day_and_kind",
            ),
            models.CheckConstraint(
                condition=~Q(before_minutes=F("after_minutes")) | ~Q(before_times=F("after_times")),
                name="changed_hours_differ",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="changed_hours_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%d/%m} {self.kind} {self.before_minutes} → {self.after_minutes} min"
