"""Hours that a person wrote or handed in: nobody else takes them back, a change needs a reason and leaves a trace."""

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction

from members import notifying
from members.models import Mail, MailKind, Notice
from tests import world
from tests.world import NOVEMBER, NOW
from timesheets import approval, changing, confirming, recording
from timesheets.changing import ReasonNeeded, read_changes
from timesheets.day_rules import TimedHours
from timesheets.grid.entering import UndoRecord, apply_changes, undo_changes
from timesheets.models import ChangedHours, Entry, StepKind, Timesheet

pytestmark = pytest.mark.django_db

TUESDAY, WEDNESDAY = date(2026, 11, 3), date(2026, 11, 4)
REASON = "Partie à 14 h, selon le badge."


class Cast:
    """Maëlle at Aloen, where she and the member's staff enter hours; two of the staff, two coordinators."""

    def __init__(self):
        world.group()
        self.aloen = world.member("Aloen")
        self.employee = world.employee(members=[self.aloen])
        self.maelle = self.employee.user
        self.placed = world.assignment(self.employee, self.aloen)
        self.nolwenn, self.claire = (
            world.staff(self.aloen, name) for name in ("Nolwenn Jégo", "Claire Danno")
        )
        self.solene, self.anna = world.coordinator(), world.coordinator("Anna Riou")
        self.sheet = world.timesheet(self.placed, status="draft")

    def writes(self, who, minutes=420, day=TUESDAY, reason=""):
        recording.save(
            self.fresh(), {day: {"worked": minutes} if minutes else {}}, by=who, at=NOW, reason=reason
        )

    def submits(self, who):
        recording.submit(self.fresh(), by=who, at=NOW)

    def fresh(self):
        return Timesheet.objects.select_related("employee", "assignment__member").get(pk=self.sheet.pk)

    def stored(self):
        return dict(Entry.objects.filter(timesheet=self.sheet).values_list("day", "minutes"))


@pytest.fixture
def cast():
    return Cast()


def test_who_did_not_hand_the_hours_in_does_not_recall_them(cast):
    """By who handed them in: who recalls them, of everybody who may enter hours there."""
    people = {
        "person": cast.maelle,
        "staff": cast.nolwenn,
        "colleague": cast.claire,
        "coordinator": cast.solene,
        "other coordinator": cast.anna,
    }
    recalls = {}
    for author in ("person", "staff", "coordinator"):
        for name, who in people.items():
            point = transaction.savepoint()
            cast.submits(people[author])
            offered = changing.may_recall(who, cast.fresh())
            if offered:
                recording.recall(cast.fresh(), by=who, at=NOW)
                recalls.setdefault(author, []).append(name)
            else:
                with pytest.raises(recording.NotSubmitter) as refused:
                    recording.recall(cast.fresh(), by=who, at=NOW)
                assert f"a été soumis par {people[author].name}" in refused.value.message
            transaction.savepoint_rollback(point)
    assert recalls == {
        "person": ["person"],
        "staff": ["staff", "colleague"],
        "coordinator": ["coordinator", "other coordinator"],
    }


def test_postgresql_refuses_that_a_person_and_others_recall_for_each_other(cast):
    for author, other in ((cast.maelle, cast.nolwenn), (cast.nolwenn, cast.maelle), (cast.maelle, None)):
        point = transaction.savepoint()
        cast.submits(author)
        with pytest.raises(IntegrityError, match="recall only what they handed in"), transaction.atomic():
            cast.fresh().move("draft", kind="recall", by=other, at=NOW, submitted_at=None)
        transaction.savepoint_rollback(point)


def came_back(cast, how):
    """Maëlle wrote seven hours; her hours are a draft, never handed in or come back."""
    cast.writes(cast.maelle)
    if how == "typed":
        return
    cast.submits(cast.maelle)
    if how == "contested":
        confirming.contest(cast.fresh(), by=cast.claire, at=NOW, remarks=[(TUESDAY, "Partie plus tôt.", 300)])
    elif how == "recalled":
        recording.recall(cast.fresh(), by=cast.maelle, at=NOW)
    elif how == "returned":
        approval.send_back(cast.fresh(), by=cast.solene, at=NOW, note="À revoir.")
    elif how == "reopened":
        confirming.confirm(cast.fresh(), by=cast.claire, at=NOW)
        approval.approve(cast.fresh(), by=cast.solene, at=NOW)
        approval.reopen(cast.fresh(), by=cast.solene, at=NOW, note="À revoir.")


WAYS = ("typed", "contested", "recalled", "returned", "reopened")


def test_nobody_else_changes_what_a_person_wrote_without_saying_why(cast):
    """Whatever brought the hours back, whoever it is: less, more, nothing; with a reason, the old value is kept."""
    wrong = {}
    for how in WAYS:
        for who in (cast.nolwenn, cast.solene):
            for minutes in (300, 0):
                point = transaction.savepoint()
                came_back(cast, how)
                case = how, who.name, minutes
                try:
                    cast.writes(who, minutes)
                    wrong[case] = "changed without a reason"
                except ReasonNeeded as refusal:
                    if "7\u00a0h y sont saisies pour Maëlle Kerbrat" not in refusal.errors[0]:
                        wrong[case] = refusal.errors
                if cast.stored() != {TUESDAY: 420}:
                    wrong[case] = cast.stored()
                cast.writes(who, minutes, reason=f"  {REASON} ")
                kept = ChangedHours.objects.get()
                step = kept.step
                found = (kept.before_minutes, kept.after_minutes, step.by, step.note, step.kind, step.at)
                if found != (420, minutes, who, REASON, StepKind.CHANGE, NOW):
                    wrong[case] = found
                transaction.savepoint_rollback(point)
    assert wrong == {}


def test_what_was_changed_once_is_changed_with_a_reason_again(cast):
    """7 → 5 with a reason does not make the day the other's; and an emptied day is not filled silently."""
    for first in (300, 0):
        point = transaction.savepoint()
        came_back(cast, "typed")
        cast.writes(cast.nolwenn, first, reason=REASON)
        with pytest.raises(ReasonNeeded):
            cast.writes(cast.nolwenn, 240)
        cast.writes(cast.maelle, 420)  # her own hours, her own word
        assert [(each.before, each.after) for each in read_changes([cast.sheet.pk])] == [
            ("7\u00a0h", "5\u00a0h" if first else "rien")
        ]
        transaction.savepoint_rollback(point)


def test_hours_handed_in_gain_no_day_silently_and_a_draft_does(cast):
    cast.writes(cast.maelle)
    cast.writes(cast.nolwenn, 60, WEDNESDAY)  # either enters: an empty day of a draft is nobody's
    cast.submits(cast.maelle)
    approval.send_back(cast.fresh(), by=cast.solene, at=NOW, note="Le jeudi manque.")
    thursday = date(2026, 11, 5)
    with pytest.raises(ReasonNeeded) as refused:
        cast.writes(cast.nolwenn, 60, thursday)
    assert "écrivez dans «\u00a0Motif du changement\u00a0»" in refused.value.message
    cast.writes(cast.nolwenn, 60, thursday, reason=REASON)
    assert read_changes([cast.sheet.pk])[0].before == "rien"


def test_the_person_says_why_where_the_member_handed_the_hours_in(cast):
    cast.writes(cast.nolwenn, 300)
    cast.writes(cast.maelle, 420)  # a draft: her own hours
    cast.submits(cast.nolwenn)
    approval.send_back(cast.fresh(), by=cast.solene, at=NOW, note="À revoir.")
    with pytest.raises(ReasonNeeded):
        cast.writes(cast.maelle, 360)
    cast.writes(cast.maelle, 360, reason="J’ai déjeuné.")
    assert ChangedHours.objects.get().step.by == cast.maelle


def test_times_count_though_the_minutes_stay(cast):
    def at(start, end):
        recording.save(
            cast.fresh(), {TUESDAY: {"worked": TimedHours(None, start, end, 60)}}, by=who, at=NOW, reason=why
        )

    who, why = cast.maelle, ""
    at(time(9), time(17))
    who = cast.solene
    at(time(9), time(17))  # nothing changes
    with pytest.raises(ReasonNeeded):
        at(time(10), time(18))
    why = REASON
    at(time(10), time(18))
    found = read_changes([cast.sheet.pk])[0]
    assert found.before == "7\u00a0h (de 9\u00a0h à 17\u00a0h, pause 1\u00a0h)"
    assert found.after == "7\u00a0h (de 10\u00a0h à 18\u00a0h, pause 1\u00a0h)"


def test_postgresql_refuses_to_rewrite_a_person_s_hours_without_a_trace(cast):
    cast.writes(cast.maelle)
    rows = Entry.objects.filter(timesheet=cast.sheet)
    with pytest.raises(IntegrityError, match="rewritten with a reason only"), transaction.atomic():
        rows.update(minutes=300, entered_by=cast.nolwenn)
    assert rows.update(minutes=300) == 1  # her own


def test_the_person_is_told_once_of_all_that_changed(cast):
    leave = world.timesheet(cast.employee, status="draft")
    cast.writes(cast.maelle)
    recording.save(leave, {WEDNESDAY: {"leave": 420}}, by=cast.maelle, at=NOW)
    changes = {
        (cast.placed.pk, 0): {TUESDAY: {"worked": 300}},
        (None, 0): {WEDNESDAY: {"sickness": 420}},
    }
    with pytest.raises(ReasonNeeded):
        apply_changes(cast.employee, NOVEMBER, changes, by=cast.solene, at=NOW)
    assert not Notice.objects.exists()
    apply_changes(cast.employee, NOVEMBER, changes, by=cast.solene, at=NOW, reason=REASON)
    assert notifying.tell_quiet(NOW + timedelta(minutes=15)) == 1
    mail = Mail.objects.get()
    assert (mail.to, mail.kind) == (cast.maelle, MailKind.NOTICES)
    assert mail.subject == "Vos heures ont été changées"
    for form in (mail.text, mail.html):
        assert "Solène Rivoal a changé ces heures" in form
        assert "Mardi 3 novembre, Aloen\u00a0: 7\u00a0h → 5\u00a0h" in form
        assert "Mercredi 4 novembre, congé\u00a0: 7\u00a0h → rien" in form
        assert f"«\u00a0{REASON}\u00a0»" in form
    # Again the same: nothing changes, nobody is written to.
    apply_changes(cast.employee, NOVEMBER, changes, by=cast.solene, at=NOW, reason=REASON)
    assert notifying.tell_quiet(NOW + timedelta(hours=1)) == 0
    assert Mail.objects.count() == 1


def test_undoing_such_a_change_is_told_too_and_gives_the_hours_back(cast):
    cast.writes(cast.maelle)
    place, before = (cast.placed.pk, 0), (420, None, None, 0, "", cast.maelle.pk)
    apply_changes(
        cast.employee, NOVEMBER, {place: {TUESDAY: {"worked": 300}}}, by=cast.solene, at=NOW, reason=REASON
    )
    from timesheets.grid.entering import EntryBefore

    record = UndoRecord(
        before={place: {TUESDAY: {"worked": EntryBefore(*before)}}}, after={place: {TUESDAY: {"worked": 300}}}
    )
    later = NOW.replace(minute=5)
    undo_changes(cast.employee, NOVEMBER, record, by=cast.solene, at=later)
    assert Entry.objects.get().entered_by == cast.maelle
    assert [(each.before, each.after) for each in read_changes([cast.sheet.pk])] == [
        ("5\u00a0h", "7\u00a0h"),
        ("7\u00a0h", "5\u00a0h"),
    ]
    assert Notice.objects.count() == 2
    assert notifying.tell_quiet(NOW + timedelta(hours=1)) == 1  # both in one message


def test_a_contest_s_remark_stays_in_sight_after_a_change(cast):
    """The change is a step of its own; the reason of the contest is still the one to answer."""
    from timesheets.grid.loading import load_grid
    from timesheets.overview.month_sheets import read_month
    from timesheets.sheet.days import sheet_days

    came_back(cast, "contested")
    cast.writes(cast.solene, 300, reason=REASON)
    grid = load_grid(cast.employee, NOVEMBER, cast.maelle, on=NOW.date())
    assert grid.lines[0].remarks[TUESDAY].reason == "Partie plus tôt."
    days = {each.day: each for each in sheet_days(cast.fresh(), discreetly=False)}
    assert days[TUESDAY].remark.reason == "Partie plus tôt."
    assert read_month(NOVEMBER, on=NOW.date()).lines[0].remarks[0].reason == "Partie plus tôt."
