"""Approve many timesheets together: ``python -m benchmarks.approval [timesheets repetitions]``, median in seconds."""

import sys
import time
from statistics import median

from benchmarks import aims
from benchmarks.database import temporary_database

AIMS = {1000: 1.0, 100: 0.15}  # seconds, by timesheets
MOST_QUERIES = 12
MEMBERS = 40


def confirmed(assignments: dict, customers: int, employees: int, month: object, count: int) -> list[int]:
    """Keys of ``count`` timesheets of ``month``, filled, submitted and confirmed."""
    from benchmarks import load
    from tests import world
    from timesheets.models import Entry, Timesheet

    shared = dict(list(load.hours(customers, employees, month).items())[:count])
    sheets = Timesheet.objects.bulk_create(
        Timesheet(employee_id=assignments[pair].employee_id, assignment=assignments[pair], month=month)
        for pair in shared
    )
    Entry.objects.bulk_create(
        (
            Entry(timesheet=sheet, day=day, minutes=minutes)
            for sheet, days in zip(sheets, shared.values(), strict=True)
            for day, minutes in days.items()
        ),
        batch_size=2000,
    )
    keys = [sheet.pk for sheet in sheets]
    stamps = {"submitted_at": world.at(month.before), "confirmed_at": world.at(month.before, 10)}
    for status, columns in (("submitted", 1), ("confirmed", 2)):
        Timesheet.objects.filter(pk__in=keys).update(status=status, **dict(list(stamps.items())[:columns]))
    return keys


def main(count: int = 1000, repetitions: int = 3) -> None:
    """As the month's page does it: read the rows, approve them together."""
    with temporary_database(), aims.held() as held:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from benchmarks import load
        from groupement.kernel.periods import Month
        from tests import world
        from timesheets import approval
        from timesheets.models import Timesheet

        employees = -(-count // 8)  # each works for eight members in a month
        coordinator, assignments = load.people(MEMBERS, employees)
        seconds = []
        for repetition in range(repetitions):
            month = Month(2026, 1).shift(repetition)
            keys = confirmed(assignments, MEMBERS, employees, month, count)
            assert len(keys) == count, len(keys)
            with CaptureQueriesContext(connection) as queries:
                started = time.perf_counter()
                sheets = Timesheet.objects.filter(pk__in=keys).select_related(
                    "employee", "assignment__member"
                )
                done = approval.approve_all(sheets.order_by("pk"), by=coordinator, at=world.NOW)
                seconds.append(time.perf_counter() - started)
            assert (done.count, done.exceptions) == (count, []), done.exceptions[:3]
        print(f"{count} timesheets approved together: {median(seconds):.2f} s, {len(queries)} queries")
        held.time("approved together", min(seconds), AIMS.get(count))
        held.count("queries", len(queries), MOST_QUERIES)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
