"""Our scripts are modules: each says what it needs, and none counts on the order of listeners or of tags."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "static" / "js"
SCRIPTS = {str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.js"))}
# Some names, all as one, or what happens when it is loaded.
IMPORT = re.compile(
    r'^import (?:(?:\{ (?P<names>[^}]+) \}|\* as (?P<space>\w+)) from )?"(?P<path>\.[^"]+)";$', re.MULTILINE
)
EXPORT = re.compile(r"^export (?:const|let|function|class) (\w+)", re.MULTILINE)
# How a listener would come before others, or wait for those of htmx.
FIRST = re.compile(
    r"stop(?:Immediate)?Propagation|DOMContentLoaded|capture:|addEventListener\([^()]*, true\)|^\s*true,?$",
    re.MULTILINE,
)
TAGS = {
    (str(path.relative_to(ROOT)), tag, name)
    for path in (ROOT / "templates").rglob("*.html")
    for tag, name in re.findall(r'(<script[^>]*\{% static "js/([^"]+)" %\}[^>]*>)', path.read_text())
}


def imported(script):
    """What a script imports: pairs of a script and the names used of it."""
    found = []
    for match in IMPORT.finditer(SCRIPTS[script]):
        name = str((FOLDER / script).parent.joinpath(match["path"]).resolve().relative_to(FOLDER))
        rest = IMPORT.sub("", SCRIPTS[script])
        names = re.findall(rf"\b{match['space']}\.(\w+)", rest) if match["space"] else []
        found.append((name, set(match["names"].split(", ")) if match["names"] else set(names)))
    return found


def reached(script, path=()):
    """A script and all that it loads; a circle of imports fails."""
    assert script not in path, " → ".join([*path, script])
    return {script}.union(*(reached(name, (*path, script)) for name, _ in imported(script)))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_short_and_says_what_it_does(script):
    lines = SCRIPTS[script].splitlines()
    assert lines[0].startswith("// ")
    assert len(lines) <= 150
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_imports_what_another_exports(script):
    assert len(imported(script)) == len(re.findall(r"\bimport\b", SCRIPTS[script]))
    for name, names in imported(script):
        assert names <= set(EXPORT.findall(SCRIPTS[name])), name


def test_what_is_exported_is_used():
    used = {(name, each) for script in SCRIPTS for name, names in imported(script) for each in names}
    exported = {(name, each) for name, text in SCRIPTS.items() for each in EXPORT.findall(text)}
    # The tests call parseMinutes themselves: it is what the table of typed hours speaks of.
    assert exported - used == {("hours/worktime.js", "parseMinutes")}


def test_pages_load_modules_and_reach_every_script():
    assert {tag for _, tag, name in TAGS} == {
        f'<script type="module" src="{{% static "js/{name}" %}}">' for _, _, name in TAGS
    }
    assert set().union(*(reached(name) for _, _, name in TAGS)) == set(SCRIPTS)


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_listener_comes_before_another_or_silences_it(script):
    # What must happen in order is called in order: beforeFocus in focus.js, handleFailure in connection.js.
    assert FIRST.findall(SCRIPTS[script]) == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_leaves_nothing_in_the_window(script):
    assert re.findall(r"\b(?:window|globalThis|self)\.(?!htmx\b)\w+", SCRIPTS[script]) == []
