"""One changed cell of the month grid, saved by itself: ``python -m benchmarks.entry [repetitions]``, milliseconds."""

import re
import sys
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks import aims
from benchmarks.database import temporary_database

MEMBERS = 6
SAVED, SHOWN = 0.03, 0.1  # seconds
MOST_QUERIES = 17
MOST_BYTES = 100_000
FORM = "application/x-www-form-urlencoded"  # as htmx sends it


def placed() -> Any:
    """Somebody who works at six members, and has written the first weeks of November."""
    from tests import world
    from timesheets import recording
    from timesheets.models import Timesheet

    world.group()
    maelle = world.employee()
    for rank in range(MEMBERS):
        pattern = [0] * 7
        pattern[rank % 5] = 420 if rank < 5 else 210
        world.assignment(maelle, world.member(f"Structure {rank}"), weekly_pattern=pattern)
    recording.open_month(world.NOVEMBER, at=world.NOW)
    days = [day for day in world.NOVEMBER.days if day.weekday() < 5][:12]
    for rank, sheet in enumerate(Timesheet.objects.filter(assignment__isnull=False).order_by("pk")):
        mine = {day: {"worked": 420} for day in days if day.weekday() == rank}
        if mine:
            recording.save(sheet, mine, by=maelle.user, at=world.NOW)
    return maelle.user


def fields(html: str) -> dict[str, str]:
    """What a browser would send with the form of the page."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "")
    return found


def saved(client: Any, url: str, cell: str, repetitions: int) -> tuple[list[float], int]:
    """Seconds of each save of another value in ``cell``, and the queries of one of them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    seconds = []
    data = fields(client.get(url).content.decode())

    def save(number: int) -> str:
        body = urlencode(data | {cell: f"{1 + number % 7}", "do": "auto"})
        started = time.perf_counter()
        answer = client.post(url, body, content_type=FORM, HTTP_HX_REQUEST="true")
        seconds.append(time.perf_counter() - started)
        page: str = answer.content.decode()
        assert answer.status_code == 200, page
        assert "Brouillon enregistré" in page, page
        return page

    for number in range(repetitions + 2):
        page = save(number)
        data |= {name: value for name, value in fields(page).items() if name.startswith("vu-")}
    with CaptureQueriesContext(connection) as captured:
        save(repetitions + 2)
    return seconds[2:-1], len(captured)


def timed(act: Callable[[], Any]) -> float:
    """Seconds that ``act`` takes."""
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def main(repetitions: int = 40) -> None:
    """Print what a save and the page take; fails when a save is slower, or the page larger, than promised."""
    with temporary_database(), aims.held() as held:
        from django.test import Client
        from django.urls import reverse

        from tests import world
        from timesheets.models import Timesheet

        client = Client(SERVER_NAME="localhost")
        client.force_login(placed())
        url = reverse("timesheets:my_month", args=[world.NOVEMBER])
        size = len(client.get(url).content)
        shown = min(timed(lambda: client.get(url)) for _ in range(5))
        key = Timesheet.objects.filter(assignment__isnull=False).order_by("pk")[0].pk
        seconds, queries = saved(client, url, f"m-{key}-{date(2026, 11, 20)}", repetitions)
        middle = median(seconds) * 1000
        print(f"one person at {MEMBERS} members, median of {repetitions}, warm")
        print(
            f"  one changed cell saves itself {middle:6.1f} ms, {queries} queries, slowest {max(seconds) * 1000:.1f} ms"
        )
        print(f"  the whole page                {shown * 1000:6.1f} ms, {size / 1000:.0f} kB")
        held.time("one changed cell", middle / 1000, SAVED)
        held.time("the whole page", shown, SHOWN)
        held.count("queries of a save", queries, MOST_QUERIES)
        held.count("bytes of the page", size, MOST_BYTES)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
