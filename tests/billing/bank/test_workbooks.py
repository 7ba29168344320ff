"""Statements in workbooks, and texts in UTF-16: sheets, values, what is refused."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl

from billing.bank.reading import read_statement
from groupement.kernel.tabular import Unreadable
from tests.billing.bank.statements import sentences_of

TITLES = ["Date", "Libellé", "Débit", "Crédit"]


def workbook(*sheets, hidden=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Feuille {number}")
        sheet.sheet_state = "hidden" if number in hidden else "visible"
        for row in rows:
            sheet.append(row)
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def outcome(data):
    try:
        return [(each.line, each.booked_on, each.amount) for each in read_statement(data).operations]
    except Unreadable as refusal:
        return sentences_of(refusal)


def test_values_of_cells_are_read_to_the_cent():
    rows = [
        ["Compte FR76 3000 6000 0112 3456 7890 189"],
        [],
        TITLES,
        [date(2026, 12, 2), "VIR ALOEN", None, 1900.8],
        [datetime(2026, 12, 2, 14, 30, tzinfo=UTC).replace(tzinfo=None), "0.1 + 0.2", None, 0.1 + 0.2],
        ["03/12/2026", "LOYER", 450, None],
        [20261203, "FRAIS", "4,25", None],
        ["Total", None, 454.25, 1901.1],
    ]
    read = read_statement(workbook(rows))
    assert (read.format, read.iban) == ("Excel", "FR7630006000011234567890189")
    assert [(each.line, each.amount) for each in read.operations] == [
        (4, Decimal("1900.80")),
        (5, Decimal("0.30")),
        (6, Decimal("-450.00")),
        (7, Decimal("-4.25")),
    ]
    assert [each.replace("\u00a0", " ") for each in read.left_out] == [
        "Ligne 8 : un solde ou un total, laissé de côté."
    ]


def test_the_sheet_of_the_statement_is_found_or_the_file_refused():
    lines = [TITLES, ["02/12/2026", "VIR", None, 1]]
    notice = [["Votre conseiller vous écrit"]]
    expected = {
        "behind a notice": (workbook(notice, lines), [(2, date(2026, 12, 2), Decimal(1))]),
        "beside a hidden one": (workbook(lines, lines, hidden=[2]), [(2, date(2026, 12, 2), Decimal(1))]),
        "twice": (workbook(lines, lines), "Plusieurs feuilles sont des relevés"),
        "hidden": (workbook(notice, lines, hidden=[2]), "La feuille « Feuille 2 » est masquée"),
        "three decimals": (workbook([TITLES, ["02/12/2026", "VIR", None, 1.005]]), "plus de deux décimales"),
        "an error cell": (workbook([TITLES, ["02/12/2026", "VIR", None, "#REF!"]]), "n’est pas un montant"),
        "a formula that nothing computed": (
            workbook([TITLES, ["02/12/2026", "VIR", None, "=1+1"]]),
            "le montant manque, au débit comme au crédit",
        ),
        "an old workbook": (b"\xd0\xcf\x11\xe0" + b"x" * 50, "format ancien (.xls)"),
        "empty": (workbook([]), "Ce fichier n’est pas un relevé"),
    }
    wrong = {}
    for what, (data, wanted) in expected.items():
        found = outcome(data)
        if (wanted not in found) if isinstance(wanted, str) else (found != wanted):
            wrong[what] = found
    assert not wrong


def test_utf_16_with_and_without_its_mark():
    text = "Date;Libellé;Débit;Crédit\n02/12/2026;VIR ALÖEN €;;1,00\n"
    wrong = {}
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        found = outcome(text.encode(encoding))
        if found != [(2, date(2026, 12, 2), Decimal(1))]:
            wrong[encoding] = found
    assert not wrong
