"""What a file is, said by its content alone: a short list of kinds that open safely; all else is none of them.

A library of signatures tells which of hundreds of kinds a file is most like. Here a file is taken or refused, so each
kind is asked of who reads it: pictures of Pillow, what is packed of its own list of parts, text of its characters.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from pathlib import PurePath

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.db import models
from PIL import Image

LARGEST_FILE = 20 * 1024 * 1024


class MediaType(models.TextChoices):
    """The kinds that are kept; never one that a browser runs."""

    PDF = "application/pdf", "PDF"
    PNG = "image/png", "image PNG"
    JPEG = "image/jpeg", "image JPEG"
    WEBP = "image/webp", "image WebP"
    ODT = "application/vnd.oasis.opendocument.text", "texte OpenDocument"
    ODS = "application/vnd.oasis.opendocument.spreadsheet", "classeur OpenDocument"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document Word"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "classeur Excel"
    CSV = "text/csv", "CSV"
    TXT = "text/plain", "texte"


# The ending by which a file is handed out, and others that say the same.
ENDINGS = {MediaType(value): f".{MediaType(value).name.lower()}" for value in MediaType.values}
ENDINGS[MediaType.JPEG] = ".jpg"
SAME_ENDINGS = {".jpeg": ".jpg", ".jpe": ".jpg", ".jfif": ".jpg"}
PICTURES = {"PNG": MediaType.PNG, "JPEG": MediaType.JPEG, "WEBP": MediaType.WEBP}

# Where the main part of an Office document lies, and the word for what it is when it brings no macro.
_MAIN = {
    "/word/document.xml": (f"{MediaType.DOCX}.main+xml", MediaType.DOCX),
    "/xl/workbook.xml": (f"{MediaType.XLSX}.main+xml", MediaType.XLSX),
}
_MACROS = re.compile(r"(?:^|/)vbaProject\.bin$|^(?:Basic|Scripts)/.", re.IGNORECASE)
_OVERRIDE = "{http://schemas.openxmlformats.org/package/2006/content-types}Override"
# A list of parts, and what is read of a packed file to know it, are this long at most.
_LONGEST_LIST = 1 << 20
# What a browser or a shell would run: any markup or "#!" that a text begins with, and these wherever they stand.
_RUN = re.compile(
    r"\A[\s\ufeff]*(?:#!|<[a-z!?/])|<(?:!doctype|\?php|html|svg|script|iframe|object|embed)(?![\w-])",
    re.IGNORECASE,
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def media_type(data: bytes, name: str = "") -> MediaType | None:
    """The kind of a file by its content, or None when it is none of ours.

    A table and a plain text are both characters in lines: of these alone ``name`` says which, by its ending.
    """
    if data.startswith(b"%PDF-"):
        return MediaType.PDF if b"%%EOF" in data[-2048:] else None
    if data.startswith(b"PK\x03\x04"):
        return _packed(data)
    return _picture(data) or _text(data, name)


def ending_of(name: str) -> str:
    """The ending of a name, as ENDINGS writes it."""
    found = PurePath(name).suffix.lower()
    return SAME_ENDINGS.get(found, found)


def _picture(data: bytes) -> MediaType | None:
    try:
        with warnings.catch_warnings():
            # A picture of more pixels than anybody's camera takes is refused, not unpacked.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=tuple(PICTURES)) as picture:
                picture.verify()
                return PICTURES[picture.format or ""]
    except Exception:  # noqa: BLE001 - readers of pictures raise whatever a damaged one makes them
        return None


def _packed(data: bytes) -> MediaType | None:
    if not _lists_few(data):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            if any(_MACROS.search(name) for name in names):
                return None
            # OpenDocument says what it is in its first part, unpacked.
            if names and names[0] == "mimetype":
                declared = _read(packed, "mimetype").decode("ascii").strip()
                return (
                    MediaType(declared)
                    if declared in (MediaType.ODT, MediaType.ODS) and "content.xml" in names
                    else None
                )
            return _office(packed, set(names))
    except (
        *(zipfile.BadZipFile, zlib.error, DefusedXmlException, SyntaxError, EOFError, OSError),
        *(LookupError, NotImplementedError, RuntimeError, ValueError),
    ):
        return None


def _lists_few(data: bytes) -> bool:
    """Whether the list of parts is short, which is asked before it is read: a file may list millions."""
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(data) or data[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
        return False
    (length,) = struct.unpack("<L", data[at + 12 : at + 16])
    return bool(length <= _LONGEST_LIST)


def _office(packed: zipfile.ZipFile, names: set[str]) -> MediaType | None:
    for part in fromstring(_read(packed, "[Content_Types].xml")).iter(_OVERRIDE):
        written, kind = _MAIN.get(part.get("PartName", ""), ("", None))
        if kind and part.get("ContentType") == written and part.get("PartName", "")[1:] in names:
            return kind
    return None


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        found = part.read(_LONGEST_LIST + 1)
    if len(found) > _LONGEST_LIST:
        raise ValueError(name)
    return found


def _text(data: bytes, name: str) -> MediaType | None:
    text = _decoded(data)
    if not text.strip() or _CONTROLS.search(text) or _RUN.search(text):
        return None
    return MediaType.CSV if ending_of(name) == ENDINGS[MediaType.CSV] else MediaType.TXT


def _decoded(data: bytes) -> str:
    """The text of the bytes, as Unicode or as Windows writes Western languages; empty when they are none."""
    utf16 = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ()
    for encoding in (*utf16, "utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""
