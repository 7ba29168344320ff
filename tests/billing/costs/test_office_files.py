"""Payroll files as offices make them: headings above the titles, signs, several lines a person, totals, overall cost.

The corpus: a synthetic file for each shape, and what is read of it, by person and to the cent (``expected.toml``).
"""

import tomllib
from pathlib import Path

import pytest

from billing.costs import payroll_columns, payroll_file
from billing.costs.payroll_file import BadPayroll
from tests import world
from tests.billing.costs import books
from tests.billing.costs.test_cost_views import payroll, send, words
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db
CORPUS = Path(__file__).parent / "corpus"
EXPECTED = tomllib.loads((CORPUS / "expected.toml").read_text(encoding="utf-8"))
KINDS = ("gross_pay", "employer_contributions", "other", "aid")
TITLES = "matricule;nom;brut;cotisations patronales;autres;aides;coût global"


@pytest.fixture(autouse=True)
def people():
    return world.employee(), world.employee("Youenn", "Talec")


def read(data):
    return payroll_file.read_payroll(data, file_name="paie.csv", month=NOVEMBER)


def sentence(row):
    return " ".join([*(str(row.amounts.get(kind, "-")) for kind in KINDS), "=", str(row.total)])


def errors(*lines, titles=TITLES):
    with pytest.raises(BadPayroll) as refused:
        read(books.csv_file(*lines, titles=titles))
    return [each.replace("\u00a0", " ").replace("\u202f", " ") for each in refused.value.errors]


def test_each_file_is_read_as_expected():
    wrong = {}
    for name, expected in EXPECTED.items():
        data = (CORPUS / name).read_text(encoding="utf-8").encode(expected.get("encoding", "utf-8"))
        table = payroll_columns.read_payroll_table(data)
        if "meanings" in expected:
            payroll_columns.save_layout(table.titles, expected["meanings"], at=NOW)
        try:
            sheet = read(data)
        except BadPayroll as refusal:
            wrong[name] = refusal.errors
            continue
        found = ({row.employee.payroll_number: sentence(row) for row in sheet.rows}, str(sheet.total))
        if found != (expected["people"], expected["total"]):
            wrong[name] = found
    assert not wrong
    assert {path.name for path in CORPUS.iterdir()} - {"expected.toml"} == EXPECTED.keys()


def test_titles_are_found_below_headings_that_name_months_and_pay():
    titles = "Code;Salarié;Base;Urssaf"
    headings = [
        "Paie du mois de novembre 2026",
        "Employeur : groupement des Rives;Période : novembre 2026",
        "Salaire brut, charges patronales et aides",
        "Identité;;Salaire brut;Part patronale",
    ]
    for heading in headings:
        data = books.csv_file(titles, "M001;Kerbrat;2000;800", titles=f"{heading}\r\n")
        assert payroll_columns.read_payroll_table(data).titles == titles.split(";"), heading


@pytest.mark.parametrize("first", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;;;", "sep=; "])
def test_the_line_of_separators_is_no_title(first):
    sheet = read(books.csv_file(TITLES, "M001;Kerbrat;2000;800;;;2800", titles=first))
    assert str(sheet.total) == "2800.00"


def test_the_overall_cost_is_compared_line_by_line_or_for_the_person():
    assert errors("M001;Kerbrat;2000;800;;300;2800") == [
        (
            "Ligne 2 : colonne « coût global », le total est 2 800,00 € alors que les montants font 2 500,00 €. "
            "Vérifiez la ligne."
        )
    ]
    whole = read(books.csv_file("M001;Kerbrat;2000;800;;;2950", "M001;Kerbrat;100;50;;;2950", titles=TITLES))
    assert sentence(whole.rows[0]) == "2100.00 850.00 - - = 2950.00"
    assert errors("M001;Kerbrat;2000;800;;;2800", "M001;Kerbrat;100;50;;;160") == [
        (
            "Ligne 3 : colonne « coût global », le total est 160,00 € alors que les montants font 150,00 €. "
            "Vérifiez la ligne."
        )
    ]


def test_every_line_of_totals_is_checked():
    both = ("M001;Kerbrat;2000;800;;;", "M002;Talec;1800;700;;;")
    for label in ("Total", "TOTAL NOVEMBRE 2026", "Total société", "Sous-total", "Totaux"):
        assert read(books.csv_file(*both, f"{label};;3800;1500;;;5300", titles=TITLES)).has_total, label
        assert errors(*both, f"{label};;3800;1500,10;;;5300") == [
            (
                "Ligne 4 : colonne « cotisations patronales », le total est 1 500,10 € alors que les lignes font "
                "1 500,00 €. Vérifiez qu’aucune ligne ne manque."
            )
        ], label
    # A part of the lines, then all of them.
    parts = (both[0], "Total atelier;;2000;800;;;2800", both[1], "Total bureau;;1800;700;;;2500")
    assert read(books.csv_file(*parts, "Total;;3800;1500;;;5300", titles=TITLES)).has_total
    assert "font 2 800,00 €" in errors(both[0], "Total atelier;;2000;800;;;2801", both[1])[0]
    assert "il y a encore une ligne après le total" in errors(both[0], "Total;;2000;800;;;2800", both[1])[0]


def test_a_person_who_works_at_total_is_no_total():
    titles = "matricule;structure;brut;cotisations patronales"
    sheet = read(books.csv_file("M001;Total Énergies;2000;800", "M002;Aloen;1800;700", titles=titles))
    assert [str(row.total) for row in sheet.rows] == ["2800.00", "2500.00"]


def test_signs_that_make_no_cost_are_refused_with_their_line():
    found = {
        "a negative kind": errors("M001;Kerbrat;2000;800;;;", "M001;Kerbrat;-2000,01;0;;;"),
        "more taken back than given": errors("M001;Kerbrat;2000;800;;-10;", "M001;Kerbrat;1;1;;25;"),
        "aids beyond the cost": errors("M001;Kerbrat;2000;800;;-2800,01;"),
        "the same line twice": errors(*["M001;Kerbrat;2000;800;;;"] * 2),
        "nothing of a needed kind": errors("M001;Kerbrat;2000;;;;", "M001;Kerbrat;10;;;;"),
    }
    assert found == {
        "a negative kind": ["Ligne 2 : colonne « brut », −0,01 € est négatif. Un coût s’écrit sans signe."],
        "more taken back than given": [
            (
                "Ligne 2 : colonne « aides », les aides reprises dépassent les aides de 15,00 €. "
                "Notez-les dans les autres coûts."
            )
        ],
        "aids beyond the cost": [
            "Ligne 2 : les aides dépassent le coût du mois de 0,01 €. Vérifiez la ligne."
        ],
        "the same line twice": [
            "Ligne 3 : Maëlle Kerbrat est déjà à la ligne 2, avec les mêmes montants. Retirez l’une des deux."
        ],
        "nothing of a needed kind": [
            "Ligne 2 : colonne « cotisations patronales », le montant manque. Écrivez 0 s’il n’y en a pas."
        ],
    }


def test_the_preview_names_every_line_of_a_person(login, private_files):
    world.group()
    shown = send(login(world.finance()), payroll("M001;;;1000;800", "M001;;;10;5", "M002;;;1;1"))
    page = words(shown)
    assert "Maëlle Kerbrat M001, lignes 2, 3" in page
    assert "Youenn Talec M002, ligne 4" in page


def test_reductions_and_overall_cost_are_guessed_by_their_titles():
    titles = [
        "Matricule",
        "Nom",
        "Brut",
        "Charges patronales",
        "Réduction générale",
        "Exonération ZRR",
        "Coût global",
    ]
    assert payroll_columns.guess_meanings(titles) == [
        *("number", "last_name", "gross_pay", "employer_contributions", "aid", "aid", "row_total")
    ]
