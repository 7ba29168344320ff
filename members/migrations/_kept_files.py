"""Uploaded files become rows of the one store; their bytes stay where they are. What two migrations share."""

import hashlib
from pathlib import PurePath

from django.core.files.storage import storages
from django.db import migrations
from django.utils import timezone

from groupement.kernel.media_types import ENDINGS, LARGEST_FILE, MediaType, ending_of, media_type

# Of a file that cannot be read: no content has it, so `prove` names the file.
UNKNOWN = "0" * 64
BY_ENDING = {ending: kind for kind, ending in ENDINGS.items()}


def row_of(files, path, known="", *, is_sensitive):
    """The row of the store for the file at ``path``, which stays where it is; ``known`` is a digest kept before.

    A file of no kind that is taken today is handed out as plain text, so that nothing runs it.
    """
    try:
        with storages["private"].open(path, "rb") as file:
            data = file.read()
    except OSError:
        data = b""
    found = media_type(data, path) or BY_ENDING.get(ending_of(path), MediaType.TXT)
    made, _ = files.get_or_create(
        path=path,
        defaults={
            "name": PurePath(path).name[-150:],
            "media_type": found,
            "size": min(max(len(data), 1), LARGEST_FILE),
            "sha256": known or (hashlib.sha256(data).hexdigest() if data else UNKNOWN),
            "is_sensitive": is_sensitive,
            "kept_at": timezone.now(),
        },
    )
    return made


def each_table(apps, schema_editor, app, columns, act, **facts):
    """Do ``act`` for each column of a table and of its history, past the triggers: what was said stays said."""
    for name, column in columns:
        for model in (apps.get_model(app, name), apps.get_model(app, f"{name}Event")):
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            act(apps, model, column, **facts)
            schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            schema_editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def point(apps, model, column, *, is_sensitive):
    """Have rows point at the store; a history points at what a row points at."""
    files = apps.get_model("members", "File").objects
    former = f"former_{column}"
    is_history = model._meta.model_name.endswith("event")
    for row in model.objects.exclude(**{former: ""}).order_by("pk"):
        path = str(getattr(row, former))
        if is_history:
            kept = files.filter(path=path).first()
        else:
            known = getattr(row, f"{former}_sha256", "")
            kept = row_of(files, path, known, is_sensitive=is_sensitive)
        if kept is not None:
            model.objects.filter(pk=row.pk).update(**{column: kept.pk})


def point_back(apps, model, column):
    for row in model.objects.exclude(**{column: None}).select_related(column).order_by("pk"):
        kept = getattr(row, column)
        former = {f"former_{column}": kept.path}
        if hasattr(row, f"former_{column}_sha256"):
            former[f"former_{column}_sha256"] = kept.sha256
        model.objects.filter(pk=row.pk).update(**former)


def fill(app, columns, *, is_sensitive):
    """The operation that has these columns (model, column) of an app point at the store, and takes it back."""

    def forwards(apps, schema_editor):
        each_table(apps, schema_editor, app, columns, point, is_sensitive=is_sensitive)

    def backwards(apps, schema_editor):
        each_table(apps, schema_editor, app, columns, point_back)

    return migrations.RunPython(forwards, backwards)
