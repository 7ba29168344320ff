"""The action of a button of the grid, and the cells that it fills from the plan or from the week before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms

from groupement.kernel.asked import asked_day
from timesheets.changing import LONGEST_REASON
from timesheets.day_rules import HoursValue
from timesheets.grid.lines import GridLine, MonthGrid
from timesheets.grid.posted import FillFunction, WantedHours
from timesheets.models import GROUP_KINDS, Entry, Kind
from timesheets.parting import A_DAY, join_lines, with_place

A_WEEK = timedelta(days=7)


def copy_plan(grid: MonthGrid, wanted: WantedHours) -> WantedHours:
    """The hours that fill empty cells: planned work on days without absence, known absences, public holidays."""
    return _planned_cells(grid, wanted, keeps=True)


def fill_as_planned(grid: MonthGrid, wanted: WantedHours) -> WantedHours:
    """The same, also over hours already entered on a planned day; absences and travel stay as they are."""
    return _planned_cells(grid, wanted, keeps=False)


def copy_week_before(number: int) -> FillFunction:
    """Fill the empty cells of the week with that ISO number by the hours of the week before, last month's if need be.

    Not on public holidays or days of absence; absences are not copied.
    """

    def fill(grid: MonthGrid, wanted: WantedHours) -> WantedHours:
        days = [day for day in grid.month.days if day.isocalendar().week == number]
        earlier = _month_before(grid, [day - A_WEEK for day in days if day - A_WEEK not in grid.month])
        return {
            (line.key, day): source
            for line in _writable_lines(grid)
            if not line.is_at_group and not line.sheet.supplement
            for day in days
            if day in line.open_days
            and not wanted.get((line.key, day), True)
            and day not in grid.holidays
            and not _is_away(grid, day, wanted)
            and (source := _hours_a_week_before(line, day - A_WEEK, wanted, earlier))
        }

    return fill


def _planned_cells(grid: MonthGrid, wanted: WantedHours, *, keeps: bool) -> WantedHours:
    filled: WantedHours = {}
    holidays_worked = grid.holiday_minutes()
    for line in _writable_lines(grid):
        for day in line.open_days:
            held = wanted.get((line.key, day))
            if held is None or (held and (keeps or line.is_at_group)):
                continue
            kinds = (
                _absence(grid, day, holidays_worked)
                if line.is_at_group
                else _work(grid, line, day, wanted, held)
            )
            if kinds:
                filled[line.key, day] = kinds
    return filled


def _writable_lines(grid: MonthGrid) -> list[GridLine]:
    return [line for line in grid.sheets if not line.lock]


def _absence(grid: MonthGrid, day: date, holidays_worked: Mapping[date, int]) -> Mapping[str, HoursValue]:
    """A holiday that falls on a working day, or an absence known in advance, for the minutes that were planned."""
    if holidays_worked.get(day):
        return {Kind.HOLIDAY: holidays_worked[day]}
    if day in grid.known_absences and grid.plan.get(day):
        return {grid.known_absences[day]: grid.plan[day]}
    return {}


def _work(
    grid: MonthGrid, line: GridLine, day: date, wanted: WantedHours, held: Mapping[str, HoursValue]
) -> Mapping[str, HoursValue]:
    planned = line.planned.get(day)
    if not planned or _is_away(grid, day, wanted):
        return {}
    return {**held, Kind.WORKED: planned}


def _is_away(grid: MonthGrid, day: date, wanted: WantedHours) -> bool:
    """Whether an absence is known or entered that day, so that the plan does not count."""
    return (
        day in grid.absent
        or day in grid.known_absences
        or any(wanted.get((line.key, day), True) for line in grid.sheets if line.is_at_group)
    )


def _hours_a_week_before(
    line: GridLine,
    day: date,
    wanted: WantedHours,
    earlier: Mapping[tuple[int | None, date], Mapping[str, HoursValue]],
) -> Mapping[str, HoursValue]:
    """The hours of a week before: as posted on this page, with stored times of as many minutes; or of last month."""
    if (line.key, day) not in wanted:
        return earlier.get((line.sheet.assignment_id, day), {})
    posted = wanted[line.key, day]
    entry = line.entries.get(day)
    if entry and entry.started_at and posted.get(entry.kind) == entry.minutes:
        return {**posted, entry.kind: entry.hours._replace(minutes=None)}
    return posted


def _month_before(grid: MonthGrid, days: list[date]) -> dict[tuple[int | None, date], dict[str, HoursValue]]:
    if not days:
        return {}
    found: dict[tuple[int | None, date], dict[str, HoursValue]] = {}
    around = {*days, *(day + A_DAY for day in days)}
    rows = with_place(Entry.objects.filter(timesheet__assignment__in=grid.placed, day__in=around))
    for line in join_lines(rows.order_by("day", "timesheet__supplement", "pk")):
        if line.day in days:
            kinds = found.setdefault((line.first.__dict__["placed"], line.day), {})
            kinds.setdefault(
                line.kind, line.hours._replace(minutes=None) if line.started_at else line.minutes
            )
    return found


SHEET_KEY = r"\d{1,18}|a\d{1,18}|g"
ACTION = re.compile(
    rf"(save|auto|copy|fill|complete|undo)|(submit|recall)(?:-({SHEET_KEY}))?|(plan)-({SHEET_KEY})|(week)-(\d{{1,2}})|(go)-(\d{{4}}-\d\d-\d\d)"
    rf"|(away)-({'|'.join(sorted(GROUP_KINDS))})"
)


class GridAction(forms.Form):
    """The button that was pressed.

    save; copy (the plan into empty cells), fill (the month as planned), week-45 (the week before into that one), undo;
    submit (all drafts, or one: "submit-12"), recall-12, complete (copy, then submit); of a single day: plan-12 (as
    planned there), away-leave (the cause, for what was planned and is not written), go-2026-11-04.
    "auto" is no button: the page saves itself when a cell is left.
    """

    do = forms.RegexField(rf"^(?:{ACTION.pattern})$", required=False)
    note = forms.CharField(
        label="Votre réponse",
        required=False,
        max_length=500,
        help_text="Elle part avec le relevé\u00a0: la structure et la coordination la liront.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    is_early = forms.BooleanField(
        label="Je soumets avant le dernier jour\u00a0: je ne travaillerai plus là ce mois-ci, ou mes heures à venir "
        "sont déjà sûres",
        required=False,
    )

    reason = forms.CharField(
        label="Motif du changement",
        required=False,
        max_length=LONGEST_REASON,
        help_text="Pour changer des heures que la personne a saisies ou remises\u00a0: elle le recevra par e-mail.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def _asked(self) -> tuple[str, str]:
        """The verb, and what follows it."""
        match = ACTION.fullmatch(str(self.data.get("do") or "save"))
        verb, *rest = [part for part in match.groups() if part] if match else ["save"]
        return verb, rest[0] if rest else ""

    @property
    def verb(self) -> str:
        return self._asked[0]

    @property
    def key(self) -> str:
        """The key of the timesheet that the action is about, if it is about one."""
        return self._asked[1]

    @property
    def is_quiet(self) -> bool:
        """Whether the page saved itself: only its sum is shown again, no message."""
        return self.verb == "auto"

    @property
    def shows_itself(self) -> bool:
        """Whether the page that follows says enough: no message is laid over it."""
        return self.is_quiet or self.verb in ("plan", "away") or self.next_day is not None

    @property
    def is_undo(self) -> bool:
        return self.verb == "undo"

    @property
    def changes_status(self) -> bool:
        """Whether timesheets are submitted or recalled: that is not undone by the undo button."""
        return self.verb in ("submit", "complete", "recall")

    @property
    def fill(self) -> FillFunction | None:
        """The function that fills cells, if the action does."""
        if self.verb == "week":
            return copy_week_before(int(self.key))
        return {"copy": copy_plan, "complete": copy_plan, "fill": fill_as_planned}.get(self.verb)

    @property
    def next_day(self) -> date | None:
        """The day to go to after saving, if the button says one."""
        return asked_day(self.key) if self.verb == "go" else None

    def save_arguments(self, grid: MonthGrid) -> dict[str, Any]:
        """The keywords of entering.apply_changes() that the button stands for; of a valid form."""
        verb, key = self._asked
        places = [line.place for line in grid.sheets if line.is_mine and (not key or key in line.aliases)]
        return {
            "note": self.cleaned_data["note"],
            # A page that saves itself would tell the person of every cell by a message of its own.
            "reason": "" if self.is_quiet else self.cleaned_data["reason"],
            "is_early": self.cleaned_data["is_early"],
            "submit": places if verb in ("submit", "complete") else (),
            "recall": places[0] if verb == "recall" and key and places else None,
        }
