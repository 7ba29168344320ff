"""Files as people's programs save them: a notice before the titles, hidden sheets, Strict XLSX, .ods, damage."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from groupement.kernel.tabular import Unreadable
from timesheets.importing.layouts import read_hours_table, recognise_layout
from timesheets.importing.rows import HoursReading, read_rows

DAY = date(2026, 11, 3)
TITLES = ("matricule", "adhérent", "date", "heures", "début", "fin", "pause", "note")
ROWS = (
    ("M001", "Aloen", DAY, timedelta(hours=7, minutes=30), None, None, None, "a"),
    ("M001", "Aloen", DAY, None, time(9), time(17), timedelta(hours=1), "-b"),
    ("M002", "Aloen", DAY, 3.5, None, None, None, "c"),
)
READ = [("M001", 27000, "a"), ("M001", 25200, "-b"), ("M002", 12600, "c")]
NOTICE = (
    ("Relevé d’heures, à rendre avant le 5",),
    ("Ne pas changer les titres ; merci, la coordination",),
    (),
)
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"


def read(data: bytes) -> HoursReading:
    table = read_hours_table(data)
    return read_rows(table, recognise_layout(table.titles))


def facts(data: bytes) -> list[Any] | str:
    """The rows, or the sentence that says why there are none."""
    try:
        reading = read(data)
    except Unreadable as refused:
        return refused.message
    return [str(fault) for fault in reading.faults] or [
        (row.payroll_number, row.seconds, row.note) for row in reading.rows
    ]


def book(**sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook; of each sheet its state and its rows."""
    whole = Workbook()
    whole.remove(whole.active)
    for name, (state, rows) in sheets.items():
        sheet = whole.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(list(row))
        for line in sheet.iter_rows():
            for cell in line:
                if isinstance(cell.value, timedelta):
                    cell.number_format = "[h]:mm"
    data = io.BytesIO()
    whole.save(data)
    return data.getvalue()


def strict(data: bytes) -> bytes:
    """The same workbook with the names of Strict XLSX, its days as ISO 8601 as Excel writes them there."""
    renamed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(renamed, "w") as after:
        for part in before.infolist():
            text = before.read(part).decode()
            text = text.replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            ).replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                "http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            after.writestr(part.filename, text)
    return renamed.getvalue()


def open_document(
    *sheets: tuple[str, bool, Sequence[Sequence[Any]]], mimetype: str = "", **parts: str
) -> bytes:
    """An .ods of sheets by name, whether hidden, and rows."""
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{"off" if hidden else "on"}">'
        + "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
        + '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        for name, hidden, rows in sheets
    )
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    styles = "".join(
        f'<style:style style:name="{name}" style:family="table">'
        f'<style:table-properties table:display="{shown}"/></style:style>'
        for name, shown in (("on", "true"), ("off", "false"))
    )
    content = (
        f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("mimetype", mimetype or "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", parts.pop("content", content))
        for name, text in parts.items():
            packed.writestr(name, text)
    return data.getvalue()


def _cell(value: Any) -> str:
    kinds: dict[type, tuple[str, str]] = {float: ("float", "value"), date: ("date", "date-value")}
    if value is None:
        return '<table:table-cell office:value-type="string"/>'
    if isinstance(value, (time, timedelta)):
        seconds = value.hour * 3600 + value.minute * 60 if isinstance(value, time) else value.seconds
        text = f"PT{seconds // 3600:02}H{seconds // 60 % 60:02}M00S"
        return f'<table:table-cell office:value-type="time" office:time-value="{text}"/>'
    if type(value) in kinds:
        kind, name = kinds[type(value)]
        return f'<table:table-cell office:value-type="{kind}" office:{name}="{value}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'


def text(rows: Sequence[Sequence[str]], separator: str = ";") -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


CSV_ROWS = (
    ("matricule", "adhérent", "date", "heures", "note"),
    ("M001", "Aloen", "03/11/2026", "7,5", "été"),
)
CSV_READ = [("M001", 27000, "été")]
PLURAL = "Plusieurs feuilles peuvent être importées\u00a0: «\u00a0Octobre\u00a0» et «\u00a0Novembre\u00a0»."


def cases() -> dict[str, tuple[bytes, object]]:
    """Files by what is particular about them, with the rows that they hold or the sentence that refuses them."""
    hours = ("visible", (TITLES, *ROWS))
    notice = ("visible", NOTICE)
    csv = text(CSV_ROWS)
    cut = csv.encode().replace("été".encode(), "été".encode()[:-1])
    return {
        "a notice above": (book(Heures=("visible", (*NOTICE, TITLES, *ROWS))), READ),
        "a notice on the first sheet": (book(Notice=notice, Heures=hours), READ),
        "a hidden sheet before": (book(Listes=("hidden", (TITLES, *ROWS[:1])), Heures=hours), READ),
        "hours on a hidden sheet only": (
            book(Notice=notice, Heures=("hidden", hours[1])),
            "La feuille «\u00a0Heures\u00a0» est masquée.",
        ),
        "two sheets of hours": (book(Octobre=hours, Novembre=hours), PLURAL),
        "a second sheet without rows": (book(Octobre=hours, Novembre=("visible", (TITLES,))), READ),
        "Strict XLSX": (strict(book(Heures=hours)), READ),
        ".ods": (open_document(("Heures", False, (TITLES, *ROWS))), READ),
        ".ods with a notice and a hidden sheet": (
            open_document(("N", False, NOTICE), ("L", True, (TITLES, *ROWS)), ("H", False, (TITLES, *ROWS))),
            READ,
        ),
        ".ods behind a password": (
            open_document(**{"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
            "sans mot de passe",
        ),
        ".ods with entities": (
            open_document(content='<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'),
            "abîmé",
        ),
        "an .odt": (open_document(mimetype="application/vnd.oasis.opendocument.text"), "abîmé"),
        "an .xlsb": (open_document(mimetype="x", **{"xl/workbook.bin": ""}), ".xlsb"),
        "sep=": (("sep=;\r\n" + csv).encode("utf-8-sig"), CSV_READ),
        "sep=, where a comma parts": (
            ("sep=,\n" + text(CSV_ROWS, ",").replace("7,5", "7.5")).encode(),
            CSV_READ,
        ),
        "a notice above a CSV": (("Relevé, à rendre, merci, le 5\r\n\r\n" + csv).encode(), CSV_READ),
        "UTF-16": (csv.encode("utf-16"), CSV_READ),
        "Windows-1252": (csv.encode("cp1252"), CSV_READ),
        "a cut byte": (cut, "Ligne 2, colonne «\u00a0note\u00a0»\u00a0: un caractère est abîmé."),
    }


def test_each_way_to_save_hours_gives_the_hours_or_the_sentence_that_helps():
    wrong = {}
    for name, (data, wanted) in cases().items():
        found = facts(data)
        good = (
            found == wanted
            if isinstance(wanted, list)
            else wanted in " ".join(found if isinstance(found, list) else [found])
        )
        if not good:
            wrong[name] = found
    assert wrong == {}


def test_a_cut_byte_leaves_the_other_titles_as_they_are():
    data = text(CSV_ROWS).encode().replace("été".encode(), "été".encode()[:-1])
    assert read_hours_table(data).titles == list(CSV_ROWS[0])


def test_rows_keep_the_numbers_that_people_see():
    numbers = {
        "xlsx": read_hours_table(book(H=("visible", (*NOTICE, TITLES, *ROWS)))).rows[0][0],
        "ods": read_hours_table(open_document(("H", False, (*NOTICE, TITLES, *ROWS)))).rows[0][0],
        "csv": read_hours_table(("Notice\r\n\r\n" + text(CSV_ROWS)).encode()).rows[0][0],
        "sep": read_hours_table(("sep=;\r\n" + text(CSV_ROWS)).encode()).rows[0][0],
    }
    assert numbers == {"xlsx": 5, "ods": 5, "csv": 4, "sep": 2}


@pytest.mark.parametrize(
    ("total", "unread"),
    [
        (("Total", "", "", "99"), 1),
        (("", "", "", "10,5"), 1),
        (("", "", "", timedelta(hours=10, minutes=30)), 1),
        (("", "", "", "10"), 0),  # no sum: a line whose date was forgotten
        (("M001", "", "", "10,5"), 0),
    ],
)
def test_a_line_that_sums_the_others_up_is_not_read_and_told(total, unread):
    rows = (TITLES[:4], ("M001", "Aloen", DAY, 7.5), ("M001", "Aloen", DAY, 3.0), total)
    reading = read(book(H=("visible", rows)))
    assert (reading.unread["total"], len(reading.faults)) == (unread, 1 - unread)


def test_an_error_of_the_workbook_is_told_and_never_taken_for_nothing():
    whole = Workbook()
    whole.active.append(["matricule", "adhérent", "date", "heures"])
    whole.active.append(["M001", "Aloen", date(2026, 11, 3), "#REF!"])
    whole.active["D2"].data_type = "e"
    data = io.BytesIO()
    whole.save(data)
    assert read_hours_table(data.getvalue()).rows[0][1][3] == "#REF!"
