"""What a benchmark runs on: a PostgreSQL of its own with its stock, durable settings, in a fresh folder, migrated."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def temporary_database() -> Iterator[Path]:
    """Start the server, set Django up on an empty, migrated database; yields the folder of this run.

    The migrated database is the one that tests keep, copied: migrating takes longer than most measurements.
    """
    sys.path.insert(0, str(ROOT))
    from groupement import local
    from tests import migrated

    folder = Path(tempfile.mkdtemp(prefix="groupement-benchmark-"))
    folder.chmod(0o755)
    server = local.Server(folder)
    address = f"postgresql://postgres@/postgres?host={quote(str(server.socket_folder))}"
    os.environ.update(
        DJANGO_SETTINGS_MODULE="groupement.settings",
        DATABASE_URL=address.replace("/postgres?", f"/{migrated.NAME}?"),
        LOCAL_MODE="yes",
        SECRET_KEY="benchmark",  # noqa: S106 - an empty database on this machine
        BROKER_URL=os.environ.get("BROKER_URL", "memory://"),
        PRIVATE_FILES_ROOT=str(folder / "files"),
        LOG_LEVEL="WARNING",
    )
    migrated.prepare(server, address)
    stop = local.use(server)
    import django

    django.setup()
    from django.core.management import call_command

    try:
        call_command("migrate", verbosity=0)
        yield folder
    finally:
        from django.db import connections

        connections.close_all()
        stop()
        shutil.rmtree(folder, ignore_errors=True)
