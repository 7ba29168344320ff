"""What a valid form is: where it is sent, what it holds, and what must be there before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.house.house import House


@dataclass(frozen=True)
class Filled:
    """One posting: the arguments of the address, the fields and files of the body, the query string if there is one."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Form:
    """How to fill the form of an address, so that whoever may send it sees the act done.

    ``make(house, role)`` makes what must exist first and answers what ``role`` sends. ``writes`` is False for an
    address whose POST answers without keeping anything (a rehearsal, a preview). ``session`` holds what an earlier page
    left in the sender's session.
    """

    make: Callable[[House, str], Filled]
    writes: bool = True
    session: Callable[[House, str], Mapping[str, Any]] | None = None
