"""What a benchmark must reach: times as a machine would take that needs 50 ms for one fixed work.

Machines differ, and one machine differs from hour to hour. So every aim of time is that of a machine on which
``yardstick()`` takes YARDSTICK seconds; what was measured is scaled by what the yardstick took in the same run, before
and after. An aim counts as missed by half more than it. Counts (queries, bytes) do not depend on the machine: they are
missed by one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

YARDSTICK = 0.05
MISSED = 1.5
ROUNDS = 5
CENT = Decimal("0.01")


def yardstick() -> float:
    """Seconds that the fixed work takes now, the least of some rounds: a page above all, queries, some arithmetic.

    In proportion as pages and acts spend their time. On a machine where arithmetic was much faster than pages, an even
    mixture once called the same code a quarter slower.
    """
    return min(_round() for _ in range(ROUNDS))


def _round() -> float:
    from django.db import connection
    from django.template import engines

    page = engines["django"].from_string(
        "{% for row in rows %}<tr><td>{{ row.0 }}</td><td>{{ row.1|floatformat:2 }}</td></tr>{% endfor %}"
    )
    began = time.perf_counter()
    total = sum((Decimal(n) / 7).quantize(CENT, ROUND_HALF_UP) for n in range(5_000))
    with connection.cursor() as cursor:
        for number in range(100):
            cursor.execute("SELECT sum(n) FROM generate_series(1, %s) AS n", [200 + number])
            cursor.fetchall()
    page.render({"rows": [(n, total) for n in range(1_250)]})
    return time.perf_counter() - began


@dataclass
class Aims:
    """The aims of one run, held against what was measured; ``missed`` names those that were not reached."""

    missed: list[str] = field(default_factory=list)
    lengths: list[float] = field(default_factory=list)
    _times: list[tuple[str, float, float | None]] = field(default_factory=list)

    def measure(self) -> None:
        """Take the yardstick’s length now."""
        self.lengths.append(yardstick())

    def time(self, what: str, seconds: float, aim: float | None) -> None:
        """Hold a time to ``aim``, seconds on the machine of the yardstick; without one it is only printed."""
        self._times.append((what, seconds, aim))

    def count(self, what: str, value: float, most: float) -> None:
        """Hold a count to the most that it may be."""
        print(f"  {what}: {value:g}, at most {most:g}")
        if value > most:
            self.missed.append(f"{what}: {value:g} instead of {most:g}")

    def least(self, what: str, value: float, aim: float) -> None:
        """Hold a ratio of two measures of one run to the least that it should be; missed by half is missed."""
        print(f"  {what}: {value:.2f}, aim {aim:g}")
        if value * MISSED < aim:
            self.missed.append(f"{what}: {value:.2f} instead of {aim:g}")

    def close(self) -> None:
        """Print the times beside their aims, scaled by the yardstick."""
        length = median(self.lengths)
        for what, seconds, aim in self._times:
            scaled = seconds * YARDSTICK / length
            line = f"  {what}: {_spelled(seconds)}, scaled {_spelled(scaled)}"
            print(line if aim is None else f"{line}, aim {_spelled(aim)}")
            if aim is not None and scaled > MISSED * aim:
                self.missed.append(f"{what}: {_spelled(scaled)} (scaled) instead of {_spelled(aim)}")
        print(f"  yardstick {_spelled(length)}")


@contextmanager
def held() -> Iterator[Aims]:
    """Collect what is measured inside, on a database that stands; afterwards fail with all aims that were missed."""
    aims = Aims()
    aims.measure()
    yield aims
    aims.measure()
    aims.close()
    if aims.missed:
        raise SystemExit("aims missed: " + "; ".join(aims.missed))


def _spelled(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"
