"""Every record with states has its moves, its steps, and a CHECK that ties states to stamps."""

import pytest
from django.apps import apps
from django.db.models import CheckConstraint

from groupement.kernel.lifecycle import Lifecycle, Step

LIFECYCLES = [model for model in apps.get_models() if issubclass(model, Lifecycle)]


def test_there_are_lifecycles():
    assert {model.__name__ for model in LIFECYCLES} == {
        "Membership",
        "Charter",
        "Timesheet",
        "BillingRun",
        "Invoice",
        "TrueUp",
    }


@pytest.mark.parametrize("model", LIFECYCLES, ids=lambda model: model.__name__)
def test_moves_steps_and_stamps_are_declared(model):
    states = {value for value, _ in model._meta.get_field("status").choices}
    assert set(model.MOVES) == states
    assert set().union(*model.MOVES.values()) <= states
    assert issubclass(model._meta.get_field("steps").related_model, Step)
    checks = [rule for rule in model._meta.constraints if isinstance(rule, CheckConstraint)]
    assert any("status" in str(rule.condition) for rule in checks), "no CHECK names the status"


@pytest.mark.parametrize("model", LIFECYCLES, ids=lambda model: model.__name__)
def test_its_steps_are_append_only(model):
    triggers = model._meta.get_field("steps").related_model._meta.triggers
    assert any(trigger.name.endswith("append_only") for trigger in triggers)
