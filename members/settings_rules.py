"""What the settings of the group may not say: upper apps tell it, the form of the settings asks before it saves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from members.models import Group

Rule = Callable[[Group, date], None]
_RULES: list[Rule] = []


def refuse_settings_by(rule: Rule) -> None:
    """Register a rule of an upper app: it raises a Refusal for the group as it would be saved, on that day."""
    _RULES.append(rule)


def refuse(group: Group, on: date) -> None:
    """Raise the first Refusal."""
    for rule in _RULES:
        rule(group, on)
