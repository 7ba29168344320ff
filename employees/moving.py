"""Moving a planned day: what law, notice and the other members say to it, read before it is dropped and once it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from employees.announcing import announce_plan
from employees.limits import limits_on
from employees.models import AbsenceKind, Assignment, ContractTerms
from employees.planning import Plan, absences, holidays, plan_between
from employees.rescheduling import (
    Notice,
    NotReschedulable,
    Rescheduled,
    ask_about_hours,
    begin,
    notice_under,
    refuse_outside,
    refuse_too_full,
    write,
    zone_of_group,
)
from employees.worktime_rules.calendar import monday_of
from employees.worktime_rules.facts import Finding, Rule, Severity, Workplace, WorkSpan
from employees.worktime_rules.records import PlannedWork, planned_work
from groupement.kernel.french import enumeration
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import covers
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.templatetags.formats import day_fr
from members.models import Member, User
from members.standing import CONFIRMATION, NotConfirmed

ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)
GRAVITY = list(Severity)
TONES = ("danger", "warning", "info")


@dataclass(frozen=True)
class Remark:
    """One thing to read before a day is moved; ``tone`` is danger, warning or info."""

    tone: str
    sentence: str
    article: str = ""

    @property
    def text(self) -> str:
        """The sentence with where it is written, without a stop at its end."""
        sentence = self.sentence.removesuffix(".")
        return f"{sentence} ({self.article})" if self.article else sentence


@dataclass(frozen=True)
class MoveCheck:
    """What moving ``minutes`` to the day ``to`` would mean; ``others`` are members that count on the person then."""

    to: date
    minutes: int
    notice: Notice
    refusal: NotReschedulable | None = None
    remarks: tuple[Remark, ...] = ()
    others: tuple[Member, ...] = ()

    @property
    def tone(self) -> str:
        """The gravest of what is to be read; success where there is nothing."""
        if self.refusal:
            return "danger"
        return next((tone for tone in TONES if any(each.tone == tone for each in self.remarks)), "success")

    @property
    def grave(self) -> list[Remark]:
        """What is asked about before the day is moved."""
        return [each for each in self.remarks if each.tone == "danger"]

    @property
    def sentence(self) -> str:
        """All of it in a line, for who moves a day by mouse or by keyboard."""
        day = spell_day(self.to).capitalize()
        if self.refusal:
            return f"{day}\u00a0: impossible. {self.refusal.message}"
        remarks = "\u00a0; ".join(each.text for each in self.remarks) or "rien à signaler"
        return f"{day}\u00a0: {remarks}."


@dataclass(frozen=True)
class DayMove:
    """What is known of an assignment's ``day`` and of the days to which it may be moved."""

    assignment: Assignment
    day: date
    at: datetime
    plans: Plan
    members: Mapping[int, Member]  # by assignment
    terms: Sequence[tuple[date, date | None]]
    regimes: Sequence[ContractTerms]
    work: PlannedWork | None
    away: Mapping[date, str]
    zone: str

    @property
    def minutes(self) -> int:
        """What is planned on the day."""
        return self.planned(self.day)

    def planned(self, day: date) -> int:
        return self.plans[self.assignment.pk].get(day, 0)

    def to(self, day: date) -> MoveCheck:
        """What moving it to ``day`` would mean."""
        notice = self._notice(min(self.day, day))
        try:
            self._refuse(day)
        except NotReschedulable as refusal:
            return MoveCheck(day, self.minutes, notice, refusal)
        others = dict.fromkeys(
            self.members[pk]
            for pk, days in self.plans.items()
            if days.get(day) and self.members[pk] != self.assignment.member
        )
        remarks = [*self._law(day), *self._short(notice), *self._absence(day), *self._company(day, others)]
        remarks.sort(key=lambda each: TONES.index(each.tone))
        return MoveCheck(day, self.minutes, notice, None, tuple(remarks), tuple(others))

    def _refuse(self, to: date) -> None:
        for day, field in ((self.day, "day"), (to, "to")):
            has_terms = any(covers(*span, day) for span in self.terms)
            refuse_outside(self.assignment, day, field, has_terms=has_terms)
        if to == self.day:
            raise NotReschedulable("Choisissez un autre jour que celui d’origine.", field="to")
        if not self.minutes:
            raise NotReschedulable(
                f"Rien n’est prévu le {day_fr(self.day)}\u00a0: il n’y a rien à déplacer.", field="day"
            )
        refuse_too_full(to, self.minutes + self._in_all(to), "to")

    def _in_all(self, day: date) -> int:
        return sum(days.get(day, 0) for days in self.plans.values())

    def _notice(self, first: date) -> Notice:
        regime = next((each for each in self.regimes if each.covers(first)), None)
        limits = self.work.limits.on(first) if self.work else limits_on(first)
        known = (regime.time_scheme, regime.weekly_minutes) if regime else None
        return notice_under(known, limits, self.zone, first, self.at)

    def _law(self, to: date) -> Iterable[Remark]:
        """What the rules of working time find in the plan with the day moved, and did not find before or less of it."""
        if self.work is None:
            return
        before = {(each.rule, each.day): each for each in self.work.findings()}
        moved = replace(self.work, spans=self._spans_with(self.work.spans, to), leave=self._leave(self.work))
        for finding in reversed(moved.findings()):
            # How long before a day was announced is said of the move itself.
            if finding.rule != Rule.NOTICE and _is_worse(finding, before.get((finding.rule, finding.day))):
                yield Remark(Severity(finding.severity).tone, finding.sentence, finding.article)

    def _spans_with(self, planned: Sequence[WorkSpan], to: date) -> list[WorkSpan]:
        """The work that is planned, with the day moved; nobody works on a day of absence."""
        placed = self.assignment
        place = Workplace(placed.member_id, placed.member.short_name, placed.site_id)
        gone = [WorkSpan(day, self.planned(day), place) for day in (self.day, to)]
        spans = [span for span in planned if span not in gone]
        if to not in self.away:
            spans.append(WorkSpan(to, self.minutes + self.planned(to), place))
        return spans

    def _leave(self, work: PlannedWork) -> dict[date, int]:
        """The paid leave beside the work: what is moved away from a day of leave is no leave any more."""
        left = work.leave.get(self.day, 0) - self.planned(self.day)
        return {**work.leave, self.day: max(0, left)}

    def _short(self, notice: Notice) -> Iterable[Remark]:
        if notice.is_short:
            yield Remark("warning", notice.sentence, f"C. trav. {notice.article}")

    def _absence(self, to: date) -> Iterable[Remark]:
        if kind := self.away.get(to):
            yield Remark("warning", f"{AbsenceKind(kind).label} ce jour-là")
        if feast := holidays(to.year, self._zone_there()).get(to):
            yield Remark("warning", f"{feast}, jour férié")

    def _zone_there(self) -> str:
        site = self.assignment.site
        return (site.holiday_zone if site else "") or self.zone

    def _company(self, to: date, others: Iterable[Member]) -> Iterable[Remark]:
        if total := self._in_all(to):
            where = enumeration(member.short_name for member in others) or self.assignment.member.short_name
            yield Remark(
                "info",
                f"déjà {spell_duration(total)} chez {where}, {spell_duration(total + self.minutes)} en tout",
            )


def read_move(assignment: Assignment, day: date, targets: Iterable[date], at: datetime) -> DayMove:
    """What is known of moving ``day`` to one of ``targets``. Thirteen queries, however many there are."""
    days = [day, *targets]
    first, before = min(days), max(days) + ONE_DAY
    held = list(Assignment.objects.filter(employee=assignment.employee_id).select_related("member"))
    person = [assignment.employee_id]
    work = planned_work(monday_of(first), monday_of(before - ONE_DAY) + ONE_WEEK, person)
    return DayMove(
        assignment,
        day,
        at,
        plan_between(first, before, held),
        {each.pk: each.member for each in held},
        list(assignment.terms.values_list("starts_on", "ends_before")),
        list(ContractTerms.objects.filter(contract=assignment.contract_id)),
        work.get(assignment.employee_id),
        absences(first, before, person).get(assignment.employee_id, {}),
        zone_of_group(),
    )


@transaction.atomic
def move_day(
    assignment: Assignment,
    day: date,
    *,
    to: date,
    reason: str = "",
    is_confirmed: bool = False,
    is_announced: bool = True,
    by: User,
    at: datetime,
) -> Rescheduled:
    """Move what is planned on ``day`` to the day ``to``, where it is added to what is planned already.

    The person and the members concerned are told, unless not ``is_announced``. No notice is refused: a short one is
    reported. Raises NotReschedulable as set_day() does, and when nothing is planned on ``day``; NotConfirmed when it
    has hours, or when the law knows no such day, unless ``is_confirmed``.
    """
    begin(assignment, reason, by)
    found = read_move(assignment, day, [to], at)
    check = found.to(to)
    if check.refusal:
        raise check.refusal
    _ask(assignment, day, check, is_confirmed=is_confirmed)
    moved, present = found.minutes, found.planned(to)
    write(assignment, {day: 0, to: present + moved}, reason, by, at)
    if is_announced:
        announce_plan(assignment, {day: (moved, 0), to: (present, present + moved)}, by=by, at=at)
    return Rescheduled((day, to), moved, check.notice)


def _ask(assignment: Assignment, day: date, check: MoveCheck, *, is_confirmed: bool) -> None:
    """Raise NotConfirmed with everything that is to be confirmed, hours and law in one."""
    by_law = [f"{each.text}." for each in check.grave]
    try:
        ask_about_hours(assignment, day, day, is_confirmed=is_confirmed)
    except NotConfirmed as asked:
        raise NotConfirmed(asked.message, field=CONFIRMATION, errors=[*asked.errors, *by_law]) from asked
    if by_law and not is_confirmed:
        raise NotConfirmed(
            "Ce jour dépasserait ce que la loi permet. Choisissez-en un autre, ou confirmez.",
            field=CONFIRMATION,
            errors=by_law,
        )


def _is_worse(finding: Finding, before: Finding | None) -> bool:
    """Whether it was not found before the move, or was less grave or nearer to its limit."""
    if before is None:
        return True
    gravity, gravity_before = (GRAVITY.index(Severity(each.severity)) for each in (finding, before))
    beyond, beyond_before = (abs(each.measured - each.limit) for each in (finding, before))
    return gravity < gravity_before or (gravity == gravity_before and beyond > beyond_before)
