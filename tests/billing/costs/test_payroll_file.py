"""The payroll file: everything that can be wrong with it has its sentence, and nothing is half kept."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from billing.costs import carried_over, closing, payroll_file, payroll_import
from billing.costs.payroll_file import BadPayroll
from billing.costs.payroll_import import PayrollNotImportable
from billing.models import BillingRun, CostKind, EmployerCost, PayrollImport
from billing.month import drafting, issuing
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.periods import Month
from tests import world
from tests.billing.costs import books
from tests.world import NOVEMBER, NOW

pytestmark = pytest.mark.django_db

TITLES = "matricule;nom;prénom;mois;brut;cotisations patronales;autres"
MAELLE = "M001;Kerbrat;Maëlle;2026-11;2 000,00;800,00;12,50"
YOUENN = "M002;Talec;Youenn;2026-11;1800;700;"


@pytest.fixture(autouse=True)
def employees():
    return world.employee(), world.employee("Youenn", "Talec")


def file(*lines: str, encoding: str = "utf-8") -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def read(data: bytes, month: Month = NOVEMBER) -> payroll_file.PayrollSheet:
    return payroll_file.read_payroll(data, file_name="paie.csv", month=month)


def take(*lines: str, month: Month = NOVEMBER) -> PayrollImport:
    return payroll_import.import_payroll(read(file(*lines), month), month=month, by=None, at=NOW)


def amounts(sheet: payroll_file.PayrollSheet) -> list[tuple[str, dict[str, str]]]:
    return [
        (row.employee.payroll_number, {kind: str(amount) for kind, amount in row.amounts.items()})
        for row in sheet.rows
    ]


def kept(month: Month = NOVEMBER) -> list[tuple[str, str, str]]:
    costs = EmployerCost.objects.filter(month=month).order_by("employee", "pk")
    return [(cost.employee.payroll_number, cost.kind, str(cost.amount)) for cost in costs]


BOTH = [
    ("M001", {"gross_pay": "2000.00", "employer_contributions": "800.00", "other": "12.50"}),
    ("M002", {"gross_pay": "1800.00", "employer_contributions": "700.00"}),
]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(file(TITLES, MAELLE, YOUENN), id="UTF-8"),
        pytest.param(file(TITLES, MAELLE, YOUENN, encoding="utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param(file(TITLES, MAELLE, YOUENN, encoding="cp1252"), id="Windows-1252"),
        pytest.param(
            b"Matricule,Brut,Cotisations patronales,Autres\nM001,2000.00,800.00,12.50\nM002,1800,700,\n",
            id="commas and points",
        ),
        pytest.param(
            b'matricule,brut,cotisations patronales,autres\n"m001","2000,00","800,00","12,50"\nM002,1800,700,\n',
            id="commas and quoted decimal commas",
        ),
        pytest.param(
            "Autres\tCOTISATIONS  PATRONALES\tBrut\tPrenom\tMATRICULE\n12,5\t800\t2 000\tMaëlle\tM001\n"
            "\t700,0\t1 800,00\t\tM002\n".encode(),
            id="tabs, another order, no accents",
        ),
        pytest.param(
            file("", TITLES, "", MAELLE, YOUENN, ";;;;;;", "TOTAL;;;;3800;1500;12,50"),
            id="blank lines, total",
        ),
        pytest.param(
            file(TITLES, MAELLE.replace("2026-11", "novembre 2026"), YOUENN.replace("2026-11", "11/2026")),
            id="months as people write them",
        ),
        pytest.param(
            file(TITLES, MAELLE.replace("2026-11", "30/11/2026"), YOUENN.replace("2026-11", "202611")),
            id="months as programs write them",
        ),
    ],
)
def test_file_is_read_however_it_is_written(data: bytes) -> None:
    sheet = read(data)
    assert amounts(sheet) == BOTH
    assert [str(row.total) for row in sheet.rows] == ["2812.50", "2500.00"]
    assert str(sheet.total) == "5312.50"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (
            ["M009;;;;1;1;1"],
            "Ligne 2 : le matricule « M009 » est inconnu. Corrigez-le, ou complétez la fiche du salarié.",
        ),
        ([";Kerbrat;;;1;1;1"], "Ligne 2 : le matricule manque. Écrivez celui de la fiche du salarié."),
        (
            ["M001;Talec;;;1;1;1"],
            (
                "Ligne 2 : le matricule M001 est celui de Maëlle Kerbrat, le fichier dit « Talec ». "
                "Corrigez le matricule ou le nom."
            ),
        ),
        (
            ["M001;;;2026-10;1;1;1"],
            (
                "Ligne 2 : le mois est octobre 2026, alors que vous importez novembre 2026. "
                "Choisissez le bon fichier ou le bon mois."
            ),
        ),
        (["M001;;;2026-13;1;1;1"], "Ligne 2 : « 2026-13 » n’est pas un mois. Écrivez 2026-11."),
        (["M001;;;hier;1;1;1"], "Ligne 2 : « hier » n’est pas un mois. Écrivez 2026-11."),
        (
            ["M001;;;;-1,00;1;1"],
            "Ligne 2 : colonne « brut », −1,00 € est négatif. Un coût s’écrit sans signe.",
        ),
        (
            ["M001;;;;deux;1;1"],
            "Ligne 2 : colonne « brut », « deux » n’est pas un montant : écrivez par exemple 1\u202f234,56.",
        ),
        (
            ["M001;;;;=1+1;1;1"],
            "Ligne 2 : colonne « brut », « =1+1 » est une formule. Écrivez le montant.",
        ),
        (
            ["M001;;;;1;1,005;1"],
            (
                "Ligne 2 : colonne « cotisations patronales », « 1,005 » a plus de deux décimales : "
                "arrondissez au centime."
            ),
        ),
        (
            ["M001;;;;1.234,50;1;1"],
            (
                "Ligne 2 : colonne « brut », « 1.234,50 » est ambigu : écrivez une seule virgule, avant les centimes, "
                "par exemple 1\u202f234,56."
            ),
        ),
        (
            ["M001;;;;200000;1;1"],
            "Ligne 2 : colonne « brut », 200\u202f000,00 € est trop grand pour un mois. Vérifiez la virgule.",
        ),
        (
            ["M001;;;;;1;1"],
            "Ligne 2 : colonne « brut », le montant manque. Écrivez 0 s’il n’y en a pas.",
        ),
        (
            [MAELLE, YOUENN, MAELLE],
            "Ligne 4 : Maëlle Kerbrat est déjà à la ligne 2, avec les mêmes montants. Retirez l’une des deux.",
        ),
        (
            [MAELLE, YOUENN, "total;;;;3800;1500,01;12,50"],
            (
                "Ligne 4 : colonne « cotisations patronales », le total est 1\u202f500,01 € alors que les lignes font "
                "1\u202f500,00 €. Vérifiez qu’aucune ligne ne manque."
            ),
        ),
        (
            ["Total;;;;0;0;0", MAELLE],
            "Ligne 3 : il y a encore une ligne après le total. Mettez le total en dernier.",
        ),
    ],
)
def test_fault_names_its_line_and_the_cure(lines: list[str], error: str) -> None:
    with pytest.raises(BadPayroll) as refused:
        read(file(TITLES, *lines))
    assert [found.replace("\u00a0", " ") for found in refused.value.errors] == [error]
    assert (
        refused.value.message.replace("\u00a0", " ")
        == "Le fichier n’a pas été importé : 1 erreur à corriger."
    )


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(BadPayroll) as refused:
        read(file(TITLES, "M009;;;;1;1;", "M001;;;2026-10;x;-1;", YOUENN))
    assert [error.split("\u00a0")[0] for error in refused.value.errors] == [
        "Ligne 2",
        "Ligne 3",
        "Ligne 3",
        "Ligne 3",
    ]
    assert refused.value.message.endswith("4\u00a0erreurs à corriger.")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "Le fichier est vide. Exportez de nouveau la paie au format CSV."),
        (b" \r\n \n", "Le fichier est vide. Exportez de nouveau la paie au format CSV."),
        (b"a" * 1_000_001, "Le fichier dépasse 1 Mo. Un fichier de paie du mois est bien plus petit."),
        (
            b"PK\x03\x04rest of a workbook",
            "Ce classeur est abîmé ou n’est pas un classeur Excel. Enregistrez-le de nouveau au format .xlsx.",
        ),
        (
            file(TITLES, MAELLE).replace(b";", b"\x00", 1),
            "Ce n’est pas un fichier de texte. Exportez la paie au format CSV (UTF-8).",
        ),
        (b"%PDF-1.7", "Ce n’est pas un fichier de texte. Exportez la paie au format CSV (UTF-8)."),
        (
            b"matricule;brut\x81;\xff",
            "L’encodage du fichier n’est pas reconnu. Enregistrez-le au format CSV (UTF-8).",
        ),
        (
            file("matricule;brut", "M001;1"),
            (
                "Il manque la colonne « cotisations patronales ». La première ligne doit nommer les colonnes : "
                "matricule ; nom ; prénom ; mois ; brut ; cotisations patronales ; autres ; aides."
            ),
        ),
        (
            file("matricule;nom", "M001;Kerbrat"),
            (
                "Il manque les colonnes « brut » et « cotisations patronales ». La première ligne doit nommer les "
                "colonnes : matricule ; nom ; prénom ; mois ; brut ; cotisations patronales ; autres ; aides."
            ),
        ),
        (file("Brut;brut;matricule", "1;1;M001"), "La colonne « brut » est là deux fois. Gardez-en une."),
        (
            file(TITLES),
            "Le fichier ne contient aucun salarié. Ajoutez une ligne par salarié sous les titres.",
        ),
        (
            file(TITLES, 'M001;"Kerbrat;;;1;1;1'),
            "Ligne 2 : guillemets mal fermés. Exportez de nouveau la paie au format CSV.",
        ),
    ],
)
def test_what_is_no_payroll_file_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(data)
    assert refused.value.message.replace("\u00a0", " ") == message
    assert refused.value.errors == []


def test_figures_between_commas_ask_for_semicolons() -> None:
    with pytest.raises(BadPayroll) as refused:
        read(b"matricule,brut,cotisations patronales\nM001,2000,00,800,00\n")
    assert refused.value.errors == [
        "Ligne 2\u00a0: il y a plus de cellules que de titres. Séparez les cellules par des points-virgules."
    ]


def test_import_keeps_every_kind_and_says_what_changed() -> None:
    made = take(TITLES, MAELLE, YOUENN)
    assert kept() == [
        ("M001", CostKind.GROSS_PAY, "2000.00"),
        ("M001", CostKind.EMPLOYER_CONTRIBUTIONS, "800.00"),
        ("M001", CostKind.OTHER, "12.50"),
        ("M002", CostKind.GROSS_PAY, "1800.00"),
        ("M002", CostKind.EMPLOYER_CONTRIBUTIONS, "700.00"),
    ]
    assert (made.row_count, str(made.total), len(made.changes)) == (2, "5312.50", 5)
    again = take(TITLES, MAELLE.replace("2 000", "2 100"), YOUENN)
    assert again.changes == [
        {"employee": "Maëlle Kerbrat", "kind": "salaire brut", "before": "2000.00", "after": "2100.00"}
    ]


def test_file_replaces_its_month_and_no_other(employees) -> None:
    world.cost(employees[1], month=world.OCTOBER)
    world.cost(employees[1], gross="9.00", contributions="1.00")
    made = take(TITLES, MAELLE)
    assert [number for number, _, _ in kept()] == ["M001"] * 3
    assert len(kept(world.OCTOBER)) == 2
    assert [(change["before"], change["after"]) for change in made.changes] == [
        ("", "2000.00"),
        ("", "800.00"),
        ("", "12.50"),
        ("9.00", ""),
        ("1.00", ""),
    ]


def test_same_file_is_refused_and_changes_nothing() -> None:
    take(TITLES, MAELLE)
    take(TITLES, MAELLE.replace("800", "900"))
    before = kept()
    with pytest.raises(PayrollNotImportable, match="déjà été importé le 03/12/2026 pour novembre 2026"):
        take(TITLES, MAELLE)
    assert kept() == before
    assert PayrollImport.objects.count() == 2


def test_file_of_another_month_is_refused() -> None:
    with pytest.raises(
        PayrollNotImportable, match="Ce fichier est celui de novembre 2026, pas d’octobre 2026."
    ):
        payroll_import.import_payroll(read(file(TITLES, MAELLE)), month=world.OCTOBER, by=None, at=NOW)
    assert kept() == []


def issued(maelle) -> BillingRun:
    world.group()
    world.timesheet(world.assignment(maelle, world.member()), world.hours(NOVEMBER, 7))
    take(TITLES, MAELLE)
    run = drafting.draft(NOVEMBER, by=None, at=NOW)
    issuing.issue_run(run, by=None, at=NOW)
    return run


def test_costs_under_an_invoice_are_closed(employees) -> None:
    issued(employees[0])
    before = kept()
    assert closing.is_closed(employees[0].pk, NOVEMBER)
    take(TITLES, MAELLE.replace("2 000,00", "2 100,00"))
    assert kept() == before
    assert [str(row.amount) for row in carried_over.differences()] == ["100.00"]


@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(lambda costs: costs.update(amount=1), id="update"),
        pytest.param(lambda costs: costs.delete(), id="delete"),
        pytest.param(lambda costs: costs.first().save(force_insert=True), id="insert"),
        pytest.param(lambda costs: costs.update(month=world.OCTOBER), id="move away"),
    ],
)
def test_closed_cost_refuses_any_change(employees, break_it) -> None:
    issued(employees[0])
    costs = EmployerCost.objects.filter(employee=employees[0]).order_by("pk")
    closed = pytest.raises(IntegrityError, match="costs of a settled and invoiced month are closed")
    with closed, transaction.atomic():
        break_it(costs)


def test_latecomer_is_taken_into_an_invoiced_month(employees) -> None:
    issued(employees[0])
    take(TITLES, MAELLE, YOUENN)
    assert ("M002", CostKind.GROSS_PAY, "1800.00") in kept()
    assert not closing.is_closed(employees[1].pk, NOVEMBER)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_is_read_whatever_its_encoding(encoding):
    world.group()
    person = world.employee(last_name="Le Goff-Brézé")
    data = books.csv_file(books.line(person, "2000,00", "800,00"), encoding=encoding)
    sheet = books.read(data)
    assert [(row.employee, str(row.total)) for row in sheet.rows] == [(person, "2800.00")]
