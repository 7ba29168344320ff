"""The migrated database that test databases are copied from: made once, kept until a migration changes.

Migrating takes seconds for every process of every run; copying takes a tenth of one. What is kept lies with the
project’s own server (.local), under the digest of everything that decides what migrations do.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from groupement import local

NAME = "migrated"
READ_BY_MIGRATIONS = (
    "billing/documents/mentions.py",
    "billing/documents/vat.py",
    "groupement/database_roles.py",
    "groupement/kernel/triggers.py",
)


def digest() -> str:
    """Of the migrations and what they read, ours and those of the locked packages, and of PostgreSQL’s programs."""
    files = sorted(
        path
        for pattern in ("*/migrations/*.py", "*/*/migrations/*.py")
        for path in local.PROJECT.glob(pattern)
    )
    files += [local.PROJECT / name for name in READ_BY_MIGRATIONS]
    read = hashlib.sha256((local.PROJECT / "requirements" / "dev.txt").read_bytes())
    for file in files:
        read.update(f"{file.relative_to(local.PROJECT)}\0".encode() + file.read_bytes())
    return read.hexdigest()[:16]


def kept() -> Path:
    """Where the data of a server with the migrated database is kept."""
    return local.home_of(local.PROJECT) / f"tests-{digest()}"


def prepare(server: local.Server, address: str) -> None:
    """Give a server that has no data yet the migrated database; ``address`` is that of any database on it.

    Without one the tests still run: each process then migrates for itself, and says what is wrong.
    """
    if kept().is_dir():
        try:
            copy(kept(), server.data)
        except subprocess.CalledProcessError:  # a run with other migrations is just forgetting it
            shutil.rmtree(server.data, ignore_errors=True)
        else:
            return
    server.start()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
        cwd=local.PROJECT,
        env=os.environ | addresses(address.replace("/postgres?", f"/{NAME}?")),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(NAME)))
        return
    server.stop()
    keep(server.data)


def addresses(owner: str) -> dict[str, str]:
    """The variables of a site on the database of the address ``owner``, which is that of the role that owns it."""
    site = owner.replace("//postgres@", f"//{local.SITE_ROLE}@")
    return {"DATABASE_URL": site, "OWNER_DATABASE_URL": owner}


def keep(data: Path) -> None:
    """Keep a stopped server’s data, and forget what was kept for other migrations."""
    home = local.own(kept().parent)
    for former in home.glob("tests-*"):
        shutil.rmtree(former, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix="fresh-", dir=home))
    copy(data, fresh / "data")
    with suppress(OSError):  # another run was faster
        (fresh / "data").rename(kept())
    shutil.rmtree(fresh, ignore_errors=True)


def copy(data: Path, to: Path) -> None:
    """Copy a stopped server’s data with its owner: cp shares the blocks where the file system can."""
    subprocess.run(["cp", "-a", str(data), str(to)], check=True)


def clone(address: str, name: str) -> bool:
    """Make the database ``name`` as a copy of the migrated one; False when there is none to copy."""
    with psycopg.connect(address, autocommit=True) as connection:
        try:
            made = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(made.format(sql.Identifier(name), sql.Identifier(NAME)))
        except psycopg.errors.InvalidCatalogName:
            return False
    return True
