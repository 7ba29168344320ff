"""Tag approved hours and accepted expenses to a funding line and an action, each minute and cent at most once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, cast

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import Expense, FundedCost, FundedHours, FundingLine, FundingReport
from employees.models import Employee
from groupement.kernel.french import NO_BREAK_SPACE
from groupement.kernel.lifecycle import Refusal, still_there
from groupement.kernel.money import ZERO, spell
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from members.models import Member, User
from members.standing import Days, StandingFact
from timesheets.models import Entry, Kind, TimesheetStatus

LONGEST_ACTION = 120
# Time that was worked or learnt. A funder pays for none that was not, and the cost of an hour is shared over the same.
FUNDABLE = (Kind.WORKED, Kind.TRAVEL, Kind.TRAINING, Kind.MEETING)
MOST_ENTRIES = 200


class NotTaggable(Refusal):
    """The hours or the expense cannot be tagged to this line."""


@transaction.atomic
def add_line(line: FundingLine) -> FundingLine:
    """Write a grant line that its form has checked. Raises NotTaggable when its code was taken meanwhile."""
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as error:
        if not FundingLine.objects.filter(code=line.code).exclude(pk=line.pk).exists():
            raise
        raise NotTaggable(
            f"Le code {line.code} vient d’être pris par un autre financement.", field="code"
        ) from error
    return line


@transaction.atomic
def tag(
    line: FundingLine, wanted: Mapping[int, int], *, action: str, by: User, at: datetime
) -> list[FundedHours]:
    """Put minutes of entries (id → minutes) on ``line`` under ``action``: all of them or none.

    Raises NotTaggable with a sentence for each entry at fault; one that another line pays for names that line.
    """
    _lock_line(line)
    named_action = _action_name(action)
    if not wanted:
        raise NotTaggable("Choisissez au moins un jour.")
    rows = Entry.objects.filter(pk__in=wanted).select_related("timesheet__employee").order_by("pk")
    entries = {row.pk: row for row in rows.select_for_update(of=("self", "timesheet"), no_key=True)}
    funded = funded_of(wanted)
    locked = list(line.reports.order_by("first_month").values_list("first_month", "last_month"))
    faults = [
        fault
        for pk, minutes in wanted.items()
        if (fault := _fault(line, entries.get(pk), minutes, funded.get(pk, []), locked))
    ]
    if faults:
        raise NotTaggable("Rien n’a été affecté. À corriger d’abord\u00a0:", errors=faults)
    existing = {row.entry_id: row for row in _tagged(line, named_action, wanted)}
    for pk, row in existing.items():
        row.minutes += wanted[pk]
    FundedHours.objects.bulk_update(existing.values(), ["minutes"])
    FundedHours.objects.bulk_create(
        FundedHours(
            line=line,
            entry=entries[pk],
            month=entries[pk].timesheet.month,
            action=named_action,
            minutes=minutes,
            tagged_by=by,
            tagged_at=at,
        )
        for pk, minutes in wanted.items()
        if pk not in existing
    )
    return list(_tagged(line, named_action, wanted))


@transaction.atomic
def untag(line: FundingLine, *, person: int, month: Month, action: str, by: User | None, at: datetime) -> int:
    """Take a person's hours of one month and action off the line; how many minutes. Raises NotTaggable once locked.

    What was noted stays in the journal, with who took it off and when.
    """
    _lock_line(line)
    _refuse_locked(line, month)
    rows = FundedHours.objects.filter(
        line=line, entry__timesheet__employee=person, month=month, action=action
    )
    minutes = sum(rows.values_list("minutes", flat=True))
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        rows.delete()
    return minutes


@transaction.atomic
def tag_expense(
    line: FundingLine, expense: Expense, *, amount: Decimal, action: str, by: User, at: datetime
) -> FundedCost:
    """Put an amount of an accepted expense on ``line`` under ``action``. Raises NotTaggable."""
    _lock_line(line)
    named_action = _action_name(action)
    row: Expense = still_there(Expense.objects.select_for_update(of=("self",), no_key=True), expense.pk)
    month = Month.of(row.spent_on)
    if row.charge_id is None:
        raise NotTaggable("Seule une dépense acceptée peut être financée.", field="expense")
    if not line.covers(row.spent_on):
        raise NotTaggable(_outside(line, f"la dépense du {long_date(row.spent_on)}"), field="expense")
    _refuse_locked(line, month)
    funded = list(row.funded.select_related("line").order_by("pk"))
    left = row.amount - sum((each.amount for each in funded), ZERO)
    if amount <= 0:
        raise NotTaggable("Indiquez un montant supérieur à zéro.", field="amount")
    if amount > left:
        others = _listed({each.line.code for each in funded})
        whose = f", le reste est déjà sur {others}" if others else ""
        raise NotTaggable(f"Il reste {spell(left)} à financer de cette dépense{whose}.", field="amount")
    existing = next(
        (each for each in funded if each.line_id == line.pk and each.action == named_action), None
    )
    if existing is not None:
        existing.amount += amount
        existing.save(update_fields=["amount"])
        return existing
    return FundedCost.objects.create(
        line=line, expense=row, month=month, action=named_action, amount=amount, tagged_by=by, tagged_at=at
    )


@transaction.atomic
def untag_expense(cost: FundedCost, *, by: User | None, at: datetime) -> None:
    """Take an expense off its line; the journal keeps it. Raises NotTaggable once the month is locked."""
    _lock_line(cost.line)
    _refuse_locked(cost.line, cost.month)
    with pghistory.context(user=by and by.pk, at=at.isoformat()):
        cost.delete()


def _tagged(line: FundingLine, action: str, entries: Collection[int]) -> QuerySet[FundedHours]:
    return FundedHours.objects.filter(line=line, action=action, entry__in=entries).order_by("pk")


def paid_hours(sheet: int, _days: Days | None = None) -> list[StandingFact]:
    """What keeps a timesheet approved: a line pays for some of its hours."""
    found = FundedHours.objects.filter(entry__timesheet=sheet).order_by("pk")
    code = found.values_list("line__code", flat=True).first()
    if code is None:
        return []
    return [
        StandingFact(
            f"Des heures de ce relevé sont affectées au financement {code}{NO_BREAK_SPACE}: il se rouvre une fois que "
            "les finances ont retiré l’affectation.",
            is_final=True,
        )
    ]


def _fault(
    line: FundingLine,
    entry: Entry | None,
    minutes: int,
    funded: list[tuple[str, int]],
    locked: Collection[tuple[Month, Month]],
) -> str:
    """Why ``minutes`` of ``entry`` cannot be tagged to ``line``, in a sentence; empty when they can."""
    if entry is None:
        return "Un pointage n’existe plus. Rechargez la page."
    where = f"{entry.timesheet.employee.full_name}, {long_date(entry.day)}{NO_BREAK_SPACE}: "
    month = entry.timesheet.month
    left = entry.minutes - sum(each for _, each in funded)
    if entry.timesheet.status != TimesheetStatus.APPROVED:
        return f"{where}ces heures ne sont pas approuvées."
    if entry.kind not in FUNDABLE:
        return f"{where}une absence ne se finance pas."
    if not line.covers(entry.day):
        return where + _outside(line, "ce jour")
    if any(first <= month <= last for first, last in locked):
        return f"{where}{month.label} est verrouillé pour {line.code}."
    if minutes <= 0:
        return f"{where}indiquez des heures, ou décochez ce jour."
    if minutes > left:
        others = _listed({code for code, _ in funded})
        whose = f", {others} finance déjà le reste" if others else ""
        return f"{where}{spell_duration(minutes)} demandées, il en reste {spell_duration(left)}{whose}."
    return ""


def _lock_line(line: FundingLine) -> None:
    """Lock the line's row: whoever tags on it, or locks its months, waits."""
    still_there(FundingLine.objects.select_for_update(no_key=True), line.pk)


def _action_name(action: str) -> str:
    title = " ".join(action.split())
    if not title:
        raise NotTaggable("Nommez l’action financée, comme la convention le fait.", field="action")
    if len(title) > LONGEST_ACTION:
        raise NotTaggable(
            f"Le nom de l’action a plus de {LONGEST_ACTION} caractères. Raccourcissez-le.", field="action"
        )
    return title


def _refuse_locked(line: FundingLine, month: Month) -> None:
    within = Q(first_month__lte=month, last_month__gte=month)
    if FundingReport.objects.filter(within, line=line).exists():
        raise NotTaggable(
            f"{month.label.capitalize()} est verrouillé pour {line.code}{NO_BREAK_SPACE}: l’état est remis au "
            "financeur et ne change plus."
        )


def _outside(line: FundingLine, what: str) -> str:
    until = f" au {long_date(line.last_day)}" if line.last_day else ""
    return f"{what} est hors de la période de {line.code}, du {long_date(line.starts_on)}{until}."


def _listed(codes: Collection[str]) -> str:
    return ", ".join(sorted(codes))


@dataclass(frozen=True)
class HourSearch:
    """Which hours: of one month, of one person or all, at one member or anywhere, from one day to another."""

    month: Month
    person: Employee | None = None
    member: Member | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class TaggableEntry:
    """An entry with the minutes that nobody funds yet, and who funds the others: (code, minutes)."""

    entry: Entry
    left: int
    funded: tuple[tuple[str, int], ...] = ()


def taggable_entries(line: FundingLine, search: HourSearch) -> list[TaggableEntry]:
    """Entries that may be tagged to ``line``, by person and day; at most MOST_ENTRIES and one, which means: more."""
    rows = fundable(line).filter(timesheet__month=search.month)
    if search.person:
        rows = rows.filter(timesheet__employee=search.person)
    if search.member:
        rows = rows.filter(timesheet__assignment__member=search.member)
    if search.first:
        rows = rows.filter(day__gte=search.first)
    if search.last:
        rows = rows.filter(day__lte=search.last)
    rows = rows.select_related("timesheet__employee", "timesheet__assignment__member").order_by(
        "timesheet__employee__last_name", "timesheet__employee__first_name", "day", "kind", "pk"
    )
    found = list(rows[: MOST_ENTRIES + 1])
    funded = funded_of([row.pk for row in found])
    return [
        TaggableEntry(row, row.minutes - sum(minutes for _, minutes in funded[row.pk]), tuple(funded[row.pk]))
        for row in found
    ]


def fundable(line: FundingLine) -> QuerySet[Entry]:
    """Approved time of the kinds that are funded, on days of ``line``."""
    within = Q(day__gte=line.starts_on)
    if line.ends_before is not None:
        within &= Q(day__lt=line.ends_before)
    return Entry.objects.filter(within, kind__in=FUNDABLE, timesheet__status=TimesheetStatus.APPROVED)


def funded_of(entries: Collection[int]) -> dict[int, list[tuple[str, int]]]:
    """Of each entry, the lines that pay for a part of it: (code, minutes); one query."""
    rows = FundedHours.objects.filter(entry__in=entries).values("entry", code=F("line__code"))
    found: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in rows.annotate(total=Sum("minutes")).order_by("entry", "code"):
        found[row["entry"]].append((row["code"], row["total"]))
    return found


class Unfunded(TypedDict):
    """What free_expenses() adds to an expense: the euros that nobody funds."""

    left: Decimal


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    ExpenseWithLeft = WithAnnotations[Expense, Unfunded]


def free_expenses(line: FundingLine) -> QuerySet[ExpenseWithLeft]:
    """Accepted expenses on days of ``line`` with an amount ``left`` that nobody funds, the latest first."""
    funded = FundedCost.objects.filter(expense=OuterRef("pk")).order_by().values("expense")
    sums = funded.annotate(total=Sum("amount")).values("total")
    money = DecimalField(max_digits=12, decimal_places=2)
    within = Q(spent_on__gte=line.starts_on)
    if line.ends_before is not None:
        within &= Q(spent_on__lt=line.ends_before)
    rows = Expense.objects.filter(within, charge__isnull=False).annotate(
        left=F("amount") - Coalesce(Subquery(sums, output_field=money), ZERO, output_field=money)
    )
    free = cast("QuerySet[ExpenseWithLeft]", rows).filter(left__gt=ZERO)
    return free.select_related("employee", "assignment__member").order_by("-spent_on", "-pk")
