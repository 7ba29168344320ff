"""HTML as a browser shows it: written out again without the white space that nobody sees, attributes in order."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


VOID = _set("area base br col embed hr img input link meta source track wbr")
# White space beside these, inside or outside, is not shown.
BLOCK = _set(
    """html head body title meta link script style base template address article aside blockquote br center dd details
    dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav
    noscript ol optgroup option p pre search section summary table caption colgroup col thead tbody tfoot tr td th ul
    source track datalist"""
)
# Stand in a line like a letter; white space at the edges inside them is not shown.
ATOMIC = _set("button select textarea svg img input meter progress video audio canvas iframe object")
VERBATIM = frozenset(("pre", "textarea", "script", "style"))
IN_SVG_LINE = frozenset(("text", "tspan", "title", "a"))
# Attributes whose white space is kept as it is: people read them, or they are sent.
EXACT = _set("value title placeholder alt href src action content aria-label srcdoc")
SPACE = re.compile(r"[ \t\n\r\f]+")
TOKEN = re.compile(r"[0-9A-Za-z]{64}")


class Writer(HTMLParser):
    """Writes a page out again; lines break at block elements, so that a diff of two pages reads well."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self.files: list[str] = []
        self.verbatim = 0
        self.svg = 0
        self.passing = False
        self.at_edge = True
        self.waiting: int | None = None

    def handle_decl(self, decl: str) -> None:
        self._edge(f"<!{decl.lower()}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if is_own_file(tag, values):
            self.files.append(f"<{tag}{attributes(values)}>")
            self.passing = tag == "script"
            return
        if tag == "input" and values.get("name") in ("csrfmiddlewaretoken", "form_key"):
            values["value"] = ""
        text = f"<{tag}{attributes(values)}>"
        if tag == "svg":
            self._inline(text, is_content=True)
            self.svg += 1
            self.at_edge = True
        elif self._is_block(tag):
            self._edge(text)
        else:
            self._inline(text, is_content=tag in ATOMIC)
            if tag in ATOMIC and tag not in VOID:
                self.at_edge = True
        if tag in VERBATIM:
            self.verbatim += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag == "script" and self.passing:
            self.passing = False
            return
        if tag in VERBATIM:
            self.verbatim = max(0, self.verbatim - 1)
        if tag == "svg":
            self.svg = max(0, self.svg - 1)
        if tag in ATOMIC:
            self._forget_space()
            self.written.append(f"</{tag}>")
            self.at_edge = False
        elif self._is_block(tag):
            self._edge(f"</{tag}>")
        else:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.verbatim:
            self.written.append(escape(data, quote=False).replace("\n", "⏎"))
            self.at_edge, self.waiting = False, None
            return
        for piece in re.split(r"([ \t\n\r\f]+)", data):
            if not piece:
                continue
            if not SPACE.fullmatch(piece):
                self.written.append(escape(piece, quote=False))
                self.at_edge, self.waiting = False, None
            elif not self.at_edge and self.waiting is None:
                self.waiting = len(self.written)
                self.written.append(" ")

    def text(self) -> str:
        self._forget_space()
        return re.sub(r"\n+", "\n", "".join(self.written)).strip() + "\n"

    def _is_block(self, tag: str) -> bool:
        return tag in BLOCK or (self.svg > 0 and tag not in IN_SVG_LINE)

    def _edge(self, text: str) -> None:
        self._forget_space()
        self.written.append(f"\n{text}\n")
        self.at_edge = True

    def _inline(self, text: str, *, is_content: bool) -> None:
        self.written.append(text)
        if is_content:
            self.at_edge, self.waiting = False, None

    def _forget_space(self) -> None:
        """White space that was the last of its line is not shown."""
        if self.waiting is not None:
            self.written[self.waiting] = ""
            self.waiting = None


def is_own_file(tag: str, values: dict[str, str]) -> bool:
    """Whether the element only loads a script, a style, a font or a picture of ours."""
    address = values.get("href" if tag == "link" else "src", "")
    return tag in {"link", "script"} and address.startswith("/static/")


def attributes(values: dict[str, str]) -> str:
    """The attributes in the order of their names; classes in order too, since neither order is seen."""
    return "".join(f' {name}="{escape(plain(name, values[name]))}"' for name in sorted(values))


def plain(name: str, value: str) -> str:
    """The value of an attribute without what means nothing: its white space mostly, a token against forgery."""
    if name == "class":
        return " ".join(sorted(set(value.split())))
    kept = value if name in EXACT else SPACE.sub(" ", value).strip()
    return TOKEN.sub("", kept) if "csrf" in kept.lower() else kept


def normal(page: str) -> tuple[str, list[str]]:
    """The page as it is shown, and the elements that load files of ours, which stand apart."""
    writer = Writer()
    writer.feed(page)
    writer.close()
    return writer.text(), sorted(set(writer.files))
