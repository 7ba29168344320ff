"""Files from outside are read in a process of their own, under limits of time, memory and size of the answer.

A workbook of some kilobytes can unpack to what fills a computer, and a reader that is caught in it cannot be stopped
from within: the process that serves pages starts another for each file (multiprocessing, forkserver) and waits at
most so long. What happens there touches neither the pages of others nor the database.
"""

from __future__ import annotations

import multiprocessing
import pickle
import resource
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.conf import settings

from groupement.kernel.lifecycle import Refusal

MEGABYTE = 1_000_000
TOO_MUCH = (
    "Ce fichier demande bien plus de temps ou de mémoire que ce qu’il contient. Copiez les valeurs dans un classeur "
    "neuf, ou exportez-le de nouveau au format CSV."
)
BUSY = "D’autres fichiers sont en cours de lecture. Envoyez le vôtre de nouveau dans une minute."
# Files of one serving process that are read at once: each may take its memory.
AT_ONCE = 2
_turns = threading.BoundedSemaphore(AT_ONCE)
_processes = multiprocessing.get_context("forkserver")
# Loaded once, before the first file; each file's process begins as a copy of it, within milliseconds.
_processes.set_forkserver_preload(["__main__", "groupement.kernel.reading_process"])


class TooMuch(Refusal):
    """The file asks for more time or memory than its size warrants, or too many are read at once."""


@dataclass(frozen=True)
class ReadingLimits:
    """What the reading of one file may take: seconds of the processor, seconds by the clock, bytes of memory beyond
    what the process has, bytes of the answer. The largest files that are asked for take a quarter of it.
    """

    processor: int = 4
    clock: float = 4
    memory: int = 400 * MEGABYTE
    answer: int = 48 * MEGABYTE


LIMITS = ReadingLimits()


def read_apart(reader: Callable[..., Any], data: bytes, *more: Any) -> Any:
    """``reader(data, *more)``, in a process of its own: a function of a module, which asks nothing of the database.

    Raises TooMuch, and what refusal the reader raises; a fault of the reader's own comes as a RuntimeError with its
    traceback.
    """
    if not settings.READ_FILES_APART:
        return reader(data, *more)
    if not _turns.acquire(timeout=LIMITS.clock):
        raise TooMuch(BUSY)
    try:
        answer = _ask(reader, (data, *more), LIMITS)
    finally:
        _turns.release()
    if answer is None:
        raise TooMuch(TOO_MUCH)
    return _understood(pickle.loads(answer))  # noqa: S301 - written by our own process, below  # nosec B301


def get_ready() -> None:
    """Start what each file's process is copied from: the first file then need not wait a second for it."""
    read_apart(len, b"")


def get_ready_soon() -> None:
    """The same beside the start of a process that serves pages, which does not wait for it."""
    if settings.READ_FILES_APART:
        threading.Thread(target=_get_ready_quietly, name="reading", daemon=True).start()


def _get_ready_quietly() -> None:
    # On a machine that is busy the first file waits, as it would have.
    with suppress(TooMuch):
        get_ready()


def _ask(reader: Callable[..., Any], arguments: tuple[Any, ...], limits: ReadingLimits) -> bytes | None:
    """What the process answers; None when it came to its limits."""
    ours, theirs = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_read, args=(theirs, reader, arguments, limits), daemon=True)
    try:
        process.start()
        theirs.close()
        if not ours.poll(limits.clock):
            return None
        return ours.recv_bytes(limits.answer)
    except (EOFError, OSError):  # it was ended at its limit, or its answer is too large
        return None
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()


def _understood(answer: tuple[str, Any]) -> Any:
    outcome, content = answer
    if outcome == "read":
        return content
    if outcome == "refused":
        kind, arguments, facts = content
        refusal = kind.__new__(kind, *arguments)
        refusal.__dict__.update(facts)
        raise refusal
    if outcome == "exhausted":
        raise TooMuch(TOO_MUCH)
    raise RuntimeError(f"the reader of a file failed:\n{content}")


def _read(connection: Connection, reader: Callable[..., Any], arguments: Any, limits: ReadingLimits) -> None:
    """In the process of the file: read, under its limits, and answer."""
    _limit(limits)
    answer: tuple[str, Any]
    try:
        answer = ("read", reader(*arguments))
    except Refusal as refusal:
        answer = ("refused", (type(refusal), refusal.args, refusal.__dict__))
    except MemoryError:
        answer = ("exhausted", None)
    except Exception:  # noqa: BLE001 - whatever it is, who asked gets it as it stood
        answer = ("failed", traceback.format_exc())
    connection.send_bytes(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


def _limit(limits: ReadingLimits) -> None:
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    seconds = int(used) + limits.processor
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + limits.memory,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _address_space() -> int:
    """Bytes that the process has mapped (proc(5), statm)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
