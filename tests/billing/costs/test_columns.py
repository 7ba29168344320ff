"""Payroll files of any office: workbooks, titles nobody knows, several columns for one kind, aids, row totals."""

from __future__ import annotations

from datetime import date

import pytest

from billing.costs import payroll_columns, payroll_import
from billing.costs.payroll_columns import BadPayrollColumns
from billing.costs.payroll_file import BadPayroll
from billing.models import PayrollLayout
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.billing.costs import books
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

OFFICE = (
    "Société",
    "N° salarié",
    "Salarié",
    "Base",
    "Primes",
    "URSSAF",
    "Retraite",
    "Aide poste",
    "Coût global",
)
MEANS = [
    "",
    "number",
    "last_name",
    "gross_pay",
    "gross_pay",
    *["employer_contributions"] * 2,
    "aid",
    "row_total",
]
MAELLE = ("La Ronde", "M001", "Maëlle Kerbrat", 1800.5, 199.5, 600, 200.1, 100, 2700.1)


@pytest.fixture(autouse=True)
def people():
    return world.employee(), world.employee("Youenn", "Talec")


def amounts(sheet):
    return [{kind: str(amount) for kind, amount in row.amounts.items()} for row in sheet.rows]


def errors(data, **how):
    with pytest.raises(BadPayroll) as refused:
        books.read(data, **how)
    return [found.replace("\u00a0", " ") for found in refused.value.errors]


def test_a_workbook_is_read_as_a_csv_is():
    data = books.workbook(
        ("Matricule", "Nom", "Mois", "Brut", "Cotisations patronales", "Autres"),
        ("M001", "Kerbrat", date(2026, 11, 30), 2000.0, 0.1 + 0.2, None),
        ("M002", "Talec", "2026-11", "1 800,00", 700, 12.5),
        ("Total", None, None, 3800, 700.3, 12.5),
        blank_rows=2,
    )
    sheet = books.read(data)
    assert amounts(sheet) == [
        {"gross_pay": "2000.00", "employer_contributions": "0.30"},
        {"gross_pay": "1800.00", "employer_contributions": "700.00", "other": "12.50"},
    ]
    assert (str(sheet.total), sheet.has_total) == ("4512.80", True)


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        (12.345, "« 12,345 » a plus de deux décimales : arrondissez au centime."),
        (date(2026, 11, 1), "« 01/11/2026 » n’est pas un montant."),
        (True, "« vrai » n’est pas un montant."),
        ("#REF!", "« #REF! » n’est pas un montant : écrivez par exemple 1\u202f234,56."),
        (None, "le montant manque. Écrivez 0 s’il n’y en a pas."),
        (-5, "−5,00 € est négatif. Un coût s’écrit sans signe."),
    ],
)
def test_a_cell_that_is_no_amount_is_told_with_its_line(cell, error):
    data = books.workbook(("matricule", "brut", "cotisations patronales"), ("M001", cell, 1))
    assert errors(data) == [f"Ligne 2 : colonne « brut », {error}"]


def test_a_formula_nobody_computed_is_an_empty_cell():
    data = books.workbook(("matricule", "brut", "cotisations patronales"), ("M001", "=1000+1000", 1))
    assert errors(data) == ["Ligne 2 : colonne « brut », le montant manque. Écrivez 0 s’il n’y en a pas."]


def test_titles_nobody_knows_are_mapped_once_and_found_again():
    data = books.workbook(OFFICE, MAELLE)
    assert payroll_columns.recognise_layout(OFFICE) is None
    with pytest.raises(Refusal, match="Il manque les colonnes"):
        books.read(data)
    payroll_columns.save_layout(OFFICE, MEANS, at=NOW)
    assert amounts(books.read(data)) == [
        {"gross_pay": "2000.00", "employer_contributions": "800.10", "aid": "-100.00"}
    ]
    # Found again whatever accents and case; another order is another file.
    again = [title.upper().replace("É", "E") for title in OFFICE]
    assert payroll_columns.recognise_layout(again) is not None
    assert payroll_columns.recognise_layout(OFFICE[::-1]) is None
    payroll_columns.save_layout(OFFICE, [*MEANS[:-1], ""], at=NOW)
    assert PayrollLayout.objects.count() == 1


def test_the_mapping_begins_with_what_titles_tell():
    assert payroll_columns.guess_meanings(
        ("Matricule", "Nom", "Salaire brut", "Part patronale", "Mutuelle employeur", "Truc")
    ) == [
        "number",
        "last_name",
        "gross_pay",
        "employer_contributions",
        "employer_contributions",
        "",
    ]


def test_a_mapping_without_what_is_needed_is_refused():
    with pytest.raises(BadPayrollColumns) as refused:
        payroll_columns.save_layout(("a", "b", "c"), ["number", "number", ""], at=NOW)
    assert [error.replace("\u00a0", " ") for error in refused.value.errors] == [
        "Choisissez la colonne « salaire brut ».",
        "Choisissez la colonne « cotisations patronales ».",
        "Une seule colonne peut être « matricule ».",
    ]
    assert PayrollLayout.objects.count() == 0


def test_the_total_of_a_line_is_checked_with_several_columns():
    payroll_columns.save_layout(OFFICE, MEANS, at=NOW)
    data = books.workbook(OFFICE, (*MAELLE[:-1], 2700))
    (error,) = errors(data)
    assert error == (
        "Ligne 2 : colonne « Coût global », le total est 2\u202f700,00 € alors que les montants font 2\u202f700,10 €. "
        "Vérifiez la ligne."
    )


def test_sums_that_do_not_match_the_file_s_own_total_are_refused():
    payroll_columns.save_layout(OFFICE, MEANS, at=NOW)
    data = books.workbook(OFFICE, MAELLE, (None, "Totaux", None, 1800.5, 199.5, 600, 200.2, 100, None))
    (error,) = errors(data)
    assert error == (
        "Ligne 3 : colonne « URSSAF + Retraite », le total est 800,20 € alors que les lignes font 800,10 €. "
        "Vérifiez qu’aucune ligne ne manque."
    )


def test_the_total_of_many_people_may_be_large():
    lines = [f"M{rank:03d};90000;0" for rank in (1, 2)]
    titles = "matricule;brut;cotisations patronales"
    sheet = books.read(books.csv_file(*lines, "total;180000;0", titles=titles))
    assert str(sheet.total) == "180000.00"


@pytest.mark.parametrize("aid", ["300,00", "-300,00", "(300,00)", "300,00-"])
def test_an_aid_is_deducted_with_its_sign_or_without(people, aid):
    made = books.take(books.line(people[0], "2000,00", "800,00", "", aid))
    assert books.kept() == {"gross_pay": "2000.00", "employer_contributions": "800.00", "aid": "-300.00"}
    assert str(made.total) == "2500.00"


@pytest.mark.parametrize(
    ("aid", "error"),
    [
        ("-2800,01", "Ligne 2 : les aides dépassent le coût du mois de 0,01 €. Vérifiez la ligne."),
        ("2800,01", "Ligne 2 : les aides dépassent le coût du mois de 0,01 €. Vérifiez la ligne."),
    ],
)
def test_an_aid_that_cannot_be_is_refused(people, aid, error):
    assert errors(books.csv_file(books.line(people[0], "2000,00", "800,00", "", aid))) == [error]


def test_a_column_of_whole_names_is_compared_with_the_person():
    titles = "matricule;nom;brut;cotisations patronales"
    for name in ("KERBRAT Maelle", "Maëlle Kerbrat", "Kerbrat"):
        assert len(books.read(books.csv_file(f"M001;{name};1;1", titles=titles)).rows) == 1
    assert "est celui de Maëlle Kerbrat" in errors(books.csv_file("M001;Talec Youenn;1;1", titles=titles))[0]


def test_a_preview_shows_what_would_change_and_is_what_is_imported(people):
    books.take(books.line(people[0], "2000,00", "800,00"), books.line(people[1], "1800,00", "700,00"))
    sheet = books.read(books.csv_file(books.line(people[0], "2100,00", "800,00")))
    preview = payroll_import.preview_payroll(sheet)
    assert [(each.employee, each.difference, each.is_changed) for each in preview.comparisons] == [
        (people[0], 100, True),
        (people[1], -2500, True),
    ]
    assert [each.employee for each in preview.gone] == [people[1]]
    assert books.kept(person=people[0])["gross_pay"] == "2000.00"
    world.cost(world.employee("Ana", "Le Bihan"))
    with pytest.raises(Refusal, match="Les coûts ont changé depuis la relecture"):
        payroll_import.import_payroll(sheet, previewed=preview.digest, by=None, at=NOW)
    fresh = payroll_import.preview_payroll(sheet)
    assert payroll_import.import_payroll(sheet, previewed=fresh.digest, by=None, at=NOW).month == NOVEMBER
    assert books.kept() == {"gross_pay": "2100.00", "employer_contributions": "800.00"}
