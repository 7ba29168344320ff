"""Close a month at growing sizes: ``python -m benchmarks.close [50x40 …]``; seconds, queries, peak of memory.

The load is that of benchmarks/load.py: 20 days, two lines a day. Each size runs in a process of its own, so that its
peak of memory is its own. One column is the time for a thousand timesheet days: it must not grow with the size.
"""

import re
import resource
import subprocess
import sys
from decimal import Decimal

from benchmarks import aims

SIZES = ("50x40", "200x150", "500x750", "1000x2000")
# Seconds of the dry run and of issuing, by size; at the largest both together.
AIMS = {"6x5": (0.2, 0.3), "50x40": (0.9, 0.9), "200x150": (3.0, 2.0)}
WHOLE_AIMS = {"1000x2000": 30.0}
MOST_QUERIES = 59
MOST_MEGABYTES = 500


def close(customers: int, employees: int) -> str:
    """One month drafted and issued; the line of the table."""
    from benchmarks.database import temporary_database

    with temporary_database():
        from benchmarks import load
        from benchmarks.month import timed
        from billing.models import BillingRun, Invoice
        from billing.month import drafting, issuing
        from groupement.kernel.periods import Month
        from tests import world

        finance, assignments = load.people(customers, employees)
        month = Month(2026, 1)
        days = load.approved(assignments, customers, employees, month)
        before = _megabytes()
        draft, queries = timed(lambda: drafting.draft(month, by=finance, at=world.NOW))
        run = BillingRun.objects.get(month=month)
        issue, _ = timed(lambda: issuing.issue_run(run, by=finance, at=world.NOW))
        totals = list(Invoice.objects.filter(run=run, status="issued").values_list("total", flat=True))
        assert len(totals) == customers, len(totals)
        assert sum(totals) == Decimal(employees) * 20 * 7 * load.PRICE * Decimal("1.2"), sum(totals)
        each = (draft + issue) / days * 1000
        return (
            f"{customers:>5} × {employees:<5}{days:>8}{draft:>9.2f}{queries:>9}{issue:>9.2f}"
            f"{each:>10.3f}{before:>9.0f}{_megabytes():>8.0f}{aims.yardstick() * 1000:>9.1f}"
        )


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(sizes: tuple[str, ...]) -> int:
    """Print one line a size; 1 when an aim is missed."""
    titles = (
        "members × employees  days  dry run s  queries  issue s  s/1000 days  MB before  peak  yardstick ms"
    )
    print(titles, flush=True)
    missed: list[str] = []
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.close", "--one", size]
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        print(line, flush=True)
        draft, queries, issue, _each, _before, peak, yardstick = _figures(line)
        held = aims.Aims(lengths=[yardstick / 1000])
        whole, (drafting, issuing) = WHOLE_AIMS.get(size), AIMS.get(size, (None, None))
        held.time(f"dry run of {size}", draft, drafting)
        held.time(f"issue of {size}", issue, issuing)
        held.time(f"both of {size}", draft + issue, whole)
        held.count(f"queries of the dry run of {size}", queries, MOST_QUERIES)
        held.count(f"megabytes of {size}", peak, MOST_MEGABYTES)
        held.close()
        missed += held.missed
    if missed:
        print("aims missed: " + "; ".join(missed))
    return 1 if missed else 0


def _figures(line: str) -> list[float]:
    """The columns of a size’s line from the seconds of the dry run on."""
    return [float(figure) for figure in re.findall(r"[0-9.]+", line)][3:]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(close(*map(int, sys.argv[2].split("x"))))
    else:
        sys.exit(main(tuple(sys.argv[1:]) or SIZES))
