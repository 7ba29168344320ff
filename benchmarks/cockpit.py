"""The coordinator's month at scale: ``python -m benchmarks.cockpit [members employees repetitions]``, medians in ms."""

import os
import sys
import time
from statistics import median
from typing import Any

from benchmarks import aims
from benchmarks.database import temporary_database

STATES = ("draft", "submitted", "confirmed", "approved")
PLACES = 4
AIMS = {(50, 200): 0.3, (10, 40): 0.12}  # seconds of each view, by members and employees
MOST_QUERIES = 30


def month(members: int, employees: int) -> tuple[Any, int]:
    """Everybody works at four members, and is away one day; a quarter of the timesheets in each state."""
    from benchmarks import load
    from employees.models import Assignment, Terms
    from tests import world
    from timesheets.models import Entry, Timesheet

    coordinator, assignments = load.people(members, employees)
    kept: dict[int, list[Assignment]] = {}
    for assignment in assignments.values():
        kept.setdefault(assignment.employee_id, []).append(assignment)
    chosen = [assignment for held in kept.values() for assignment in held[:PLACES]]
    rest = Assignment.objects.exclude(pk__in=[assignment.pk for assignment in chosen])
    Terms.objects.filter(assignment__in=rest).delete()
    rest.delete()
    Terms.objects.update(weekly_pattern=[105, 105, 105, 105, 0, 0, 0])
    sheets = Timesheet.objects.bulk_create(
        [
            Timesheet(employee_id=assignment.employee_id, assignment=assignment, month=world.NOVEMBER)
            for assignment in chosen
        ]
        + [Timesheet(employee_id=employee, month=world.NOVEMBER) for employee in kept]
    )
    days = [day for day in world.NOVEMBER.days if day.weekday() < 4]
    Entry.objects.bulk_create(
        Entry(timesheet=sheet, day=day, minutes=105, kind="worked" if sheet.assignment_id else "leave")
        for sheet in sheets
        for day in (days if sheet.assignment_id else days[:1])
    )
    stamps = {"submitted_at": world.NOW, "confirmed_at": world.NOW, "approved_at": world.NOW}
    placed = Timesheet.objects.exclude(assignment=None)
    for step, status in enumerate(STATES[1:], start=1):
        ids = [sheet.pk for rank, sheet in enumerate(sheets) if sheet.assignment_id and rank % 4 >= step]
        placed.filter(pk__in=ids).update(status=status, **dict(list(stamps.items())[:step]))
    return coordinator, len(sheets)


def main(members: int = 50, employees: int = 200, repetitions: int = 9) -> None:
    """Fill a month with timesheets in every state, then ask for its page again and again."""
    os.environ["DEMO_MODE"] = "yes"  # else who coordinates must first set up a second factor
    with temporary_database(), aims.held() as held:
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from tests import world

        coordinator, sheets = month(members, employees)
        client = Client(SERVER_NAME="localhost")
        client.force_login(coordinator)
        print(f"{members} members, {employees} employees, {sheets} timesheets")
        for view in ("personnes", "structures", "grille"):
            address = f"/heures/mois/{world.NOVEMBER}/?vue={view}"
            client.get(address)
            milliseconds = []
            for _ in range(repetitions):
                started = time.perf_counter()
                answer = client.get(address)
                milliseconds.append((time.perf_counter() - started) * 1000)
            with CaptureQueriesContext(connection) as queries:  # apart: counting takes time too
                client.get(address)
            assert answer.status_code == 200, answer.status_code
            size = len(answer.content) / 1000
            print(f"  {view:<11}{median(milliseconds):6.0f} ms, {len(queries)} queries, {size:.0f} kB")
            held.time(view, min(milliseconds) / 1000, AIMS.get((members, employees)))
            held.count(f"queries of {view}", len(queries), MOST_QUERIES)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
