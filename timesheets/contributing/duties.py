"""Duties of hours: the visa that a member owes, one for each of its months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from groupement.kernel.periods import Month
from members.duties import Audience, Due
from members.models import DutyRole, DutyTopic, Group, Member
from members.models.people import WRITERS
from timesheets.answer_delay import AnswerDelay, read_delays
from timesheets.models import Timesheet, TimesheetStatus

# No delay is longer: what was handed over before cannot have ended since.
LONGEST_DELAY = timedelta(days=62)


def due(first: date, before: date, group: Group, on: date) -> list[Due]:
    """One for each member and month with hours that wait, or whose delay ended in [first, before). Three queries."""
    since = timezone.make_aware(datetime.combine(first, time.min)) - LONGEST_DELAY
    handed = Timesheet.objects.filter(
        Q(status=TimesheetStatus.SUBMITTED) | Q(submitted_at__gte=since, confirmed_at__isnull=False),
        assignment__isnull=False,
    )
    sheets = list(
        handed.select_related("assignment", "assignment__member", "employee").order_by("month", "pk")
    )
    if not sheets:
        return []
    delays = read_delays(sheets, group, on=on)
    grouped: dict[tuple[Member, Month], list[Timesheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.assignment is not None:
            grouped[sheet.assignment.member, sheet.month].append(sheet)
    found = [_visa(*owed, of_it, delays) for owed, of_it in grouped.items()]
    return [each for each in found if each.falls(first, before)]


def _visa(member: Member, month: Month, sheets: Sequence[Timesheet], delays: dict[int, AnswerDelay]) -> Due:
    """Due when the first delay of those that wait ends; when none waits, done, and due when the last one ended.

    A delay that was answered ended with the answer at the latest: it waits for no message any more.
    """
    waiting = [sheet for sheet in sheets if sheet.status == TimesheetStatus.SUBMITTED]
    about = waiting or list(sheets)
    confirmed = {each.pk: timezone.localdate(each.confirmed_at) for each in sheets if each.confirmed_at}
    ends = {each.pk: delays[each.pk].due_on for each in about}
    days = [min(day, confirmed.get(sheet, day)) for sheet, day in ends.items()]
    return Due(
        key=f"visa:{member.pk}:{month}",
        title=f"Viser les heures {month.of_label} chez {member.short_name}",
        detail="Fin du délai de visa du groupement",
        due_on=min(days) if waiting else max(days),
        topic=DutyTopic.HOURS,
        role=DutyRole.MEMBER,
        audience=Audience(
            member=member.pk,
            functions=frozenset(WRITERS),
            hours_of=tuple({sheet.employee.user_id for sheet in about}),
        ),
        link=reverse("timesheets:month", args=[month]),
        action="Voir le mois",
        own_link=reverse("timesheets:to_confirm"),
        own_action="Viser",
        done_on=None if waiting else max(confirmed.values()),
        is_kept_elsewhere=True,
    )
