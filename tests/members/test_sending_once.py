"""A rendered form does its act once: sent again it leads to what the first sending made, and writes nothing."""

from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from billing.models import ReserveEntry
from groupement.kernel import pages
from members import middleware, sending_once, tasks
from members.models import Member, SentForm
from tests import world
from tests.house.forms_accounts import READ_TWICE, trust_email
from tests.markup import tree_of
from tests.together import meet
from tests.world import NOW

# Confirmed: without a key nothing else keeps the second from being another one.
SENT = {"booked_on": "2026-11-02", "amount": "5000,00", "label": "Dotation", "is_confirmed": "on"}


@pytest.fixture
def finance(db, settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    client = Client()
    client.force_login(world.finance())
    return client


def keys(answer):
    return [each["value"] for each in tree_of(answer.content.decode()).elements if each["name"] == "form_key"]


def rendered(client, address="billing:reserve"):
    """The key of the form that the page holds."""
    return keys(client.get(reverse(address)))[-1]


def send(client, key, **changed):
    return client.post(reverse("billing:note_reserve"), {**SENT, "form_key": key, **changed})


def sentences(answer):
    return [str(each) for each in get_messages(answer.wsgi_request)]


def sums():
    return list(ReserveEntry.objects.order_by("pk").values_list("amount", flat=True))


def test_every_form_of_a_page_has_a_key_of_its_own(finance):
    found = [*keys(finance.get(reverse("billing:reserve"))), *keys(finance.get(reverse("billing:reserve")))]
    assert len(found) == len(set(found)) > 2
    assert all(sending_once.KEY.fullmatch(key) for key in found)


def test_sent_again_it_shows_what_was_made(finance):
    key = rendered(finance)
    first, second = send(finance, key), send(finance, key)
    assert (first.status_code, second.status_code) == (302, 302)
    assert second["Location"] == first["Location"]
    assert sentences(second) == [*sentences(first), middleware.TWICE]
    assert sums() == [5000]


def test_sent_again_with_another_sum_it_still_shows_what_was_made(finance):
    """The page that the browser kept is one form; another sum is typed into a page opened anew."""
    key = rendered(finance)
    send(finance, key)
    assert middleware.TWICE in sentences(send(finance, key, amount="400,00"))
    send(finance, rendered(finance), amount="400,00")
    assert sums() == [5000, 400]


def test_a_refused_form_is_corrected_and_sent_again(finance):
    key = rendered(finance)
    refused = send(finance, key, amount="beaucoup")
    assert refused.status_code == 422
    assert not SentForm.objects.exists()
    assert send(finance, key).status_code == 302
    assert sums() == [5000]


def test_an_act_that_is_refused_gives_the_key_back(finance, rf):
    """… with all that it wrote before."""
    sending = sending_once.Sending("k" * 22, None, NOW)
    request = rf.post("/")
    request.sending = sending

    def refuse():
        world.member("Aloen")
        raise pages.Refusal("Non.")

    class Form:
        fields: dict = {}

        def add_error(self, *_error):
            pass

    assert not pages.act(request, refuse, form=Form())
    assert (SentForm.objects.count(), Member.objects.count(), sending.row) == (0, 0, None)
    assert pages.act(request, lambda: 1)
    assert SentForm.objects.get().key == "k" * 22


def test_what_broke_after_the_act_is_not_done_again(finance, monkeypatch):
    key = rendered(finance)
    finance.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("billing.liability.views.redirect", lambda *_: 1 / 0)
        assert send(finance, key).status_code == 500
    again = finance.post(
        reverse("billing:note_reserve"), {**SENT, "form_key": key}, headers={"referer": "http://testserver/x"}
    )
    assert (sentences(again)[-1], again["Location"]) == (middleware.UNSURE, "http://testserver/x")
    assert sums() == [5000]
    elsewhere = finance.post(
        reverse("billing:note_reserve"),
        {**SENT, "form_key": key},
        headers={"referer": "https://else.example/"},
    )
    assert elsewhere["Location"] == "/"


def test_what_broke_in_the_act_may_be_sent_again(finance, monkeypatch):
    key = rendered(finance)
    finance.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("billing.liability.views.record_movement", lambda **_: 1 / 0)
        assert send(finance, key).status_code == 500
    assert send(finance, key).status_code == 302
    assert sums() == [5000]


def test_the_key_is_its_senders(finance):
    key = rendered(finance)
    other = Client()
    other.force_login(world.finance("Ana Riou"))
    send(finance, key)
    assert middleware.TWICE not in sentences(send(other, key))
    assert sums() == [5000, 5000]


@pytest.mark.parametrize("key", ["", "short", "k" * 65, "clé-qui-n’en-est-pas-une"])
def test_what_is_no_key_of_ours_is_none(finance, key):
    send(finance, key)
    send(finance, key)
    assert (sums(), SentForm.objects.count()) == ([5000, 5000], 0)


def test_a_cookie_is_set_again(finance):
    """What a browser keeps for itself the first answer may not have brought."""
    key = rendered(finance)
    for _ in range(2):
        assert "theme" in finance.post(reverse("members:theme"), {"theme": "dark", "form_key": key}).cookies


@override_settings(**READ_TWICE)
def test_the_login_is_asked_for_each_time(db):
    anonymous = Client()
    key = keys(anonymous.get(reverse("account_login")))[0]
    person = world.user("Perig Le Roux")
    trust_email(person)
    typed = {"login": person.email, "password": world.PASSWORD, "form_key": key}
    for _ in range(2):
        browser = Client()
        browser.post(reverse("account_login"), typed)
        assert "_auth_user_id" in browser.session


def test_the_administration_adds_once(settings, db):
    settings.REQUIRE_SECOND_FACTOR = False
    admin = Client()
    admin.force_login(world.admin())
    address = reverse("admin:charter_theme_add")
    key = keys(admin.get(address))[-1]
    typed = {"code": "vivant", "label": "Vivant", "position": "1", "form_key": key}
    first, second = admin.post(address, typed), admin.post(address, typed)
    assert (first.status_code, second.status_code, second["Location"]) == (302, 302, first["Location"])
    assert middleware.TWICE in sentences(second)


def test_a_part_that_htmx_asks_for_may_be_sent_as_often_as_it_changes(finance):
    """Its form stays on the page."""
    key = rendered(finance)
    for _ in range(2):
        finance.post(
            reverse("billing:note_reserve"), {**SENT, "form_key": key}, headers={"hx-request": "true"}
        )
    assert (sums(), SentForm.objects.count()) == ([5000, 5000], 0)


def test_old_keys_are_swept(finance):
    send(finance, rendered(finance))
    SentForm.objects.update(sent_at=NOW)
    assert sending_once.forget(NOW + sending_once.KEPT_FOR) == 0
    assert sending_once.forget(NOW + sending_once.KEPT_FOR + timedelta(seconds=1)) == 1
    SentForm.objects.create(key="k" * 22, sent_at=NOW - timedelta(days=400))
    tasks.sweep_forms()
    assert not SentForm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_the_second_waits_for_the_first(settings):
    settings.REQUIRE_SECOND_FACTOR = False
    world.group()
    person = world.finance()
    first, second = Client(), Client()
    for client in (first, second):
        client.force_login(person)
    key = rendered(first)
    met = meet(lambda: send(first, key), lambda: send(second, key))
    assert (sums(), met.waited) == ([5000], True), met
    assert met.second["Location"] == met.first["Location"]
    assert sentences(met.second)[-1] == middleware.TWICE
    assert ReserveEntry.objects.get().booked_on == date(2026, 11, 2)
