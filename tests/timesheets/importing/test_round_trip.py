"""Whatever goes out as a file comes in again by its own importer and changes nothing."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
from django.conf import settings

from billing.costs.payroll_columns import read_payroll_table, sample_workbook
from tests import world
from timesheets import exporting
from timesheets.day_rules import TimedHours
from timesheets.exporting import ExportChoice
from timesheets.importing import layouts
from timesheets.importing.preview import HoursPreview, import_hours, preview_hours
from timesheets.importing.scope import ImportChoices
from timesheets.models import Entry, Kind, TimesheetStatus
from timesheets.recording import save

pytestmark = pytest.mark.django_db
DRAFT = TimesheetStatus.DRAFT
DAYS_OF_LAST = {"30/11/2026", "01/12/2026"}
NIGHTS = [date(2026, 11, day) for day in (20, 21, 30)]
NOTES = (
    "-7 en stock",
    "+33 6 12 34 56 78",
    "=1+1",
    "@Nolwenn",
    "  -x",
    "'=déjà gardé",
    "''+",
    "'entre apostrophes'",
    'avec ; et "guillemets"',
    "sur\ndeux  lignes",
    "#N/A",
    "'",
)
# Every module that writes tables, and the importer that reads them again; "" where nothing is meant to be read.
WRITERS = {
    "timesheets/exporting.py": "hours",
    "timesheets/importing/layouts.py": "hours",
    "billing/costs/payroll_columns.py": "payroll",
    "billing/costs/views/costs.py": "",  # the aids of a year, to tell the members
    "billing/grants/reports.py": "",  # what a funder asks for
    "timesheets/importing/preview.py": "",  # the faults of a file
}


def cast():
    """Two people of the same name at members whose names resemble formulas; days of every sort."""
    world.group()
    aloen, sonam = world.member("@loen"), world.member("-Sonam")
    maelle = world.employee("Maëlle", "Kerbrat", members=[aloen, sonam])
    other = world.employee("Maëlle", "Kerbrat", members=[aloen], with_account=False)
    at_aloen, at_sonam = world.assignment(maelle, aloen), world.assignment(maelle, sonam)
    solene = world.coordinator()
    days = {date(2026, 11, day): 300 + day for day in range(2, 2 + len(NOTES))}
    noted = world.timesheet(at_aloen, days, status=DRAFT)
    for entry, note in zip(noted.entries.order_by("day"), NOTES, strict=True):
        entry.note = note
        entry.save()
    # Work with a break, and a way on the same day, each with its note.
    clocked = noted.entries.get(day=date(2026, 11, 2))
    clocked.minutes, clocked.started_at, clocked.ended_at, clocked.break_minutes = 420, time(9), time(17), 60
    clocked.save()
    Entry.objects.create(timesheet=noted, day=date(2026, 11, 2), kind=Kind.TRAVEL, minutes=20, note="-aller")
    # A break of twenty minutes, which no decimal number says exactly, in nights: two in a row, and the month's last.
    nights = world.timesheet(at_sonam, status=DRAFT)
    night = {"worked": TimedHours(None, time(22), time(6), 20)}
    save(nights, dict.fromkeys(NIGHTS, night), by=maelle.user, at=world.NOW, notes={NIGHTS[0]: "ronde"})
    world.timesheet(maelle, {date(2026, 11, 19): 420}, kind=Kind.LEAVE, status=DRAFT)
    world.timesheet(world.assignment(other, aloen), {date(2026, 11, 3): 61}, status=DRAFT)
    world.timesheet(at_aloen, {date(2026, 10, 1): 431}, month=world.OCTOBER)
    world.timesheet(at_aloen, {date(2026, 10, 1): 60}, month=world.OCTOBER, supplement=1, status=DRAFT)
    return {"coordination": solene, "person": maelle.user, "member": world.staff(aloen)}


def exported(user, suffix: str) -> bytes:
    if suffix == "csv":
        return "".join(exporting.as_csv(user, ExportChoice())).encode()
    with exporting.as_workbook(user, ExportChoice()) as file:
        return file.read()


def outcome(preview: HoursPreview) -> object:
    return [str(fault) for fault in preview.faults] or [dict(each) for each in preview.changes.values()]


def test_every_export_of_hours_is_imported_again_and_changes_nothing():
    people = cast()
    wrong, counted = {}, {}
    for who, user in people.items():
        for suffix in ("csv", "xlsx"):
            preview = preview_hours(exported(user, suffix), ImportChoices(), by=user, at=world.NOW)
            counted[who, suffix] = (preview.lines, preview.total.unchanged, preview.unread["supplement"])
            if outcome(preview):
                wrong[who, suffix] = outcome(preview)
    days = len(NOTES)
    assert wrong == {}
    assert counted == {
        (who, suffix): figures
        for suffix in ("csv", "xlsx")
        for who, figures in {
            "coordination": (days + 11, days + 6, 1),
            "person": (days + 10, days + 5, 1),
            "member": (days + 4, days + 2, 1),
        }.items()
    }


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_an_export_wrote_is_written_again_as_it_was_after_the_hours_are_gone(suffix):
    user = cast()["coordination"]
    facts = ("day", "kind", "minutes", "started_at", "ended_at", "break_minutes", "goes_on_from_day_before")
    entries = Entry.objects.filter(timesheet__month__gte=world.NOVEMBER).order_by("timesheet", *facts)
    before = list(entries.values_list(*facts))
    notes = [
        " ".join(note.split()) for note in entries.filter(minutes__gt=300).values_list("note", flat=True)
    ]
    data = exported(user, suffix)
    entries.delete()
    digest = preview_hours(data, ImportChoices(), by=user, at=world.NOW).digest
    import_hours(data, ImportChoices(), digest=digest, by=user, at=world.NOW)
    assert list(entries.values_list(*facts)) == before
    again = list(entries.filter(minutes__gt=300).values_list("note", flat=True))
    # One note a day: the one of the way stands with that of the work.
    assert again[1:] == notes[1:]
    written = set(Entry.objects.filter(day=date(2026, 11, 2)).values_list("note", flat=True))
    assert written in ({"", "-7 en stock · -aller"}, {"", "-aller · -7 en stock"})


def month_of(user, month, suffix="csv"):
    return "".join(exporting.as_csv(user, ExportChoice(month, month)))


def test_half_a_night_changes_nothing_as_long_as_it_is_as_it_was():
    """The file of one month has the evening of its last night, the next one's the morning."""
    user = cast()["coordination"]
    halves = {world.NOVEMBER: ("22:00;00:00", "21:00;00:00"), world.DECEMBER: ("00:00;06:00", "00:00;05:00")}
    found = {}
    for month, (kept, changed) in halves.items():
        text = month_of(user, month)
        preview = preview_hours(text.encode(), ImportChoices(), by=user, at=world.NOW)
        row = next(line for line in text.splitlines() if kept in line and line.split(";")[4] in DAYS_OF_LAST)
        hours = {"22:00;00:00": (";2;120;", ";3;180;")}.get(kept, (None, None))
        other = row.replace(kept, changed)
        other = re.sub(r";[0-9,]+;[0-9]+;(?=\d\d:00;\d\d:00)", ";;;", other) if hours else other
        mended = preview_hours(text.replace(row, other).encode(), ImportChoices(), by=user, at=world.NOW)
        found[month] = (outcome(preview), any("l’autre jour" in str(fault) for fault in mended.faults))
    assert found == {month: ([], True) for month in halves}


def test_half_a_night_without_the_other_is_hours_like_others():
    user = cast()["coordination"]
    text = month_of(user, world.DECEMBER)
    Entry.objects.filter(day__in=[NIGHTS[-1], date(2026, 12, 1)]).delete()
    preview = preview_hours(text.encode(), ImportChoices(), by=user, at=world.NOW)
    ((places),) = preview.changes.values()
    ((days),) = places.values()
    assert [value["worked"][:3] for value in days.values()] == [(340, time(0), time(6))]


def test_a_row_that_a_member_changes_keeps_the_kinds_of_its_day():
    """A member reads "présent" for work and for the way; the row that is as it was says which is which."""
    user = cast()["member"]
    # The pair of worked hours of 2 November loses its times and becomes 6 hours.
    text = exported(user, "csv").decode()
    line = next(line for line in text.splitlines() if "09:00;17:00" in line)
    changed = line.replace(";7;420;09:00;17:00;1;", ";6;360;;;;")
    assert changed != line
    preview = preview_hours(text.replace(line, changed).encode(), ImportChoices(), by=user, at=world.NOW)
    assert [str(fault) for fault in preview.faults] == []
    ((places),) = preview.changes.values()
    ((days),) = places.values()
    assert days == {date(2026, 11, 2): {Kind.TRAVEL: 20, Kind.WORKED: 360}}


def test_the_payroll_sample_gives_names_back_as_they_are():
    world.group()
    person = world.employee("@nne", "-Le Goff", members=[member := world.member()])
    world.timesheet(world.assignment(person, member), {date(2026, 11, 2): 60})
    (row,) = read_payroll_table(sample_workbook(world.NOVEMBER)).rows
    assert row[1][:3] == [person.payroll_number, "-Le Goff", "@nne"]


def test_every_module_that_writes_a_table_is_listed_with_its_importer():
    root = Path(settings.BASE_DIR)
    apps = ("billing", "charter", "employees", "groupement", "members", "timesheets")
    found = {
        str(path.relative_to(root))
        for app in apps
        for path in (root / app).rglob("*.py")
        if re.search(r"\b(?:csv_text|Workbook|csv\.writer)\(", path.read_text())
    }
    assert found - {"groupement/kernel/tabular.py"} == WRITERS.keys()


def test_the_samples_change_nothing_about_the_columns_that_the_export_shares():
    titles = set(layouts.COLUMNS.values())
    world.group()
    shared = {column.title for column in exporting.visible_columns(world.coordinator())} & titles
    assert shared == titles - {"e-mail"}
