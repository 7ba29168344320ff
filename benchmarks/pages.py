"""Queries and server time of each page of the demo group: ``python -m benchmarks.pages [repetitions]``."""

import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks import aims
from benchmarks.database import temporary_database

MOST_QUERIES = 18
PAGE = 0.06  # seconds of the slowest page
# The month of a person, two hundred fields: what benchmarks.entry holds the same page to.
MONTH, OF_A_MONTH = 0.1, "timesheets:my_month"

# Who opens which page: login, name of the address, and what the address names.
PAGES: tuple[tuple[str, str, str], ...] = (
    ("solene.rivoal", "timesheets:month", "open"),
    ("solene.rivoal", "timesheets:sheet", "sheet"),
    ("solene.rivoal", "charter:charter", ""),
    ("solene.rivoal", "papers:papers", ""),
    ("gael.perrot", "billing:runs", ""),
    ("gael.perrot", "billing:costs", ""),
    ("gael.perrot", "billing:run", "closed"),
    ("gael.perrot", "billing:run", "open"),
    ("gael.perrot", "billing:invoices", ""),
    ("gael.perrot", "billing:invoice", "invoice"),
    ("erwan.lebris", "member_home", ""),
    ("erwan.lebris", "timesheets:to_confirm", ""),
    ("erwan.lebris", "timesheets:grid", "assignment"),
    ("erwan.lebris", "billing:invoices", ""),
    ("erwan.lebris", "charter:charter", ""),
    ("erwan.lebris", "papers:papers", ""),
    ("maelle.kerbrat", "timesheets:my_month", "open"),
    ("malo.kervella", "admin:members_user_changelist", ""),
    ("malo.kervella", "admin:members_member_changelist", ""),
    ("", "account_login", ""),
)


def found() -> dict[str, dict[str, Any]]:
    """Set the demo group up with its papers; answers what each kind of address is given."""
    from django.utils import timezone

    from billing.documents import rendering
    from billing.models import Invoice, Rendering
    from groupement.demo import cast, founding, story
    from timesheets.models import Timesheet

    founding.found()
    story.live()
    for month in cast.CLOSED:
        story.bill(month)
    for job in Rendering.objects.order_by("pk"):
        rendering.render(job.invoice_id, at=timezone.now())
    at_optimism = Timesheet.objects.filter(month=cast.OPEN, assignment__member__short_name="Optim’ism")
    sheet = at_optimism.order_by("pk")[0]
    return {
        "": {},
        "open": {"month": cast.OPEN},
        "closed": {"month": cast.CLOSED[-1]},
        "sheet": {"pk": sheet.pk},
        "assignment": {"month": cast.OPEN, "assignment": sheet.assignment_id},
        "invoice": {"pk": Invoice.objects.order_by("pk").values_list("pk", flat=True)[0]},
    }


def measured(login: str, url: str, repetitions: int) -> tuple[int, list[float], int]:
    """Queries of one warm request for ``url``, seconds of each of the next ones, and the size of the answer."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from members.models import User

    client = Client(SERVER_NAME="localhost")
    if login:
        client.force_login(User.objects.get(email__startswith=f"{login}@"))

    def get() -> int:
        response = client.get(url)
        assert response.status_code == 200, (url, login, response.status_code)
        return len(response.content)

    get()
    with CaptureQueriesContext(connection) as queries:
        size = get()
    return len(queries), [timed(get) for _ in range(repetitions)], size


def timed(act: Callable[[], Any]) -> float:
    """Seconds that ``act`` takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main(repetitions: int = 20) -> None:
    """Print one line a page; fails when one of them asks the database too often, or takes too long."""
    os.environ["DEMO_MODE"] = "yes"  # else people who mind the money must first set up a second factor
    with temporary_database(), aims.held() as held:
        from django.urls import reverse

        given = found()
        print(f"median of {repetitions}, warm; queries with those of session and navigation")
        for login, name, what in PAGES:
            queries, seconds, size = measured(login, reverse(name, kwargs=given[what]), repetitions)
            label = f"{name} ({what})" if what else name
            print(
                f"  {label:<40}{login or 'nobody':<16}"
                f"{queries:3d} queries {median(seconds) * 1000:7.1f} ms {size / 1024:6.0f} kB"
            )
            held.time(f"{label} for {login or 'nobody'}", min(seconds), MONTH if name == OF_A_MONTH else PAGE)
            held.count(f"queries of {label} for {login or 'nobody'}", queries, MOST_QUERIES)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
