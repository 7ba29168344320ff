"""The server of our own: starts, is shared, stops with its last user, gets over being killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from groupement import local

pytestmark = pytest.mark.xdist_group("servers")  # initdb runs once for all of them


@contextmanager
def open_folder() -> Iterator[Path]:
    """Not tmp_path: pytest closes that folder to everybody but us, and the socket’s path would be too long."""
    with tempfile.TemporaryDirectory(prefix="groupement-local-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def new() -> Iterator[local.Server]:
    """A server without data yet."""
    with open_folder() as folder:
        made = local.Server(folder, local.FAST)
        yield made
        made.stop()


@pytest.fixture(scope="module")
def fresh_data() -> Iterator[Path]:
    """What initdb makes, once for all tests of this module."""
    with open_folder() as folder:
        made = local.Server(folder, local.FAST)
        made.start()
        made.stop()
        yield made.data


@pytest.fixture
def server(new: local.Server, fresh_data: Path) -> local.Server:
    """A server with data, not running."""
    subprocess.run(["cp", "-a", str(fresh_data), str(new.data)], check=True)
    return new


def ask(server: local.Server, question: str) -> object:
    with psycopg.connect(host=str(server.socket_folder), user="postgres", dbname="postgres") as connection:
        return connection.execute(question).fetchone()[0]


def postmaster(server: local.Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def test_starts_from_nothing_and_stops(new: local.Server) -> None:
    server = new
    assert not server.answers()
    server.start()
    assert ask(server, "SHOW server_encoding") == "UTF8"
    assert ask(server, "SHOW listen_addresses") == ""
    assert server.data.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not server.answers()
    assert not (server.data / "postmaster.pid").exists()


def test_has_the_extensions_that_constraints_need(server: local.Server) -> None:
    server.start()
    names = "'btree_gist', 'unaccent', 'pg_trgm', 'citext'"
    assert ask(server, f"SELECT count(*) FROM pg_available_extensions WHERE name IN ({names})") == 4


def test_is_shared_and_the_last_user_stops_it(server: local.Server) -> None:
    first = local.use(server)
    pid = postmaster(server)
    second = local.use(server)
    assert postmaster(server) == pid
    first()
    first()  # a second release of the same use counts for nothing
    assert server.answers()
    second()
    assert not server.answers()


def test_user_in_another_process_keeps_it_running_and_a_killed_one_does_not(server: local.Server) -> None:
    script = (
        "import sys, time; from pathlib import Path; from groupement import local;"
        "release = local.use(local.Server(Path(sys.argv[1]))); print('ready', flush=True); time.sleep(60)"
    )
    ours = local.use(server)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(server.home)], stdout=subprocess.PIPE, text=True, cwd=local.PROJECT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        ours()
        assert server.answers()
        other.kill()
    local.use(server)()
    assert not server.answers()


def test_gets_over_a_killed_server(server: local.Server) -> None:
    server = local.Server(server.home)  # with fsync, as for data somebody would miss
    server.start()
    ask_and_keep = psycopg.connect(
        host=str(server.socket_folder), user="postgres", dbname="postgres", autocommit=True
    )
    ask_and_keep.execute("CREATE TABLE kept AS SELECT 7 AS n")
    killed = postmaster(server)
    os.kill(killed, signal.SIGKILL)
    ask_and_keep.close()
    server.start()
    assert postmaster(server) != killed
    assert ask(server, "SELECT n FROM kept") == 7


@pytest.mark.parametrize("left", ["{me}\n{data}\n", "999999999\n", "", "nonsense"])
def test_pid_file_of_a_dead_server_is_forgotten(server: local.Server, left: str) -> None:
    server.start()
    server.stop()
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(
        left.format(me=os.getpid(), data=server.data)
    )  # our number, used again by another program
    server.start()
    assert postmaster(server) != os.getpid()
    assert server.answers()


def test_broken_data_is_refused_with_what_postgresql_said(server: local.Server) -> None:
    server.start()
    server.stop()
    (server.data / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(local.ServerFailed, match="PostgreSQL’s pg_ctl failed"):
        server.start()


def test_data_of_another_version_is_refused_in_plain_words(server: local.Server) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("12\n")
    with pytest.raises(
        ImproperlyConfigured, match=r"was made by PostgreSQL 12 and the programs at hand are \d+"
    ):
        server.start()


def test_interrupted_first_start_leaves_no_half_made_data(
    new: local.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: local.Server, program: str, *arguments: object) -> str:
        raise local.ServerFailed(program)

    monkeypatch.setattr(local.Server, "_run", fail)
    with pytest.raises(local.ServerFailed, match="initdb"):
        new.start()
    assert list(new.home.iterdir()) == []


def test_programs_that_were_copied_run(server: local.Server, monkeypatch: pytest.MonkeyPatch) -> None:
    package = local.programs().parent.parent
    copies = [local.copied(package, server.home) for _ in range(2)]
    assert copies[0] == copies[1]
    monkeypatch.setattr(local, "programs", lambda: copies[0])
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_data_lies_in_the_project_when_postgresql_can_reach_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(local, "as_root", lambda: True)
    monkeypatch.setattr(local, "open_to_all", lambda path: True)
    assert local.home_of(Path("/srv/ronde")) == Path("/srv/ronde/.local")
    monkeypatch.setattr(local, "open_to_all", lambda path: False)
    elsewhere = local.home_of(Path("/root/ronde"))
    assert str(elsewhere).startswith("/var/tmp/groupement-")
    assert elsewhere == local.home_of(Path("/root/ronde"))
    assert elsewhere != local.home_of(Path("/root/other"))


def test_a_deep_project_still_gets_a_short_socket_path() -> None:
    assert len(str(local.home_of(Path("/srv") / ("deep/" * 30)))) <= local.LONGEST_SOCKET_FOLDER


def test_a_folder_somebody_else_put_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").symlink_to(tmp_path)
    with pytest.raises(ImproperlyConfigured, match="belongs to somebody else"):
        local.own(tmp_path / "theirs")


def test_closed_folder_on_the_way_is_seen(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert not local.open_to_all(closed / "inside")
    assert local.open_to_all(Path("/usr/bin"))


def test_a_terminated_command_stops_what_it_started() -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from groupement import local;"
        "local.project_server = lambda: local.Server(Path(sys.argv[1]));"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'groupement.settings';"
        "local.start_if_chosen(); print('ready', flush=True); time.sleep(60)"
    )
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with open_folder() as folder:
        server = local.Server(folder)
        command = [sys.executable, "-c", script, str(folder)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=local.PROJECT, env=kept
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            assert server.answers()
            process.terminate()
            assert process.wait(timeout=30) == 128 + signal.SIGTERM
        until = time.monotonic() + 10
        while server.answers() and time.monotonic() < until:
            time.sleep(0.1)
        assert not server.answers()
