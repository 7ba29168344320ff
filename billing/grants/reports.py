"""Lock months of a funding line as a report (what it pays for, with a digest), and write it as CSV, XLSX and PDF."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from billing.grants.funded_costs import FundedExpenseRow, FundedHoursRow, LineFunding, funding_of
from billing.models import FundingLine, FundingReport
from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import ZERO, an_hour
from groupement.kernel.periods import Month
from groupement.kernel.printable import refuse_holes
from groupement.kernel.tabular import csv_text, inert, printable
from groupement.kernel.worktime import quantity
from members.models import Group, User
from timesheets.models import Entry, TimesheetStatus


class NotLockable(Refusal):
    """The period cannot be locked, or not yet."""


@transaction.atomic
def lock(line: FundingLine, *, first: Month, last: Month, by: User, at: datetime) -> FundingReport:
    """Copy what ``line`` pays for in the months ``first`` to ``last``; PostgreSQL refuses their tags from then on.

    Raises NotLockable for months that are not over, outside the line or locked already, for a period without a tag,
    and, person by person, where hours wait for approval or a cost for its import: an hour's cost would still change;
    printable.HoleInPaper.
    """
    locked_line = still_there(FundingLine.objects.select_for_update(), line.pk)
    _refuse_period(locked_line, first, last, at)
    whole = funding_of([locked_line])[locked_line.pk]
    rows = [row for row in whole.hours if first <= row.month <= last]
    spent = [row for row in whole.spent if first <= row.month <= last]
    if not rows and not spent:
        raise NotLockable("Rien n’est affecté à cette ligne sur ces mois\u00a0: il n’y a rien à verrouiller.")
    if faults := _faults(rows):
        raise NotLockable("Rien n’est verrouillé. À régler d’abord\u00a0:", errors=faults)
    content = _content(locked_line, first, last, LineFunding(rows, spent), by, at)
    refuse_holes(content)
    return FundingReport.objects.create(
        line=locked_line,
        first_month=first,
        last_month=last,
        content=content,
        digest=digest_of(content),
        locked_by=by,
        locked_at=at,
    )


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of ``content`` as JSON with sorted keys and no blanks: anybody can compute it again."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse_period(line: FundingLine, first: Month, last: Month, at: datetime) -> None:
    if last < first:
        raise NotLockable("Le dernier mois vient avant le premier. Inversez-les.", field="last")
    if last.before > timezone.localdate(at):
        raise NotLockable(
            f"{last.label.capitalize()} n’est pas terminé. Verrouillez jusqu’à {last.previous.label}, ou attendez.",
            field="last",
        )
    if first < Month.of(line.starts_on) or (line.last_day and last > Month.of(line.last_day)):
        raise NotLockable(f"{line.code} ne couvre pas tous ces mois. Vérifiez la période.", field="first")
    there = line.reports.filter(first_month__lte=last, last_month__gte=first).order_by("first_month").first()
    if there is not None:
        raise NotLockable(
            f"Un état verrouillé couvre déjà {_period(there.first_month, there.last_month)}. Choisissez d’autres mois.",
            field="first",
        )


def _faults(rows: list[FundedHoursRow]) -> list[str]:
    """What would still change the cost of an hour, a sentence for each person's month; one query."""
    months = {(row.employee, row.month): row for row in rows}
    waiting = set(
        Entry.objects.filter(
            timesheet__employee__in={employee for employee, _ in months},
            timesheet__month__in={month for _, month in months},
        )
        .exclude(timesheet__status=TimesheetStatus.APPROVED)
        .values_list("timesheet__employee", "timesheet__month")
    )
    faults = []
    for key, row in months.items():
        name = f"{row.person}, {row.month.label}{NO_BREAK_SPACE}: "
        if row.cost is None:
            faults.append(f"{name}le coût employeur n’est pas importé.")
        if key in waiting:
            faults.append(f"{name}des heures ne sont pas approuvées, le coût horaire changerait.")
    return faults


def _content(
    line: FundingLine, first: Month, last: Month, whole: LineFunding, by: User, at: datetime
) -> dict[str, Any]:
    """The content of the report as plain JSON, from which all its files are made."""
    group = Group.objects.get()
    return {
        "group": group.letterhead(),
        "line": {
            "code": line.code,
            "label": line.label,
            "funder": line.funder,
            "budget": None if line.budget is None else str(line.budget),
            "starts_on": line.starts_on.isoformat(),
            "last_day": line.last_day.isoformat() if line.last_day else None,
        },
        "first": str(first),
        "last": str(last),
        "period": _period(first, last),
        "hours": [_hours(row) for row in whole.hours],
        "spent": [_spent(row) for row in whole.spent],
        "minutes": whole.minutes,
        "hours_cost": str(whole.hours_cost),
        "spent_total": str(whole.spent_total),
        "total": str(whole.total),
        "locked_by": by.name,
        "locked_at": timezone.localtime(at).isoformat(timespec="minutes"),
    }


def _hours(row: FundedHoursRow) -> dict[str, Any]:
    plain = asdict(row)
    del plain["is_locked"]
    return plain | {"month": str(row.month), "cost": str(row.cost), "month_cost": str(row.month_cost)}


def _spent(row: FundedExpenseRow) -> dict[str, Any]:
    plain = asdict(row)
    del plain["is_locked"], plain["pk"]
    return plain | {"month": str(row.month), "amount": str(row.amount)}


def _period(first: Month, last: Month) -> str:
    """ "octobre 2026", "octobre 2026 à janvier 2027" """
    return first.label if first == last else f"{first.label} à {last.label}"


EURO = "#,##0.00"
# A ZIP knows no earlier moment; the report's own dates are in its cells.
EPOCH = (1980, 1, 1, 0, 0, 0)
Column = tuple[str, Callable[[Mapping[str, Any]], Any], str, int]


def hourly_cost(row: Mapping[str, Any]) -> Decimal:
    """Euros an hour for people to read: funded cost ÷ funded hours, to the cent; no cost is computed from it."""
    return an_hour(Decimal(row["cost"]), row["minutes"])


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
    lines: list[list[Any]] = []
    for columns, rows in _tables(report):
        lines.append([title for title, *_ in columns])
        lines += [[value(row) for _, value, *_ in columns] for row in rows]
        lines.append([])
    lines.append(["total", Decimal(report.content["total"])])
    lines.append(["empreinte (SHA-256)", report.digest])
    return csv_text(lines).encode()


def as_workbook(report: FundingReport) -> bytes:
    """A sheet for the hours, one for the expenses, one for the report itself."""
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
    for line, (name, value) in enumerate(_summary(report), start=1):
        first.cell(line, 1, name).font = Font(bold=True)
        _fill(first.cell(line, 2), value, EURO if isinstance(value, Decimal) else "")
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
        minutes, cost = sums.get(row[name], (0, ZERO))
        sums[row[name]] = minutes + row["minutes"], cost + Decimal(row["cost"])
    return [{"name": key, "minutes": sums[key][0], "cost": str(sums[key][1])} for key in sorted(sums)]


def _fill(cell: Any, value: Any, number_format: str) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        # Text, whatever it resembles: openpyxl would make a formula of "=".
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
