"""Files of hours as people and programs write them, for the tests of import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook


def titles(text: str) -> list[str]:
    return text.split(",")


OWN = ("matricule", "personne", "adhérent", "date", "heures", "début", "fin", "pause", "nature", "note")
# The titles of real exports, in the order in which the programs write them.
TOGGL = titles(
    "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,"
    "Duration,Tags,Amount ()"
)
CLOCKIFY = titles(
    "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,End Time,"
    "Duration (h),Duration (decimal),Billable Rate (EUR),Billable Amount (EUR)"
)
KIMAI = titles(
    "Date,From,To,Duration,Currency,Price,Internal price,Hourly price,Fixed price,Name,User,Email,Staff number,"
    "Customer,Project,Activity,Description,Billable,Tags,Type,Category,Number,Project number,VAT-ID,Order number"
)


def own(*rows: Sequence[str] | dict[str, str], titles: Sequence[str] = OWN) -> bytes:
    """Our own layout; a row is cells in order, or a dict by title."""
    return table(titles, rows, separator=";")


def toggl(*rows: dict[str, str]) -> bytes:
    return table(TOGGL, rows)


def clockify(*rows: dict[str, str]) -> bytes:
    return table(CLOCKIFY, rows)


def kimai(*rows: dict[str, str]) -> bytes:
    return table(KIMAI, rows)


def table(
    titles: Sequence[str], rows: Iterable[Sequence[str] | dict[str, str]], separator: str = ","
) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(titles)
    for row in rows:
        writer.writerow([row.get(title, "") for title in titles] if isinstance(row, dict) else row)
    return text.getvalue().encode()


def workbook(
    *rows: Sequence[Any], titles: Sequence[str] = OWN, formats: dict[str, str] | None = None
) -> bytes:
    """An XLSX file; ``formats`` by the address of a cell."""
    book = Workbook()
    sheet = book.active
    for row in (titles, *rows):
        sheet.append(list(row))
    for address, number_format in (formats or {}).items():
        sheet[address].number_format = number_format
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
