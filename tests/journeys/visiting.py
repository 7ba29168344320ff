"""A person at a browser without JavaScript: pages are read as text, forms filled as they stand, buttons pressed."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.markup import Element, tree_of

SPACES = re.compile(r"[\s\u00a0\u202f]+")
UNSENT = {"file", "submit", "button"}


def spaced(text: str) -> str:
    """Text with one plain space where it has any."""
    return SPACES.sub(" ", text).strip()


def words(response: HttpResponse) -> str:
    """What a page says, its tags aside."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return spaced(html.unescape(text)).replace(" .", ".").replace(" ,", ",")


class Visitor:
    """One person and the page that is open before them; the answer to what they do takes its place."""

    def __init__(self, person: Any) -> None:
        self.client = Client()
        self.client.force_login(person)
        self.page: Any = HttpResponse()
        self.path = "/"

    @property
    def words(self) -> str:
        return words(self.page)

    def open(self, path: str) -> Visitor:
        return self._see(self.client.get(path, follow=True), path)

    def press(self, button: str, typed: Mapping[str, Any] | None = None, *, at: str = "") -> Visitor:
        """Fill the form of the first button whose name begins so, and press it.

        ``at`` is the end of the address that the form goes to, where several have such a button. A field that the form
        does not have cannot be typed into.
        """
        pressed, form = self._find(button, at)
        strange = set(typed or {}) - {field["name"] for field in _fields(form)}
        assert not strange, f"{self.path} has no field {strange}"
        data = {**field_values(form), **(typed or {})}
        if pressed["name"]:
            data[pressed["name"]] = pressed["value"]
        path = pressed["formaction"] or form["action"] or self.path
        return self._see(self.client.post(path, data, follow=True), path)

    def send(self, path: str, data: Mapping[str, Any]) -> Visitor:
        """Send what the page has no field for, as a changed or forgotten page would."""
        return self._see(self.client.post(path, data, follow=True), path)

    def offers(self, button: str) -> bool:
        """Whether the page has such a button."""
        return any(spaced(each.words()).startswith(button) for each in self._elements("button"))

    def value(self, name: str) -> str:
        """What stands in a field of the page."""
        values: dict[str, Any] = {}
        for form in self._elements("form"):
            values |= field_values(form)
        return str(values[name])

    def _see(self, response: Any, path: str) -> Visitor:
        self.page = response
        self.path = response.redirect_chain[-1][0] if response.redirect_chain else path
        return self

    def _elements(self, tag: str) -> list[Element]:
        return [each for each in tree_of(self.page.content.decode()).elements if each.tag == tag]

    def _find(self, button: str, at: str) -> tuple[Element, Element]:
        for each in self._elements("button"):
            form = next((above for above in each.ancestors() if above.tag == "form"), None)
            address = form and (each["formaction"] or form["action"] or self.path)
            if form and address.endswith(at) and spaced(each.words()).startswith(button):
                return each, form
        buttons = [spaced(each.words()) for each in self._elements("button")]
        raise AssertionError(f"{self.path} has no button «{button}»: {buttons}")


def _fields(form: Element) -> list[Element]:
    found: list[Element] = []
    for child in form.children:
        found += [child] if child.tag in {"input", "select", "textarea"} else _fields(child)
    return [each for each in found if each["name"]]


def field_values(form: Element) -> dict[str, Any]:
    """What a browser would send if nothing were touched; a name that comes twice has a list."""
    values: dict[str, Any] = {}
    for field in _fields(form):
        value = _value(field)
        if value is None:
            continue
        before = values.get(field["name"])
        values[field["name"]] = (
            value if before is None else [*([before] if isinstance(before, str) else before), value]
        )
    return values


def _value(field: Element) -> str | None:
    if field.tag == "select":
        groups = [field, *(child for child in field.children if child.tag == "optgroup")]
        options = [child for group in groups for child in group.children if child.tag == "option"]
        chosen = next((each for each in options if each.has("selected")), options[0] if options else None)
        return chosen and chosen["value"]
    if field.tag == "textarea":
        return "\n".join(field.text)
    if field["type"] in {"checkbox", "radio"}:
        return (field["value"] or "on") if field.has("checked") else None
    return None if field["type"] in UNSENT else field["value"]
