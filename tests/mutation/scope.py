"""Which lines make mutate may change: kernel, acts and rules, without texts, logs and declarations."""

from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
APPS = {
    "kernel": "groupement/kernel",
    **{app: app for app in ("members", "charter", "employees", "timesheets", "billing")},
}
# Tried in other ways: pages by every address × role, forms by their postings, schema by a breaking row a constraint.
LEFT_OUT = {
    "views",
    "forms",
    "admin",
    "migrations",
    "management",
    "templatetags",
    "apps",
    "urls",
    "tasks",
    "__init__",
}
# Where a page’s picture lies on it; the arithmetic of charts is groupement/kernel/charts.py.
DRAWN = {"timesheets/balances/charts.py", "billing/true_ups/chart.py"}
COMPOUND = {"if_stmt", "while_stmt", "for_stmt", "with_stmt", "try_stmt", "funcdef", "classdef", "file_input"}
SIMPLE = {"simple_stmt", "decorator"}
LOGS = {"log", "logger", "logging"}
# Without them the program ends at its first line, whatever is asked of it.
DECLARING = {
    "dataclass",
    "property",
    "cached_property",
    "staticmethod",
    "classmethod",
    "contextmanager",
    "overload",
}
# What only refuses a caller’s slip: to turn it off changes no answer.
GUARDING = {"strict", "frozen", "slots", "kw_only"}


def modules(app: str) -> list[str]:
    """The modules of an app that are tried, by path."""
    paths = (path.relative_to(ROOT) for path in (ROOT / APPS[app]).rglob("*.py"))
    return sorted(
        str(path) for path in paths if not LEFT_OUT & {*path.parts[:-1], path.stem} and str(path) not in DRAWN
    )


def lines(app: str) -> int:
    """How many lines an app’s tried modules have."""
    return sum(len((ROOT / path).read_text().splitlines()) for path in modules(app))


def holds(path: str, node: Any, start: tuple[int, int], text: list[str]) -> bool:
    """Whether what stands at ``start`` is logic: no text, no log, no annotation, no declaration."""
    if {"models", "models.py"} & set(path.split("/")) and not function_of(node)[1]:
        return False  # fields and constraints
    if node.type == "decorator":
        return name_called(node) not in DECLARING
    if is_only_text(text[start[0] - 1]) or node.parent.type in {"parameters", "lambdef"}:
        return False
    return not any(is_left_out(parent, child) for parent, child in above(node))


def above(node: Any) -> list[tuple[Any, Any]]:
    """Each node above one, with its child that leads there, the nearest first."""
    pairs = []
    while node.parent is not None:
        pairs.append((node.parent, node))
        node = node.parent
    return pairs


def is_only_text(line: str) -> bool:
    """Whether a line is a piece of a sentence: a string from its first sign to its last."""
    bare = line.strip().strip("()[]{},")
    return bare.startswith(('"', 'f"', "'")) and bare.endswith(('"', "'")) and bare.count('"') <= 2


def is_left_out(parent: Any, child: Any) -> bool:
    """Whether ``child`` stands in ``parent`` as text, log, annotation or declaration."""
    match parent.type:
        case "fstring" | "raise_stmt":
            return True
        case "tfpdef":
            return parent.children[0] is not child
        case "annassign":
            return parent.children[1] is child
        case "funcdef":
            return child is parent.annotation
        case "atom_expr" | "power":
            return name_called(parent).split(".")[0] in LOGS | {"cast"}
        case "decorator":
            return name_called(parent) in DECLARING
        case "argument":
            return parent.children[0].get_code(include_prefix=False) in GUARDING
    return False


def name_called(node: Any) -> str:
    """The dotted name that a call or a decorator starts with."""
    return node.get_code(include_prefix=False).strip().removeprefix("@").split("(")[0].strip()


def function_of(node: Any) -> tuple[str, bool]:
    """The outermost function or method around a node, dotted, and whether the node runs only when that is called."""
    names: list[str] = []
    called = False
    for parent, child in above(node):
        if parent.type == "funcdef":
            names, called = [parent.name.value], child is parent.children[-1]
        elif parent.type == "classdef":
            names.append(parent.name.value)
    return ".".join(reversed(names)), called


def statement_of(node: Any) -> tuple[int, int]:
    """First and last line of the statement around a node; of an if or a loop only what stands before its colon."""
    inner = node
    for parent, child in above(node):
        if child.type in SIMPLE:
            return child.start_pos[0], child.end_pos[0] - (child.end_pos[1] == 0)
        if parent.type in COMPOUND:
            inner = child
            break
    if node.type in COMPOUND:
        inner = node.children[1]
    return inner.start_pos[0], inner.end_pos[0]
