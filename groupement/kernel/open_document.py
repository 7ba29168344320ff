"""The sheets of an OpenDocument workbook (.ods), read as far as a table needs it: values, hidden sheets, nothing else.

Parts are streamed through defusedxml, and what a file says to repeat is never believed beyond the limits.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

SPREADSHEET = b"application/vnd.oasis.opendocument.spreadsheet"
CONTENT = "content.xml"
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
_TABLE, _OFFICE = f"{{{_NAMESPACE}:table:1.0}}", f"{{{_NAMESPACE}:office:1.0}}"
_STYLE, _TEXT = f"{{{_NAMESPACE}:style:1.0}}", f"{{{_NAMESPACE}:text:1.0}}"
_CELLS = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_DURATION = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?")


@dataclass
class OpenSheet:
    """One sheet: its rows that are not blank, with their numbers."""

    name: str
    is_hidden: bool
    rows: list[tuple[int, list[Any]]] = field(default_factory=list)

    def each_row(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows, from the first."""
        return iter(self.rows)


def is_open_document(packed: zipfile.ZipFile) -> bool:
    """Whether a ZIP says that it is such a workbook."""
    return "mimetype" in packed.namelist() and packed.read("mimetype").startswith(SPREADSHEET)


def is_encrypted(packed: zipfile.ZipFile) -> bool:
    """Whether its parts are behind a password."""
    name = "META-INF/manifest.xml"
    return name in packed.namelist() and b"encryption-data" in packed.read(name)


def read_sheets(packed: zipfile.ZipFile, *, most_rows: int, most_columns: int) -> list[OpenSheet]:
    """All sheets, at most ``most_rows`` rows of each; raises what the parser raises on a damaged file."""
    sheets: list[OpenSheet] = []
    hidden: set[str] = set()
    number = 0
    with packed.open(CONTENT) as part:
        for event, element in iterparse(part, events=("start", "end")):
            if event == "start" and element.tag == f"{_TABLE}table":
                name, style = element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}style-name", "")
                sheets.append(OpenSheet(name, style in hidden))
                number = 0
            elif event == "end" and element.tag == f"{_STYLE}style":
                if _hides(element):
                    hidden.add(element.get(f"{_STYLE}name", ""))
            elif event == "end" and element.tag == f"{_TABLE}table-row" and sheets:
                number = _add_row(sheets[-1], element, number, most_rows, most_columns)
                element.clear()
    return sheets


def _hides(style: Element) -> bool:
    properties = style.find(f"{_STYLE}table-properties")
    return properties is not None and properties.get(f"{_TABLE}display") == "false"


def _add_row(sheet: OpenSheet, row: Element, number: int, most_rows: int, most_columns: int) -> int:
    """Add a row as often as it is repeated; returns the number of the last one."""
    repeated = _repeated(row, "rows")
    cells = list(_cells(row, most_columns))
    if any(cell not in (None, "") for cell in cells):
        room = max(0, most_rows - len(sheet.rows))
        sheet.rows += [(number + 1 + n, list(cells)) for n in range(min(repeated, room))]
    return number + repeated


def _cells(row: Element, most_columns: int) -> Iterator[Any]:
    room = most_columns
    for cell in row:
        if cell.tag in _CELLS:
            count = min(_repeated(cell, "columns"), room)
            value = _value(cell)
            yield from (value for _ in range(count))
            room -= count


def _repeated(element: Element, what: str) -> int:
    text = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _value(cell: Element) -> Any:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if kind in {"float", "percentage", "currency"}:
        return float(cell.get(f"{_OFFICE}value", ""))
    if kind == "date":
        text = cell.get(f"{_OFFICE}date-value", "")
        return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    if kind == "time":
        return _duration(cell.get(f"{_OFFICE}time-value", ""))
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    return "\n".join("".join(line.itertext()) for line in cell.findall(f"{_TEXT}p")).strip()


def _duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(group or 0) for group in match.groups()[1:])
    found = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -found if match[1] else found
