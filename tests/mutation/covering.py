"""Which tests may notice a fault, the nearest first: read from the map that mapping.py writes."""

import ast
import hashlib
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import coverage

from groupement import local
from tests.mutation import mapping, scope
from tests.mutation.faults import Fault

ROOT = scope.ROOT
LINES = "executed"
WALKS = {"house", "journeys", "browser", "mutation"}
# What reads the program instead of running it, by the operator whose faults it may see.
READERS = {"RemoveDecorator": ["tests/house/test_acts_are_atomic.py::test_an_act_is_one_transaction"]}
# Seconds of the processor that one fault is worth, by what its tests took while they were traced.
WORTH = 20.0
# Tests of the browser and of Redis wait for long and say little of a rule.
SUITE = ["-m", "not browser and not redis", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]


def test_files() -> list[str]:
    """The files whose tests are asked: not those that walk every page, long ways to one rule."""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))
    readers = {test.partition("::")[0] for tests in READERS.values() for test in tests}
    return [path for path in files if path in readers or not WALKS & set(Path(path).parts)]


def digest() -> str:
    """Of everything a test’s lines depend on but its own file."""
    own = {str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py")}
    read = hashlib.sha256()
    for folder in (*mapping.SOURCES, "templates", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix in {".py", ".html", ".txt"} and name not in own and "mutation" not in path.parts:
                read.update(name.encode() + b"\0" + path.read_bytes())
    return read.hexdigest()[:16]


class Map:
    """What is known of the tests: seconds by context, and of each source the contexts by line."""

    def __init__(self, folder: Path, seconds: dict[str, float]) -> None:
        self.folder, self.seconds = folder, seconds
        self.data = coverage.CoverageData(str(folder / LINES))
        self.data.read()
        self._read: dict[str, dict[int, list[str]]] = {}

    def contexts(self, path: str) -> dict[int, list[str]]:
        """The contexts that executed each line of a source; "" is its import."""
        if path not in self._read:
            self._read[path] = self.data.contexts_by_lineno(str(ROOT / path))
        return self._read[path]

    def tests_of(self, path: str, lines: set[int]) -> set[str]:
        """The tests that execute one of these lines, and are as they were then."""
        found = {context for line in lines for context in self.contexts(path).get(line, ())}
        return {context.partition(" ")[2] for context in found if context in self.seconds}

    def runs_at_import(self, path: str, line: int) -> bool:
        """Whether a line is executed while modules are imported."""
        return "" in self.contexts(path).get(line, ())

    def takes(self, test: str) -> float:
        """How many seconds of the processor a test took, traced."""
        return self.seconds[mapping.context_of(test)]


def make_map(processes: int, only: list[str]) -> Map:
    """The map of this tree: made where there is none, brought up to date where nothing but test files changed."""
    folder = local.own(local.home_of(ROOT)) / f"mutation-{digest()}"
    folder.mkdir(exist_ok=True)
    kept = folder / "seconds.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    mapped = {context.partition("::")[0] for context in known}
    if wanted := [path for path in only or test_files() if mapping.context_of(path) not in mapped]:
        environment = mapping.clean_environment() | {mapping.WORK: str(folder)}
        arguments = [*SUITE, "-n", str(processes), "-p", "tests.mutation.mapping", *wanted]
        subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env=environment, check=False)
        known |= combine(folder) | {f"{mapping.context_of(path)}::": 0.0 for path in wanted}
        kept.write_text(json.dumps(known))
    return Map(folder, {context: spent for context, spent in known.items() if is_current(context)})


def is_current(context: str) -> bool:
    """Whether a test’s file is as it was when the context was noted."""
    path = context.partition(" ")[2].partition("::")[0]
    return (ROOT / path).exists() and context.startswith(mapping.digest_of(path))


def combine(folder: Path) -> dict[str, float]:
    """Put the lines that each process wrote into one file; the seconds that they noted."""
    data = coverage.CoverageData(str(folder / LINES))
    data.read()
    seconds: dict[str, float] = {}
    for part in sorted(folder.glob("lines.*")):
        one = coverage.CoverageData(str(part))
        one.read()
        data.update(one)
        part.unlink()
    for part in sorted(folder.glob("seconds.gw*")):
        seconds |= json.loads(part.read_text())
        part.unlink()
    return seconds


def choose(fault: Fault, known: Map) -> list[str]:
    """The tests to try a fault with, the nearest first, as many as it is worth."""
    first, last = fault.statement
    found = known.tests_of(fault.path, {fault.line})
    if not found and fault.called:
        found = known.tests_of(fault.path, set(range(first, last + 1)))
    if not fault.called:
        for path, lines in uses(fault):
            found |= known.tests_of(path, lines)
    readers = [test for test in READERS.get(fault.operator, ()) if mapping.context_of(test) in known.seconds]
    return [*readers, *within(ordered(fault.path, found, known), known)]


def within(tests: list[str], known: Map) -> list[str]:
    """As many of the tests, from the first, as a fault is worth."""
    chosen, spent = [], 0.0
    for test in tests:
        if spent + known.takes(test) <= WORTH or not chosen:
            chosen.append(test)
            spent += known.takes(test)
    return chosen


def ordered(path: str, tests: set[str], known: Map) -> list[str]:
    """Nearest file first; there every test function once before another of its cases, the quickest first."""
    quick = sorted(tests, key=lambda test: (known.takes(test), test))
    turns: dict[str, int] = {}
    keys = {}
    for test in quick:
        function = test.partition("[")[0]
        turns[function] = turns.get(function, 0) + 1
        keys[test] = (distance(path, test.partition("::")[0]), turns[function])
    return sorted(quick, key=lambda test: keys[test])


def distance(path: str, test_file: str) -> int:
    """0 for the tests of the module itself, 1 of its subject, 2 of its app, 3 of another, 4 of the house."""
    source, test = Path(path), Path(test_file)
    folders = source.parent.parts if source.parts[0] != "groupement" else ("groupement",)
    own = test.parts[1:-1]
    words = test.stem.removeprefix("test_")
    if own[:1] == folders[:1]:
        if source.stem in words or (words in source.stem and len(words) > 3):
            return 0
        return 1 if own == folders or any(folder in words for folder in folders[1:]) else 2
    return 4 if own[:1] == ("house",) else 3


def uses(fault: Fault) -> list[tuple[str, set[int]]]:
    """Where that which a fault outside of any function changes is used: the body below it, or each use of its name."""
    tree = ast.parse((ROOT / fault.path).read_text())
    body: list[ast.stmt] = tree.body
    while True:
        around = next((node for node in body if start_of(node) <= fault.line <= (node.end_lineno or 0)), None)
        if not isinstance(around, ast.ClassDef) or fault.line < around.lineno:
            break
        body = around.body
    if isinstance(around, ast.FunctionDef):
        return [(fault.path, set(range(around.body[0].lineno, (around.end_lineno or 0) + 1)))]
    if isinstance(around, ast.Assign | ast.AnnAssign):
        targets = around.targets if isinstance(around, ast.Assign) else [around.target]
        names = {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
        if found := [
            (path, lines) for path in all_sources() if (lines := lines_naming(path, frozenset(names)))
        ]:
            return found
    return [(fault.path, set(range(1, (tree.body[-1].end_lineno or 0) + 1)))]


def start_of(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


@cache
def all_sources() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT)) for package in mapping.SOURCES for path in (ROOT / package).rglob("*.py")
    )


@cache
def lines_naming(path: str, names: frozenset[str]) -> set[int]:
    """The lines of a source that read one of these names."""
    return {
        node.lineno
        for node in ast.walk(ast.parse((ROOT / path).read_text()))
        if (isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load))
        or (isinstance(node, ast.Attribute) and node.attr in names)
    }
