"""Files from outside: what is refused before it is read, the upload kept an hour, the report and the samples."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone
from openpyxl import load_workbook

from groupement.kernel import uploads, workbook_file
from groupement.kernel.tabular import Unreadable
from tests import world
from tests.timesheets import files
from timesheets import tasks
from timesheets.importing import layouts, preview
from timesheets.importing.layouts import COLUMNS, recognise_layout
from timesheets.importing.rows import Fault, read_rows

BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'


def changed(data: bytes, **parts: str | None) -> bytes:
    """A workbook with parts put in the place of others, by their name with dots for slashes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(packed, "w") as after:
        for part in before.infolist():
            after.writestr(part.filename, parts.pop(part.filename, None) or before.read(part))
        for name, text in parts.items():
            after.writestr(name, text or "")
    return packed.getvalue()


def test_a_workbook_with_macros_is_refused():
    with pytest.raises(Unreadable, match="contient des macros"):
        layouts.read_hours_table(changed(files.workbook(), **{"xl/vbaProject.bin": "x"}))


def test_a_workbook_that_unpacks_to_far_more_is_refused_before_it_is_unpacked():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", b"0" * (workbook_file.LARGEST_UNPACKED + 1))
    assert len(packed.getvalue()) < 200_000
    with pytest.raises(Unreadable, match="bien plus gros une fois ouvert"):
        layouts.read_hours_table(packed.getvalue())


def test_entities_in_the_xml_of_a_workbook_are_refused():
    with pytest.raises(Unreadable, match="abîmé"):
        layouts.read_hours_table(changed(files.workbook(), **{"xl/worksheets/sheet1.xml": BOMB}))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Le fichier est vide"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "format ancien (.xls)"),
        (b"PK\x03\x04" + b"x" * 100, "abîmé"),
        (b"%PDF-1.7", "n’est pas un fichier de texte"),
        (b"date;heures\n", "aucune ligne d’heures"),
        (b'date;heures\n"3/11', "guillemets mal fermés"),
        (b"x" * (layouts.LARGEST_CSV + 1), "dépasse 12 Mo"),
        (b"PK\x03\x04" + b"x" * layouts.LARGEST_WORKBOOK, "dépasse 6 Mo"),
        (b"date;heures\n" + b"1;1\n" * (layouts.MOST_ROWS + 1), "plus de 60\u202f000 lignes"),
    ],
)
def test_what_is_no_file_of_hours_is_told_with_its_cure(data, sentence):
    with pytest.raises(Unreadable) as refused:
        layouts.read_hours_table(data)
    assert sentence in refused.value.message


def test_a_workbook_says_its_rows_by_the_numbers_that_people_see():
    table = layouts.read_hours_table(files.workbook([None] * 3, ["M001", "", "Aloen"]))
    assert [number for number, _ in table.rows] == [3]


def test_windows_text_with_tabs_is_read_too():
    table = layouts.read_hours_table("date\theures\tadhérent\n3/11/2026\t7\tAloen\n".encode("cp1252"))
    assert table.titles == ["date", "heures", "adhérent"]


def test_an_upload_is_found_again_and_removed(tmp_path, settings):
    private(settings, tmp_path)
    now = timezone.now()
    token = uploads.store(b"heures", at=now)
    assert uploads.load(token, at=now) == b"heures"
    uploads.delete(token)
    with pytest.raises(uploads.UploadGone):
        uploads.load(token, at=now)


def test_an_upload_is_gone_after_an_hour_and_swept_by_the_next(tmp_path, settings):
    private(settings, tmp_path)
    token = uploads.store(b"heures", at=world.NOW)
    kept_at = storages["private"].get_modified_time(f"imports/{token}")
    assert uploads.load(token, at=kept_at + timedelta(minutes=59)) == b"heures"
    with pytest.raises(uploads.UploadGone, match="gardé une heure"):
        uploads.load(token, at=kept_at + timedelta(minutes=61))
    uploads.store(b"autres", at=kept_at + timedelta(minutes=61))
    assert token not in storages["private"].listdir("imports")[1]


@pytest.mark.parametrize("token", ["", "../manage.py", "x" * 43, "x"])
def test_a_word_that_leads_nowhere_finds_nothing(tmp_path, settings, token):
    private(settings, tmp_path)
    with pytest.raises(uploads.UploadGone):
        uploads.load(token, at=world.NOW)


def private(settings, folder):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder, "base_url": None},
        },
    }


def test_the_report_holds_every_fault_and_nothing_that_a_spreadsheet_runs():
    faults = [Fault(2, "@SUM(A1)", "note", "=HYPERLINK(1)"), Fault(3, "négatif", "", "-7")]
    lines = list(csv.reader(io.StringIO(preview.faults_csv(faults).lstrip("\ufeff")), delimiter=";"))
    assert lines == [
        ["ligne", "colonne", "valeur", "erreur"],
        ["2", "note", "'=HYPERLINK(1)", "'@SUM(A1)"],
        ["3", "", "'-7", "négatif"],
    ]


@pytest.mark.parametrize(
    "data", [layouts.sample_csv("Aloen").encode(), layouts.sample_workbook("Aloen")], ids=["csv", "xlsx"]
)
def test_the_samples_are_what_we_read(data):
    table = layouts.read_hours_table(data)
    layout = recognise_layout(table.titles)
    reading = read_rows(table, layout)
    assert (layout.program, layout.ignored, reading.faults) == ("own", [], [])
    assert table.titles == list(COLUMNS.values())
    assert [(row.seconds // 60, row.kind) for row in reading.rows] == [
        (420, "worked"),
        (210, "worked"),
        (420, "training"),
    ]


def test_every_column_of_the_layout_is_described_and_read():
    assert [title for title, _, _ in layouts.COLUMN_HELP] == list(COLUMNS.values())
    assert recognise_layout(list(COLUMNS.values())).places.keys() == COLUMNS.keys()


def test_the_workbook_to_fill_in_opens_with_its_titles_in_sight():
    sheet = load_workbook(io.BytesIO(layouts.sample_workbook("Aloen"))).active
    assert (sheet.title, sheet.freeze_panes) == ("Heures", "A2")


def test_beat_sweeps_what_nobody_imported(tmp_path, settings):
    private(settings, tmp_path)
    token = uploads.store(b"heures", at=timezone.now())
    tasks.sweep_imports()
    assert uploads.load(token, at=timezone.now()) == b"heures"
    old = (timezone.now() - timedelta(minutes=61)).timestamp()
    os.utime(tmp_path / "imports" / token, (old, old))
    tasks.sweep_imports()
    assert not (tmp_path / "imports" / token).exists()
