"""System checks: what the machine or the database lacks, in plain words with what cures it."""

import ctypes
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import checks

# Library, Debian package, and what happens without it; WeasyPrint loads the same names.
NEEDED = {
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz.so.0": "libharfbuzz0b",
    "libfontconfig.so.1": "libfontconfig1",
}
FASTER = {"libharfbuzz-subset.so.0": "libharfbuzz-subset0"}


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """The Debian packages of those libraries that the system does not find."""
    return [package for library, package in libraries.items() if not loads(library)]


def loads(library: str) -> bool:
    """Whether the system finds this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_hint(packages: Sequence[str]) -> str:
    """The command that installs them on Debian or Ubuntu."""
    return f"Run: apt-get install --no-install-recommends {' '.join(packages)} (or your system’s equivalent)."


@checks.register(checks.Tags.compatibility)
def pdf_libraries(**_kwargs: Any) -> list[checks.CheckMessage]:
    """The system libraries that WeasyPrint loads, which no Python package brings."""
    found: list[checks.CheckMessage] = []
    if missing := missing_packages(NEEDED):
        message = f"No PDF can be made: the system lacks {', '.join(missing)}."
        found.append(checks.Error(message, hint=install_hint(missing), id="groupement.E001"))
    if slow := missing_packages(FASTER):
        message = f"Each PDF takes about four times as long: the system lacks {', '.join(slow)}."
        found.append(checks.Warning(message, hint=install_hint(slow), id="groupement.W001"))
    return found


@checks.register(checks.Tags.database)
def former_migrations(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """A database that stopped half way through the migrations that were squashed: `migrate` asks this first.

    The code to finish them is gone; begun anew on half a schema, the migrations would break it.
    """
    from django.db import connections
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    known = MigrationLoader(None).disk_migrations
    found: list[checks.CheckMessage] = []
    for name in databases or ():
        applied = MigrationRecorder(connections[name]).applied_migrations()
        for (app, migration), squashed in sorted(known.items()):
            done = [former for former in squashed.replaces if former in applied]
            if done and len(done) < len(squashed.replaces) and (app, migration) not in applied:
                found.append(_half_way(app, len(done), len(squashed.replaces)))
    return found


def _half_way(app: str, done: int, former: int) -> checks.Error:
    return checks.Error(
        f"The database stopped half way through the former migrations of {app}: {done} of {former} are applied.",
        hint="They were squashed since. Bring the database up to date with the version of the code that it comes from "
        "(python manage.py migrate), back it up, then upgrade: docs/operations.md, “Upgrades”.",
        id="groupement.E002",
    )


if __name__ == "__main__":
    asked = NEEDED if sys.argv[1:] == ["needed"] else NEEDED | FASTER
    sys.stdout.write(" ".join(missing_packages(asked)))
