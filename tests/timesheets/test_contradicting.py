"""Hours that contradict other facts: asked about when they are handed over, refused when they are to be approved."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from billing.month import drafting
from employees import absences
from employees.models import Absence
from groupement.kernel.lifecycle import Refusal
from tests import world
from tests.markup import flat
from timesheets import approval, confirming, recording
from timesheets.contradicting import NotOverYet, contradictions
from timesheets.models import Timesheet
from timesheets.overview import blockers, month_sheets

pytestmark = pytest.mark.django_db

MONDAY, LAST_MONDAY = date(2026, 11, 2), date(2026, 11, 30)
FRIDAY = date(2026, 11, 27)
TO_COME = "7\u00a0h sur des jours à venir (lundi 30 novembre)\u00a0: ces heures s’approuvent une fois ces jours venus."
ASKED = (
    "Le dernier jour chez Aloen est le lundi 30 novembre, il n’est pas passé. Soumettez ce jour-là, ou confirmez que "
    "vous soumettez avant."
)


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


@pytest.fixture
def solene():
    return world.coordinator()


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


def refusal_of(act, *args, **facts):
    """The Refusal that ``act`` raises; None when it is done, and then taken back."""
    try:
        with transaction.atomic():
            act(*args, **facts)
            transaction.set_rollback(True)
    except Refusal as refusal:
        return refusal
    return None


def tick(response):
    """The box by which whoever submits early confirms it."""
    (box,) = re.findall(r'<input[^>]*name="is_early"[^>]*>', response.text)
    return box


def away(employee, first, last, *, kind="leave"):
    by = employee.user
    return absences.record(employee, kind=kind, first=first, last=last, by=by, at=world.at(MONDAY))


def test_submitting_before_the_last_planned_day_asks_and_goes_on_when_it_is_meant(placed):
    person = placed.employee.user
    sheet = world.timesheet(placed, {MONDAY: 420}, status="draft")
    refused = refusal_of(recording.submit, sheet, by=person, at=world.at(FRIDAY))
    assert (type(refused), refused.message, refused.field) == (NotOverYet, ASKED, "is_early")
    recording.submit(sheet, by=person, at=world.at(FRIDAY), is_early=True)
    assert stored(sheet).status == "submitted"


@pytest.mark.parametrize(
    ("day", "hours", "absence", "asks"),
    [
        (FRIDAY, {MONDAY: 420}, None, True),
        (LAST_MONDAY, {MONDAY: 420}, None, False),  # on the evening of the last day
        (FRIDAY, {MONDAY: 420}, date(2026, 11, 28), False),  # on leave from the 28th
        (FRIDAY, {LAST_MONDAY: 420}, date(2026, 11, 28), True),  # … with hours on a day to come all the same
        (date(2026, 12, 1), {LAST_MONDAY: 420}, None, False),
    ],
)
def test_when_it_asks(placed, day, hours, absence, asks):
    if absence:
        away(placed.employee, absence, LAST_MONDAY)
    sheet = world.timesheet(placed, hours, status="draft")
    refused = refusal_of(recording.submit, sheet, by=placed.employee.user, at=world.at(day))
    assert bool(refused) == asks


def test_the_page_asks_and_keeps_the_answer(placed, client):
    sheet = world.timesheet(placed, {MONDAY: 420}, status="draft")
    client.force_login(placed.employee.user)
    page = reverse("timesheets:my_month", args=[world.NOVEMBER])
    with time_machine.travel(world.at(FRIDAY), tick=True):
        assert "is_early" not in client.get(page).text
        asked = client.post(page, {"do": "submit"})
        assert (asked.status_code, stored(sheet).status) == (422, "draft")
        assert ASKED in flat(asked.text)
        assert " checked" not in tick(asked)
        # A fault elsewhere keeps what was ticked.
        faulty = client.post(page, {"do": "submit", "is_early": "on", f"m-{sheet.pk}-2026-11-09": "abc"})
        assert (faulty.status_code, stored(sheet).status) == (422, "draft")
        assert " checked" in tick(faulty)
        client.post(page, {"do": "submit", "is_early": "on"})
    assert stored(sheet).status == "submitted"


def test_silence_confirms_nothing_before_the_day_after_the_last_day(placed):
    sheet = world.timesheet(placed, {LAST_MONDAY: 420}, status="draft")
    recording.submit(sheet, by=placed.employee.user, at=world.at(date(2026, 11, 10)), is_early=True)
    assert confirming.confirm_tacitly(on=LAST_MONDAY, at=world.at(LAST_MONDAY)) == []
    assert confirming.confirm_tacitly(on=LAST_MONDAY + timedelta(days=1), at=world.NOW) == [sheet]


def test_hours_of_days_to_come_are_not_approved(placed, solene):
    early, day = world.at(FRIDAY), world.at(LAST_MONDAY, 18)
    sheet = world.timesheet(placed, {MONDAY: 420, LAST_MONDAY: 420}, status="confirmed")
    assert refusal_of(approval.approve, sheet, by=solene, at=early).message == TO_COME
    done = approval.approve_all([sheet], by=solene, at=early)
    assert (done.count, done.exceptions) == (0, [(sheet, TO_COME)])
    with pytest.raises(IntegrityError, match="once their days have come"), transaction.atomic():
        sheet.move("approved", kind="approve", by=solene, at=early, approved_at=early)
    fresh = stored(sheet)
    approval.approve(fresh, by=solene, at=day)
    assert stored(sheet).status == "approved"


def test_the_trial_says_so(placed):
    world.timesheet(placed, {MONDAY: 420, LAST_MONDAY: 420}, status="confirmed")
    run = drafting.draft(world.NOVEMBER, by=None, at=world.at(FRIDAY))
    by_code = {problem.code: problem.message for problem in run.problems.all()}
    assert by_code["hours_to_come"] == f"Maëlle Kerbrat chez Aloen\u00a0: {TO_COME}"
    run = drafting.draft(world.NOVEMBER, by=None, at=world.NOW)
    assert "hours_to_come" not in {problem.code for problem in run.problems.all()}


OUTSIDE_DAY = date(2026, 11, 16)
PLACE = "7\u00a0h {what} (lundi 16 novembre)\u00a0: {cure}"
REFUSALS = {
    "no_contract": PLACE.format(
        what="sans contrat de travail",
        cure="prolongez le contrat dans l’administration, ou faites corriger les heures.",
    ),
    "no_assignment": PLACE.format(
        what="hors de la mise à disposition",
        cure="prolongez-la dans l’administration, ou faites corriger les heures.",
    ),
    "no_membership": PLACE.format(
        what="sur des jours où la structure n’est pas adhérente",
        cure="corrigez l’adhésion dans l’administration, ou faites corriger les heures.",
    ),
    "absent": PLACE.format(
        what="sur des jours où une absence est notée",
        cure="changez l’absence sur le planning, ou faites corriger les heures.",
    ),
}


def come_late(kind, placed):
    """A fact that is noted after the hours, and contradicts those of the sixteenth."""
    end = {"ends_before": OUTSIDE_DAY}
    if kind == "no_contract":
        placed.employee.contracts.update(**end)
    elif kind == "no_assignment":
        type(placed).objects.filter(pk=placed.pk).update(**end)
    elif kind == "no_membership":
        placed.member.memberships.update(status="leaving", notice_on=MONDAY, **end)
    else:
        Absence.objects.create(
            employee=placed.employee,
            kind="sickness",
            starts_on=OUTSIDE_DAY,
            ends_before=OUTSIDE_DAY + timedelta(days=1),
            recorded_at=world.NOW,
        )


@pytest.mark.parametrize("kind", list(REFUSALS))
def test_a_fact_that_comes_late_blocks_the_hours_that_it_contradicts(placed, solene, kind):
    sheet = world.timesheet(placed, {MONDAY: 420, OUTSIDE_DAY: 420}, status="confirmed")
    assert month_sheets.to_approve(read()) != []
    come_late(kind, placed)
    fresh = stored(sheet)
    assert refusal_of(approval.approve, fresh, by=solene, at=world.NOW).message == REFUSALS[kind]
    done = approval.approve_all([fresh], by=solene, at=world.NOW)
    assert [sentence for _, sentence in done.exceptions] == [REFUSALS[kind]]
    (found,) = blockers.blockers(read())
    assert (found.kind, found.explanation) == ("contradicted", f"Maëlle Kerbrat\u00a0: {REFUSALS[kind]}")
    page = {"absent": "/equipe/planning/2026-S47/", "no_assignment": f"/heures/releve/{sheet.pk}/prolonger/"}
    assert reverse(found.view, args=found.args) == page.get(kind, f"/heures/releve/{sheet.pk}/")
    assert found.is_post == (kind == "no_assignment")
    assert month_sheets.to_approve(read()) == []
    run = drafting.draft(world.NOVEMBER, by=None, at=world.NOW)
    by_code = {problem.code: (problem.message, problem.is_blocking) for problem in run.problems.all()}
    assert by_code[f"hours_{kind}"] == (f"Maëlle Kerbrat chez Aloen\u00a0: {REFUSALS[kind]}", False)


@pytest.mark.parametrize("kind", list(REFUSALS))
def test_hours_that_were_approved_before_stay_in_what_blocks_and_the_trial_holds_them_against_the_month(
    placed, kind
):
    world.timesheet(placed, {MONDAY: 420, OUTSIDE_DAY: 420})
    assert blockers.blockers(read()) == []
    come_late(kind, placed)
    assert [found.kind for found in blockers.blockers(read())] == ["contradicted"]
    run = drafting.draft(world.NOVEMBER, by=None, at=world.NOW)
    assert run.problems.get(code=f"hours_{kind}").is_blocking


@pytest.mark.parametrize("kind", [kind for kind in REFUSALS if kind != "absent"])
def test_postgresql_approves_no_hours_outside(placed, kind):
    sheet = world.timesheet(placed, {OUTSIDE_DAY: 420}, status="confirmed")
    come_late(kind, placed)
    with (
        pytest.raises(IntegrityError, match="within contract, assignment and membership"),
        transaction.atomic(),
    ):
        sheet.move("approved", kind="approve", by=None, at=world.NOW, approved_at=world.NOW)


def test_absence_entered_as_hours_contradicts_no_absence(placed, solene):
    come_late("absent", placed)
    sheet = world.timesheet(placed.employee, {OUTSIDE_DAY: 420}, kind="sickness", status="submitted")
    approval.approve(sheet, by=solene, at=world.NOW)
    assert stored(sheet).status == "approved"


def test_all_that_contradicts_is_read_in_one_query(placed, django_assert_num_queries):
    sheets = [
        world.timesheet(each, {OUTSIDE_DAY: 420}, status="submitted")
        for each in (placed, world.assignment(placed.employee, world.member("Sonam")))
    ]
    come_late("absent", placed)
    with django_assert_num_queries(1):
        found = contradictions([sheet.pk for sheet in sheets], on=world.NOW.date())
    assert {pk: [each.kind for each in kinds] for pk, kinds in found.items()} == {
        sheet.pk: ["absent"] for sheet in sheets
    }


def read():
    return month_sheets.read_month(world.NOVEMBER, on=world.NOW.date())
