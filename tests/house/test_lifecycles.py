"""Every record with states has its moves, its steps, and a CHECK that ties states to stamps."""

from django.apps import apps
from django.db.models import CheckConstraint

from groupement.kernel.lifecycle import Lifecycle, Step

LIFECYCLES = [model for model in apps.get_models() if issubclass(model, Lifecycle)]


def test_there_are_lifecycles():
    assert {model.__name__ for model in LIFECYCLES} == {
        "Membership",
        "Charter",
        "Paper",
        "Template",
        "Timesheet",
        "BillingRun",
        "Invoice",
        "TrueUp",
    }


def states(model):
    return {value for value, _ in model._meta.get_field("status").choices}


def test_moves_are_declared_for_each_state_and_lead_to_one():
    assert {model.__name__: set(model.MOVES) for model in LIFECYCLES} == {
        model.__name__: states(model) for model in LIFECYCLES
    }
    assert [
        model.__name__ for model in LIFECYCLES if not set().union(*model.MOVES.values()) <= states(model)
    ] == []


def test_a_check_ties_the_status_to_its_stamps():
    checks = {
        model.__name__: [
            rule
            for rule in model._meta.constraints
            if isinstance(rule, CheckConstraint) and "status" in str(rule.condition)
        ]
        for model in LIFECYCLES
    }
    assert [name for name, rules in checks.items() if not rules] == []


def test_steps_are_steps_and_append_only():
    steps = {model.__name__: model._meta.get_field("steps").related_model for model in LIFECYCLES}
    assert [name for name, step in steps.items() if not issubclass(step, Step)] == []
    assert [
        name
        for name, step in steps.items()
        if not any(trigger.name.endswith("append_only") for trigger in step._meta.triggers)
    ] == []
