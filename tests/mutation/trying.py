"""How one process tries faults: everything is imported once, and each fault gets a child.

pytest collects the suite and makes its database once. For each fault the process forks; the child exchanges the code of
the living functions and runs the tests that were chosen, the nearest first, until one fails. A fault in what runs at
import gets a fresh pytest instead. The database is copied anew after each. A test that fails without the fault too
proves nothing: it is tried alone before its word is taken.
"""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from psycopg import sql

from tests import environment
from tests.mutation import planting
from tests.mutation.mapping import WORK, clean_environment

KILLED, SURVIVED, NOT_LIVING = 10, 0, 12
# Seconds that a test may take with the fault, and how many times what it took without: the machine may be busy.
PATIENCE, TIMES = 25, 10
FRESH = [
    *("-n", "0", "-x", "-q", "-rfE", "--tb=no", "--hypothesis-seed=0", "-p", "no:randomly"),
    *("-p", "no:cacheprovider", "-p", "tests.mutation.planting"),
]


def claims(folder: Path) -> Iterator[dict[str, Any]]:
    """The faults to try, shared with the other processes: who makes the file first has it."""
    for number, work in enumerate(json.loads((folder / "work.json").read_text())):
        if time.time() > work["until"]:
            return
        try:
            (folder / f"claim-{number}").touch(exist_ok=False)
        except FileExistsError:
            continue
        yield {**work, "number": number}


class Runner:
    """The tests of this process, and what they say of a fault."""

    def __init__(self, session: pytest.Session, folder: Path) -> None:
        self.session = session
        self.folder = folder
        self.items = {item.nodeid: item for item in session.items}
        self.sound: dict[str, bool] = {}
        self.database = settings.DATABASES["default"]["NAME"]
        self.address = os.environ["DATABASE_URL"]

    def warm_up(self) -> None:
        """Run one test that needs the database, so that every child finds it made."""
        first = next((one for one in self.session.items if one.get_closest_marker("django_db")), None)
        if first is None:
            return
        first.config.hook.pytest_runtest_protocol(item=first, nextitem=self.session)
        self.database = connection.settings_dict["NAME"]
        self.renew()

    def renew(self) -> None:
        """Give the next child the database as it was."""
        connections.close_all()
        self.drop()
        environment.clone_database(self.database)

    def drop(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as own:
            own.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database))
            )

    def try_fault(self, work: dict[str, Any]) -> dict[str, Any]:
        """What became of a fault: killed, survived, or not reached by any test; by which test."""
        tests = [test for test in work["tests"] if test in self.items]
        while tests:
            answer = self.in_child(work, tests) if work["called"] else self.in_fresh(work, tests)
            if answer["outcome"] == "not living" or (answer["outcome"] == "survived" and work["at_import"]):
                answer = self.in_fresh(work, tests)
            by = answer.get("by")
            if answer["outcome"] != "killed" or by is None or self.is_sound(by, work["takes"].get(by, 1)):
                return answer
            tests.remove(by)
        return {"outcome": "not reached"}

    def is_sound(self, test: str, takes: float) -> bool:
        """Whether a test passes without any fault, alone."""
        if test not in self.sound:
            alone = {"path": None, "takes": {test: takes}}
            self.sound[test] = self.in_child(alone, [test])["outcome"] == "survived"
        return self.sound[test]

    def in_child(self, work: dict[str, Any], tests: list[str]) -> dict[str, Any]:
        """Fork, plant, run. The child never comes back from here."""
        connections.close_all()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            run_child(
                lambda: plant(work),
                [self.items[test] for test in tests],
                self.session,
                work["takes"],
                writing,
            )
        os.close(writing)
        with os.fdopen(reading) as names:
            last = names.read().splitlines()[-1:]
        _, status = os.waitpid(child, 0)
        self.renew()
        by = last[0] if last else None
        if os.WIFSIGNALED(status):
            return {"outcome": "killed", "by": by, "how": "time limit"}
        code = os.WEXITSTATUS(status)
        if code == NOT_LIVING:
            return {"outcome": "not living"}
        return (
            {"outcome": "survived"} if code == SURVIVED else {"outcome": "killed", "by": by, "how": "failed"}
        )

    def in_fresh(self, work: dict[str, Any], tests: list[str]) -> dict[str, Any]:
        """Start a pytest that imports the changed source. What ends without a failed test is tried unchanged too."""
        done = self.fresh(work, work["source"], tests)
        if done is None:
            return {"outcome": "killed", "how": "time limit"}
        if done.returncode == 0:
            return {"outcome": "survived"}
        failed = [
            line.split(" ", 1)[1]
            for line in done.stdout.splitlines()
            if line.startswith(("FAILED ", "ERROR "))
        ]
        by = next((test for test in tests if failed and failed[0].startswith(test)), None)
        if by is None:
            unchanged = self.fresh(work, (planting.ROOT / work["path"]).read_text(), tests)
            if unchanged is None or unchanged.returncode:
                return {"outcome": "not tried", "how": (done.stdout + done.stderr)[-500:]}
        return {"outcome": "killed", "by": by, "how": "failed" if by else f"ends with {done.returncode}"}

    def fresh(
        self, work: dict[str, Any], source: str, tests: list[str]
    ) -> subprocess.CompletedProcess[str] | None:
        """What a pytest of its own says, on the run’s server; None when it takes too long."""
        connections.close_all()
        self.drop()
        listed, changed = (self.folder / f"{name}-{os.getpid()}" for name in ("tests", "source"))
        listed.write_text("\n".join(tests))
        changed.write_text(source)
        given = json.dumps({"path": work["path"], "source": str(changed)})
        try:
            return subprocess.run(
                [sys.executable, "-m", "pytest", *FRESH, f"@{listed}"],
                env=clean_environment() | {planting.FAULT: given, "PYTEST_XDIST_WORKER": "gw0"},
                capture_output=True,
                text=True,
                timeout=2 * PATIENCE + TIMES * sum(work["takes"].values()),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.renew()


def plant(work: dict[str, Any]) -> None:
    if work["path"]:
        planting.exchange(work["path"], work["source"], work["function"], work["line"])


def run_child(
    prepare: Callable[[], None],
    items: list[pytest.Item],
    session: pytest.Session,
    takes: dict[str, float],
    writing: int,
) -> None:
    """Run the tests until one fails; ends the process. The name of each is written before it starts."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    gc.unfreeze()  # conftest.py froze what pytest collected, and frozen functions are not listed
    try:
        prepare()
    except Exception:
        os._exit(NOT_LIVING)  # nothing was exchanged, or Python would not have it in a living function
    session.config.pluginmanager.register(EndsAtFailure())
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process
    try:
        for item in items:
            os.write(writing, f"{item.nodeid}\n".encode())
            signal.alarm(PATIENCE + int(TIMES * takes.get(item.nodeid, 1)))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=session)
    except BaseException:
        os._exit(KILLED)  # pytest itself did not survive it
    os._exit(SURVIVED)


class EndsAtFailure:
    """Ends the process at the first report that is not good."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os._exit(KILLED)


def try_all(session: pytest.Session) -> None:
    """Try faults until none is left, and write an answer for each."""
    folder = Path(os.environ[WORK])
    runner = Runner(session, folder)
    runner.warm_up()
    with (folder / f"answers-{os.getpid()}").open("w") as answers:
        for work in claims(folder):
            started = time.monotonic()
            answer = runner.try_fault(work)
            answer |= {"number": work["number"], "seconds": round(time.monotonic() - started, 1)}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
