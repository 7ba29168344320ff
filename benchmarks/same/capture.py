"""What one side does, seen from outside; run by that side’s own Python: ``python -m same.capture SETTINGS.json``.

Nothing here names a module of the project: only addresses, tables, tasks and commands, whose names last.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import still, story
from .store import Store
from .visit import Ask, Limits, Visitor, written

# A paper’s table, what makes its row one that waits for its file, and the task that makes it.
PAPERS = (
    ("timesheets.SignedSheet", "timesheets.tasks.print_signed_sheet", "pk"),
    ("billing.Letter", "billing.tasks.print_letter", "pk"),
    ("billing.Rendering", "billing.tasks.render_invoice", "invoice_id"),
)
WAITING = {
    "timesheets.SignedSheet": {"path": "", "size": None, "sha256": "", "made_at": None, "attempts": 0},
    "billing.Letter": {"path": "", "size": None, "sha256": "", "made_at": None},
    "billing.Rendering": {"status": "pending", "attempts": 0, "started_at": None, "finished_at": None},
}


@contextmanager
def clock_stopped_at(moment: datetime) -> Iterator[None]:
    import time_machine

    with time_machine.travel(moment, tick=False):
        yield


def accounts() -> list[Any]:
    from django.contrib.auth import get_user_model

    return list(get_user_model().objects.filter(is_active=True).order_by("pk"))


def visits(store: Store, limits: Limits, only: list[str] | None, more: dict[str, list[Any]]) -> None:
    """Every account’s walk, nobody’s, and that of who would need a second factor and has none.

    With ``more``, (address, target of htmx) by account, only these are asked for.
    """
    from django.test import Client, override_settings

    for person in [None, *accounts()]:
        who = person.email.split("@")[0] if person else "nobody"
        if (only and who not in only) or (more and who not in more):
            continue
        client = Client(raise_request_exception=False)
        still.begin(f"login {who}")
        if person:
            client.force_login(person)
        visitor = Visitor(store, who, client, still.sequences(), limits)
        if more:
            visitor.ask_for(Ask(address, htmx) for address, htmx in more[who])
        else:
            visitor.visit()
    if only or more:
        return
    with override_settings(REQUIRE_SECOND_FACTOR=True):
        for person in accounts()[:3]:
            client = Client(raise_request_exception=False)
            client.force_login(person)
            few = Limits(plain=1, dated=1, query=1, admin=0, forms=0)
            Visitor(store, f"{person.email.split('@')[0]} unproved", client, still.sequences(), few).visit()


def stored_mails(store: Store) -> None:
    """The outbox as the database holds it."""
    from django.apps import apps

    names = ("address", "subject", "text", "html", "status")
    for row in apps.get_model("members.Mail").objects.order_by("pk").values():
        text = "\n".join(f"{name}: {row[name]}" for name in names if name in row)
        store.add("mails", f"stored {row['id']}", text.encode())


def papers(store: Store, files: Path) -> None:
    """Make every paper of the database again, by the tasks that make them, in an empty folder."""
    from celery import current_app
    from django.apps import apps
    from django.db import connection, transaction

    made: list[tuple[str, list[int]]] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL session_replication_role = replica"
        )  # what is kept for good may go, in a copy
        apps.get_model("billing.Document").objects.all().delete()
        for label, task, number in PAPERS:
            model = apps.get_model(label)
            names = {field.name for field in model._meta.get_fields()}
            rows = model.objects.order_by("pk")
            rows.update(**{name: value for name, value in WAITING[label].items() if name in names})
            made.append((task, list(rows.values_list(number, flat=True))))
    for task, numbers in made:
        for number in numbers:
            current_app.send_task(task, [number])
    keep_files(store, "papers printed", files)


def keep_files(store: Store, kind: str, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            media = "application/pdf" if path.suffix == ".pdf" else "application/octet-stream"
            store.add(kind, str(path.relative_to(folder)), path.read_bytes(), media=media)


def tasks(store: Store, moment: datetime) -> None:
    """Run every periodic task on days to come, at the hour when people are told; keep the mails."""
    from django.apps import apps
    from django.conf import settings
    from django.core import mail

    days = [moment + timedelta(days=number) for number in (*range(1, 6), 16, 31, 36, 63)]
    group = apps.get_model("members.Group").objects
    for is_tacit in (False, True):
        for day in days:
            early = day.replace(hour=7, minute=30, second=0)
            group.update(has_tacit_confirmation=is_tacit)
            with clock_stopped_at(early):
                for name in sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}):
                    mail.outbox = []
                    still.begin(f"{name} {day}")
                    run_task(name)
                    run_task("members.tasks.send_mails")
                    for number, message in enumerate(mail.outbox, 1):
                        key = f"{early:%Y-%m-%d} {'tacit ' if is_tacit else ''}{name} {number} {message.to}"
                        store.add("mails", key, written(message))


def run_task(name: str) -> None:
    from celery import current_app

    current_app.send_task(name)


def demo(store: Store, files: Path) -> None:
    """Fill the demonstration in an empty database; what it prints, and the files it makes."""
    from django.core.management import call_command

    out = io.StringIO()
    still.begin("demo")
    call_command("demo", stdout=out)
    store.add("demo", "printed", out.getvalue().encode())
    keep_files(store, "demo", files)


def main(path: str) -> None:
    given = json.loads(Path(path).read_text())
    moment = datetime.fromisoformat(given["moment"])
    still.without_chance()
    sys.dont_write_bytecode = True
    import django

    django.setup()
    from django.conf import settings

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.ALLOWED_HOSTS = ["*"]
    still.with_tasks_at_once()
    logging.disable(logging.CRITICAL)
    from django.core import mail
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    still.hold_the_database(moment)
    mail.outbox = []
    store = Store(Path(given["folder"]))
    files = Path(settings.PRIVATE_FILES_ROOT)
    with clock_stopped_at(moment):
        if given["part"] == "demo":
            demo(store, files)
        elif given["part"] == "more":
            visits(store, Limits(), None, given["more"])
        else:
            stored_mails(store)
            visits(store, Limits(), given["only"], {})
            if not given["without_story"]:
                story.go_on(store)
    if given["part"] == "walk":
        again = files.parent / "again"
        again.mkdir()
        settings.STORAGES["private"]["OPTIONS"]["location"] = again
        from django.core.files.storage import storages

        storages._storages.clear()
        storages.__dict__.pop("backends", None)
        with clock_stopped_at(moment):
            papers(store, again)
        tasks(store, moment)
    store.close()
    sys.stdout.flush()
    os._exit(0)  # threads that a command started may still wait for work


if __name__ == "__main__":
    main(sys.argv[1])
