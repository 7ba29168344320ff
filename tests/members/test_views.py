"""The entrance and the bar: invitations accepted and sent, role and theme, the demonstration."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from django.utils import timezone

from members import inviting
from tests import letters, world

pytestmark = pytest.mark.django_db

CHOSEN = "Une haie, deux mares, trois toits"
BOTH = {"password": CHOSEN, "again": CHOSEN}


@pytest.fixture
def nolwenn():
    world.group()
    return world.staff(world.member())


def link(person, *, at=None):
    token = inviting.invite(person, by=None, at=at or timezone.now())
    return reverse("members:invitation", args=[token])


class TestInvitation:
    def test_choosing_a_password_logs_in(self, client, nolwenn):
        url = link(nolwenn)
        shown = client.get(url)
        assert "Bienvenue, Nolwenn" in shown.content.decode()
        assert "no-store" in shown["Cache-Control"]
        answer = client.post(url, BOTH)
        assert (answer.status_code, answer.url) == (302, "/")
        assert client.session["_auth_user_id"] == str(nolwenn.pk)

    def test_a_person_with_a_second_factor_still_owes_it(self, client, nolwenn):
        Authenticator.objects.create(user=nolwenn, type=Authenticator.Type.TOTP, data={"secret": "x"})
        answer = client.post(link(nolwenn), BOTH)
        assert answer.url == reverse("mfa_authenticate")
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize(
        ("typed", "sentence"),
        [
            ({**BOTH, "again": "Autre chose que cela"}, "Les deux saisies diffèrent."),
            ({"password": "court", "again": "court"}, "Ce mot de passe est trop court"),
            ({}, "Ce champ est obligatoire."),
        ],
    )
    def test_what_is_wrong_is_said_and_the_link_still_serves(self, client, nolwenn, typed, sentence):
        url = link(nolwenn)
        answer = client.post(url, typed)
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert client.post(url, BOTH).status_code == 302

    def test_a_used_link_says_what_to_do(self, client, nolwenn):
        url = link(nolwenn)
        client.post(url, BOTH)
        client.logout()
        for answer in (client.get(url), client.post(url, BOTH)):
            assert answer.status_code == 410
            assert "Cette invitation a déjà servi. Connectez-vous" in answer.content.decode()

    def test_an_expired_link_says_whom_to_ask(self, client, nolwenn):
        answer = client.get(link(nolwenn, at=timezone.now() - timedelta(days=8)))
        assert "Cette invitation a expiré. Demandez-en une nouvelle" in answer.content.decode()

    def test_an_invented_link_opens_nothing(self, client, nolwenn):
        answer = client.get(reverse("members:invitation", args=["x" * 43]))
        assert "Cette invitation n’existe pas." in answer.content.decode()


class TestInvite:
    @pytest.mark.django_db(transaction=True)
    def test_the_letter_carries_a_link_that_works(self, client, settings):
        settings.REQUIRE_SECOND_FACTOR = False
        world.group()
        solene, person = world.coordinator(), world.user()
        client.force_login(solene)
        client.post(reverse("members:invite", args=[person.pk]))
        url = next(word for word in letters.sent()[0].body.split() if word.startswith("http://testserver"))
        client.logout()
        client.post(url.removeprefix("http://testserver"), BOTH)
        assert client.session["_auth_user_id"] == str(person.pk)

    @pytest.mark.parametrize("who", ["finance", "staff", "employee"])
    def test_for_others_there_is_no_such_account(self, client, settings, nolwenn, who):
        settings.REQUIRE_SECOND_FACTOR = False
        people = {
            "finance": world.finance,
            "staff": lambda: nolwenn,
            "employee": lambda: world.employee().user,
        }
        client.force_login(people[who]())
        answer = client.post(reverse("members:invite", args=[nolwenn.pk]))
        assert answer.status_code == 404
        assert not nolwenn.invitations.exists()


class TestRole:
    def test_a_role_that_is_held_can_be_used(self, client, settings):
        settings.REQUIRE_SECOND_FACTOR = False
        client.force_login(world.user(is_coordinator=True, is_finance=True))
        answer = client.post(reverse("members:switch_role"), {"role": "finance"})
        assert (answer.url, client.session["role"]) == ("/", "finance")

    @pytest.mark.parametrize("role", ["admin", "member", "employee", "roi", ""])
    def test_a_role_that_is_not_held_cannot(self, client, settings, role):
        settings.REQUIRE_SECOND_FACTOR = False
        client.force_login(world.coordinator())
        client.post(reverse("members:switch_role"), {"role": role})
        assert "role" not in client.session


class TestTheme:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_it_is_kept_for_a_year_before_login_too(self, client, theme):
        answer = client.post(reverse("members:theme"), {"theme": theme, "next": "/compte/login/"})
        cookie = answer.cookies["theme"]
        assert (cookie.value, cookie["max-age"], cookie["samesite"]) == (theme, 365 * 24 * 3600, "Lax")
        assert answer.url == "/compte/login/"

    def test_an_unknown_theme_changes_nothing(self, client):
        answer = client.post(reverse("members:theme"), {"theme": "<b>"})
        assert "theme" not in answer.cookies

    def test_nobody_is_sent_away(self, client):
        answer = client.post(reverse("members:theme"), {"theme": "dark", "next": "https://ailleurs.example/"})
        assert answer.url == "/"


class TestDemo:
    def test_a_visitor_enters_as_a_person_of_the_demonstration(self, client, settings, nolwenn):
        settings.DEMO_MODE = True
        shown = client.get(reverse("account_login")).content.decode()
        assert nolwenn.email in shown
        answer = client.post(reverse("members:demo_login"), {"email": nolwenn.email})
        assert (answer.url, client.session["_auth_user_id"]) == ("/", str(nolwenn.pk))

    def test_a_closed_account_is_not_offered(self, client, settings, nolwenn):
        settings.DEMO_MODE = True
        nolwenn.is_active = False
        nolwenn.save()
        answer = client.post(reverse("members:demo_login"), {"email": nolwenn.email})
        assert answer.status_code == 404

    def test_outside_demo_mode_there_is_no_such_door(self, client, settings, nolwenn):
        settings.DEMO_MODE = False
        assert nolwenn.email not in client.get(reverse("account_login")).content.decode()
        answer = client.post(reverse("members:demo_login"), {"email": nolwenn.email})
        assert answer.status_code == 404
        assert "_auth_user_id" not in client.session
