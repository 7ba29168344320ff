"""Tables as migrations left them, after a test that commits: some milliseconds, where a flush takes half a second."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib import import_module

from django.apps import apps
from django.db import ProgrammingError, connection, transaction
from django.test import TransactionTestCase

# Written once for all, and changed by no test.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# Written by data migrations.
BROUGHT = {"billing_legalmention", "billing_vatrate"}
_flush = TransactionTestCase._fixture_teardown


def install() -> None:
    """Let every test that commits end so, instead of having each table truncated and its permissions made anew."""

    def leave_empty(self: TransactionTestCase) -> None:
        if not empty():
            _flush(self)
        bring()

    TransactionTestCase._fixture_teardown = leave_empty  # type: ignore[method-assign]


def empty() -> bool:
    """Take every row out; False, with all left as it is, when the role may not and only a flush can."""
    names = filled()
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                # Past triggers and references: what refuses to be deleted goes too, in any order.
                cursor.execute("SET LOCAL session_replication_role = replica")
                for name in names:
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
        except ProgrammingError:
            return False
    return True


def bring() -> None:
    """The rows that data migrations wrote, which left no event: what keeps their history came later."""
    written = import_module("billing.migrations.0002_bring_rates_and_mentions").bring
    with transaction.atomic(), connection.cursor() as cursor:
        with suppress(ProgrammingError), transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = replica")
        written(apps, None)
        with suppress(ProgrammingError), transaction.atomic():
            cursor.execute("SET LOCAL session_replication_role = origin")


def filled() -> set[str]:
    """The tables that hold rows, but those of ``KEPT``."""
    with connection.cursor() as cursor:
        cursor.execute(_question())
        return {name for (name,) in cursor.fetchall()}


@cache
def _question() -> str:
    """The query that names the tables with rows."""
    quote = connection.ops.quote_name
    names = sorted(set(connection.introspection.table_names()) - KEPT)
    return " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {quote(name)})" for name in names)
