"""The working-time watch: ``python -m benchmarks.watch [members repetitions employees]``, medians in ms."""

import sys
import time as clock
from datetime import date, time, timedelta

from benchmarks import aims
from benchmarks.database import temporary_database

AIMS = {6: 0.05}  # seconds for a year of one person, by members
PANEL_AIMS = {200: 0.8, 20: 0.08}  # seconds for a month of everybody, by employees
MOST_QUERIES = 7
MORNING, AFTERNOON = (time(8), time(12)), (time(13), time(17, 30))


def main(members: int = 6, repetitions: int = 9, employees: int = 200) -> None:
    """A year of one person who works every day at two members; then the present month of everybody."""
    with temporary_database(), aims.held() as held:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from tests import world
        from timesheets.watching import findings

        year = (world.YEAR_START, date(2027, 1, 1))
        fill(members, 1, *year)
        person, entries = read_back()
        with CaptureQueriesContext(connection) as queries:
            found = findings.person_findings(*year, [person])
        milliseconds = measured(lambda: findings.person_findings(*year, [person]), repetitions)
        print(
            f"a year of one person at {members} members, {entries} entries with times: {milliseconds:.0f} ms,"
        )
        print(f"  {len(queries)} queries, {len(found)} findings")
        held.time("a year of one person", milliseconds / 1000, AIMS.get(members))
        held.count("queries", len(queries), MOST_QUERIES)
        fill(members, employees - 1, date(2026, 1, 1), date(2026, 12, 1))
        milliseconds = measured(lambda: findings.findings_panel(world.NOVEMBER), 3)
        print(f"November of {employees} people, {read_back()[1]} entries: {milliseconds:.0f} ms")
        held.time("November of everybody", milliseconds / 1000, PANEL_AIMS.get(employees))


def measured(deed, repetitions):
    """The least that ``deed`` takes, in milliseconds, once it is warm."""
    deed()
    milliseconds = []
    for _ in range(repetitions):
        started = clock.perf_counter()
        deed()
        milliseconds.append((clock.perf_counter() - started) * 1000)
    return min(milliseconds)


def fill(count, employees, first, before):
    """Every working day two members: four hours from 8:00 at one, four and a half from 13:00 at the next."""
    from django.db import connection

    from employees.models import Employee
    from members.models import Member
    from tests import world

    world.group()
    hosts = list(Member.objects.order_by("pk")) or [world.member(f"Adhérent {rank}") for rank in range(count)]
    started = Employee.objects.count()
    for rank in range(started, started + employees):
        person = world.employee("Personne", f"{rank:04d}", members=hosts, with_account=False)
        placed = [world.assignment(person, host) for host in hosts]
        record(placed, first, before, rank)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def record(placed, first, before, rank):
    """The entries of one person, by month and assignment."""
    from groupement.kernel.periods import Month
    from timesheets.models import Entry, Timesheet

    sheets: dict[tuple[Month, int], Timesheet] = {}
    entries = []
    for n in range((before - first).days):
        day = first + timedelta(days=n)
        if day.weekday() > 4:
            continue
        for half, (start, end) in enumerate((MORNING, AFTERNOON)):
            where = (rank + n + half) % len(placed)
            key = (Month.of(day), where)
            if key not in sheets:
                sheets[key] = Timesheet.objects.create(
                    employee=placed[where].employee, assignment=placed[where], month=key[0]
                )
            minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
            entries.append(
                Entry(timesheet=sheets[key], day=day, minutes=minutes, started_at=start, ended_at=end)
            )
    Entry.objects.bulk_create(entries)


def read_back():
    """The first person and how many entries there are."""
    from employees.models import Employee
    from timesheets.models import Entry

    return Employee.objects.order_by("pk").values_list("pk", flat=True)[0], Entry.objects.count()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
