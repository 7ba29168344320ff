"""The signed sheet: its content and digest at approval, its PDF made once, and what PostgreSQL refuses afterwards."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import InternalError, transaction
from django.db.utils import DatabaseError

from members.models import Group
from tests import world
from timesheets import freezing
from timesheets.models import SignedSheet, TimesheetStatus

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 2)


@pytest.fixture
def approved():
    """Maëlle's November at Aloen: seven hours, confirmed by Nolwenn, approved."""
    world.group()
    aloen = world.member("Aloen")
    maelle = world.employee(members=[aloen])
    return world.timesheet(
        world.assignment(maelle, aloen), {MONDAY: 420}, status=TimesheetStatus.APPROVED, by=world.staff(aloen)
    )


def signed(sheet, at=world.NOW):
    return freezing.sign([sheet], at=at)[0]


def test_the_content_says_the_hours_and_who_signed_them(approved):
    content = signed(approved).content
    assert (content["employee"], content["member"]["legal_name"], content["minutes"]) == (
        "Maëlle Kerbrat",
        "Aloen (structure de démonstration)",
        420,
    )
    assert [(day["day"], day["minutes"], day["kind"]) for day in content["days"]] == [
        ("2026-11-02", 420, "worked")
    ]
    assert [(step["label"], step["by"]) for step in content["steps"]] == [
        ("Heures soumises", "Nolwenn Jégo"),
        ("Heures visées", "Nolwenn Jégo"),
        ("Heures approuvées", "Nolwenn Jégo"),
    ]


def test_the_digest_is_that_of_the_content_as_stored(approved):
    row = SignedSheet.objects.get(pk=signed(approved).pk)
    assert freezing.digest_of(json.loads(json.dumps(row.content))) == row.digest


def test_a_further_approval_makes_a_further_version(approved):
    assert [signed(approved).version, signed(approved).version] == [1, 2]
    assert freezing.latest_signed([approved.pk])[approved.pk].version == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_signing_do_not_grow(django_assert_num_queries, count):
    world.group()
    aloen = world.member("Aloen")
    people = [world.employee(f"Personne {n}", "Test", members=[aloen]) for n in range(count)]
    sheets = [world.timesheet(world.assignment(person, aloen), {MONDAY: 60}) for person in people]
    with django_assert_num_queries(5):
        freezing.sign(sheets, at=world.NOW)


def test_the_pdf_is_made_once_from_the_content_alone(approved):
    row = signed(approved)
    again = freezing.render_signed(row)
    Group.objects.update(name="Un autre nom")
    assert freezing.print_signed(row.pk, at=world.NOW) is True
    assert freezing.print_signed(row.pk, at=world.NOW) is False
    row.refresh_from_db()
    with freezing.open_printed(row) as file:
        assert file.read() == again


def test_a_file_that_was_changed_or_lost_is_not_handed_out(approved):
    row = signed(approved)
    with pytest.raises(freezing.NotPrinted, match="pas encore prêt"):
        freezing.open_printed(row)
    freezing.print_signed(row.pk, at=world.NOW)
    row.refresh_from_db()
    file = Path(storages["private"].path(row.path))
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(freezing.NotPrinted, match="modifié"):
        freezing.open_printed(row)
    file.unlink()
    with pytest.raises(freezing.NotPrinted, match="introuvable"):
        freezing.open_printed(row)


def test_what_was_left_is_found_until_it_is_given_up(approved, monkeypatch):
    row = signed(approved)
    later = world.NOW + timedelta(minutes=1)
    assert freezing.waiting_for_pdf(world.NOW) == []
    assert freezing.waiting_for_pdf(later) == [row.pk]

    def fail(_row):
        raise OSError("plus de place")

    monkeypatch.setattr(freezing, "render_signed", fail)
    for _ in range(freezing.MOST_ATTEMPTS):
        with pytest.raises(OSError, match="plus de place"):
            freezing.print_signed(row.pk, at=later)
    row.refresh_from_db()
    assert (row.attempts, "plus de place" in row.error, freezing.waiting_for_pdf(later)) == (3, True, [])


@pytest.mark.parametrize(
    "change", [{"content": {}}, {"digest": "0" * 64}, {"version": 9}, {"signed_at": world.NOW + timedelta(1)}]
)
def test_what_was_signed_never_changes(approved, change):
    row = signed(approved)
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        SignedSheet.objects.filter(pk=row.pk).update(**change)
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        SignedSheet.objects.filter(pk=row.pk).delete()


def test_the_record_of_a_made_file_never_changes(approved):
    row = signed(approved)
    freezing.print_signed(row.pk, at=world.NOW)
    with pytest.raises((InternalError, DatabaseError)), transaction.atomic():
        SignedSheet.objects.filter(pk=row.pk).update(sha256="0" * 64)
