"""The programs of production beside a test: Redis, Celery's worker and clock, the web; each ends by its own number."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from tests import compose

PROGRAMS = Path(sys.executable).parent
REDIS = shutil.which("redis-server")
PATIENCE = 40  # seconds; a busy machine is slow, not wrong


@dataclass
class Machines:
    """What one test started, with a log for each, and the environment that they all read."""

    folder: Path
    broker: str = "memory://localhost"
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The test's own database and files; what stands in it besides is what the tests themselves run with."""
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        return os.environ | {
            "DATABASE_URL": database.geturl(),
            "BROKER_URL": self.broker,
            "PRIVATE_FILES_ROOT": str(settings.PRIVATE_FILES_ROOT),
            **self.variables,
        }

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Run a program in a process group of its own."""
        log = self.folder / f"{len(self.running)}-{Path(command[0]).name}.log"
        with log.open("wb") as output:
            program = subprocess.Popen(
                list(map(str, command)),
                cwd=settings.BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(program)
        return program

    def redis(self) -> subprocess.Popen[bytes]:
        """A Redis that keeps nothing, on a free port of this machine; the broker from then on."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        quiet = ("--save", "", "--appendonly", "no", "--dir", self.folder)
        program = self.start(str(REDIS), "--port", str(port), "--bind", "127.0.0.1", *quiet)
        self.until(lambda: _answers(port))
        self.broker = f"redis://127.0.0.1:{port}/0"
        return program

    def worker(self, app: str = "groupement") -> subprocess.Popen[bytes]:
        """The worker of docker-compose.yml, by its very command but for the module that brings the application."""
        return self.service("worker", groupement=app)

    def clock(self, app: str) -> subprocess.Popen[bytes]:
        """The clock of docker-compose.yml, by its very command but with the schedule of ``app``."""
        return self.service("beat", groupement=app)

    def service(self, name: str, **replaced: str) -> subprocess.Popen[bytes]:
        """What docker-compose.yml runs for this service, with some words replaced; it notes numbers in our folder."""
        program, *words = self._at_home(compose.command(name))
        return self.start(PROGRAMS / program, *[replaced.get(word, word) for word in words])

    def is_healthy(self, name: str) -> bool:
        """What the health check says that docker-compose.yml names for this service."""
        path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            self._at_home(compose.health(name)),
            cwd=settings.BASE_DIR,
            env=self.environment | {"PATH": path, "HOSTNAME": socket.gethostname()},
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def _at_home(self, words: list[str]) -> list[str]:
        return [word.replace("/tmp/", f"{self.folder}/") for word in words]

    def web(self) -> subprocess.Popen[bytes]:
        """The web of `make demo`, which brings its own worker when no broker is named."""
        socket_file = self.folder / f"web-{len(self.running)}.sock"
        return self.start(
            PROGRAMS / "gunicorn",
            "groupement.wsgi",
            "--bind",
            f"unix:{socket_file}",
            "--no-control-socket",
        )

    def until(self, condition: Callable[[], Any], pause: float = 0.05) -> None:
        """Wait for what the programs do; when it takes too long, show what they said."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time\n" + self.output()
            time.sleep(pause)

    def output(self) -> str:
        return "\n".join(
            f"{log.name}:\n{log.read_text()[-2000:]}" for log in sorted(self.folder.glob("*.log"))
        )

    def stop(self) -> None:
        """End everything, last started first."""
        for program in reversed(self.running):
            kill(program)


def kill(program: subprocess.Popen[bytes]) -> None:
    """End a program and its children at once, as a power cut would."""
    if program.poll() is None:
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
