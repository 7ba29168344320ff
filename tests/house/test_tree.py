"""The tree stays readable: sizes, first sentences, names, and a text that knows no machine."""

import ast
import inspect
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model
from django.urls import URLResolver, get_resolver

from groupement.kernel.periods import Month, MonthField

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("groupement", "members", "charter", "employees", "timesheets", "billing")
JUNK_DRAWERS = {"utils", "helpers", "common", "core", "services", "misc", "selectors"}


def tracked() -> list[Path]:
    """The files of the project: what git tracks, else what lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout
    names = [name for name in listed.split("\0") if name]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


SOURCES = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts and path.stat().st_size
)
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


LONGEST_SOURCE, LONGEST_FUNCTION, LONGEST_VIEW, LONGEST_TEST = 400, 50, 25, 500
LONGEST_TEMPLATE, WIDEST_TEMPLATE_LINE = 200, 120
LONGEST_INIT = 15


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()


def test_a_module_says_what_is_in_it():
    assert [name_of(path) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_a_module_stays_short():
    assert [name_of(path) for path in SOURCES if len(lines_of(path)) > LONGEST_SOURCE] == []


def test_a_function_stays_short():
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    assert [
        f"{name_of(path)}: {node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, functions) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ] == []


def views_of(patterns: list[Any]) -> Iterator[Callable[..., Any]]:
    """The functions of ours that addresses name, without their decorators."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views_of(pattern.url_patterns)
        elif (view := inspect.unwrap(pattern.callback)).__module__.split(".")[0] in PACKAGES:
            yield view


def test_a_view_stays_short():
    views = {view for view in views_of(get_resolver().url_patterns) if inspect.isfunction(view)}
    assert len(views) > 100
    assert [
        f"{view.__module__}.{view.__name__}"
        for view in views
        for node in ast.parse(inspect.getsource(view)).body
        if node.end_lineno - node.lineno >= LONGEST_VIEW
    ] == []


def test_a_package_forwards_nothing():
    """Import the module itself. The models of an app are one name for whoever uses them."""
    inits = [path for path in SOURCES if path.name == "__init__.py" and path.parent.name != "models"]
    assert [name_of(path) for path in inits if len(lines_of(path)) > LONGEST_INIT] == []


def test_a_test_file_stays_short():
    assert [name_of(path) for path in TESTS if len(lines_of(path)) > LONGEST_TEST] == []


def test_no_folder_is_a_junk_drawer():
    assert [name_of(path) for path in SOURCES if path.stem in JUNK_DRAWERS] == []


TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def test_a_template_stays_short():
    assert [name_of(path) for path in TEMPLATES if len(lines_of(path)) > LONGEST_TEMPLATE] == []


def test_no_line_of_a_template_is_wide():
    assert [
        f"{name_of(path)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(lines_of(path), start=1)
        if len(line) > WIDEST_TEMPLATE_LINE
    ] == []


PASTED = {
    "icon": '<svg class="icon',
    "member": '<span class="member" data-hue',
    "notice": '<div class="notice',
    "crumbs": '<ol class="crumbs"',
}
# A region with a label of its own, and one whose id is made of a number.
MADE_BY_HAND = {"templates/timesheets/entry/reason.html", "templates/home/member.html"}


def test_what_has_a_tag_is_not_pasted():
    pasted = {
        (name_of(path), tag)
        for path in TEMPLATES
        for tag, beginning in PASTED.items()
        if beginning in path.read_text()
    }
    assert {(name, tag) for name, tag in pasted if name not in MADE_BY_HAND} == set()


def test_no_file_names_a_machine_or_a_registry():
    # Written in pieces, so that this file does not find itself.
    hosts = re.compile(
        "|".join(["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npm", r"deb\." + "debian"])
    )
    found = [
        name_of(path)
        for path in tracked()
        if path.suffix not in {".png", ".ttf", ".pdf", ".woff2"}
        and hosts.search(path.read_text(errors="ignore"))
    ]
    assert found == []


def test_no_model_has_a_default_ordering():
    own = [model for model in apps.get_models() if model._meta.app_label in PACKAGES]
    ordered = [model._meta.label for model in own if model._meta.ordering and "Event" not in model.__name__]
    assert ordered == []


SAMPLES = {
    "MonthField": Month(2026, 11),
    "DateField": date(2026, 11, 1),
    "DateTimeField": datetime(2026, 11, 1, 9, tzinfo=UTC),
    "JSONField": {},
    "ArrayField": [420, 0, 0, 0, 0, 0, 0],
}
OWN_MODELS = [
    model
    for model in apps.get_models()
    if model._meta.app_label in PACKAGES and "Event" not in model.__name__
]


def sample_of(field: Field) -> Any:
    kind = "MonthField" if isinstance(field, MonthField) else field.get_internal_type()
    if kind in SAMPLES:
        return SAMPLES[kind]
    if field.choices:
        return field.choices[0][0]
    return "exemple" if kind in {"CharField", "SlugField", "TextField"} else 7


def label_of(model: type[Model]) -> str:
    """What a row without relations is called; says so when that takes the database."""
    fields = [field for field in model._meta.concrete_fields if not field.is_relation]
    try:
        return str(model(**{field.name: sample_of(field) for field in fields}))
    except Exception as fault:
        return f"object ({fault!r}"


def test_a_label_never_queries():
    """Without access to the database, a label that follows a relation fails."""
    assert len(OWN_MODELS) > 50
    labels = {model.__name__: label_of(model) for model in OWN_MODELS}
    assert {name: label for name, label in labels.items() if not label or "object (" in label} == {}


def test_no_signal_moves_the_product():
    users = [
        name_of(path)
        for path in SOURCES
        if re.search(r"\bpost_save\b|\bpre_save\b|@receiver", path.read_text())
    ]
    assert users == []
