"""Entries are locked by PostgreSQL as soon as their timesheet leaves draft: on every path, raw and late ones too."""

from datetime import date, time

import pytest
from django.db import IntegrityError, connection, transaction

from tests import world
from tests.together import meet
from timesheets import approval, recording
from timesheets.day_rules import BadDays, TimedHours
from timesheets.models import Entry, Timesheet

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
LOCKED = ["submitted", "confirmed", "approved", "invoiced"]
REFUSED = "only while it is a draft"


def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


def locked(place, state):
    sheet = world.timesheet(place, {MONDAY: 420}, status="approved" if state == "invoiced" else state)
    if state == "invoiced":
        approval.seal([sheet.pk], at=world.NOW)
    return sheet


def raw(sql):
    def change(entry):
        with connection.cursor() as cursor:
            cursor.execute(sql, {"entry": entry.pk, "sheet": entry.timesheet_id})

    return change


def another(entry, **columns):
    return Entry(**{"timesheet_id": entry.timesheet_id, "day": TUESDAY, "minutes": 60, **columns})


UPSERT = {
    "update_conflicts": True,
    "update_fields": ["minutes"],
    "unique_fields": ["timesheet", "day", "kind", "goes_on_from_day_before"],
}
CHANGES = {
    "update": lambda entry: Entry.objects.filter(pk=entry.pk).update(minutes=60),
    "update_of_all": lambda entry: Entry.objects.update(minutes=60),
    "note": lambda entry: Entry.objects.filter(pk=entry.pk).update(note="x"),
    "clock": lambda entry: Entry.objects.filter(pk=entry.pk).update(started_at=time(9), ended_at=time(16)),
    "day": lambda entry: Entry.objects.filter(pk=entry.pk).update(day=TUESDAY),
    "save": lambda entry: Entry(pk=entry.pk, timesheet_id=entry.timesheet_id, day=MONDAY, minutes=1).save(),
    "delete": lambda entry: entry.delete(),
    "delete_of_all": lambda entry: Entry.objects.all().delete(),
    "raw_delete": lambda entry: Entry.objects.filter(pk=entry.pk)._raw_delete("default"),
    "create": lambda entry: another(entry).save(),
    "bulk_create": lambda entry: Entry.objects.bulk_create([another(entry)]),
    "bulk_create_ignoring": lambda entry: Entry.objects.bulk_create([another(entry)], ignore_conflicts=True),
    "upsert": lambda entry: Entry.objects.bulk_create([another(entry, day=MONDAY)], **UPSERT),
    "bulk_update": lambda entry: Entry.objects.bulk_update([Entry(pk=entry.pk, minutes=1)], ["minutes"]),
    "sql_update": raw("UPDATE timesheets_entry SET minutes = 1 WHERE id = %(entry)s"),
    "sql_delete": raw("DELETE FROM timesheets_entry WHERE timesheet_id = %(sheet)s"),
    "sql_insert": raw(
        "INSERT INTO timesheets_entry (timesheet_id, day, kind, minutes, break_minutes, note,"
        " goes_on_from_day_before) VALUES (%(sheet)s, '2026-11-03', 'worked', 60, 0, '', false)"
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("state", LOCKED)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_entries_are_locked_on_every_path_once_submitted(state, change):
    sheet = locked(placed(), state)
    before = list(Entry.objects.values())
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        change(sheet.entries.get())
    assert list(Entry.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_same_changes_go_through_on_a_draft(change):
    """So that it is the state that refuses them, not a slip in the test."""
    sheet = world.timesheet(placed(), {MONDAY: 420}, status="draft")
    before = list(Entry.objects.values())
    change(sheet.entries.get())
    assert list(Entry.objects.values()) != before


def moved(entry, to):
    entry.timesheet = to
    return entry


MOVES = {
    "update": lambda entry, to: Entry.objects.filter(pk=entry.pk).update(timesheet=to),
    "bulk_update": lambda entry, to: Entry.objects.bulk_update([moved(entry, to)], ["timesheet"]),
    "save": lambda entry, to: moved(entry, to).save(),
}


@pytest.mark.django_db
@pytest.mark.parametrize("state", LOCKED)
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_an_entry_moves_neither_off_nor_onto_a_locked_timesheet(state, move):
    place = placed()
    shut = locked(place, state)
    draft = world.timesheet(place, {TUESDAY: 60}, status="draft", supplement=1)
    for entry, to in ((shut.entries.get(), draft), (draft.entries.get(), shut)):
        with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
            move(entry, to)
    assert (shut.entries.get().minutes, draft.entries.get().minutes) == (420, 60)


@pytest.mark.django_db(transaction=True)
def test_a_late_entry_waits_for_who_submits_and_is_then_refused():
    sheet = world.timesheet(placed(), {MONDAY: 420}, status="draft")
    met = meet(
        lambda: recording.submit(sheet, by=sheet.employee.user, at=world.NOW),
        lambda: Entry.objects.create(timesheet=sheet, day=TUESDAY, minutes=60),
    )
    met.assert_refused(IntegrityError, REFUSED)
    assert met.waited
    assert sheet.entries.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_night_waits_for_who_fills_the_day_after_in_the_next_month():
    """Six hours of the last night and twenty of the day after are not one day."""
    place = placed()
    november, december = (
        world.timesheet(place, month=month, status="draft") for month in (world.NOVEMBER, world.DECEMBER)
    )
    night = {november.month.last: {"worked": TimedHours(None, time(22), time(6))}}
    by = place.employee.user
    met = meet(
        lambda: recording.save(december, {december.month.first: {"worked": 1200}}, by=by, at=world.NOW),
        lambda: recording.save(november, night, by=by, at=world.NOW),
    )
    met.assert_refused(BadDays, "")
    assert met.waited
    assert "26\u00a0h" in " ".join(met.second.errors), met.second.errors
    assert list(Entry.objects.values_list("timesheet", "minutes")) == [(december.pk, 1200)]


@pytest.mark.django_db(transaction=True)
def test_a_night_waits_for_who_hands_in_the_month_after_and_is_then_refused():
    place = placed()
    november, december = (
        world.timesheet(place, month=month, status="draft") for month in (world.NOVEMBER, world.DECEMBER)
    )
    night = {november.month.last: {"worked": TimedHours(None, time(22), time(6))}}
    by = place.employee.user
    met = meet(
        lambda: recording.submit(december, by=by, at=world.at(date(2026, 12, 31))),
        lambda: recording.save(november, night, by=by, at=world.NOW),
    )
    met.assert_refused(BadDays, "")
    assert met.waited
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_submits_waits_for_an_entry_on_its_way_and_hands_it_over():
    sheet = world.timesheet(placed(), {MONDAY: 420}, status="draft")

    def submit():
        recording.submit(Timesheet.objects.get(pk=sheet.pk), by=sheet.employee.user, at=world.NOW)
        return Entry.objects.filter(timesheet=sheet).count()

    met = meet(lambda: Entry.objects.create(timesheet=sheet, day=TUESDAY, minutes=60), submit)
    assert met.waited
    assert met.second == 2, met
