"""After a test that commits, the database is as migrations left it."""

import pytest
from django.apps import apps
from django.db import connection

from billing.documents import mentions, vat
from members.models import Member
from tests import emptying, world


def rows() -> dict[str, int]:
    """The tables that hold rows, but those that Django writes itself, and how many."""
    counts = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - emptying.KEPT:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counts[table] = cursor.fetchone()[0]
    return {table: count for table, count in counts.items() if count}


@pytest.mark.django_db(transaction=True)
def test_what_a_test_commits_is_deleted_and_what_migrations_wrote_is_there():
    brought = {
        "billing_legalmention": len(mentions.DEFAULT_MENTIONS),
        "billing_vatrate": len(vat.DEFAULT_RATES),
    }
    assert rows() == brought
    permissions = apps.get_model("auth", "Permission").objects.count()
    world.group()
    maelle = world.employee(members=[world.member("Aloen")])
    world.timesheet(world.assignment(maelle, Member.objects.get()), world.hours(world.NOVEMBER, 7))
    assert len(rows()) > 10
    assert emptying.empty()
    emptying.bring()
    assert rows() == brought
    assert apps.get_model("auth", "Permission").objects.count() == permissions > 100

    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)  # triggers guard the next test again
