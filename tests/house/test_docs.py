"""What the documents name exists: files and folders, tests, commands of make."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from tests.house.test_tree import ROOT, tracked

DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CODE = re.compile(r"`([^`\n]+)`")
# A name that ends as our files do, or a folder; then perhaps a test in it.
FILE = re.compile(r"[\w.*/-]+\.(?:py|html|css|js|md|svg|toml|txt|yml|xz|woff2)")
FOLDER = re.compile(r"[\w.-]+(?:/[\w.-]+)*/")
PATH = re.compile(rf"({FILE.pattern}|{FOLDER.pattern})(?:(?:::\w+)*::(\w+))?")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
MAKE = re.compile(r"\bmake ([a-z]+)\b")
# Folders that a machine has and the project does not: what setup, a first start or an administrator makes.
MADE = {".venv/", ".local/", "postgres/", "files/", "secrets/", "staticfiles/", ".local/files/"}


@cache
def names() -> frozenset[str]:
    """Every file of the project, and every folder with a slash at its end."""
    files = {path.relative_to(ROOT) for path in tracked()}
    folders = {f"{parent}/" for path in files for parent in path.parents if str(parent) != "."}
    return frozenset({str(path) for path in files} | folders)


def is_there(name: str) -> bool:
    """Whether ``name`` is a file or folder, from the root; one without a folder may lie anywhere; * stands for any."""
    if name in MADE:
        return True
    wanted = name if "/" in name.rstrip("/") else f"*/{name}"
    return any(fnmatch(known, name) or fnmatch(known, wanted) for known in names())


def missing(text: str) -> list[str]:
    """What ``text`` names in backticks and the project does not have: paths, and tests as pytest names them."""
    found = []
    for code in CODE.findall(text):
        named = PATH.fullmatch(code)
        if named is None:
            found += [code] if "::" in code else []
            continue
        path, test = named.groups()
        if not is_there(path) or (test and f"def {test}(" not in (ROOT / path).read_text()):
            found.append(code)
    return found


def read(document: Path) -> str:
    return document.read_text()


def name_of(document: Path) -> str:
    return str(document.relative_to(ROOT))


def test_a_path_in_a_document_exists():
    assert {name_of(document): names for document in DOCUMENTS if (names := missing(read(document)))} == {}


def test_a_link_of_a_document_leads_to_a_file():
    links = {
        (document, link)
        for document in DOCUMENTS
        for link in LINK.findall(read(document))
        if not link.startswith("mailto")
    }
    assert links
    assert [
        f"{name_of(document)}: {link}" for document, link in links if not (document.parent / link).exists()
    ] == []


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_a_command_of_make_exists():
    named = {
        (name_of(document), target)
        for document in DOCUMENTS
        for span in re.findall(r"`[^`\n]+`|^```.*?^```", read(document), re.MULTILINE | re.DOTALL)
        for target in MAKE.findall(span)
    }
    assert named
    assert {(document, target) for document, target in named if target not in targets()} == set()


def test_a_name_that_is_nothing_is_found():
    names = [
        "billing/costing/",
        "nowhere.py",
        "::test_nothing",
        "billing/drafting.py",
        "tests/house/test_docs.py::test_nothing",
    ]
    found = {name: missing(f"See `{name}`, and `tests/house/test_docs.py`.") for name in names}
    assert found == {name: [name] for name in names}


def test_the_house_is_told_in_two_pages():
    lines = read(ROOT / "docs" / "house.md").splitlines()
    assert len(lines) <= 130
    assert [line for line in lines if len(line) > 130] == []
