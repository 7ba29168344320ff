"""The member's word: confirm or contest, and who may say it."""

from datetime import date

import pytest

from tests import world
from timesheets import approval, confirming
from timesheets.models import Remark, Timesheet

pytestmark = pytest.mark.django_db

THURSDAY = date(2026, 11, 19)


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


def submitted(placed):
    days = {date(2026, 11, day): 420 for day in (5, 12, 19, 26)}
    return world.timesheet(placed, days, status="submitted")


def trail(sheet):
    return list(sheet.steps.order_by("pk").values_list("source", "target", "by__name", "note"))


def test_staff_confirms_and_the_step_says_who_and_when(placed, claire):
    sheet = submitted(placed)
    confirming.confirm(sheet, by=claire, at=world.NOW)
    stored = Timesheet.objects.get(pk=sheet.pk)
    assert (stored.status, stored.confirmed_at, stored.is_confirmed_tacitly) == (
        "confirmed",
        world.NOW,
        False,
    )
    step = stored.steps.latest("pk")
    assert (step.source, step.target, step.by, step.at) == ("submitted", "confirmed", claire, world.NOW)


def test_contesting_returns_the_hours_with_a_reason_for_each_day(placed, claire):
    sheet = submitted(placed)
    remarks = [(THURSDAY, " Parti à 15 h 30. ", 330), (date(2026, 11, 26), "Absent.", None)]
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=remarks, note="Deux jours à revoir.")
    stored = Timesheet.objects.get(pk=sheet.pk)
    assert (stored.status, stored.state, stored.contested_at) == ("draft", "contested", world.NOW)
    assert (stored.submitted_at, stored.confirmed_at) == (None, None)
    assert trail(stored)[-1] == ("submitted", "draft", "Claire Danno", "Deux jours à revoir.")
    kept = Remark.objects.filter(step=stored.steps.latest("pk")).order_by("day")
    assert list(kept.values_list("day", "reason", "expected_minutes")) == [
        (THURSDAY, "Parti à 15 h 30.", 330),
        (date(2026, 11, 26), "Absent.", None),
    ]


@pytest.mark.parametrize("remarks", [[], [(THURSDAY, "  ", 330)], [(date(2026, 12, 1), "Décembre.", None)]])
def test_a_contest_without_day_or_reason_changes_nothing(placed, claire, remarks):
    sheet = submitted(placed)
    before = trail(sheet)
    with pytest.raises(confirming.NoReason):
        confirming.contest(sheet, by=claire, at=world.NOW, remarks=remarks)
    assert Timesheet.objects.get(pk=sheet.pk).status == "submitted"
    assert trail(sheet) == before
    assert not Remark.objects.exists()


def test_a_day_without_reason_is_named(placed, claire):
    with pytest.raises(confirming.NoReason) as refused:
        confirming.contest(submitted(placed), by=claire, at=world.NOW, remarks=[(THURSDAY, "", None)])
    assert refused.value.errors == ["Jeudi 19 novembre\u00a0: dites pourquoi."]


def test_case_69_nobody_confirms_their_own_hours(book, placed):
    youenn = placed.employee.user
    world.seat(youenn, book, function="representative")
    sheet = submitted(placed)
    for act in (confirming.confirm, confirming.contest):
        extra = {"remarks": [(THURSDAY, "Trop court.", 480)]} if act is confirming.contest else {}
        with pytest.raises(confirming.NotAllowedToAnswer) as refused:
            act(sheet, by=youenn, at=world.NOW, **extra)
        assert refused.value.message == (
            "Vous ne pouvez pas viser vos propres heures\u00a0: une autre personne doit le faire."
        )
    assert not confirming.may_answer(youenn, sheet)
    assert Timesheet.objects.get(pk=sheet.pk).status == "submitted"


def test_case_67_staff_of_another_member_a_reader_and_a_former_seat_are_refused(book, placed):
    sonam = world.member("Sonam")
    sheet = submitted(placed)
    strangers = [
        world.staff(sonam, "Anaïs Moal"),
        world.staff(book, "Loïc Le Roux", function="reader"),
        world.staff(book, "Ewen Le Gall", ends_before=date(2026, 2, 1)),
        world.coordinator(),
        world.admin(),
    ]
    for stranger in strangers:
        with pytest.raises(confirming.NotAllowedToAnswer):
            confirming.confirm(sheet, by=stranger, at=world.NOW)
    assert Timesheet.objects.get(pk=sheet.pk).status == "submitted"


def test_hours_at_the_group_need_no_confirmation(placed, claire):
    sheet = world.timesheet(placed.employee, {THURSDAY: 420}, kind="training", status="submitted")
    with pytest.raises(confirming.NothingToConfirm):
        confirming.confirm(sheet, by=claire, at=world.NOW)
    assert not confirming.may_answer(claire, sheet)


@pytest.mark.parametrize("status", ["draft", "confirmed", "approved"])
def test_only_submitted_hours_are_confirmed_or_contested(placed, claire, status):
    sheet = world.timesheet(placed, {THURSDAY: 420}, status=status)
    with pytest.raises(confirming.NothingToConfirm):
        confirming.confirm(sheet, by=claire, at=world.NOW)
    with pytest.raises(confirming.NothingToConfirm):
        confirming.contest(sheet, by=claire, at=world.NOW, remarks=[(THURSDAY, "Non.", None)])
    assert Timesheet.objects.get(pk=sheet.pk).status == status


def test_case_70_history_names_each_step_and_other_members_are_untouched(book, placed, claire):
    """Recall, two days of ten refused, corrected, submitted again: the history tells it, elsewhere nothing moves."""
    youenn, sonam = placed.employee, world.member("Sonam")
    elsewhere = world.assignment(youenn, sonam)
    other = world.timesheet(elsewhere, {date(2026, 11, 2): 420}, status="confirmed")
    before = (Timesheet.objects.filter(pk=other.pk).values().get(), trail(other))
    ten = world.hours(world.NOVEMBER, 70)
    sheet = world.timesheet(placed, ten, status="submitted", by=youenn.user)

    sheet.move("draft", kind="recall", by=youenn.user, at=world.NOW, submitted_at=None)
    sheet.move("submitted", kind="submit", by=youenn.user, at=world.NOW, submitted_at=world.NOW)
    two = [(day, "Fermé ce jour-là.", 0) for day in list(ten)[:2]]
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=two)
    sheet.entries.filter(day__in=list(ten)[:2]).delete()
    sheet.move(
        "submitted", kind="submit", by=youenn.user, at=world.NOW, submitted_at=world.NOW, contested_at=None
    )

    after_first = trail(sheet)[1:]
    assert [(source, target, name) for source, target, name, _ in after_first] == [
        ("submitted", "draft", "Youenn Talec"),
        ("draft", "submitted", "Youenn Talec"),
        ("submitted", "draft", "Claire Danno"),
        ("draft", "submitted", "Youenn Talec"),
    ]
    assert sheet.steps.filter(at=world.NOW).count() == 4
    assert sheet.entries.count() == 8
    assert (Timesheet.objects.filter(pk=other.pk).values().get(), trail(other)) == before


def test_a_tacit_confirmation_is_forgotten_when_hours_go_back(placed):
    sheet = submitted(placed)
    sheet.move(
        "confirmed", kind="tacit", by=None, at=world.NOW, confirmed_at=world.NOW, is_confirmed_tacitly=True
    )
    approval.send_back(sheet, by=world.coordinator(), at=world.NOW, note="À revoir.")
    stored = Timesheet.objects.get(pk=sheet.pk)
    assert (stored.confirmed_at, stored.is_confirmed_tacitly) == (None, False)
