"""Who did something and when is read by the act that takes it: kept in the record, or not asked for."""

import ast
from pathlib import Path

PROJECT = Path(__file__).parents[2]
APPS = ("groupement", "members", "charter", "employees", "timesheets", "billing")
MODULES = [
    path.relative_to(PROJECT)
    for app in APPS
    for path in sorted((PROJECT / app).rglob("*.py"))
    if "migrations" not in path.parts
]


def test_by_and_at_are_read_where_they_are_taken() -> None:
    assert {module.parts[0] for module in MODULES} == set(APPS)
    assert [
        f"{module}: {fault}" for module in MODULES for fault in unread((PROJECT / module).read_text())
    ] == []


def test_an_argument_that_nobody_reads_is_found() -> None:
    assert unread("def act(row, *, by, at):\n    row.at = at\n") == ["act: by"]


def unread(source: str) -> list[str]:
    """The functions of a module with a parameter ``by`` or ``at`` whose name their body never reads."""
    return [
        f"{function.name}: {argument.arg}"
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if argument.arg in {"by", "at"} and argument.arg not in _names(function)
    ]


def _names(function: ast.FunctionDef) -> set[str]:
    nodes = (node for statement in function.body for node in ast.walk(statement))
    return {node.id for node in nodes if isinstance(node, ast.Name)}
