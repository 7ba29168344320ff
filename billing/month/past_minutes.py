"""The hours of the twelve months before, by which the cost of absences may be shared; one query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Sum

from groupement.kernel.periods import Month
from timesheets.models import Entry, TimesheetStatus

Key = tuple[int, Month]
"""An employee's id and a month."""


def past_minutes(keys: Collection[Key]) -> dict[int, dict[tuple[int, Month], int]]:
    """Approved minutes by employee, then by member and month, of the twelve months before each key."""
    if not keys:
        return {}
    months = {month for _, month in keys}
    rows = Entry.objects.filter(
        timesheet__employee__in={employee for employee, _ in keys},
        timesheet__month__range=(min(months).shift(-12), max(months)),
        timesheet__status=TimesheetStatus.APPROVED,
        timesheet__assignment__isnull=False,
    ).values_list("timesheet__employee", "timesheet__assignment__member", "timesheet__month")
    past: dict[int, dict[tuple[int, Month], int]] = defaultdict(dict)
    for employee, member, month, total in rows.annotate(Sum("minutes")).order_by():
        past[employee][member, month] = total
    return past
