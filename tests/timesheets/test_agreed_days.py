"""Hours outside contract, assignment and membership: refused with what to do, or recorded with a reason."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from tests import world
from tests.markup import flat
from timesheets import recording
from timesheets.day_rules import BadDays
from timesheets.models import Entry, Kind

pytestmark = pytest.mark.django_db

WORKED, END = date(2026, 11, 16), date(2026, 11, 10)
SEVEN = {WORKED: {Kind.WORKED: 420}}
WHY = {
    "assignment": "Lundi 16 novembre\u00a0: la mise à disposition chez Aloen s’arrête le 09/11/2026.",
    "contract": "Lundi 16 novembre\u00a0: il n’y a pas de contrat de travail ce jour-là.",
    "membership": "Lundi 16 novembre\u00a0: Aloen n’est pas adhérent ce jour-là.",
}
ASK = (
    " Videz cette case. S’il a bien été travaillé, demandez à la coordination\u00a0: elle fait prolonger, ou note ces "
    "heures."
)
REASON = (
    " Videz cette case. Faites prolonger, ou écrivez un motif dans la note de ce jour, sur la page du jour\u00a0: ces "
    "heures sont alors gardées, et ne s’approuvent qu’une fois prolongé."
)


@pytest.fixture
def placed(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    return world.assignment(world.employee(), world.member())


@pytest.fixture
def solene():
    return world.coordinator()


def end(kind, placed):
    if kind == "assignment":
        type(placed).objects.filter(pk=placed.pk).update(ends_before=END)
    elif kind == "contract":
        placed.employee.contracts.update(ends_before=END)
    else:
        placed.member.memberships.update(status="leaving", notice_on=END, ends_before=END)


def refused(sheet, days, *, by, **facts):
    with pytest.raises(BadDays) as refusal:
        recording.save(sheet, days, by=by, at=world.NOW, **facts)
    return refusal.value.errors


@pytest.mark.parametrize("kind", list(WHY))
def test_hours_outside_are_refused_with_what_to_do(placed, solene, kind):
    sheet = world.timesheet(placed, status="draft")
    end(kind, placed)
    for person in (placed.employee.user, world.staff(placed.member)):
        noted = {WORKED: "Travaillé quand même"}  # only the coordination's reason counts
        assert refused(sheet, SEVEN, by=person, notes=noted) == [WHY[kind] + ASK]
    assert refused(sheet, SEVEN, by=solene) == [WHY[kind] + REASON]
    assert refused(sheet, SEVEN, by=solene, notes={WORKED: " "}) == [WHY[kind] + REASON]
    recording.save(sheet, SEVEN, by=solene, at=world.NOW, notes={WORKED: "Remplacement urgent"})
    entry = Entry.objects.get()
    assert (entry.minutes, entry.note, entry.entered_by) == (420, "Remplacement urgent", solene)
    # Whoever may write may take them away again.
    recording.save(sheet, {WORKED: {}}, by=placed.employee.user, at=world.NOW)
    assert not Entry.objects.exists()


def test_nobody_is_absent_at_the_group_without_a_contract(placed):
    sheet = world.timesheet(placed.employee, status="draft")
    end("contract", placed)
    days = {WORKED: {Kind.LEAVE: 420}}
    assert refused(sheet, days, by=placed.employee.user) == [WHY["contract"] + ASK]


def test_the_page_of_the_day_records_a_reason(placed, solene, client):
    sheet = world.timesheet(placed, {date(2026, 11, 2): 420}, status="draft")
    end("assignment", placed)
    place = {"month": world.NOVEMBER, "employee": placed.employee_id, "day": WORKED.day}
    page, field = reverse("timesheets:person_day", kwargs=place), f"m-{sheet.pk}-{WORKED}"
    with time_machine.travel(world.NOW, tick=True):
        client.force_login(placed.employee.user)
        own = reverse("timesheets:day", kwargs={"month": world.NOVEMBER, "day": WORKED.day})
        assert field not in client.get(own).text
        client.force_login(solene)
        assert field in client.get(page).text
        typed = {"do": "save", field: "7"}
        answer = client.post(page, typed)
        assert answer.status_code == 422
        assert "écrivez un motif dans la note de ce jour" in flat(answer.text)
        client.post(page, {**typed, field.replace("m-", "n-", 1): "Inventaire"})
        assert Entry.objects.get(day=WORKED).note == "Inventaire"
        # The person sees it and may empty it.
        client.force_login(placed.employee.user)
        assert field in client.get(own).text
