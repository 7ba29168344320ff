"""Invoice numbers in free text, however payers write them: whole, behind "facture", cut by a line, without the year."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")
# Digits of a sequence as invoices print it.
PRINTED = 4
# Words that payers write right before a number: "FACTUREF20260012".
_BEFORE = r"(?<![A-Z])(?:FACTURES?|FACT|FAC|REF|NO|N)?"
# ... and instead of its letters: "FACT 2026-0005", "facture n° 2026/5".
_INVOICE = r"(?<![A-Z])(?:FACTURES?|FACTS?|FACS?|FCT|FA)[\W_]*(?:(?:NUMERO|NUM|NO|NR|N)[\W_]*)?"
_BETWEEN = r"[\W_]*"
_SEQUENCE = r"(\d{1,6})(?!\d)"
# After a whole number, the last digits of others of the same year: "0012/0013", "0012, 13 et 14".
_FURTHER = re.compile(r"\s*(?:[/,;+&]|\bET\b)\s*0*(\d{1,6})(?![\d.,]*\d)")
# A sequence that the end of a line cut: "F-2026-00 05".
_CUT = re.compile(r"[\s·]+(\d{1,3})(?!\d)")
_MONTH = "JANV|FEV|FÉV|MARS|AVR|MAI|JUIN|JUIL|AOUT|AOÛT|SEPT|OCT|NOV|DEC|DÉC"
# Not "facture 12/11", "facture 12 novembre", "facture 11 2026", "facture 12,50".
_WITHOUT_YEAR = re.compile(rf"{_INVOICE}0*(\d{{1,6}})(?!\d)(?!\s*[./,-]\s*\d)(?!\s+(?:{_MONTH}|20\d\d))")

# Where a number stands in the text, its stem and its sequence.
Place = tuple[int, str, int]


class InvoiceNumbers(Generic[T]):
    """Finds invoice numbers in free text."""

    def __init__(self, numbered: Iterable[tuple[str, int, T]]) -> None:
        """``numbered``: the number, the sequence that it ends with, and what to answer for it."""
        self._stems: dict[str, dict[int, T]] = {}
        for number, sequence, named in numbered:
            self._stems.setdefault(_stem(number, sequence), {})[sequence] = named

    def find(self, text: str) -> list[T]:
        """What the numbers in ``text`` stand for, in the order of the text, each once."""
        capitals = text.upper()
        found: list[Place] = []
        for stem, ranks in self._stems.items():
            for match in _pattern(stem).finditer(capitals):
                found += _ranks_at(capitals, match, stem, ranks)
        return self._named([*found, *self._behind_a_word(capitals)])

    def find_without_year(self, text: str) -> list[T]:
        """What "facture 0005" may stand for: the number 5 of each year."""
        places = [
            (match.start(), stem, int(match[1]))
            for match in _WITHOUT_YEAR.finditer(text.upper())
            for stem in self._stems
        ]
        return self._named(places)

    def _behind_a_word(self, capitals: str) -> list[Place]:
        """Numbers without their letters behind "facture", unless two series have the number of this year."""
        found: list[Place] = []
        for stem, ranks in self._stems.items():
            if pattern := _pattern_without_letters(stem):
                for match in pattern.finditer(capitals):
                    found += _ranks_at(capitals, match, stem, ranks)
        spots = [(place, rank) for place, _, rank in found]
        return [each for each in found if spots.count((each[0], each[2])) == 1]

    def _named(self, places: Iterable[Place]) -> list[T]:
        each_once: dict[tuple[str, int], T] = {}
        for _, stem, rank in sorted(places, key=lambda each: (each[0], each[2])):
            if rank in self._stems[stem]:
                each_once.setdefault((stem, rank), self._stems[stem][rank])
        return list(each_once.values())


def _ranks_at(text: str, match: re.Match[str], stem: str, ranks: Mapping[int, T]) -> Iterator[Place]:
    """The sequence that ``match`` ends with, whole even where a line cut it, and those that follow it."""
    digits, end = match[1], match.end()
    cut = _CUT.match(text, end) if digits.startswith("0") and len(digits) < PRINTED else None
    if cut and len(digits + cut[1]) == PRINTED and int(digits + cut[1]) in ranks:
        digits, end = digits + cut[1], cut.end()
    if int(digits) in ranks:
        yield match.start(), stem, int(digits)
    while further := _FURTHER.match(text, end):
        if int(further[1]) in ranks:
            yield further.start(), stem, int(further[1])
        end = further.end()


def _stem(number: str, sequence: int) -> str:
    """The number without its sequence: "F-2026-" of "F-2026-0012"."""
    return number.upper().removesuffix(f"{sequence:04d}")


def _spaced(chunk: str) -> str:
    """``chunk`` as a pattern; the end of a line may cut its digits."""
    return r"[\s·]*".join(chunk) if chunk.isdigit() else chunk


@lru_cache(maxsize=256)
def _pattern(stem: str) -> re.Pattern[str]:
    chunks = [_spaced(chunk) for chunk in re.findall(r"[A-Z]+|\d+", stem)]
    return re.compile(_BEFORE + _BETWEEN + _BETWEEN.join(chunks) + _BETWEEN + _SEQUENCE)


@lru_cache(maxsize=256)
def _pattern_without_letters(stem: str) -> re.Pattern[str] | None:
    """The pattern of a number written without the letters that it begins with; None where nothing else is left."""
    digits = re.findall(r"\d+", stem)
    if not digits or not stem[:1].isalpha():
        return None
    return re.compile(_INVOICE + _BETWEEN.join(map(_spaced, digits)) + _BETWEEN + _SEQUENCE)
