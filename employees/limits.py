"""Which limits of working time hold on a day: those of the group’s collective agreement, else the law."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Q, Subquery

from employees.models import WorkingTimeLimits
from groupement.kernel.periods import Month
from members.models import Group


@dataclass(frozen=True)
class DatedLimits:
    """The limits of a period; ``rows`` of the group’s agreement stand before those of the law."""

    rows: tuple[WorkingTimeLimits, ...] = ()

    def on(self, day: date) -> WorkingTimeLimits:
        """Those of ``day``: the agreement’s row, else the one without agreement, else the law’s own figures."""
        return next((row for row in self.rows if row.covers(day)), _law())


def limits_on(day: date) -> WorkingTimeLimits:
    """The limits of ``day``; an unsaved row with the law’s figures when nothing was recorded. One query."""
    return limits_between(day, Month.of(day).before).on(day)


def limits_between(first: date, before: date) -> DatedLimits:
    """The limits from ``first`` to the day before ``before``, however long that is. One query."""
    own = Group.objects.order_by("pk").values("collective_agreement")[:1]
    rows = WorkingTimeLimits.objects.filter(
        Q(collective_agreement="") | Q(collective_agreement=Subquery(own)),
        Q(ends_before__isnull=True) | Q(ends_before__gt=first),
        starts_on__lt=before,
    )
    return DatedLimits(tuple(rows.order_by("-collective_agreement", "starts_on", "pk")))


@cache
def _law() -> WorkingTimeLimits:
    return WorkingTimeLimits(starts_on=date.min)
