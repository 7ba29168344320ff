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
    """Start the server, set Django up on an empty, migrated database; yields the folder of this run."""
    sys.path.insert(0, str(ROOT))
    from groupement import local

    folder = Path(tempfile.mkdtemp(prefix="groupement-benchmark-"))
    folder.chmod(0o755)
    server = local.Server(folder)
    stop = local.use(server)
    os.environ.update(
        DJANGO_SETTINGS_MODULE="groupement.settings",
        DATABASE_URL=f"postgresql://postgres@/postgres?host={quote(str(server.socket_folder))}",
        LOCAL_MODE="yes",
        SECRET_KEY="benchmark",  # noqa: S106 - an empty database on this machine
        BROKER_URL=os.environ.get("BROKER_URL", "memory://"),
        PRIVATE_FILES_ROOT=str(folder / "files"),
        LOG_LEVEL="WARNING",
    )
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
