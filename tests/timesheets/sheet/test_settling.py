"""After a contest: what stays accepted, what the coordination settles; and an approval taken back."""

from datetime import date, timedelta

import pytest

from groupement.kernel.lifecycle import StaleRow
from tests import world
from timesheets import approval, confirming, recording
from timesheets.models import Entry, Timesheet
from timesheets.sheet import days as sheet_days

pytestmark = pytest.mark.django_db

THURSDAYS = [date(2026, 11, day) for day in (5, 12, 19, 26)]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def book():
    world.group()
    return world.member("Book Hémisphères")


@pytest.fixture
def placed(book):
    return world.assignment(world.employee("Youenn", "Talec"), book, weekly_pattern=(0, 0, 0, 420, 0, 0, 0))


@pytest.fixture
def claire(book):
    return world.staff(book, "Claire Danno")


@pytest.fixture
def solene():
    return world.coordinator()


@pytest.fixture
def sheet(placed):
    return stored(world.timesheet(placed, dict.fromkeys(THURSDAYS, 420), status="submitted"))


def stored(sheet):
    return Timesheet.objects.select_related("employee", "assignment__member").get(pk=sheet.pk)


def contest(sheet, claire, *days):
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=[(day, "Parti tôt.", 330) for day in days])


def submit_again(sheet, days=None):
    youenn = sheet.employee.user
    if days:
        wanted = {day: {"worked": minutes} for day, minutes in days.items()}
        recording.save(sheet, wanted, by=youenn, at=world.NOW)
    recording.submit(sheet, by=youenn, at=world.NOW)


def accepted(sheet):
    return {date.fromisoformat(day): minutes for day, minutes in stored(sheet).accepted_days.items()}


def to_read(sheet):
    days = sheet_days.sheet_days(stored(sheet), discreetly=True)
    return [day.day for day in days if not day.is_accepted]


class TestAccepted:
    def test_days_that_are_not_contested_are_kept_with_their_minutes(self, sheet, claire):
        contest(sheet, claire, THURSDAYS[2])
        assert accepted(sheet) == dict.fromkeys([THURSDAYS[0], THURSDAYS[1], THURSDAYS[3]], 420)

    def test_after_a_contest_the_member_rereads_what_it_contested_and_what_changed(self, sheet, claire):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet, {THURSDAYS[2]: 330, THURSDAYS[0]: 450, date(2026, 11, 6): 60})
        assert to_read(sheet) == [THURSDAYS[0], date(2026, 11, 6), THURSDAYS[2]]
        changed = next(
            day for day in sheet_days.sheet_days(stored(sheet), discreetly=True) if day.has_changed
        )
        assert (changed.day, changed.accepted, changed.minutes) == (THURSDAYS[0], 420, 450)

    def test_a_day_emptied_or_filled_after_it_was_seen_is_read_again(self, placed, claire):
        sheet = stored(world.timesheet(placed, dict.fromkeys(THURSDAYS[1:], 420), status="submitted"))
        contest(sheet, claire, THURSDAYS[2])
        assert accepted(sheet)[THURSDAYS[0]] == 0  # planned, nobody came, and the member agreed
        submit_again(sheet, {THURSDAYS[0]: 60, THURSDAYS[1]: 0})
        assert to_read(sheet) == THURSDAYS[:3]

    def test_a_contested_day_that_is_emptied_is_read_again_all_the_same(self, sheet, claire):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet, {THURSDAYS[2]: 0})
        assert to_read(sheet) == [THURSDAYS[2]]

    def test_a_second_contest_accepts_what_it_lets_pass(self, sheet, claire):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet, {THURSDAYS[2]: 330})
        contest(sheet, claire, THURSDAYS[0])
        assert accepted(sheet) == {THURSDAYS[1]: 420, THURSDAYS[2]: 330, THURSDAYS[3]: 420}

    def test_a_recall_keeps_what_was_accepted(self, sheet, claire):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet)
        before = accepted(sheet)
        recording.recall(sheet, by=sheet.employee.user, at=world.NOW)
        assert accepted(sheet) == before != {}

    @pytest.mark.parametrize("how", ["confirm", "return", "reopen", "settle", "tacit"])
    def test_a_decision_over_the_whole_forgets_the_days(self, sheet, claire, solene, how):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet)
        assert accepted(sheet) != {}
        if how in ("confirm", "reopen"):
            confirming.confirm(sheet, by=claire, at=world.NOW)
        if how == "return":
            approval.send_back(sheet, by=solene, at=world.NOW, note="Tout est à revoir.")
        if how == "reopen":
            approval.approve(sheet, by=solene, at=world.NOW)
            approval.reopen(sheet, by=solene, at=world.NOW, note="Oubli.")
        if how == "settle":
            approval.settle(sheet, by=solene, at=world.NOW, note="Le planning fait foi.")
        if how == "tacit":
            world.visa_mail(sheet, claire, world.NOW)
            confirming.confirm_tacitly(on=date(2027, 1, 1), at=world.NOW)
        assert accepted(sheet) == {}


class TestSettle:
    def test_what_is_maintained_is_confirmed_in_the_member_s_stead_and_then_approved(
        self, sheet, claire, solene
    ):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet)
        approval.settle(sheet, by=solene, at=world.NOW, note=" Le badge dit 7 h. ")
        after = stored(sheet)
        assert (after.status, after.confirmed_at, after.is_confirmed_tacitly) == (
            "confirmed",
            world.NOW,
            False,
        )
        event = sheet_days.history(after)[0]
        assert (event.label, event.by, event.note) == (
            "Tranché par la coordination",
            solene,
            "Le badge dit 7 h.",
        )
        approval.approve(after, by=solene, at=world.NOW)
        assert stored(sheet).status == "approved"

    def test_a_deputy_settles_too(self, sheet, claire, solene):
        ronan = world.user("Ronan Le Bihan")
        world.deputy(solene, ronan)
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet)
        approval.settle(sheet, by=ronan, at=world.NOW, note="Le badge.")
        assert sheet_days.history(sheet)[0].label == "Tranché par la coordination"

    @pytest.mark.parametrize("story", ["never contested", "not submitted again", "confirmed since", "group"])
    def test_nothing_is_settled_that_is_not_in_dispute(self, placed, sheet, claire, solene, story):
        if story == "not submitted again":
            contest(sheet, claire, THURSDAYS[2])
        if story == "confirmed since":
            contest(sheet, claire, THURSDAYS[2])
            submit_again(sheet)
            confirming.confirm(sheet, by=claire, at=world.NOW)
            approval.send_back(sheet, by=solene, at=world.NOW, note="Un trajet manque.")
            submit_again(sheet)
        if story == "group":
            sheet = world.timesheet(placed.employee, {THURSDAYS[0]: 420}, kind="leave", status="submitted")
        before, steps = stored(sheet).status, sheet.steps.count()
        with pytest.raises(approval.NotApprovable) as refused:
            approval.settle(stored(sheet), by=solene, at=world.NOW, note="Je tranche.")
        assert "le visa revient à l’adhérent" in refused.value.message
        assert (stored(sheet).status, sheet.steps.count()) == (before, steps)

    def test_a_return_with_remarks_is_no_contest(self, sheet, solene):
        remarks = [(THURSDAYS[0], "Formation au groupement.", 0)]
        approval.send_back(sheet, by=solene, at=world.NOW, note="À revoir.", remarks=remarks)
        submit_again(sheet)
        assert [event.label for event in sheet_days.history(sheet)] == ["Soumis", "Renvoyé", "Soumis"]
        with pytest.raises(approval.NotApprovable):
            approval.settle(sheet, by=solene, at=world.NOW, note="Je tranche.")

    def test_settling_needs_a_reason(self, sheet, claire, solene):
        contest(sheet, claire, THURSDAYS[2])
        submit_again(sheet)
        with pytest.raises(approval.NotApprovable) as refused:
            approval.settle(sheet, by=solene, at=world.NOW, note="  ")
        assert refused.value.field == "note"
        assert stored(sheet).status == "submitted"


class TestUndo:
    def approved(self, sheet, claire, solene, at=world.NOW):
        confirming.confirm(sheet, by=claire, at=at)
        approval.approve(sheet, by=solene, at=at)
        return stored(sheet)

    def test_an_approval_is_taken_back_within_fifteen_minutes(self, sheet, claire, solene):
        done = self.approved(sheet, claire, solene)
        approval.undo(done, by=solene, at=world.NOW + 15 * MINUTE)
        after = stored(sheet)
        assert (after.status, after.approved_at, after.confirmed_at) == ("confirmed", None, world.NOW)
        event = sheet_days.history(after)[0]
        assert (event.label, event.by) == ("Approbation annulée", solene)
        approval.approve(after, by=solene, at=world.NOW + 16 * MINUTE)
        assert stored(sheet).status == "approved"

    def test_hours_at_the_group_wait_again_as_submitted(self, placed, solene):
        leave = world.timesheet(placed.employee, {THURSDAYS[0]: 420}, kind="leave", status="submitted")
        approval.approve(leave, by=solene, at=world.NOW)
        approval.undo(leave, by=solene, at=world.NOW + MINUTE)
        assert (stored(leave).status, stored(leave).approved_at) == ("submitted", None)

    def test_a_tacit_confirmation_stays_tacit(self, sheet, solene):
        confirming.confirm_tacitly(on=date(2027, 1, 1), at=world.NOW)
        approval.approve(stored(sheet), by=solene, at=world.NOW)
        approval.undo(stored(sheet), by=solene, at=world.NOW + MINUTE)
        assert (stored(sheet).status, stored(sheet).is_confirmed_tacitly) == ("confirmed", True)

    def test_too_late_or_somebody_else_s_approval_is_reopened_instead(self, sheet, claire, solene):
        done = self.approved(sheet, claire, solene)
        other = world.coordinator("Maï Le Dantec")
        for who, at in ((solene, world.NOW + 16 * MINUTE), (other, world.NOW + MINUTE)):
            assert not approval.may_undo(done, by=who, at=at)
            with pytest.raises(approval.NotApprovable) as refused:
                approval.undo(done, by=who, at=at)
            assert "Rouvrez le relevé avec un motif." in refused.value.message
        assert stored(sheet).status == "approved"

    def test_a_billed_approval_stands_even_from_an_old_instance(self, sheet, claire, solene):
        done = self.approved(sheet, claire, solene)
        approval.seal([done.pk], at=world.NOW)
        with pytest.raises(approval.AlreadyBilled):
            approval.undo(done, by=solene, at=world.NOW + MINUTE)
        assert stored(sheet).state == "invoiced"


def test_hours_that_were_recalled_and_changed_are_not_confirmed_unread(sheet, claire):
    """The instance was read before; since then the person took the hours back and handed in others."""
    read = stored(sheet)
    recording.recall(sheet, by=sheet.employee.user, at=world.NOW)
    submit_again(sheet, {THURSDAYS[0]: 600})
    for act, extra in (
        (confirming.confirm, {}),
        (confirming.contest, {"remarks": [(THURSDAYS[1], "Non.", 0)]}),
    ):
        with pytest.raises(StaleRow):
            act(read, by=claire, at=world.NOW, **extra)
    assert stored(sheet).status == "submitted"


def test_a_month_without_hours_goes_all_the_way(placed, claire, solene):
    empty = stored(world.timesheet(placed, status="draft"))
    recording.submit(empty, by=placed.employee.user, at=world.NOW)
    confirming.confirm(empty, by=claire, at=world.NOW)
    approval.approve(empty, by=solene, at=world.NOW)
    assert stored(empty).status == "approved"
    assert not Entry.objects.exists()
