"""Hours after the end of an assignment: one press prolongs it to the last of them, or says why it may not be."""

from datetime import date

import pytest
from django.urls import reverse

from employees.assigning import NotAssignable
from employees.models import Assignment
from tests import markup, world
from timesheets import approval, prolonging
from timesheets.overview import blockers, month_sheets

pytestmark = pytest.mark.django_db

INSIDE, LAST, BEYOND = date(2026, 11, 9), date(2026, 11, 16), date(2026, 11, 17)


@pytest.fixture
def placed():
    world.group()
    return world.assignment(world.employee(), world.member())


@pytest.fixture
def solene(client, settings, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = False
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.NOW)
    person = world.coordinator()
    client.force_login(person)
    return person


def worked_after_the_end(placed, days=(INSIDE, LAST), end=date(2026, 11, 10)):
    sheet = world.timesheet(placed, dict.fromkeys(days, 420), status="confirmed")
    Assignment.objects.filter(pk=placed.pk).update(ends_before=end)
    return type(sheet).objects.select_related("assignment", "employee").get(pk=sheet.pk)


def until():
    return Assignment.objects.values_list("ends_before", flat=True).get()


def test_the_blocker_prolongs_the_assignment_in_one_press_and_a_second_one_does_no_harm(
    client, solene, placed
):
    sheet = worked_after_the_end(placed)
    page = client.get("/heures/mois/2026-11/a-faire/").content.decode()
    (found,) = blockers.blockers(month_sheets.read_month(world.NOVEMBER))
    assert (found.label, found.is_post) == ("Prolonger jusqu’au lundi 16 novembre", True)
    address = reverse(found.view, args=found.args)
    actions = [each["action"].split("?")[0] for each in markup.tree_of(page).elements if each.tag == "form"]
    assert address in actions
    for _ in range(2):
        answer = client.post(address, {"back": "month"}, follow=True)
        assert "mise à disposition jusqu’au 16/11/2026" in answer.content.decode()
        assert until() == BEYOND
    assert blockers.blockers(month_sheets.read_month(world.NOVEMBER)) == []
    approval.approve(sheet, by=solene, at=world.NOW)
    sheet.refresh_from_db()
    assert sheet.status == "approved"
    events = Assignment.pgh_event_model.objects.filter(pgh_label="update", ends_before=BEYOND)
    assert [event.pgh_context.metadata["user"] for event in events] == [solene.pk]


def test_what_contract_membership_or_terms_do_not_allow_is_refused_with_a_sentence(solene, placed):
    sheet = worked_after_the_end(placed)
    end = {"ends_before": date(2026, 11, 12)}
    refusals = {}
    for name, rows, sentence in (
        ("contract", placed.employee.contracts, "À partir du 12/11/2026, le contrat s’arrête."),
        ("terms", placed.terms, "ne vaut le 12/11/2026\u00a0: enregistrez-les dans l’administration"),
        ("named", placed.contract.allowed_members, "le contrat ne cite pas Aloen (C. trav. L1253-9)."),
    ):
        kept = rows.values_list("ends_before", flat=True).get()
        rows.update(**end)
        try:
            prolonging.prolong_assignment(sheet, by=solene, at=world.NOW)
        except NotAssignable as refusal:
            if sentence not in refusal.message:
                refusals[name] = refusal.message
        else:
            refusals[name] = "prolonged"
        rows.update(ends_before=kept)
    assert refusals == {}
    assert until() == date(2026, 11, 10)


def test_hours_before_the_start_are_not_prolonged(client, solene, placed):
    sheet = worked_after_the_end(placed, end=None)
    Assignment.objects.update(starts_on=BEYOND)
    (found,) = blockers.blockers(month_sheets.read_month(world.NOVEMBER))
    assert (found.view, found.is_post) == ("timesheets:sheet", False)
    with pytest.raises(NotAssignable, match="commence le 17/11/2026"):
        prolonging.prolong_assignment(sheet, by=solene, at=world.NOW)


def test_only_the_coordination_prolongs(placed):
    sheet = worked_after_the_end(placed)
    with pytest.raises(NotAssignable, match="coordination"):
        prolonging.prolong_assignment(sheet, by=world.finance(), at=world.NOW)
    assert until() == date(2026, 11, 10)
