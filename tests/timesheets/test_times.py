"""Hours with start, end and break: their minutes, their faults, and what they may not run into."""

from datetime import date, time

import pytest

from groupement.kernel.periods import Month
from tests import world
from tests.world import NOW
from timesheets import recording
from timesheets.day_rules import BadDays, TimedHours
from timesheets.models import Kind

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (2, 3, 4))


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def sheet(maelle, aloen):
    return world.timesheet(world.assignment(maelle, aloen), status="draft")


@pytest.fixture
def elsewhere(maelle):
    return world.timesheet(world.assignment(maelle, world.member("Sonam")), status="draft")


def save(sheet, day, value, by=None, kind=Kind.WORKED, reason=""):
    return recording.save(sheet, {day: {kind: value}}, by=by or sheet.employee.user, at=NOW, reason=reason)


def times(sheet):
    return list(
        sheet.entries.order_by("day", "kind").values_list(
            "minutes", "started_at", "ended_at", "break_minutes"
        )
    )


def faults(sheet, day, value, by=None):
    with pytest.raises(BadDays) as refusal:
        save(sheet, day, value, by)
    return [text.replace("\u00a0", " ") for text in refusal.value.errors]


class TestMinutes:
    def test_minutes_are_counted_from_the_times_less_the_break(self, sheet):
        save(sheet, TUESDAY, TimedHours(None, time(9), time(17, 30), 60))
        assert times(sheet) == [(450, time(9), time(17, 30), 60)]

    def test_a_plain_tuple_will_do(self, sheet):
        save(sheet, TUESDAY, (450, time(9), time(17, 30), 60))
        assert times(sheet) == [(450, time(9), time(17, 30), 60)]

    def test_same_minutes_leave_the_times_and_other_minutes_take_them_away(self, sheet):
        save(sheet, TUESDAY, TimedHours(None, time(9), time(17), 60))
        assert save(sheet, TUESDAY, 420) == 0
        assert times(sheet) == [(420, time(9), time(17), 60)]
        assert save(sheet, TUESDAY, 400) == 1
        assert times(sheet) == [(400, None, None, 0)]

    def test_no_times_can_be_asked_for(self, sheet):
        save(sheet, TUESDAY, TimedHours(None, time(9), time(16)))
        assert save(sheet, TUESDAY, TimedHours(420)) == 1
        assert times(sheet) == [(420, None, None, 0)]

    def test_shifted_times_are_a_change_though_the_minutes_are_not(self, sheet):
        save(sheet, TUESDAY, TimedHours(None, time(9), time(16)))
        boss = world.coordinator()
        assert save(sheet, TUESDAY, TimedHours(420, time(10), time(17)), boss, reason="Badge.") == 1
        assert (times(sheet), sheet.entries.get().entered_by) == ([(420, time(10), time(17), 0)], boss)


class TestFaults:
    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            (TimedHours(420, time(9), None), "indiquez le début et la fin, ou aucun des deux."),
            (TimedHours(420, None, None, 30), "une pause va avec un début et une fin."),
            (TimedHours(None, time(9), time(9)), "la fin est à la même heure que le début."),
            (
                TimedHours(None, time(9), time(10), 60),
                "la pause dure aussi longtemps que la présence, ou plus.",
            ),
            (
                TimedHours(None, time(9), time(10), -5),
                "la pause dure aussi longtemps que la présence, ou plus.",
            ),
            (
                TimedHours(450, time(9), time(17), 60),
                "de 9 h à 17 h avec 1 h de pause, cela fait 7 h et non 7 h 30. Videz la durée, ou corrigez les heures.",
            ),
        ],
    )
    def test_times_that_cannot_be_are_named(self, value, sentence, sheet):
        assert faults(sheet, TUESDAY, value) == [f"Mardi 3 novembre : {sentence}"]
        assert times(sheet) == []


SPRING = Month(2026, 3)
SATURDAY, SUNDAY = date(2026, 3, 28), date(2026, 3, 29)


class TestSummerTime:
    """On 29 March 2026 no clock in Paris shows half past two."""

    NONE = (
        "n’existe pas dans la nuit du passage à l’heure d’été : de 2 h, l’horloge passe à 3 h. "
        "Écrivez l’heure qu’elle montrait, par exemple 3 h"
    )

    @pytest.fixture
    def sheet(self, maelle, aloen):
        return world.timesheet(world.assignment(maelle, aloen), month=SPRING, status="draft")

    @pytest.mark.parametrize(
        ("day", "start", "end", "sentence"),
        [
            (SUNDAY, time(2, 30), time(3, 15), f"Dimanche 29 mars : 2 h 30 {NONE} 30."),
            (SUNDAY, time(1), time(2, 30), f"Dimanche 29 mars : 2 h 30 {NONE} 30."),
            (SUNDAY, time(2), time(9), f"Dimanche 29 mars : 2 h {NONE}."),
            (SATURDAY, time(22), time(2, 59), f"Samedi 28 mars : 2 h 59 {NONE} 59."),
        ],
    )
    def test_an_hour_that_the_clock_skips_is_answered_as_such(self, sheet, day, start, end, sentence):
        assert faults(sheet, day, TimedHours(None, start, end)) == [sentence]
        assert times(sheet) == []

    def test_the_hours_around_it_and_that_of_other_nights_are_taken(self, sheet):
        save(sheet, SUNDAY, TimedHours(None, time(1, 59), time(3)))
        save(sheet, date(2026, 3, 22), TimedHours(None, time(2, 30), time(3, 15)))
        assert [minutes for minutes, *_ in times(sheet)] == [45, 1]


class TestOverlaps:
    def test_times_that_run_into_others_are_refused_with_where_and_when(self, sheet, elsewhere):
        save(elsewhere, TUESDAY, TimedHours(None, time(11), time(18)))
        assert faults(sheet, TUESDAY, TimedHours(None, time(9), time(12))) == [
            "Mardi 3 novembre : de 9 h à 12 h, ces heures en chevauchent d’autres : Sonam de 11 h à 18 h."
        ]
        assert times(sheet) == []

    def test_times_that_touch_do_not_overlap(self, sheet, elsewhere):
        save(elsewhere, TUESDAY, TimedHours(None, time(12), time(18)))
        save(sheet, TUESDAY, TimedHours(None, time(9), time(12)))
        assert times(sheet) == [(180, time(9), time(12), 0)]

    def test_a_night_runs_into_the_next_day(self, sheet, elsewhere):
        save(elsewhere, MONDAY, TimedHours(None, time(22), time(6)))
        (fault,) = faults(sheet, TUESDAY, TimedHours(None, time(5), time(9)))
        assert fault.endswith("en chevauchent d’autres : Sonam lundi 2 novembre de 22 h à 6 h.")
        save(sheet, TUESDAY, TimedHours(None, time(6), time(9)))

    def test_the_morning_after_stands_in_the_way_of_a_night(self, sheet, elsewhere):
        save(elsewhere, TUESDAY, TimedHours(None, time(5), time(9)))
        (fault,) = faults(sheet, MONDAY, TimedHours(None, time(22), time(6)))
        assert fault.endswith("en chevauchent d’autres : Sonam mardi 3 novembre de 5 h à 9 h.")
        save(sheet, MONDAY, TimedHours(None, time(22), time(5)))
        assert times(sheet) == [(120, time(22), time(0), 0), (300, time(0), time(5), 0)]

    def test_two_nights_in_a_row_do_not_meet(self, sheet, elsewhere):
        save(elsewhere, MONDAY, TimedHours(None, time(22), time(6)))
        save(sheet, TUESDAY, TimedHours(None, time(22), time(6)))
        save(sheet, WEDNESDAY, TimedHours(None, time(6), time(9)))
        assert sorted(minutes for minutes, *_ in times(sheet)) == [120, 180, 360]

    def test_a_night_from_last_month_counts(self, maelle, aloen):
        """At other members nothing may run into either of its parts."""
        placed = world.assignment(maelle, aloen)
        before = world.timesheet(placed, month=world.OCTOBER, status="draft")
        elsewhere = world.timesheet(world.assignment(maelle, world.member("Sonam")), status="draft")
        last, first = date(2026, 10, 31), date(2026, 11, 1)
        save(elsewhere, first, TimedHours(None, time(5), time(9)))
        (fault,) = faults(before, last, TimedHours(None, time(22), time(6)))
        assert fault.endswith("en chevauchent d’autres : Sonam dimanche 1er novembre de 5 h à 9 h.")
        save(before, last, TimedHours(None, time(22), time(5)))
        (fault,) = faults(elsewhere, first, TimedHours(None, time(3), time(9)))
        assert fault.endswith("en chevauchent d’autres : un autre relevé samedi 31 octobre de 22 h à 5 h.")

    def test_a_night_goes_no_further_than_the_assignment(self, maelle, aloen):
        placed = world.assignment(maelle, aloen, ends_before=WEDNESDAY)
        sheet = world.timesheet(placed, status="draft")
        (fault,) = faults(sheet, TUESDAY, TimedHours(None, time(22), time(6)))
        assert "le mercredi 4 novembre n’est pas ouvert" in fault
        save(sheet, TUESDAY, TimedHours(None, time(22), time(0)))
        save(sheet, MONDAY, TimedHours(None, time(22), time(6)))
        assert sorted(minutes for minutes, *_ in times(sheet)) == [120, 120, 360]

    def test_work_and_travel_of_one_timesheet_may_not_overlap_either(self, sheet):
        value = {
            Kind.WORKED: TimedHours(None, time(9), time(12)),
            Kind.TRAVEL: TimedHours(None, time(11), time(13)),
        }
        with pytest.raises(BadDays):
            recording.save(sheet, {TUESDAY: value}, by=sheet.employee.user, at=NOW)

    def test_both_days_of_one_save_are_checked_together(self, sheet, elsewhere):
        changes = {
            sheet: {TUESDAY: {Kind.WORKED: TimedHours(None, time(9), time(12))}},
            elsewhere: {TUESDAY: {Kind.WORKED: TimedHours(None, time(11), time(14))}},
        }
        with pytest.raises(BadDays) as refusal:
            recording.save_all(changes, by=sheet.employee.user, at=NOW)
        assert {fault.timesheet_id for fault in refusal.value.faults} == {sheet.pk, elsewhere.pk}

    def test_what_is_moved_away_in_the_same_save_is_no_obstacle(self, sheet, elsewhere):
        save(elsewhere, TUESDAY, TimedHours(None, time(9), time(12)))
        changes = {
            sheet: {TUESDAY: {Kind.WORKED: TimedHours(None, time(9), time(12))}},
            elsewhere: {TUESDAY: {}},
        }
        assert recording.save_all(changes, by=sheet.employee.user, at=NOW) == 2

    def test_member_learns_neither_where_nor_when(self, sheet, elsewhere, aloen):
        save(elsewhere, TUESDAY, TimedHours(None, time(11), time(18)))
        value = TimedHours(None, time(9), time(12))
        assert "Sonam" in faults(sheet, TUESDAY, value, world.coordinator())[0]
        assert faults(sheet, TUESDAY, value, world.staff(aloen)) == [
            "Mardi 3 novembre : ces heures en chevauchent d’autres ce jour-là."
        ]


def test_save_is_refused_when_somebody_wrote_there_since(sheet):
    save(sheet, TUESDAY, 300, world.coordinator())
    days = {sheet: {TUESDAY: {Kind.WORKED: 420}}}
    with pytest.raises(recording.ChangedMeanwhile, match="Une autre personne vient de changer ces jours"):
        recording.save_all(days, by=sheet.employee.user, at=NOW, seen={(sheet.pk, TUESDAY): {}})
    # The same values as are stored: a button pressed twice, and nothing to tell.
    same = {sheet: {TUESDAY: {Kind.WORKED: 300}}}
    assert recording.save_all(same, by=sheet.employee.user, at=NOW, seen={(sheet.pk, TUESDAY): {}}) == 0
    with pytest.raises(recording.ChangedMeanwhile, match="Vous venez de changer ces jours dans un autre"):
        recording.save_all(days, by=sheet.entries.get().entered_by, at=NOW, seen={(sheet.pk, TUESDAY): {}})
    seen = {(sheet.pk, TUESDAY): {Kind.WORKED: 300}}
    assert recording.save_all(days, by=sheet.employee.user, at=NOW, seen=seen) == 1


def test_a_note_stays_with_the_first_kind_of_its_day(sheet):
    kinds = {WEDNESDAY: {Kind.WORKED: 60, Kind.TRAVEL: 30}}
    recording.save(sheet, kinds, by=sheet.employee.user, at=NOW, notes={WEDNESDAY: "à Auray"})
    assert dict(sheet.entries.values_list("kind", "note")) == {"worked": "à Auray", "travel": ""}
