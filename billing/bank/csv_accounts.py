"""Which account each line of a bank's CSV is of: a column says it, or the IBAN above the lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stdnum import iban as stdnum_iban

from billing.bank.csv_layouts import CsvRow
from billing.bank.statement import BadStatement, is_account, refusal_of_several_accounts
from groupement.kernel.cells import plain, read_bank_amount
from groupement.kernel.french import enumeration
from groupement.kernel.tabular import Layout
from members.identifiers import compact

_IBAN = re.compile(r"\bFR\d{2}(?:[ \u00a0]?[0-9A-Z]){23}\b")
# "Compte Courant carte n° 12345678901", "Numéro de compte : 12345678901".
_NUMBER = re.compile(r"\b(?:compte|livret|ldd\w*|pel|cel)\b[^0-9*]{0,40}([0-9][0-9a-z]{9,15})\b")
# Digits of an account: fewer are those of a ledger.
_FEWEST = 10
# Titles that only the account of the file has; "IBAN" may also be that of each payer.
_CERTAIN = frozenset(
    ["iban du compte", "iban compte", "compte iban", "numero de compte", "n° de compte", "n° compte"]
)


@dataclass(frozen=True)
class CsvAccounts:
    """The lines of our account, its IBAN as far as the file says it, and the ``others``: lines with their account."""

    rows: Sequence[CsvRow]
    iban: str
    others: Sequence[tuple[CsvRow, str]]


def of_our_account(above: Sequence[CsvRow], rows: Sequence[CsvRow], layout: Layout, iban: str) -> CsvAccounts:
    """The lines of ``rows`` that are of ``iban``, the group's account. ``above``: the lines above the titles.

    Raises BadStatement where the file has several accounts, none of which is known to be ours.
    """
    found = list(_with_accounts(above, rows, layout, iban))
    accounts = list(dict.fromkeys(account for _, account in found if account))
    if layout.has("account") and not any(_number(layout, cells) for _, cells in rows):
        _refuse_several_names(rows, layout)
    if len(accounts) < 2:
        account = accounts[0] if accounts else ""
        named = iban if is_account(account, iban) else account
        # A number is no IBAN: without that of the group nothing can be said of it.
        known = named if iban or stdnum_iban.is_valid(named) else ""
        return CsvAccounts([row for row, _ in found], known, [])
    ours = {account for account in accounts if is_account(account, iban)}
    if not ours:
        raise refusal_of_several_accounts(accounts, iban)
    others = [(row, account) for row, account in found if account not in ours]
    return CsvAccounts([row for row, account in found if account in ours], iban, others)


def _with_accounts(
    above: Sequence[CsvRow], rows: Sequence[CsvRow], layout: Layout, iban: str
) -> Iterator[tuple[CsvRow, str]]:
    """Each line with its account; what stands between two tables is left out."""
    has_column = layout.has("account") and _is_of_the_file(rows, layout, iban)
    between = _between_tables(rows, layout)
    account = _named_account(above, iban, is_one_of_several=bool(between))
    is_between = False
    for place, (line, cells) in enumerate(rows):
        is_dated = _is_dated(layout, cells)
        if place in between:
            account = _named_account([(line, cells)], iban, is_one_of_several=True) or account
        elif not is_dated and not _moves_money(layout, cells) and (next_account := _iban(" ".join(cells))):
            account, is_between = next_account, True
        elif is_dated or not is_between:
            own = _number(layout, cells) if has_column else ""
            yield (line, cells), own or account


def _between_tables(rows: Sequence[CsvRow], layout: Layout) -> set[int]:
    """The places of titles that are written again, and of what stands between them and the last line before."""
    titles = list(map(plain, layout.titles))
    found: set[int] = set()
    for place, (_, cells) in enumerate(rows):
        if list(map(plain, cells)) == titles:
            first = place
            while (
                first
                and not _is_dated(layout, rows[first - 1][1])
                and not _moves_money(layout, rows[first - 1][1])
            ):
                first -= 1
            found.update(range(first, place + 1))
    return found


def _named_account(rows: Sequence[CsvRow], iban: str, *, is_one_of_several: bool) -> str:
    """The account that the lines above a table name: its IBAN, else its number.

    A number that is not within ours may be any, a client's for one: it counts only where a file has several tables.
    """
    text = " ".join(cell for _, cells in rows for cell in cells)
    if named := _iban(text):
        return named
    number = next((match[1] for match in _NUMBER.finditer(plain(text))), "").upper()
    return number if is_one_of_several or is_account(number, iban) else ""


def _is_dated(layout: Layout, cells: Sequence[str]) -> bool:
    return str(layout.cell("booked_on", cells) or "")[:1].isdigit()


def _moves_money(layout: Layout, cells: Sequence[str]) -> bool:
    """Whether a line has an amount: what is pending may lack its day."""
    for written in (layout.cell(column, cells) for column in ("amount", "debit", "credit")):
        try:
            if written and read_bank_amount(written):
                return True
        except ValueError:
            continue
    return False


def _is_of_the_file(rows: Sequence[CsvRow], layout: Layout, iban: str) -> bool:
    """Whether the column says the accounts of the file, not of payers: by its title, one number, or ours."""
    numbers = {number for _, cells in rows if (number := _number(layout, cells))}
    is_certain = any(plain(layout.titles[place]) in _CERTAIN for place in layout.places["account"])
    return is_certain or len(numbers) == 1 or any(is_account(number, iban) for number in numbers)


def _refuse_several_names(rows: Sequence[CsvRow], layout: Layout) -> None:
    """Refuse accounts that only names tell apart: which of them is ours cannot be read."""
    named = (cell for _, cells in rows for cell in layout.cells("account", cells))
    names = list(dict.fromkeys(cell for cell in named if cell and any(map(str.isalpha, cell))))
    if len(names) > 1:
        raise BadStatement(
            f"Le fichier contient les relevés de {len(names)} comptes\u00a0: {enumeration(names, at_most=3)}. "
            "Téléchargez celui d’un seul compte."
        )


def _number(layout: Layout, cells: Sequence[str]) -> str:
    """The number of the account of a line, that of a title that says it first; empty for a name."""
    places = sorted(layout.places["account"], key=lambda place: plain(layout.titles[place]) not in _CERTAIN)
    numbers = [compact(cells[place]) for place in places if place < len(cells)]
    return next((each for each in numbers if sum(map(str.isdigit, each)) >= _FEWEST), "")


def _iban(text: str) -> str:
    """The IBAN that ``text`` names, if its key is right."""
    return next(
        (found for each in _IBAN.finditer(text) if stdnum_iban.is_valid(found := compact(each[0]))), ""
    )
