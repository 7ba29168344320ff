"""On what a valid form is posted (the day, the files that are kept), and whether its act was done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.files.storage import storages
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from groupement.kernel import uploads
from tests import world
from tests.guards import BOOKKEEPING, WRITING
from tests.house.form import Form

if TYPE_CHECKING:
    import pytest


def set_the_day(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """It is world.NOW, and files are kept in ``folder``, which is empty at first; each was stored this very moment."""
    monkeypatch.setattr(timezone, "now", lambda: world.NOW)
    monkeypatch.setattr(storages["private"], "get_modified_time", lambda _name: world.NOW, raising=False)
    for alias in ("default", "private"):
        for name in ("base_location", "location"):
            monkeypatch.setitem(storages[alias].__dict__, name, str(folder))


def upload(data: bytes) -> str:
    """Store a file as an upload of world.NOW that waits for its import; its token, as the session holds it."""
    token, moment = uploads.store(data, at=world.NOW), world.NOW.timestamp()
    # Else it would be as old as the clock of the disk says.
    os.utime(storages["private"].path(f"{uploads.FOLDER}/{token}"), (moment, moment))
    return token


@contextmanager
def writing() -> Iterator[list[str]]:
    """The tables in which a row was changed inside and not rolled back to a savepoint; sessions aside."""
    tables: list[str] = []
    begun: dict[str, int] = {}

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        found = WRITING.match(sql)
        if found and found[2] not in BOOKKEEPING and context["cursor"].rowcount:
            tables.append(found[2])
        elif sql.startswith("SAVEPOINT "):
            begun[sql.removeprefix("SAVEPOINT ")] = len(tables)
        elif sql.startswith("ROLLBACK TO SAVEPOINT "):
            del tables[begun[sql.removeprefix("ROLLBACK TO SAVEPOINT ")] :]
        return result

    with connection.execute_wrapper(note):
        yield tables


def reason_not_done(form: Form, answer: Any, tables: list[str]) -> str:
    """Why the act of ``form`` was not done, by its answer and by what it wrote; empty when it was."""
    if answer.status_code != (200 if form.is_page else 302):
        return f"answers {answer.status_code}"
    if answer.get("Location", "").startswith(f"{reverse('account_login')}?"):
        return "asks for a login"
    shown = messages.get_messages(answer.wsgi_request)
    if refused := [str(each) for each in shown if each.level >= messages.ERROR]:
        return f"says {' '.join(refused)}"
    if form.shows and not form.shows(answer):
        return "shows nothing of it"
    return "writes nothing" if form.writes and not tables else ""
