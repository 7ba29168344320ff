"""Where the code locks rows: each call of ``select_for_update``, read from the source, and the table of its cases."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from tests.house.locks import cases
from tests.together import Meeting

ROOT = Path(settings.BASE_DIR)
APPS = ("groupement", "members", "charter", "employees", "timesheets", "billing")
LOCK = "select_for_update"

Case = Callable[[], Meeting]
Position = tuple[str, int, int]

# Filled by holds() in the modules of cases.
CASES: dict[str, Case] = {}


@dataclass(frozen=True)
class Site:
    """One call: "module.function", with "#2" for the second of a function; ``skips``: what is locked is passed over."""

    name: str
    position: Position
    skips: bool


def holds(*names: str) -> Callable[[Case], Case]:
    """Enter the function in the table, as the case of the locks with these names.

    A case makes its rows, lets two acts meet and asserts what came of them, in such a way that it fails without the
    lock even when nobody asks who waited; it returns the meeting.
    """

    def enter(case: Case) -> Case:
        for name in names:
            assert name not in CASES, f"{name} has two cases"
            CASES[name] = case
        return case

    return enter


@cache
def sites() -> dict[str, Site]:
    """All of them by name, in the order of the source."""
    found: dict[str, Site] = {}
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if LOCK in (text := path.read_text()):
                found |= {site.name: site for site in _sites_in(path, text)}
    return found


def load_cases() -> dict[str, Case]:
    """The whole table: every module of cases enters its own."""
    for module in pkgutil.iter_modules(cases.__path__, f"{cases.__name__}."):
        importlib.import_module(module.name)
    return CASES


@contextmanager
def reached(*, without: Site | None = None) -> Iterator[set[Position | None]]:
    """The positions that locked inside; the lock of ``without`` is left out, as if nobody had written it."""
    real = QuerySet.select_for_update
    seen: set[Position | None] = set()

    def select_for_update(self: QuerySet[Any], *args: Any, **options: Any) -> QuerySet[Any]:
        position = _position_of_caller()
        seen.add(position)
        if without is not None and position == without.position:
            return self.all()
        return real(self, *args, **options)

    QuerySet.select_for_update = select_for_update  # type: ignore[method-assign]
    try:
        yield seen
    finally:
        QuerySet.select_for_update = real  # type: ignore[method-assign]


def run(case: Case, site: Site) -> None:
    """Let the case show that its site locks: the second act waits, or passes over what is locked."""
    with reached() as seen:
        meeting = case()
    assert site.position in seen, f"{case.__name__} does not come through {site.name}"
    assert meeting.waited is not site.skips, f"waited: {meeting.waited}; {meeting}"


def _position_of_caller() -> Position | None:
    """File, last line and last column of the call in our own code; None for a lock of the case itself."""
    frame: Any = sys._getframe(2)
    own = tuple(f"{ROOT / app}/" for app in APPS)
    while frame and not frame.f_code.co_filename.startswith(own):
        frame = frame.f_back
    if frame is None:
        return None
    _, line, _, column = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    return frame.f_code.co_filename, line, column


def _sites_in(path: Path, text: str) -> Iterator[Site]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    count: Counter[str] = Counter()
    for within, call in _calls(ast.parse(text), module):
        count[within] += 1
        name = within if count[within] == 1 else f"{within}#{count[within]}"
        skips = any(option.arg == "skip_locked" for option in call.keywords)
        yield Site(name, (str(path), call.end_lineno or 0, call.end_col_offset or 0), skips)


def _calls(node: ast.AST, within: str) -> Iterator[tuple[str, ast.Call]]:
    """Each call with where it stands; the first line first."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield from _calls(child, f"{within}.{name}")
            case ast.Call(func=ast.Attribute(attr=attr)) if attr == LOCK:
                yield within, child
                yield from _calls(child, within)
            case _:
                yield from _calls(child, within)
