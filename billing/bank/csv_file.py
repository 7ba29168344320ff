"""The table of a bank, CSV or workbook, read and checked: preamble, titles, one operation a line; nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from billing.bank import csv_accounts, csv_layouts, stated_balances, table_rows, untitled_tables
from billing.bank.bank_words import side_of, why_not_booked
from billing.bank.csv_accounts import CsvAccounts
from billing.bank.csv_layouts import CsvRow, FoundTitles, StoredLayouts, UnknownColumns
from billing.bank.statement import (
    CSV,
    EXCEL,
    MOST_OPERATIONS,
    BadStatement,
    FileOperation,
    FileStatement,
    StatementColumns,
    bank_reference,
    is_return_label,
    joined_texts,
    method_of_label,
    one_line,
    refusal_of_faults,
    refusal_without_operation,
)
from billing.bank.table_rows import RowTable
from groupement.kernel.cells import cell_text, is_signed, plain, read_bank_amount, read_day
from groupement.kernel.french import enumeration, quoted
from groupement.kernel.money import ZERO, cents, spell
from groupement.kernel.tabular import Fault, Layout

FIRST_ROWS = 30
_DAY = r"(?:\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?|\d{4}-\d{2}-\d{2}|\d{1,2}(?:er)? [a-z]+ \d{4})"
# Lines that sum up: no operation. "Solde final F-2026-0011" and "TOTAL ENERGIES" are labels of operations.
_BALANCE = re.compile(
    r"(?:(?:ancien|nouveau|dernier) )?soldes?"
    r"(?: (?:initial|final|precedent|anterieur|comptable|crediteur|debiteur|disponible|actuel|reel|en valeur|en euros?"
    r"|en eur|d'ouverture|de cloture|de depart|de fin|de debut|de periode|du compte))*"
    rf"(?: (?:au|du|le|en date du|arrete au) {_DAY})?(?: ?:? ?[-+]?\d[\d .]*,\d\d(?: ?(?:eur|euros?|€))?)?"
)
_WORD = re.compile(r"[^\W\d_]{2}")
_SUMS = re.compile(r"(?:\w+ )?soldes?\b|total\b|totaux\b|sous-total\b|nombre d'operations\b")


@dataclass
class _StatementReading:
    """The operations and the faults of the lines read so far; ``left_out``: lines that are no operation, and why."""

    layout: Layout
    is_untitled: bool = False
    operations: list[FileOperation] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    balances: list[Decimal | None] = field(default_factory=list)

    def text(self, column: str, cells: Sequence[str]) -> str:
        """The first cell of a column, even when it is empty; empty without such a column."""
        return cell_text(next(iter(self.layout.cells(column, cells)), None))


def read_csv(data: bytes, stored: StoredLayouts | None = None, iban: str = "") -> FileStatement:
    """The statement in a CSV or a workbook, of several accounts that of ``iban``; ``stored``: what finance chose.

    Raises UnknownColumns when no layout is known, BadStatement with one sentence for each fault otherwise.
    """
    rows, found = _table(table_rows.tables_of(data), stored or {})
    below = rows[found.index + 1 :]
    columns = StatementColumns(found.layout, [cells for _, cells in below[:3]], found.name, found.is_known)
    try:
        accounts = csv_accounts.of_our_account(rows[: max(found.index, 0)], below, found.layout, iban)
        layout = csv_layouts.with_side(found.layout, accounts.rows)
        columns = replace(columns, layout=layout)
        reading = _StatementReading(layout, is_untitled=found.index < 0)
        _read_lines(accounts, reading)
    except BadStatement as refusal:
        refusal.columns = columns
        raise
    days = [operation.booked_on for operation in reading.operations]
    opening, closing = _balances(reading)
    if opening is None and not accounts.others:
        stated, fault = stated_balances.of_file(rows[: max(found.index, 0)], reading.operations)
        reading.left_out += [fault] if fault else []
        opening, closing = stated or (None, None)
    return FileStatement(
        EXCEL if table_rows.is_workbook(data) else CSV,
        accounts.iban,
        min(days),
        max(days),
        reading.operations,
        opening,
        closing,
        left_out=reading.left_out,
        titles=csv_layouts.digest(found.layout.titles),
        columns=columns,
    )


def _read_lines(accounts: CsvAccounts, reading: _StatementReading) -> None:
    """Read the lines of our account, and tell those of others. Raises BadStatement with all faults at once."""
    if len(accounts.rows) + len(accounts.others) > MOST_OPERATIONS:
        raise BadStatement(table_rows.TOO_MANY_ROWS)
    for line, cells in accounts.rows:
        _read_line(line, cells, reading)
    for (line, cells), account in accounts.others:
        which = f"le compte qui finit par {account[-4:]} est un autre" if account else "son compte manque"
        reading.left_out.append(
            f"Ligne {line}{_amount_spelled(cells, reading)}\u00a0: {which}, laissée de côté."
        )
    if reading.faults:
        raise refusal_of_faults([str(fault) for fault in reading.faults])
    if not reading.operations:
        raise refusal_without_operation(reading.left_out)


def _table(tables: Sequence[RowTable], stored: StoredLayouts) -> tuple[Sequence[CsvRow], FoundTitles]:
    """The table whose titles are known, else understood, else one without titles that finance knows.

    Raises UnknownColumns or BadStatement.
    """
    shown = [table for table in tables if not table.is_hidden]
    titled = [
        (table, found)
        for table in tables
        if (found := csv_layouts.find_titles(table.rows[:FIRST_ROWS], stored))
    ]
    filled = [(table, found) for table, found in titled if len(table.rows) > found.index + 1]
    seen = [(table, found) for table, found in filled if not table.is_hidden]
    if len(seen) > 1 and seen[0][0].sheet:
        names = enumeration(quoted(table.sheet) for table, _ in seen)
        raise BadStatement(f"Plusieurs feuilles sont des relevés\u00a0: {names}. Gardez-en une par fichier.")
    if filled and not seen:
        raise BadStatement(
            f"La feuille {quoted(filled[0][0].sheet)} est masquée. Affichez-la dans le tableur, enregistrez, puis "
            "envoyez de nouveau le classeur."
        )
    for table, found in seen or [each for each in titled if not each[0].is_hidden]:
        return table.rows, found
    # The separator under which most rows have cells.
    rows = max(
        (table.rows for table in shown), key=lambda rows: sum(len(cells) > 2 for _, cells in rows), default=[]
    )
    return rows, _without_titles(rows, stored)


def _without_titles(rows: Sequence[CsvRow], stored: StoredLayouts) -> FoundTitles:
    """The stored layout of a table that has no titles. Raises UnknownColumns, or BadStatement where it is no table."""
    layout = untitled_tables.layout_by_content(rows)
    if layout is None:
        raise _unknown(rows)
    places = stored.get(csv_layouts.digest(layout.titles))
    if not places or not untitled_tables.fits(rows, places):
        raise UnknownColumns(layout.titles, [cells for _, cells in rows[:3]], layout.places)
    return FoundTitles(-1, Layout(layout.titles, {name: tuple(each) for name, each in places.items()}), True)


def _unknown(rows: Sequence[CsvRow]) -> Exception:
    index = csv_layouts.likely_titles(rows[:FIRST_ROWS])
    if index is None:
        return BadStatement(
            "Ce fichier n’est pas un relevé\u00a0: aucune ligne ne nomme une date et un montant. "
            "Téléchargez le relevé au format CAMT.053, OFX, CSV ou Excel."
        )
    return UnknownColumns(rows[index][1], [cells for _, cells in rows[index + 1 : index + 4]])


def _read_line(line: int, cells: Sequence[str], reading: _StatementReading) -> None:
    day = reading.text("booked_on", cells)
    label = joined_texts(*reading.layout.cells("label", cells), most=400)
    whole = plain(" ".join(filter(None, cells)))
    if _is_balance(label, cells, reading) or (not day[:1].isdigit() and _SUMS.match(whole)):
        reading.left_out.append(f"Ligne {line}\u00a0: un solde ou un total, laissé de côté.")
        return
    if why := why_not_booked(status := reading.text("status", cells)):
        what = f"{why} ({quoted(status, at_most=20)})"
        reading.left_out.append(
            f"Ligne {line}{_amount_spelled(cells, reading)}\u00a0: {what}, laissée de côté."
        )
        return
    try:
        booked_on = read_day(day)
        amount = _amount(cells, reading)
    except ValueError as error:
        reading.faults.append(Fault(line, str(error)))
        return
    if not amount:
        reading.left_out.append(f"Ligne {line}\u00a0: sans montant, laissée de côté.")
        return
    reading.balances.append(_balance_after(cells, reading))
    words = _bank_label(cells, reading)
    reading.operations.append(
        FileOperation(
            line=line,
            booked_on=booked_on,
            amount=amount,
            counterparty=one_line(reading.text("counterparty", cells), 140),
            label=label,
            reference=joined_texts(
                reading.text("reference", cells), reading.text("bank_reference", cells), most=140
            ),
            bank_reference=bank_reference(reading.text("bank_reference", cells)),
            nature=method_of_label(words or label),
            is_return=is_return_label(words, went_out=amount < 0),
        )
    )


def _balance_after(cells: Sequence[str], reading: _StatementReading) -> Decimal | None:
    """The balance after the line, as its column says it; None where it says none."""
    try:
        return read_bank_amount(written) if (written := reading.text("balance", cells)) else None
    except ValueError:
        return None


def _balances(reading: _StatementReading) -> tuple[Decimal | None, Decimal | None]:
    """The opening and the closing balance where each line says its own; told where they do not follow each other."""
    lines = [
        (each, balance)
        for each, balance in zip(reading.operations, reading.balances, strict=True)
        if balance is not None
    ]
    if not lines or len(lines) < len(reading.operations):
        return None, None
    breaks = []
    # The earliest first, or the latest first.
    for ordered in (lines, lines[::-1]):
        follow = pairwise(ordered)
        broken = [(each, balance, before + each.amount) for (_, before), (each, balance) in follow]
        broken = [(each, balance, due) for each, balance, due in broken if balance != due]
        if not broken:
            return ordered[0][1] - ordered[0][0].amount, ordered[-1][1]
        breaks.append(broken)
    each, balance, due = min(breaks, key=len)[0]
    reading.left_out.append(
        f"Ligne {each.line}\u00a0: le solde est {spell(balance)} au lieu de {spell(due)}. Il manque peut-être des "
        "opérations avant elle."
    )
    return None, None


def _is_balance(label: str, cells: Sequence[str], reading: _StatementReading) -> bool:
    """Whether the line says a balance and no more: neither who paid, nor for what."""
    more = [reading.text(column, cells) for column in ("counterparty", "reference", "bank_reference")]
    if any(more):
        return False
    # Without titles a line of balance is a day, a sum and the number of the account: no word.
    return bool(_BALANCE.fullmatch(plain(label))) or (reading.is_untitled and not _WORD.search(label))


def _bank_label(cells: Sequence[str], reading: _StatementReading) -> str:
    """The label without the columns in which the payer writes."""
    places = reading.layout.places.get("label", ())
    own = [place for place in places if plain(reading.layout.titles[place]) not in csv_layouts.PAYER_TITLES]
    return joined_texts(*(cells[place] for place in own if place < len(cells)), most=400)


def _amount(cells: Sequence[str], reading: _StatementReading) -> Decimal:
    currency = reading.text("currency", cells)
    if currency and plain(currency) not in ("eur", "euro", "euros", "€"):
        raise ValueError(f"le montant est en {currency[:10]}. Seuls les comptes en euros sont lus.")
    alone = reading.text("amount", cells)
    if not reading.layout.has("debit") or (not _two_columns(cells, reading) and is_signed(alone)):
        return _of_side(read_bank_amount(alone), alone, cells, reading)
    amount = _of_two_columns(cells, reading)
    if alone and abs(read_bank_amount(alone)) != abs(amount):
        raise ValueError(
            f"le montant {spell(read_bank_amount(alone))} n’est pas celui du débit ou du crédit, {spell(abs(amount))}."
        )
    return amount


def _of_side(amount: Decimal, written: str, cells: Sequence[str], reading: _StatementReading) -> Decimal:
    """``amount`` with the sign that the column of debit and credit gives it."""
    if not reading.layout.has("side"):
        return amount
    word = reading.text("side", cells)
    side, has_sign = side_of(word), is_signed(written)
    if not word and not has_sign and amount:
        raise ValueError("le sens manque. Dites si c’est un débit ou un crédit.")
    if word and not side:
        raise ValueError(f"{quoted(word, at_most=20)} ne dit ni débit ni crédit.")
    if side and has_sign and side * amount < 0:
        raise ValueError(
            f"le montant est {'négatif' if amount < 0 else 'positif'}, le sens dit {'crédit' if side > 0 else 'débit'}."
        )
    return side * abs(amount) + 0 if side else amount


def _two_columns(cells: Sequence[str], reading: _StatementReading) -> bool:
    """Whether one of the columns of debit and credit is filled."""
    return bool(reading.text("debit", cells) or reading.text("credit", cells))


def _of_two_columns(cells: Sequence[str], reading: _StatementReading) -> Decimal:
    out, came = reading.text("debit", cells), reading.text("credit", cells)
    debit = abs(read_bank_amount(out)) if out else ZERO
    credit = read_bank_amount(came) if came else ZERO
    if not (out or came):
        raise ValueError("le montant manque, au débit comme au crédit.")
    if debit and credit:
        raise ValueError("il y a un débit et un crédit. Une ligne n’a que l’un des deux.")
    if credit < 0:
        raise ValueError("le crédit est négatif. Un crédit s’écrit sans signe.")
    return cents(credit - debit)


def _amount_spelled(cells: Sequence[str], reading: _StatementReading) -> str:
    """ ", 25,00 €" for a line that is left out; nothing where its amount cannot be read."""
    try:
        return f", {spell(_amount(cells, reading))}"
    except ValueError:
        return ""
