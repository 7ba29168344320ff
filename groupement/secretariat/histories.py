"""What was said of a duty over time: done, taken back, given to somebody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from groupement.kernel.templatetags.formats import day_fr
from members.models import Duty, User


@dataclass(frozen=True)
class HistoryEntry:
    """One thing that happened to a duty."""

    at: datetime
    words: str
    by: str


def read(row: Duty) -> list[HistoryEntry]:
    """The latest first. Two queries."""
    events = list(row.events.select_related("pgh_context", "owner").order_by("pgh_id"))  # type: ignore[attr-defined]
    actors = {_actor(event) for event in events}
    names = {user.pk: user.name for user in User.objects.filter(pk__in=actors - {0})}
    return list(_steps(events, names))[::-1]


def _steps(events: list[Any], names: dict[int, str]) -> Iterator[HistoryEntry]:
    before: Any = None
    for event in events:
        for words in _words(before, event):
            yield HistoryEntry(_moment(event), words, names.get(_actor(event), ""))
        before = event


def _words(before: Any, event: Any) -> Iterator[str]:
    if before is None:
        if event.begins_on is not None:
            yield "ajoutée"
        return
    if event.done_on != before.done_on:
        yield f"faite le {day_fr(event.done_on)}" if event.done_on else "reprise, de nouveau à faire"
    if event.owner_id != before.owner_id:
        yield f"confiée à {event.owner}" if event.owner else "confiée à toute l’équipe"


def _actor(event: Any) -> int:
    return int((event.pgh_context.metadata if event.pgh_context else {}).get("user") or 0)


def _moment(event: Any) -> datetime:
    at = (event.pgh_context.metadata if event.pgh_context else {}).get("at")
    return datetime.fromisoformat(at) if at else event.pgh_created_at
