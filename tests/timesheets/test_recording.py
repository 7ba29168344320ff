"""Hours are written by who may, on days that exist, all or nothing; months open once."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from groupement.kernel.lifecycle import StaleRow
from tests import world
from tests.world import NOVEMBER, NOW
from timesheets import recording
from timesheets.day_rules import BadDays
from timesheets.locking import Locked, NotWritable
from timesheets.models import Entry, Kind, Timesheet, TimesheetStatus

pytestmark = pytest.mark.django_db

TUESDAY = date(2026, 11, 3)
WEDNESDAY = date(2026, 11, 4)


def written(sheet):
    """What a timesheet holds: (day, kind, minutes), in order."""
    return list(sheet.entries.order_by("day", "kind").values_list("day", "kind", "minutes"))


@pytest.fixture
def aloen():
    return world.member("Aloen")


@pytest.fixture
def maelle(aloen):
    return world.employee(members=[aloen])


@pytest.fixture
def placed(maelle, aloen):
    return world.assignment(maelle, aloen)


@pytest.fixture
def sheet(placed):
    return world.timesheet(placed, status=TimesheetStatus.DRAFT)


@pytest.fixture
def leave(maelle):
    """Her timesheet at the group."""
    return world.timesheet(maelle, status=TimesheetStatus.DRAFT)


class TestOpenMonth:
    def test_month_opens_for_every_assignment_and_once_at_the_group(self, maelle, placed):
        sonam = world.assignment(maelle, world.member("Sonam"))
        world.assignment(maelle, world.member("OnCIMé"), ends_before=date(2026, 11, 1))
        assert recording.open_month(NOVEMBER, at=NOW) == 3
        opened = Timesheet.objects.order_by("assignment").values_list("employee", "assignment", "status")
        assert list(opened) == [
            (maelle.pk, placed.pk, "draft"),
            (maelle.pk, sonam.pk, "draft"),
            (maelle.pk, None, "draft"),
        ]

    @pytest.mark.usefixtures("placed")
    def test_second_opening_makes_none(self):
        assert recording.open_month(NOVEMBER, at=NOW) == 2
        assert recording.open_month(NOVEMBER, at=NOW) == 0

    @pytest.mark.usefixtures("maelle")
    def test_somebody_under_contract_without_assignment_has_hours_at_the_group(self):
        assert recording.open_month(NOVEMBER, at=NOW) == 1
        assert Timesheet.objects.get().assignment is None

    @pytest.mark.usefixtures("placed")
    def test_month_opens_for_one_person_only(self):
        other = world.employee("Youenn", "Talec")
        assert recording.open_month(NOVEMBER, at=NOW, employee=other) == 1
        assert Timesheet.objects.get().employee == other

    def test_month_too_far_ahead_is_refused(self):
        with pytest.raises(recording.TooFarAhead):
            recording.open_month(world.DECEMBER.shift(13), at=NOW)

    @pytest.mark.parametrize("people", [1, 3])
    def test_opening_takes_the_same_queries_for_one_person_and_for_many(self, people, aloen):
        for number in range(people):
            world.assignment(world.employee("Maëlle", f"K{number}", members=[aloen]), aloen)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            recording.open_month(NOVEMBER, at=NOW)
        assert len(queries) == 6  # savepoint, assignments, contracts, present sheets, insert, release


class TestSave:
    def test_days_are_replaced_and_others_stay(self, sheet, maelle):
        by = maelle.user
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 420}, WEDNESDAY: {Kind.WORKED: 60}}, by=by, at=NOW)
        changed = recording.save(sheet, {TUESDAY: {Kind.WORKED: 390, Kind.TRAVEL: 30}}, by=by, at=NOW)
        assert changed == 2
        assert written(sheet) == [
            (TUESDAY, "travel", 30),
            (TUESDAY, "worked", 390),
            (WEDNESDAY, "worked", 60),
        ]

    @pytest.mark.parametrize("nothing", [{}, {Kind.WORKED: 0}])
    def test_no_minutes_empty_the_day(self, nothing, sheet, maelle):
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 420}}, by=maelle.user, at=NOW)
        assert recording.save(sheet, {TUESDAY: nothing}, by=maelle.user, at=NOW) == 1
        assert written(sheet) == []

    def test_what_does_not_change_keeps_who_entered_it(self, sheet, maelle):
        boss = world.coordinator()
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 420}}, by=maelle.user, at=NOW)
        days = {TUESDAY: {Kind.WORKED: 420}, WEDNESDAY: {Kind.WORKED: 60}}
        assert recording.save(sheet, days, by=boss, at=NOW) == 1
        assert list(sheet.entries.order_by("day").values_list("entered_by", flat=True)) == [
            maelle.user.pk,
            boss.pk,
        ]

    def test_note_is_kept_until_another_is_given(self, sheet, maelle):
        by = maelle.user
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 420}}, by=by, at=NOW, notes={TUESDAY: "à Auray"})
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 400}}, by=by, at=NOW)
        assert sheet.entries.get().note == "à Auray"
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 400}}, by=by, at=NOW, notes={TUESDAY: ""})
        assert sheet.entries.get().note == ""

    def test_future_day_may_be_planned(self, placed, maelle):
        ahead = world.timesheet(placed, month=world.DECEMBER, status=TimesheetStatus.DRAFT)
        recording.save(ahead, {date(2026, 12, 21): {Kind.WORKED: 420}}, by=maelle.user, at=NOW)
        assert written(ahead) == [(date(2026, 12, 21), "worked", 420)]

    @pytest.mark.parametrize("status", ["submitted", "confirmed", "approved"])
    def test_timesheet_that_is_no_draft_is_refused(self, status, sheet, maelle):
        world.advance(sheet, status)
        with pytest.raises(Locked, match="n’est plus modifiable"):
            recording.save(sheet, {TUESDAY: {Kind.WORKED: 420}}, by=maelle.user, at=NOW)
        assert written(sheet) == []

    def test_stale_draft_in_hand_does_not_pass_the_lock(self, sheet, maelle):
        world.advance(Timesheet.objects.get(pk=sheet.pk), "submitted")
        assert sheet.status == "draft"
        with pytest.raises(Locked):
            recording.save(sheet, {TUESDAY: {Kind.WORKED: 420}}, by=maelle.user, at=NOW)

    @pytest.mark.parametrize(
        ("day", "kinds", "sentence"),
        [
            (date(2026, 12, 1), {"worked": 60}, "Mardi 1er décembre : ce jour n’est pas de novembre 2026."),
            (TUESDAY, {"leave": 60}, "Mardi 3 novembre : « Congé » ne se saisit pas dans ce relevé."),
            (TUESDAY, {"worked": -1}, "Mardi 3 novembre : une durée va de 0 à 24 h."),
            (TUESDAY, {"worked": 1500}, "Mardi 3 novembre : une durée va de 0 à 24 h."),
        ],
    )
    def test_day_that_cannot_be_is_refused(self, day, kinds, sentence, sheet, maelle):
        with pytest.raises(BadDays) as refusal:
            recording.save(sheet, {WEDNESDAY: {"worked": 60}, day: kinds}, by=maelle.user, at=NOW)
        assert [text.replace("\u00a0", " ") for text in refusal.value.errors] == [sentence]
        assert written(sheet) == []

    @pytest.mark.parametrize(
        ("day", "sentence"),
        [
            (date(2026, 11, 9), "la mise à disposition chez Sonam commence le 10/11/2026"),
            (date(2026, 11, 20), "la mise à disposition chez Sonam s’arrête le 19/11/2026"),
        ],
    )
    def test_day_outside_the_assignment_is_refused(self, day, sentence, maelle):
        short = world.assignment(
            maelle, world.member("Sonam"), starts_on=date(2026, 11, 10), ends_before=date(2026, 11, 20)
        )
        sheet = world.timesheet(short, status=TimesheetStatus.DRAFT)
        with pytest.raises(BadDays) as refusal:
            recording.save(sheet, {day: {Kind.WORKED: 60}}, by=maelle.user, at=NOW)
        assert sentence in refusal.value.errors[0]

    def test_absence_is_written_at_the_group_only(self, leave, maelle):
        recording.save(leave, {TUESDAY: {Kind.SICKNESS: 420}}, by=maelle.user, at=NOW)
        assert written(leave) == [(TUESDAY, "sickness", 420)]
        with pytest.raises(BadDays):
            recording.save(leave, {TUESDAY: {Kind.WORKED: 420}}, by=maelle.user, at=NOW)

    def test_day_is_checked_over_all_timesheets(self, sheet, leave, maelle):
        recording.save(leave, {TUESDAY: {Kind.LEAVE: 600}}, by=maelle.user, at=NOW)
        with pytest.raises(BadDays, match="Rien n’est enregistré") as refusal:
            recording.save(sheet, {TUESDAY: {Kind.WORKED: 841}}, by=maelle.user, at=NOW)
        assert "24\u00a0h\u00a001 ce jour-là, tous relevés confondus" in refusal.value.errors[0]
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 840}}, by=maelle.user, at=NOW)
        assert written(sheet) == [(TUESDAY, "worked", 840)]

    def test_member_does_not_learn_the_hours_elsewhere_from_a_refusal(self, sheet, leave, maelle, aloen):
        recording.save(leave, {TUESDAY: {Kind.SICKNESS: 600}}, by=maelle.user, at=NOW)
        with pytest.raises(BadDays) as refusal:
            recording.save(sheet, {TUESDAY: {Kind.WORKED: 900}}, by=world.staff(aloen), at=NOW)
        assert refusal.value.errors == [
            "Mardi 3 novembre\u00a0: le total de la personne dépasserait 24\u00a0h ce jour-là. Vérifiez avec elle."
        ]

    def test_hours_move_between_timesheets_in_one_save(self, sheet, leave, maelle):
        recording.save(sheet, {TUESDAY: {Kind.WORKED: 1200}}, by=maelle.user, at=NOW)
        moved = {leave: {TUESDAY: {Kind.TRAINING: 1200}}, sheet: {TUESDAY: {}}}
        assert recording.save_all(moved, by=maelle.user, at=NOW) == 2
        assert (written(sheet), written(leave)) == ([], [(TUESDAY, "training", 1200)])

    def test_one_bad_timesheet_holds_back_all(self, sheet, leave, maelle):
        with pytest.raises(BadDays):
            recording.save_all(
                {sheet: {TUESDAY: {Kind.WORKED: 60}}, leave: {TUESDAY: {Kind.WORKED: 60}}},
                by=maelle.user,
                at=NOW,
            )
        assert Entry.objects.count() == 0

    @pytest.mark.parametrize("many", [1, 3])
    def test_save_takes_the_same_queries_for_one_timesheet_and_for_many(self, many, maelle):
        sheets = [
            world.timesheet(
                world.assignment(maelle, world.member(f"Structure {n}")), {TUESDAY: 30}, status="draft"
            )
            for n in range(many)
        ]
        days = {TUESDAY: {Kind.WORKED: 60}, WEDNESDAY: {Kind.WORKED: 60}}
        with CaptureQueriesContext(connection) as queries:
            recording.save_all(dict.fromkeys(sheets, days), by=maelle.user, at=NOW)
        assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 4


WHO_MAY = [
    # hours entered by, the person, manager, reader, stranger, coordinator
    ("employee", [True, False, False, False, True]),
    ("member", [False, True, False, False, True]),
    ("both", [True, True, False, False, True]),
]


@pytest.mark.parametrize(("hours_entry", "expected"), WHO_MAY)
def test_hours_are_entered_by_who_the_assignment_says(hours_entry, expected, maelle, aloen):
    sheet = world.timesheet(world.assignment(maelle, aloen, hours_entry=hours_entry), status="draft")
    people = [
        maelle.user,
        world.staff(aloen, "Manon Manager", function="manager"),
        world.staff(aloen, "Léa Lectrice", function="reader"),
        world.staff(world.member("Sonam"), "Erwan Ailleurs"),
        world.coordinator(),
    ]
    assert [may_save(sheet, person) for person in people] == expected


def test_hours_at_the_group_are_no_member_s_business(leave, placed, maelle, aloen):
    people = [maelle.user, world.staff(aloen), world.coordinator()]
    assert [may_save(leave, person, Kind.LEAVE) for person in people] == [True, False, True]


def test_seat_at_the_member_does_not_open_one_s_own_hours(maelle, aloen):
    sheet = world.timesheet(world.assignment(maelle, aloen, hours_entry="member"), status="draft")
    world.seat(maelle.user, aloen)
    assert may_save(sheet, maelle.user) is False


def may_save(sheet, person, kind=Kind.WORKED):
    try:
        recording.save(sheet, {TUESDAY: {kind: 60}}, by=person, at=NOW)
    except NotWritable:
        return False
    return True


class TestSubmit:
    def test_submitting_stamps_and_leaves_a_step(self, sheet, maelle):
        recording.submit(sheet, by=maelle.user, at=NOW, note=" Oui, 7 h. ")
        sheet.refresh_from_db()
        assert (sheet.status, sheet.submitted_at) == ("submitted", NOW)
        step = sheet.steps.get()
        assert (step.source, step.target, step.by, step.at, step.note) == (
            "draft",
            "submitted",
            maelle.user,
            NOW,
            "Oui, 7 h.",
        )

    @pytest.mark.parametrize("stamp", ["contested_at", "returned_at"])
    def test_submitting_again_clears_contest_and_return(self, stamp, sheet, maelle):
        Timesheet.objects.filter(pk=sheet.pk).update(**{stamp: NOW})
        recording.submit(sheet, by=maelle.user, at=NOW)
        sheet.refresh_from_db()
        assert (sheet.status, sheet.contested_at, sheet.returned_at) == ("submitted", None, None)

    def test_submitted_twice_is_refused(self, sheet, maelle):
        recording.submit(sheet, by=maelle.user, at=NOW)
        with pytest.raises(Locked):
            recording.submit(sheet, by=maelle.user, at=NOW)

    def test_somebody_faster_wins(self, sheet, maelle):
        recording.submit(Timesheet.objects.get(pk=sheet.pk), by=maelle.user, at=NOW)
        with pytest.raises(StaleRow):
            recording.submit(sheet, by=maelle.user, at=NOW)

    def test_stranger_does_not_submit(self, sheet):
        with pytest.raises(NotWritable):
            recording.submit(sheet, by=world.staff(world.member("Sonam")), at=NOW)


class TestRecall:
    def test_submitted_hours_come_back(self, sheet, maelle):
        recording.submit(sheet, by=maelle.user, at=NOW)
        recording.recall(sheet, by=maelle.user, at=NOW)
        sheet.refresh_from_db()
        assert (sheet.status, sheet.submitted_at) == ("draft", None)
        assert [step.target for step in sheet.steps.order_by("pk")] == ["submitted", "draft"]

    @pytest.mark.parametrize(
        ("status", "sentence"),
        [
            ("draft", "vous pouvez le modifier"),
            ("confirmed", "la coordination peut le renvoyer"),
            ("approved", "la coordination peut le rouvrir"),
        ],
    )
    def test_only_submitted_hours_are_recalled(self, status, sentence, sheet, maelle):
        world.advance(sheet, status)
        with pytest.raises(Locked, match=sentence):
            recording.recall(sheet, by=maelle.user, at=NOW)

    def test_stranger_does_not_recall(self, sheet, maelle):
        recording.submit(sheet, by=maelle.user, at=NOW)
        with pytest.raises(NotWritable):
            recording.recall(sheet, by=world.staff(world.member("Sonam")), at=NOW)
