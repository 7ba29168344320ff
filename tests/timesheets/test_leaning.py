"""Whoever ends, moves or contradicts a fact on which hours stand reads them first: in acts, on pages, in the admin."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from employees import absences, moving, rescheduling
from employees.models import Absence, PlannedDay
from groupement.kernel.lifecycle import Refusal
from members import joining, standing
from members.models import Membership
from members.standing import NotConfirmed, StandingKind, StandsOnIt
from tests import world
from tests.markup import flat
from timesheets import approval

pytestmark = pytest.mark.django_db

MONDAY, WORKED = date(2026, 11, 2), date(2026, 11, 16)
END = {"ends_before": date(2026, 11, 10)}
AT = {"at": world.at(MONDAY)}
# How a timesheet of each state is named, by its status and whether it is billed.
STATES = {
    "draft": "en saisie",
    "submitted": "soumises\u00a0; rappelez ou renvoyez le relevé pour les corriger",
    "confirmed": "visées\u00a0; renvoyez le relevé pour les corriger",
    "approved": "approuvées\u00a0; rouvrez le relevé pour les corriger",
    "invoiced": "facturées\u00a0; un avoir rend celles qui n’ont pas été faites, un complément ajoute ce qui manque",
}
HOURS = "Maëlle Kerbrat chez Aloen\u00a0: 7\u00a0h le 16/11/2026, {}."
PLACED = "Maëlle Kerbrat chez Aloen\u00a0: mise à disposition MAD-2026-001 sans fin."


@pytest.fixture
def placed(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    return world.assignment(world.employee(), world.member())


@pytest.fixture
def solene():
    return world.coordinator()


def worked(placed, state="draft"):
    """Seven hours on the sixteenth, in that state."""
    sheet = world.timesheet(
        placed, {MONDAY: 420, WORKED: 420}, status="approved" if state == "invoiced" else state
    )
    if state == "invoiced":
        approval.seal([sheet.pk], at=world.NOW)
    return sheet


def refusal_of(act, *args, **facts):
    """The Refusal that ``act`` raises; None when it is done, and then taken back."""
    try:
        with transaction.atomic():
            act(*args, **facts)
            transaction.set_rollback(True)
    except Refusal as refusal:
        return refusal
    return None


@pytest.mark.parametrize("state", list(STATES))
def test_an_absence_on_a_worked_day_is_asked_about_with_the_way_to_correct(placed, state):
    worked(placed, state)
    person = placed.employee
    noted = {"kind": "sickness", "first": WORKED, "last": WORKED, "by": person.user, **AT}
    refused = refusal_of(absences.record, person, **noted)
    assert (type(refused), refused.field) == (NotConfirmed, "is_confirmed")
    assert refused.errors == [HOURS.format(STATES[state])]
    # Noted all the same once it is confirmed, also over invoiced hours: it is a fact.
    assert refusal_of(absences.record, person, **noted, is_confirmed=True) is None
    # The day after, nobody is asked.
    free = noted | {"first": WORKED + timedelta(days=1), "last": WORKED + timedelta(days=1)}
    assert refusal_of(absences.record, person, **free) is None


def test_only_days_that_an_absence_gains_are_asked_about(placed):
    person, own = placed.employee, {"by": placed.employee.user, **AT}
    noted = absences.record(person, kind="leave", first=WORKED, last=WORKED, **own)
    worked(placed)
    assert refusal_of(absences.change, noted, kind="sickness", first=WORKED, last=WORKED, **own) is None
    wider = {"kind": "leave", "first": MONDAY, "last": WORKED}
    assert refusal_of(absences.change, noted, **wider, **own).errors == [
        "Maëlle Kerbrat chez Aloen\u00a0: 7\u00a0h le 02/11/2026, en saisie."
    ]
    assert refusal_of(absences.change, noted, **wider, **own, is_confirmed=True) is None


def test_absence_entered_as_hours_asks_nothing(placed):
    person = placed.employee
    world.timesheet(person, {WORKED: 420}, kind="leave", status="submitted")
    own = {"kind": "leave", "first": WORKED, "last": WORKED, "by": person.user, **AT}
    assert refusal_of(absences.record, person, **own) is None


def test_the_planning_asks_and_keeps_what_was_typed(placed, solene, client):
    worked(placed)
    client.force_login(solene)
    address = f"{reverse('employees:record_absence')}?pour=2026-S47&vue=personnes"
    typed = {
        "employee": placed.employee_id,
        "kind": "sickness",
        "first": WORKED,
        "last": WORKED,
        "note": "Arrêt",
    }
    typed = {f"absence-{name}": value for name, value in typed.items()}
    asked = client.post(address, typed)
    text = flat(asked.text)
    assert (asked.status_code, Absence.objects.count()) == (422, 0)
    assert "Des heures sont saisies ces jours-là." in text
    assert HOURS.format("en saisie") in text
    assert 'value="Arrêt"' in text
    assert '<input type="checkbox" name="absence-is_confirmed"' in text
    client.post(address, {**typed, "absence-is_confirmed": "on"})
    assert Absence.objects.get().note == "Arrêt"


@pytest.mark.parametrize("act", ["set_day", "move_day", "clear_days"])
@pytest.mark.parametrize("state", ["draft", "approved", "invoiced"])
def test_a_day_with_hours_is_freed_after_a_question(placed, solene, act, state):
    worked(placed, state)
    facts = {
        "set_day": {"day": WORKED, "minutes": 0},
        "move_day": {"day": WORKED, "to": WORKED + timedelta(days=1)},
        "clear_days": {"first": WORKED, "last": WORKED},
    }[act]
    facts |= {"by": solene, **AT}
    function = getattr(moving if act == "move_day" else rescheduling, act)
    assert refusal_of(function, placed, **facts).errors == [HOURS.format(STATES[state])]
    assert refusal_of(function, placed, **facts, is_confirmed=True) is None


def test_another_duration_of_a_day_with_hours_asks_nothing(placed, solene):
    worked(placed)
    assert refusal_of(rescheduling.set_day, placed, WORKED, minutes=300, by=solene, **AT) is None


def test_the_plan_of_a_day_asks_on_its_page(placed, solene, client):
    worked(placed)
    client.force_login(solene)
    place = f"?pour=2026-S47&vue=personnes&qui={placed.employee_id}&jour={WORKED}"
    address = reverse("employees:move_day", args=[placed.pk]) + place
    typed = {f"m{placed.pk}-move-to": WORKED + timedelta(days=1)}
    asked = client.post(address, typed)
    assert HOURS.format("en saisie") in flat(asked.text)
    assert not PlannedDay.objects.exists()
    client.post(address, {**typed, f"m{placed.pk}-move-is_confirmed": "on"})
    assert PlannedDay.objects.count() == 2


def fact(kind, placed):
    """The row of each kind that may end, on which hours and assignments stand."""
    return {
        StandingKind.MEMBERSHIP: lambda: Membership.objects.get(member=placed.member),
        StandingKind.CONTRACT: lambda: placed.contract,
        StandingKind.CONTRACT_MEMBER: lambda: placed.contract.allowed_members.get(member=placed.member),
        StandingKind.ASSIGNMENT: lambda: placed,
    }[kind]()


ENDING = [
    StandingKind.MEMBERSHIP,
    StandingKind.CONTRACT,
    StandingKind.CONTRACT_MEMBER,
    StandingKind.ASSIGNMENT,
]


@pytest.mark.parametrize("kind", ENDING)
@pytest.mark.parametrize("state", list(STATES))
def test_what_stands_beyond_an_end(placed, kind, state):
    worked(placed, state)
    found = standing.on(kind, fact(kind, placed).pk, (END["ends_before"], None))
    above = [] if kind == StandingKind.ASSIGNMENT else [PLACED]
    assert [each.sentence for each in found] == [HOURS.format(STATES[state]), *above]
    # Approved hours are reopened first; nobody can reopen those that are billed.
    assert [each.is_final for each in found] == [state == "approved"] + [False] * len(above)
    last = (WORKED + timedelta(days=1), None)
    assert [each.sentence for each in standing.on(kind, fact(kind, placed).pk, last)] == above


def test_a_member_that_leaves_is_shown_what_lies_beyond(placed, solene):
    sheet = worked(placed)
    membership = fact(StandingKind.MEMBERSHIP, placed)
    leaving = {"by": solene, **AT, **END}
    asked = refusal_of(joining.announce_departure, membership, **leaving)
    assert (type(asked), asked.errors) == (NotConfirmed, [HOURS.format("en saisie"), PLACED])
    assert refusal_of(joining.announce_departure, membership, **leaving, is_confirmed=True) is None
    world.advance(sheet, "approved")
    refused = refusal_of(joining.announce_departure, membership, **leaving, is_confirmed=True)
    assert (type(refused), refused.errors) == (StandsOnIt, [HOURS.format(STATES["approved"])])


def admin_page(client):
    client.force_login(world.admin())


def test_the_admin_lists_what_lies_beyond_a_departure(placed, client):
    worked(placed)
    admin_page(client)
    membership = fact(StandingKind.MEMBERSHIP, placed)
    asked = {"action": "announce_departure", "_selected_action": membership.pk, "day": "2026-11-10"}
    with time_machine.travel(world.at(MONDAY), tick=True):
        address = reverse("admin:members_membership_changelist")
        page = client.post(address, asked, follow=True)
        assert HOURS.format("en saisie") in page.text
        membership.refresh_from_db()
        assert membership.status == "admitted"
        client.post(address, {**asked, "is_confirmed": "on"})
    membership.refresh_from_db()
    assert membership.status == "leaving"


def inline(prefix, *rows):
    return {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": len(rows),
        **{f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()},
    }


def posted(kind, placed):
    """The address of the admin's form and its fields as they are, the end of that kind of row at the tenth."""
    contract, starts = placed.contract, "01/01/2026"
    if kind == StandingKind.ASSIGNMENT:
        terms = placed.terms.get()
        row = {
            "id": terms.pk,
            "assignment": placed.pk,
            "starts_on": starts,
            "weekly_pattern": "7 0 0 0 0 0 0",
        }
        row |= {
            "price_method": "hourly",
            "hourly_price": "22,44",
            "management_rate": "0",
            "notice_days": "30",
        }
        row |= {"absence_rule": "worked_hours", "vat_regime": "S20"}
        facts = {
            "reference": placed.reference,
            "job": "comptable",
            "hours_entry": "both",
            "starts_on": starts,
        }
        return reverse("admin:employees_assignment_change", args=[placed.pk]), {
            **facts,
            "ends_before": "10/11/2026",
            **inline("terms", row),
        }
    terms, named = contract.terms.get(), contract.allowed_members.get()
    ends = {"ends_before": "10/11/2026"}
    row = {"id": terms.pk, "contract": contract.pk, "starts_on": starts, "weekly_minutes": "35"}
    row |= {"gross_monthly_pay": "2200", "time_scheme": "weekly", "classification": "groupe D"}
    listed = {"id": named.pk, "contract": contract.pk, "member": named.member_id, "starts_on": starts}
    listed |= ends if kind == StandingKind.CONTRACT_MEMBER else {}
    facts = {"kind": "permanent", "starts_on": starts, "signed_on": starts}
    facts |= ends if kind == StandingKind.CONTRACT else {}
    return reverse("admin:employees_contract_change", args=[contract.pk]), {
        **facts,
        **inline("terms", row),
        **inline("allowed_members", listed),
    }


@pytest.mark.parametrize("kind", ENDING[1:])
def test_the_admin_asks_before_it_ends(placed, client, kind):
    sheet = worked(placed)
    admin_page(client)
    address, typed = posted(kind, placed)
    asked = client.post(address, typed)
    assert asked.status_code == 200
    assert HOURS.format("en saisie") in asked.text
    row = fact(kind, placed)
    row.refresh_from_db()
    assert row.ends_before is None
    # Approved, they are reopened first, whatever is ticked.
    world.advance(sheet, "approved")
    refused = client.post(address, {**typed, "is_confirmed": "on"})
    assert HOURS.format(STATES["approved"]) in refused.text
    approval.reopen(sheet, by=world.coordinator(), at=world.NOW, note="À corriger")
    assert client.post(address, {**typed, "is_confirmed": "on"}).status_code == 302
    row.refresh_from_db()
    assert row.ends_before == END["ends_before"]


def test_days_that_a_fact_loses():
    jan, feb, mar = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
    assert standing.lost_days((jan, None), (jan, None)) == []
    assert standing.lost_days((jan, None), (jan, mar)) == [(mar, None)]
    assert standing.lost_days((jan, mar), (feb, mar)) == [(jan, feb)]
    assert standing.lost_days((jan, mar), (jan, None)) == []
    assert standing.lost_days((jan, None), (feb, mar)) == [(jan, feb), (mar, None)]
