"""The folder of private files: the store by default. Any other of Django's storages may stand in its place."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

HALF_WRITTEN = re.compile(r"\.(.+)\.\w{8}")
AN_HOUR = 3600


class PrivateFolder(FileSystemStorage):
    """Writes a file beside first and then renames it: a reader never sees half of one, nor does a crash leave it.

    A file of the same path is replaced, unless ``allow_overwrite`` is no: who makes it again after a crash gives the
    same bytes.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        self.replaces = bool(options.setdefault("allow_overwrite", True))
        super().__init__(*args, **options)

    def _save(self, name: str, content: Any) -> str:
        if not self.replaces:
            return str(super()._save(name, content))  # type: ignore[misc]
        target = Path(self.path(name))
        target.parent.mkdir(mode=self.directory_permissions_mode or 0o700, parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                chunks: Iterable[bytes | str] = content.chunks()
                for chunk in chunks:
                    file.write(chunk.encode() if isinstance(chunk, str) else chunk)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).rename(target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return name.replace("\\", "/")

    def sweep(self, *, at: datetime) -> int:
        """Delete what a killed worker left half written, an hour old and more; how many."""
        count = 0
        for left in Path(self.path("")).rglob(".*"):
            try:
                if (
                    HALF_WRITTEN.fullmatch(left.name)
                    and left.is_file()
                    and at.timestamp() - left.stat().st_mtime > AN_HOUR
                ):
                    left.unlink()
                    count += 1
            except FileNotFoundError:  # it was being finished
                continue
        return count
