"""A payroll file read and checked line by line, before anything is stored.

Whatever the accents or case of its titles: a column of personnel numbers, gross pay and employer contributions are
needed; names, month, other costs, aids and the total of the line may be there. What no title tells is chosen on
screen (payroll_columns.py). Several lines of a person add up. A column of aids is written without sign, or with minus
signs, as programs do; what lowers a cost within its kind is negative. Every line ``total`` is checked.
"""

from __future__ import annotations

import hashlib
import re
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
from groupement.kernel.tabular import Fault, NumberedRow, Unreadable

LARGEST_AMOUNT = Decimal(100_000)
TOTALS = {"total", "totaux", "total general"}
# "Total atelier", "Sous-total", "TOTAL NOVEMBRE 2026": the sum of what stands above, or of a part of it.
_TOTAL = re.compile(r"(?:sous[- ])?tota(?:l|ux)\b")


class BadPayroll(Unreadable):
    """The file cannot be imported; ``errors`` say line by line what is wrong and what to do."""


@dataclass(frozen=True)
class PayrollRow:
    """One employee's month: amounts in euros by CostKind (aids below zero), as ``lines`` of the file say together."""

    line: int
    employee: Employee
    amounts: Mapping[str, Decimal]
    lines: Sequence[int] = ()

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


@dataclass(frozen=True)
class _PayrollLine:
    """One line of an employee; ``amounts`` as PayrollRow has them, ``stated``: its own total, ``cells`` to compare."""

    line: int
    employee: Employee
    amounts: Mapping[str, Decimal]
    stated: Decimal | None
    cells: tuple[str, ...]


@dataclass
class _PayrollReading:
    """The lines and the faults read so far. ``signed``: places of aids that are written with minus signs.

    ``is_over``: the general total was read; ``since_total``: how many lines stood above the total before.
    """

    month: Month
    layout: PayrollFileLayout
    employees: Mapping[str, Employee]
    signed: frozenset[int] = frozenset()
    lines: list[_PayrollLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    has_total: bool = False
    is_over: bool = False
    since_total: int = 0

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
    signed = _signed_places(table.rows, layout)
    reading = _PayrollReading(month, layout, employees, signed)
    for number, cells in table.rows:
        _read_line(number, cells, reading, table.separator)
    rows = _rows(reading)
    if reading.faults:
        count = len(reading.faults)
        reading.faults.sort(key=lambda fault: fault.line)
        raise BadPayroll(
            f"Le fichier n’a pas été importé{NO_BREAK_SPACE}: {counted(count, 'erreur')} à corriger.",
            errors=[str(fault) for fault in reading.faults],
        )
    if not rows:
        raise BadPayroll(
            "Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres."
        )
    sha256 = hashlib.sha256(data).hexdigest()
    aids = layout.title(CostKind.AID)
    return PayrollSheet(month, file_name, sha256, rows, reading.has_total, aids)


def _signed_places(rows: Sequence[NumberedRow], layout: PayrollFileLayout) -> frozenset[int]:
    """The columns of aids in which one is negative: there a minus lowers the cost, and a plus takes an aid back."""
    return frozenset(
        place
        for place in layout.places.get(CostKind.AID, ())
        if any(place < len(cells) and _is_negative(cells[place]) for _, cells in rows)
    )


def _is_negative(cell: Any) -> bool:
    try:
        return (read_amount(cell) or ZERO) < 0
    except ValueError:
        return False


def _read_line(line: int, cells: Sequence[Any], reading: _PayrollReading, separator: str) -> None:
    values = {meaning: reading.layout.cells(meaning, cells) for meaning in reading.layout.places}
    is_total = _is_total(cells, values, reading)
    if reading.is_over and not is_total:
        reading.refuse(line, "il y a encore une ligne après le total. Mettez le total en dernier.")
        return
    if separator == "," and any(cells[max(len(reading.layout.titles), reading.layout.last + 1) :]):
        reading.refuse(
            line, "il y a plus de cellules que de titres. Séparez les cellules par des points-virgules."
        )
        return
    if is_total:
        _check_total(line, cells, reading)
        reading.has_total = True
        reading.is_over = reading.is_over or any(
            isinstance(cell, str) and plain(cell) in TOTALS for cell in cells
        )
        reading.since_total = len(reading.lines)
        return
    employee = _employee(line, values, reading)
    _check_month(line, values, reading)
    amounts = _amounts(line, cells, reading)
    stated = _sum_of_cells(line, ROW_TOTAL, cells, reading)
    if employee is not None:
        same = tuple(cell_text(cell) for cell in cells)
        reading.lines.append(_PayrollLine(line, employee, amounts, stated, same))


def _is_total(cells: Sequence[Any], values: Mapping[str, list[Any]], reading: _PayrollReading) -> bool:
    """Whether a line sums up others. "Total Énergies" may be where somebody works: who has a number is a person."""
    words = [plain(cell) for cell in cells if isinstance(cell, str)]
    if any(word in TOTALS for word in words):
        return True
    return plain(cell_text(values[NUMBER][0])) not in reading.employees and any(map(_TOTAL.match, words))


def _rows(reading: _PayrollReading) -> list[PayrollRow]:
    """What the lines of each person make together, checked; in the order of the file."""
    people: dict[int, list[_PayrollLine]] = {}
    for each in reading.lines:
        people.setdefault(each.employee.pk, []).append(each)
    return [_row(lines, reading) for lines in people.values()]


def _row(lines: Sequence[_PayrollLine], reading: _PayrollReading) -> PayrollRow:
    first, faulty = lines[0], {fault.line for fault in reading.faults}
    seen: dict[tuple[str, ...], int] = {}
    for each in lines:
        if (before := seen.setdefault(each.cells, each.line)) != each.line:
            reading.refuse(
                each.line,
                f"{each.employee.full_name} est déjà à la ligne {before}, avec les mêmes montants. "
                "Retirez l’une des deux.",
            )
    amounts: dict[str, Decimal] = {
        kind: sum((each.amounts[kind] for each in lines if kind in each.amounts), ZERO)
        for kind in AMOUNTS
        if any(kind in each.amounts for each in lines)
    }
    for kind, amount in amounts.items():
        if (0 - amount if kind in NEGATIVE else amount) < 0:
            reading.refuse(first.line, _negative(kind, amount), kind)
            faulty.add(first.line)
    if not faulty & {each.line for each in lines}:
        for needed in NEEDED:
            if needed != NUMBER and needed not in amounts:
                reading.refuse(first.line, "le montant manque. Écrivez 0 s’il n’y en a pas.", needed)
        _check_row_totals(lines, amounts, reading)
    return PayrollRow(first.line, first.employee, amounts, [each.line for each in lines])


def _negative(kind: str, amount: Decimal) -> str:
    if kind in NEGATIVE:
        return f"les aides reprises dépassent les aides de {spell(amount)}. Notez-les dans les autres coûts."
    return f"{spell(amount)} est négatif. Un coût s’écrit sans signe."


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


def _amounts(line: int, cells: Sequence[Any], reading: _PayrollReading) -> dict[str, Decimal]:
    """The amounts of a line by kind, aids below zero; without those that are empty or at fault."""
    found = {kind: _sum_of_cells(line, kind, cells, reading) for kind in AMOUNTS}
    return {
        kind: 0 - amount if kind in NEGATIVE else amount
        for kind, amount in found.items()
        if amount is not None
    }


def _sum_of_cells(line: int, kind: str, cells: Sequence[Any], reading: _PayrollReading) -> Decimal | None:
    """The sum of the cells of one kind, aids above zero; None when all are empty or one is at fault."""
    total: Decimal | None = None
    for place in reading.layout.places.get(kind, ()):
        try:
            amount = read_amount(cells[place] if place < len(cells) else None)
        except ValueError as error:
            reading.refuse(line, str(error), kind)
            return None
        if amount is not None:
            if abs(amount) > LARGEST_AMOUNT and not reading.has_total:
                reading.refuse(
                    line, f"{spell(amount)} est trop grand pour un mois. Vérifiez la virgule.", kind
                )
                return None
            total = (total or ZERO) + (0 - amount if place in reading.signed else amount)
    return total


def _check_row_totals(
    lines: Sequence[_PayrollLine], amounts: Mapping[str, Decimal], reading: _PayrollReading
) -> None:
    """Refuse a person whose aids exceed the costs, and a line whose own total is neither its sum nor the person's."""
    whole = sum(amounts.values(), ZERO)
    if whole < 0:
        reading.refuse(
            lines[0].line, f"les aides dépassent le coût du mois de {spell(0 - whole)}. Vérifiez la ligne."
        )
    for each in lines:
        total = sum(each.amounts.values(), ZERO)
        if each.stated is not None and each.stated not in (total, whole):
            reading.refuse(
                each.line,
                f"le total est {spell(each.stated)} alors que les montants font {spell(total)}. Vérifiez la ligne.",
                ROW_TOTAL,
            )


def _check_total(line: int, cells: Sequence[Any], reading: _PayrollReading) -> None:
    """Refuse a line of totals that are neither those of all lines above it, nor of those since the total before."""
    if reading.faults:
        return
    all_above, since = _sums(reading.lines), _sums(reading.lines[reading.since_total :])
    before, reading.has_total = reading.has_total, True
    sums = {kind: _sum_of_cells(line, kind, cells, reading) for kind in all_above}
    reading.has_total = before
    stated = {kind: amount for kind, amount in sums.items() if amount is not None}
    if all(since[kind] == amount for kind, amount in stated.items()):
        return
    for kind, amount in stated.items():
        if amount != all_above[kind]:
            reading.refuse(
                line,
                f"le total est {spell(amount)} alors que les lignes font {spell(all_above[kind])}. "
                "Vérifiez qu’aucune ligne ne manque.",
                kind,
            )


def _sums(lines: Sequence[_PayrollLine]) -> dict[str, Decimal]:
    """The sums of lines by kind, aids above zero as a total says them, and the cost."""
    sums = {kind: sum((each.amounts.get(kind, ZERO) for each in lines), ZERO) for kind in AMOUNTS}
    cost = sum(sums.values(), ZERO)
    return {kind: 0 - amount if kind in NEGATIVE else amount for kind, amount in sums.items()} | {
        ROW_TOTAL: cost
    }
