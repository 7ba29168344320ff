"""Walk a site as somebody who clicks on every link and tries what addresses suggest; what each page says."""

from __future__ import annotations

import html
import io
import re
from collections import deque
from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.test import Client
from pypdf import PdfReader

from tests.journeys.visiting import spaced
from tests.markup import flat

LINK = re.compile(r'\b(?:href|hx-get|data-action)="([^"]*)"')
NOT_WALKED = ("/compte/", "/static/", "/admin/", "/sante/")
# Months lead to months without end; the story is in these.
MONTH = re.compile(r"\b\d{4}-\d\d\b")
WALKED_MONTHS = {"2026-11", "2026-12"}
# So do weeks, and each opens as many days: those of the story, and one day for all.
WEEK = re.compile(r"\b\d{4}-S\d\d\b")
WALKED_WEEKS = {"2026-S45", "2026-S49"}
DAY = re.compile(r"\bjour[=/](?:\d{4}-\d\d-)?(\d{1,2})\b")
WALKED_DAYS = {"2", "02"}
MANY = 150


def walk(person: Any, more: Iterable[str] = ()) -> dict[str, str]:
    """Everything that ``person`` reads by following links from the first page, and at the addresses of ``more``."""
    client = Client()
    client.force_login(person)
    read: dict[str, str] = {}
    ahead = deque(["/", *more])
    while ahead:
        address = ahead.popleft()
        if address in read or address.startswith(NOT_WALKED) or not _is_walked(address):
            continue
        assert len(read) < MANY, f"a site without end: {list(read)[-5:]}"
        answer = client.get(address)
        read[address] = text_of(answer)
        where = [answer.url] if answer.status_code in {301, 302} else LINK.findall(read[address])
        ahead += [link for link in (_own(address, each) for each in where) if link]
    return read


def _is_walked(address: str) -> bool:
    """Whether the days of ``address`` are those of the story."""
    days = ((MONTH, WALKED_MONTHS), (WEEK, WALKED_WEEKS), (DAY, WALKED_DAYS))
    return all(set(pattern.findall(address)) <= walked for pattern, walked in days)


def text_of(answer: Any) -> str:
    """All that an answer says: markup with its attributes on one line, or the text of a PDF; in plain spaces."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"%PDF"):
        return spaced("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages))
    return spaced(html.unescape(flat(content.decode("utf-8", "replace"))))


def _own(address: str, link: str) -> str | None:
    found = urlsplit(urljoin(f"http://house{address}", html.unescape(link)))
    if found.scheme != "http" or found.netloc != "house":
        return None
    return found._replace(scheme="", netloc="", fragment="").geturl()
