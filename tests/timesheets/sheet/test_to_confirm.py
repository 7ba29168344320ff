"""What a member's staff have to confirm, and their answer: all days, or some contested with a reason for each."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from groupement.kernel.periods import Month
from members.models import Group
from tests import world
from tests.markup import flat
from timesheets import recording
from timesheets.models import Remark, Timesheet

pytestmark = pytest.mark.django_db

THURSDAYS = [date(2026, 11, day) for day in (5, 12, 19, 26)]
LIST = reverse("timesheets:to_confirm")


@pytest.fixture(autouse=True)
def _plain_sessions(settings):
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
def claire(client, book):
    person = world.staff(book, "Claire Danno")
    client.force_login(person)
    return person


@pytest.fixture
def sheet(placed):
    return world.timesheet(placed, dict.fromkeys(THURSDAYS, 420), status="submitted")


def words(response):
    return flat(response.content.decode())


def answer(client, sheet, answer, **facts):
    data = {"answer": answer, **facts}
    return client.post(reverse("timesheets:confirm", args=[sheet.pk]), data, follow=True)


def contest(day, reason="", minutes=""):
    at = day.isoformat()
    return {f"contest-{at}": "contest", f"reason-{at}": reason, f"minutes-{at}": minutes}


def stored(sheet):
    return Timesheet.objects.get(pk=sheet.pk)


def test_the_page_offers_both_answers_and_ticks_nothing_beforehand(client, claire, sheet):
    text = words(client.get(reverse("timesheets:sheet", args=[sheet.pk])))
    assert "Tout viser" in text
    assert text.count('value="contest"') == 4 + 1  # four days, and the button
    assert "checked" not in text
    assert "<dt>À viser</dt><dd>28,00 h</dd>" in text.replace("> <", "><")


def test_confirming_all_returns_to_the_list_and_says_so(client, claire, sheet):
    response = answer(client, sheet, "confirm")
    assert response.redirect_chain == [(LIST, 302)]
    assert "Heures visées\u00a0: Youenn Talec, Book Hémisphères." in words(response)
    assert (stored(sheet).status, sheet.steps.latest("pk").by) == ("confirmed", claire)


def test_contesting_one_day_sends_the_reason_and_the_hours_counted(client, claire, sheet):
    response = answer(client, sheet, "contest", **contest(THURSDAYS[2], "Parti à 15 h 30.", "5h30"))
    assert "Contestation envoyée\u00a0: Youenn Talec, Book Hémisphères." in words(response)
    assert stored(sheet).state == "contested"
    assert list(Remark.objects.values_list("day", "reason", "expected_minutes")) == [
        (THURSDAYS[2], "Parti à 15 h 30.", 330)
    ]


def test_a_contest_of_two_days_without_hours_keeps_both_reasons(client, claire, sheet):
    two = contest(THURSDAYS[0], "Fermé.") | contest(THURSDAYS[1], "Absent.")
    answer(client, sheet, "contest", **two)
    rows = Remark.objects.order_by("day").values_list("day", "reason", "expected_minutes")
    assert list(rows) == [(THURSDAYS[0], "Fermé.", None), (THURSDAYS[1], "Absent.", None)]


@pytest.mark.parametrize(
    ("button", "fields", "sentence"),
    [
        ("contest", {}, "Indiquez au moins un jour à contester, avec son motif."),
        ("contest", contest(THURSDAYS[2]), "Écrivez ce que vous avez constaté"),
        ("contest", contest(THURSDAYS[2], "Trop.", "7:75"), "75 minutes après l’heure"),
        ("contest", contest(THURSDAYS[2], "Trop.", "-1"), "est négatif"),
        ("contest", contest(THURSDAYS[2], "Trop.", "25:00"), "dépasse 24\u00a0h"),
        ("contest", contest(date(2026, 11, 3), "Autre jour."), "Indiquez au moins un jour"),
        ("confirm", contest(THURSDAYS[2], "Parti tôt."), "envoyez la contestation, ou retirez-la"),
        ("confirm", {"seen": "2026-11-01T00:00:00+00:00"}, "soumises à nouveau entre-temps"),
    ],
)
def test_a_faulty_answer_is_told_and_changes_nothing(client, claire, sheet, button, fields, sentence):
    response = answer(client, sheet, button, **fields)
    assert response.status_code == 422
    assert sentence in words(response)
    assert stored(sheet).status == "submitted"
    assert not Remark.objects.exists()


def test_what_was_typed_comes_back_with_the_fault(client, claire, sheet):
    text = words(answer(client, sheet, "contest", **contest(THURSDAYS[2], "Parti à 15 h 30.", "beaucoup")))
    assert "Parti à 15 h 30.</textarea>" in text
    assert 'value="beaucoup"' in text
    assert 'value="contest" checked' in text


def test_the_version_that_was_read_is_the_one_confirmed(client, claire, sheet):
    text = words(client.get(reverse("timesheets:sheet", args=[sheet.pk])))
    seen = re.search(r'name="seen" value="([^"]+)"', text)[1]
    assert answer(client, sheet, "confirm", seen=seen).redirect_chain == [(LIST, 302)]
    assert stored(sheet).status == "confirmed"


def test_case_69_own_hours_wait_for_somebody_else(client, placed, book, sheet):
    youenn = placed.employee.user
    world.seat(youenn, book)
    client.force_login(youenn)
    text = words(client.get(LIST))
    assert "Une autre personne de votre structure doit les viser." in text
    assert "Viser les heures" not in text
    assert "Tout viser" not in words(client.get(reverse("timesheets:sheet", args=[sheet.pk])))
    response = answer(client, sheet, "confirm")
    assert "Vous ne pouvez pas viser vos propres heures" in words(response)
    assert stored(sheet).status == "submitted"


def test_a_reader_reads_and_is_refused(client, book, sheet):
    client.force_login(world.staff(book, "Loïc Le Roux", function="reader"))
    assert "28,00 h" in words(client.get(LIST))
    assert "Tout viser" not in words(client.get(reverse("timesheets:sheet", args=[sheet.pk])))
    assert "Seule l’équipe de Book Hémisphères peut viser ces heures." in words(
        answer(client, sheet, "confirm")
    )
    assert stored(sheet).status == "submitted"


def test_case_67_the_list_holds_one_s_own_member_only(client, claire, placed, sheet):
    sonam = world.member("Sonam")
    world.timesheet(world.assignment(placed.employee, sonam), {THURSDAYS[0]: 60}, status="submitted")
    world.timesheet(placed.employee, {THURSDAYS[0]: 60}, kind="sickness", status="submitted")
    text = words(client.get(LIST))
    assert text.count('<section class="panel" aria-labelledby="visa-') == 1
    assert "Sonam" not in text
    client.force_login(world.staff(sonam, "Anaïs Moal"))
    assert "1,00 h" in words(client.get(LIST))
    assert "28,00 h" not in words(client.get(LIST))


def test_the_list_begins_with_what_waits_longest_and_says_since_when(client, claire, book):
    today = timezone.localdate()
    for name, days in (("Anna", 0), ("Berc’hed", 1), ("Gwenn", 9)):
        placed = world.assignment(world.employee(name, "Talec"), book)
        late = world.timesheet(placed, {THURSDAYS[0]: 60}, status="draft")
        since = world.at(today - timedelta(days=days))
        late.move("submitted", kind="submit", by=None, at=since, submitted_at=since)
        if days > 1:
            world.visa_mail(late, claire, since)
    text = words(client.get(LIST))
    assert re.findall(r"<dt>(\w[\w’]+) Talec</dt>", text) == ["Gwenn", "Berc’hed", "Anna"]
    assert "Soumis il y a 9 jours, attendu depuis le" in text
    assert "Soumis hier, à viser au plus tard le" in text
    assert "Soumis aujourd’hui, à viser au plus tard le" in text


def test_case_68_the_list_says_that_drafts_are_coming_without_their_hours(client, claire, placed):
    month = Month.of(timezone.localdate())
    day = next(day for day in month.days if day.weekday() == 0)
    draft = world.timesheet(placed, {day: 455}, month=month, status="draft")
    text = words(client.get(LIST))
    assert "Tout est visé" in text
    assert reverse("timesheets:sheet", args=[draft.pk]) in text
    assert "7,58" not in text


def test_the_list_keeps_what_was_confirmed(client, claire, placed, sheet):
    answer(client, sheet, "confirm")
    text = words(client.get(LIST))
    assert "Déjà visées" in text
    assert "<b>28,00</b>" in text


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_queries_whatever_it_holds(
    client, claire, book, count, django_assert_num_queries
):
    for number in range(count):
        placed = world.assignment(world.employee("Anna", f"Salarié {number}"), book)
        world.timesheet(placed, {THURSDAYS[0]: 60}, status="submitted")
        world.timesheet(placed, {THURSDAYS[0]: 60}, status="confirmed", supplement=1)
        world.timesheet(placed, status="draft", supplement=2)
    with django_assert_num_queries(17):
        client.get(LIST)


def test_the_list_is_for_member_staff(client, placed):
    client.force_login(placed.employee.user)
    response = client.get(LIST)
    assert response.status_code == 403
    assert "réservée aux équipes des structures adhérentes" in words(response)


def test_the_coordinator_does_not_answer_for_a_member(client, sheet):
    client.force_login(world.coordinator())
    response = client.post(reverse("timesheets:confirm", args=[sheet.pk]), {"answer": "confirm"})
    assert response.status_code == 404
    assert stored(sheet).status == "submitted"


def test_after_a_contest_only_what_was_contested_or_changed_is_to_be_read(client, claire, placed, sheet):
    answer(client, sheet, "contest", **contest(THURSDAYS[2], "Parti à 15 h 30.", "5h30"))
    youenn = placed.employee.user
    draft = stored(sheet)
    text = words(client.get(reverse("timesheets:sheet", args=[sheet.pk])))
    assert text.count("Accepté par l’adhérent") == 3
    recording.save(draft, {THURSDAYS[0]: {"worked": 450}}, by=youenn, at=world.NOW)
    recording.submit(draft, by=youenn, at=world.NOW, note="J’étais là jusqu’à 17 h.")
    text = words(client.get(reverse("timesheets:sheet", args=[sheet.pk])))
    to_read, seen = text.split("<details", 1)
    assert "À relire\u00a0: 2\u00a0jours" in to_read
    assert "jeudi 5 novembre" in to_read
    assert "Changé depuis\u00a0: 7\u00a0h quand vous l’avez vu" in to_read
    assert "Contesté\u00a0: «\u00a0Parti à 15 h 30.\u00a0», 5,5\u00a0h selon vous" in to_read
    assert "«\u00a0J’étais là jusqu’à 17 h.\u00a0»" in to_read
    assert "jeudi 12 novembre" not in to_read
    assert "2\u00a0jours déjà vus, inchangés" in seen
    # What was let pass can still be contested: the fold opens on it.
    response = answer(client, sheet, "contest", **contest(THURSDAYS[1], ""))
    assert 'class="days-before" open>' in words(response)
    answer(client, sheet, "contest", **contest(THURSDAYS[1], "Fermé."))
    assert stored(sheet).state == "contested"


def test_the_member_is_told_until_when_and_what_happens_then(client, claire, sheet):
    page = reverse("timesheets:sheet", args=[sheet.pk])
    assert "Sans réponse jusqu’au lundi 7 décembre, elles seront visées tacitement" in words(client.get(page))
    Group.objects.update(has_tacit_confirmation=False)
    text = words(client.get(page))
    assert "rien n’est facturé avant votre visa" in text
    assert "tacitement" not in text


def test_a_month_without_hours_is_confirmed_too(client, claire, placed):
    gwenn = world.employee("Gwenn", "Riou")
    never = world.assignment(gwenn, placed.member, weekly_pattern=(0,) * 7)
    empty = world.timesheet(never, status="submitted")
    assert "Viser ce mois sans heures" in words(client.get(reverse("timesheets:sheet", args=[empty.pk])))
    answer(client, empty, "confirm")
    assert stored(empty).status == "confirmed"


def test_a_deputy_answers_in_the_principal_s_place_but_not_for_their_hours(client, claire, book, sheet):
    tifenn = world.user("Tifenn Riou")
    world.deputy(claire, tifenn, member=book)
    anna = world.employee("Anna", "Danno", with_account=False)
    anna.user = claire
    anna.save()
    hers = world.timesheet(world.assignment(anna, book), {THURSDAYS[0]: 60}, status="submitted")
    client.force_login(tifenn)
    text = words(client.get(LIST))
    assert text.count('<section class="panel" aria-labelledby="visa-') == 1
    assert text.count("Une autre personne de votre structure doit les viser.") == 1
    answer(client, sheet, "confirm")
    answer(client, hers, "confirm")
    assert (stored(sheet).status, stored(hers).status) == ("confirmed", "submitted")
