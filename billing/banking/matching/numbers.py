"""Invoice numbers in what a payer wrote: "F20260012", "f 2026 12", "F-2026-0012 et 0013" all name F-2026-0012."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

# Words that people glue to a number: "FACTUREF20260012".
_BEFORE = r"(?<![A-Z])(?:FACTURES?|FACT|FAC|REF|NO|N)?"
_BETWEEN = r"[\W_]*"
# After a whole number, the ranks of others of the same year: "0012/0013", "0012, 13 et 14".
_FURTHER = re.compile(r"\s*(?:[/,;+&]|\bET\b)\s*0*(\d{1,6})(?![\d.,]*\d)")


class Numbers(Generic[T]):
    """Things by their invoice number, to be found in free text."""

    def __init__(self, numbered: Iterable[tuple[str, int, T]]) -> None:
        """``numbered``: the number, the rank that it ends with, and what it names."""
        self._stems: dict[str, dict[int, T]] = {}
        for number, sequence, named in numbered:
            self._stems.setdefault(_stem(number, sequence), {})[sequence] = named

    def find(self, text: str) -> list[T]:
        """What ``text`` names, in the order of the text, each once."""
        told = text.upper()
        found: dict[tuple[int, str, int], T] = {}
        for stem, ranks in self._stems.items():
            for match in _pattern(stem).finditer(told):
                self._take(stem, ranks, match.start(), int(match[1]), found)
                end = match.end()
                while further := _FURTHER.match(told, end):
                    self._take(stem, ranks, further.start(), int(further[1]), found)
                    end = further.end()
        each_once: dict[tuple[str, int], T] = {}
        for (_, stem, rank), named in sorted(found.items(), key=lambda item: item[0]):
            each_once.setdefault((stem, rank), named)
        return list(each_once.values())

    @staticmethod
    def _take(
        stem: str, ranks: Mapping[int, T], place: int, rank: int, found: dict[tuple[int, str, int], T]
    ) -> None:
        if rank in ranks:
            found[place, stem, rank] = ranks[rank]


def _stem(number: str, sequence: int) -> str:
    """The number without its rank: "F-2026-" of "F-2026-0012"."""
    return number.upper().removesuffix(f"{sequence:04d}")


@lru_cache(maxsize=256)
def _pattern(stem: str) -> re.Pattern[str]:
    chunks = re.findall(r"[A-Z]+|\d+", stem)
    return re.compile(_BEFORE + _BETWEEN + _BETWEEN.join(chunks) + _BETWEEN + r"0*(\d{1,6})(?!\d)")
