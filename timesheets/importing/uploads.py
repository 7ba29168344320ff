"""The uploaded file between the rehearsal and the import: kept apart under a name nobody can guess, an hour at most."""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from groupement.kernel.lifecycle import Refusal

FOLDER = "imports"
KEPT = timedelta(hours=1)
_TOKEN = re.compile(r"[\w-]{43}")


class Gone(Refusal):
    """The file is not there any more: its hour is over, or it was imported already."""


def keep(data: bytes, *, at: datetime) -> str:
    """Keep an upload; returns the word by which fetch() finds it, to be kept in the session. Sweeps what is too old."""
    sweep(at=at)
    token = secrets.token_urlsafe(32)
    storages["private"].save(f"{FOLDER}/{token}", ContentFile(data))
    return token


def fetch(token: str, *, at: datetime) -> bytes:
    """What was kept under ``token``. Raises Gone."""
    storage = storages["private"]
    name = f"{FOLDER}/{token}"
    if not _TOKEN.fullmatch(token) or not storage.exists(name) or _is_old(name, at):
        raise Gone("Le fichier n’est plus là\u00a0: il est gardé une heure. Envoyez-le de nouveau.")
    with storage.open(name, "rb") as file:
        return bytes(file.read())


def forget(token: str) -> None:
    """Remove what was kept under ``token``, if it is there."""
    if _TOKEN.fullmatch(token):
        storages["private"].delete(f"{FOLDER}/{token}")


def sweep(*, at: datetime) -> int:
    """Remove uploads that nobody imported within the hour; returns how many."""
    storage = storages["private"]
    if not storage.exists(FOLDER):
        return 0
    _, names = storage.listdir(FOLDER)
    old = [f"{FOLDER}/{name}" for name in names if _is_old(f"{FOLDER}/{name}", at)]
    for name in old:
        storage.delete(name)
    return len(old)


def _is_old(name: str, at: datetime) -> bool:
    try:
        kept_at = storages["private"].get_modified_time(name)
    except FileNotFoundError:  # another request was faster
        return True
    if timezone.is_naive(kept_at):
        kept_at = timezone.make_aware(kept_at)
    return at - kept_at > KEPT
