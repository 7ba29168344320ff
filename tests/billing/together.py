"""Acts at the same time, each in a thread with a connection of its own, for tests with real transactions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

PATIENCE = 20


class Call(threading.Thread):
    """``act()`` in a thread; ``outcome()`` waits for its result, or raises what it raised."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.act = act
        self.result: Any = None
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
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


def wait_until_blocked(call: Call) -> None:
    """Until ``call`` waits for somebody's lock."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline and call.is_alive():
            cursor.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # else a transaction sees its first answer for ever
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError(f"it waits for nobody: {call.error or call.result}")
