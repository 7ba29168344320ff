"""The hours of a draft as the admin lets them be corrected: one form for each line, under the rules of the grid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone

from employees.forms import DurationField
from groupement.kernel.fields import choice_field
from groupement.kernel.worktime import DAY
from members.access import today
from members.models import User
from timesheets.changing import changed_hours
from timesheets.day_rules import (
    BadDays,
    EntryKey,
    HoursValue,
    LineKey,
    TimedHours,
    bad_times,
    refuse_impossible_days,
)
from timesheets.locking import Locked, sheet_name, why_closed, why_locked
from timesheets.models import (
    ASSIGNMENT_KINDS,
    GROUP_KINDS,
    Entry,
    Kind,
    Timesheet,
)
from timesheets.parting import (
    EntryLine,
    RecordChange,
    join_lines,
    part_lines,
    refuse_clashes,
    refuse_other_days,
    stored_hours,
    with_place,
)
from timesheets.recording import sheet_finder


class EntryForm(forms.ModelForm):
    """One entry, its minutes read as hours."""

    minutes = DurationField(label="Heures", at_most=DAY, widget=forms.TextInput(attrs={"size": 4}))
    break_minutes = forms.IntegerField(
        label="Pause (minutes)",
        required=False,
        min_value=0,
        max_value=DAY - 1,
        widget=forms.NumberInput(attrs={"size": 4}),
    )

    class Meta:
        model = Entry
        fields = ["day", "kind", "minutes", "started_at", "ended_at", "break_minutes", "note"]
        widgets = {"note": forms.TextInput(attrs={"size": 12})}

    def clean_break_minutes(self) -> int:
        return self.cleaned_data["break_minutes"] or 0

    def clean(self) -> dict[str, Any]:
        read = super().clean() or self.cleaned_data
        if not self.errors and (why := bad_times(timed_hours(read), read["day"])):
            self.add_error("started_at", f"{why[0].upper()}{why[1:]}")
        return read


def timed_hours(read: dict[str, Any]) -> TimedHours:
    """The hours of an entry's form with their times."""
    return TimedHours(
        read["minutes"], read.get("started_at"), read.get("ended_at"), read.get("break_minutes") or 0
    )


class EntryFormSet(forms.BaseInlineFormSet):
    """The entries of one draft, under the rules of the grid: the month, the assignment, the kinds, 24 hours a day."""

    by: User

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        kinds = ASSIGNMENT_KINDS if self.instance.assignment_id else GROUP_KINDS
        choice_field(form, "kind").choices = [choice for choice in Kind.choices if choice[0] in kinds]
        form.fields["kind"].initial = Kind.WORKED if self.instance.assignment_id else Kind.LEAVE
        line = self.there.get(line_key(self.instance, form.instance.day, form.instance.kind))
        if form.instance.pk and line and line.morning:
            # A night is shown as the line that it was written as; its other part has no form of its own.
            form.initial.update(
                minutes=line.minutes, ended_at=line.ended_at, break_minutes=line.break_minutes
            )

    @cached_property
    def around(self) -> list[Entry]:
        """The person's entries of the month and the days beside it."""
        month = self.instance.month
        days = (month.first - timedelta(days=1), month.before)
        rows = Entry.objects.filter(timesheet__employee=self.instance.employee_id, day__range=days)
        return list(with_place(rows).order_by("day", "pk"))

    @cached_property
    def there(self) -> dict[LineKey, EntryLine]:
        lines = {line.key: line for line in join_lines(self.around)}
        return {key: line for key, line in lines.items() if key[0] == self.instance.pk}

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [
            row
            for form in self.forms
            if form not in self.deleted_forms and (row := form.cleaned_data).get("minutes")
        ]
        wanted = {line_key(self.instance, row["day"], row["kind"]): timed_hours(row) for row in rows}
        if len(wanted) < len(rows):
            raise forms.ValidationError(
                "Un jour a deux fois la même nature\u00a0: réunissez les deux durées."
            )
        days: dict[date, dict[str, HoursValue]] = {}
        for (_, day, kind), value in wanted.items():
            days.setdefault(day, {})[kind] = value
        notes = {self.instance.pk: {row["day"]: row["note"] for row in rows if row.get("note")}}
        try:
            refuse_impossible_days({self.instance: days}, by=self.by, notes=notes)
            self.record = self._parted(wanted, notes)
            refuse_clashes(self.record, wanted, self.around, {}, by=self.by, is_own=False)
        except BadDays as refusal:
            raise forms.ValidationError(refusal.errors) from refusal

    def _parted(
        self, wanted: Mapping[LineKey, TimedHours], notes: Mapping[int, Mapping[date, str]]
    ) -> RecordChange:
        """The lines as the record keeps them; what follows a month's last midnight is in another draft."""
        sheets = {self.instance.pk: self.instance}
        for line in self.there.values():
            if line.morning:
                sheets.setdefault(line.morning.timesheet_id, line.morning.timesheet)
        record = part_lines(wanted, self.there, sheet_finder(sheets, self.instance.month, timezone.now()))
        changed = changed_hours(record.wanted, record.present)
        refuse_other_days(
            record, changed, wanted, sheets, refuse_unwritable=self._refuse_shut, by=self.by, notes=notes
        )
        return record

    def _refuse_shut(self, sheet: Timesheet) -> None:
        reason = why_locked(sheet) or why_closed(sheet, self.by, today())
        if reason:
            raise Locked(f"{sheet_name(sheet)} n’est plus modifiable\u00a0: {reason}")

    def write(self) -> None:
        """Write what was cleaned: each line with what goes on from it after midnight."""
        self.save(commit=False)
        record = self.record
        for entry in self.deleted_objects:
            entry.delete()
        for entry in [*self.new_objects, *(entry for entry, _ in self.changed_objects)]:
            _write(entry, record.wanted[EntryKey(entry.timesheet_id, entry.day, entry.kind)], self.by)
        for key in record.line_of:
            entry, value = record.present.get(key), record.wanted.get(key)
            if value is None and entry:
                entry.delete()
            elif value is not None and (entry is None or stored_hours(entry) != value):
                fresh = entry or Entry(
                    timesheet_id=key.timesheet_id, day=key.day, kind=key.kind, goes_on_from_day_before=True
                )
                _write(fresh, value, self.by)


def line_key(sheet: Timesheet, day: date, kind: str) -> LineKey:
    return sheet.pk, day, str(kind)


def _write(entry: Entry, value: int | TimedHours, by: User) -> None:
    """Whoever corrects an entry in the admin becomes its author."""
    hours = TimedHours(value) if isinstance(value, int) else value
    entry.minutes, entry.started_at, entry.ended_at = hours.minutes or 0, hours.start, hours.end
    entry.break_minutes, entry.entered_by = hours.break_minutes, by
    entry.save()
