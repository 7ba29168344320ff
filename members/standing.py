"""What stands on a dated fact: upper apps say it, acts ask before they end, shorten, move or contradict the fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from groupement.kernel.lifecycle import Refusal

# From the first day to before the second; without the second, for good.
Days = tuple[date, date | None]
# The field of a form by which whoever asks confirms what was listed.
CONFIRMATION = "is_confirmed"


class StandingKind(StrEnum):
    """The facts that others stand on; each is asked about by the id of its row, an absence by that of the person."""

    MEMBERSHIP = "membership"
    SEAT = "seat"
    CONTRACT = "contract"
    CONTRACT_MEMBER = "contract_member"
    ASSIGNMENT = "assignment"
    PLANNED_DAY = "planned_day"  # of an assignment
    ABSENCE = "absence"
    TIMESHEET = "timesheet"
    PRICE = "price"  # of an assignment
    RULE = "rule"  # of the group, by the id of the one that holds on those days


@dataclass(frozen=True)
class StandingFact:
    """What stands there, as a sentence, and how many rows that is; ``is_final``: it has to be undone there first."""

    sentence: str
    count: int = 1
    is_final: bool = False


class StandsOnIt(Refusal):
    """Something that stands there keeps the fact as it is; each sentence says how to undo it."""


class NotConfirmed(Refusal):
    """Something stands there that may: whoever asks reads it, and confirms."""


Answer = Callable[[int, Days | None], Iterable[StandingFact]]
_ANSWERS: dict[StandingKind, list[Answer]] = {kind: [] for kind in StandingKind}


def stand_on(kind: StandingKind, why: Answer) -> None:
    """Register an answer of an upper app: what stands on the fact of that id, on those days or at all."""
    _ANSWERS[kind].append(why)


def on(kind: StandingKind, pk: int, days: Days | None = None) -> list[StandingFact]:
    """All that stands on the fact."""
    return [found for why in _ANSWERS[kind] for found in why(pk, days)]


def lost_days(held: Days, wanted: Days) -> list[Days]:
    """The days that ``held`` covers and ``wanted`` does not: at its start, at its end."""
    (starts_on, ends_before), (new_start, new_end) = held, wanted
    lost: list[Days] = []
    if new_start > starts_on:
        lost.append((starts_on, new_start if ends_before is None else min(new_start, ends_before)))
    if new_end is not None and (ends_before is None or new_end < ends_before):
        lost.append((max(new_end, starts_on), ends_before))
    return lost


def refuse_beyond(
    kind: StandingKind, pk: int, spans: Iterable[Days], *, is_confirmed: bool, question: str = ""
) -> None:
    """Raise StandsOnIt for what stands on those days for good, NotConfirmed for the rest unless ``is_confirmed``."""
    found = [each for days in spans for each in on(kind, pk, days)]
    if final := [each.sentence for each in found if each.is_final]:
        raise StandsOnIt(
            "Ces jours sont déjà tenus par ce qui suit\u00a0: défaites-le d’abord.", errors=final
        )
    if found and not is_confirmed:
        raise NotConfirmed(
            question or "Ce qui suit dépasse cette fin. Corrigez-le, ou confirmez que cela reste à régler.",
            field=CONFIRMATION,
            errors=[each.sentence for each in found],
        )
