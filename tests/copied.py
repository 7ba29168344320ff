"""Rows that many tests start from, built once in a process and copied into the database of each later test.

Building half a year of invoices takes a second and more; its rows are copied in a few hundredths. Numbers of rows are
taken from sequences, which roll-back never turns back: those of the copy stay free.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from django.db import connection

from tests import emptying

_built: dict[Hashable, dict[str, bytes]] = {}


def build_once(key: Hashable, build: Callable[[], object]) -> None:
    """Bring into a database that holds nothing else the rows that ``build`` writes into one."""
    if key not in _built:
        assert emptying.filled() <= emptying.BROUGHT, "build_once comes first in a test"
        build()
        _built[key] = {table: _read(table) for table in emptying.filled()}
        return
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for table in emptying.BROUGHT:
            cursor.execute(f'DELETE FROM "{table}"')
        for table, rows in _built[key].items():
            with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT binary)') as copy:
                copy.write(rows)
        cursor.execute("SET session_replication_role = origin")


def _read(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as copy:
        return b"".join(bytes(part) for part in copy)
