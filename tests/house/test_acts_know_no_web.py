"""Acts and models import nothing of the web: they are called from pages, tasks, commands and the admin alike."""

import ast

from django.conf import settings

APPS = ("members", "charter", "employees", "timesheets", "billing")
WEB = ("django.http", "django.shortcuts", "django.contrib.messages")
# access and middleware are doors: they answer requests before a view does.
EDGES = {
    "urls",
    "views",
    "admin",
    "forms",
    "tasks",
    "apps",
    "management",
    "migrations",
    "templatetags",
    "access",
    "middleware",
}


def inner_modules() -> list[str]:
    """Paths of the modules that are acts or models."""
    found = [
        path.relative_to(settings.BASE_DIR)
        for app in APPS
        for path in (settings.BASE_DIR / app).rglob("*.py")
    ]
    return sorted(str(path) for path in found if not EDGES & {*path.parts, path.stem})


def imported(source: str) -> set[str]:
    """The dotted names that a module imports, wherever in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def of_the_web(names: set[str]) -> set[str]:
    return {name for name in names if any(name == web or name.startswith(f"{web}.") for web in WEB)}


def test_act_or_model_imports_nothing_of_the_web() -> None:
    modules = inner_modules()
    assert len(modules) > 100
    found = {
        module: of_the_web(imported((settings.BASE_DIR / module).read_text(encoding="utf-8")))
        for module in modules
    }
    assert {module: names for module, names in found.items() if names} == {}


def test_the_rule_sees_what_it_forbids() -> None:
    source = (
        "from django import http\nfrom django.shortcuts import redirect\nimport django.contrib.messages\n"
    )
    assert {name.split(".")[-1] for name in of_the_web(imported(source))} == {
        "http",
        "shortcuts",
        "redirect",
        "messages",
    }
    assert "members/models/people.py" in inner_modules()
