"""Backup and restore of docs/operations.md, word for word, from one database and folder into others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from billing.models import Document
from groupement import local
from members.models import File, Group, Mail, VatAttestation
from tests import compose, environment, migrated, upgraded, world
from tests.billing.charges.receipt_files import picture
from tests.billing.conftest import private_files  # noqa: F401 - pytest finds it here
from tests.billing.proving.test_proving import kept, paths  # noqa: F401 - pytest finds it here

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not environment.has_own_server(), reason="the server is not ours to make databases on"
    ),
]

OPERATIONS = (compose.ROOT / "docs/operations.md").read_text()
SECTION = OPERATIONS[OPERATIONS.index("## Backup and restore") : OPERATIONS.index("## Proof")]
BACKUP, RESTORE = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)
NAMES = ("drill_from", "drill_to")

# Stands in for Docker: runs the same words here, on the database and the folder that the environment names.
DOCKER = r"""#!/bin/bash
set -e
words=()
for word in "$@"; do
    case "$word" in
        groupement) words+=("$DRILL_DATABASE") ;;
        /files) words+=("$DRILL_FILES") ;;
        *) words+=("$word") ;;
    esac
done
set -- "${words[@]}"
cd "$DRILL_PROJECT"
[ "$1" = compose ] && shift
case "$1" in
    up)
        # The step that others wait for; the servers are there already.
        case "$*" in *postgres*) exit 0 ;; esac
        exec "$DRILL_PYTHON" manage.py migrate --noinput --verbosity 0 ;;
    exec | run)
        while [ "$1" != web ] && [ "$1" != postgres ]; do shift; done
        shift
        if [ "$1" = python ]; then shift; set -- "$DRILL_PYTHON" "$@"; fi
        # The owner of this server has another name.
        for rank in $(seq $#); do [ "${!rank}" = -U ] && set -- "${@:1:$rank}" postgres "${@:$((rank + 2))}"; done
        exec "$@" ;;
esac
exit 2
"""


@pytest.fixture
def work(tmp_path_factory) -> Path:
    """Where the drill is done, apart from the files."""
    return tmp_path_factory.mktemp("drill")


@pytest.fixture
def drill(work: Path, kept: Path):  # noqa: F811
    """Runs a block of the document on one of two databases, with the folder of that name."""
    other_kinds()
    (work / "bin").mkdir()
    docker = work / "bin" / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    lent = connection.settings_dict["NAME"]
    server, host = os.environ["DATABASE_URL"], str(environment.server().socket_folder)
    connection.close()  # a database that is copied has no other visitor

    def run(block: str, name: str) -> subprocess.CompletedProcess[str]:
        folder = kept if name == "drill_from" else work / "restored"
        folder.mkdir(exist_ok=True)
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", block],
            cwd=work,
            env=os.environ
            | migrated.addresses(upgraded.named(server, name))
            | {
                "PATH": f"{work / 'bin'}:{local.programs()}:{os.environ['PATH']}",
                "PGHOST": host,
                "DRILL_PROJECT": str(local.PROJECT),
                "DRILL_DATABASE": name,
                "DRILL_FILES": str(folder),
                "DRILL_PYTHON": sys.executable,
                "PRIVATE_FILES_ROOT": str(folder),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    with upgraded.database(server, NAMES[0], lent), upgraded.database(server, NAMES[1]):
        yield run


def other_kinds() -> None:
    """A logo, an attestation, a file that a message carries."""
    Group.objects.update(logo=world.kept_file(picture("PNG"), "logo"))
    world.attestation(world.member("Optim’ism"))
    VatAttestation.objects.update(document=world.kept_file(name="attestation"))
    document = Document.objects.order_by("pk")[0]
    Mail.objects.create(
        to=None,
        address="factures@aloen.example",
        kind="document",
        subject="Facture",
        text="Facture",
        html="<p>Facture</p>",
        queued_at=world.NOW,
        file_name="facture.pdf",
        file_path=document.path,
        file_sha256=document.sha256,
    )


def test_the_drill_brings_everything_back_and_misses_no_kind_of_file(drill, work: Path) -> None:
    backup = drill(BACKUP, NAMES[0])
    assert (backup.returncode, backup.stderr) == (0, "")
    restored = drill(RESTORE, NAMES[1])
    assert (restored.returncode, restored.stderr) == (0, ""), restored.stdout
    assert restored.stdout.endswith("Tout est comme au premier jour.\n")

    lost = {*paths().values(), *File.objects.values_list("path", flat=True)}
    assert len(lost) == len(paths()) + 2
    for path in lost:
        (work / "restored" / path).unlink()
    last = RESTORE.strip().splitlines()[-1]
    again = drill(last, NAMES[1])
    assert again.returncode == 1
    named = {path for path in lost if path in again.stdout}
    assert (named, "pièce jointe du message" in again.stdout) == (lost, True)
