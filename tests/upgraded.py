"""A database that the code made before its migrations were squashed: loaded from its dump, migrated, counted.

tests/data/README.md tells how the dump was made; ``python -m tests.upgraded`` writes anew what is in it.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from groupement import local

FOLDER = Path(__file__).parent / "data"
DUMP, STOCK = FOLDER / "before_the_squash.sql.xz", FOLDER / "before_the_squash.json"
# What Django keeps for itself changes with the models, and is no data of the group.
OWN_BOOKS = ("django_migrations", "django_content_type", "auth_permission")
# Columns that later migrations turn into others; the tests of these check what became of them.
TURNED = {
    "billing_charge": ("figures",),
    "billing_expense": ("receipt",),
    "members_group": ("logo",),
    "members_groupevent": ("logo",),
    "members_mail": ("key",),
    "members_vatattestation": ("document",),
    "members_vatattestationevent": ("document",),
}


@contextmanager
def database(server: str, name: str, template: str = "template0") -> Iterator[str]:
    """Make a database on the server of the address ``server``, give its address, drop it at the end."""
    known = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {name}").format(**known))
        connection.execute(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**known))
    try:
        yield named(server, name)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**known))


def named(server: str, name: str) -> str:
    """The address of another database of the same server."""
    before, _, options = server.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")


def load(address: str) -> None:
    """Run the dump: statements as they are, the rows of COPY as a stream; psql itself is not needed."""
    statements: list[str] = []
    with psycopg.connect(address, autocommit=True) as connection:
        lines = iter(lzma.decompress(DUMP.read_bytes()).decode().splitlines(keepends=True))
        for line in lines:
            if not (line.startswith("COPY ") and line.endswith(" FROM stdin;\n")):
                statements.append(line)
                continue
            connection.execute("".join(statements))  # type: ignore[call-overload]
            statements = []
            with connection.cursor().copy(line) as rows:  # type: ignore[call-overload]
                while (row := next(lines)) != "\\.\n":
                    rows.write(row)
        connection.execute("".join(statements))  # type: ignore[call-overload]


def manage(address: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py on a database, in a process of its own as whoever runs the site does."""
    return run(address, "manage.py", *words)


# As far back as the squashed migrations, in one process.
BACK = """
import django
django.setup()
from django.core.management import call_command
for app, name in (("billing", "0002"), ("timesheets", "0001"), ("members", "0001")):
    call_command("migrate", app, name, verbosity=0)
"""


def run(address: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python on a database."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=local.PROJECT,
        env=os.environ | {"DATABASE_URL": address},
        capture_output=True,
        text=True,
        check=False,
    )


# Of whose columns some became dated rules.
RULED = ("members_group", "members_groupevent")


def stock(
    address: str, wanted: dict[str, Any] | None = None, turned: Mapping[str, tuple[str, ...]] = TURNED
) -> dict[str, Any]:
    """Of each table its rows, columns and a digest of their content; of each invoice what it says.

    With ``wanted``, an earlier stock, only its tables and columns are read; else all but what was ``turned``.
    """
    with psycopg.connect(address, options="-c timezone=UTC") as connection:
        there = _columns(connection, {} if wanted else turned)
        if wanted:
            # What became a rule has no column any more; test_upgrading asks for the rule.
            there = {
                table: [
                    name for name in each["columns"].split() if name in there[table] or table not in RULED
                ]
                for table, each in wanted["tables"].items()
            }
        tables = {table: _digest(connection, table, columns) for table, columns in there.items()}
        rows = connection.execute(
            "SELECT number, kind, status, net::text, vat::text, total::text, snapshot, document.sha256"
            " FROM billing_invoice LEFT JOIN billing_document document ON document.invoice_id = billing_invoice.id"
            " ORDER BY billing_invoice.id"
        ).fetchall()
    invoices = [[*row[:6], _sha256(json.dumps(row[6], sort_keys=True)), row[7]] for row in rows]
    return {"tables": tables, "invoices": invoices}


def _columns(
    connection: psycopg.Connection[Any], turned: Mapping[str, tuple[str, ...]]
) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        " ORDER BY table_name, column_name"
    )
    for table, column in rows:
        if table not in OWN_BOOKS and column not in turned.get(table, ()):
            found.setdefault(table, []).append(column)
    return found


def _digest(connection: psycopg.Connection[Any], table: str, columns: list[str]) -> dict[str, Any]:
    """Rows as JSON texts in the order of these texts: the order of the table's own says nothing."""
    texts = sql.SQL("SELECT json_build_array({})::text FROM {}").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
    )
    rows = sorted(row for (row,) in connection.execute(texts))
    return {"rows": len(rows), "columns": " ".join(columns), "digest": _sha256("\n".join(rows))}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


SCHEMA = {
    "columns": """
        SELECT table_name, column_name, data_type, udt_name, character_maximum_length, numeric_precision, numeric_scale,
               is_nullable, column_default, is_identity, collation_name
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 't'""",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid), pg_get_functiondef(tgfoid),
               obj_description(pg_trigger.oid, 'pg_trigger')
        FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT proname, pg_get_functiondef(pg_proc.oid) FROM pg_proc
        LEFT JOIN pg_depend ON objid = pg_proc.oid AND deptype = 'e'
        WHERE pronamespace = 'public'::regnamespace AND objid IS NULL AND prokind = 'f'""",
    "extensions": "SELECT extname FROM pg_extension",
}


# pg_dump writes ``x IN (…)`` and ``x BETWEEN …`` back with other brackets and casts.
ROUND_TRIP = re.compile(r"[()]|::text(?:\[\])?")


def schema(address: str) -> dict[str, list[tuple[Any, ...]]]:
    """Columns, constraints, indexes, triggers, functions and extensions by name, with what defines them."""
    with psycopg.connect(address) as connection:
        rows = {what: connection.execute(query).fetchall() for what, query in SCHEMA.items()}  # type: ignore[call-overload]
    return {
        what: sorted((tuple(map(_plain, row)) for row in found), key=repr) for what, found in rows.items()
    }


def _plain(cell: object) -> object:
    return ROUND_TRIP.sub("", cell) if isinstance(cell, str) else cell


def write_stock() -> None:
    """Write what the dump holds into its JSON file, by a server of our own."""
    from tests import environment

    environment.prepare()
    server = environment.server()
    server.start()
    try:
        with database(os.environ["DATABASE_URL"], "before") as address:
            load(address)
            STOCK.write_text(json.dumps(stock(address), ensure_ascii=False, indent=1) + "\n")
    finally:
        server.stop()
        with suppress(OSError):
            environment.stop()


if __name__ == "__main__":
    write_stock()
