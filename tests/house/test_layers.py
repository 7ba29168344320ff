"""The directions that import-linter cannot see: relations between models, addresses and includes in templates."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField, OneToOneField

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
