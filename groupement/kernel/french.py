"""French words: enumerations, plurals, elision, ordinals, quotation marks, days in a sentence; and nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
SHORT_MONTHS = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


def enumeration(words: Iterable[object], *, last: str = "et", at_most: int | None = None) -> str:
    """ "un, deux et trois"; beyond ``at_most`` of them "un, deux et 3 autres"; ``last`` is the word before the last."""
    parts = [str(word) for word in words]
    if at_most is not None and (more := len(parts) - at_most) > 0:
        parts = [*parts[:at_most], counted(more, "autre")]
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def plural(count: int, one: str, many: str = "") -> str:
    """The words for ``count`` things, without the number: below two they are ``one``, else ``many``.

    Left out, ``many`` puts each word of ``one`` in the plural: "jour ouvré", "jours ouvrés".
    """
    if abs(count) < 2:
        return one
    return many or " ".join(_plural_of(word) for word in one.split(" "))


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 relevé", "3 relevés": the number and its words, which no line break parts."""
    return f"{count}{NO_BREAK_SPACE}{plural(count, one, many)}"


def numbered(count: int, one: str, many: str) -> str:
    """ "Un point reste", "3 points restent": for below two ``one``, else ``many``, whose "{n}" is the number."""
    return plural(count, one, many.replace("{n}", str(count)))


def of(name: str) -> str:
    """ "de Maëlle", "d’Inès": the e is dropped before a vowel; before an h only usage knows, so it stays."""
    return f"d’{name}" if _begins_with_vowel(name) else f"de {name}"


def that(name: str) -> str:
    """ "que Maëlle", "qu’Inès": the e of "que" is dropped as that of "de" is."""
    return f"qu’{name}" if _begins_with_vowel(name) else f"que {name}"


def to(noun: str) -> str:
    """ "à la coordination", "aux finances", "au groupement": "à" before ``noun`` with its article, contracted."""
    for article, contracted in (("les ", "aux "), ("le ", "au ")):
        if noun.startswith(article):
            return f"{contracted}{noun.removeprefix(article)}"
    return f"à {noun}"


def quoted(text: object, *, at_most: int | None = None) -> str:
    """ "« text »", its marks bound by no-break spaces; cut after ``at_most`` characters."""
    return f"«{NO_BREAK_SPACE}{str(text)[:at_most]}{NO_BREAK_SPACE}»"


def ordinal(day: date) -> str:
    """The day of the month as it is spoken: "1er", "2", "31"."""
    return "1er" if day.day == 1 else str(day.day)


def day_and_month(day: date) -> str:
    """ "1er décembre" """
    return f"{ordinal(day)} {MONTHS[day.month - 1]}"


def weekday_and_day(day: date) -> str:
    """ "mardi 3": where the month stands beside."""
    return f"{WEEKDAYS[day.weekday()]} {ordinal(day)}"


def full_date(day: date) -> str:
    """ "30 novembre 2026", "1er décembre 2026" """
    return f"{day_and_month(day)} {day.year}"


def short_weekday(day: date) -> str:
    """ "mar." """
    return f"{WEEKDAYS[day.weekday()][:3]}."


def from_day_to_day(first: date, last: date) -> str:
    """ "2 au 8 novembre 2026", "30 novembre au 6 décembre 2026": what both days share is written once, at the end."""
    if first.year != last.year:
        return f"{full_date(first)} au {full_date(last)}"
    return f"{ordinal(first) if first.month == last.month else day_and_month(first)} au {full_date(last)}"


def _begins_with_vowel(name: str) -> bool:
    return unicodedata.normalize("NFKD", name[:1]).casefold()[:1] in set("aeiouæœ")


def _plural_of(word: str) -> str:
    if word.endswith(("s", "x", "z")):
        return word
    return f"{word}x" if word.endswith(("au", "eu")) else f"{word}s"
