"""Known cases about hours that come in and go out: 21, 23, 67 and 72."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from tests import world
from tests.timesheets import files
from timesheets import exporting
from timesheets.exporting import ExportChoice
from timesheets.importing.preview import import_hours, preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.models import Entry, Kind

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    youenn = world.employee("Youenn", "Talec", members=[sonam])
    return {
        "solene": world.coordinator(),
        "nolwenn": world.staff(aloen),
        "maelle": maelle,
        "at_aloen": world.assignment(maelle, aloen),
        "at_sonam": world.assignment(maelle, sonam),
        "youenn": youenn,
        "youenn_at_sonam": world.assignment(youenn, sonam),
    }


def workbook(user):
    with exporting.as_workbook(user, ExportChoice()) as file:
        return load_workbook(file)["Heures"]


def line(**cells: str) -> dict[str, str]:
    return {"matricule": "M001", "adhérent": "Aloen", "date": "03/11/2026", **cells}


def test_case_21_rounded_hours_stand_beside_real_ones(cast):
    """A step of a quarter of an hour, up: 0.90 h and 1.10 h are 1.00 and 1.25; the real 2.00 h stay beside 2.25 h."""
    data = files.own(line(heures="0,90"), line(date="04/11/2026", heures="1,10"))
    choices = ImportChoices(how="up", step=15)
    preview = preview_hours(data, choices, by=cast["solene"], at=world.NOW)
    assert (preview.total.minutes, preview.total.seconds) == (135, 7200)
    import_hours(data, choices, digest=preview.digest, by=cast["solene"], at=world.NOW)
    assert list(Entry.objects.order_by("day").values_list("minutes", "note")) == [
        (60, "réel 0\u00a0h\u00a054"),
        (75, "réel 1\u00a0h\u00a006"),
    ]


@pytest.mark.parametrize(("how", "minutes"), [("outward", 90), ("up", 75), ("nearest", 75), ("none", 75)])
def test_case_23_times_with_seconds_are_rounded_as_chosen(cast, how, minutes):
    """12:17:35–13:32:52, step 15: outward 1:30, up 1:15, nearest 1:15; without rounding 1:15:17, in whole minutes."""
    data = files.own(line(début="12:17:35", fin="13:32:52"))
    preview = preview_hours(data, ImportChoices(how=how, step=15), by=cast["solene"], at=world.NOW)
    assert (preview.total.minutes, preview.total.real) == (
        minutes,
        "1\u00a0h\u00a015\u00a0min\u00a017\u00a0s",
    )


def test_case_67_a_member_s_export_never_holds_another_member_s_row(cast):
    world.timesheet(cast["at_aloen"], {date(2026, 11, 2): 60})
    world.timesheet(cast["at_sonam"], {date(2026, 11, 3): 120})
    world.timesheet(cast["youenn_at_sonam"], {date(2026, 11, 3): 180})
    world.timesheet(cast["maelle"], {date(2026, 11, 4): 240}, kind=Kind.SICKNESS)
    everything = "".join(exporting.as_csv(cast["solene"], ExportChoice()))
    theirs = "".join(exporting.as_csv(cast["nolwenn"], ExportChoice()))
    book = workbook(cast["nolwenn"])
    text = theirs + " ".join(str(value) for row in book.values for value in row)
    for hidden in ("Sonam", "Talec", "Maladie", "MAD-2026-002", "M001", "120", "240"):
        assert hidden in everything
        assert hidden not in text
    rows = list(csv.DictReader(io.StringIO(theirs.lstrip("\ufeff")), delimiter=";"))
    assert [(row["personne"], row["adhérent"], row["nature"], row["minutes"]) for row in rows] == [
        ("Maëlle Kerbrat", "Aloen", "présent", "60")
    ]


def test_case_67_a_member_s_import_learns_nothing_from_its_errors(cast):
    """Another member, one that does not exist, and people who work elsewhere give the same sentence."""

    def expected(name: str, person: str = "Maëlle Kerbrat") -> str:
        data = files.own({"personne": person, "adhérent": name, "date": "03/11/2026", "heures": "1"})
        preview = preview_hours(data, ImportChoices(), by=cast["nolwenn"], at=world.NOW)
        return " ".join(fault.sentence for fault in preview.faults).replace(name, "X").replace(person, "Y")

    assert expected("Aloen") == ""
    assert expected("Sonam") == expected("Nulle part") != ""
    assert expected("Aloen", "Youenn Talec") == expected("Aloen", "Personne Inconnue") != ""


def test_case_67_a_long_day_elsewhere_is_refused_without_its_hours(cast):
    world.timesheet(cast["at_sonam"], {date(2026, 11, 3): 1380})
    data = files.own({"personne": "Maëlle Kerbrat", "adhérent": "Aloen", "date": "03/11/2026", "heures": "7"})
    known = preview_hours(data, ImportChoices(), by=cast["solene"], at=world.NOW).faults[0].sentence
    text = preview_hours(data, ImportChoices(), by=cast["nolwenn"], at=world.NOW).faults[0].sentence
    assert "30\u00a0h" in known
    assert (
        text
        == "Mardi 3 novembre\u00a0: le total de la personne dépasserait 24\u00a0h ce jour-là. Vérifiez avec elle."
    )


def test_case_72_three_times_twenty_minutes_are_an_hour(cast):
    world.timesheet(cast["at_aloen"], {date(2026, 11, day): 20 for day in (2, 3, 4)})
    book = workbook(cast["solene"])
    titles = [cell.value for cell in book[1]]
    cells = {title: [row[place] for row in book.iter_rows(min_row=2)] for place, title in enumerate(titles)}
    assert {cell.number_format for cell in cells["heures"]} == {"[h]:mm"}
    assert sum((cell.value for cell in cells["heures"]), timedelta(0)) == timedelta(hours=1)
    assert sum(cell.value for cell in cells["minutes"]) == 60
    assert sum(Fraction(cell.value).limit_denominator(60) for cell in cells["heures décimales"]) == 1
    # As a spreadsheet sums: binary numbers, nothing rounded on the way.
    assert sum(cell.value for cell in cells["heures décimales"]) == 1
    raw = "".join(exporting.as_csv(cast["solene"], ExportChoice())).lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(raw), delimiter=";"))
    assert sum(float(row["heures"].replace(",", ".")) for row in rows) == 1
    assert sum(int(row["minutes"]) for row in rows) == 60
