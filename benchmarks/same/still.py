"""A process that stands still: one moment, no chance, tasks done at once, mail kept. Nothing here knows the project."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

_stream = random.Random("start")  # noqa: S311 - chance is what must go


def without_chance() -> None:
    """Every source of random bytes of Python becomes the one stream that ``begin`` starts anew."""
    os.urandom = _stream.randbytes
    random._urandom = os.urandom  # type: ignore[attr-defined] # what SystemRandom, hence ``secrets``, reads


def begin(what: str) -> None:
    """Start the stream of chance for ``what``: the same each time, whatever was done before."""
    _stream.seed(what)
    random.seed(what)


def with_tasks_at_once() -> None:
    """A task is run where it is sent; whatever it raises stays in it, as with a worker."""
    from celery import Celery, current_app

    current_app.loader.import_default_modules()

    def run(self: Celery, name: str, args: Any = None, kwargs: Any = None, **_options: Any) -> None:
        self.tasks[name].apply(args or (), kwargs or {}, throw=False)

    Celery.send_task = run  # type: ignore[method-assign]


def hold_the_database(moment: datetime) -> None:
    """PostgreSQL tells the time by functions; those of the schema public come first, and say ``moment``."""
    from django.db import connection

    with connection.cursor() as cursor:
        name = connection.ops.quote_name(connection.settings_dict["NAME"])
        for function in ("now", "statement_timestamp", "clock_timestamp", "transaction_timestamp"):
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION public.{function}() RETURNS timestamptz LANGUAGE sql STABLE "
                f"AS $$ SELECT '{moment.isoformat()}'::timestamptz $$"
            )
        cursor.execute(f"ALTER DATABASE {name} SET search_path = public, pg_catalog")
    connection.close()


def sequences() -> str:
    """The statement that sets every sequence back to where it is now."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2")
        rows = cursor.fetchall()
    calls = [
        f'setval(\'"{schema}"."{name}"\', {last or 1}, {"true" if last else "false"})'
        for schema, name, last in rows
    ]
    return f"SELECT {', '.join(calls)}"


@contextmanager
def undone(reset: str) -> Iterator[None]:
    """What happens inside is forgotten by the database."""
    from django.db import connection, transaction

    outer = transaction.atomic()
    outer._from_testcase = True  # type: ignore[attr-defined] # so that what asks to be the outermost still may
    with outer:
        with connection.cursor() as cursor:
            cursor.execute(reset)
        yield
        connection.run_on_commit = []
        transaction.set_rollback(True)
    connection.run_on_commit = []


def run_on_commit() -> None:
    """Do what waits for the commit, which will not come."""
    from django.db import connection

    while connection.run_on_commit:
        _, function, _ = connection.run_on_commit.pop(0)
        function()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
