"""When each test of a run begins, and that none is left out where all must run: what conftest.py tells pytest.

A browser, Redis, a worker or another connection is waited for, and a processor that waits is free: so these tests begin
first, while there is other work to do beside them, and with more processes than processors. A group stays in one
process, for what its tests share: a browser and its site, a database that takes seconds to build.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator
from typing import Any

import pytest

from tests import environment

MORE_THAN_PROCESSORS = 1
REQUIRE_ALL = "REQUIRE_ALL_TESTS"  # set where every program is there: to skip a test is then a failure


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """How many processes run tests when nobody says: while one waits, another uses its processor."""
    return (os.cpu_count() or 1) + MORE_THAN_PROCESSORS


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(specs: list[Any]) -> None:
    """Give each process private files of its own: two invoices of one number must not share a file."""
    for spec in specs:
        spec.env["PRIVATE_FILES_ROOT"] = str(environment.files_of(spec.id))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits, and with the largest group; else the order stays as pytest-randomly shuffled it."""
    sizes = Counter(group_of(item) for item in items)
    items.sort(key=lambda item: (not waits(item), -sizes[group_of(item)] if group_of(item) else 0))


def group_of(item: pytest.Item) -> str:
    marker = item.get_closest_marker("xdist_group")
    return str(marker.args[0]) if marker else ""


def waits(item: pytest.Item) -> bool:
    """Whether a test stands beside other programs, or commits for other connections to see."""
    database = item.get_closest_marker("django_db")
    return (
        item.get_closest_marker("browser") is not None
        or item.get_closest_marker("redis") is not None
        or (database is not None and bool(database.kwargs.get("transaction")))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where all tests are required."""
    report = yield
    if report.skipped and os.environ.get(REQUIRE_ALL):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE_ALL} is set, and this test was skipped: {reason}"
    return report
