"""The life of a timesheet: every move there is, the stamps of each state, what an entry may hold."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from groupement.kernel.lifecycle import IllegalMove, StaleRow
from tests import world
from timesheets.models import Entry, Remark, StepKind, Timesheet, TimesheetStatus, TimesheetStep

pytestmark = pytest.mark.django_db

MONDAY, TUESDAY = date(2026, 11, 2), date(2026, 11, 3)
STATES = list(TimesheetStatus)
LOCKED = [TimesheetStatus.SUBMITTED, TimesheetStatus.CONFIRMED, TimesheetStatus.APPROVED]
DRAFT_STAMPS = {"submitted_at": None, "confirmed_at": None, "approved_at": None}
STAMPS = {
    TimesheetStatus.DRAFT: DRAFT_STAMPS,
    TimesheetStatus.SUBMITTED: {**DRAFT_STAMPS, "submitted_at": world.NOW},
    TimesheetStatus.CONFIRMED: {**DRAFT_STAMPS, "submitted_at": world.NOW, "confirmed_at": world.NOW},
    TimesheetStatus.APPROVED: {
        "submitted_at": world.NOW,
        "confirmed_at": world.NOW,
        "approved_at": world.NOW,
    },
}
# An act that leads from the one to the other; no other pair is allowed.
ALLOWED = {
    ("draft", "submitted"): "submit",
    ("submitted", "draft"): "recall",
    ("submitted", "confirmed"): "confirm",
    ("submitted", "approved"): "approve",
    ("confirmed", "draft"): "return",
    ("confirmed", "submitted"): "take_back",
    ("confirmed", "approved"): "approve",
    ("approved", "draft"): "reopen",
    ("approved", "confirmed"): "undo",
    ("approved", "submitted"): "undo",
}
LEADS = {
    "supplement": {("", "draft")},
    "submit": {("draft", "submitted")},
    "recall": {("submitted", "draft")},
    "confirm": {("submitted", "confirmed")},
    "contest": {("submitted", "draft")},
    "tacit": {("submitted", "confirmed")},
    "take_back": {("confirmed", "submitted")},
    "settle": {("submitted", "confirmed")},
    "return": {("submitted", "draft"), ("confirmed", "draft")},
    "approve": {("submitted", "approved"), ("confirmed", "approved")},
    "undo": {("approved", "confirmed"), ("approved", "submitted")},
    "reopen": {("approved", "draft")},
    "change": {("draft", "draft")},
}


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


@pytest.mark.parametrize("target", STATES)
@pytest.mark.parametrize("source", STATES)
def test_every_move_is_allowed_or_refused_as_listed(placed, source, target):
    sheet = world.timesheet(placed, {MONDAY: 420}, status=source)
    steps = sheet.steps.count()
    if (source, target) in ALLOWED:
        # A stamp that is set already stays, or is taken away.
        stamps = {name: at and (getattr(sheet, name) or at) for name, at in STAMPS[target].items()}
        sheet.move(target, kind=ALLOWED[source, target], by=None, at=world.NOW, note="Fermé.", **stamps)
        assert (stored(sheet).status, sheet.steps.count()) == (target, steps + 1)
    else:
        with pytest.raises(IllegalMove):
            sheet.move(target, kind="approve", by=None, at=world.NOW, **STAMPS[target])
        assert (stored(sheet).status, sheet.steps.count()) == (source, steps)


def test_of_two_people_who_move_the_same_timesheet_one_is_told(placed):
    sheet = world.timesheet(placed, {MONDAY: 420}, status="submitted")
    late = stored(sheet)
    sheet.move("draft", kind="recall", by=None, at=world.NOW, **DRAFT_STAMPS)
    with pytest.raises(StaleRow):
        late.move("confirmed", kind="confirm", by=None, at=world.NOW, confirmed_at=world.NOW)
    assert (stored(sheet).status, sheet.steps.count()) == ("draft", 2)


@pytest.mark.parametrize("stamps_of", STATES)
@pytest.mark.parametrize("status", STATES)
def test_a_state_has_its_stamps_and_no_others(placed, status, stamps_of):
    sheet = world.timesheet(placed, status="draft")
    raw = Timesheet.objects.filter(pk=sheet.pk)
    if status == stamps_of:
        assert raw.update(status=status, **STAMPS[stamps_of]) == 1
        return
    with pytest.raises(IntegrityError, match="timesheet_status_matches_its_stamps"), transaction.atomic():
        raw.update(status=status, **STAMPS[stamps_of])
    assert stored(sheet).status == "draft"


def test_on_an_assignment_nothing_is_approved_unconfirmed(placed):
    sheet = world.timesheet(placed, status="submitted")
    with pytest.raises(IntegrityError, match="timesheet_status_matches_its_stamps"), transaction.atomic():
        Timesheet.objects.filter(pk=sheet.pk).update(status="approved", approved_at=world.NOW)
    group = world.timesheet(placed.employee, status="submitted")
    assert Timesheet.objects.filter(pk=group.pk).update(status="approved", approved_at=world.NOW) == 1


@pytest.mark.parametrize(
    ("status", "columns", "constraint"),
    [
        ("draft", {"status": "paid"}, "timesheet_status_matches_its_stamps"),
        ("confirmed", {"billed_at": world.NOW}, "only_an_approved_timesheet_is_billed"),
        ("approved", {"billed_at": world.at(date(2026, 11, 1))}, "only_an_approved_timesheet_is_billed"),
        ("submitted", {"contested_at": world.NOW}, "only_a_draft_is_contested_or_returned"),
        ("approved", {"returned_at": world.NOW}, "only_a_draft_is_contested_or_returned"),
        ("submitted", {"is_confirmed_tacitly": True}, "a_tacit_confirmation_is_a_confirmation"),
        ("draft", {"month": world.DECEMBER}, "keeps its employee, month and assignment"),
        ("approved", {"supplement": 3}, "keeps its employee, month and assignment"),
    ],
)
def test_a_raw_update_against_the_rules_is_refused(placed, status, columns, constraint):
    sheet = world.timesheet(placed, status=status)
    before = Timesheet.objects.filter(pk=sheet.pk).values().get()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Timesheet.objects.filter(pk=sheet.pk).update(**columns)
    assert Timesheet.objects.filter(pk=sheet.pk).values().get() == before


def test_a_billed_timesheet_never_leaves_approved(placed):
    sheet = world.timesheet(placed)
    raw = Timesheet.objects.filter(pk=sheet.pk)
    raw.update(billed_at=world.NOW)
    with pytest.raises(IntegrityError, match="a billed timesheet is not reopened"), transaction.atomic():
        raw.update(status="draft", billed_at=None, **DRAFT_STAMPS)
    assert stored(sheet).state == "invoiced"


@pytest.mark.parametrize("status", LOCKED)
def test_only_a_draft_is_deleted(placed, status):
    sheet = world.timesheet(placed, status=status)
    with pytest.raises(IntegrityError, match="only a draft timesheet is deleted"), transaction.atomic():
        Timesheet.objects.filter(pk=sheet.pk)._raw_delete("default")
    assert stored(sheet).status == status
    draft = world.timesheet(placed, status="draft", supplement=1)
    assert Timesheet.objects.filter(pk=draft.pk).delete()[0] == 1


def test_one_timesheet_for_each_person_month_and_place(placed):
    world.timesheet(placed, status="draft")
    world.timesheet(placed.employee, status="draft")
    for place in (placed, placed.employee):
        with pytest.raises(IntegrityError, match="one_timesheet_per_employee"), transaction.atomic():
            world.timesheet(place, status="draft")


def test_a_timesheet_is_for_an_own_assignment_in_its_months(placed):
    other = world.employee("Youenn", "Talec")
    with pytest.raises(IntegrityError, match="own assignment"), transaction.atomic():
        Timesheet.objects.create(employee=other, assignment=placed, month=world.NOVEMBER)
    with pytest.raises(IntegrityError, match="own assignment"), transaction.atomic():
        Timesheet.objects.create(employee=placed.employee, assignment=placed, month=world.NOVEMBER.shift(-12))
    assert Timesheet.objects.count() == 0


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"day": date(2026, 10, 31)}, "lies in the month"),
        ({"day": date(2026, 12, 1)}, "lies in the month"),
        ({"kind": "leave"}, "fits the kind of its timesheet"),
        ({"minutes": 0}, "entry_minutes_fit_in_a_day"),
        ({"minutes": 1441}, "entry_minutes_fit_in_a_day"),
    ],
)
def test_an_entry_against_the_rules_is_refused(placed, columns, constraint):
    sheet = world.timesheet(placed, {MONDAY: 420}, status="draft")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Entry.objects.filter(timesheet=sheet).update(**columns)
    assert list(sheet.entries.values_list("day", "kind", "minutes")) == [(MONDAY, "worked", 420)]


def test_absences_go_to_the_group_and_work_does_not(placed):
    group = world.timesheet(placed.employee, {MONDAY: 420}, kind="sickness", status="draft")
    with pytest.raises(IntegrityError, match="fits the kind of its timesheet"), transaction.atomic():
        Entry.objects.create(timesheet=group, day=TUESDAY, minutes=420, kind="worked")
    assert group.entries.count() == 1


@pytest.mark.parametrize("kind", StepKind)
def test_an_act_leads_where_the_table_says_and_nowhere_else(placed, kind):
    sheet = world.timesheet(placed, status="draft")
    leads = {
        (source, target)
        for source in ["", *STATES]
        for target in STATES
        if _steps(sheet, kind, source, target)
    }
    assert leads == LEADS[kind]


def _steps(sheet, kind, source, target):
    """Whether PostgreSQL takes this step."""
    try:
        with transaction.atomic():
            note = "Selon le badge."
            sheet.steps.create(kind=kind, source=source, target=target, by=None, at=world.NOW, note=note)
    except IntegrityError:
        return False
    return True


def test_a_step_without_its_act_is_refused(placed):
    sheet = world.timesheet(placed, status="draft")
    with pytest.raises(IntegrityError, match="a_step_leads_where_its_act_does"), transaction.atomic():
        sheet.move("submitted", by=None, at=world.NOW, submitted_at=world.NOW)


def test_steps_and_remarks_are_written_once(placed):
    sheet = world.timesheet(placed, status="submitted")
    step = sheet.steps.get()
    Remark.objects.create(step=step, day=MONDAY, reason="Fermé.")
    for rows in (TimesheetStep.objects.all(), Remark.objects.all()):
        column = "note" if rows.model is TimesheetStep else "reason"
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            rows.update(**{column: "autre"})
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            rows._raw_delete("default")
    assert (sheet.steps.get().note, step.remarks.get().reason) == ("", "Fermé.")


@pytest.mark.parametrize(
    ("columns", "state", "label"),
    [
        ({}, "draft", "À saisir"),
        ({"contested_at": world.NOW}, "contested", "Contesté"),
        ({"returned_at": world.NOW}, "returned", "Renvoyé"),
        ({"status": "approved", "billed_at": world.NOW}, "invoiced", "Facturé"),
        ({"status": "confirmed"}, "confirmed", "Visé"),
    ],
)
def test_people_read_the_state_refined_by_contest_return_and_billing(columns, state, label):
    sheet = Timesheet(month=world.NOVEMBER, **columns)
    assert (sheet.state, sheet.state_label) == (state, label)
    assert str(sheet) == "relevé 2026-11 n° —"
