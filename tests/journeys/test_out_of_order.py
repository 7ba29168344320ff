"""What a person sees while PostgreSQL is killed or the disk is full; SMTP and Redis that are down: tests/members."""

from __future__ import annotations

import errno
import json

import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django.urls import reverse

from billing.models import Expense
from groupement.kernel.private_folder import PrivateFolder
from tests import world
from tests.house import trying
from tests.house.forms_billing import FORMS
from tests.markup import flat

SORRY = "Quelque chose a cassé chez nous"
ADVICE = "Ce que vous aviez enregistré est gardé et l’incident est noté. Réessayez dans un instant."


def sentences(answer):
    text = flat(answer.content.decode())
    return [sentence for sentence in (SORRY, ADVICE) if sentence in text]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_killed_is_told_and_comes_back_by_itself():
    """The server ends the connection of this process; the next request of the site makes another."""
    world.group()
    client = Client(raise_request_exception=False)
    client.force_login(world.user("Maëlle Kerbrat"))
    page = reverse("members:preferences")
    assert client.get(page).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (own,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
    other.close()
    cut = client.get(page)
    assert (cut.status_code, cut["Cache-Control"]) == (500, "private, no-store")
    assert sentences(cut) == [SORRY, ADVICE]
    close_old_connections()  # as before each request, which tests leave out
    assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_while_the_database_is_away_health_says_so():
    def gone(*_: object) -> None:
        raise OperationalError("the server closed the connection")

    client = Client(raise_request_exception=False)
    with connection.execute_wrapper(gone):
        assert client.get("/sante/vivant").status_code == 200
        ready = client.get("/sante/pret")
    assert (ready.status_code, json.loads(ready.content)["base"]) == (503, False)


@pytest.mark.django_db
def test_a_disk_that_is_full_keeps_nothing_by_halves(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with trying.scene(tmp_path) as house:
        client = house.client("employee")
        client.raise_request_exception = False
        address, fields = trying.filled(
            house, "billing:my_expenses", "employee", FORMS["billing:my_expenses"]
        )
        with monkeypatch.context() as disk:
            disk.setattr(PrivateFolder, "_save", full)
            answer = client.post(address, fields)
        assert answer.status_code == 500
        assert sentences(answer) == [SORRY, ADVICE]
        assert not Expense.objects.exists()
        # Once there is room again, the same form goes in.
        for field in fields.values():
            if hasattr(field, "seek"):
                field.seek(0)
        assert client.post(address, fields).status_code == 302
        assert Expense.objects.count() == 1
