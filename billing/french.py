"""The few French turns that lines, letters and pages share: whose, and which months."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from groupement.kernel.periods import MONTHS, Month


def of(name: str) -> str:
    """ "de Maëlle", "d’Inès": the e is dropped before a vowel; before an h only usage knows, so it stays."""
    first = unicodedata.normalize("NFKD", name[:1]).casefold()[:1]
    return f"d’{name}" if first in set("aeiou") else f"de {name}"


def periods(months: Iterable[Month]) -> str:
    """ "octobre 2026", "septembre et octobre 2026", "décembre 2025 et janvier 2026" """
    years: dict[int, list[str]] = {}
    for month in sorted(set(months)):
        years.setdefault(month.year, []).append(MONTHS[month.month - 1])
    return listed([f"{listed(names)} {year}" for year, names in years.items()])


def span(first: Month, last: Month) -> str:
    """ "mars 2026", "janvier à décembre 2026", "novembre 2025 à mars 2026" """
    if first == last:
        return first.label
    return f"{MONTHS[first.month - 1] if first.year == last.year else first.label} à {last.label}"


def listed(words: Sequence[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
