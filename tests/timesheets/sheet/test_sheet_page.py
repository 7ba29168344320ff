"""One timesheet as a page: what each reader may know of it, and what each may decide."""

import re
from datetime import date, time

import pytest
from django.urls import reverse

from tests import world
from tests.markup import flat
from tests.unguarded import unguarded
from timesheets import approval, confirming, recording
from timesheets.day_rules import TimedHours
from timesheets.models import Entry, Timesheet

pytestmark = pytest.mark.django_db

THURSDAYS = [date(2026, 11, day) for day in (5, 12, 19, 26)]


@pytest.fixture(autouse=True)
def _one_factor(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    settings.USERSESSIONS_TRACK_ACTIVITY = False


@pytest.fixture
def book():
    world.group()
    return world.member("Book Hémisphères")


@pytest.fixture
def placed(book):
    youenn = world.employee("Youenn", "Talec", job="assistant")
    return world.assignment(youenn, book, weekly_pattern=(0, 0, 0, 420, 0, 0, 0))


@pytest.fixture
def claire(book):
    return world.staff(book, "Claire Danno")


def month_of(placed, status="submitted", **facts):
    return world.timesheet(placed, dict.fromkeys(THURSDAYS, 420), status=status, **facts)


def url(name, sheet):
    return reverse(f"timesheets:{name}", args=[sheet.pk])


def words(response):
    return flat(response.content.decode()).strip()


def page_words(client, person, sheet):
    client.force_login(person)
    return words(client.get(url("sheet", sheet)))


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


def test_everybody_concerned_sees_days_and_history(client, placed, claire):
    sheet = month_of(placed, by=placed.employee.user)
    confirming.confirm(sheet, by=claire, at=world.NOW)
    for person in (world.coordinator(), world.finance(), placed.employee.user, claire):
        text = page_words(client, person, sheet)
        assert "Youenn Talec chez Book Hémisphères, novembre 2026" in text
        assert "28,00 h" in text
        assert "jeudi 5 novembre" in text
        assert "<b>Visé</b> par Claire Danno" in text
        assert "<b>Soumis</b> par Youenn Talec" in text


@pytest.mark.parametrize("count", [1, 3])
def test_a_timesheet_takes_the_same_queries_whatever_it_holds(
    client, placed, claire, count, django_assert_num_queries
):
    sheet = world.timesheet(placed, dict.fromkeys(THURSDAYS[:count], 420), status="draft")
    for _ in range(count):
        sheet.move(
            "submitted", kind="submit", by=claire, at=world.NOW, submitted_at=world.NOW, contested_at=None
        )
        remarks = [(day, "Non.", None) for day in THURSDAYS[:count]]
        confirming.contest(sheet, by=claire, at=world.NOW, remarks=remarks)
    client.force_login(claire)
    with django_assert_num_queries(13):
        client.get(url("sheet", sheet))


def test_case_67_staff_see_no_other_member_and_nothing_at_the_group(client, placed, claire, book):
    sonam = world.member("Sonam")
    elsewhere = world.timesheet(world.assignment(placed.employee, sonam), {THURSDAYS[0]: 60})
    group = world.timesheet(placed.employee, {THURSDAYS[1]: 420}, kind="sickness")
    own = month_of(placed)
    assert "28,00 h" in page_words(client, claire, own)
    for hidden in (elsewhere, group):
        for name in ("sheet", "confirm", "approve", "return", "reopen", "supplement"):
            method = client.get if name == "sheet" else client.post
            assert method(url(name, hidden)).status_code == 404
    text = page_words(client, claire, own)
    assert "Sonam" not in text
    assert "Maladie" not in text
    anais = world.staff(sonam, "Anaïs Moal")
    client.force_login(anais)
    assert client.get(url("sheet", own)).status_code == 404
    assert client.get(url("sheet", elsewhere)).status_code == 200


def test_staff_read_present_where_others_read_the_kind(client, placed, claire):
    sheet = world.timesheet(placed, {THURSDAYS[0]: 360}, status="draft")
    Entry.objects.create(timesheet=sheet, day=THURSDAYS[0], kind="travel", minutes=60)
    world.advance(sheet, "confirmed")
    assert "Trajet entre deux lieux de travail" in page_words(client, world.coordinator(), sheet)
    text = page_words(client, claire, sheet)
    assert "Présent" in text
    assert "Trajet" not in text
    assert "7,00" in text


def test_a_former_seat_opens_nothing(client, placed, book):
    former = world.staff(book, "Ewen Le Gall", ends_before=date(2026, 2, 1))
    client.force_login(former)
    assert client.get(url("sheet", month_of(placed))).status_code == 404


def test_case_68_until_submitted_staff_who_do_not_enter_them_see_only_that_hours_are_coming(client, book):
    placed = world.assignment(world.employee("Youenn", "Talec"), book, hours_entry="employee")
    claire = world.staff(book, "Claire Danno")
    sheet = world.timesheet(placed, {THURSDAYS[0]: 450}, status="draft")
    text = page_words(client, claire, sheet)
    assert "En cours de saisie" in text
    assert "7,50" not in text
    assert "jeudi 5 novembre" not in text
    assert "7,50" in page_words(client, placed.employee.user, sheet)
    world.advance(sheet, "submitted")
    assert "7,50" in page_words(client, claire, sheet)


def test_hours_at_the_group_show_their_kind_to_the_person_and_the_group(client, placed):
    sheet = world.timesheet(placed.employee, {THURSDAYS[0]: 420}, kind="leave")
    for person in (placed.employee.user, world.coordinator()):
        assert "Congé" in page_words(client, person, sheet)


def test_noted_times_and_notes_are_shown(client, placed, claire):
    sheet = month_of(placed, "draft")
    Entry.objects.filter(day=THURSDAYS[0]).update(
        started_at=time(9), ended_at=time(17, 30), note="Inventaire du rayon jeunesse."
    )
    world.advance(sheet, "submitted")
    text = page_words(client, claire, sheet)
    assert "9\u00a0h – 17\u00a0h\u00a030" in text
    assert "Inventaire du rayon jeunesse." in text


def test_contested_days_show_their_reason_where_they_are_corrected(client, placed, claire):
    sheet = month_of(placed)
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=[(THURSDAYS[2], "Parti à 15 h 30.", 330)])
    text = page_words(client, placed.employee.user, sheet)
    assert "«\u00a0Parti à 15 h 30.\u00a0», 5,5\u00a0h selon l’adhérent" in text
    assert "<b>Contesté</b> par Claire Danno" in text
    assert reverse("timesheets:my_month", args=[world.NOVEMBER]) in text


def test_the_coordinator_approves_from_the_page(client, placed):
    sheet = month_of(placed, "confirmed")
    assert f'action="{url("approve", sheet)}"' in page_words(client, world.coordinator(), sheet)
    response = client.post(url("approve", sheet), follow=True)
    assert response.redirect_chain == [(url("sheet", sheet), 302)]
    assert stored(sheet).status == "approved"


def test_sending_back_asks_for_a_reason_and_keeps_what_was_typed(client, placed):
    sheet = month_of(placed, "confirmed")
    client.force_login(world.coordinator())
    response = client.post(url("return", sheet), {"note": " "})
    assert response.status_code == 422
    assert "Écrivez un motif\u00a0: la personne le lira." in words(response)
    assert stored(sheet).status == "confirmed"
    response = client.post(url("return", sheet), {"note": "La réunion du 12 est au groupement."}, follow=True)
    assert "Heures renvoyées\u00a0: Youenn Talec, Book Hémisphères." in words(response)
    assert "«\u00a0La réunion du 12 est au groupement.\u00a0»" in words(response)
    assert stored(sheet).state == "returned"


def test_a_refusal_after_a_reason_keeps_the_reason(client, placed):
    sheet = month_of(placed, "draft")
    client.force_login(world.coordinator())
    response = client.post(url("return", sheet), {"note": "Trop tard."})
    assert response.status_code == 422
    assert stored(sheet).status == "draft"


def test_approved_hours_are_reopened_with_a_reason_until_billed(client, placed):
    sheet = month_of(placed, "approved")
    solene = world.coordinator()
    assert f'action="{url("reopen", sheet)}"' in page_words(client, solene, sheet)
    client.post(url("reopen", sheet), {"note": "Il manque le 27."})
    assert stored(sheet).state == "returned"
    assert "<b>Rouvert</b> par Solène Rivoal" in page_words(client, solene, sheet)


def test_billed_hours_offer_a_supplement_only(client, placed):
    sheet = month_of(placed, "approved")
    approval.seal([sheet.pk], at=world.NOW)
    text = page_words(client, world.coordinator(), sheet)
    assert f'action="{url("reopen", sheet)}"' not in text
    response = client.post(url("supplement", sheet), follow=True)
    made = Timesheet.objects.get(supplement=1)
    assert response.redirect_chain == [(url("sheet", made), 302)]
    assert "Complément n° 1" in words(response)
    assert "<b>Complément ouvert</b> par Solène Rivoal" in words(response)


def test_nobody_decides_on_own_hours_in_the_page(client, placed):
    placed.employee.user.is_coordinator = True
    placed.employee.user.save()
    sheet = month_of(placed, "confirmed")
    assert f'action="{url("approve", sheet)}"' in page_words(client, world.coordinator(), sheet)
    assert f'action="{url("approve", sheet)}"' not in page_words(client, placed.employee.user, sheet)


@pytest.mark.parametrize("role", ["finance", "admin"])
def test_finance_and_admin_only_read(client, placed, role):
    sheet = month_of(placed, "confirmed")
    assert "Décider" in page_words(client, world.coordinator(), sheet)
    text = page_words(client, getattr(world, role)(), sheet)
    assert "28,00 h" in text
    assert "Décider" not in text


@pytest.mark.parametrize("name", ["approve", "return", "reopen", "supplement", "confirm"])
def test_decisions_are_posted(client, placed, name):
    client.force_login(world.coordinator())
    assert client.get(url(name, month_of(placed))).status_code == 405


def test_an_approval_is_undone_from_its_message_or_from_the_page(client, placed):
    sheet = month_of(placed, "confirmed")
    client.force_login(world.coordinator())
    text = words(client.post(url("approve", sheet), follow=True))
    form = f'<form method="post" action="{url("undo", sheet)}">'
    assert text.count(form) == 2  # the message, and the decision that stays on the page
    assert "Annuler l’approbation" in text
    text = words(client.post(url("undo", sheet), follow=True))
    assert "Approbation annulée\u00a0: Youenn Talec, Book Hémisphères." in text
    assert stored(sheet).status == "confirmed"
    assert form not in text


def test_an_approval_in_the_month_is_undone_from_its_message_there(client, placed):
    sheet = month_of(placed, "confirmed")
    client.force_login(world.coordinator())
    htmx = {"headers": {"HX-Request": "true"}}
    text = words(client.post(f"{url('approve', sheet)}?filtre=a&b=1", {"back": "month"}, **htmx))
    address = f"{url('undo', sheet)}?filtre=a&b=1&back=month"
    assert f'<form method="post" action="{address.replace("&", "&amp;")}">' in text
    assert re.search(
        r'action="[^"]*annuler[^"]*"><input type="hidden" name="csrfmiddlewaretoken" value="\w+"><input', text
    )
    response = client.post(address)
    assert response.url == reverse("timesheets:month", args=[world.NOVEMBER]) + "?filtre=a&b=1"
    assert stored(sheet).status == "confirmed"


def test_only_what_was_done_can_be_undone(client, placed):
    sheet = month_of(placed, "submitted")
    client.force_login(world.coordinator())
    text = words(client.post(url("approve", sheet), follow=True))
    assert "n’a pas encore visé ces heures" in text
    assert url("undo", sheet) not in text


def test_the_coordination_settles_what_is_maintained_and_the_member_reads_why(client, placed, claire):
    sheet = month_of(placed)
    solene = world.coordinator()
    assert url("settle", sheet) not in page_words(client, solene, sheet)  # nobody contested
    confirming.contest(sheet, by=claire, at=world.NOW, remarks=[(THURSDAYS[2], "Parti à 15 h 30.", 330)])
    sheet.move("submitted", kind="submit", by=None, at=world.NOW, submitted_at=world.NOW, contested_at=None)
    text = page_words(client, solene, sheet)
    assert url("settle", sheet) in text
    assert "«\u00a0Parti à 15 h 30.\u00a0», 5,5\u00a0h selon l’adhérent" in text
    response = client.post(url("settle", sheet), {"note": " "})
    assert response.status_code == 422
    assert 'id="settle_note"' in words(response)
    client.post(url("settle", sheet), {"note": "Le badge dit 17 h."})
    assert stored(sheet).status == "confirmed"
    for person in (claire, placed.employee.user):
        text = page_words(client, person, sheet)
        assert "<b>Tranché par la coordination</b>, à la place de" in text
        assert "«\u00a0Le badge dit 17 h.\u00a0»" in text


def test_insiders_and_who_enters_the_hours_read_who_typed_them(client, placed, claire, book):
    sheet = month_of(placed, "confirmed", by=world.staff(book, "Nolwenn Jégo", function="manager"))
    for person in (placed.employee.user, world.coordinator(), claire):
        text = page_words(client, person, sheet)
        assert "Saisi par" in text
        assert "Nolwenn Jégo" in text
    text = page_words(client, world.staff(book, "Loïc Le Roux", function="reader"), sheet)
    assert "28,00 h" in text
    assert "Saisi par" not in text


def test_breaks_and_the_night_are_told_with_the_times(client, placed, claire):
    sheet = month_of(placed, "draft")
    night = {THURSDAYS[0]: {"worked": TimedHours(None, time(22), time(6), 45)}}
    recording.save(sheet, night, by=placed.employee.user, at=world.NOW)
    with unguarded():
        of_before = {"started_at": time(22), "ended_at": time(6), "break_minutes": 45}
        Entry.objects.filter(day=THURSDAYS[1]).update(**of_before)
    world.advance(sheet, "submitted")
    text = page_words(client, claire, sheet)
    assert "22\u00a0h – 0\u00a0h" in text
    assert "0\u00a0h – 6\u00a0h, suite de la veille, pause 45\u00a0min" in text
    assert "22\u00a0h – 6\u00a0h le lendemain, pause 45\u00a0min" in text


def test_a_deputy_of_the_coordinator_decides_but_not_on_the_principal_s_hours(client, placed):
    solene, ronan = world.coordinator(), world.user("Ronan Le Bihan")
    world.deputy(solene, ronan)
    sheet = month_of(placed, "confirmed")
    own = world.employee("Solène", "Rivoal", with_account=False)
    own.user = solene
    own.save()
    hers = world.timesheet(own, {THURSDAYS[0]: 420}, kind="leave", status="submitted")
    assert f'action="{url("approve", sheet)}"' in page_words(client, ronan, sheet)
    text = page_words(client, ronan, hers)
    assert "Congé" in text
    assert "Décider" not in text
    client.post(url("approve", sheet))
    client.post(url("approve", hers))
    assert (stored(sheet).status, stored(hers).status) == ("approved", "submitted")
