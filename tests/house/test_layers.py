"""The directions that import-linter cannot see: relations between models, addresses and includes in templates."""

import re
from itertools import chain
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

from groupement.management.commands.draw_house import contracts

ROOT = Path(settings.BASE_DIR)
RANK = {"members": 0, "charter": 1, "employees": 1, "timesheets": 2, "billing": 3}
OURS = [model for model in apps.get_models() if model._meta.app_label in RANK]


def rank(app_label: str) -> int:
    """Where an app stands; third-party apps stand below all of ours."""
    return RANK.get(app_label, -1)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_relation_points_down_and_is_not_seen_from_below(model):
    own = model._meta.app_label
    for relation in model._meta.get_fields():
        if (
            not isinstance(relation, ForeignKey | OneToOneField | ManyToManyField)
            or relation.model is not model
        ):
            continue
        other = relation.related_model._meta.app_label
        if other == own:
            continue
        assert rank(other) < rank(own), f"{relation} points up or sideways to {other}"
        if rank(other) >= 0 and not model._meta.label.endswith("Event"):
            assert relation.remote_field.hidden, f"{relation} is visible from {other}: related_name='+'"


def template_app(path: Path) -> str | None:
    """The app that a template belongs to; shared parts belong to none."""
    folder = path.relative_to(ROOT / "templates").parts[0]
    return folder if folder in RANK else None


TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html") if template_app(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_names_no_address_and_no_part_of_an_upper_app(path):
    own = template_app(path)
    text = path.read_text()
    named = re.findall(r"{%\s*url\s+[\"'](\w+):", text)
    named += re.findall(r"{%\s*(?:include|extends)\s+[\"'](\w+)/", text)
    upper = {app for app in named if app in RANK and app != own and RANK[app] >= RANK[own]}
    assert upper == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_holds_no_inline_style_or_script(path):
    text = path.read_text()
    assert re.findall(r"\sstyle=|\son\w+=\"|<style|<script(?![^>]*(?:src=|application/json))", text) == []


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
