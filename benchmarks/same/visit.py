"""Walks through the pages as one account: every link, every part htmx fetches, every form sent; all of it undone."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from . import still, uploads
from .leading import Form, Leads, leads
from .store import Store

HOST = "http://testserver"
SET_ASIDE = frozenset(("Set-Cookie", "Content-Length", "Date", "Vary"))
FOLLOWED = 4  # addresses that a sent form leads to, and that nothing led to before
FILLED = {
    "number": "2",
    "date": "2026-12-15",
    "month": "2026-11",
    "email": "essai@exemple.example",
    "time": "09:00",
}
# What a media type of an export holds.
EXPORTS = ("csv", "spreadsheet", "calendar", "xml", "zip", "octet-stream", "json", "ms-excel")


@dataclass(frozen=True)
class Ask:
    """A request: its address; the element for which htmx makes it, if it does; what is sent, None being a GET."""

    address: str
    htmx: str | None = None
    data: tuple[tuple[str, str], ...] | None = None
    file: tuple[str, str] | None = None  # the field, the file’s name in uploads.FILES

    def __str__(self) -> str:
        asked = f" htmx #{self.htmx}" if self.htmx is not None else ""
        if self.data is None:
            return f"GET {self.address}{asked}"
        with_file = f" {self.file[1]}" if self.file else ""
        return f"POST {self.address}{asked} {urlencode(self.data)[:300]}{with_file}"


@dataclass(frozen=True)
class Limits:
    """How many addresses of one shape are asked for by one account; a shape is an address without its numbers.

    ``query`` counts addresses with a query, whatever their keys: filters multiply.
    """

    plain: int = 15
    dated: int = 3
    query: int = 6
    admin: int = 2
    forms: int = 1

    def of(self, shape: str) -> int:
        if shape.startswith("/admin/"):
            return 1 if "?" in shape else self.admin
        if "?" in shape:
            return self.query
        return self.dated if "#-" in shape else self.plain


def shape_of(address: str) -> str:
    path, mark, _ = address.partition("?")
    return re.sub(r"\d+", "#", path) + mark


def inside(page: str, found: str) -> str | None:
    """The address of ours that ``found`` means on ``page``; None for another site’s, a file’s, a fragment."""
    if found.startswith(("mailto:", "tel:", "data:", "javascript:", "#")):
        return None
    parts = urlsplit(urljoin(HOST + page, found))
    if f"{parts.scheme}://{parts.netloc}" not in {HOST, "http://127.0.0.1:8000"}:
        return None
    if parts.path.startswith("/static/"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def kind_of(ask: Ask, media: str) -> str:
    if "pdf" in media:
        return "papers served"
    if any(word in media for word in EXPORTS):
        return "exports"
    if ask.data is not None:
        return "forms sent"
    return "parts" if ask.htmx is not None else "pages"


@dataclass
class Visitor:
    """One account’s browser."""

    store: Store
    who: str
    client: Any
    reset: str
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.cookies = SimpleCookie(self.client.cookies)
        self.seen: set[Ask] = set()
        self.known: dict[str, Leads] = {}
        self.counts: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.forms: list[tuple[str, Form]] = []
        self.led: set[str] = set()

    def ask_for(self, asked: Iterable[Ask]) -> None:
        """Ask for these, and follow no link."""
        for ask in asked:
            with still.undone(self.reset):
                self._restart()
                self._ask(ask)

    def visit(self) -> None:
        """Ask for everything that can be reached by links from the first page; then send the forms."""
        queue = deque([Ask("/"), Ask("/admin/")])
        while queue:
            ask = queue.popleft()
            if ask in self.seen:
                continue
            self.seen.add(ask)
            with still.undone(self.reset):
                self._restart()
                found = self._ask(ask)
            if found:
                queue.extend(self._next(ask.address, found))
                if ask.htmx is None:
                    self.forms += [(ask.address, form) for form in found.forms if form.method == "post"]
        self.led = {shape_of(inside(page, form.action or page) or "") for page, form in self.forms}
        for page, form in self.forms:
            self._send_all(page, form)

    def keep_cookies(self) -> None:
        """From here on the browser is as it is now."""
        self.cookies = SimpleCookie(self.client.cookies)

    def _restart(self) -> None:
        self.client.cookies = SimpleCookie(self.cookies)

    def _ask(self, ask: Ask, after: str = "") -> Leads | None:
        """Ask and keep the answer; where it leads, if it is a page."""
        key = f"{self.who} {after}{ask}"
        still.begin(key)
        response = self._response(ask)
        stream = getattr(response, "streaming", False)
        body = b"".join(response.streaming_content) if stream else response.content
        media = response.get("Content-Type", "")
        error = getattr(response, "exc_info", None)
        head = [str(response.status_code), *([repr(error[1])[:500]] if error else [])]
        head += [f"{name}: {value}" for name, value in sorted(response.items()) if name not in SET_ASIDE]
        self.store.add(kind_of(ask, media), key, body, "\n".join(head), media)
        to = response.get("Location") or response.get("HX-Redirect") or response.get("HX-Location")
        if to:
            return Leads(links=[to], moved=True)
        if "html" not in media:
            return None
        name = still.digest(body)
        if name not in self.known:
            self.known[name] = leads(body.decode())
        return self.known[name]

    def _response(self, ask: Ask) -> Any:
        headers = {}
        if ask.htmx is not None:
            headers = {"HX-Request": "true", "HX-Current-URL": HOST + ask.address}
            if ask.htmx:
                headers["HX-Target"] = ask.htmx
        if ask.data is None:
            return self.client.get(ask.address, headers=headers)
        data: dict[str, list[str]] = {}
        for name, value in ask.data:
            data.setdefault(name, []).append(value)
        sent: dict[str, Any] = dict(data)
        if ask.file:
            sent[ask.file[0]] = uploads.file(ask.file[1])
        return self.client.post(ask.address, sent, headers=headers)

    def _next(self, page: str, found: Leads) -> Iterator[Ask]:
        """What to ask for next, within the limits."""
        links: list[tuple[str, str | None]] = [(link, None) for link in found.links]
        links += list(found.parts)
        for form in found.forms:
            if form.method == "get":
                links += [(address, None) for address in filled_get(page, form)]
        for link, htmx in links:
            address = inside(page, link)
            if address is None or (ask := Ask(address, htmx)) in self.seen:
                continue
            shape = f"{shape_of(address)}{'' if htmx is None else ' htmx'}"
            if self.counts[shape] >= self.limits.of(shape) or ask in self.seen:
                continue
            self.counts[shape] += 1
            yield ask

    def _send_all(self, page: str, form: Form) -> None:
        """Send ``form`` as it stands and filled in, by each of its buttons."""
        target = inside(page, form.action or page)
        if target is None:
            return
        names = sorted({re.sub(r"\d+", "#", name) for _, name, _, _ in form.fields})
        shape = f"{shape_of(target)} {names}"
        most = 1 if target.startswith("/admin/") else self.limits.forms
        if self.sent[shape] >= most:
            return
        self.sent[shape] += 1
        for ask in dict.fromkeys(self._ways(page, target, form)):
            self._send(ask)

    def _ways(self, page: str, target: str, form: Form) -> Iterator[Ask]:
        """``form`` as it stands and filled in, by each of its buttons; then with each file that it may be given."""
        buttons = list(dict.fromkeys(form.buttons))[:6] or [("", "", "")]
        for name, value, elsewhere in buttons:
            for is_filled in (False, True):
                data = [*filled(form, is_filled), *([(name, value)] if name else [])]
                address = inside(page, elsewhere) if elsewhere else target
                yield Ask(address or target, form.htmx, tuple(data))
        for field_name in form.files:
            for file in uploads.for_address(target):
                yield Ask(target, form.htmx, tuple(filled(form, is_filled=True)), (field_name, file))

    def _send(self, ask: Ask) -> None:
        """Send a form, do what waited for the commit, go where it leads, keep the mails; then forget all of it."""
        from django.core import mail
        from django.core.cache import cache

        cache.clear()
        mail.outbox = []
        with still.undone(self.reset):
            self._restart()
            self._answer(ask)
            still.run_on_commit()
            self._keep_mails(str(ask))

    def _answer(self, ask: Ask) -> None:
        """Send a form, go where it leads, and send the first form that only this brought up; once."""
        found = self._ask(ask)
        still.run_on_commit()
        page, after = ask.address, f"{ask} → "
        new = list(self._after(page, found)) if found else []
        for step in new[:FOLLOWED]:
            more = self._ask(step, after)
            if more and step is new[0] and found and found.moved:
                found, page = more, step.address
                for further in list(self._after(page, more))[:FOLLOWED]:
                    self._ask(further, after)
        for form in found.forms if found else []:
            target = inside(page, form.action or page)
            if (
                form.method == "post"
                and target
                and target.startswith("/")
                and shape_of(target) not in self.led
            ):
                self._ask(Ask(target, form.htmx, tuple(filled(form, is_filled=False))), after)
                still.run_on_commit()
                return

    def do(self, page: str, action: str, data: dict[str, str], file: str | None) -> None:
        """For good: send the form of ``page`` whose address begins with ``action``; filled in when that is refused."""
        self._restart()
        found = self._ask(Ask(page))
        if found and found.moved:
            page = inside(page, found.links[0]) or page
            found = self._ask(Ask(page))
        forms = [form for form in (found.forms if found else []) if form.method == "post"]
        form = next(
            (form for form in forms if (inside(page, form.action or page) or "").startswith(action)), None
        )
        if form is None:
            self.store.add("story", f"{self.who} {page} {action}", b"no such form")
            return
        target = inside(page, form.action or page) or action
        for is_filled in (False, True, False):
            sent = [pair for pair in filled(form, is_filled) if pair[0] not in data] + list(data.items())
            given = (form.files[0], file) if file and form.files else None
            answered = self._ask(Ask(target, form.htmx, tuple(sent), given))
            if answered is None or answered.moved:
                return
            # What came back asks for more, or only to be confirmed.
            back = [
                one
                for one in answered.forms
                if (inside(target, one.action or target) or "").startswith(action)
            ]
            form = back[0] if back else form

    def _after(self, page: str, found: Leads) -> Iterator[Ask]:
        known = {ask.address for ask in self.seen}
        for link in dict.fromkeys(found.links):
            address = inside(page, link)
            if address and (found.moved or (address not in known and self._is_new(address))):
                yield Ask(address)

    def _is_new(self, address: str) -> bool:
        """Whether nothing of that shape was left out: else what is new to us may be old."""
        shape = shape_of(address)
        return self.counts[shape] < self.limits.of(shape)

    def _keep_mails(self, what: str) -> None:
        from django.core import mail

        for number, message in enumerate(mail.outbox, 1):
            self.store.add("mails", f"{self.who} {what} mail {number}", written(message))


def filled(form: Form, is_filled: bool) -> Iterator[tuple[str, str]]:
    """What a browser would send; ``is_filled`` puts something into what is empty, and ticks every box."""
    chosen = {name for kind, name, _, _ in form.fields if kind == "radio"}
    for kind, name, value, choices in form.fields:
        if name in ("csrfmiddlewaretoken", "form_key"):
            continue
        if kind.endswith(" off"):
            if is_filled and name not in chosen:
                yield name, value
            if kind == "radio off" and is_filled:
                chosen.add(name)
        else:
            yield name, value if value or not is_filled else something(kind, choices)


def something(kind: str, choices: list[str]) -> str:
    """What might be typed into an empty field of this kind, or chosen there."""
    if kind == "select":
        return next((choice for choice in choices if choice), "")
    return FILLED.get(kind, "2")


def filled_get(page: str, form: Form) -> Iterator[str]:
    """The addresses that a form of GET leads to: as it stands, by each of its buttons, by choices of its lists."""
    base = urljoin(HOST + page, form.action or page).partition("?")[0]
    stands = [pair for pair in filled(form, is_filled=False) if pair[1]]
    yield f"{base}?{urlencode(stands)}" if stands else base
    for name, value, elsewhere in form.buttons:
        to = urljoin(HOST + page, elsewhere).partition("?")[0] if elsewhere else base
        if name or elsewhere:
            yield f"{to}?{urlencode([*stands, *([(name, value)] if name else [])])}"
    for kind, name, value, choices in form.fields:
        others = [pair for pair in stands if pair[0] != name]
        choice = next((choice for choice in choices if choice and choice != value), None)
        if choice:
            yield f"{base}?{urlencode([*others, (name, choice)])}"
        if kind == "radio off":
            yield f"{base}?{urlencode([*others, (name, value)])}"


def written(message: Any) -> bytes:
    """A mail as text: whom, what, its parts, its files by digest."""
    lines = [f"From: {message.from_email}", f"To: {', '.join(message.to)}", f"Cc: {', '.join(message.cc)}"]
    lines += [f"Bcc: {', '.join(message.bcc)}", f"Subject: {message.subject}"]
    lines += [f"{name}: {value}" for name, value in sorted(message.extra_headers.items())]
    lines += ["", message.body]
    for alternative in getattr(message, "alternatives", []):
        lines += [f"--- {alternative[1]}", str(alternative[0])]
    for attached in message.attachments:
        content = attached[1] if isinstance(attached, tuple) else attached.as_bytes()
        raw = content.encode() if isinstance(content, str) else content
        lines += [f"--- attached {attached[0] if isinstance(attached, tuple) else ''} {still.digest(raw)}"]
    return "\n".join(lines).encode()
