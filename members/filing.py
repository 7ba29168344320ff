"""Keep a file that somebody brings, hand it out unchanged, erase it: the one way in and out of what files hold."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import IO

from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from groupement.kernel import paper
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.media_types import ENDINGS, LARGEST_FILE, MediaType, ending_of, media_type
from members.models import File, User
from members.roles import TELL_ADMIN

log = logging.getLogger(__name__)

MEBIBYTE = 1024 * 1024
# A name is shown and proposed, never used as a path: no separator, no sign that turns the direction of reading.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


class FileNotKept(Refusal):
    """The file is none that can be kept."""


class FileUnreadable(Refusal):
    """The file cannot be handed out as it was kept."""


def keep(
    data: bytes,
    name: str,
    *,
    by: User | None,
    at: datetime,
    is_sensitive: bool = False,
    kinds: Collection[MediaType] = tuple(MediaType),
    largest: int = LARGEST_FILE,
    field: str | None = None,
) -> File:
    """Keep ``data``, which came under ``name``, and return its row; a refusal names ``field`` of the form.

    What it is, is read of its content; the name may not say another thing. Raises FileNotKept.
    """
    refuse_size(len(data), largest=largest, field=field)
    found = _kind(data, name, kinds, field)
    with transaction.atomic():
        path = f"files/{at:%Y}/{secrets.token_hex(16)}{ENDINGS[found]}"
        row = File(
            name=_safe(name, found), media_type=found, is_sensitive=is_sensitive, kept_by=by, kept_at=at
        )
        stored = paper.store(path, data)
        row.path, row.size, row.sha256 = stored.path, stored.size, stored.sha256
        try:
            row.save(force_insert=True)
        except Exception:
            storages["private"].delete(stored.path)  # no row names it
            raise
    return row


def refuse_size(size: int | None, *, largest: int = LARGEST_FILE, field: str | None = None) -> None:
    """Refuse by size, before anything is read. Raises FileNotKept."""
    if not size:
        raise FileNotKept("Ce fichier est vide. Choisissez-le de nouveau.", field=field)
    if size > largest:
        raise FileNotKept(
            f"Ce fichier dépasse {largest // MEBIBYTE}{NO_BREAK_SPACE}Mo. Envoyez-en un moins lourd"
            f"{NO_BREAK_SPACE}: une photo réduite, ou un PDF de moins de pages.",
            field=field,
        )


def check(
    file: UploadedFile[bytes],
    *,
    kinds: Collection[MediaType] = tuple(MediaType),
    largest: int = LARGEST_FILE,
) -> MediaType:
    """What an upload is, read of its content and left at its start; its size comes first. Raises FileNotKept."""
    refuse_size(file.size, largest=largest)
    file.seek(0)
    data = file.read()
    file.seek(0)
    return _kind(data, file.name or "", kinds, None)


def open_file(kept: File) -> IO[bytes]:
    """The bytes as they were kept, after their digest was checked. Raises FileUnreadable."""
    if kept.purged_at is not None:
        raise FileUnreadable(f"Le fichier «{NO_BREAK_SPACE}{kept.name}{NO_BREAK_SPACE}» a été effacé.")
    try:
        return paper.open_stored(kept.path, kept.sha256)
    except FileNotFoundError as error:
        log.error("file missing: %s", kept.pk)
        raise FileUnreadable(f"Ce fichier est introuvable. {TELL_ADMIN}") from error
    except paper.Altered as error:
        log.error("file altered: %s", kept.pk)
        raise FileUnreadable(f"Ce fichier a été modifié depuis qu’il est gardé. {TELL_ADMIN}") from error


@transaction.atomic
def purge(kept: File, *, at: datetime) -> None:
    """Erase the bytes once the transaction ends; the row stays and says when. Twice is once."""
    if File.objects.filter(pk=kept.pk, purged_at=None).update(purged_at=at):
        path = kept.path
        transaction.on_commit(lambda: storages["private"].delete(path), robust=True)


def _kind(data: bytes, name: str, kinds: Collection[MediaType], field: str | None) -> MediaType:
    found = media_type(data, name)
    wanted = ", ".join(kind.label for kind in kinds)
    if found is None or found not in kinds:
        raise FileNotKept(
            f"Ce fichier n’est pas d’une nature que l’on garde, quel que soit son nom. Envoyez-le en{NO_BREAK_SPACE}: "
            f"{wanted}. Une page web, un dessin SVG, un programme ou un document à macros ne sont pas pris.",
            field=field,
        )
    ending = ending_of(name)
    if ending and ending != ENDINGS[found]:
        raise FileNotKept(
            f"Le nom de ce fichier finit par «{NO_BREAK_SPACE}{ending[:12]}{NO_BREAK_SPACE}», mais son contenu est"
            f"{NO_BREAK_SPACE}: {found.label}. Enregistrez-le de nouveau sous le bon nom, ou dans le bon format.",
            field=field,
        )
    return found


def _safe(name: str, kind: MediaType) -> str:
    """The name without what could deceive, with the ending of what the file is."""
    plain = _UNSAFE.sub("", name).strip(" .")
    stem = plain[: -len(ending)] if (ending := _suffix(plain)) else plain
    return f"{stem[:140] or 'fichier'}{ENDINGS[kind]}"


def _suffix(name: str) -> str:
    found = name.rfind(".")
    return name[found:] if found > 0 else ""
