"""The two roles of the database: one owns the tables and brings migrations, the other is the site’s and owns nothing.

Who owns a table can take its triggers away and empty it. The site reads and writes rows, and can do neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

# Written by migrations alone.
READ_ONLY = ("django_migrations",)


@contextmanager
def as_owner(using: str, owner: Mapping[str, Any] | None) -> Iterator[BaseDatabaseWrapper]:
    """Connect as ``owner`` while it lasts; without one, as the site does."""
    connection = connections[using]
    if owner is None:
        yield connection
        return
    former = connection.settings_dict
    connection.close()
    connection.settings_dict = {**former, **owner}
    try:
        yield connection
    finally:
        connection.close()
        connection.settings_dict = former


def let_in(connection: BaseDatabaseWrapper, role: str, password: str = "") -> None:  # nosec B107 - none is none
    """Let ``role`` read and write the rows of every table, and nothing else; it is made if there is none."""
    name = sql.Identifier(role)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            made = (
                sql.SQL("CREATE ROLE {} LOGIN")
                if not password
                else sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
            )
            cursor.execute(made.format(name, sql.Literal(password)))
        for statement in (
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
            *(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {{role}}" for table in READ_ONLY),
        ):
            cursor.execute(sql.SQL(statement).format(role=name))
