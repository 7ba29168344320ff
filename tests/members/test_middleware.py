"""When a login was last used: noted, but not on every page."""

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisGone

from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def seen(client):
    """Opens a page and answers when the session was last seen by then."""
    world.group()
    client.force_login(world.user("Solène Rivoal", is_coordinator=True))

    def visit():
        client.get(reverse("account_reauthenticate"))
        return UserSession.objects.values_list("last_seen_at", flat=True).get()

    return visit


def test_a_login_is_noted_at_most_every_five_minutes(seen):
    first = seen()
    assert seen() == first
    cache.clear()
    assert seen() > first


def test_the_cache_holds_no_key_that_opens_a_session(seen, client, monkeypatch):
    kept = []
    monkeypatch.setattr(cache, "add", lambda key, *_: kept.append(key) or True)
    seen()
    assert len(kept) == 1
    assert client.session.session_key not in kept[0]


def test_a_cache_that_is_down_closes_no_page(seen, client, monkeypatch):
    def fail(*_: object) -> None:
        raise RedisGone("connection refused")

    before = seen()
    monkeypatch.setattr(cache, "add", fail)
    assert client.get(reverse("account_reauthenticate")).status_code == 200
    assert seen() == before


def test_an_address_that_only_takes_what_a_button_sends_shows_a_way_back(client):
    world.group()
    client.force_login(world.user())
    address = reverse("members:theme")
    answer = client.get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    text = answer.content.decode()
    assert "Rien à lire à cette adresse" in text
    assert 'href="/">Revenir à mon accueil' in text
    back = client.get(address, headers={"referer": "http://testserver/heures/"}).content.decode()
    assert 'href="http://testserver/heures/">Revenir à la page' in back
    other = client.get(address, headers={"referer": "http://elsewhere.example/x"}).content.decode()
    assert 'href="/">Revenir à mon accueil' in other
    assert client.get(address, headers={"hx-request": "true"}).content == b""
