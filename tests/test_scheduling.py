"""What waits begins first, and nothing is left out where everything must run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import environment

ROOT = Path(__file__).parents[1]
SKETCH = """
import pytest

from tests import environment

def test_plain(): pass

@pytest.mark.django_db
def test_rows(): pass

@pytest.mark.xdist_group("papers")
def test_grouped(): pass

@pytest.mark.django_db(transaction=True)
def test_commits(): pass

@pytest.mark.redis
@pytest.mark.skipif(True, reason="no redis-server here")
def test_queue(): pass

@pytest.mark.browser
@pytest.mark.xdist_group("story")
def test_story(): pass

@pytest.mark.browser
@pytest.mark.xdist_group("pages")
def test_another_page(): pass

@pytest.mark.browser
@pytest.mark.xdist_group("pages")
@pytest.mark.skip(reason="no Chromium here")
def test_page(): pass
"""


@pytest.fixture
def run(tmp_path):
    """Run these few tests by another pytest, with our plugin and no other."""
    (tmp_path / "test_sketch.py").write_text(SKETCH)
    plain = ["-c", os.devnull, "-n", "0", "-p", "no:django", "-p", "no:randomly", "-p", "no:cacheprovider"]

    def run_with(**variables):
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-v", *plain, "-p", "tests.scheduling", str(tmp_path)],
            cwd=ROOT,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return run_with


def test_what_waits_begins_first_and_there_the_largest_group(run):
    done = run(REQUIRE_ALL_TESTS="")
    assert done.returncode == 0, done.stdout
    assert re.findall(r"::test_(\w+) (\w+)", done.stdout) == [
        ("another_page", "PASSED"),
        ("page", "SKIPPED"),
        ("story", "PASSED"),
        ("commits", "PASSED"),
        ("queue", "SKIPPED"),
        ("grouped", "PASSED"),
        ("plain", "PASSED"),
        ("rows", "PASSED"),
    ]


def test_a_skipped_test_fails_where_all_must_run(run):
    done = run(REQUIRE_ALL_TESTS="yes")
    assert done.returncode == 1, done.stdout
    assert re.search(r"\b6 passed\b.*\b2 errors\b", done.stdout)
    assert "REQUIRE_ALL_TESTS is set, and this test was skipped: Skipped: no redis-server here" in done.stdout
    assert "REQUIRE_ALL_TESTS is set, and this test was skipped: Skipped: no Chromium here" in done.stdout


def test_continuous_integration_requires_all_as_root():
    assert (
        '[ "$(id -u)" != 0 ] || export REQUIRE_ALL_TESTS=yes\nmake test\n' in (ROOT / ".ci/run").read_text()
    )


def test_each_process_has_private_files_of_its_own() -> None:
    from django.core.files.storage import storages

    process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    assert Path(storages["private"].path("invoices")) == environment.files_of(process) / "invoices"
