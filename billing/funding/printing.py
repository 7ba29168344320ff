"""The files of a locked report: CSV, workbook and PDF, from its kept content alone; the same bytes each time."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from billing.models import FundingReport
from groupement import paper
from groupement.money import cents
from groupement.tabular import inert, printable
from groupement.worktime import quantity

MARK = "\ufeff"
EURO = "#,##0.00"
# A ZIP knows no earlier moment; the report's own dates are in its cells.
EPOCH = (1980, 1, 1, 0, 0, 0)
Column = tuple[str, Callable[[Mapping[str, Any]], Any], str, int]


def hourly_cost(row: Mapping[str, Any]) -> Decimal:
    """Euros an hour for people to read: funded cost ÷ funded hours, to the cent; no cost is ever made of it."""
    exact = Fraction(row["cost"]) * 60 / row["minutes"]
    return cents(Decimal(exact.numerator) / Decimal(exact.denominator))


HOURS: tuple[Column, ...] = (
    ("mois", lambda row: row["month"], "", 10),
    ("matricule", lambda row: row["payroll_number"], "", 12),
    ("personne", lambda row: row["person"], "", 26),
    ("action", lambda row: row["action"], "", 36),
    ("heures", lambda row: quantity(row["minutes"]), "0.00", 10),
    ("minutes", lambda row: row["minutes"], "0", 10),
    ("coût du mois", lambda row: Decimal(row["month_cost"]), EURO, 14),
    ("heures du mois", lambda row: quantity(row["month_minutes"]), "0.00", 14),
    ("coût horaire", hourly_cost, EURO, 14),
    ("coût financé", lambda row: Decimal(row["cost"]), EURO, 14),
    ("estimation", lambda row: "oui" if row["is_estimate"] else "", "", 12),
)
SPENT: tuple[Column, ...] = (
    ("mois", lambda row: row["month"], "", 10),
    ("date", lambda row: date.fromisoformat(row["spent_on"]), "dd/mm/yyyy", 12),
    ("personne", lambda row: row["person"], "", 26),
    ("objet", lambda row: row["label"], "", 36),
    ("action", lambda row: row["action"], "", 36),
    ("montant financé", lambda row: Decimal(row["amount"]), EURO, 16),
)


def as_csv(report: FundingReport) -> bytes:
    """Hours, then expenses, as French spreadsheets open it: marked UTF-8, semicolons, decimal commas."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    for columns, rows in _tables(report):
        writer.writerow([title for title, *_ in columns])
        for row in rows:
            writer.writerow([_french(value(row)) for _, value, *_ in columns])
        writer.writerow([])
    writer.writerow(["total", _french(Decimal(report.content["total"]))])
    writer.writerow(["empreinte (SHA-256)", report.digest])
    return (MARK + written.getvalue()).encode()


def as_workbook(report: FundingReport) -> bytes:
    """A sheet for the hours, one for the expenses, one that says what the report is."""
    book = Workbook()
    for title, (columns, rows) in zip(("Heures", "Dépenses"), _tables(report), strict=True):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        for number, (heading, _, _, width) in enumerate(columns, start=1):
            sheet.cell(1, number, heading).font = Font(bold=True)
            sheet.column_dimensions[get_column_letter(number)].width = width
        for line, row in enumerate(rows, start=2):
            for number, (_, value, number_format, _) in enumerate(columns, start=1):
                _fill(sheet.cell(line, number), value(row), number_format)
    first = book.worksheets[0]
    first.title = "État"
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 26, 70
    for line, (name, said) in enumerate(_summary(report), start=1):
        first.cell(line, 1, name).font = Font(bold=True)
        _fill(first.cell(line, 2), said, EURO if isinstance(said, Decimal) else "")
    moment = timezone.localtime(report.locked_at).replace(tzinfo=None, microsecond=0)
    book.properties.creator = printable(report.content["group"]["name"])
    book.properties.created = moment
    file = io.BytesIO()
    book.save(file)
    return _without_clock(file.getvalue(), f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def as_pdf(report: FundingReport) -> bytes:
    """The PDF/A for the funder."""
    content = report.content
    context = {
        "report": content,
        "digest": report.digest,
        "hours": [{**row, "hourly": str(hourly_cost(row))} for row in content["hours"]],
        "people": _summed(content["hours"], "person"),
        "actions": _summed(content["hours"], "action"),
    }
    return paper.pdf(
        render_to_string("paper/funding.html", context),
        title=f"État de financement {content['line']['code']}, {content['period']}",
        author=content["group"]["name"],
        created_at=timezone.localtime(report.locked_at),
        identifier=f"funding {report.pk} {report.digest}",
    )


def file_name(report: FundingReport, suffix: str) -> str:
    """ "financement-coopter-2026-10-a-2026-11.xlsx" """
    months = "-a-".join(dict.fromkeys([str(report.first_month), str(report.last_month)]))
    return f"financement-{report.content['line']['code'].lower()}-{months}.{suffix}"


def _tables(report: FundingReport) -> list[tuple[tuple[Column, ...], list[dict[str, Any]]]]:
    return [(HOURS, report.content["hours"]), (SPENT, report.content["spent"])]


def _summary(report: FundingReport) -> list[tuple[str, Any]]:
    content = report.content
    line = content["line"]
    return [
        ("Groupement", content["group"]["name"]),
        ("SIREN", content["group"]["siren"]),
        ("Ligne de financement", f"{line['code']}, {line['label']}"),
        ("Financeur", line["funder"]),
        ("Montant accordé", None if line["budget"] is None else Decimal(line["budget"])),
        ("Période", content["period"]),
        ("Heures", quantity(content["minutes"])),
        ("Coût des heures", Decimal(content["hours_cost"])),
        ("Dépenses", Decimal(content["spent_total"])),
        ("Total", Decimal(content["total"])),
        ("Verrouillé par", content["locked_by"]),
        ("Verrouillé le", content["locked_at"]),
        ("Empreinte (SHA-256)", report.digest),
    ]


def _summed(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Minutes and cost by person or by action, in the order of their names."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for row in rows:
        minutes, cost = sums.get(row[name], (0, Decimal("0.00")))
        sums[row[name]] = minutes + row["minutes"], cost + Decimal(row["cost"])
    return [{"name": key, "minutes": sums[key][0], "cost": str(sums[key][1])} for key in sorted(sums)]


def _french(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return inert(str(value))


def _fill(cell: Any, value: Any, number_format: str) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        # Text, whatever it looks like: openpyxl would make a formula of "=".
        cell.value, cell.data_type = printable(value), "s"
        cell.quotePrefix = inert(value) != value
        return
    cell.value = value
    if number_format:
        cell.number_format = number_format


def _without_clock(data: bytes, moment: str) -> bytes:
    """The same workbook without the moment it was written at, which openpyxl and the ZIP put into it."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(written, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment.encode(), part, count=1)
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, part)
    return written.getvalue()
