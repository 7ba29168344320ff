"""A payroll file read and checked line by line, before anything is stored.

Whatever the accents or case of its titles: a column of personnel numbers, gross pay and employer contributions are
needed; names, month, other costs, aids and the total of the line may be there. What no title tells is chosen on
screen (payroll_columns.py). Amounts are written without sign, aids too. A last line ``total`` is checked.
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
    PayrollFileLayout,
    read_payroll_table,
)
from billing.models import NEGATIVE, CostKind
from employees.models import Employee
from groupement.kernel.cells import cell_text, plain, read_amount, read_month
from groupement.kernel.french import NO_BREAK_SPACE, counted, of, quoted
from groupement.kernel.money import ZERO, spell
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Fault, Unreadable

LARGEST_AMOUNT = Decimal(100_000)
TOTALS = {"total", "totaux", "total general"}


class BadPayroll(Unreadable):
    """The file cannot be imported; ``errors`` say line by line what is wrong and what to do."""


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
    """A payroll file without fault, read and not yet imported; ``aids`` is the title of its column of aids."""

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
class _PayrollReading:
    """The rows and the faults of the lines read so far; ``lines``: at which line each employee stands."""

    month: Month
    layout: PayrollFileLayout
    employees: Mapping[str, Employee]
    rows: list[PayrollRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    has_total: bool = False

    def refuse(self, line: int, sentence: str, column: str = "") -> None:
        """Add a fault of a line."""
        where = f"colonne {quoted(self.layout.title(column))}, " if column else ""
        self.faults.append(Fault(line, f"{where}{sentence}"))


def read_payroll(
    data: bytes, *, file_name: str, month: Month, layout: PayrollFileLayout | None = None
) -> PayrollSheet:
    """Read the payroll file of ``month``. Raises BadPayroll with one sentence for each fault, all at once.

    Without ``layout`` the columns are those stored for its titles, else our own. Raises Unreadable for what is no
    table, or has none of these titles.
    """
    table = read_payroll_table(data)
    layout = (
        layout or payroll_columns.recognise_layout(table.titles) or payroll_columns.own_layout(table.titles)
    )
    employees = {plain(row.payroll_number): row for row in Employee.objects.order_by("pk")}
    reading = _PayrollReading(month, layout, employees)
    for number, cells in table.rows:
        _read_line(number, cells, reading, table.separator)
    if reading.faults:
        count = len(reading.faults)
        raise BadPayroll(
            f"Le fichier n’a pas été importé{NO_BREAK_SPACE}: {counted(count, 'erreur')} à corriger.",
            errors=[str(fault) for fault in reading.faults],
        )
    if not reading.rows:
        raise BadPayroll(
            "Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres."
        )
    sha256 = hashlib.sha256(data).hexdigest()
    aids = layout.title(CostKind.AID)
    return PayrollSheet(month, file_name, sha256, reading.rows, reading.has_total, aids)


def _read_line(line: int, cells: Sequence[Any], reading: _PayrollReading, separator: str) -> None:
    if reading.has_total:
        reading.refuse(line, "il y a encore une ligne après le total. Mettez le total en dernier.")
        return
    if separator == "," and any(cells[max(len(reading.layout.titles), reading.layout.last + 1) :]):
        reading.refuse(
            line, "il y a plus de cellules que de titres. Séparez les cellules par des points-virgules."
        )
        return
    values = {meaning: reading.layout.cells(meaning, cells) for meaning in reading.layout.places}
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
        reading.refuse(
            line,
            f"{employee.full_name} est déjà à la ligne {first}. Une seule ligne par salarié et par mois.",
        )
        return
    reading.lines[employee.pk] = line
    reading.rows.append(PayrollRow(line, employee, amounts))


def _employee(line: int, values: Mapping[str, list[Any]], reading: _PayrollReading) -> Employee | None:
    number = cell_text(values[NUMBER][0])
    if not number:
        reading.refuse(line, "le matricule manque. Écrivez celui de la fiche du salarié.")
        return None
    employee = reading.employees.get(plain(number))
    if employee is None:
        reading.refuse(
            line,
            f"le matricule {quoted(number[:30])} est inconnu. Corrigez-le, ou complétez la fiche du salarié.",
        )
        return None
    name = cell_text(values.get(LAST_NAME, [None])[0])
    # A column of names often holds both; the one of last names alone must be the last name.
    known = {plain(employee.last_name)}
    if FIRST_NAME not in values:
        known |= {plain(employee.full_name), plain(f"{employee.last_name} {employee.first_name}")}
    if name and plain(name) not in known:
        reading.refuse(
            line,
            f"le matricule {number} est celui {of(employee.full_name)}, le fichier dit {quoted(name[:40])}. "
            "Corrigez le matricule ou le nom.",
        )
        return None
    return employee


def _check_month(line: int, values: Mapping[str, list[Any]], reading: _PayrollReading) -> None:
    cell = values.get(MONTH, [None])[0]
    if cell in (None, ""):
        return
    read = read_month(cell)
    if read is None:
        reading.refuse(line, f"{quoted(cell_text(cell)[:20])} n’est pas un mois. Écrivez {reading.month}.")
    elif read != reading.month:
        reading.refuse(
            line,
            f"le mois est {read.label}, alors que vous importez {reading.month.label}. "
            "Choisissez le bon fichier ou le bon mois.",
        )


def _amounts(
    line: int, values: Mapping[str, list[Any]], reading: _PayrollReading
) -> dict[str, Decimal] | None:
    """The amounts of a person's line by kind, aids below zero; None after a fault."""
    before = len(reading.faults)
    amounts: dict[str, Decimal] = {}
    for kind in AMOUNTS:
        faults = len(reading.faults)
        stated = _sum_of_cells(line, kind, values.get(kind, []), reading)
        if stated is not None:
            amounts[kind] = 0 - stated if kind in NEGATIVE else stated
        elif kind in NEEDED and len(reading.faults) == faults:
            reading.refuse(line, "le montant manque. Écrivez 0 s’il n’y en a pas.", kind)
    if len(reading.faults) > before:
        return None
    _check_row(line, values, amounts, reading)
    return amounts if len(reading.faults) == before else None


def _sum_of_cells(line: int, kind: str, cells: Sequence[Any], reading: _PayrollReading) -> Decimal | None:
    """The sum of the cells of one kind, with the sign of the file; None when all are empty or one is at fault."""
    total: Decimal | None = None
    for cell in cells:
        try:
            amount = read_amount(cell)
        except ValueError as error:
            reading.refuse(line, str(error), kind)
            return None
        if amount is not None:
            total = (total or ZERO) + amount
            if not _is_cost(line, kind, amount, reading):
                return None
    return total


def _is_cost(line: int, kind: str, amount: Decimal, reading: _PayrollReading) -> bool:
    if amount < 0:
        cure = (
            "Une aide s’écrit sans signe, elle est déduite du coût."
            if kind == CostKind.AID
            else "Un coût s’écrit sans signe."
        )
        reading.refuse(line, f"{spell(amount)} est négatif. {cure}", kind)
    elif amount > LARGEST_AMOUNT and not reading.has_total:
        reading.refuse(line, f"{spell(amount)} est trop grand pour un mois. Vérifiez la virgule.", kind)
    else:
        return True
    return False


def _check_row(
    line: int, values: Mapping[str, list[Any]], amounts: Mapping[str, Decimal], reading: _PayrollReading
) -> None:
    """Refuse a line whose aids exceed its costs, or whose own total is not the sum of its amounts."""
    total = sum(amounts.values(), ZERO)
    if total < 0:
        reading.refuse(line, f"les aides dépassent le coût du mois de {spell(0 - total)}. Vérifiez la ligne.")
    stated = _sum_of_cells(line, ROW_TOTAL, values.get(ROW_TOTAL, []), reading)
    if stated is not None and stated != total:
        reading.refuse(
            line,
            f"le total est {spell(stated)} alors que les montants font {spell(total)}. Vérifiez la ligne.",
            ROW_TOTAL,
        )


def _check_total(line: int, values: Mapping[str, list[Any]], reading: _PayrollReading) -> None:
    reading.has_total = True
    if reading.faults:
        return
    found: dict[str, Decimal] = {
        kind: sum((row.amounts.get(kind, ZERO) for row in reading.rows), ZERO) for kind in AMOUNTS
    }
    found[ROW_TOTAL] = sum(found.values(), ZERO)
    for kind, amount in found.items():
        stated = _sum_of_cells(line, kind, values.get(kind, []), reading)
        expected = 0 - amount if kind in NEGATIVE else amount
        if stated is not None and stated != expected:
            reading.refuse(
                line,
                f"le total est {spell(stated)} alors que les lignes font {spell(expected)}. "
                "Vérifiez qu’aucune ligne ne manque.",
                kind,
            )
