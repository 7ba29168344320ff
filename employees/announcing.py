"""Who is told of an absence or of a change of plan: the person, the members that counted on them, the coordination.

A member learns on which of its own days somebody is not there, never why, nor anything of another member.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from employees.models import Absence, Assignment, Employee
from employees.planning import plan_between
from groupement.kernel.french import counted, enumeration, of
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import spell_clock
from members import mailing, notifying
from members.models import Member, NoticeKind, User
from members.writers import MemberWriters, others, read_writers

# Days that a sentence names one by one.
MOST_NAMED = 5
ONE_DAY = timedelta(days=1)
Span = tuple[date, date]  # from the first day to before the second
Change = tuple[int, int]  # minutes that were planned, and that are


def announce_absence(absence: Absence, *, by: User, at: datetime, former: Span | None = None) -> None:
    """Queue the notices of an absence that ``by`` noted; ``former``: its days until it was changed."""
    person, days = absence.employee, _inclusive(_span(absence))
    readers = read_writers(timezone.localdate(at))
    if person.user_id == by.pk:
        to, what = _coordination(readers, person), f"{person} sera en absence {days}."
    elif former is None:
        to, what = _person(person), f"{by} a noté pour vous une absence {days}."
    else:
        to, what = _person(person), f"{by} a changé une absence à votre nom\u00a0: elle va {days}."
    notifying.queue(_but(to, by), sentence=what, **_about(absence, at))
    before = _planned_at_members(person, former) if former else {}
    now = _planned_at_members(person, _span(absence))
    for member in {**before, **now}:
        staff = _but(readers.of(member.pk, person.user_id), by)
        if not now.get(member):
            _tell_back(absence, member, before[member], staff, at)
        elif now[member] != before.get(member):
            sentence = f"{person} n’est pas disponible chez {member} {_named(now[member])}."
            notifying.queue(staff, sentence=sentence, **_about(absence, at, member))


def announce_cancellation(absence: Absence, *, by: User, at: datetime) -> None:
    """Queue the notices of an absence that ``by`` cancelled, and take back those that nobody has read."""
    person, days = absence.employee, _inclusive(_span(absence))
    readers = read_writers(timezone.localdate(at))
    if person.user_id == by.pk:
        to, what = _coordination(readers, person), f"{person} ne sera pas en absence {days}."
    else:
        to, what = _person(person), f"{by} a annulé l’absence à votre nom {days}."
    notifying.retract(_but(to, by), sentence=what, **_about(absence, at))
    for member, found in _planned_at_members(person, _span(absence)).items():
        _tell_back(absence, member, found, _but(readers.of(member.pk, person.user_id), by), at)


def announce_plan(assignment: Assignment, changes: Mapping[date, Change], *, by: User, at: datetime) -> None:
    """Queue the notices of days planned anew, for the person and the member.

    Another member that counts on the person on a day that has more hours now hears that the day changed, no more.
    """
    changes = {day: change for day, change in changes.items() if change[0] != change[1]}
    person, member = assignment.employee, assignment.member
    readers = read_writers(timezone.localdate(at))
    own, staff = _but(_person(person), by), _but(readers.of(member.pk, person.user_id), by)
    for topic, (first, line) in _lines(changes).items():
        facts = _facts(NoticeKind.PLAN, f"assignment {assignment.pk} {topic}", first, at)
        notifying.queue(own, sentence=f"Chez {member}, {line}.", **facts)
        notifying.queue(staff, sentence=f"{person} chez {member}, {line}.", **facts)
    fuller = [day for day, (before, now) in changes.items() if now > before]
    for other, days in _planned_elsewhere(assignment, fuller).items():
        changed = f"Le planning {of(str(person))} a changé {_named(days)}"
        sentence = f"{changed}\u00a0: ce qui est prévu chez {other} le reste."
        facts = _facts(NoticeKind.PLAN, f"employee {person.pk} {other.pk} {min(days)}", min(days), at)
        notifying.queue(_but(readers.of(other.pk, person.user_id), by), sentence=sentence, **facts)


def _lines(changes: Mapping[date, Change]) -> dict[str, tuple[date, str]]:
    """What is told of each changed day, with the day; many days freed together are one line. By topic."""
    freed = sorted(day for day, (_, now) in changes.items() if not now)
    if len(freed) > MOST_NAMED:
        return {f"{freed[0]} {freed[-1]}": (freed[0], f"{_named(freed)}\u00a0: jours libérés")}
    return {day.isoformat(): (day, f"{spell_day(day)}\u00a0: {_change(*changes[day])}") for day in changes}


def _change(before: int, now: int) -> str:
    if not now:
        return f"jour libéré ({spell_clock(before)} étaient prévues)"
    return f"{spell_clock(now)}, {f'au lieu de {spell_clock(before)}' if before else 'rien n’était prévu'}"


def _tell_back(
    absence: Absence, member: Member, days: Collection[date], staff: list[User], at: datetime
) -> None:
    sentence = f"{absence.employee} est de nouveau disponible chez {member} {_named(days)}."
    notifying.retract(staff, sentence=sentence, **_about(absence, at, member))


def _about(absence: Absence, at: datetime, member: Member | None = None) -> dict[str, Any]:
    """What a notice of ``absence`` is about: for ``member``, or for those who may know more."""
    if member is None:
        return _facts(NoticeKind.ABSENCE, f"absence {absence.pk}", absence.starts_on, at)
    return _facts(NoticeKind.UNAVAILABLE, f"absence {absence.pk} {member.pk}", absence.starts_on, at)


def _facts(kind: NoticeKind, topic: str, day: date, at: datetime) -> dict[str, Any]:
    return {"kind": kind, "topic": topic, "url": mailing.address("employees:month", Month.of(day)), "at": at}


def _planned_at_members(person: Employee, span: Span) -> dict[Member, list[date]]:
    """On which of these days each member counts on the person."""
    held = list(person.assignments.select_related("member").order_by("pk"))
    plans, found = plan_between(*span, held), defaultdict[Member, set[date]](set)
    for assignment in held:
        found[assignment.member].update(plans[assignment.pk])
    return {member: sorted(days) for member, days in found.items() if days}


def _planned_elsewhere(assignment: Assignment, days: Collection[date]) -> dict[Member, list[date]]:
    """On which of these days other members count on the person."""
    if not days:
        return {}
    planned = _planned_at_members(assignment.employee, (min(days), max(days) + ONE_DAY))
    common = {member: [day for day in found if day in days] for member, found in planned.items()}
    return {member: found for member, found in common.items() if found and member != assignment.member}


def _coordination(readers: MemberWriters, person: Employee) -> list[User]:
    """Who decides on what the person does: as members.access.decides_on says, for everybody."""
    coordinators = list(User.objects.filter(is_active=True, is_coordinator=True).order_by("pk"))
    return others(coordinators, readers.deputies.get(None, []), person.user_id)


def _person(person: Employee) -> list[User]:
    return [person.user] if person.user else []


def _but(people: Iterable[User], by: User) -> list[User]:
    """Nobody is told of what they did."""
    return [each for each in people if each.pk != by.pk]


def _span(absence: Absence) -> Span:
    return absence.starts_on, absence.ends_before or date.max


def _inclusive(span: Span) -> str:
    """ "le lundi 7 décembre", "du lundi 7 au …": the last day included."""
    first, last = span[0], span[1] - ONE_DAY
    return f"le {spell_day(first)}" if first == last else f"du {spell_day(first)} au {spell_day(last)}"


def _named(days: Collection[date]) -> str:
    """ "le lundi 7 décembre et le mardi 8 décembre"; more than a few are counted between the first and the last."""
    if len(days) <= MOST_NAMED:
        return enumeration(f"le {spell_day(day)}" for day in sorted(days))
    return f"du {spell_day(min(days))} au {spell_day(max(days))} ({counted(len(days), 'jour')} en tout)"
