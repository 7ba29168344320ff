"""Reads HTML for what a person with a screen reader, and a strict content security policy, would stumble over."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
REFERENCES = ("aria-describedby", "aria-labelledby", "aria-controls")
# Around these white space shows nothing, so that a template may break its lines there.
BLOCKS = (
    "address|article|aside|caption|dd|details|dialog|div|dl|dt|fieldset|figure|footer|form|h[1-6]|header|legend|li|main|nav"
    "|ol|optgroup|option|p|section|select|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
AROUND_BLOCKS = re.compile(rf" ?(</?(?:{BLOCKS})(?: [^>]*)?>) ?")
UNLABELLED_INPUTS = {"hidden", "submit", "button", "image", "reset"}
HEADINGS = {f"h{level}" for level in range(1, 7)}


def flat(html: str) -> str:
    """HTML as one line: white space as a browser shows it, none around blocks; attributes as they are."""
    one_line = re.sub(r"[ \t\n]+", " ", html)
    return re.sub(r" (?=>)", "", AROUND_BLOCKS.sub(r"\1", one_line))


@dataclass
class Element:
    """One element with its attributes, its text, and what stands in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.attributes.get(name, "")

    def has(self, name: str) -> bool:
        return name in self.attributes

    def ancestors(self) -> list[Element]:
        return [] if self.parent is None else [self.parent, *self.parent.ancestors()]

    def words(self) -> str:
        """What a screen reader says of the element."""
        if self["aria-hidden"] == "true":
            return ""
        own = [self["aria-label"], self["alt"], *self.text]
        return " ".join([*own, *(child.words() for child in self.children)]).strip()


class Tree(HTMLParser):
    """The document as elements, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.here: Element | None = None
        self.unclosed: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.elements.append(element)
        if self.here:
            self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        element = self.here
        while element and element.tag != tag:
            element = element.parent
        if element is None:
            self.unclosed.append(tag)
            return
        self.here = element.parent

    def handle_data(self, data: str) -> None:
        if self.here and data.strip():
            self.here.text.append(data.strip())


@lru_cache(maxsize=8)
def tree_of(text: str) -> Tree:
    """The document, parsed once: for the guards, and for the test that asks what the page holds."""
    return Tree(text)


def faults(text: str, *, own: bool = True) -> list[str]:
    """Everything wrong with ``text``; pages that are not our own are read for inline code and keys of forms only."""
    tree = tree_of(text)
    found = [*_inline(tree), *_keys(tree)]
    if own:
        for reader in (_document, _ids, _names, _labels, _tables, _nesting, _tabs):
            found += reader(tree)
    return found


def _all(tree: Tree, *tags: str) -> list[Element]:
    return [element for element in tree.elements if element.tag in tags]


def _inline(tree: Tree) -> list[str]:
    """A strict policy runs no inline script and applies no inline style."""
    found = []
    for element in tree.elements:
        if element.tag == "style":
            found.append("inline style element")
        if element.tag == "script" and not element.has("src") and element["type"] != "application/json":
            found.append("inline script")
        if element.has("style"):
            found.append(f"style attribute on {element.tag}")
        found += [f"{name} on {element.tag}" for name in element.attributes if name.startswith("on")]
    return found


def _keys(tree: Tree) -> list[str]:
    """What is posted has a key, or it does its act twice when it is sent twice."""
    with_key = {id(a) for each in _all(tree, "input") if each["name"] == "form_key" for a in each.ancestors()}
    return [
        f"form without a key ({form['action']})"
        for form in _all(tree, "form")
        if form["method"].lower() == "post" and id(form) not in with_key
    ]


def _document(tree: Tree) -> list[str]:
    """WCAG 3.1.1, 2.4.2, 1.3.1: language, title, one h1; for whole pages only."""
    html = _all(tree, "html")
    if not html:
        return []
    found = [] if html[0]["lang"] == "fr" else ["html without lang=fr"]
    if not any(title.words() for title in _all(tree, "title")):
        found.append("no title")
    if len(_all(tree, "h1")) != 1:
        found.append(f"{len(_all(tree, 'h1'))} h1")
    if not _all(tree, "main"):
        found.append("no main")
    return found


def _ids(tree: Tree) -> list[str]:
    """WCAG 4.1.2, 1.3.1: ids are unique and what refers to one finds it."""
    counts = Counter(element["id"] for element in tree.elements if element.has("id"))
    found = [f"id {name} {count} times" for name, count in counts.items() if count > 1]
    if not _all(tree, "html"):
        return found  # a fragment may refer to the page that it goes into
    for element in tree.elements:
        names = [name for attribute in REFERENCES for name in element[attribute].split()]
        if element.tag == "label" and element["for"]:
            names.append(element["for"])
        found += [f"{element.tag} refers to a missing id {name}" for name in names if name not in counts]
    return found


def _names(tree: Tree) -> list[str]:
    """WCAG 4.1.2, 1.1.1, 2.4.6: buttons, links, headings and pictures say what they are."""
    found = []
    for element in _all(tree, "button", "a", "summary", *HEADINGS):
        if element.tag == "a" and not element.has("href"):
            continue
        if not element.words() and not element["aria-labelledby"]:
            found.append(
                f"{element.tag} without a name ({element['href'] or element['id'] or element['class']})"
            )
    found += ["img without alt" for img in _all(tree, "img") if not img.has("alt")]
    for svg in _all(tree, "svg"):
        hidden = svg["aria-hidden"] == "true" or any(a["aria-hidden"] == "true" for a in svg.ancestors())
        if not hidden and not (svg["role"] == "img" and (svg.words() or svg["aria-labelledby"])):
            found.append("svg neither hidden nor named")
    return found


def _labels(tree: Tree) -> list[str]:
    """WCAG 1.3.1, 3.3.2: every field has a label; radios and boxes in a group have a legend."""
    labelled = {label["for"] for label in _all(tree, "label") if label.words()}
    found = []
    for control in _all(tree, "input", "select", "textarea"):
        if control.tag == "input" and control["type"] in UNLABELLED_INPUTS:
            continue
        wrapped = any(a.tag == "label" and a.words() for a in control.ancestors())
        named = control["aria-label"] or control["aria-labelledby"] or control["title"]
        if not (wrapped or named or control["id"] in labelled):
            found.append(f"{control.tag} {control['name']} without a label")
    return found + [
        "fieldset without a legend"
        for fieldset in _all(tree, "fieldset")
        if not any(child.tag == "legend" and child.words() for child in fieldset.children)
    ]


def _tables(tree: Tree) -> list[str]:
    """WCAG 1.3.1: a table has a caption, its headings a scope."""
    found = []
    for table in _all(tree, "table"):
        caption = any(child.tag == "caption" and child.words() for child in table.children)
        if not caption and not table["aria-label"] and not table["aria-labelledby"]:
            found.append(f"table without a caption ({table['class']})")
    return found + [
        f"th without scope ({heading.words()[:20]})"
        for heading in _all(tree, "th")
        if heading["scope"] not in {"col", "row", "colgroup", "rowgroup"}
    ]


def _nesting(tree: Tree) -> list[str]:
    """Elements that browsers would tear apart: a form in a form, a control in a control, an end without start."""
    found = [f"</{tag}> without a start" for tag in tree.unclosed]
    for element in _all(tree, "form", "a", "button"):
        inside = {ancestor.tag for ancestor in element.ancestors()}
        if element.tag == "form" and "form" in inside:
            found.append("form in a form")
        if element.tag in {"a", "button"} and inside & {"a", "button"}:
            found.append(f"{element.tag} in a control")
    return found


def _tabs(tree: Tree) -> list[str]:
    """Tabs that show no current one, or several."""
    found = []
    for element in _all(tree, "nav"):
        current = [tab for tab in element.children if tab["aria-current"] == "page"]
        if element["class"] == "tabs" and len(current) != 1:
            found.append(f"{len(current)} current tabs ({element['aria-label']})")
    return found
