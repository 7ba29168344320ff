"""A CHECK that compares NULL says neither yes nor no, and PostgreSQL lets the row in: every such hole is closed."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import CheckConstraint, Q

COMPARISONS = {"gt", "gte", "lt", "lte", "range", "regex", "startswith"}
CHECKS = [
    (model, rule)
    for model in apps.get_models()
    for rule in model._meta.constraints
    if isinstance(rule, CheckConstraint) and isinstance(rule.condition, Q)
]


def leaves(node: Q) -> list[tuple[str, object]]:
    return [child for child in node.children if isinstance(child, tuple)]


def holes(node: Q, nullable: set[str], closed: frozenset[str] = frozenset()) -> Iterator[str]:
    """Nullable columns compared where NULL is neither required, excluded, nor accepted beside."""
    known = {path.split("__")[0] for path, value in leaves(node) if path.endswith("__isnull")}
    if node.connector == Q.OR:  # "is null, or …": NULL is accepted outright
        known = {path.split("__")[0] for path, value in leaves(node) if path.endswith("__isnull") and value}
        for child in node.children:
            if isinstance(child, Q) and len(child.children) == 1:
                known |= {p.split("__")[0] for p, v in leaves(child) if p.endswith("__isnull") and v}
    closed = closed | known
    for path, _ in leaves(node):
        name, _, lookup = path.partition("__")
        if lookup in COMPARISONS and name in nullable and name not in closed:
            yield path
    for child in node.children:
        if isinstance(child, Q):
            yield from holes(child, nullable, closed)


def nullable(model):
    return {field.name for field in model._meta.concrete_fields if field.null}


def test_no_check_is_blind_to_null():
    assert len(CHECKS) > 100
    found = {rule.name: list(holes(rule.condition, nullable(model))) for model, rule in CHECKS}
    assert {name: fields for name, fields in found.items() if fields} == {}


def test_a_hole_is_seen():
    prices = {"price"}
    assert list(holes(Q(method="hourly", price__gt=0) | Q(method="flat"), prices)) == ["price__gt"]
    assert list(holes(Q(method="hourly", price__isnull=False, price__gt=0), prices)) == []
    assert list(holes(Q(price__isnull=True) | Q(price__gt=0), prices)) == []
