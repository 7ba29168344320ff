"""Read a payroll file: CSV as French spreadsheets write it, judged line by line before anything is kept.

The first line names the columns, in any order, whatever their accents or case: ``matricule``, ``brut`` and
``cotisations patronales`` are needed; ``nom``, ``prénom``, ``mois`` and ``autres`` may be there. Amounts have a comma
or a point before their decimals. A last line ``total`` is checked against the sums.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from billing.costing.spreadsheet import Unreadable, decode, plain, read_month, split
from billing.models import CostKind
from employees.models import Employee
from groupement.money import NO_BREAK_SPACE, parse_amount, spell
from groupement.periods import Month

LARGEST_AMOUNT = Decimal(100_000)
AMOUNTS = {
    "brut": CostKind.GROSS_PAY,
    "cotisations patronales": CostKind.EMPLOYER_CONTRIBUTIONS,
    "autres": CostKind.OTHER,
}
NEEDED = ("matricule", "brut", "cotisations patronales")
COLUMNS = (*NEEDED, "nom", "prenom", "mois", "autres")
SPELLED = {"prenom": "prénom"}
ALIASES = {
    "salaire brut": "brut",
    "cotisations": "cotisations patronales",
    "charges patronales": "cotisations patronales",
    "autres couts": "autres",
}
EMPTY = Decimal("0.00")


class BadPayroll(Unreadable):
    """The file cannot be taken; ``errors`` say line by line what is wrong and what to do."""


@dataclass(frozen=True)
class PayrollRow:
    """One employee's month: amounts in euros by CostKind, as line ``line`` of the file says."""

    line: int
    employee: Employee
    amounts: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), EMPTY)


@dataclass(frozen=True)
class PayrollSheet:
    """A payroll file without fault, read and not yet kept."""

    month: Month
    file_name: str
    sha256: str
    rows: Sequence[PayrollRow]

    @property
    def total(self) -> Decimal:
        return sum((row.total for row in self.rows), EMPTY)


@dataclass
class _Reading:
    """What is known while the lines go by."""

    month: Month
    employees: Mapping[str, Employee]
    rows: list[PayrollRow] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    has_total: bool = False

    def fault(self, line: int, sentence: str) -> None:
        self.errors.append(f"Ligne {line}{NO_BREAK_SPACE}: {sentence}")


def read_payroll(data: bytes, *, file_name: str, month: Month) -> PayrollSheet:
    """Read the payroll file of ``month``. Raises BadPayroll with one sentence for each fault, all at once."""
    text = decode(data)
    separator, header, lines = split(text)
    columns = _columns(header)
    employees = {row.payroll_number.casefold(): row for row in Employee.objects.order_by("pk")}
    reading = _Reading(month, employees)
    for number, cells in lines:
        _read_line(number, cells, columns, reading, separator)
    if reading.errors:
        count = len(reading.errors)
        raise BadPayroll(
            f"Le fichier n’a pas été importé{NO_BREAK_SPACE}: "
            f"{count} erreur{'s' if count > 1 else ''} à corriger.",
            errors=reading.errors,
        )
    if not reading.rows:
        raise BadPayroll(
            "Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres."
        )
    return PayrollSheet(month, file_name, hashlib.sha256(data).hexdigest(), reading.rows)


def _columns(header: Sequence[str]) -> dict[str, int]:
    named: dict[str, int] = {}
    for place, title in enumerate(header):
        name = ALIASES.get(bare := plain(title), bare)
        if name in named:
            raise BadPayroll(
                f"La colonne «{NO_BREAK_SPACE}{title}{NO_BREAK_SPACE}» est là deux fois. Gardez-en une."
            )
        if name in COLUMNS:
            named[name] = place
    missing = [name for name in NEEDED if name not in named]
    if missing:
        quoted = ", ".join(f"«{NO_BREAK_SPACE}{SPELLED.get(name, name)}{NO_BREAK_SPACE}»" for name in missing)
        raise BadPayroll(
            f"Il manque la colonne {quoted}. La première ligne doit nommer les colonnes{NO_BREAK_SPACE}: "
            "matricule ; nom ; prénom ; mois ; brut ; cotisations patronales ; autres."
        )
    return named


def _read_line(
    line: int, cells: Sequence[str], columns: Mapping[str, int], reading: _Reading, separator: str
) -> None:
    if reading.has_total:
        reading.fault(line, "il y a encore une ligne après le total. Mettez le total en dernier.")
        return
    if (
        len(cells) > max(columns.values()) + 1
        and any(cells[max(columns.values()) + 1 :])
        and separator == ","
    ):
        reading.fault(
            line, "il y a plus de cellules que de titres. Séparez les cellules par des points-virgules."
        )
        return
    values = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    if _is_total(values):
        _check_total(line, values, reading)
        return
    employee = _employee(line, values, reading)
    _check_month(line, values.get("mois", ""), reading)
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


def _employee(line: int, values: Mapping[str, str], reading: _Reading) -> Employee | None:
    number = values["matricule"]
    if not number:
        reading.fault(line, "le matricule manque. Écrivez celui de la fiche du salarié.")
        return None
    employee = reading.employees.get(number.casefold())
    if employee is None:
        reading.fault(
            line,
            f"le matricule «{NO_BREAK_SPACE}{number[:30]}{NO_BREAK_SPACE}» est inconnu. "
            "Corrigez-le, ou complétez la fiche du salarié.",
        )
        return None
    told = values.get("nom", "")
    if told and plain(told) != plain(employee.last_name):
        reading.fault(
            line,
            f"le matricule {number} est celui de {employee.full_name}, le fichier dit «{NO_BREAK_SPACE}{told[:40]}"
            f"{NO_BREAK_SPACE}». Corrigez le matricule ou le nom.",
        )
        return None
    return employee


def _check_month(line: int, told: str, reading: _Reading) -> None:
    if not told:
        return
    read = read_month(told)
    if read is None:
        reading.fault(
            line,
            f"«{NO_BREAK_SPACE}{told[:20]}{NO_BREAK_SPACE}» n’est pas un mois. Écrivez {reading.month}.",
        )
    elif read != reading.month:
        reading.fault(
            line,
            f"le mois est {read.label}, alors que vous importez {reading.month.label}. "
            "Choisissez le bon fichier ou le bon mois.",
        )


def _amounts(line: int, values: Mapping[str, str], reading: _Reading) -> dict[str, Decimal] | None:
    amounts: dict[str, Decimal] = {}
    before = len(reading.errors)
    for column, kind in AMOUNTS.items():
        if column in values and (amount := _amount(line, column, values[column], reading)) is not None:
            amounts[kind] = amount
    return amounts if len(reading.errors) == before else None


def _amount(line: int, column: str, told: str, reading: _Reading) -> Decimal | None:
    where = f"colonne «{NO_BREAK_SPACE}{column}{NO_BREAK_SPACE}», "
    if not told:
        if column in NEEDED:
            reading.fault(line, f"{where}le montant manque. Écrivez 0 s’il n’y en a pas.")
        return None
    if told[0] in "=@":
        reading.fault(
            line, f"{where}«{NO_BREAK_SPACE}{told[:20]}{NO_BREAK_SPACE}» est une formule. Écrivez le montant."
        )
        return None
    try:
        amount = parse_amount(told[:40])
    except ValueError as error:
        reading.fault(line, f"{where}{error}")
        return None
    if amount < 0:
        reading.fault(line, f"{where}{spell(amount)} est négatif. Un coût s’écrit sans signe.")
        return None
    if amount > LARGEST_AMOUNT:
        reading.fault(line, f"{where}{spell(amount)} est trop grand pour un mois. Vérifiez la virgule.")
        return None
    return amount


def _is_total(values: Mapping[str, str]) -> bool:
    words = (plain(values["matricule"]), plain(values.get("nom", "")))
    return any(word in {"total", "totaux", "total general"} for word in words)


def _check_total(line: int, values: Mapping[str, str], reading: _Reading) -> None:
    reading.has_total = True
    told = _amounts(line, values, reading)
    for column, kind in AMOUNTS.items():
        if told is None or kind not in told or reading.errors:
            continue
        found = sum((row.amounts.get(kind, EMPTY) for row in reading.rows), EMPTY)
        if found != told[kind]:
            reading.fault(
                line,
                f"colonne «{NO_BREAK_SPACE}{column}{NO_BREAK_SPACE}», le total est {spell(told[kind])} alors que les "
                f"lignes font {spell(found)}. Vérifiez qu’aucune ligne ne manque.",
            )
