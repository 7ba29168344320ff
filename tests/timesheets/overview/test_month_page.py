"""The coordinator's month as a page: what it shows, to whom, and the decisions taken in it."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from tests import world
from tests.markup import flat
from timesheets import confirming
from timesheets.models import Timesheet

pytestmark = pytest.mark.django_db

MONDAYS = [date(2026, 11, day) for day in (2, 9, 16, 23, 30)]
MONTH = reverse("timesheets:month", args=[world.NOVEMBER])
INBOX = reverse("timesheets:inbox", args=[world.NOVEMBER])
APPROVE_ALL = reverse("timesheets:approve_confirmed", args=[world.NOVEMBER])


@pytest.fixture(autouse=True)
def _in_december():
    with time_machine.travel(world.NOW, tick=True):
        yield


@pytest.fixture
def aloen():
    world.group()
    return world.member("Aloen")


@pytest.fixture
def placed(aloen):
    return world.assignment(world.employee(), aloen)


@pytest.fixture
def solene(client, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    person = world.coordinator()
    client.force_login(person)
    return person


def full(placed, status="confirmed", **facts):
    return world.timesheet(placed, dict.fromkeys(MONDAYS, 420), status=status, **facts)


def words(response):
    return flat(response.content.decode())


def states(*sheets):
    return [Timesheet.objects.get(pk=sheet.pk).status for sheet in sheets]


@pytest.mark.parametrize(
    ("status", "expected"),
    [("submitted", world.OCTOBER), ("approved", world.NOVEMBER), (None, world.NOVEMBER)],
)
def test_months_lead_to_the_one_being_closed_then_to_the_present_one(
    client, solene, placed, status, expected, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(2026, 11, 3))
    if status:
        world.timesheet(placed, month=world.OCTOBER, status=status)
    response = client.get(reverse("timesheets:months"))
    assert response.url == reverse("timesheets:month", args=[expected])


def test_the_month_shows_what_waits_before_the_matrix(client, solene, placed, aloen):
    full(placed, by=world.staff(aloen))
    contested = full(world.assignment(world.employee("Youenn", "Talec"), aloen), "submitted")
    claire = world.staff(aloen, "Claire Danno")
    confirming.contest(contested, by=claire, at=world.NOW, remarks=[(MONDAYS[0], "Absent.", None)])
    text = words(client.get(INBOX))
    assert "2\u00a0relevés, 70,00\u00a0h saisies sur 70,00\u00a0h prévues" in text
    assert "Visé par Nolwenn Jégo, 1er décembre" in text
    assert "Approuver le relevé" in text
    assert "Absent." in text
    assert text.index("Prêts à approuver") < text.index("À trancher") < text.index("Qui travaille pour qui")
    coming = words(client.get(MONTH))
    assert f'hx-get="{INBOX}?vue=grille" hx-trigger="load"' in coming
    assert 'Prêts à approuver <span class="count">1</span>' in coming
    assert "Approuver le relevé" not in coming


@pytest.mark.parametrize("count", [1, 3])
def test_the_month_and_what_waits_take_the_same_queries_whatever_they_hold(
    client, settings, solene, aloen, count, django_assert_num_queries
):
    claire, others = world.staff(aloen, "Claire Danno"), [world.member("Sonam"), world.member("OnCIMé")]
    for number in range(count):
        person = world.employee("Anna", f"Salarié {number}")
        full(world.assignment(person, others[0]), by=solene)
        full(world.assignment(person, others[1]), "submitted")
        contested = full(world.assignment(person, aloen), "submitted")
        confirming.contest(contested, by=claire, at=world.NOW, remarks=[(MONDAYS[0], "Absent.", 300)])
        world.timesheet(person, {MONDAYS[0]: 60}, kind="meeting", status="draft")
    settings.USERSESSIONS_TRACK_ACTIVITY = False  # what the sessions cost is the same on every page
    with django_assert_num_queries(15):
        client.get(MONTH)
    with django_assert_num_queries(39):
        client.get(INBOX, headers={"HX-Request": "true"})


def test_an_unopened_month_is_opened_from_its_page(client, solene, placed):
    assert "Ce mois n’est pas ouvert" in words(client.get(MONTH))
    response = client.post(reverse("timesheets:open", args=[world.NOVEMBER]), follow=True)
    assert response.redirect_chain == [(MONTH, 302)]
    assert "2\u00a0relevés ouverts." in words(response)
    assert Timesheet.objects.count() == 2


def test_missing_timesheets_are_opened_from_what_blocks(client, solene, placed, aloen):
    full(placed)
    world.assignment(world.employee("Youenn", "Talec"), aloen)
    address = reverse("timesheets:open", args=[world.NOVEMBER])
    assert f'action="{address}?vue=grille"' in words(client.get(INBOX))
    client.post(address)
    assert Timesheet.objects.filter(employee__last_name="Talec").count() == 2


def test_approving_in_the_queue_comes_back_to_the_month(client, solene, placed):
    sheet = full(placed)
    response = client.post(reverse("timesheets:approve", args=[sheet.pk]), {"back": "month"}, follow=True)
    assert response.redirect_chain == [(MONTH, 302)]
    assert "Heures approuvées\u00a0: Maëlle Kerbrat, Aloen." in words(response)
    assert states(sheet) == ["approved"]


def test_htmx_gets_the_month_without_its_frame_and_goes_on_with_the_next_row(client, solene, placed, aloen):
    short = dict.fromkeys(MONDAYS, 300)
    first = world.timesheet(placed, short, status="confirmed")
    second = world.timesheet(
        world.assignment(world.employee("Youenn", "Talec"), aloen), short, status="confirmed"
    )
    data = {"back": "month", "next": second.pk}
    response = client.post(
        reverse("timesheets:approve", args=[first.pk]), data, headers={"HX-Request": "true"}
    )
    text = words(response)
    assert response.status_code == 200
    assert text.startswith('<div class="stack is-region" id="month">')
    assert 'value="" data-focus' in text  # the second row is the last one now
    assert 'hx-swap-oob="beforeend"' in text
    assert "Heures approuvées\u00a0: Maëlle Kerbrat, Aloen." in text
    assert states(first, second) == ["approved", "confirmed"]


def test_a_refused_approval_says_why_and_changes_nothing(client, solene, placed):
    sheet = full(placed, "submitted")
    response = client.post(reverse("timesheets:approve", args=[sheet.pk]), {"back": "month"}, follow=True)
    assert "Aloen n’a pas encore visé ces heures." in words(response)
    assert states(sheet) == ["submitted"]


def test_the_batch_says_how_many_and_how_many_hours_before_it_is_done(client, solene, placed, aloen):
    full(placed)
    full(world.assignment(world.employee("Youenn", "Talec"), aloen))
    text = words(client.get(INBOX))
    assert "2\u00a0relevés sont comme prévu" in text
    assert "<b>70,00\u00a0h comme prévu</b>" in text
    assert "Approuver les 2 relevés" in text


def test_the_batch_approves_what_was_seen_and_nothing_else(client, solene, placed, aloen):
    seen = full(placed)
    late = full(world.assignment(world.employee("Youenn", "Talec"), aloen))
    response = client.post(APPROVE_ALL, {"timesheet": [seen.pk, "x"]}, follow=True)
    assert "Un relevé approuvé." in words(response)
    assert states(seen, late) == ["approved", "confirmed"]


def test_the_batch_tells_each_exception(client, solene, placed, aloen):
    ready = full(placed)
    recalled = full(world.assignment(world.employee("Youenn", "Talec"), aloen), "draft")
    response = client.post(APPROVE_ALL, {"timesheet": [ready.pk, recalled.pk]}, follow=True)
    text = words(response)
    assert "Un relevé approuvé." in text
    assert "Youenn Talec, Aloen\u00a0: Ces heures ne sont pas à approuver\u00a0: à saisir." in text
    assert states(ready, recalled) == ["approved", "draft"]


def test_the_batch_reaches_no_other_month(client, solene, placed):
    other = world.timesheet(placed, {date(2026, 10, 5): 420}, month=world.OCTOBER, status="confirmed")
    client.post(APPROVE_ALL, {"timesheet": [other.pk]})
    assert states(other) == ["confirmed"]


def test_case_69_a_coordinator_who_is_also_employed_leaves_own_hours_to_others(client, solene, placed):
    solene.name = "Solène Rivoal"
    placed.employee.user = solene
    placed.employee.save()
    sheet = full(placed)
    response = client.post(APPROVE_ALL, {"timesheet": [sheet.pk]}, follow=True)
    assert "Vous ne pouvez pas décider de vos propres heures" in words(response)
    assert states(sheet) == ["confirmed"]


@pytest.mark.parametrize("role", ["finance", "admin"])
def test_finance_and_admin_read_the_month_and_decide_nothing(client, settings, placed, role):
    settings.REQUIRE_SECOND_FACTOR = False
    sheet = full(placed)
    client.force_login(world.coordinator())
    assert "Approuver le relevé" in words(client.get(INBOX))
    client.force_login(getattr(world, role)())
    text = words(client.get(INBOX))
    assert "Maëlle Kerbrat" in text
    assert "Approuver le relevé" not in text
    assert "Renvoyer" not in text
    for name, data in (("approve", {}), ("return", {"note": "Non."}), ("reopen", {"note": "Non."})):
        assert client.post(reverse(f"timesheets:{name}", args=[sheet.pk]), data).status_code == 404
    for name in ("open", "approve_confirmed"):
        address = reverse(f"timesheets:{name}", args=[world.NOVEMBER])
        assert client.post(address, {"timesheet": [sheet.pk]}).status_code == 403
    assert states(sheet) == ["confirmed"]


def test_staff_and_employees_are_told_whom_the_month_is_for(client, placed, aloen):
    for person in (world.staff(aloen), placed.employee.user):
        client.force_login(person)
        response = client.get(MONTH)
        assert response.status_code == 403
        assert "réservée à la coordination, aux finances et à l’administration" in words(response)


@pytest.mark.parametrize("name", ["open", "approve_confirmed"])
def test_decisions_are_posted(client, solene, name):
    assert client.get(reverse(f"timesheets:{name}", args=[world.NOVEMBER])).status_code == 405
