"""Months open by themselves on their first day: drafts for everybody with an assignment or a contract."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from timesheets.models import Timesheet
from timesheets.recording import open_month

# Months before the present one that are opened too: the worker may have been down, an assignment noted late.
MONTHS_BACK = 2


@transaction.atomic
def open_due_months(*, at: datetime) -> dict[Month, int]:
    """Make the drafts that are missing at that moment; how many by month, of months with some. A second run makes none.

    Of the present month, and of the two before as far as the group keeps hours here: nothing before its first
    timesheet. An assignment noted in the meantime gets its draft at the next run, on its first day at the latest.
    """
    present = Month.of(timezone.localdate(at))
    first = Timesheet.objects.order_by("month").values_list("month", flat=True).first()
    oldest = max(min(first or present, present), present.shift(-MONTHS_BACK))
    made: dict[Month, int] = {}
    month = oldest
    while month <= present:
        if count := open_month(month, at=at):
            made[month] = count
        month = month.next
    return made


def how_it_opens(month: Month, on: date) -> str:
    """What a page says about timesheets of ``month`` that do not exist on the day ``on``."""
    present = Month.of(on)
    if month > present:
        return f"De lui-même, le mois s’ouvre le {long_date(month.first)}."
    if month >= present.shift(-MONTHS_BACK):
        return "Ce qui manque s’ouvre aussi de soi-même, dans l’heure."
    return "Un mois aussi ancien ne s’ouvre pas de lui-même."
