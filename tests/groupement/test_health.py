"""The supervisor’s two questions are answered without login, and honestly."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from groupement import health


def test_alive_asks_nothing_of_the_database(client: Client) -> None:
    answer = client.get("/sante/vivant")
    assert (answer.status_code, json.loads(answer.content)) == (200, {"vivant": True})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/sante/pret")
    assert (answer.status_code, json.loads(answer.content)) == (200, {"base": True, "file": True})


@pytest.mark.django_db
@pytest.mark.parametrize("broken", ["base", "file"])
def test_not_ready_names_what_does_not_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("gone")

    if broken == "base":
        monkeypatch.setattr(health.connection, "cursor", fail)
    else:
        monkeypatch.setattr(health.app, "connection_for_write", fail)
    answer = client.get("/sante/pret")
    expected = {"base": True, "file": True} | {broken: False}
    assert (answer.status_code, json.loads(answer.content)) == (503, expected)


@pytest.mark.django_db
def test_supervisor_is_not_sent_to_https(client: Client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/sante/pret").status_code == 200
    assert client.get("/compte/login/").status_code == 301


@pytest.mark.django_db
def test_containers_without_pages_ask_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OperationalError("gone")

    assert health.ask_parts(["database", "broker"]) == 0
    monkeypatch.setattr(health.connection, "cursor", fail)
    assert [health.ask_parts(words) for words in (["database"], ["broker"], ["broker", "database"])] == [
        1,
        0,
        1,
    ]
    monkeypatch.setattr(health.app, "connection_for_write", fail)
    assert health.ask_parts(["broker"]) == 1


def test_container_that_does_not_answer_is_not_ready() -> None:
    assert health.ask(1, "localhost") == 1


@pytest.mark.django_db
def test_container_asks_with_a_host_the_site_knows(live_server, settings) -> None:
    port = int(live_server.url.rsplit(":")[-1])
    settings.ALLOWED_HOSTS = ["ronde.example"]
    assert health.ask(port, "ronde.example") == 0
    assert health.ask(port, "other.example") == 1
