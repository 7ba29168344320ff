"""Triggers that every watched table has: that it is not emptied, and of a history that it is only written on.

Two generated kinds: what they refuse follows from the table alone.
"""

from __future__ import annotations

from tests.house.constraints.catalog import GENERATED, Rule
from tests.house.constraints.trial import refused_by, run, taken_back

KINDS = frozenset(GENERATED.values())


def statements(rule: Rule) -> list[str]:
    """What the trigger refuses."""
    if rule.kind == "emptying":
        return [f"TRUNCATE {rule.table} CASCADE"]
    row = f"pgh_id = (SELECT min(pgh_id) FROM {rule.table})"
    return [
        f"UPDATE {rule.table} SET pgh_label = 'x' WHERE {row}",
        f"DELETE FROM {rule.table} WHERE {row}",
    ]


def faults(rule: Rule, *, removed: bool = False) -> list[str]:
    """What is not refused by it; with ``removed``, after it was taken away."""
    with taken_back():
        if removed:
            run(rule.removal)
        tried = statements(rule)
        return [
            f"{statement}: refused by {by or 'nothing'}"
            for statement, by in zip(tried, refused_by(tried), strict=True)
            if by != rule.name
        ]
