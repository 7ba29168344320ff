"""Forms around hours: a member’s answer day by day, the coordinator’s reason, the entries mended in the admin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from employees.forms import DurationField
from employees.models import Employee
from employees.worktime_rules.facts import Rule, Severity
from groupement.kernel.periods import MonthFormField
from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import DAY, BadDuration, parse_minutes
from timesheets.day_rules import (
    BadDays,
    Timed,
    Value,
    bad_times,
    refuse_long_days,
    refuse_misfits,
    refuse_overlaps,
)
from timesheets.models import ASSIGNMENT_KINDS, GROUP_KINDS, Entry, Kind
from timesheets.overview.days import Day


@dataclass(frozen=True)
class DayAnswer:
    """One day with its fields, for the page."""

    day: Day
    contest: BoundField
    minutes: BoundField
    reason: BoundField


class AnswerForm(forms.Form):
    """All days as they are, or some contested; nothing is ticked beforehand.

    ``remarks`` are the contested days as confirming.contest() takes them.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, days: Sequence[Day] = (), submitted_at: datetime | None = None, **kwargs: Any
    ) -> None:
        self.version = submitted_at.isoformat() if submitted_at else ""
        super().__init__(*args, initial={"seen": self.version}, **kwargs)
        self.days = days
        for day in days:
            contest, minutes, reason = _names(day)
            label = spell_day(day.day).capitalize()
            self.fields[contest] = forms.BooleanField(required=False, label=label)
            self.fields[minutes] = forms.CharField(
                required=False, max_length=20, label=label, help_text="5,5 ou 5h30"
            )
            self.fields[reason] = forms.CharField(
                required=False,
                max_length=500,
                label=label,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    @property
    def is_contest(self) -> bool:
        """Which of the two buttons was pressed."""
        return self.data.get("answer") == "contest"

    def answers(self) -> list[DayAnswer]:
        """The days to read with their fields, in order: all, or after a contest those that it did not let pass."""
        return [self._answer(day) for day in self.days if not day.is_accepted]

    def read_before(self) -> list[DayAnswer]:
        """Those that the member let pass when it contested others, and that are as they were."""
        return [self._answer(day) for day in self.days if day.is_accepted]

    def is_unfolded(self) -> bool:
        """Whether one of the latter is contested now after all."""
        return any(answer.contest.value() for answer in self.read_before())

    def _answer(self, day: Day) -> DayAnswer:
        return DayAnswer(day, *(self[name] for name in _names(day)))

    def clean(self) -> dict[str, Any]:
        self.remarks = [self._remark(day) for day in self.days if self.cleaned_data.get(_names(day)[0])]
        if self.is_contest and not self.remarks:
            self.add_error(None, "Indiquez au moins un jour à contester, avec son motif.")
        if not self.is_contest and self.remarks:
            self.add_error(None, "Vous contestez des jours\u00a0: envoyez la contestation, ou retirez-la.")
        if self.cleaned_data.get("seen") not in ("", self.version):
            # Recalled, changed and submitted again while the page was open: nobody answers for what they did not read.
            self.add_error(None, "Ces heures ont été soumises à nouveau entre-temps\u00a0: relisez-les.")
        return self.cleaned_data

    def _remark(self, day: Day) -> tuple[date, str, int | None]:
        _, minutes, reason = _names(day)
        text, counted = self.cleaned_data.get(reason, ""), None
        if not text and reason not in self.errors:
            self.add_error(reason, "Écrivez ce que vous avez constaté\u00a0: la personne le lira.")
        try:
            counted = parse_minutes(typed) if (typed := self.cleaned_data.get(minutes, "")) else None
        except BadDuration as fault:
            self.add_error(minutes, str(fault))
        return day.day, text, counted


def _names(day: Day) -> tuple[str, str, str]:
    at = day.day.isoformat()
    return f"contest-{at}", f"minutes-{at}", f"reason-{at}"


class ReasonForm(forms.Form):
    """Why hours go back to a draft, or why the coordination confirms them in the member’s stead."""

    note = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne et l’adhérent liront ce message.",
        error_messages={"required": "Écrivez un motif\u00a0: la personne le lira."},
    )


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
        if not self.errors and (why := bad_times(timed(read), read["day"])):
            self.add_error("started_at", f"{why[0].upper()}{why[1:]}")
        return read


def timed(read: dict[str, Any]) -> Timed:
    """The hours of an entry's form with their times."""
    return Timed(
        read["minutes"], read.get("started_at"), read.get("ended_at"), read.get("break_minutes") or 0
    )


class EntryFormSet(forms.BaseInlineFormSet):
    """The entries of one draft, under the rules of the grid: the month, the assignment, the kinds, 24 hours a day."""

    by = None

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        kinds = ASSIGNMENT_KINDS if self.instance.assignment_id else GROUP_KINDS
        form.fields["kind"].choices = [choice for choice in Kind.choices if choice[0] in kinds]
        form.fields["kind"].initial = Kind.WORKED if self.instance.assignment_id else Kind.LEAVE

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [form.cleaned_data for form in self.forms if form not in self.deleted_forms]
        wanted = {
            (self.instance.pk, row["day"], str(row["kind"])): timed(row) for row in rows if row.get("minutes")
        }
        days: dict[date, dict[str, Value]] = {}
        for (_, day, kind), value in wanted.items():
            days.setdefault(day, {})[kind] = value
        around = {day + timedelta(days=n) for day in days for n in (-1, 0, 1)}
        others = Entry.objects.filter(timesheet__employee=self.instance.employee_id, day__in=around)
        others = others.exclude(timesheet=self.instance).order_by("day", "pk")
        try:
            refuse_misfits({self.instance: days})
            sums = {key: value.minutes or 0 for key, value in wanted.items()}
            refuse_long_days(sums, others, by=self.by, is_own=False)
            refuse_overlaps(wanted, others, {}, by=self.by, is_own=False)
        except BadDays as refusal:
            raise forms.ValidationError(refusal.errors) from refusal


class FindingsFilter(forms.Form):
    """Which findings to list; the names are those of the address, so they are French."""

    EVERYTHING = "toutes"

    personne = forms.ModelChoiceField(
        Employee.objects.none(), label="Personne", required=False, empty_label="Toutes"
    )
    gravite = forms.ChoiceField(
        label="Gravité",
        required=False,
        choices=[("", "Toutes, sauf les informations"), (EVERYTHING, "Toutes"), *Severity.choices],
    )
    mois = MonthFormField(label="Mois", required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = list(Employee.objects.visible_to(user).by_name())
        self.fields["personne"].queryset = Employee.objects.visible_to(user)
        self.fields["personne"].choices = [("", "Toutes"), *((each.pk, each.full_name) for each in people)]

    def fits(self, severity: str) -> bool:
        """Whether a finding of this severity is to be listed."""
        asked = self.cleaned_data["gravite"]
        if not asked:
            return severity != Severity.INFO
        return asked in (self.EVERYTHING, severity)


class AcknowledgeForm(forms.Form):
    """The note that answers one finding, named as it was read."""

    rule = forms.ChoiceField(choices=Rule.choices, widget=forms.HiddenInput)
    day = forms.DateField(widget=forms.HiddenInput(), input_formats=["%Y-%m-%d"])
    measured = forms.IntegerField(widget=forms.HiddenInput, min_value=-(2**31), max_value=2**31 - 1)
    note = forms.CharField(
        label="Ce qui en a été fait",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="La note reste avec l’alerte, avec votre nom et la date.",
        error_messages={"required": "Écrivez ce que vous en avez fait\u00a0: la note reste avec l’alerte."},
    )
