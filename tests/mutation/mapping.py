"""A pytest plugin that notes which test executes which line, and how long it computes: -p tests.mutation.mapping.

Each of xdist’s processes traces for itself (MUTATION_WORK names the folder); coverage’s context is the test. A context
carries the digest of its test’s file, so that what an older version of the file executed is not read again.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[2]
WORK = "MUTATION_WORK"
SOURCES = ("groupement", "members", "charter", "employees", "timesheets", "billing")


def clean_environment() -> dict[str, str]:
    """What pytest may inherit: not the settings’ name, it would read them before the tests chose a server."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}


@cache
def digest_of(path: str) -> str:
    """The digest of a file of the project, short."""
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()[:8]


def context_of(test: str) -> str:
    """The name under which a test’s lines and seconds are kept."""
    return f"{digest_of(test.partition('::')[0])} {test}"


class Tracer:
    """What one process of the run saw."""

    def __init__(self, folder: Path, process: str) -> None:
        self.kept = folder / f"seconds.{process}"
        self.seconds: dict[str, float] = {}
        self.others: set[str] = set()  # not passed, so of no use
        self.contexts: dict[str, str] = {}
        source = [str(ROOT / name) for name in SOURCES]
        self.lines = coverage.Coverage(
            data_file=str(folder / "lines"), data_suffix=process, config_file=False, source=source
        )
        self.lines.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        group = item.get_closest_marker("xdist_group")  # its name was added to the test’s
        name = group and (group.args[0] if group.args else group.kwargs.get("name"))
        context = context_of(item.nodeid.removesuffix(f"@{name}") if name else item.nodeid)
        self.contexts[item.nodeid] = context
        self.lines.switch_context(context)
        before = time.process_time()  # whatever else the machine does meanwhile
        result = yield
        self.seconds[context] = time.process_time() - before
        self.lines.switch_context("")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.others.add(self.contexts[report.nodeid])

    def pytest_sessionfinish(self) -> None:
        self.lines.stop()
        self.lines.save()
        passed = {context: spent for context, spent in self.seconds.items() if context not in self.others}
        self.kept.write_text(json.dumps(passed))


# Before anything of ours is imported, so that what runs at import is known too.
tracer = (
    Tracer(Path(os.environ[WORK]), os.environ["PYTEST_XDIST_WORKER"])
    if {WORK, "PYTEST_XDIST_WORKER"} <= os.environ.keys()
    else None
)


def pytest_configure(config: pytest.Config) -> None:
    if tracer:
        config.pluginmanager.register(tracer)
