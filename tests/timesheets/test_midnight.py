"""Work past midnight: one line where it is written, two entries in the record, each on its day, sheet and invoice."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from tests import world
from tests.unguarded import unguarded
from timesheets import recording
from timesheets.day_rules import BadDays, TimedHours
from timesheets.models import ChangedHours, Entry, Kind, Timesheet
from timesheets.parting import join_lines, with_place

pytestmark = pytest.mark.django_db

LAST, FIRST = date(2026, 11, 30), date(2026, 12, 1)
TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 11, day) for day in (3, 4, 5))
NIGHT = TimedHours(None, time(22), time(6))
DECEMBER = world.NOVEMBER.next
WORKED = Kind.WORKED


@pytest.fixture
def placed():
    world.group()
    aloen = world.member()
    return world.assignment(world.employee(members=[aloen]), aloen)


@pytest.fixture
def sheet(placed):
    return world.timesheet(placed, status="draft")


def save(sheet, day, value=NIGHT, *, by=None, kind=WORKED, at=world.NOW, **facts):
    days = {day: {kind: value} if value else {}}
    return recording.save(sheet, days, by=by or sheet.employee.user, at=at, **facts)


def faults(sheet, day, value=NIGHT, **facts):
    with pytest.raises(BadDays) as refusal:
        save(sheet, day, value, **facts)
    (fault,) = refusal.value.faults
    assert (fault.timesheet_id, fault.day) == (sheet.pk, day)
    return fault.message.replace("\u00a0", " ")


def record(**of):
    """The entries as the record holds them: sheet's month, day, minutes, times, break, whether it goes on."""
    rows = Entry.objects.filter(**of).order_by("day", "-goes_on_from_day_before")
    return [
        (
            entry.timesheet.month.first.month,
            entry.day.day,
            entry.minutes,
            f"{entry.started_at:%H%M}-{entry.ended_at:%H%M}" if entry.started_at else "",
            entry.break_minutes,
            entry.goes_on_from_day_before,
        )
        for entry in rows.select_related("timesheet")
    ]


def two_nights(sheet):
    save(sheet, TUESDAY)
    save(sheet, WEDNESDAY)


class TestParting:
    def test_the_last_night_of_november_is_two_hours_of_november_and_six_of_december(self, sheet):
        assert save(sheet, LAST) == 2
        assert record() == [
            (11, 30, 120, "2200-0000", 0, False),
            (12, 1, 360, "0000-0600", 0, True),
        ]
        totals = {
            row.month: row.minutes
            for row in Timesheet.objects.filter(assignment=sheet.assignment).with_minutes()
        }
        assert totals == {world.NOVEMBER: 120, DECEMBER: 360}

    def test_two_nights_in_a_row_have_two_entries_on_the_day_between(self, sheet):
        two_nights(sheet)
        assert record() == [
            (11, 3, 120, "2200-0000", 0, False),
            (11, 4, 360, "0000-0600", 0, True),
            (11, 4, 120, "2200-0000", 0, False),
            (11, 5, 360, "0000-0600", 0, True),
        ]

    def test_a_break_is_taken_from_the_longer_part_of_equal_ones_from_the_first(self, sheet):
        cases = {
            (time(22), time(6), 45): [(120, 0), (315, 45)],
            (time(18), time(2), 45): [(315, 45), (120, 0)],
            (time(20), time(4), 30): [(210, 30), (240, 0)],
            (time(23, 59), time(0, 1), 0): [(1, 0), (1, 0)],
            (time(23), time(1), 59): [(1, 59), (60, 0)],
            # The longer part holds it, or nothing does.
            (time(23), time(1, 30), 89): [(60, 0), (1, 89)],
        }
        found = {}
        for start, end, pause in cases:
            save(sheet, TUESDAY, TimedHours(None, start, end, pause))
            found[start, end, pause] = [(minutes, taken) for _, _, minutes, _, taken, _ in record()]
        assert found == cases
        assert "tient tout un côté de minuit" in faults(
            sheet, TUESDAY, TimedHours(None, time(23), time(1), 60)
        )

    def test_minutes_are_those_that_pass_when_the_clocks_change(self, placed):
        found = {}
        for day in (date(2026, 3, 28), date(2026, 10, 24)):
            month = world.NOVEMBER.shift(day.month - 11)
            save(world.timesheet(placed, month=month, status="draft"), day)
            found[day.month] = [minutes for _, _, minutes, *_ in record(day__month=day.month)]
        assert found == {3: [120, 300], 10: [120, 420]}

    def test_midnight_itself_is_no_next_day(self, sheet):
        save(sheet, LAST, TimedHours(None, time(22), time(0)))
        assert record() == [(11, 30, 120, "2200-0000", 0, False)]
        assert not Timesheet.objects.filter(month=DECEMBER).exists()


class TestOneLine:
    """What is written on the evening's day changes both entries, in one transaction."""

    CHANGES = {
        "shorter": (TimedHours(None, time(22), time(5)), [(120, "2200-0000"), (300, "0000-0500")]),
        "earlier": (TimedHours(None, time(21), time(6)), [(180, "2100-0000"), (360, "0000-0600")]),
        "to midnight": (TimedHours(None, time(21), time(0)), [(180, "2100-0000")]),
        "by day": (TimedHours(None, time(9), time(12)), [(180, "0900-1200")]),
        "minutes": (420, [(420, "")]),
        "as many minutes": (480, [(120, "2200-0000"), (360, "0000-0600")]),
        "nothing": (None, []),
    }

    def test_each_change_of_it_changes_both(self, sheet):
        found = {}
        for name, (value, _) in self.CHANGES.items():
            for day in (TUESDAY, LAST):
                with transaction.atomic():
                    save(sheet, day)
                    save(sheet, day, value)
                    connection.check_constraints()
                    found[name, day] = [(minutes, times) for _, _, minutes, times, *_ in record()]
                    transaction.set_rollback(True)
        assert found == {
            (name, day): left for name, (_, left) in self.CHANGES.items() for day in (TUESDAY, LAST)
        }

    def test_the_day_between_two_nights_changes_only_its_own(self, sheet):
        two_nights(sheet)
        save(sheet, WEDNESDAY, TimedHours(None, time(23), time(4)))
        assert [(day, minutes) for _, day, minutes, *_ in record()] == [(3, 120), (4, 360), (4, 60), (5, 240)]
        save(sheet, WEDNESDAY, None)
        assert [(day, minutes) for _, day, minutes, *_ in record()] == [(3, 120), (4, 360)]

    def test_what_does_not_change_writes_nothing_and_opens_nothing(self, sheet):
        save(sheet, LAST)
        world.advance(Timesheet.objects.get(month=DECEMBER, assignment=sheet.assignment), "submitted")
        assert save(sheet, LAST) == 0
        assert save(sheet, LAST, TimedHours(None, time(21), time(6))) == 1
        assert [(minutes, times) for _, _, minutes, times, *_ in record()] == [
            (180, "2100-0000"),
            (360, "0000-0600"),
        ]

    def test_a_break_known_by_the_clock_stays_on_its_side(self, sheet):
        save(sheet, TUESDAY, TimedHours(420, time(22), time(6), 60, late_break=0))
        assert [minutes for _, _, minutes, *_ in record()] == [60, 360]
        save(sheet, TUESDAY, TimedHours(None, time(22), time(6), 60))
        assert [minutes for _, _, minutes, *_ in record()] == [60, 360]

    def test_who_changed_the_day_meanwhile_is_seen_by_the_whole_line(self, sheet):
        save(sheet, LAST)
        seen = {(sheet.pk, LAST): {WORKED: 120}}
        days = {sheet: {LAST: {WORKED: 420}}}
        by = sheet.employee.user
        with pytest.raises(recording.ChangedMeanwhile):
            recording.save_all(days, by=by, at=world.NOW, seen=seen)
        recording.save_all(days, by=by, at=world.NOW, seen={(sheet.pk, LAST): {WORKED: 480}})
        assert record() == [(11, 30, 420, "", 0, False)]

    def test_what_another_wrote_is_kept_on_both_days(self, sheet):
        save(sheet, LAST)
        solene = world.coordinator()
        assert "Dites pourquoi" in faults(sheet, LAST, TimedHours(None, time(22), time(5)), by=solene)
        save(sheet, LAST, TimedHours(None, time(21), time(5)), by=solene, reason="Badge")
        kept = ChangedHours.objects.order_by("day").values_list(
            "step__subject__month", "day", "before_minutes", "after_minutes", "goes_on_from_day_before"
        )
        assert list(kept) == [
            (world.NOVEMBER, LAST, 120, 180, False),
            (DECEMBER, FIRST, 360, 300, True),
        ]
        save(sheet, TUESDAY)
        save(sheet, WEDNESDAY, by=solene)
        save(sheet, WEDNESDAY, None, by=solene, reason="Badge")


class TestTheOtherDay:
    """Where it is not open the whole is refused, with what to do; nothing is saved."""

    def refused(self, sheet, day, value=NIGHT, **facts):
        return faults(sheet, day, value, **facts)

    def test_handed_in_approved_or_closed(self, sheet, placed):
        found = {}
        for status in ("submitted", "confirmed", "approved"):
            with transaction.atomic():
                world.timesheet(placed, month=DECEMBER, status=status)
                found[status] = self.refused(sheet, LAST)
                transaction.set_rollback(True)
        head = (
            "Lundi 30 novembre : de 22 h à 6 h, ces heures passent minuit, et le mardi 1er décembre n’est pas ouvert : "
            "le relevé « Aloen » de décembre 2026 n’est plus modifiable. "
        )
        assert found == {
            "submitted": f"{head}Soumis : rappelez-le pour le corriger. Sinon, saisissez de 22 h à 0 h.",
            "confirmed": f"{head}Visé : la coordination peut le renvoyer. Sinon, saisissez de 22 h à 0 h.",
            "approved": f"{head}Approuvé : la coordination peut le rouvrir. Sinon, saisissez de 22 h à 0 h.",
        }
        assert record() == []

    def test_a_night_that_ends_on_a_locked_day_is_not_taken_away_either(self, sheet):
        save(sheet, LAST)
        world.advance(Timesheet.objects.get(month=DECEMBER, assignment=sheet.assignment), "submitted")
        assert "la suite de ces heures est du lendemain" in self.refused(sheet, LAST, None)
        assert len(record()) == 2

    def test_what_goes_on_from_an_evening_handed_in_is_corrected_on_its_own_day(self, sheet):
        """A member contests the six hours of December once November is approved."""
        save(sheet, LAST)
        world.advance(sheet, "approved")
        december = Timesheet.objects.get(month=DECEMBER, assignment=sheet.assignment)
        found = {}
        for name, value in {
            "as it is": TimedHours(None, time(0), time(6)),
            "shorter": TimedHours(None, time(0), time(5)),
            "elsewhen": TimedHours(None, time(8), time(12)),
            "nothing": None,
        }.items():
            with transaction.atomic():
                save(december, FIRST, value)
                connection.check_constraints()
                found[name] = [entry[2:] for entry in record()]
                transaction.set_rollback(True)
        evening = (120, "2200-0000", 0, False)
        assert found == {
            "as it is": [evening, (360, "0000-0600", 0, True)],
            "shorter": [evening, (300, "0000-0500", 0, False)],
            "elsewhen": [evening, (240, "0800-1200", 0, False)],
            "nothing": [evening],
        }
        # Another night that evening stands beside it.
        Timesheet.objects.filter(pk=sheet.pk).update(
            status="draft", submitted_at=None, confirmed_at=None, approved_at=None
        )
        save(december, FIRST)
        assert [entry[2] for entry in record()] == [120, 360, 120, 360]

    def test_no_assignment_contract_or_membership(self, placed):
        found = {}
        for end in (WEDNESDAY, FIRST):
            aloen = world.member(f"Fin{end.day}")
            ending = world.assignment(
                world.employee(f"Fin{end.day}", members=[aloen]), aloen, ends_before=end
            )
            last = {WEDNESDAY: TUESDAY, FIRST: LAST}[end]
            found[end] = self.refused(world.timesheet(ending, status="draft"), last).split(" : ", 2)[2]
        assert found == {
            WEDNESDAY: "la mise à disposition chez Fin4 s’arrête le 03/11/2026. S’il a bien été travaillé, demandez à "
            "la coordination : elle fait prolonger, ou note ces heures. Sinon, saisissez de 22 h à 0 h.",
            FIRST: "la mise à disposition chez Fin1 s’arrête le 30/11/2026. Faites prolonger. Sinon, saisissez de "
            "22 h à 0 h.",
        }

    def test_the_coordination_records_real_work_outside_with_a_note(self, placed):
        aloen = world.member("Fin")
        sheet = world.timesheet(
            world.assignment(world.employee("Fin", members=[aloen]), aloen, ends_before=WEDNESDAY),
            status="draft",
        )
        solene = world.coordinator()
        self.refused(sheet, TUESDAY, by=solene)
        save(sheet, TUESDAY, by=solene, notes={TUESDAY: "Relève absente"})
        assert [minutes for _, _, minutes, *_ in record()] == [120, 360]

    def test_a_month_that_nobody_opened_opens(self, sheet):
        Timesheet.objects.filter(month=DECEMBER).delete()
        save(sheet, LAST)
        assert Timesheet.objects.filter(month=DECEMBER, assignment=sheet.assignment, status="draft").exists()

    def test_a_day_of_more_than_24_hours_is_told_where_the_night_is_written(self, sheet):
        save(sheet, WEDNESDAY, 1200)
        assert faults(sheet, TUESDAY).startswith("Mercredi 4 novembre : 26 h ce jour-là")
        assert [day for _, day, *_ in record()] == [4]

    def test_absences_and_training_at_the_group_are_parted_alike(self, placed):
        group = world.timesheet(placed.employee, status="draft")
        save(group, LAST, kind=Kind.TRAINING)
        assert [(month, minutes) for month, _, minutes, *_ in record()] == [(11, 120), (12, 360)]
        assert set(Entry.objects.values_list("timesheet__assignment", flat=True)) == {None}


class TestRecord:
    def test_only_what_follows_an_evening_goes_on(self, sheet):
        save(sheet, TUESDAY)
        evening, morning = Entry.objects.order_by("day")
        acts = {
            "the evening goes": lambda: Entry.objects.filter(pk=evening.pk).delete(),
            "it ends earlier": lambda: Entry.objects.filter(pk=evening.pk).update(
                ended_at=time(23), minutes=60
            ),
            "the morning moves": lambda: Entry.objects.filter(pk=morning.pk).update(day=THURSDAY),
            "a morning alone": lambda: Entry.objects.filter(pk=evening.pk).update(day=THURSDAY),
        }
        refused = []
        for name, act in acts.items():
            try:
                with transaction.atomic():
                    act()
                    connection.check_constraints()
            except IntegrityError:
                refused.append(name)
        assert refused == list(acts)
        morning.delete()
        connection.check_constraints()

    def test_spans_of_before_stay_and_are_one_line(self, sheet):
        old = span_of_before(sheet, TUESDAY)
        (line,) = join_lines(with_place(Entry.objects.all()))
        assert (line.first, line.morning, line.minutes) == (old, None, 480)
        assert save(sheet, TUESDAY) == 0
        assert save(sheet, TUESDAY, TimedHours(None, time(22), time(5))) == 2
        assert [minutes for _, _, minutes, *_ in record()] == [120, 300]


def span_of_before(sheet, day, pause=0):
    """A night as it was kept before it was parted."""
    with unguarded():
        return Entry.objects.create(
            timesheet=sheet,
            day=day,
            kind=WORKED,
            minutes=480 - pause,
            started_at=time(22),
            ended_at=time(6),
            break_minutes=pause,
            entered_by=sheet.employee.user,
        )


def test_drafts_of_before_are_parted_where_both_days_are_open(placed):
    from importlib import import_module

    part = import_module("timesheets.migrations.0010_part_drafts_at_midnight").part
    november = world.timesheet(placed, status="draft")
    world.timesheet(placed, month=DECEMBER, status="draft")
    for day, pause in ((TUESDAY, 0), (WEDNESDAY, 45), (LAST, 0)):
        span_of_before(november, day, pause)
    shut = world.timesheet(placed, month=DECEMBER.next, status="draft")
    world.timesheet(placed, month=DECEMBER.shift(2), status="submitted")
    span_of_before(shut, date(2027, 1, 31))
    approved = world.timesheet(placed, month=world.OCTOBER, status="draft")
    span_of_before(approved, date(2026, 10, 20))
    Timesheet.objects.filter(pk=approved.pk).update(
        status="approved", submitted_at=world.NOW, confirmed_at=world.NOW, approved_at=world.NOW
    )
    part(apps, None)
    assert record() == [
        (10, 20, 480, "2200-0600", 0, False),
        (11, 3, 120, "2200-0000", 0, False),
        (11, 4, 360, "0000-0600", 0, True),
        (11, 4, 120, "2200-0000", 0, False),
        (11, 5, 315, "0000-0600", 45, True),
        (11, 30, 120, "2200-0000", 0, False),
        (12, 1, 360, "0000-0600", 0, True),
        (1, 31, 480, "2200-0600", 0, False),
    ]
