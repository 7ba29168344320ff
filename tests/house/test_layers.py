"""The directions that import-linter cannot see: relations between models, addresses and includes in templates."""

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField, Model, OneToOneField

from groupement.management.commands.draw_house import contracts

ROOT = Path(settings.BASE_DIR)
RANK = {
    "members": 0, "papers": 1, "charter": 2, "employees": 2, "timesheets": 3, "billing": 4, "secretariat": 5,
}  # fmt: skip
OURS = [model for model in apps.get_models() if model._meta.app_label in RANK]


def rank(app_label: str) -> int:
    """Where an app stands; third-party apps stand below all of ours."""
    return RANK.get(app_label, -1)


def relations_to_other_apps() -> Iterator[tuple[type[Model], Any, str]]:
    """Each relation of our models that leaves its app, and the app that it leads to."""
    for model in OURS:
        for relation in model._meta.get_fields():
            if isinstance(relation, ForeignKey | OneToOneField | ManyToManyField) and relation.model is model:
                other = relation.related_model._meta.app_label
                if other != model._meta.app_label:
                    yield model, relation, other


def test_every_relation_points_down():
    relations = list(relations_to_other_apps())
    assert len(relations) > 50
    assert [
        f"{relation} points up or sideways to {other}"
        for model, relation, other in relations
        if rank(other) >= rank(model._meta.app_label)
    ] == []


def test_no_relation_is_seen_from_below():
    assert [
        f"{relation} is visible from {other}: related_name='+'"
        for model, relation, other in relations_to_other_apps()
        if rank(other) >= 0 and not model._meta.label.endswith("Event") and not relation.remote_field.hidden
    ] == []


def template_app(path: Path) -> str | None:
    """The app that a template belongs to; shared parts belong to none."""
    folder = path.relative_to(ROOT / "templates").parts[0]
    return folder if folder in RANK else None


TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if template_app(path))


NAMED = re.compile(r"{%\s*url\s+[\"'](\w+):|{%\s*(?:include|extends)\s+[\"'](\w+)/")
INLINE = re.compile(r"\sstyle=|\son\w+=\"|<style|<script(?![^>]*(?:src=|application/json))")


def upper_apps(path: Path) -> set[str]:
    """The apps above its own, or beside it, of which a template names an address or a part."""
    own = template_app(path)
    named = {app for found in NAMED.findall(path.read_text()) for app in found}
    return {app for app in named if app in RANK and app != own and RANK[app] >= RANK[own]}


def test_a_template_names_no_address_and_no_part_of_an_upper_app():
    assert len(TEMPLATES) > 100
    assert {str(path.relative_to(ROOT)): upper for path in TEMPLATES if (upper := upper_apps(path))} == {}


def test_a_template_holds_no_inline_style_or_script():
    assert {
        str(path.relative_to(ROOT)): inline
        for path in TEMPLATES
        if (inline := INLINE.findall(path.read_text()))
    } == {}


PACKAGES = ("groupement", *RANK)


def modules(package: Path) -> list[str]:
    """The modules and packages right below ``package``."""
    files = (path.stem for path in package.glob("*.py") if path.stem != "__init__")
    return sorted([*files, *(path.parent.name for path in package.glob("*/__init__.py"))])


def test_every_module_stands_in_one_layer():
    """What is not ordered may import in a circle: each package of modules has a contract naming them all."""
    ordered = [each for each in contracts() if each["type"] == "layers" and each.get("exhaustive")]
    containers = [container for each in ordered for container in each["containers"]]
    folders = chain.from_iterable((ROOT / name).rglob("__init__.py") for name in PACKAGES)
    found = {
        ".".join(path.parent.relative_to(ROOT).parts): modules(path.parent)
        for path in folders
        if "migrations" not in path.parts
    }
    several = [package for package, names in found.items() if len(names) > 1]
    assert sorted(containers) == sorted(several), "an exhaustive contract for each package of several modules"
    unordered = [each["name"] for each in ordered if any(":" in layer for layer in each["layers"])]
    assert unordered == [], "beside each other (|), or one above the other; a colon leaves it open"
