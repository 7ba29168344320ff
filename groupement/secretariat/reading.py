"""The duties that somebody is shown: what the apps compute and people added, with what was done of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Q

from groupement.kernel.periods import Month
from groupement.secretariat import sources
from members import duties
from members.duties import Due
from members.fulfilling import own_due
from members.models import Duty, Group, Seat, User
from members.models.duty import OWN

# What a page holds: what was done since, and what comes.
BACK, AHEAD = timedelta(days=366), 13  # days, months
SOON = 3  # months that are one panel
PRIVATE = "Échéance d’une personne, à lire sur le site"


@dataclass(frozen=True)
class Shown:
    """One duty for one reader: ``due`` as it stands, the ``row`` of what was done, and what the reader may do."""

    due: Due
    row: Duty | None
    on: date
    may_settle: bool
    may_give: bool
    link: str
    action: str

    @property
    def is_done(self) -> bool:
        return self.due.done_on is not None

    @property
    def is_late(self) -> bool:
        return not self.is_done and self.due.due_on < self.on

    @property
    def days_late(self) -> int:
        """How many days ago it was due."""
        return (self.on - self.due.due_on).days

    @property
    def owner(self) -> User | None:
        return self.row.owner if self.row else None

    @property
    def has_proof(self) -> bool:
        return bool(self.row and self.row.proof_id)

    @property
    def note(self) -> str:
        return self.row.note if self.row else ""

    def title_outside(self, user: User) -> str:
        """As a calendar and a message say it, which leave the house: that somebody was away, to themself only."""
        is_named = not self.due.is_private or self.due.audience.person == user.pk
        return self.due.title if is_named else PRIVATE


@dataclass(frozen=True)
class Panel:
    """Duties under one heading; ``is_later``: after the months that are shown at once."""

    title: str
    rows: Sequence[Shown]
    is_late: bool = False
    is_later: bool = False

    @property
    def to_do(self) -> int:
        return sum(not row.is_done for row in self.rows)

    @property
    def done(self) -> int:
        return len(self.rows) - self.to_do


def window(on: date) -> tuple[date, date]:
    """[first, before): the days of a page; what is open and was due before is shown as well."""
    return on - BACK, Month.of(on).shift(AHEAD).first


@dataclass(frozen=True)
class AllDuties:
    """The duties of [``first``, ``before``) as they stand on a day, for no reader yet, with what was done of them."""

    first: date
    before: date
    on: date
    dues: Sequence[Due]
    rows: Mapping[str, Duty]


def gather(group: Group, *, first: date, before: date, on: date) -> AllDuties:
    """Ask every app, and read what was done. In a fixed number of queries."""
    asked = sources.Asked(first, before, group, on)
    found = [each for source in sources.DUTIES for each in source(asked)]
    rows = _rows([due.key for due in found], first, before)
    own = [own_due(row) for row in rows.values() if row.is_own]
    return AllDuties(first, before, on, [*found, *own], rows)


def shown_to(user: User, seats: Sequence[Seat], gathered: AllDuties) -> list[Shown]:
    """Those of ``gathered`` that ``user`` is shown, who holds or stands in for ``seats``: by day, then by title."""
    shown = []
    for computed in gathered.dues:
        row = gathered.rows.get(computed.key)
        due = computed if row is None or computed.has_record else _settled(computed, row)
        owner = row.owner_id if row else None
        if due.falls(gathered.first, gathered.before) and duties.sees(user, due, seats, owner):
            shown.append(_shown(user, due, row, gathered.on))
    return sorted(shown, key=lambda each: (each.due.due_on, each.due.title, each.due.key))


def read(
    user: User, seats: Iterable[Seat], group: Group, *, first: date, before: date, on: date
) -> list[Shown]:
    """The duties of [first, before), and those open before, that ``user`` is shown; of shown_to() and gather()."""
    return shown_to(user, list(seats), gather(group, first=first, before=before, on=on))


def find(user: User, seats: Iterable[Seat], group: Group, key: str, *, on: date) -> Shown | None:
    """The duty of that key if pages show it to ``user``."""
    first, before = window(on)
    everything = read(user, seats, group, first=first, before=before, on=on)
    return next((each for each in everything if each.due.key == key), None)


def panels(rows: Sequence[Shown], on: date) -> list[Panel]:
    """What is late, this month, the three months after it as one, then month by month."""
    this, last = Month.of(on), Month.of(on).shift(SOON)
    late = [row for row in rows if row.is_late]
    rest = [row for row in rows if not row.is_late]
    found = [Panel("En retard", late, is_late=True)] if late else []
    groups: dict[tuple[str, bool], list[Shown]] = {}
    for row in rest:
        month = Month.of(row.due.due_on)
        soon = this < month <= last
        title = f"{this.next.label} à {last.label}" if soon else month.label
        groups.setdefault((title.capitalize(), month > last), []).append(row)
    return [*found, *(Panel(title, each, is_later=later) for (title, later), each in groups.items())]


def owners(users: Iterable[User], due: Due) -> list[User]:
    """Of ``users`` those to whom ``due`` may be given."""
    return [user for user in users if duties.may_own(user, due)]


def _settled(due: Due, row: Duty) -> Due:
    """``due`` with what was said of it; what a page elsewhere settles stands as it is."""
    if due.is_kept_elsewhere or row.done_on is None:
        return due
    return replace(due, done_on=row.done_on)


def _shown(user: User, due: Due, row: Duty | None, on: date) -> Shown:
    runs = duties.runs_all(user)
    is_finances = user.is_finance and due.audience.finance
    may_settle = duties.may_settle(user, due, row.owner_id if row else None)
    if runs or is_finances:
        is_open = bool(due.link) and (user.is_finance or not due.is_finances_link)
        link, action = (due.link, due.action) if is_open else ("", "")
    else:
        link, action = due.own_link, due.own_action
    return Shown(due, row, on, may_settle and not due.is_kept_elsewhere, runs or is_finances, link, action)


def _rows(keys: Sequence[str], first: date, before: date) -> dict[str, Duty]:
    """What was done of these, and the group's own duties of those days; one query."""
    own = Q(key__startswith=OWN, due_on__lt=before) & (Q(due_on__gte=first) | Q(done_on=None))
    rows = Duty.objects.filter(Q(key__in=keys) | own)
    return {row.key: row for row in rows.select_related("owner", "made_by", "done_by").order_by("pk")}
