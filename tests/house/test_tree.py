"""The tree stays readable: sizes, first sentences, names, and a text that knows no machine."""

import ast
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

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


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_module_says_what_is_in_it_and_stays_short(path):
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree), "the first line of a module is a sentence"
    assert len(path.read_text().splitlines()) <= 350
    long = [
        f"{node.name} ({node.end_lineno - node.lineno + 1} lines)"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 40
    ]
    assert long == []


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_a_test_file_stays_short(path):
    assert len(path.read_text().splitlines()) <= 400


def test_no_folder_is_a_junk_drawer():
    assert [name_of(path) for path in SOURCES if path.stem in JUNK_DRAWERS] == []


def test_templates_stay_short():
    long = [
        name_of(path)
        for path in (ROOT / "templates").rglob("*.html")
        if len(path.read_text().splitlines()) > 150
    ]
    assert long == []


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


@pytest.mark.parametrize("model", OWN_MODELS, ids=lambda model: model.__name__)
def test_a_label_never_queries(model):
    """Without access to the database, a label that follows a relation fails."""
    values = {}
    for field in model._meta.concrete_fields:
        if field.is_relation:
            continue
        kind = "MonthField" if isinstance(field, MonthField) else field.get_internal_type()
        sample = Month(2026, 11) if kind == "MonthField" else SAMPLES.get(kind)
        values[field.name] = sample if sample is not None else (field.choices[0][0] if field.choices else 7)
        if sample is None and not field.choices and kind in {"CharField", "SlugField", "TextField"}:
            values[field.name] = "exemple"
    label = str(model(**values))
    assert label
    assert "object (" not in label


def test_no_signal_moves_the_product():
    users = [
        name_of(path)
        for path in SOURCES
        if re.search(r"\bpost_save\b|\bpre_save\b|@receiver", path.read_text())
    ]
    assert users == []
