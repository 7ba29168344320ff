"""Many approved together: what each of them would get alone, in a number of queries that does not grow."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.together import meet
from timesheets import approval
from timesheets.models import Timesheet

DAYS = {date(2026, 11, 2): 420}


def placed_at(count):
    world.group()
    youenn = world.employee("Youenn", "Talec")
    return [world.assignment(youenn, world.member(f"Adhérent {rank}")) for rank in range(count)]


def fresh(sheets):
    rows = Timesheet.objects.filter(pk__in=[sheet.pk for sheet in sheets])
    return list(rows.select_related("employee", "assignment__member").order_by("pk"))


def statuses(sheets):
    return [sheet.status for sheet in fresh(sheets)]


@pytest.mark.django_db
def test_each_gets_its_stamp_and_its_step(django_assert_num_queries):
    solene = world.coordinator()
    sheets = fresh([world.timesheet(place, DAYS, status="confirmed") for place in placed_at(3)])
    leave = world.timesheet(sheets[0].employee, DAYS, kind="leave", status="submitted")
    done = approval.approve_all([*sheets, leave], by=solene, at=world.NOW)
    assert done == approval.ApprovalResult(4, [])
    assert [sheet.status for sheet in sheets] == ["approved"] * 3  # the instances follow the rows
    for sheet, source in [*((sheet, "confirmed") for sheet in sheets), (leave, "submitted")]:
        step = sheet.steps.latest("pk")
        assert (step.source, step.target, step.by, step.at, step.note) == (
            source,
            "approved",
            solene,
            world.NOW,
            "",
        )
        assert fresh([sheet])[0].approved_at == world.NOW


@pytest.mark.django_db
def test_what_may_not_go_is_told_and_holds_up_no_other():
    solene = world.coordinator()
    places = placed_at(5)
    ready, waiting, moved, gone, draft = (
        world.timesheet(place, DAYS, status=status)
        for place, status in zip(
            places, ("confirmed", "submitted", "confirmed", "draft", "draft"), strict=True
        )
    )
    stale = fresh([moved])[0]
    approval.send_back(moved, by=solene, at=world.NOW, note="À revoir.")
    own = world.timesheet(
        world.assignment(world.employee("Anna", "Riou"), places[0].member), DAYS, status="confirmed"
    )
    deleted = fresh([gone])[0]
    gone.delete()
    ronan = world.user("Ronan Le Bihan")
    world.deputy(solene, ronan)
    type(own.employee).objects.filter(pk=own.employee_id).update(user=ronan)
    asked = [*fresh([ready, waiting]), stale, deleted, *fresh([draft, own]), fresh([ready])[0]]
    done = approval.approve_all(asked, by=ronan, at=world.NOW)
    changed = "Quelqu’un vient de modifier ce relevé\u00a0: rechargez la page."
    assert done.count == 1
    assert [(sheet.pk, sentence) for sheet, sentence in done.exceptions] == [
        (waiting.pk, "Adhérent 1 n’a pas encore visé ces heures."),
        (stale.pk, changed),
        (deleted.pk, changed),
        (draft.pk, "Ces heures ne sont pas à approuver\u00a0: à saisir."),
        (
            own.pk,
            "Vous ne pouvez pas décider de vos propres heures\u00a0: une autre personne doit le faire.",
        ),
        (ready.pk, changed),  # named twice
    ]
    assert ready.steps.filter(target="approved").count() == 1
    assert statuses([ready, waiting, moved, draft, own]) == [
        "approved",
        "submitted",
        "draft",
        "draft",
        "confirmed",
    ]


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow():
    solene, taken = world.coordinator(), []
    places = placed_at(6)
    for group in (places[:1], places[1:]):
        sheets = fresh([world.timesheet(place, DAYS, status="confirmed") for place in group])
        with CaptureQueriesContext(connection) as queries:
            assert approval.approve_all(sheets, by=solene, at=world.NOW).count == len(group)
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 12


@pytest.mark.django_db
def test_of_none_nothing_is_written():
    assert approval.approve_all([], by=world.coordinator(), at=world.NOW) == approval.ApprovalResult(0, [])


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_who_moves_a_row_and_then_believes_the_row():
    """Somebody sends one of them back while the batch is on its way: that one is told, the other goes through."""
    solene, other = world.coordinator(), world.coordinator("Maï Le Dantec")
    sheets = fresh([world.timesheet(place, DAYS, status="confirmed") for place in placed_at(2)])
    read = fresh(sheets)
    met = meet(
        lambda: approval.send_back(sheets[0], by=other, at=world.NOW, note="À revoir."),
        lambda: approval.approve_all(read, by=solene, at=world.NOW),
    )
    assert met.waited  # for the row
    assert (met.second.count, [sheet.pk for sheet, _ in met.second.exceptions]) == (1, [sheets[0].pk])
    assert statuses(sheets) == ["draft", "approved"]
