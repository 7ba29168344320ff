"""The corpus: a synthetic file for each bank that the guide names, and what is read of it, to the cent.

``corpus/expected.toml`` says for each file its operations, sums and balances, what is left out and why, and whether its
columns are known or shown first. Files are kept in UTF-8 and encoded as the bank does.
"""

import csv
import io
import re
import tomllib
from datetime import date
from pathlib import Path

import openpyxl

from billing.bank import csv_layouts
from billing.bank.csv_layouts import UnknownColumns
from billing.bank.reading import read_statement
from groupement.kernel.cells import read_bank_amount, read_day

CORPUS = Path(__file__).parent / "corpus"
GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "finances.md"
OURS = "FR7630006000011234567890189"
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))


def as_workbook(text, separator):
    """The workbook that a bank makes of the same rows: days are dates, amounts numbers."""
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        book.active.append([typed(cell) for cell in row])
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def typed(cell):
    for read in (read_day, lambda text: float(read_bank_amount(text))):
        try:
            return read(cell) if re.fullmatch(r"[-+\d ,.()/]+", cell) else cell
        except ValueError:
            continue
    return cell


def bytes_of(name, facts):
    text = (CORPUS / facts.get("file", name)).read_text(encoding="utf-8")
    if "workbook" in facts:
        return as_workbook(text, facts["workbook"])
    return text.encode(facts.get("encoding", "utf-8"))


def read(data):
    """The statement, and how its columns are found: known, asked (guessed and shown), or standard (no table)."""
    try:
        statement = read_statement(data, iban=OURS)
    except UnknownColumns as unknown:
        chosen = {csv_layouts.digest(unknown.titles): unknown.places}
        return read_statement(data, chosen, iban=OURS), "asked"
    if statement.columns is None:
        return statement, "standard"
    return statement, "known" if statement.columns.is_known else "asked"


def sentence(operation):
    words = " / ".join(filter(None, (operation.counterparty, operation.label, operation.reference)))
    back = " (back)" if operation.is_return else ""
    return f"{operation.booked_on} {operation.amount} {operation.nature}{back}: {words}"


def facts_of(data):
    """What ``expected.toml`` says, as it is read."""
    statement, columns = read(data)
    amounts = [each.amount for each in statement.operations]
    return {
        "format": statement.format,
        "columns": columns,
        "layout": statement.columns.name if statement.columns else "",
        "account": statement.iban,
        "days": f"{statement.starts_on} {statement.ends_on}",
        "came_in": str(sum(amount for amount in amounts if amount > 0)),
        "went_out": str(sum(amount for amount in amounts if amount < 0)),
        "balances": f"{statement.opening_balance} {statement.closing_balance}",
        "operations": [sentence(each) for each in statement.operations],
        "left_out": [each.replace("\u00a0", " ").replace("\u202f", " ") for each in statement.left_out],
    }


def test_each_file_is_read_as_expected():
    wrong = {}
    for name, expected in EXPECTED.items():
        kept = {
            key: value
            for key, value in expected.items()
            if key not in ("bank", "file", "encoding", "workbook")
        }
        facts = facts_of(bytes_of(name, expected))
        if different := {key: (facts[key], kept.get(key)) for key in facts if facts[key] != kept.get(key)}:
            wrong[name] = different
    assert not wrong


def test_each_file_is_expected_and_each_bank_of_the_guide_has_one():
    files = {path.name for path in CORPUS.iterdir()} - {"expected.toml"}
    assert files == {facts.get("file", name) for name, facts in EXPECTED.items()}
    bank = GUIDE.read_text(encoding="utf-8").split("\n## Banque\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| \*\*(.+?)\*\* \|", bank, re.MULTILINE)
    banks = [bank.strip() for cell in named for bank in cell.split(",")]
    assert len(banks) > 10
    assert set(banks) == {facts["bank"] for facts in EXPECTED.values()}


def test_a_workbook_says_the_same_as_the_text():
    """Days and amounts of a workbook are those of the CSV; only lines differ, where labels had line breaks."""
    text, book = (
        read_statement(bytes_of(name, EXPECTED[name]), iban=OURS)
        for name in ("credit_agricole.csv", "credit_agricole.xlsx")
    )
    assert [sentence(each) for each in text.operations] == [sentence(each) for each in book.operations]
    assert {each.key for each in text.operations} == {each.key for each in book.operations}
    assert text.operations[0].booked_on == date(2026, 12, 3)
