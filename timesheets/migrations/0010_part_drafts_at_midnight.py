"""Spans past midnight that were written before they were parted: in drafts, where the day after is of an open draft.

Others stay as they are, and so does every document that was made of them.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import F, Q

PARIS = ZoneInfo("Europe/Paris")
A_DAY, MIDNIGHT = timedelta(days=1), time()


def minutes_between(first_day, start, last_day, end):
    """As they pass: the night of a clock change has an hour more or less."""
    began, ended = datetime.combine(first_day, start, PARIS), datetime.combine(last_day, end, PARIS)
    return int((ended.timestamp() - began.timestamp()) // 60)


def less_break(before, after, pause):
    """The break is taken from the longer part, the first of two equal ones; what it cannot hold, from the other."""
    longer, other = (before, after) if before >= after else (after, before)
    longer, other = max(longer - pause, 0), other - max(pause - longer, 0)
    return (longer, other) if before >= after else (other, longer)


def sheet_after(apps, sheet, day):
    """The draft that holds ``day`` at the same place, if somebody may work there that day; None otherwise."""
    held = Q(starts_on__lte=day) & (Q(ends_before__isnull=True) | Q(ends_before__gt=day))
    if sheet.assignment_id and not apps.get_model("employees", "Assignment").objects.filter(
        held, pk=sheet.assignment_id
    ):
        return None
    if not apps.get_model("employees", "Contract").objects.filter(held, employee=sheet.employee_id):
        return None
    if day.day > 1:
        return sheet
    drafts = apps.get_model("timesheets", "Timesheet").objects.filter(status="draft", month=day, supplement=0)
    return drafts.filter(employee=sheet.employee_id, assignment=sheet.assignment_id).first()


def part(apps, schema_editor):
    entries = apps.get_model("timesheets", "Entry").objects
    nights = entries.filter(
        ended_at__lt=F("started_at"), ended_at__gt=MIDNIGHT, timesheet__status="draft"
    ).select_related("timesheet")
    for entry in list(nights.order_by("day", "pk")):
        morning = entry.day + A_DAY
        sheet = sheet_after(apps, entry.timesheet, morning)
        before = minutes_between(entry.day, entry.started_at, morning, MIDNIGHT)
        after = minutes_between(morning, MIDNIGHT, morning, entry.ended_at)
        first, late = less_break(before, after, entry.break_minutes)
        if sheet is None or first <= 0 or late <= 0 or first + late != entry.minutes:
            continue
        entries.create(
            timesheet=sheet,
            day=morning,
            kind=entry.kind,
            minutes=late,
            started_at=MIDNIGHT,
            ended_at=entry.ended_at,
            break_minutes=after - late,
            goes_on_from_day_before=True,
            entered_by_id=entry.entered_by_id,
        )
        entry.minutes, entry.ended_at, entry.break_minutes = first, MIDNIGHT, before - first
        entry.save(update_fields=["minutes", "ended_at", "break_minutes"])


class Migration(migrations.Migration):
    dependencies = [
        ("timesheets", "0009_part_work_at_midnight"),
        ("employees", "0001_record_who_works_where"),
    ]

    operations = [migrations.RunPython(part, migrations.RunPython.noop)]
