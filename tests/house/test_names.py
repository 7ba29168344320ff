"""Names are the field's own terms: no retired word comes back, and a class name belongs to one module."""

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.house.retired import MODULES, NAMES, WORDS
from tests.house.test_tree import PACKAGES, ROOT, name_of, tracked

pytestmark = pytest.mark.xdist_group("names")  # the names of all files are read once

# What Python and Django call so themselves.
FOREIGN = {"strip", "lstrip", "rstrip"}
# Said of nothing in particular: a table of the database may be called so, a class of code says of what it is.
GENERIC = {
    "Row", "Line", "Entry", "Cell", "Facts", "Person", "Group", "Item", "Place", "Reading", "Change", "Trial", "Data",
    "Movement", "Result", "Info", "Summary", "Record", "Figures", "Problem", "Outcome", "Column", "Sheet", "Layout",
}  # fmt: skip
# Of the demo's cast and of one format of tables that all who import share.
NAMED_SO = {"groupement.demo.cast.Person", "groupement.kernel.tabular.Layout"}
LISTS = {"tests/house/retired.py", "tests/house/test_names.py"}
WRITTEN_BY_PEOPLE = {".py", ".html", ".css", ".js", ".md", ".txt", ".xml", ".toml", ".yml"}


def texts():
    """The files that people write, but migrations (what they did stays as it was) and the list of old names."""
    return [
        path
        for path in tracked()
        if path.suffix in WRITTEN_BY_PEOPLE and "migrations" not in path.parts and name_of(path) not in LISTS
    ]


@cache
def identifiers() -> dict[str, set[str]]:
    """Names of classes, functions, arguments, variables, attributes and modules: each with the files it stands in."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in texts():
        if path.suffix == ".py":
            for name in names_in(path):
                found[name].add(name_of(path))
    return found


def names_in(path: Path) -> set[str]:
    found = {path.stem}
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.keyword(arg=str(name)):
                found.add(name)
            case ast.FunctionDef(name=name) if not name.startswith("test_"):  # that one is a sentence
                found.add(name)
            case ast.alias(name=name, asname=other):
                found |= {*name.split("."), *([other] if other else [])}
    return found


def words_of(identifier: str) -> set[str]:
    """ "_openDesk", "open-desk", "OPEN_DESK": "open" and "desk"."""
    return set(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower().replace("-", "_").split("_"))


def test_words_of_an_identifier():
    assert words_of("_openDesk") == {"", "open", "desk"}
    assert words_of("cal__strip") == {"cal", "", "strip"}
    assert words_of("NOT_SEEN") == {"not", "seen"}


def test_no_name_is_made_of_a_retired_word():
    assert [
        f"{name} in {', '.join(sorted(files))}: {WORDS[word]}"
        for name, files in sorted(identifiers().items())
        for word in sorted(words_of(name) & WORDS.keys())
        if name not in FOREIGN
    ] == []


def test_no_retired_name_comes_back():
    assert [
        f"{name} in {', '.join(sorted(identifiers()[name]))}: {NAMES[name]}"
        for name in sorted(NAMES.keys() & identifiers().keys())
    ] == []


def test_no_module_is_where_it_was():
    assert [
        f"{old}: {MODULES[old]}"
        for old in MODULES
        if any((ROOT / f"{old.replace('.', '/')}{end}").is_file() for end in (".py", "/__init__.py"))
    ] == []


def test_the_table_leads_to_what_is_there():
    assert [
        f"{old}: {new}"
        for old, new in MODULES.items()
        if not any((ROOT / f"{new.replace('.', '/')}{end}").is_file() for end in (".py", "/__init__.py"))
    ] == []


# Classes and ids in sheets and pages, and what scripts ask for.
STYLED = re.compile(r"[.#]([a-zA-Z_][\w-]*)")
MARKED = re.compile(r'\b(?:class|id|for|aria-[a-z]+)="([^"{}]*)')


@pytest.mark.parametrize(("suffix", "pattern"), [(".css", STYLED), (".html", MARKED), (".js", STYLED)])
def test_no_class_or_id_of_a_page_is_a_retired_word(suffix, pattern):
    pages = [path for path in texts() if path.suffix == suffix]
    assert pages
    assert [
        f"{name_of(path)}: {name}"
        for path in pages
        for part in pattern.findall(path.read_text())
        for name in part.split()
        if words_of(name) & WORDS.keys()
    ] == []


# In prose these are metaphors too, or too loose; the others of the list are English that a sentence may use.
METAPHORS = re.compile(
    r"\b(?:astray|bearing|gestures?|judg(?:e[ds]?|ing)|laying|look(?:s|ed|ing)?(?! (?:up|after)\b)|misfits|noting"
    r"|reproaches|seeing|telling|weighing|_Desk)\b",
    re.IGNORECASE,
)


def test_no_text_uses_a_retired_metaphor():
    assert [
        f"{name_of(path)}: {line.strip()}"
        for path in texts()
        for line in path.read_text().splitlines()
        if METAPHORS.search(line)
    ] == []


def classes() -> dict[str, set[str]]:
    """The classes of the project's code: the modules that define each name, models and Meta left out."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in texts():
        module = name_of(path).removesuffix(".py").replace("/", ".")
        if path.suffix != ".py" or path.parts[len(ROOT.parts)] not in PACKAGES:
            continue
        if "models" in module.split(".") or ".management." in module:
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                found[node.name].add(module)
    return found


def test_a_class_name_belongs_to_one_module():
    assert {name: sorted(modules) for name, modules in classes().items() if len(modules) > 1} == {}


def test_a_class_says_of_what_it_is():
    assert [
        f"{module}.{name}"
        for name, modules in sorted(classes().items())
        for module in sorted(modules)
        if name.strip("_") in GENERIC and f"{module}.{name}" not in NAMED_SO
    ] == []
