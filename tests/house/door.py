"""What a door is: whom an address lets in to read and to act, and how it greets the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from tests.house.house import ROLES, House

Roles = Set[str]
# "Cette page est réservée à …", what is not yours does not exist, or the login of an admin is asked for.
RESERVED, MISSING, LOGIN = 403, 404, 302

NOBODY: Roles = frozenset()
ANYBODY = frozenset(ROLES)
LOGGED_IN = ANYBODY - {"anonymous"}
COORDINATION = frozenset({"coordinator", "coordinator_deputy"})
FINANCE = frozenset({"finance"})
ADMIN = frozenset({"admin"})
GROUP = COORDINATION | FINANCE | ADMIN
PRICING = COORDINATION | FINANCE
# Who answers for Aloen’s hours, who engages it, and who reads what is Aloen’s.
SIGNING = frozenset({"representative"})
WRITING = SIGNING | {"manager", "deputy"}
ALOEN = WRITING | {"reader"}
MEMBERS = ALOEN | {"stranger"}
MAELLE = frozenset({"employee"})
EMPLOYEES = MAELLE | {"colleague"}
WITH_A_ROLE = LOGGED_IN - {"roleless"}


def nothing(_house: House) -> dict[str, Any]:
    """The arguments of an address that names no record."""
    return {}


@dataclass(frozen=True)
class Door:
    """An address. ``get`` and ``post``: who may; None where the address does not take the method.

    ``others``: how those who are logged in and may not are greeted, RESERVED or MISSING. Whoever may read but not act,
    and those in ``refused``, hear from the act itself why not. ``sent_on``: whom a GET answers with its redirect.
    ``make`` makes what the address is opened with, and answers its arguments; ``queries`` follow that of a GET.
    ``is_open``: without login one is greeted like everybody else; else there is only the login.
    ``hides``: what strangers never read there; nothing on a page about the whole group.
    """

    get: Roles | None = None
    post: Roles | None = None
    others: int = RESERVED
    refused: Roles = NOBODY
    sent_on: Roles = NOBODY
    make: Callable[[House], Mapping[str, Any]] = nothing
    queries: tuple[str, ...] = ("",)
    is_open: bool = False
    hides: tuple[str, ...] = ("Aloen", "Kerbrat")

    @property
    def methods(self) -> frozenset[str]:
        """The methods that the address takes."""
        taken = {"GET": self.get, "POST": self.post}
        return frozenset(method for method, roles in taken.items() if roles is not None)

    @property
    def readers(self) -> Roles:
        """Who may GET."""
        return self.get or NOBODY

    @property
    def actors(self) -> Roles:
        """Who may POST."""
        return self.post or NOBODY


def page(get: Roles, make: Callable[[House], Mapping[str, Any]] = nothing, **facts: Any) -> Door:
    """A page to read; the others read whom it is reserved to."""
    return Door(get=get, make=make, **facts)


def record(get: Roles, make: Callable[[House], Mapping[str, Any]], **facts: Any) -> Door:
    """The page of a record; for the others it does not exist."""
    return Door(get=get, others=MISSING, make=make, **facts)


def act(post: Roles, make: Callable[[House], Mapping[str, Any]] = nothing, **facts: Any) -> Door:
    """An act on no record of its own."""
    return Door(post=post, make=make, **facts)


def act_on(post: Roles, make: Callable[[House], Mapping[str, Any]], **facts: Any) -> Door:
    """An act on a record that for the others does not exist."""
    return Door(post=post, others=MISSING, make=make, **facts)
