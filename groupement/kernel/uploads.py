"""An uploaded file between its preview and its import: stored apart under a name nobody can guess, an hour at most."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal

FOLDER = "imports"
STORED_FOR = timedelta(hours=1)
_TOKEN = re.compile(r"[\w-]{43}")


class UploadGone(Refusal):
    """The file is not there any more: its hour is over, or it was imported already."""


def store(data: bytes, *, at: datetime) -> str:
    """Store an upload; returns the token by which load() finds it, for the session. Deletes the expired ones."""
    delete_expired(at=at)
    token = secrets.token_urlsafe(32)
    storages["private"].save(f"{FOLDER}/{token}", ContentFile(data))
    return token


def load(token: str, *, at: datetime) -> bytes:
    """What was stored under ``token``. Raises UploadGone."""
    storage = storages["private"]
    name = f"{FOLDER}/{token}"
    if not _TOKEN.fullmatch(token) or not storage.exists(name) or _is_expired(name, at):
        raise UploadGone("Le fichier n’est plus là\u00a0: il est gardé une heure. Envoyez-le de nouveau.")
    with storage.open(name, "rb") as file:
        return bytes(file.read())


def delete(token: str) -> None:
    """Delete what was stored under ``token``, if it is there."""
    if _TOKEN.fullmatch(token):
        storages["private"].delete(f"{FOLDER}/{token}")


def delete_expired(*, at: datetime) -> int:
    """Delete uploads that nobody imported within the hour; returns how many."""
    storage = storages["private"]
    # Not asked by exists(): a store without folders knows none, whatever lies in it.
    try:
        _, names = storage.listdir(FOLDER)
    except FileNotFoundError:
        return 0
    expired = [f"{FOLDER}/{name}" for name in names if _is_expired(f"{FOLDER}/{name}", at)]
    for name in expired:
        storage.delete(name)
    return len(expired)


def _is_expired(name: str, at: datetime) -> bool:
    try:
        stored_at = storages["private"].get_modified_time(name)
    except FileNotFoundError:  # another request was faster
        return True
    if timezone.is_naive(stored_at):
        stored_at = timezone.make_aware(stored_at)
    return at - stored_at > STORED_FOR
