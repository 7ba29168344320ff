"""Read the CSV of a French bank: preamble, titles, one operation a line; judged line by line, kept nowhere."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from stdnum import iban as stdnum_iban

from billing.bank import csv_layouts
from billing.bank.csv_layouts import Layout, Row, UnknownTitles
from billing.bank.statement import (
    CSV,
    LARGEST_FILE,
    MOST_OPERATIONS,
    BadStatement,
    Operation,
    Statement,
    bank_reference,
    faults_of,
    is_return_by_words,
    joined,
    nature_by_words,
    no_operation,
    one_line,
)
from groupement.kernel import tabular
from groupement.kernel.french import quoted
from groupement.kernel.money import ZERO, cents, parse_amount
from groupement.kernel.tabular import plain
from members.identifiers import compact

FIRST_ROWS = 30
SEPARATORS = ";\t,"
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})|(\d{4})-(\d{1,2})-(\d{1,2})")
_THOUSANDS_BY_POINTS = re.compile(r"[-+−]?\d{1,3}(?:\.\d{3})+,\d{1,2}")
_IBAN = re.compile(r"\bFR\d{2}(?:[ \u00a0]?[0-9A-Z]){23}\b")
# Lines that sum up: no operation. "Solde facture 12" and "TOTAL ENERGIES" are labels of operations.
_BALANCES = re.compile(
    r"(?:ancien|nouveau) solde\b|solde(?: (?:initial|final|precedent|comptable|crediteur|debiteur|au \d).*)?$"
)
_SUMS = re.compile(r"(?:\w+ )?soldes?\b|total\b|totaux\b|sous-total\b|nombre d'operations\b")


@dataclass
class _Reading:
    """What is known while the lines go by."""

    layout: Layout
    operations: list[Operation] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def texts(self, column: str, cells: Sequence[str]) -> list[str]:
        return [cells[place] for place in self.layout.get(column, ()) if place < len(cells)]

    def text(self, column: str, cells: Sequence[str]) -> str:
        return next(iter(self.texts(column, cells)), "")


def read_table(data: bytes, remembered: Mapping[str, Layout] | None = None) -> Statement:
    """The statement in a CSV file; ``remembered``: what finance said of titles, by their digest.

    Raises UnknownTitles when nobody said, BadStatement with one sentence for each fault otherwise.
    """
    text = tabular.decode(
        data,
        what="le relevé",
        largest=LARGEST_FILE,
        too_large="Le fichier dépasse 5\u00a0Mo. Choisissez une période plus courte.",
    )
    rows, found = _table(text, remembered or {})
    if found is None:
        raise _not_known(rows)
    rank, layout = found
    reading = _Reading(layout)
    if len(rows) - rank > MOST_OPERATIONS:
        raise BadStatement("Le relevé compte plus de 20\u202f000 lignes. Choisissez une période plus courte.")
    for line, cells in rows[rank + 1 :]:
        _read_line(line, cells, reading)
    if reading.errors:
        raise faults_of(reading.errors)
    if not reading.operations:
        raise no_operation(reading.left_out)
    days = [operation.booked_on for operation in reading.operations]
    preamble = " ".join(cell for _, cells in rows[:rank] for cell in cells)
    return Statement(
        CSV,
        _iban(preamble),
        min(days),
        max(days),
        reading.operations,
        left_out=reading.left_out,
        titles=csv_layouts.digest(rows[rank][1]),
    )


def read_day(told: str) -> date:
    """ "03/12/2026", "3.12.26", "2026-12-03"; an hour behind it is not looked at."""
    match = _DAY.match(told.strip())
    if not match:
        raise ValueError(f"{quoted(told, at_most=20)} n’est pas une date, par exemple 03/12/2026.")
    day, month, year, *iso = match.groups()
    try:
        if iso[0]:
            return date(int(iso[0]), int(iso[1]), int(iso[2]))
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError as error:
        raise ValueError(f"le jour {quoted(told, at_most=20)} n’existe pas.") from error


def read_money(told: str) -> Decimal:
    """Euros as banks write them: "-1 234,56", "1.234,56", "+12.5 EUR"."""
    text = re.sub(r"\s*(?:EUR|eur|€)\s*$", "", told.strip())
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    return cents(parse_amount(bare.replace(".", "") if _THOUSANDS_BY_POINTS.fullmatch(bare) else text))


def _table(text: str, remembered: Mapping[str, Layout]) -> tuple[list[Row], tuple[int, Layout] | None]:
    """The rows by the separator under which titles are known, else under which most rows have cells."""
    tried: list[list[Row]] = []
    for separator in SEPARATORS:
        rows = _rows(text, separator)
        if found := csv_layouts.find(rows[:FIRST_ROWS], remembered):
            return rows, found
        tried.append(rows)
    return max(tried, key=lambda rows: sum(len(cells) > 2 for _, cells in rows)), None


def _rows(text: str, separator: str) -> list[Row]:
    """Numbered rows that say something. Banks leave quotes open in labels: such a file is read without quoting."""
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=separator,
            quoting=quoting,
            strict=quoting == csv.QUOTE_MINIMAL,
        )
        try:
            around = " \t\u00a0" if quoting == csv.QUOTE_MINIMAL else ' \t\u00a0"'
            rows = [(reader.line_num, [cell.strip(around) for cell in cells]) for cells in reader]
        except csv.Error:
            continue
        return [row for row in rows if any(row[1])]
    raise BadStatement("Ce fichier n’est pas un CSV. Exportez de nouveau le relevé au format CSV.")


def _not_known(rows: Sequence[Row]) -> Exception:
    rank = csv_layouts.likely(rows[:FIRST_ROWS])
    if rank is None:
        return BadStatement(
            "Ce fichier n’est pas un relevé\u00a0: aucune ligne ne nomme une date et un montant. "
            "Téléchargez le relevé au format CAMT.053 ou CSV."
        )
    return UnknownTitles(rows[rank][1], [cells for _, cells in rows[rank + 1 : rank + 4]])


def _read_line(line: int, cells: Sequence[str], reading: _Reading) -> None:
    day = reading.text("booked_on", cells)
    label = joined(*reading.texts("label", cells), most=400)
    told = plain(" ".join(filter(None, cells)))
    if _BALANCES.match(plain(label)) or (not day[:1].isdigit() and _SUMS.match(told)):
        reading.left_out.append(f"Ligne {line}\u00a0: un solde ou un total, laissé de côté.")
        return
    try:
        booked_on = read_day(day)
        amount = _amount(cells, reading)
    except ValueError as error:
        reading.errors.append(f"Ligne {line}\u00a0: {error}")
        return
    if not amount:
        reading.left_out.append(f"Ligne {line}\u00a0: sans montant, laissée de côté.")
        return
    reading.operations.append(
        Operation(
            line=line,
            booked_on=booked_on,
            amount=amount,
            counterparty=one_line(reading.text("counterparty", cells), 140),
            label=label,
            reference=joined(reading.text("reference", cells), most=140),
            bank_reference=bank_reference(reading.text("bank_reference", cells)),
            nature=nature_by_words(label),
            is_return=is_return_by_words(label),
        )
    )


def _amount(cells: Sequence[str], reading: _Reading) -> Decimal:
    currency = reading.text("currency", cells)
    if currency and plain(currency) not in ("eur", "euro", "euros", "€"):
        raise ValueError(f"le montant est en {currency[:10]}. Seuls les comptes en euros sont lus.")
    if "amount" in reading.layout:
        return read_money(reading.text("amount", cells))
    out, came = reading.text("debit", cells), reading.text("credit", cells)
    debit = abs(read_money(out)) if out else ZERO
    credit = read_money(came) if came else ZERO
    if not (out or came):
        raise ValueError("le montant manque, au débit comme au crédit.")
    if debit and credit:
        raise ValueError("il y a un débit et un crédit. Une ligne n’a que l’un des deux.")
    if credit < 0:
        raise ValueError("le crédit est négatif. Un crédit s’écrit sans signe.")
    return cents(credit - debit)


def _iban(text: str) -> str:
    """The IBAN that the preamble names, if its key is right."""
    return next(
        (found for each in _IBAN.finditer(text) if stdnum_iban.is_valid(found := compact(each[0]))), ""
    )
