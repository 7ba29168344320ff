"""Where a page leads: its links, what htmx would fetch, and its forms with what they hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from .markup import VOID


@dataclass
class Form:
    """A form as the page gives it: its fields in order with (kind, name, value, choices), what it is sent by."""

    action: str
    method: str
    htmx: str | None = None
    files: list[str] = field(default_factory=list)
    fields: list[tuple[str, str, str, list[str]]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Leads:
    """Where a page leads: links, (address, target) that htmx fetches, forms; to one address if it ``moved``."""

    links: list[str] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    moved: bool = False


class Reader(HTMLParser):
    """Reads where a page leads."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.leads = Leads()
        self.named: dict[str, Form] = {}
        self.form: Form | None = None
        self.targets: list[tuple[str, str]] = []
        self.select: tuple[Form, str, list[str], list[str]] | None = None
        self.area: tuple[Form, str, list[str]] | None = None
        self.apart: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self._enter(tag, values)
        if "href" in values and tag != "link":
            self.leads.links.append(values["href"])
        if "hx-get" in values:
            self.leads.parts.append((values["hx-get"], self._target(values)))
        if tag == "option":
            self._choice(values)
        elif tag == "form":
            self._begin(values)
        elif "form" in values:
            self.apart.append((tag, values))
        elif self.form is not None:
            self._control(self.form, tag, values)
        if "hx-post" in values and tag != "form":
            fields = self.form.fields if self.form else []
            self.leads.forms.append(Form(values["hx-post"], "post", self._target(values), fields=fields))

    def _enter(self, tag: str, values: dict[str, str]) -> None:
        if tag not in VOID:
            self.targets.append((tag, values.get("hx-target", "")))

    def handle_endtag(self, tag: str) -> None:
        while self.targets and any(name == tag for name, _ in self.targets):
            if self.targets.pop()[0] == tag:
                break
        if tag == "form":
            self.form = None
        if tag == "select" and self.select:
            form, name, choices, chosen = self.select
            form.fields.append(("select", name, (chosen or choices or [""])[0], choices))
            self.select = None
        if tag == "textarea" and self.area:
            form, name, text = self.area
            form.fields.append(("textarea", name, "".join(text), []))
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[2].append(data)

    def finish(self) -> Leads:
        self.close()
        for tag, values in self.apart:
            if values["form"] in self.named and tag in {"input", "button"}:
                self._control(self.named[values["form"]], tag, values)
        return self.leads

    def _begin(self, values: dict[str, str]) -> None:
        self.form = Form(values.get("action", ""), values.get("method", "get").lower())
        if "hx-post" in values:
            self.form.action, self.form.method = values["hx-post"], "post"
            self.form.htmx = self._target(values)
        self.leads.forms.append(self.form)
        if "id" in values:
            self.named[values["id"]] = self.form

    def _choice(self, values: dict[str, str]) -> None:
        if self.select and "disabled" not in values:
            self.select[2].append(values.get("value", ""))
            if "selected" in values:
                self.select[3].append(values.get("value", ""))

    def _target(self, values: dict[str, str]) -> str:
        own = values.get("hx-target") or next((target for _, target in reversed(self.targets) if target), "")
        return own.removeprefix("#") if own.startswith("#") else ""

    def _control(self, form: Form, tag: str, values: dict[str, str]) -> None:
        name, kind = values.get("name", ""), values.get("type", "text").lower()
        if "disabled" in values:
            return
        if tag == "button" or (tag == "input" and kind in {"submit", "image", "button", "reset"}):
            if kind not in {"button", "reset"}:
                form.buttons.append((name, values.get("value", ""), values.get("formaction", "")))
        elif name and tag == "select":
            self.select = (form, name, [], [])
        elif name and tag == "textarea":
            self.area = (form, name, [])
        elif name and tag == "input":
            self._input(form, name, kind, values)

    def _input(self, form: Form, name: str, kind: str, values: dict[str, str]) -> None:
        if kind == "file":
            form.files.append(name)
        elif kind in {"checkbox", "radio"}:
            state = kind if "checked" in values else f"{kind} off"
            form.fields.append((state, name, values.get("value", "on"), []))
        else:
            form.fields.append((kind, name, values.get("value", ""), []))


def leads(page: str) -> Leads:
    """Where ``page`` leads."""
    reader = Reader()
    reader.feed(page)
    return reader.finish()
