"""Hours that somebody else wrote or handed in: who takes them back, what a change of them asks for and leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from employees.models import Employee
from groupement.kernel.french import enumeration, quoted
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import HOUR
from members.access import answers_by, answers_for, current_seats, decides_on
from members.models import Deputy, Seat, User
from timesheets.day_rules import BadDays, DayFault, EntryKey, TimedHours, spell_times
from timesheets.locking import may_write
from timesheets.models import ChangedHours, Entry, Kind, StepKind, Timesheet, TimesheetStep

LONGEST_REASON = 500
REASON_ASKED = (
    f"écrivez dans {quoted('Motif du changement')} pourquoi vous changez ces heures, puis enregistrez. "
    "La personne lira le motif."
)


class ReasonNeeded(BadDays):
    """Hours that somebody else wrote or handed in would change, and no reason is given."""

    def __init__(self, faults: list[DayFault]) -> None:
        super().__init__(faults)
        self.message = f"Rien n’est enregistré\u00a0: {REASON_ASKED}"
        self.field = "reason"


def with_submitter(sheets: QuerySet[Timesheet, Any]) -> QuerySet[Timesheet, Any]:
    """``sheets`` read together with who handed them in last, which handed_in_by() asks for otherwise."""
    return sheets.annotate(submitter=Subquery(_submissions().filter(subject=OuterRef("pk")).values("by")[:1]))


def handed_in_by(timesheet: Timesheet) -> int | None:
    """The account that handed these hours in last, even if they came back since; None when nobody did."""
    if hasattr(timesheet, "submitter"):
        found: int | None = timesheet.submitter
        return found
    return (
        _submissions().filter(subject=timesheet).values_list("by", flat=True).first()
        if timesheet.pk
        else None
    )


def may_recall(user: User, timesheet: Timesheet) -> bool:
    """Whether ``user`` enters these hours, and handed them in or acts with who did.

    A person takes back what they handed in themselves, a member or the coordination what their own side did.
    """
    return may_write(user, timesheet) and not is_anothers(timesheet, user)


def is_anothers(timesheet: Timesheet, user: User) -> bool:
    """Whether somebody handed these hours in with whom ``user`` does not act: at the same member, or coordinating."""
    return bool(anothers([timesheet], user))


def anothers(sheets: Iterable[Timesheet], user: User) -> set[int]:
    """The ids of those; of timesheets read with_submitter(), in four queries at most."""
    found: set[int] = set()
    unclear: dict[int, list[Timesheet]] = defaultdict(list)
    for sheet in sheets:
        author, person = handed_in_by(sheet), sheet.employee.user_id
        if author is None or author == user.pk:
            continue
        if person in (author, user.pk):
            found.add(sheet.pk)
        else:
            unclear[author].append(sheet)
    return found | _of_other_sides(unclear, user) if unclear else found


def how_to_take_back(timesheet: Timesheet, user: User) -> str:
    """What somebody does who did not hand these submitted hours in."""
    person, placed = timesheet.employee.user_id, timesheet.assignment
    ways = ["qui l’a soumis peut le rappeler"]
    if placed and answers_for(user, placed.member, person):
        ways.append("vous pouvez contester des jours, avec un motif")
    if decides_on(user, person):
        ways.append("vous pouvez le renvoyer, avec un motif")
    return enumeration(ways, last="ou")


def submitter_name(timesheet: Timesheet) -> str:
    """Who handed the hours in, as a sentence names them."""
    author = handed_in_by(timesheet)
    return "une autre personne" if author is None else User.objects.get(pk=author).name


def changed_hours(
    wanted: Mapping[EntryKey, int | TimedHours], present: Mapping[EntryKey, Entry]
) -> dict[EntryKey, ChangedHours]:
    """What would differ from the stored hours, by key, unsaved: minutes or times, notes apart."""
    found = {}
    for key in {**present, **wanted}:
        before, after = _stored(present.get(key)), _asked(wanted.get(key), present.get(key))
        if before != after:
            found[key] = ChangedHours(
                day=key.day,
                kind=key.kind,
                goes_on_from_day_before=key.goes_on,
                before_minutes=before.minutes or 0,
                after_minutes=after.minutes or 0,
                before_times=_words(before),
                after_times=_words(after),
            )
    return found


@dataclass(frozen=True)
class Guards:
    """Of timesheets before they change: those that another handed in, who ever handed them in, days changed before."""

    handed_over: set[int]
    submitters: Mapping[int, set[int | None]]
    changed_days: set[tuple[int, date]]


def read_guards(sheets: Collection[Timesheet], by: User) -> Guards:
    """For a change by ``by``, in a number of queries that does not grow."""
    pks = [sheet.pk for sheet in sheets]
    handed_over = anothers(sheets, by)
    if all(sheet.employee.user_id == by.pk for sheet in sheets):
        return Guards(handed_over, {}, set())
    submitters: dict[int, set[int | None]] = defaultdict(set)
    for sheet, author in _submissions().filter(subject__in=pks).values_list("subject", "by"):
        submitters[sheet].add(author)
    days = ChangedHours.objects.filter(step__subject__in=pks).order_by().values_list("step__subject", "day")
    return Guards(handed_over, submitters, set(days.distinct()))


def need_reason(
    changed: Iterable[EntryKey],
    present: Mapping[EntryKey, Entry],
    sheets: Mapping[int, Timesheet],
    by: User,
    guards: Guards | None = None,
) -> set[EntryKey]:
    """Those of ``changed`` that ``by`` owes a reason for.

    Everything in hours that another handed in; in a draft what the person wrote, and the days that somebody changed in
    the person's stead before. The person's own draft is the person's, whoever else wrote in it.
    """
    keys = set(changed)
    if guards is None:
        guards = read_guards([sheets[pk] for pk in {key[0] for key in keys}], by)
    return {key for key in keys if _owes_reason(key, present.get(key), sheets[key[0]], by, guards)}


def _owes_reason(key: EntryKey, entry: Entry | None, sheet: Timesheet, by: User, guards: Guards) -> bool:
    person = sheet.employee.user_id
    if sheet.pk in guards.handed_over:
        return True
    if person is None or person == by.pk:
        return False
    if person in guards.submitters.get(sheet.pk, ()) or key[:2] in guards.changed_days:
        return True
    return entry is not None and entry.entered_by_id == person


def refuse_without_reason(
    keys: Collection[EntryKey],
    changed: Mapping[EntryKey, ChangedHours],
    sheets: Mapping[int, Timesheet],
    reason: str,
) -> None:
    """Raise ReasonNeeded when ``keys`` of ``changed`` would change without a word on why."""
    if not keys or reason.strip():
        return
    faults: dict[tuple[int, date], DayFault] = {}
    for key in sorted(keys):
        person, before = sheets[key[0]].employee, changed[key].before_minutes
        what = (
            f"{spell_duration(before)} y sont saisies pour {person}"
            if before
            else f"{person} n’y a rien saisi"
        )
        sentence = f"{spell_day(key[1]).capitalize()}\u00a0: {what}. Dites pourquoi vous changez ce jour."
        faults.setdefault(key[:2], DayFault(key[0], key[1], sentence))
    raise ReasonNeeded(list(faults.values()))


def keep(
    keys: Collection[EntryKey],
    changed: Mapping[EntryKey, ChangedHours],
    sheets: Mapping[int, Timesheet],
    *,
    by: User,
    at: datetime,
    reason: str,
) -> None:
    """Keep what stood there before, who changed it, when and why: one step for each timesheet."""
    steps: dict[int, TimesheetStep] = {}
    for key in sorted(keys):
        if key[0] not in steps:
            steps[key[0]] = TimesheetStep.objects.create(
                subject=sheets[key[0]],
                source=sheets[key[0]].status,
                target=sheets[key[0]].status,
                kind=StepKind.CHANGE,
                by=by,
                at=at,
                note=reason.strip()[:LONGEST_REASON],
            )
        changed[key].step = steps[key[0]]
    ChangedHours.objects.bulk_create(changed[key] for key in sorted(keys))


@dataclass(frozen=True)
class HoursChange:
    """One change as the page tells it: what stood there, what stands there since, by whom, when and why."""

    timesheet_id: int
    hours: ChangedHours
    step: TimesheetStep

    @property
    def before(self) -> str:
        return _spelt(self.hours.before_minutes, self.hours.before_times, self._shows_times)

    @property
    def after(self) -> str:
        return _spelt(self.hours.after_minutes, self.hours.after_times, self._shows_times)

    @property
    def place(self) -> str:
        """Where these hours belong; at the group, which kind they are."""
        placed = self.step.subject.assignment
        where = str(placed.member) if placed else Kind(self.hours.kind).label.lower()
        return f"{where} (trajet)" if self.hours.kind == Kind.TRAVEL else where

    @property
    def _shows_times(self) -> bool:
        return self.hours.before_minutes == self.hours.after_minutes


def read_changes(sheets: Collection[int]) -> list[HoursChange]:
    """What was changed in these timesheets in another's stead, day by day, the latest first; two queries at most."""
    return [each for step in _changes(sheets) for each in hours_changes(step)]


def hours_changes(step: TimesheetStep) -> list[HoursChange]:
    """The hours that one change touched, in the order of the days."""
    return [HoursChange(step.subject_id, hours, step) for hours in step.changed.all()]


def changes_at(employee: Employee, *, by: User, at: datetime) -> list[TimesheetStep]:
    """The steps that one act left in the person's timesheets, of whatever month, with the hours it changed."""
    sheets = Timesheet.objects.filter(employee=employee).values("pk")
    return list(_changes(sheets).filter(by=by, at=at).order_by("pk"))


def _changes(sheets: Collection[int] | QuerySet[Timesheet, Any]) -> QuerySet[TimesheetStep, TimesheetStep]:
    rows = TimesheetStep.objects.filter(subject__in=sheets, kind=StepKind.CHANGE).select_related(
        "by", "subject__employee", "subject__assignment__member"
    )
    hours = Prefetch("changed", ChangedHours.objects.order_by("day", "kind", "-goes_on_from_day_before"))
    return rows.prefetch_related(hours).order_by("-at", "-pk")


def _spelt(minutes: int, times: str, shows_times: bool) -> str:
    found = spell_duration(minutes) if minutes else "rien"
    return f"{found} ({times or 'sans horaire'})" if shows_times else found


def _submissions() -> QuerySet[TimesheetStep, TimesheetStep]:
    return TimesheetStep.objects.filter(kind=StepKind.SUBMIT).order_by("-pk")


def _of_other_sides(sheets_by: Mapping[int, Sequence[Timesheet]], user: User) -> set[int]:
    """Of what each account handed in, what ``user`` has no side in: seats and deputies end, what they did stays."""
    seats = set(Seat.objects.filter(user__in=sheets_by).values_list("user", "member"))
    sides: set[tuple[int, int | None]] = {*seats}
    sides |= set(Deputy.objects.filter(user__in=sheets_by).values_list("user", "member"))
    coordinating = User.objects.filter(pk__in=sheets_by, is_coordinator=True).values_list("pk", flat=True)
    sides |= {(author, None) for author in coordinating}
    held: dict[int, list[Seat]] = defaultdict(list)
    for seat in current_seats(user):
        held[seat.member_id].append(seat)
    found = set()
    for author, sheets in sheets_by.items():
        for sheet in sheets:
            person, placed = sheet.employee.user_id, sheet.assignment
            at = placed.member_id if placed else 0
            is_team = (author, at) in sides and answers_by(user, held[at], person)
            if not is_team and not ((author, None) in sides and decides_on(user, person)):
                found.add(sheet.pk)
    return found


def _stored(entry: Entry | None) -> TimedHours:
    if entry is None:
        return TimedHours(0, None, None, 0)
    return TimedHours(entry.minutes, entry.started_at, entry.ended_at, entry.break_minutes)


def _asked(value: int | TimedHours | None, entry: Entry | None) -> TimedHours:
    """What recording would write: plain minutes keep stored times of as many minutes."""
    if isinstance(value, TimedHours):
        return value
    return _stored(entry) if entry and value == entry.minutes else TimedHours(value or 0, None, None, 0)


def _words(hours: TimedHours) -> str:
    times, pause = spell_times(hours.start, hours.end), hours.break_minutes
    if not (times and pause):
        return times
    return f"{times}, pause {pause}\u00a0min" if pause < HOUR else f"{times}, pause {spell_duration(pause)}"
