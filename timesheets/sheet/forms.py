"""Forms on one timesheet: the member’s answer day by day, and the reason of a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from django import forms
from django.forms.boundfield import BoundField

from groupement.kernel.templatetags.formats import day as spell_day
from groupement.kernel.worktime import BadDuration, parse_minutes
from timesheets.sheet.days import SheetDay

STALE = "Ces heures ont été soumises à nouveau entre-temps\u00a0: relisez-les."


@dataclass(frozen=True)
class DayAnswer:
    """One day with its fields, for the page."""

    day: SheetDay
    contest: BoundField
    minutes: BoundField
    reason: BoundField


class AnswerForm(forms.Form):
    """All days as they are, or some contested; nothing is ticked beforehand.

    ``remarks`` are the contested days as confirming.contest() takes them.
    """

    is_one_of_several = False

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, days: Sequence[SheetDay] = (), submitted_at: datetime | None = None, **kwargs: Any
    ) -> None:
        self.version = submitted_at.isoformat() if submitted_at else ""
        super().__init__(*args, **{"initial": {"seen": self.version}, **kwargs})
        self.days = days
        for day in days:
            contest, minutes, reason = _field_names(day)
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
        """Which of the two buttons was pressed; with several, whether a day is ticked."""
        if self.is_one_of_several:
            return any(self.data.get(self.add_prefix(_field_names(day)[0])) for day in self.days)
        return self.data.get("answer") == "contest"

    @property
    def is_stale(self) -> bool:
        """Whether the hours were handed over anew since the page was read."""
        return self.data.get(self.add_prefix("seen"), "") not in ("", self.version)

    def renewed(self) -> Self:
        """What was typed, on the hours as they are now: who has read them again may answer."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("seen")] = self.version
        again = type(self)(data, days=self.days, prefix=self.prefix)
        again.version = self.version
        again.is_valid()
        again.add_error(None, STALE)
        return again

    def departing(self) -> list[DayAnswer]:
        """Of the days to read, those that are not as planned."""
        return [each for each in self.answers() if not each.day.is_on_plan]

    def on_plan(self) -> list[DayAnswer]:
        """The others, those that the member let pass before among them."""
        return [self._answer(day) for day in self.days if day.is_on_plan or day.is_accepted]

    def is_on_plan_unfolded(self) -> bool:
        """Whether one of the latter is contested."""
        return any(answer.contest.value() for answer in self.on_plan())

    def answers(self) -> list[DayAnswer]:
        """The days to read with their fields, in order: all, or after a contest those that it did not let pass."""
        return [self._answer(day) for day in self.days if not day.is_accepted]

    def read_before(self) -> list[DayAnswer]:
        """Those that the member let pass when it contested others, and that are as they were."""
        return [self._answer(day) for day in self.days if day.is_accepted]

    def is_unfolded(self) -> bool:
        """Whether one of the latter is contested now after all."""
        return any(answer.contest.value() for answer in self.read_before())

    def _answer(self, day: SheetDay) -> DayAnswer:
        return DayAnswer(day, *(self[name] for name in _field_names(day)))

    def clean(self) -> dict[str, Any]:
        self.remarks = [self._remark(day) for day in self.days if self.cleaned_data.get(_field_names(day)[0])]
        if self.is_contest and not self.remarks:
            self.add_error(None, "Indiquez au moins un jour à contester, avec son motif.")
        if not self.is_contest and self.remarks:
            self.add_error(None, "Vous contestez des jours\u00a0: envoyez la contestation, ou retirez-la.")
        if self.is_stale:
            # Recalled, changed and submitted again while the page was open: nobody answers for what they did not read.
            self.add_error(None, STALE)
        return self.cleaned_data

    def _remark(self, day: SheetDay) -> tuple[date, str, int | None]:
        _, minutes, reason = _field_names(day)
        text, counted = self.cleaned_data.get(reason, ""), None
        if not text and reason not in self.errors:
            self.add_error(reason, "Écrivez ce que vous avez constaté\u00a0: la personne le lira.")
        try:
            counted = parse_minutes(typed) if (typed := self.cleaned_data.get(minutes, "")) else None
        except BadDuration as fault:
            self.add_error(minutes, str(fault))
        return day.day, text, counted


def _field_names(day: SheetDay) -> tuple[str, str, str]:
    at = day.day.isoformat()
    return f"contest-{at}", f"minutes-{at}", f"reason-{at}"


class OneOfSeveral(AnswerForm):
    """On a page with those of other people: one button answers for all, and the days that are ticked are contested."""

    is_one_of_several = True


class ReasonForm(forms.Form):
    """Why hours go back to a draft, or why the coordination confirms them in the member’s stead."""

    note = forms.CharField(
        label="Motif",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La personne et l’adhérent liront ce message.",
        error_messages={"required": "Écrivez un motif\u00a0: la personne le lira."},
    )
