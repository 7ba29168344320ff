"""Our scripts are modules: each says what it needs, and none counts on the order of listeners or of tags."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "static" / "js"
SCRIPTS = {str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.js"))}
# Some names, all as one, or what happens when it is loaded.
IMPORT = re.compile(
    r'^import (?:(?:\{ (?P<names>[^}]+) \}|\* as (?P<space>\w+)) from )?"(?P<path>\.[^"]+)";$', re.MULTILINE
)
IMPORTS = re.compile(r"\bimport\b")
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


def test_a_script_says_what_it_does():
    assert len(SCRIPTS) > 10
    assert [name for name, text in SCRIPTS.items() if not text.startswith("// ")] == []


def test_a_script_is_short():
    lines = {name: text.splitlines() for name, text in SCRIPTS.items()}
    assert [name for name, its in lines.items() if len(its) > 150] == []
    assert [(name, line) for name, its in lines.items() for line in its if len(line) > 120] == []


def test_a_script_imports_what_another_exports():
    unread = [name for name, text in SCRIPTS.items() if len(imported(name)) != len(IMPORTS.findall(text))]
    assert unread == []
    missing = {
        (script, name): names - set(EXPORT.findall(SCRIPTS[name]))
        for script in SCRIPTS
        for name, names in imported(script)
    }
    assert {pair: names for pair, names in missing.items() if names} == {}


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


def test_no_listener_comes_before_another_or_silences_it():
    # What must happen in order is called in order: beforeFocus in focus.js, handleFailure in connection.js.
    assert {name: found for name, text in SCRIPTS.items() if (found := FIRST.findall(text))} == {}


def test_a_script_leaves_nothing_in_the_window():
    left = re.compile(r"\b(?:window|globalThis|self)\.(?!htmx\b)\w+")
    assert {name: found for name, text in SCRIPTS.items() if (found := left.findall(text))} == {}
