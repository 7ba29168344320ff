"""HTML to PDF/A-3b with fixed metadata, stored with its digest: the same text, the same bytes; and nothing else."""

from __future__ import annotations

import atexit
import hashlib
import re
import threading
import unicodedata
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import urlsplit
from urllib.request import url2pathname

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from groupement.kernel.private_folder import PrivateFolder

if TYPE_CHECKING:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

STATIC = Path(__file__).resolve().parent.parent.parent / "static"
STYLESHEET = STATIC / "css" / "paper.css"
ELEMENTS = STATIC / "css" / "paper_elements.css"
VARIANT = "pdf/a-3b"
PIECE = 1 << 16

# White space that ends a block or a line. WeasyPrint prints it as a space, which would make the bytes of a paper depend
# on how its template is spaced; a space that shall stay there is written &#32;.
ENDING_SPACE = re.compile(
    r"[ \t\n]+(?=</(?:p|h[1-6]|t[dh]|caption|li|div|section)>|<(?:br|p|table)\b|<span class=\"quiet\">)"
)

# Pango's font map is shared by the process and is not made for two threads at a time.
_one_at_a_time = threading.Lock()


class PrintSetup(NamedTuple):
    """What is costly to make and the same for every document of the process."""

    fonts: FontConfiguration
    stylesheet: CSS
    fetcher: Any
    source: type[HTML]


def pdf(html: str, *, title: str, author: str, created_at: datetime, identifier: str) -> bytes:
    """Print ``html`` with the stylesheet of the house as PDF/A-3b, in French.

    The same arguments give the same bytes: the clock is not read, and the file's /ID comes from ``identifier``, which
    names the document for good (the number of an invoice). ``created_at`` is an aware datetime. Nothing is fetched
    from a network: a page that asks for anything outside ``static/`` raises instead of coming out incomplete. White
    space at the end of blocks and lines is dropped.
    """
    if created_at.tzinfo is None:
        raise ValueError("created_at needs a time zone")
    moment = created_at.isoformat(timespec="seconds")
    with _one_at_a_time:
        setup = stylesheet()
        text = ENDING_SPACE.sub("", html)
        source = setup.source(string=text, base_url=STATIC.as_uri() + "/", url_fetcher=setup.fetcher)
        document = source.render(font_config=setup.fonts, stylesheets=[setup.stylesheet])
        document.metadata.title = title
        document.metadata.authors = [author]
        document.metadata.created = document.metadata.modified = moment
        document.metadata.generator = "Groupement"
        document.metadata.lang = "fr"
        with warnings.catch_warnings():
            # WeasyPrint leaves its colour profile to be closed by the garbage collector.
            warnings.simplefilter("ignore", ResourceWarning)
            file_id = hashlib.sha256(identifier.encode()).digest()[:16]
            written = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=file_id)
    if not isinstance(written, bytes):
        raise TypeError("write_pdf() answers bytes when it is given no target")
    return written


@cache
def _drawn() -> frozenset[int]:
    """The characters that the fonts of papers hold."""
    from fontTools.ttLib import TTFont

    held: set[int] = set()
    for name in ("inter-regular.ttf", "inter-more-regular.ttf"):
        with TTFont(STATIC / "fonts" / name, lazy=True) as font:
            held |= font.getBestCmap().keys()
    return frozenset(held)


def unprintable(text: str) -> str:
    """The characters of ``text`` that would leave a hole in a paper, each once: emoji, ideograms."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        dict.fromkeys(each for each in composed if ord(each) not in _drawn() and each not in "\n\r\t")
    )


def holes(content: object, at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where a content (texts, lists, tables) holds what cannot be printed: the way to the text, the characters."""
    if isinstance(content, str) and not content.startswith("data:"):
        if found := unprintable(content):
            yield at, found
    elif isinstance(content, Mapping):
        for name, value in content.items():
            yield from holes(value, (*at, str(name)))
    elif isinstance(content, list | tuple):
        for rank, value in enumerate(content, start=1):
            yield from holes(value, (*at, str(rank)))


class StoredFile(NamedTuple):
    """A file in private storage: its path there, its bytes, and their digest (SHA-256, hexadecimal)."""

    path: str
    size: int
    sha256: str


def sweep(*, at: datetime) -> int:
    """Delete what a killed worker left half written, an hour old and more; how many. Only a folder leaves such."""
    store = storages["private"]
    return store.sweep(at=at) if isinstance(store, PrivateFolder) else 0


class Altered(Exception):  # noqa: N818 - named like the refusals
    """A stored file is no longer what was made."""


def store(path: str, content: bytes) -> StoredFile:
    """Write a document into the private store. The answer says where: one that replaces no file takes another path."""
    kept = storages["private"].save(path, ContentFile(content))
    return StoredFile(kept, len(content), hashlib.sha256(content).hexdigest())


def digest_of(file: Any) -> str:
    """SHA-256 of what is left to read, piece by piece: each store gives files of its own sort."""
    found = hashlib.sha256()
    while piece := file.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def open_stored(path: str, sha256: str) -> IO[bytes]:
    """A stored file, at its start, after its digest was checked. Raises FileNotFoundError and Altered."""
    file: Any = storages["private"].open(path, "rb")
    if digest_of(file) != sha256:
        file.close()
        raise Altered(path)
    file.seek(0)
    return cast("IO[bytes]", file)


@cache
def stylesheet() -> PrintSetup:
    """The fonts and the parsed stylesheet, made once: new ones for each document cost a fifth more and leak."""
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    class HouseFetcher(URLFetcher):
        """Reads what lies in ``static/`` and what the page carries itself; refuses all else."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if not _allowed(url):
                raise FatalURLFetchingError(f"A document may not fetch {url[:120]}")
            return super().fetch(url, headers)

    fetcher = HouseFetcher(allowed_protocols={"file", "data"}, allow_redirects=False)
    fonts = FontConfiguration()
    parsed = CSS(filename=STYLESHEET, font_config=fonts, url_fetcher=fetcher)
    elements = CSS(filename=ELEMENTS, url_fetcher=fetcher)

    class HouseHTML(HTML):
        """HTML whose elements have the styles of ELEMENTS; without them the print is the same, a tenth slower."""

        def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:
            return [elements]

    return PrintSetup(fonts, parsed, fetcher, HouseHTML)


# WeasyPrint's fonts must go while its modules are still there.
atexit.register(stylesheet.cache_clear)


def _allowed(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "data":
        return True
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        return False
    return Path(url2pathname(parts.path)).resolve().is_relative_to(STATIC)
