"""Exports of further programs by their own titles, and what else they write into a file of hours."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests import world
from tests.timesheets import files
from timesheets.importing.preview import HoursPreview, preview_hours
from timesheets.importing.scope import ImportChoices

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 3)
EMAIL = "maelle.kerbrat@laronde.example"
HARVEST = files.titles(
    "Date,Client,Project,Project Code,Task,Notes,Hours,Billable?,Invoiced?,Approved?,First Name,Last Name,Roles,"
    "Employee?,Billable Rate,Billable Amount,Cost Rate,Cost Amount,Currency,External Reference URL"
)
TIMECAMP = files.titles("Date,User,Email,Project,Task,Note,Start time,End time,Time")
HARVEST_ROW = {"Date": "2026-11-03", "Client": "Aloen", "Project": "Paie", "First Name": "Maëlle"}
HARVEST_ROW |= {"Last Name": "Kerbrat", "Notes": "devis"}
KIMAI_ROW = {
    "Date": DAY,
    "From": time(9),
    "To": time(12),
    "Name": "Maëlle K.",
    "Customer": "Aloen",
    "Activity": "x",
}


@pytest.fixture
def solene():
    world.group()
    aloen = world.member("Aloen")
    world.assignment(world.employee("Maëlle", "Kerbrat", members=[aloen]), aloen)
    world.employee("Youenn", "Talec", members=[aloen], with_account=False)
    return world.coordinator()


def previewed(user, data: bytes, **choices: Any) -> HoursPreview:
    return preview_hours(data, ImportChoices(**choices), by=user, at=world.NOW)


def kimai_of_excel(**cells: Any) -> bytes:
    """Kimai's workbook as Excel saves it: real durations, and the sums that it wrote below."""
    row = {**KIMAI_ROW, "Duration": timedelta(hours=3), **cells}
    rows = [[row.get(title) for title in files.KIMAI]]
    rows.append([timedelta(hours=3) if title == "Duration" else None for title in files.KIMAI])
    return files.workbook(*rows, titles=files.KIMAI, formats={"D2": "[h]:mm", "D3": "[h]:mm"})


def test_exports_are_recognised_by_their_titles_and_read(solene):
    """By name: the file, its program, minutes, clock times, note."""
    odoo_en = ("Date", "Employee", "Project", "Task", "Description", "Hours Spent")
    odoo_fr = ("Date", "Employé", "Projet", "Tâche", "Description", "Temps passé")
    odoo_technical = ("date", "employee_id", "project_id", "task_id", "name", "unit_amount")
    row = ("2026-11-03", "Maëlle Kerbrat", "Aloen", "Paie", "devis", "7.50")
    camp = ("2026-11-03", "Maëlle Kerbrat", EMAIL, "Aloen", "Paie", "devis", "09:00", "12:00", "3h 00m")
    exports = {
        "Harvest": (files.table(HARVEST, [HARVEST_ROW | {"Hours": "7,5"}]), "harvest", 450),
        "Harvest, English": (files.table(HARVEST, [HARVEST_ROW | {"Hours": "0.33"}]), "harvest", 20),
        "Odoo": (files.table(odoo_en, [row]), "odoo", 450),
        "Odoo, French": (files.table(odoo_fr, [row], ";"), "odoo", 450),
        "Odoo, technical names": (files.table(odoo_technical, [row]), "odoo", 450),
        "Odoo, grouped": (
            files.workbook(["Aloen (1)", None, None, None, None, 7.5], row, titles=odoo_en),
            "odoo",
            450,
        ),
        "TimeCamp": (files.table(TIMECAMP, [camp]), "timecamp", 180),
        "Kimai by Excel": (kimai_of_excel(Email=EMAIL), "kimai", 180),
        "Kimai by its staff number": (kimai_of_excel(**{"Staff number": "M001"}), "kimai", 180),
        "Kimai with a number of its own": (
            kimai_of_excel(Email=EMAIL, **{"Staff number": "77"}),
            "kimai",
            180,
        ),
    }
    wrong = {}
    for name, (data, program, minutes) in exports.items():
        preview = previewed(solene, data)
        found = ([str(fault) for fault in preview.faults], preview.layout.program, preview.total.minutes)
        if found != ([], program, minutes):
            wrong[name] = found
    assert wrong == {}


def test_the_sum_that_kimai_writes_below_is_told_and_not_read(solene):
    preview = previewed(solene, kimai_of_excel(Email=EMAIL))
    assert preview.unread_sentences == [
        "1\u00a0ligne de total, non lue\u00a0: elle répète les heures des autres."
    ]


def test_a_staff_number_of_one_person_beside_the_address_of_another_is_a_fault(solene):
    preview = previewed(solene, kimai_of_excel(Email=EMAIL, **{"Staff number": "M002"}))
    assert "ce matricule est celui de Youenn Talec" in preview.faults[0].sentence


def test_a_name_in_two_columns_that_nobody_answers_to_is_asked_about_as_one(solene):
    row = HARVEST_ROW | {"First Name": "Mae", "Hours": "1"}
    assert previewed(solene, files.table(HARVEST, [row])).unknown["people"] == {"Mae Kerbrat": 1}


def test_another_program_s_unknown_number_asks_about_the_name_beside_it(solene):
    data = kimai_of_excel(**{"Staff number": "77"})
    assert previewed(solene, data).unknown["people"] == {"Maëlle K.": 1}
