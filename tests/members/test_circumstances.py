"""Who changed what, and when, stays as it was written; a request adds to its own while it lasts."""

from __future__ import annotations

import pghistory
import pytest
from django.db import IntegrityError, connection, transaction
from pghistory.models import Context

from members.models import Group, Member
from tests import world

pytestmark = pytest.mark.django_db


def written(hours: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pghistory_context (id, created_at, updated_at, metadata)"
            " VALUES (gen_random_uuid(), now() - make_interval(hours => %s), now(), '{\"user\": 1}') RETURNING id",
            [hours],
        )
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("hours", "statement"),
    [
        (2, "UPDATE pghistory_context SET metadata = '{\"user\": 2}' WHERE id = %s"),
        (2, "DELETE FROM pghistory_context WHERE id = %s"),
        (0, "DELETE FROM pghistory_context WHERE id = %s"),
        (0, "UPDATE pghistory_context SET created_at = created_at - interval '1 day' WHERE id = %s"),
        (0, "UPDATE pghistory_context SET id = gen_random_uuid() WHERE id = %s"),
    ],
)
def test_nobody_rewrites_what_a_change_names(hours: int, statement: str) -> None:
    pk = written(hours)
    with (
        pytest.raises(IntegrityError, match="who changed what, and when, stays"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [pk])


def test_the_table_is_not_emptied() -> None:
    with (
        pytest.raises(IntegrityError, match="is not emptied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE pghistory_context CASCADE")


def test_a_request_adds_to_its_own_while_it_lasts() -> None:
    world.group()
    aloen = world.member()
    with pghistory.context(user=1):
        Member.objects.filter(pk=aloen.pk).update(short_name="Aloën")
        with pghistory.context(reason="faute de frappe"):
            Group.objects.update(name="La Ronde des haies")
    (found,) = Context.objects.filter(metadata__user=1)
    assert found.metadata["reason"] == "faute de frappe"
