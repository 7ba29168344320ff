"""What is sent is kept up to the largest file that anything takes; of more, only the size is counted.

So a file of hundreds of megabytes fills neither memory nor disk, the other fields of its form arrive all the same, and
the form says that the file is too large.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from groupement.kernel.media_types import LARGEST_FILE

if TYPE_CHECKING:
    _OfBytes = UploadedFile[bytes]
else:
    _OfBytes = UploadedFile


class OversizedFile(_OfBytes):
    """A file that was too large to be taken in: its name and its size, and nothing of its content."""

    def __init__(self, name: str | None, size: int) -> None:
        super().__init__(file=io.BytesIO(), name=name, content_type=None, size=size)


class LimitedUpload(FileUploadHandler):
    """Stands before Django's own handlers, and hands them nothing beyond the limit."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass a piece on, or drop it."""
        return raw_data if start + len(raw_data) <= LARGEST_FILE else None

    def file_complete(self, file_size: int) -> Any:
        """The file, if it was cut off; else those after us make it."""
        if file_size <= LARGEST_FILE:
            return None
        for other in self.request.upload_handlers if self.request else ():
            if other is not self:
                other.upload_interrupted()  # what it began to write goes
        return OversizedFile(self.file_name, file_size)
