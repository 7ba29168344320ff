"""Acts at the same time, each in a thread with a connection of its own, for tests with real transactions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

PATIENCE = 20
BETWEEN_LOOKS = 0.005


class Call(threading.Thread):
    """``act()`` in a thread; ``outcome()`` waits for its result, or raises what it raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.act = act
        self.backend: int | None = None
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            connection.ensure_connection()
            self.backend = connection.connection.info.backend_pid
            self.result = self.act()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def outcome(self) -> Any:
        self.join(PATIENCE)
        assert not self.is_alive(), "the thread is still waiting"
        if self.error:
            raise self.error
        return self.result

    def is_blocked(self) -> bool:
        """Whether PostgreSQL lets it wait for somebody’s lock."""
        if self.backend is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [self.backend])
            return bool(cursor.fetchone()[0])


def all_at_once(acts: Sequence[Callable[[], Any]]) -> list[Call]:
    """Start the acts together and wait for all of them."""
    gate = threading.Barrier(len(acts))

    def through(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            gate.wait(PATIENCE)
            return act()

        return run

    calls = [Call(through(act)) for act in acts]
    for call in calls:
        call.join(PATIENCE)
    return calls


def waits(call: Call) -> bool:
    """True as soon as ``call`` waits for somebody’s lock, False when it has ended without."""
    deadline = time.monotonic() + PATIENCE
    while call.is_alive():
        if call.is_blocked():
            return True
        assert time.monotonic() < deadline, "it neither ends nor waits for a lock"
        time.sleep(BETWEEN_LOOKS)
    return False


def wait_until_blocked(call: Call) -> None:
    """Until ``call`` waits for somebody's lock."""
    assert waits(call), f"it waits for nobody: {call.error or call.result}"


@dataclass(frozen=True)
class Meeting:
    """What came of two acts on two connections: what each returned, or the exception that it raised."""

    first: Any
    second: Any
    waited: bool

    def assert_refused(self, kind: type[Exception], words: str) -> None:
        """The first went through, the second was told a sentence of ``kind`` with these words."""
        assert not isinstance(self.first, Exception), self
        assert type(self.second) is kind, self
        assert words in str(self.second), self

    def assert_both_done(self) -> None:
        """Neither was refused, and neither met an error of the database."""
        assert not isinstance(self.first, Exception), self
        assert not isinstance(self.second, Exception), self


def meet(
    first: Callable[[], Any], second: Callable[[], Any], *, then: Callable[[], Any] | None = None
) -> Meeting:
    """Do ``first`` but for its commit, start ``second`` on another connection, commit once that one waits or has ended.

    Rows that both know are committed before; what one of them has read earlier, it closes over. ``then`` is what the
    first still does, in the same transaction, after it was met; the outcome is that of this.
    """
    with transaction.atomic():
        began = _outcome(transaction.atomic(first))
        call = Call(lambda: _outcome(second))
        waited = waits(call)
        if then is not None and not isinstance(began, Exception):
            began = _outcome(transaction.atomic(then))
    return Meeting(began, call.outcome(), waited)


def _outcome(act: Callable[[], Any]) -> Any:
    try:
        return act()
    except Exception as error:  # the case says which one it expects
        return error
