"""Whether two checkouts behave the same: ``python -m benchmarks.same BEFORE [AFTER]``, some minutes on two cores.

BEFORE is another checkout with its own .venv, where ``make demo NOSERVE=1`` was done and nothing runs now; nothing is
written there. AFTER is this checkout unless named. Each side’s own code migrates a copy of BEFORE’s data, then answers,
at one same frozen moment: every page that each account reaches by links, every part htmx fetches, every form sent (and
undone), the exports, the papers (served, and all printed again), the mails of periodic tasks on days to come, and the
whole demonstration on an empty database. Prints the counts and each difference once; exit status 1 when there is any.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from . import differing

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.same", description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path, nargs="?", default=ROOT)
    # Files that are kept for an hour bear the machine’s time: a moment far from it would find them too old.
    now = datetime.now(UTC).replace(second=0, microsecond=0).isoformat()
    parser.add_argument(
        "--at", default=now, help="the frozen moment, with its offset; this minute unless told"
    )
    parser.add_argument("--accept", type=Path, help="a file of lines: regular expression  # reason")
    parser.add_argument("--only", nargs="*", help="only these accounts (what stands before the @), or nobody")
    parser.add_argument(
        "--without-demo", action="store_true", help="leave out the demonstration on an empty database"
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the answers in the scratch folder, and name it"
    )
    parser.add_argument("--most", type=int, default=30, help="how many ways of each kind are shown")
    parser.add_argument(
        "--without-story", action="store_true", help="leave out October’s close and what follows"
    )
    parser.add_argument(
        "--papers-only", action="store_true", help="only papers, stored mails and periodic tasks"
    )
    return parser.parse_args()


def refuse_what_runs(checkout: Path) -> Path:
    """The folder of the checkout’s demonstration, at rest."""
    data = checkout / ".local" / "postgres"
    if not (data / "PG_VERSION").exists():
        raise SystemExit(f"{checkout}: no demonstration in .local; run `make demo NOSERVE=1` there first.")
    if (data / "postmaster.pid").exists():
        raise SystemExit(f"{checkout}: its database runs; stop what uses it first.")
    return checkout / ".local"


class Scratch:
    """One server with a database for each side and part, made from BEFORE’s; the folders of what is captured."""

    def __init__(self, folder: Path, local: Path, stack: ExitStack) -> None:
        from groupement import local as own

        self.folder, self.local = folder, local
        subprocess.run(["cp", "-a", str(local / "postgres"), str(folder / "postgres")], check=True)
        server = own.Server(folder, own.FAST)
        stack.callback(own.use(server))
        self.host = quote(str(server.socket_folder))
        shutil.copytree(HERE, folder / "code" / "same", ignore=shutil.ignore_patterns("__pycache__"))

    def database(self, name: str, *, is_empty: bool) -> str:
        address = f"postgresql://postgres@/template1?host={self.host}"
        with psycopg.connect(address, autocommit=True) as connection:
            template = "template0" if is_empty else "postgres"
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {template}'.encode())
        return f"postgresql://postgres@/{name}?host={self.host}"

    def start(self, side: str, checkout: Path, part: str, more: dict[str, Any]) -> subprocess.Popen[bytes]:
        """Let the checkout’s own Python capture one part."""
        folder = self.folder / f"{side}-{part}"
        folder.mkdir()
        files = folder / "files"
        if part == "demo":
            files.mkdir()
        else:
            shutil.copytree(self.local / "files", files)
        result = self.folder / side
        result.mkdir(exist_ok=True)
        settings = folder / "settings.json"
        settings.write_text(json.dumps({**more, "part": part, "folder": str(result / part)}))
        (result / part).mkdir()
        python = checkout / ".venv" / "bin" / "python"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": f"{self.folder / 'code'}:{checkout}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "DJANGO_SETTINGS_MODULE": "groupement.settings",
            "DATABASE_URL": self.database(f"{side}-{part}", is_empty=part == "demo"),
            "LOCAL_MODE": "yes",
            "DEMO_MODE": "yes",
            "SECRET_KEY": "the same on both sides",
            "PRIVATE_FILES_ROOT": str(files),
            "LOG_LEVEL": "CRITICAL",
        }
        return subprocess.Popen(
            [str(python if python.exists() else sys.executable), "-m", "same.capture", str(settings)],
            cwd=folder,
            env=environment,
        )


def capture(scratch: Scratch, sides: dict[str, Path], part: str, given: dict[str, dict[str, Any]]) -> None:
    """Let the sides that are ``given`` something capture one part, both at once: two cores."""
    began = time.monotonic()
    running = {side: scratch.start(side, sides[side], part, given[side]) for side in given}
    try:
        for side, process in running.items():
            if process.wait():
                raise SystemExit(f"{side}: {part} failed")
    finally:
        for process in running.values():
            process.kill()
    print(f"{part}: {time.monotonic() - began:.0f} s", file=sys.stderr)


def walked(scratch: Scratch, sides: dict[str, Path], base: dict[str, Any]) -> differing.Report:
    """Both walks; what only one side was led to is then asked of the other too."""
    capture(scratch, sides, "walk", dict.fromkeys(sides, base))
    seen = {side: differing.Side(scratch.folder / side / "walk") for side in sides}
    more = {"before": unasked(seen["after"], seen["before"]), "after": unasked(seen["before"], seen["after"])}
    given = {side: {**base, "more": asked} for side, asked in more.items() if asked}
    capture(scratch, sides, "more", given)
    for side in given:
        seen[side].add(scratch.folder / side / "more")
    return differing.compare(seen["before"], seen["after"])


def unasked(one: differing.Side, other: differing.Side) -> dict[str, list[Any]]:
    """The addresses that only ``one`` side was led to, by account: the other is asked for them too."""
    found: dict[str, list[Any]] = {}
    for kind, key in one.records.keys() - other.records.keys():
        who, _, asked = key.partition(" ")
        if (
            kind in {"pages", "parts", "exports", "papers served"}
            and asked.startswith("GET ")
            and "→" not in asked
        ):
            address, mark, target = asked.removeprefix("GET ").partition(" htmx #")
            found.setdefault(who, []).append((address, target if mark else None))
    return found


def main() -> int:
    given = arguments()
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(1)
    )  # so that the server is stopped and the scratch folder removed
    sides = {"before": given.before.resolve(), "after": given.after.resolve()}
    local = refuse_what_runs(sides["before"])
    base = {"moment": given.at, "only": [""] if given.papers_only else given.only}
    base["without_story"] = given.papers_only or given.without_story
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="groupement-same-"))
        folder.chmod(0o755)
        if not given.keep:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        scratch = Scratch(folder, local, stack)
        report = walked(scratch, sides, base)
        if not (given.without_demo or given.papers_only):
            capture(scratch, sides, "demo", dict.fromkeys(sides, base))
            report.add(differing.compare(*(differing.Side(folder / side / "demo") for side in sides)))
        count = differing.print_report(report, differing.rules_of(given.accept), given.most)
        if given.keep:
            print(f"\nkept: {folder}")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
