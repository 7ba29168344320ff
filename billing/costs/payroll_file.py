"""Read a payroll file: CSV or workbook, judged line by line before anything is kept.

Whatever the accents or case of its titles: a column of personnel numbers, gross pay and employer contributions are
needed; names, month, other costs, aids and the total of the line may be there. What no title tells is chosen on
screen (columns.py). Amounts are typed without sign, aids too. A last line ``total`` is checked against the sums.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from billing.costs import payroll_columns
from billing.costs.payroll_columns import (
    AMOUNTS,
    FIRST_NAME,
    LAST_NAME,
    MONTH,
    NEEDED,
    NUMBER,
    ROW_TOTAL,
    Layout,
    read_amount,
    read_month,
    read_table,
    shown,
)
from billing.models import NEGATIVE, CostKind
from employees.models import Employee
from groupement.kernel.french import NO_BREAK_SPACE, counted, of, quoted
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Unreadable, plain

LARGEST_AMOUNT = Decimal(100_000)
TOTALS = {"total", "totaux", "total general"}


class BadPayroll(Unreadable):
    """The file cannot be taken; ``errors`` say line by line what is wrong and what to do."""


@dataclass(frozen=True)
class PayrollRow:
    """One employee's month: amounts in euros by CostKind (aids below zero), as line ``line`` of the file says."""

    line: int
    employee: Employee
    amounts: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), ZERO)


@dataclass(frozen=True)
class PayrollSheet:
    """A payroll file without fault, read and not yet kept; ``aids`` is how it calls the aids, for those who ask."""

    month: Month
    file_name: str
    sha256: str
    rows: Sequence[PayrollRow]
    has_total: bool = False
    aids: str = ""

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), ZERO)

    def sum_of(self, kind: str) -> Decimal:
        return sum((row.amounts.get(kind, ZERO) for row in self.rows), ZERO)


@dataclass
class _Reading:
    """What is known while the lines go by."""

    month: Month
    layout: Layout
    employees: Mapping[str, Employee]
    rows: list[PayrollRow] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    has_total: bool = False

    def fault(self, line: int, sentence: str, column: str = "") -> None:
        where = f"colonne {quoted(self.layout.title(column))}, " if column else ""
        self.errors.append(f"Ligne {line}{NO_BREAK_SPACE}: {where}{sentence}")


def read_payroll(data: bytes, *, file_name: str, month: Month, layout: Layout | None = None) -> PayrollSheet:
    """Read the payroll file of ``month``. Raises BadPayroll with one sentence for each fault, all at once.

    Without ``layout`` the columns are those remembered for its titles, else our own. Raises Unreadable for what is no
    table, or has none of these titles.
    """
    table = read_table(data)
    layout = layout or payroll_columns.recognise(table.titles) or payroll_columns.own_layout(table.titles)
    employees = {row.payroll_number.casefold(): row for row in Employee.objects.order_by("pk")}
    reading = _Reading(month, layout, employees)
    for number, cells in table.rows:
        _read_line(number, cells, reading, table.separator)
    if reading.errors:
        count = len(reading.errors)
        raise BadPayroll(
            f"Le fichier n’a pas été importé{NO_BREAK_SPACE}: {counted(count, 'erreur')} à corriger.",
            errors=reading.errors,
        )
    if not reading.rows:
        raise BadPayroll(
            "Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres."
        )
    sha256 = hashlib.sha256(data).hexdigest()
    aids = layout.title(CostKind.AID)
    return PayrollSheet(month, file_name, sha256, reading.rows, reading.has_total, aids)


def _read_line(line: int, cells: Sequence[Any], reading: _Reading, separator: str) -> None:
    if reading.has_total:
        reading.fault(line, "il y a encore une ligne après le total. Mettez le total en dernier.")
        return
    if separator == "," and any(cells[max(len(reading.layout.titles), reading.layout.last + 1) :]):
        reading.fault(
            line, "il y a plus de cellules que de titres. Séparez les cellules par des points-virgules."
        )
        return
    values = {
        meaning: [cells[place] if place < len(cells) else None for place in places]
        for meaning, places in reading.layout.places.items()
    }
    if any(isinstance(cell, str) and plain(cell) in TOTALS for cell in cells):
        _check_total(line, values, reading)
        return
    employee = _employee(line, values, reading)
    _check_month(line, values, reading)
    amounts = _amounts(line, values, reading)
    if employee is None or amounts is None:
        return
    if employee.pk in reading.lines:
        first = reading.lines[employee.pk]
        reading.fault(
            line,
            f"{employee.full_name} est déjà à la ligne {first}. Une seule ligne par salarié et par mois.",
        )
        return
    reading.lines[employee.pk] = line
    reading.rows.append(PayrollRow(line, employee, amounts))


def _employee(line: int, values: Mapping[str, list[Any]], reading: _Reading) -> Employee | None:
    number = shown(values[NUMBER][0])
    if not number:
        reading.fault(line, "le matricule manque. Écrivez celui de la fiche du salarié.")
        return None
    employee = reading.employees.get(number.casefold())
    if employee is None:
        reading.fault(
            line,
            f"le matricule {quoted(number[:30])} est inconnu. Corrigez-le, ou complétez la fiche du salarié.",
        )
        return None
    told = shown(values.get(LAST_NAME, [None])[0])
    # A column of names often holds both; the one of last names alone must be the last name.
    known = {plain(employee.last_name)}
    if FIRST_NAME not in values:
        known |= {plain(employee.full_name), plain(f"{employee.last_name} {employee.first_name}")}
    if told and plain(told) not in known:
        reading.fault(
            line,
            f"le matricule {number} est celui {of(employee.full_name)}, le fichier dit {quoted(told[:40])}. "
            "Corrigez le matricule ou le nom.",
        )
        return None
    return employee


def _check_month(line: int, values: Mapping[str, list[Any]], reading: _Reading) -> None:
    told = values.get(MONTH, [None])[0]
    if told in (None, ""):
        return
    read = read_month(told)
    if read is None:
        reading.fault(line, f"{quoted(shown(told)[:20])} n’est pas un mois. Écrivez {reading.month}.")
    elif read != reading.month:
        reading.fault(
            line,
            f"le mois est {read.label}, alors que vous importez {reading.month.label}. "
            "Choisissez le bon fichier ou le bon mois.",
        )


def _amounts(line: int, values: Mapping[str, list[Any]], reading: _Reading) -> dict[str, Decimal] | None:
    """The amounts of a person's line by kind, aids below zero; None after a fault."""
    before = len(reading.errors)
    amounts: dict[str, Decimal] = {}
    for kind in AMOUNTS:
        faults = len(reading.errors)
        told = _told(line, kind, values.get(kind, []), reading)
        if told is not None:
            amounts[kind] = 0 - told if kind in NEGATIVE else told
        elif kind in NEEDED and len(reading.errors) == faults:
            reading.fault(line, "le montant manque. Écrivez 0 s’il n’y en a pas.", kind)
    if len(reading.errors) > before:
        return None
    _check_row(line, values, amounts, reading)
    return amounts if len(reading.errors) == before else None


def _told(line: int, kind: str, cells: Sequence[Any], reading: _Reading) -> Decimal | None:
    """The sum of what the columns of a kind say, as it is typed; None when all are empty or one is at fault."""
    total: Decimal | None = None
    for cell in cells:
        try:
            amount = read_amount(cell)
        except ValueError as error:
            reading.fault(line, str(error), kind)
            return None
        if amount is not None:
            total = (total or ZERO) + amount
            if not _is_cost(line, kind, amount, reading):
                return None
    return total


def _is_cost(line: int, kind: str, amount: Decimal, reading: _Reading) -> bool:
    if amount < 0:
        cure = (
            "Une aide s’écrit sans signe, elle est déduite du coût."
            if kind == CostKind.AID
            else "Un coût s’écrit sans signe."
        )
        reading.fault(line, f"{spell(amount)} est négatif. {cure}", kind)
    elif amount > LARGEST_AMOUNT and not reading.has_total:
        reading.fault(line, f"{spell(amount)} est trop grand pour un mois. Vérifiez la virgule.", kind)
    else:
        return True
    return False


def _check_row(
    line: int, values: Mapping[str, list[Any]], amounts: Mapping[str, Decimal], reading: _Reading
) -> None:
    """A line costs something, and what it says of its own total is so."""
    total = sum(amounts.values(), ZERO)
    if total < 0:
        reading.fault(line, f"les aides dépassent le coût du mois de {spell(0 - total)}. Vérifiez la ligne.")
    told = _told(line, ROW_TOTAL, values.get(ROW_TOTAL, []), reading)
    if told is not None and told != total:
        reading.fault(
            line,
            f"le total est {spell(told)} alors que les montants font {spell(total)}. Vérifiez la ligne.",
            ROW_TOTAL,
        )


def _check_total(line: int, values: Mapping[str, list[Any]], reading: _Reading) -> None:
    reading.has_total = True
    if reading.errors:
        return
    found: dict[str, Decimal] = {
        kind: sum((row.amounts.get(kind, ZERO) for row in reading.rows), ZERO) for kind in AMOUNTS
    }
    found[ROW_TOTAL] = sum(found.values(), ZERO)
    for kind, amount in found.items():
        told = _told(line, kind, values.get(kind, []), reading)
        expected = 0 - amount if kind in NEGATIVE else amount
        if told is not None and told != expected:
            reading.fault(
                line,
                f"le total est {spell(told)} alors que les lignes font {spell(expected)}. "
                "Vérifiez qu’aucune ligne ne manque.",
                kind,
            )
