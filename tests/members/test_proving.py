"""Who is really there: asked again for what matters, shut out when idle, let in when Redis is down."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from groupement.kernel import shared_cache
from members import closing
from members.access import trust_email
from members.models import Deputy, Group, Seat, User
from tests import world
from tests.house.forms_accounts import READ_TWICE
from tests.markup import flat
from tests.members.admin_forms import change_url, filled

pytestmark = pytest.mark.django_db
START = world.at(date(2026, 12, 3), 9)
LOGIN = reverse("account_login")
AGAIN = reverse("account_reauthenticate")
NEW = "ailleurs@ailleurs.example"


@pytest.fixture(autouse=True)
def read_twice(settings):
    settings.ZEAL_ALLOWLIST = READ_TWICE["ZEAL_ALLOWLIST"]
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def clock():
    world.group()
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def entered(user):
    """A browser in which ``user`` has just typed their password."""
    trust_email(user)
    client = Client()
    assert client.post(LOGIN, {"login": user.email, "password": world.PASSWORD}).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
    return client


def saved_form(client, row, **changes):
    """What the form of the administration about ``row`` sends, with ``changes``; None takes a field away."""
    fields = {**filled(client, row), **changes}
    return client.post(change_url(row), {name: value for name, value in fields.items() if value is not None})


def type_again(client, answer):
    """Type the password where ``answer`` asks for it; what was sent then goes on."""
    assert answer.status_code == 302
    assert answer["Location"].startswith(AGAIN)
    return client.post(answer["Location"], {"password": world.PASSWORD})


def test_an_address_is_changed_only_by_who_has_just_proven_themselves(clock):
    user = world.user("Maëlle Kerbrat")
    client = entered(user)
    clock.shift(timedelta(days=6))
    added = {"action_add": "", "email": NEW}
    answer = client.post(reverse("account_email"), added)
    assert not EmailAddress.objects.filter(email=NEW).exists()
    type_again(client, answer)
    assert EmailAddress.objects.filter(email=NEW, verified=False).exists()


def test_a_changed_address_is_confirmed_by_its_account_only(clock):
    user, other = world.user("Maëlle Kerbrat"), world.user("Loïc Tanguy")
    mine, theirs, nobody = entered(user), entered(other), Client()
    address = EmailAddress.objects.create(user=user, email=NEW)
    link = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
    for client in (nobody, theirs):
        for method in (client.get, client.post):
            assert method(link).status_code == 302
        assert User.objects.get(pk=user.pk).email == user.email
    assert theirs.session["_auth_user_id"] == str(other.pk)
    assert nobody.get(link)["Location"].startswith(LOGIN)
    mine.post(link)
    assert User.objects.get(pk=user.pk).email == NEW


def test_a_first_address_is_still_proven_before_anybody_is_logged_in(clock):
    user = world.user("Maëlle Kerbrat")
    address = EmailAddress.objects.create(user=user, email=user.email, primary=True)
    Client().post(reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key]))
    assert EmailAddress.objects.get(user=user).verified


def _user(client, person):
    return saved_form(client, person, is_finance="on")


def _address(client, person):
    return saved_form(client, person, email=NEW)


def _iban(client, _person):
    return saved_form(client, Group.objects.get(), iban="FR1420041010050500013M02606")


def _seat(client, person):
    sent = {
        "user": person.pk,
        "member": world.member("Sonam").pk,
        "function": "reader",
        "starts_on": "2026-12-01",
    }
    return client.post(reverse("admin:members_seat_add"), sent)


def _factor(client, person):
    row = Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    return client.post(reverse("admin:mfa_authenticator_delete", args=[row.pk]), {"post": "yes"})


def _deputy(client, person):
    sent = {"deputy": f"0-{person.pk}", "first": "2026-12-10", "last": "2026-12-12"}
    return client.post(reverse("members:appoint_deputy"), sent)


GUARDED = {
    "role": (_user, lambda person: User.objects.get(pk=person.pk).is_finance),
    "address": (_address, lambda person: User.objects.get(pk=person.pk).email == NEW),
    "iban": (_iban, lambda _: Group.objects.get().iban == "FR1420041010050500013M02606"),
    "seat": (_seat, lambda person: Seat.objects.filter(user=person).exists()),
    "factor": (_factor, lambda person: not Authenticator.objects.filter(user=person).exists()),
    "deputy": (_deputy, lambda person: Deputy.objects.filter(user=person).exists()),
}


@pytest.mark.parametrize("name", GUARDED)
def test_what_matters_asks_again_and_goes_on(clock, name, settings):
    settings.IDLE_MINUTES = 600
    act, is_done = GUARDED[name]
    world.admin("Malo Guéguen")
    both = world.user("Solène Rivoal", is_admin=True, is_coordinator=True)
    world.member()
    person = world.staff(world.member("Tiek")) if name == "deputy" else world.user("Loïc Tanguy")
    client = entered(both)
    clock.shift(timedelta(hours=2))
    answer = act(client, person)
    assert not is_done(person)
    type_again(client, answer)
    assert is_done(person)


def test_what_does_not_matter_is_saved_at_once(clock, settings):
    settings.IDLE_MINUTES = 600
    client, person = entered(world.admin()), world.user("Loïc Tanguy")
    clock.shift(timedelta(hours=2))
    answer = saved_form(client, person, phone="02 97 00 00 00")
    assert AGAIN not in answer["Location"]
    assert User.objects.get(pk=person.pk).phone == "02 97 00 00 00"


@pytest.mark.parametrize(
    ("roles", "ends"),
    [({"is_coordinator": True}, True), ({"is_finance": True}, True), ({"is_admin": True}, True), ({}, False)],
)
def test_an_idle_login_with_wide_rights_ends(clock, roles, ends):
    client = entered(world.user("Loïc Tanguy", **roles))
    page = reverse("members:preferences")
    for _ in range(3):  # whoever works stays
        clock.shift(timedelta(minutes=50))
        assert client.get(page).status_code == 200
    clock.shift(timedelta(minutes=61))
    answer = client.get(page)
    assert (answer.status_code == 302) is ends
    if ends:
        assert "Vous n’avez rien fait ici pendant 60" in client.get(answer["Location"]).content.decode()


def test_who_works_while_redis_is_down_stays_too(clock, monkeypatch):
    from django.core.cache import cache
    from redis.exceptions import ConnectionError as RedisGone

    client = entered(world.coordinator())
    monkeypatch.setattr(cache, "add", lambda *_: (_ for _ in ()).throw(RedisGone("refused")))
    for _ in range(3):
        clock.shift(timedelta(minutes=50))
        assert client.get(reverse("members:preferences")).status_code == 200


def fail(client, login, times=1):
    for _ in range(times):
        answer = client.post(LOGIN, {"login": login, "password": "autre chose"})
    return flat(answer.content.decode())


def test_an_office_behind_one_address_is_not_shut_out_by_one_of_them(clock):
    user = world.user("Maëlle Kerbrat")
    trust_email(user)
    for number in range(6):
        fail(Client(), f"personne{number}@laronde.example", 5)
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": world.PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_limit_by_account_stays_and_says_how_long(clock):
    user = world.user("Maëlle Kerbrat")
    trust_email(user)
    fail(Client(), user.email, 5)
    clock.shift(timedelta(seconds=70))
    page = fail(Client(), user.email)
    assert "Trop d’essais à la suite. Attendez quatre minutes, puis recommencez" in page
    clock.shift(timedelta(seconds=190))
    page = fail(Client(), user.email)
    assert "Attendez 40\u00a0secondes, puis recommencez" in page
    clock.shift(timedelta(seconds=40))
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": world.PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_limit_by_address_says_its_own_delay(clock, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "3/m/ip,5/300s/key"}
    fail(Client(), "un@laronde.example", 3)
    clock.shift(timedelta(seconds=10))
    assert "Attendez 50\u00a0secondes, puis" in fail(Client(), "deux@laronde.example")


def test_redis_down_logging_in_works_and_tries_are_counted(clock, settings, monkeypatch):
    settings.CACHES = {
        "default": {
            "BACKEND": "groupement.kernel.shared_cache.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    user = world.user("Maëlle Kerbrat")
    assert isinstance(caches["default"], shared_cache.RedisCache)
    entered(user)
    assert "Trop d’essais à la suite" in fail(Client(), user.email, 6)
    caches["default"].clear()


@pytest.mark.parametrize(("claim", "role"), [("is_coordinator", "coordination"), ("is_finance", "finances")])
def test_the_last_one_of_a_role_is_not_closed_without_a_word(clock, claim, role):
    client = entered(world.admin())
    last = world.user("Solène Rivoal", **{claim: True})
    for change in ({"is_active": None}, {claim: None}):
        answer = saved_form(client, last, **change)
        assert f"Personne d’autre ne tient ce rôle\u00a0: {role}" in answer.content.decode()
    world.user("Anaïs Moal", **{claim: True})
    assert saved_form(client, last, is_active=None).status_code == 302
    assert not User.objects.get(pk=last.pk).is_active


def test_the_last_open_admin_is_not_closed_either(clock):
    last = world.admin()
    world.user("Anaïs Moal", is_admin=True, is_active=False)
    with pytest.raises(closing.LastOfTheirRole, match="administration"):
        closing.refuse_last(last, losing=["is_admin"])
    world.user("Loïc Tanguy", is_admin=True)
    closing.refuse_last(last, losing=["is_admin"])


def test_the_code_page_says_how_long_too(clock):
    user = world.user("Maëlle Kerbrat")
    trust_email(user)
    asking = reverse("account_request_login_code")
    answers = [Client().post(asking, {"email": user.email}) for _ in range(4)]
    assert re.search(r"Attendez (1\u00a0minute|60\u00a0secondes)", flat(answers[-1].content.decode()))
