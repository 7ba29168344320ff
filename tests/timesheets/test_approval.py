"""What the coordinator decides: approve, send back, reopen; the seal of an invoice and the supplements after it."""

from datetime import date

import pytest

from tests import world
from timesheets import approval
from timesheets.models import Entry, Remark, Timesheet

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 2)
DAYS = {MONDAY: 420}


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


@pytest.fixture
def solene():
    return world.coordinator()


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


def billed(placed):
    sheet = world.timesheet(placed, DAYS)
    approval.seal([sheet.pk], at=world.NOW)
    return stored(sheet)


def test_approving_confirmed_hours_stamps_them_and_leaves_a_step(placed, solene):
    sheet = world.timesheet(placed, DAYS, status="confirmed")
    approval.approve(sheet, by=solene, at=world.NOW)
    assert (stored(sheet).status, stored(sheet).approved_at) == ("approved", world.NOW)
    step = sheet.steps.latest("pk")
    assert (step.source, step.target, step.by, step.at) == ("confirmed", "approved", solene, world.NOW)


def test_hours_at_the_group_are_approved_from_submitted(placed, solene):
    sheet = world.timesheet(placed.employee, DAYS, kind="leave", status="submitted")
    approval.approve(sheet, by=solene, at=world.NOW)
    assert stored(sheet).status == "approved"


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("draft", "Ces heures ne sont pas à approuver\u00a0: à saisir."),
        ("submitted", "Aloen n’a pas encore visé ces heures."),
        ("approved", "Ces heures ne sont pas à approuver\u00a0: approuvé."),
    ],
)
def test_hours_not_confirmed_are_not_approved(placed, solene, status, sentence):
    sheet = world.timesheet(placed, DAYS, status=status)
    with pytest.raises(approval.NotApprovable) as refused:
        approval.approve(sheet, by=solene, at=world.NOW)
    assert refused.value.message == sentence
    assert stored(sheet).status == status


def test_case_69_nobody_decides_on_their_own_hours(placed):
    maelle = placed.employee.user
    maelle.is_coordinator = True
    maelle.save()
    confirmed = world.timesheet(placed, DAYS, status="confirmed")
    approved = world.timesheet(placed, DAYS, supplement=1)
    with pytest.raises(approval.NotApprovable) as refused:
        approval.approve(confirmed, by=maelle, at=world.NOW)
    assert refused.value.message == (
        "Vous ne pouvez pas décider de vos propres heures\u00a0: une autre personne doit le faire."
    )
    with pytest.raises(approval.NotApprovable):
        approval.send_back(confirmed, by=maelle, at=world.NOW, note="Moi.")
    with pytest.raises(approval.NotApprovable):
        approval.reopen(approved, by=maelle, at=world.NOW, note="Moi.")
    assert (stored(confirmed).status, stored(approved).status) == ("confirmed", "approved")


def test_only_the_coordinator_decides(placed):
    confirmed = world.timesheet(placed, DAYS, status="confirmed")
    approved = world.timesheet(placed, DAYS, supplement=1)
    others = [world.finance(), world.admin(), world.staff(placed.member)]
    for other in others:
        for act, sheet, extra in (
            (approval.approve, confirmed, {}),
            (approval.send_back, confirmed, {"note": "Non."}),
            (approval.reopen, approved, {"note": "Non."}),
            (approval.open_supplement, approved, {}),
        ):
            with pytest.raises(approval.NotApprovable):
                act(sheet, by=other, at=world.NOW, **extra)
    assert (stored(confirmed).status, stored(approved).status) == ("confirmed", "approved")
    assert Timesheet.objects.count() == 2


def test_approving_many_tells_which_were_refused_and_why(placed, solene):
    ready = world.timesheet(placed, DAYS, status="confirmed")
    waiting = world.timesheet(placed, DAYS, status="submitted", supplement=1)
    also_ready = world.timesheet(placed.employee, DAYS, kind="leave", status="submitted")
    done = approval.approve_all([ready, waiting, also_ready], by=solene, at=world.NOW)
    assert done == approval.ApprovalResult(2, [(waiting, "Aloen n’a pas encore visé ces heures.")])
    assert [stored(sheet).status for sheet in (ready, waiting, also_ready)] == [
        "approved",
        "submitted",
        "approved",
    ]


def test_approving_many_passes_over_a_row_that_somebody_else_moved(placed, solene):
    sheets = [world.timesheet(placed, DAYS, status="confirmed", supplement=n) for n in range(2)]
    stale = stored(sheets[0])
    approval.send_back(sheets[0], by=solene, at=world.NOW, note="À revoir.")
    done = approval.approve_all([stale, sheets[1]], by=solene, at=world.NOW)
    assert (done.count, [sheet.pk for sheet, _ in done.exceptions]) == (1, [stale.pk])
    assert [stored(sheet).status for sheet in sheets] == ["draft", "approved"]


@pytest.mark.parametrize("status", ["submitted", "confirmed"])
def test_sending_back_makes_a_draft_with_the_reason_and_the_days(placed, solene, status):
    sheet = world.timesheet(placed, DAYS, status=status)
    approval.send_back(
        sheet,
        by=solene,
        at=world.NOW,
        note=" La formation est au groupement. ",
        remarks=[(MONDAY, "Formation", 0)],
    )
    back = stored(sheet)
    assert (back.state, back.returned_at, back.submitted_at, back.confirmed_at) == (
        "returned",
        world.NOW,
        None,
        None,
    )
    assert sheet.steps.latest("pk").note == "La formation est au groupement."
    assert list(Remark.objects.values_list("day", "reason", "expected_minutes")) == [(MONDAY, "Formation", 0)]


def test_sending_back_or_reopening_needs_a_reason(placed, solene):
    confirmed = world.timesheet(placed, DAYS, status="confirmed")
    approved = world.timesheet(placed, DAYS, supplement=1)
    for act, sheet in ((approval.send_back, confirmed), (approval.reopen, approved)):
        with pytest.raises(approval.NotApprovable) as refused:
            act(sheet, by=solene, at=world.NOW, note="  ")
        assert refused.value.field == "note"
    assert (stored(confirmed).status, stored(approved).status) == ("confirmed", "approved")


@pytest.mark.parametrize("status", ["draft", "approved"])
def test_what_is_not_in_hand_is_not_sent_back(placed, solene, status):
    sheet = world.timesheet(placed, DAYS, status=status)
    with pytest.raises(approval.NotApprovable):
        approval.send_back(sheet, by=solene, at=world.NOW, note="Non.")
    assert stored(sheet).status == status


def test_reopening_unlocks_the_entries(placed, solene):
    sheet = world.timesheet(placed, DAYS)
    approval.reopen(sheet, by=solene, at=world.NOW, note="Il manque le 3.")
    assert (stored(sheet).state, stored(sheet).approved_at) == ("returned", None)
    Entry.objects.create(timesheet=sheet, day=date(2026, 11, 3), minutes=60)
    assert sheet.entries.count() == 2


def test_billed_hours_are_not_reopened_even_from_an_old_instance(placed, solene):
    sheet = world.timesheet(placed, DAYS)
    approval.seal([sheet.pk], at=world.NOW)
    assert sheet.billed_at is None  # the instance does not know
    with pytest.raises(approval.AlreadyBilled) as refused:
        approval.reopen(sheet, by=solene, at=world.NOW, note="Oubli.")
    assert (
        refused.value.message == "Ces heures sont facturées\u00a0: ouvrez un complément pour ce qui manque."
    )
    assert stored(sheet).state == "invoiced"


def test_sealing_is_all_or_nothing(placed):
    approved = [world.timesheet(placed, DAYS, supplement=n) for n in range(2)]
    confirmed = world.timesheet(placed, DAYS, supplement=2, status="confirmed")
    with pytest.raises(approval.AlreadyBilled):
        approval.seal([sheet.pk for sheet in [*approved, confirmed]], at=world.NOW)
    assert [stored(sheet).billed_at for sheet in approved] == [None, None]
    approval.seal([sheet.pk for sheet in approved], at=world.NOW)
    assert [stored(sheet).billed_at for sheet in approved] == [world.NOW, world.NOW]
    with pytest.raises(approval.AlreadyBilled):
        approval.seal([approved[0].pk], at=world.NOW)


def test_sealing_takes_one_statement(placed, django_assert_num_queries):
    sheets = [world.timesheet(placed, DAYS, supplement=n) for n in range(3)]
    with django_assert_num_queries(3):  # savepoint, update, release
        approval.seal({sheet.pk for sheet in sheets}, at=world.NOW)


def test_a_supplement_follows_billed_hours_with_the_next_number(placed, solene):
    first = billed(placed)
    second = approval.open_supplement(first, by=solene, at=world.NOW)
    assert (second.supplement, second.status, second.assignment, second.month) == (
        1,
        "draft",
        placed,
        first.month,
    )
    assert second.steps.get().by == solene
    with pytest.raises(approval.NotApprovable):  # the one just opened takes the hours
        approval.open_supplement(first, by=solene, at=world.NOW)
    world.advance(second, "approved")
    approval.seal([second.pk], at=world.NOW)
    assert approval.open_supplement(first, by=solene, at=world.NOW).supplement == 2
    assert stored(first).state == "invoiced"


def test_no_supplement_beside_hours_that_can_still_change(placed, solene):
    with pytest.raises(approval.NotApprovable):
        approval.open_supplement(world.timesheet(placed, DAYS), by=solene, at=world.NOW)
    assert Timesheet.objects.count() == 1
