"""What is due by a day, as every app says it: the value, whom it is addressed to, and days counted by months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from groupement.kernel.periods import Month
from members.models import Seat, User
from members.models.duty import DutyRole, DutyTopic


@dataclass(frozen=True)
class Audience:
    """Whom a duty is addressed to besides the coordination and the administration, who see all.

    ``member`` (id) addresses those who hold a seat there with one of ``functions`` (members.models.people.Function).
    ``hours_of``: accounts (ids, None for people without one) whose hours it is about; whoever answers for none of them
    is not addressed. ``person``: the account of the one person it is about.
    """

    finance: bool = False
    member: int | None = None
    functions: frozenset[str] = frozenset()
    hours_of: tuple[int | None, ...] | None = None
    person: int | None = None


@dataclass(frozen=True)
class Due:
    """One duty: ``key`` names it for good; ``done_on`` is what the record behind it says.

    ``is_private``: it tells why somebody was away, and is given to none but the coordination and the administration.
    ``is_kept_elsewhere``: it is done at ``link`` and nowhere else, so that nobody ticks it off. ``has_record``: a
    record of the app says whether it is done. ``link`` is an address for those who run the group, with its ``action``
    (``is_finances_link``: finance alone opens it); ``own_link`` that for the member's people and the person.
    ``wants_proof``: a file shows it was done.
    """

    key: str
    title: str
    due_on: date
    topic: DutyTopic
    role: DutyRole
    audience: Audience = Audience()
    article: str = ""
    detail: str = ""
    link: str = ""
    action: str = ""
    is_finances_link: bool = False
    own_link: str = ""
    own_action: str = ""
    wants_proof: bool = False
    done_on: date | None = None
    is_private: bool = False
    is_kept_elsewhere: bool = False
    has_record: bool = False

    def falls(self, first: date, before: date) -> bool:
        """Whether it is due in [first, before), or was before and is still open."""
        return self.due_on < before and (self.due_on >= first or self.done_on is None)


def runs_all(user: User) -> bool:
    """Whether every duty is that person's to see and to settle: the coordination, who stands in for it, the admins."""
    return user.is_active and (user.is_coordinator or bool(user.coordinators_deputised) or user.is_admin)


def may_settle(user: User, due: Due, owner: int | None = None) -> bool:
    """Whether ``user`` may say that ``due`` is done, or is not: who runs all, finance its own, the ``owner`` theirs."""
    if not user.is_active:
        return False
    is_finances = user.is_finance and due.audience.finance
    return runs_all(user) or is_finances or (owner == user.pk and may_own(user, due))


def may_own(user: User, due: Due) -> bool:
    """Whether ``due`` may be given to ``user``: people who run the group; what is private, not to finance alone.

    No query: who stands in for somebody for a while is given nothing.
    """
    runs = user.is_coordinator or user.is_admin
    return user.is_active and (runs or (user.is_finance and not due.is_private))


def sees(user: User, due: Due, seats: Iterable[Seat], owner: int | None = None) -> bool:
    """Whether ``due`` is shown to ``user``, who holds or stands in for ``seats`` today."""
    if may_settle(user, due, owner) or (due.audience.person is not None and due.audience.person == user.pk):
        return user.is_active
    return is_addressed(user, due, seats)


def is_addressed(user: User, due: Due, seats: Iterable[Seat]) -> bool:
    """Whether ``due`` is addressed to ``user`` at a member where they hold or stand in for one of ``seats`` today."""
    audience = due.audience
    there = [seat for seat in seats if seat.member_id == audience.member]
    held = [seat for seat in there if seat.function in audience.functions]
    if audience.hours_of is None:
        return bool(held)
    return any(_answers(user, held, person) for person in audience.hours_of)


def _answers(user: User, seats: Iterable[Seat], person: int | None) -> bool:
    """As members.access.answers_by: neither for one's own hours nor for those of whom one stands in for."""
    if person is not None and person == user.pk:
        return False
    return any(person is None or seat.user_id != person for seat in seats)


def months_after(day: date, months: int) -> date:
    """The day of the same number ``months`` later; where that month has none, its last (C. civ. 2229; CPC 641)."""
    month = Month.of(day).shift(months)
    return month.first.replace(day=min(day.day, month.last.day))
