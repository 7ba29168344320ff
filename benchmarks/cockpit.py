"""The coordinator's month at scale: ``python -m benchmarks.cockpit [members employees repetitions]``, medians in ms."""

import sys
import time
from statistics import median

from benchmarks.ground import ground

STATES = ("draft", "submitted", "confirmed", "approved")


def main(members: int = 50, employees: int = 200, repetitions: int = 9) -> None:
    """Fill a month with timesheets in every state, then ask for its page again and again."""
    with ground():
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        from benchmarks import load
        from employees.models import Terms
        from tests import world
        from timesheets.models import Timesheet

        coordinator, assignments = load.people(members, employees)
        Terms.objects.update(weekly_pattern=[60, 60, 60, 60, 60, 0, 0])
        count = load.approved(assignments, members, employees, world.NOVEMBER)
        stamps = ({}, {"submitted_at"}, {"submitted_at", "confirmed_at"})
        for rest, kept in enumerate(stamps):
            gone = {
                name: None for name in ("submitted_at", "confirmed_at", "approved_at") if name not in kept
            }
            chosen = Timesheet.objects.extra(where=[f"id %% 4 = {rest}"])  # noqa: S610 - a number of ours
            chosen.update(status=STATES[rest], **gone)
        client = Client(SERVER_NAME="localhost")
        client.force_login(coordinator)
        address = f"/heures/mois/{world.NOVEMBER}/"
        client.get(address)
        taken = []
        for _ in range(repetitions):
            with CaptureQueriesContext(connection) as queries:
                started = time.perf_counter()
                answer = client.get(address)
                taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.status_code
        sheets = Timesheet.objects.count()
        print(f"{members} members, {employees} employees, {sheets} timesheets, {count} entries")
        print(f"  page {median(taken):.0f} ms, {len(queries)} queries, {len(answer.content) / 1000:.0f} kB")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
