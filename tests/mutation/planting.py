"""How a fault is put into a program that runs, or into one that starts.

A function that is already imported has its code exchanged wherever it lives: behind decorators, under the name that
another module imported, in a table. What runs at import (constants, class bodies, decorators) is only found by a fresh
process: ``pytest -p tests.mutation.planting`` imports the changed source (FAULT names its module and where it lies).
"""

import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

FAULT = "MUTATION_FAULT"
ROOT = Path(__file__).resolve().parents[2]


class NothingReplacedError(LookupError):
    """No living function has the code that the fault changes; it must be tried in a fresh process."""


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code object and all inside it, in the order in which they stand."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def function_code(module: CodeType, function: str, line: int) -> CodeType:
    """The code of the function of that name that starts last before ``line``."""
    named = [
        code for code in codes_in(module) if code.co_qualname == function and code.co_firstlineno <= line
    ]
    if not named:
        raise NothingReplacedError(function)
    return max(named, key=lambda code: code.co_firstlineno)


def exchange(path: str, source: str, function: str, line: int) -> None:
    """Give every living copy of the function at ``line`` of ``path`` the code that ``source`` has for it."""
    name = str(ROOT / path)
    was = function_code(compile((ROOT / path).read_text(), name, "exec", dont_inherit=True), function, line)
    is_now = function_code(compile(source, name, "exec", dont_inherit=True), function, line)
    parts = list(zip(codes_in(was), codes_in(is_now), strict=False))
    outer = {(was.co_qualname, was.co_firstlineno): is_now}
    if [old.co_qualname for old, _ in parts] == [new.co_qualname for _, new in parts]:
        outer |= {(old.co_qualname, old.co_firstlineno): new for old, new in parts[1:]}
    replaced = 0
    for living in living_functions(name):
        code = living.__code__
        new = outer.get((code.co_qualname, code.co_firstlineno))
        if new is None or "<lambda>" in code.co_qualname or "<genexpr>" in code.co_qualname:
            continue
        if code.co_freevars != new.co_freevars:
            raise NothingReplacedError(function)
        living.__code__ = new
        replaced += code.co_qualname == function
    if not replaced:
        raise NothingReplacedError(function)
    forget_answers()


def living_functions(filename: str) -> list[FunctionType]:
    """Every function made from a file."""
    return [
        each
        for each in gc.get_objects()
        if type(each) is FunctionType and each.__code__.co_filename == filename
    ]


def forget_answers() -> None:
    """Empty what functools keeps of former answers."""
    for each in gc.get_objects():
        if issubclass(type(each), functools._lru_cache_wrapper):
            each.cache_clear()


class ChangedLoader(importlib.machinery.SourceFileLoader):
    """Loads a module from another source than that of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.changed = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.changed, self.path, "exec", dont_inherit=True)


class ChangedFinder(importlib.abc.MetaPathFinder):
    """Finds the one module that has a fault; asked before all others."""

    def __init__(self, path: str, source: str) -> None:
        self.name = path.removesuffix(".py").replace("/", ".")
        self.loader = ChangedLoader(self.name, str(ROOT / path), source)

    def find_spec(self, fullname: str, path: Any = None, target: ModuleType | None = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self.loader)


if FAULT in os.environ:
    given = json.loads(os.environ[FAULT])
    sys.meta_path.insert(0, ChangedFinder(given["path"], Path(given["source"]).read_text()))
