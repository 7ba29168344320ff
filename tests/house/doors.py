"""Every address of the URLconf with whom it lets in: the one table that says who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.house import doors_accounts, doors_admin, doors_billing, doors_people
from tests.house.door import Door

OURS: dict[str, Door] = {**doors_people.DOORS, **doors_accounts.DOORS, **doors_billing.DOORS}
DOORS: dict[str, Door] = {**OURS, **doors_admin.DOORS}


def addresses() -> dict[str, URLPattern]:
    """Each address by its name, or by the way it is written where it has none."""
    return {name: pattern for name, _, pattern in _walk(get_resolver().url_patterns)}


def routes() -> dict[str, str]:
    """How each address is written, "mois/<month:month>/", by the same names."""
    return {name: written for name, written, _ in _walk(get_resolver().url_patterns)}


def _walk(patterns: list[Any], namespace: str = "", begun: str = "") -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in patterns:
        written = begun + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, pattern.namespace or namespace, written)
        elif pattern.name is None:
            yield written, written, pattern
        else:
            yield f"{namespace}:{pattern.name}" if namespace else pattern.name, written, pattern
