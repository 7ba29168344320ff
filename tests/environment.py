"""What the tests run on: a PostgreSQL of their own in a fresh folder, files in another, Django set up.

Imported first by conftest.py, before anything reads the settings. The process that pytest was started in makes the
folder and the server; xdist’s workers inherit their addresses with the environment.
"""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import django
from django.core.exceptions import ImproperlyConfigured

from groupement import local
from tests import migrated

FOLDER = "GROUPEMENT_TEST_FOLDER"
AN_HOUR = 3600
PREFIX = "groupement-tests-"
_real_connect = socket.socket.connect
_users: list[Callable[[], None]] = []


def is_xdist_worker() -> bool:
    """Whether another pytest process made folder and server for us."""
    return "PYTEST_XDIST_WORKER" in os.environ


def folder() -> Path:
    """The folder of this run."""
    return Path(os.environ[FOLDER])


def files_of(process: str) -> Path:
    """Where a process keeps private files: each numbers its invoices, and so names their files, from one."""
    return folder() / "files" / process


def server() -> local.Server:
    """The run’s own PostgreSQL: nobody will miss its data, so it never waits for the disk."""
    return local.Server(folder(), local.FAST)


def prepare() -> None:
    """Point the settings at this run’s own places, then set Django up."""
    if not is_xdist_worker():
        os.environ[FOLDER] = tempfile.mkdtemp(prefix=PREFIX)
        folder().chmod(0o755)  # PostgreSQL’s user must walk through it
        os.environ.setdefault(
            "DATABASE_URL", f"postgresql://postgres@/postgres?host={quote(str(server().socket_folder))}"
        )
        os.environ["PRIVATE_FILES_ROOT"] = str(files_of("alone"))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="groupement.settings",
        LOCAL_MODE="yes",
        DEBUG="no",
        DEMO_MODE="no",
        REQUIRE_SECOND_FACTOR="yes",
        SECRET_KEY="tests",
        BROKER_URL="memory://localhost",
        CACHE_URL="memory://localhost",
    )
    django.setup()
    from django.conf import settings

    settings.READ_FILES_APART = False  # tests that try it say so
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def has_own_server() -> bool:
    """Whether this run’s server is ours to start: no other was named by DATABASE_URL."""
    from django.conf import settings

    return settings.DATABASES["default"]["HOST"] == str(server().socket_folder)


def start() -> None:
    """Start the run’s server, once, in the process that pytest was started in."""
    if has_own_server() and not is_xdist_worker():
        sweep()
        migrated.prepare(server(), os.environ["DATABASE_URL"])
        _users.append(local.use(server()))


def clone_database(name: str) -> bool:
    """Make a test database from the migrated one; False when Django must make it from nothing."""
    return has_own_server() and migrated.clone(os.environ["DATABASE_URL"], name)


def stop() -> None:
    """Stop the server and remove everything the run made."""
    if is_xdist_worker():
        return
    while _users:
        _users.pop()()
    shutil.rmtree(folder(), ignore_errors=True)


def sweep() -> None:
    """Stop and remove what a killed run left: an old folder whose server nobody uses any more."""
    for left in folder().parent.glob(f"{PREFIX}*/postgres.users"):
        try:
            if left.stat().st_uid != os.geteuid() or time.time() - left.parent.stat().st_mtime < AN_HOUR:
                continue
            forgotten = local.Server(left.parent)
            if forgotten.answers():
                local.use(forgotten)()  # as its last user, unless somebody still is one
            if not forgotten.answers():
                shutil.rmtree(left.parent, ignore_errors=True)
        except (OSError, ImproperlyConfigured):
            continue  # it is going already


def connect_to_this_machine_only(self: socket.socket, address: object) -> None:
    """socket.connect that reaches loopback and Unix sockets, and nothing else."""
    if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:  # type: ignore[index]
        raise AssertionError(f"a test reached for the network: {address}")
    _real_connect(self, address)  # type: ignore[arg-type]
