"""Hours out: numbers that sum exactly, text that stays text, and nothing that the reader may not know."""

from __future__ import annotations

import csv
import io
from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from employees.models import HoursEntry
from tests import world
from timesheets import exporting
from timesheets.exporting import ExportChoice
from timesheets.importing.preview import preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.models import Entry, Kind, TimesheetStatus

pytestmark = pytest.mark.django_db
TITLES = [
    "matricule",
    "personne",
    "adhérent",
    "référence de mise à disposition",
    "date",
    "nature",
    "heures",
    "minutes",
    "début",
    "fin",
    "pause",
    "note",
    "état",
    "complément",
    "saisi par",
    "passe minuit",
]


@pytest.fixture
def cast():
    """Maëlle works at Aloen and at Sonam, and was on leave; Youenn works at Sonam."""
    world.group()
    aloen, sonam = world.member("Aloen"), world.member("Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    youenn = world.employee("Youenn", "Talec", members=[sonam])
    solene = world.coordinator()
    at_aloen, at_sonam = world.assignment(maelle, aloen), world.assignment(maelle, sonam)
    world.timesheet(at_aloen, {date(2026, 11, 2): 20, date(2026, 11, 3): 450}, by=solene)
    world.timesheet(at_sonam, {date(2026, 11, 4): 180}, by=solene)
    world.timesheet(maelle, {date(2026, 11, 5): 420}, kind=Kind.SICKNESS, by=solene)
    world.timesheet(world.assignment(youenn, sonam), {date(2026, 11, 2): 60}, by=solene)
    world.timesheet(at_aloen, {date(2026, 10, 1): 60}, month=world.OCTOBER, status=TimesheetStatus.DRAFT)
    return {
        "solene": solene,
        "nolwenn": world.staff(aloen),
        "maelle": maelle.user,
        "aloen": aloen,
        "at_aloen": at_aloen,
        "employee": maelle,
    }


def rows(user, **wanted) -> list[dict[str, str]]:
    text = "".join(exporting.as_csv(user, ExportChoice(**wanted)))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))


def sheet(user, **wanted):
    with exporting.as_workbook(user, ExportChoice(**wanted)) as file:
        return load_workbook(file)["Heures"]


def test_the_coordinator_reads_everything(cast):
    found = rows(cast["solene"], first=world.NOVEMBER)
    assert list(found[0]) == TITLES
    assert [(row["personne"], row["adhérent"], row["nature"], row["minutes"]) for row in found] == [
        ("Maëlle Kerbrat", "Aloen", "Travail", "20"),
        ("Maëlle Kerbrat", "Aloen", "Travail", "450"),
        ("Maëlle Kerbrat", "Sonam", "Travail", "180"),
        ("Maëlle Kerbrat", "", "Maladie", "420"),
        ("Youenn Talec", "Sonam", "Travail", "60"),
    ]
    assert (found[1]["heures"], found[1]["date"], found[1]["état"], found[1]["saisi par"]) == (
        "7,5",
        "03/11/2026",
        "Approuvé",
        "Solène Rivoal",
    )


def test_the_person_reads_all_of_their_own(cast):
    found = rows(cast["maelle"], first=world.NOVEMBER)
    assert [(row["adhérent"], row["nature"]) for row in found] == [
        ("Aloen", "Travail"),
        ("Aloen", "Travail"),
        ("Sonam", "Travail"),
        ("", "Maladie"),
    ]


@pytest.mark.parametrize(
    ("wanted", "minutes"),
    [
        ({"last": world.OCTOBER}, ["60"]),
        (
            {"first": world.NOVEMBER, "last": world.NOVEMBER, "state": "approved"},
            ["20", "450", "180", "420", "60"],
        ),
        ({"state": "draft"}, ["60"]),
        ({"first": world.DECEMBER}, []),
    ],
)
def test_filters_leave_what_was_asked_for(cast, wanted, minutes):
    assert [row["minutes"] for row in rows(cast["solene"], **wanted)] == minutes


def test_a_member_and_a_person_are_filters_too(cast):
    assert [row["minutes"] for row in rows(cast["solene"], member=cast["aloen"])] == ["60", "20", "450"]
    assert len(rows(cast["solene"], person=cast["employee"])) == 5


def test_a_draft_that_the_person_writes_alone_is_not_the_member_s(cast):
    assert [row["minutes"] for row in rows(cast["nolwenn"])] == ["60", "20", "450"]
    cast["at_aloen"].hours_entry = HoursEntry.EMPLOYEE
    cast["at_aloen"].save()
    assert [row["minutes"] for row in rows(cast["nolwenn"])] == ["20", "450"]
    assert "60" in [row["minutes"] for row in rows(cast["maelle"])]


def test_a_workbook_holds_days_times_and_durations_as_such(cast):
    draft = Entry.objects.get(timesheet__month=world.OCTOBER)
    draft.minutes, draft.started_at, draft.ended_at, draft.break_minutes = 450, time(9), time(17, 30), 60
    draft.save()
    book = sheet(cast["solene"], last=world.OCTOBER)
    cells = dict(zip([cell.value for cell in book[1]], book[2], strict=True))
    assert (cells["heures"].value, cells["heures"].number_format) == (
        timedelta(hours=7, minutes=30),
        "[h]:mm",
    )
    assert (cells["heures décimales"].value, cells["minutes"].value) == (7.5, 450)
    assert (cells["début"].value, cells["fin"].value, cells["pause"].value) == (
        time(9),
        time(17, 30),
        timedelta(hours=1),
    )
    assert cells["date"].value.date() == date(2026, 10, 1)


@pytest.mark.parametrize("text", ["=1+1", "+33 6 12", "-7", "@SUM(A1)", "\t=1", "\r=1", "  =1"])
def test_what_resembles_a_formula_is_text(cast, text):
    Entry.objects.filter(timesheet__month=world.OCTOBER).update(note=text)
    note = rows(cast["solene"], last=world.OCTOBER)[0]["note"]
    assert note == f"'{text}"
    book = sheet(cast["solene"], last=world.OCTOBER)
    cell = next(cell for cell in book[2] if cell.column == TITLES.index("note") + 2)
    assert (cell.data_type, cell.quotePrefix) == ("s", True)
    assert cell.value == text.replace("\r", "\n")  # as XML has it


def test_control_characters_do_not_break_the_workbook(cast):
    Entry.objects.filter(timesheet__month=world.OCTOBER).update(note="a\x01b\x1f")
    book = sheet(cast["solene"], last=world.OCTOBER)
    assert "ab" in [cell.value for cell in book[2]]


def test_what_resembles_an_error_is_text(cast):
    Entry.objects.filter(timesheet__month=world.OCTOBER).update(note="#N/A")
    book = sheet(cast["solene"], last=world.OCTOBER)
    assert [cell.data_type for cell in book[2] if cell.value == "#N/A"] == ["s"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_went_out_comes_in_again_and_changes_nothing(cast, suffix):
    if suffix == "csv":
        data = "".join(exporting.as_csv(cast["solene"], ExportChoice())).encode()
    else:
        with exporting.as_workbook(cast["solene"], ExportChoice()) as file:
            data = file.read()
    preview_of_file = preview_hours(data, ImportChoices(), by=cast["solene"], at=world.NOW)
    assert (preview_of_file.faults, preview_of_file.has_changes, preview_of_file.total.unchanged) == (
        [],
        False,
        6,
    )


def test_the_number_of_queries_does_not_grow(cast):
    with CaptureQueriesContext(connection) as few:
        rows(cast["solene"], last=world.OCTOBER)
    with CaptureQueriesContext(connection) as many:
        rows(cast["solene"])
    assert len(few) == len(many) == 2


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        (ExportChoice(), "heures.csv"),
        (ExportChoice(first=world.NOVEMBER, last=world.NOVEMBER), "heures-2026-11.csv"),
        (
            ExportChoice(first=world.OCTOBER, last=world.NOVEMBER, state="draft"),
            "heures-2026-10-a-2026-11-draft.csv",
        ),
    ],
)
def test_the_file_is_called_after_what_is_in_it(wanted, name):
    assert exporting.file_name(wanted, "csv") == name
