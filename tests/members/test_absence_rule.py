"""Who bears absences: the free text of before becomes a rule that prices know, and new terms begin with the group's."""

from __future__ import annotations

import importlib

import pytest

from employees.admin.records import PricedTermsForm
from employees.models import AbsenceRule, Terms
from members.models import Group
from tests import world

pytestmark = pytest.mark.django_db

carried_over = importlib.import_module("members.migrations.0028_read_who_bears_absences").rule_of


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        *((rule.value, rule.value) for rule in AbsenceRule),
        ("Reserve", "reserve"),
        ("la réserve", "reserve"),
        ("parts prévues", "planned_share"),
        ("planning", "planned_share"),
        ("12 mois", "last_12_months"),
        ("structure du jour", "planned_that_day"),
        ("au prorata", "worked_hours"),
        ("", "worked_hours"),
    ],
)
def test_each_text_of_before_becomes_a_rule(text: str, rule: str) -> None:
    assert carried_over(text) == rule


def test_the_first_terms_begin_with_the_rule_of_the_group() -> None:
    world.group(absence_rule="reserve")
    assert PricedTermsForm().initial["absence_rule"] == "reserve"
    Group.objects.update(absence_rule="planned_share")
    assert PricedTermsForm().initial["absence_rule"] == "planned_share"


def test_terms_that_stand_keep_their_own() -> None:
    host = world.member("Aloen") if world.group(absence_rule="reserve") else None
    assert host is not None
    world.assignment(world.employee(members=[host]), host)
    assert PricedTermsForm(instance=Terms.objects.get()).initial["absence_rule"] == "worked_hours"
