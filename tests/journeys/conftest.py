"""What journeys stand on: a clock that the test sets, people at browsers, and what is handed to the worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.utils import timezone

from billing.documents import rendering
from tests import world
from tests.journeys.visiting import Visitor


class Clock:
    """The moment that the house believes it is."""

    def __init__(self) -> None:
        self.moment = world.NOW

    def set(self, day: date, hour: int = 9) -> None:
        self.moment = world.at(day, hour)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(timezone, "now", made.now)
    return made


@pytest.fixture
def visit(settings: Any, clock: Clock) -> Callable[..., Visitor]:
    """Let a person in, the second factor aside, and open a page."""
    settings.REQUIRE_SECOND_FACTOR = False

    def let_in(person: Any, path: str = "/") -> Visitor:
        return Visitor(person).open(path)

    return let_in


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The invoices whose PDF was asked of the worker, instead of a worker."""
    asked: list[int] = []
    monkeypatch.setattr(rendering, "enqueue", asked.extend)
    return asked


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> Any:
    """Private files of the test's own."""
    settings.PRIVATE_FILES_ROOT = tmp_path / "files"
    storage = settings.STORAGES["private"]
    own = storage | {"OPTIONS": storage["OPTIONS"] | {"location": tmp_path / "files"}}
    settings.STORAGES = settings.STORAGES | {"private": own, "default": own}
    return tmp_path / "files"
