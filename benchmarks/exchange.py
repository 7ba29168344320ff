"""A file of 50 000 lines in and out again: ``python -m benchmarks.exchange [lines]``.

Measured one by one: a file with errors on every third line, as CSV and as workbook; a file without fault previewed,
then imported; all of it exported.
"""

import csv
import gc
import io
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from benchmarks import aims
from benchmarks.database import temporary_database

# Seconds for a thousand lines, whatever their number.
AIMS = {
    "errors on every third line, CSV": 0.1,
    "the same as a workbook": 0.25,
    "file without fault, previewed": 0.2,
    "imported": 0.9,
    "exported as CSV": 0.06,
    "exported as workbook": 0.25,
}
PEOPLE, MEMBERS = 100, 10
TITLES = ("matricule", "adhérent", "date", "début", "fin", "pause", "note")
Line = tuple[str, ...]


def main(lines: int = 50_000) -> None:
    """Measure on a database of its own."""
    with temporary_database(), aims.held() as held:
        at, by = _people()
        correct = _lines(lines)
        faulty = [_with_fault(line) if rank % 3 == 0 else line for rank, line in enumerate(correct)]
        from groupement.kernel.reading_apart import get_ready
        from timesheets import exporting
        from timesheets.importing.preview import faults_csv, import_hours, preview_hours
        from timesheets.importing.scope import ImportChoices

        # As a site is that has read a file since it started.
        get_ready()
        preview_hours(_csv(correct[:10]), ImportChoices(), by=by, at=at)
        timed = partial(_timed, held, lines)
        data, bad = _csv(correct), _csv(faulty)
        print(f"{lines} lines, {len(data) / 1e6:.1f} MB")
        preview = timed(
            "errors on every third line, CSV", lambda: preview_hours(bad, ImportChoices(), by=by, at=at)
        )
        print(f"  {len(preview.faults)} errors")
        timed("report of all errors", lambda: faults_csv(preview.faults))
        book = _workbook(faulty)
        timed("the same as a workbook", lambda: preview_hours(book, ImportChoices(), by=by, at=at))
        preview = timed(
            "file without fault, previewed", lambda: preview_hours(data, ImportChoices(), by=by, at=at)
        )
        print(f"  {len(preview.faults)} errors, {preview.total.new} days")
        timed("imported", lambda: import_hours(data, ImportChoices(), digest=preview.digest, by=by, at=at))
        again = timed("previewed again", lambda: preview_hours(data, ImportChoices(), by=by, at=at))
        print(f"  {again.total.unchanged} days unchanged")
        wanted = exporting.ExportChoice()
        timed("exported as CSV", lambda: sum(map(len, exporting.as_csv(by, wanted))))
        timed("exported as workbook", lambda: exporting.as_workbook(by, wanted).close())


def _timed(held: aims.Aims, lines: int, what: str, work: Callable[[], Any]) -> Any:
    """Do ``work`` and print what it took; its time for a thousand lines is held to its aim."""
    gc.collect()  # what others left is not cleared away at this one's cost
    begun, busy = time.perf_counter(), time.process_time()
    done = work()
    spent = time.perf_counter() - begun
    print(f"{what}: {spent:.2f} s, of which {time.process_time() - busy:.2f} s of processor")
    held.time(f"{what}, a thousand lines", spent * 1000 / lines, AIMS.get(what))
    return done


def _people() -> tuple[Any, Any]:
    """A coordinator, and everybody placed at every member all year."""
    from tests import world

    world.group()
    members = [world.member(f"Structure {rank}") for rank in range(MEMBERS)]
    for rank in range(PEOPLE):
        person = world.employee(f"Prénom{rank}", f"Nom{rank}", members=members, with_account=False)
        for member in members:
            world.assignment(person, member, hourly_price=Decimal("22.44"))
    return world.NOW, world.coordinator()


def _lines(count: int) -> list[Line]:
    """Two spans a day, at two members, until there are enough."""
    found: list[Line] = []
    day = date(2026, 1, 1)
    while len(found) < count:
        for rank in range(PEOPLE):
            first, second = (f"Structure {(rank + day.day + n) % MEMBERS}" for n in (0, 1))
            found.append((f"M{rank + 1:03d}", first, f"{day:%d/%m/%Y}", "8:00", "12:00", "0:10", ""))
            found.append((f"M{rank + 1:03d}", second, f"{day:%d/%m/%Y}", "13:00", "17:00", "", "après-midi"))
        day += timedelta(days=1)
    return found[:count]


def _with_fault(line: Line) -> Line:
    return (line[0], "Structure inconnue", line[2], "25h", *line[4:])


def _csv(lines: list[Line]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(TITLES)
    writer.writerows(lines)
    return text.getvalue().encode()


def _workbook(lines: list[Line]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Heures")
    sheet.append(list(TITLES))
    for line in lines:
        sheet.append(list(line))
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
