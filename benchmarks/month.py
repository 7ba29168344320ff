"""Draft and issue a month: ``python -m benchmarks.month [customers employees repetitions]``, medians in seconds."""

import sys
import time
from collections.abc import Callable
from decimal import Decimal
from statistics import median
from typing import Any

from benchmarks import aims
from benchmarks.database import temporary_database

# What the same work took a general-purpose ERP on PostgreSQL, compute and post (two cores, stock settings), in seconds.
PEER = {(6, 3): 4.4, (50, 40): 53.4, (200, 150): 222.0}
# Seconds of drafting and of issuing, and the queries of drafting, by members and employees.
AIMS = {(6, 3): (0.15, 0.3), (200, 150): (3.0, 2.0)}
MOST_QUERIES = 60


def timed(act: Callable[[], Any]) -> tuple[float, int]:
    """Seconds and queries that ``act`` takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        started = time.perf_counter()
        act()
        return time.perf_counter() - started, len(queries)


def main(customers: int = 200, employees: int = 150, repetitions: int = 3) -> None:
    """Repeat the month, print each step's median and check that the sum is the one that the load must yield."""
    with temporary_database(), aims.held() as held:
        from benchmarks import load
        from billing.models import BillingRun, Invoice
        from billing.month import drafting, issuing
        from groupement.kernel.periods import Month
        from tests import world

        finance, assignments = load.people(customers, employees)
        figures: dict[str, list[float]] = {"insert": [], "draft": [], "issue": []}
        counts: dict[str, int] = {}
        for repetition in range(repetitions):
            month = Month(2026, 1).shift(repetition)
            at = world.at(month.before)
            seconds, _ = timed(lambda month=month: load.approved(assignments, customers, employees, month))
            figures["insert"].append(seconds)
            seconds, counts["draft"] = timed(
                lambda month=month: drafting.draft(month, by=finance, at=world.NOW)
            )
            figures["draft"].append(seconds)
            run = BillingRun.objects.get(month=month)
            issued_at = max(at, world.NOW)
            seconds, counts["issue"] = timed(
                lambda run=run, issued_at=issued_at: issuing.issue_run(run, by=finance, at=issued_at)
            )
            figures["issue"].append(seconds)
            totals = list(Invoice.objects.filter(run=run).values_list("total", flat=True))
            expected = Decimal(employees) * 20 * 7 * load.PRICE * Decimal("1.2")
            assert len(totals) == customers, len(totals)
            assert sum(totals) == expected, (sum(totals), expected)
        middle = {name: median(values) for name, values in figures.items()}
        print(
            f"{customers} members, {employees} employees, {repetitions} months; {sum(totals)} € each, checked"
        )
        for name, seconds in middle.items():
            queries = f", {counts[name]} queries" if name in counts else ""
            print(f"  {name:<7}{seconds:8.2f} s{queries}")
        draft, issue = AIMS.get((customers, employees), (None, None))
        held.time("draft", min(figures["draft"]), draft)
        held.time("issue", min(figures["issue"]), issue)
        held.count("queries of a draft", counts["draft"], MOST_QUERIES)
        both = middle["draft"] + middle["issue"]
        print(f"  draft + issue {both:.2f} s, {customers / both:.0f} invoices a second")
        if (customers, employees) in PEER:
            peer = PEER[customers, employees]
            print(f"  a general-purpose ERP: {peer:.1f} s, {peer / both:.0f} times as long")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
