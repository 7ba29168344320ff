"""Notes each duration that an answer spells, and finds those that the page shows in another unit than its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from groupement.hours_unit import unit_of
from groupement.kernel import worktime
from groupement.kernel.page_unit import Unit
from tests.markup import tree_of

UNSEEN = {"script", "style", "template"}
TYPED = {"text", "number", "search", ""}

_spelled: dict[Unit, set[str]] = {unit: set() for unit in Unit}


def install() -> None:
    """Note what the two functions answer that write a duration, whatever calls them. Round hours are of both units."""
    worktime._comma = _recording(worktime._comma, Unit.HUNDREDTHS, re.compile(r",\d*[1-9]"))
    worktime._spoken = _recording(worktime._spoken, Unit.SPOKEN, re.compile(r"h\s\d"))


def _recording(spell: Callable[..., str], unit: Unit, has_part: re.Pattern[str]) -> Callable[..., str]:
    def spelled(*args: Any, **options: Any) -> str:
        text = spell(*args, **options)
        if has_part.search(text):
            _spelled[unit].add(text)
        return text

    return spelled


@contextmanager
def listening() -> Iterator[None]:
    """Forget what earlier answers spelled."""
    for texts in _spelled.values():
        texts.clear()
    yield


def faults(html: str, view_name: str) -> list[str]:
    """Durations that the page shows in the other unit, as it shows them."""
    other = Unit.HUNDREDTHS if unit_of(view_name) == Unit.SPOKEN else Unit.SPOKEN
    if not _spelled[other]:
        return []
    shown = _shown(html)
    return [
        f"a duration in {other}: {text}"
        for text in sorted(_spelled[other])
        if re.search(rf"(?<![\d,\u202f]){re.escape(text)}(?![\d,]|\s[€%])", shown)
    ]


def _shown(html: str) -> str:
    """What stands on the page or is read out, and what its fields hold; times of the day have fields of their own."""
    found = []
    for element in tree_of(html).elements:
        if element.tag not in UNSEEN:
            found += [*element.text, element["aria-label"], element["title"], element["placeholder"]]
            if element.tag == "input" and element["type"] in TYPED:
                found.append(element["value"])
    return "\n".join(filter(None, found))
