"""What somebody asks for beside the cells of the grid: the button pressed, and the answer to a contest."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms

from timesheets.grid.filling import as_planned, from_plan, from_week_before
from timesheets.grid.lines import Grid
from timesheets.grid.typed import Filling

KEY = r"\d{1,18}|a\d{1,18}|g"
DO = re.compile(
    rf"(save|auto|copy|fill|undo)|(submit|recall)(?:-({KEY}))?|(plan)-({KEY})|(week)-(\d{{1,2}})|(go)-(\d{{4}}-\d\d-\d\d)"
)


class Gesture(forms.Form):
    """The button pressed.

    save; copy (the plan into empty cells), fill (the month as planned), week-45 (the week before into that one), undo;
    submit (all drafts, or one: "submit-12"), recall-12; of a single day: plan-12 (as planned there), go-2026-11-04.
    "auto" is no button: the page saves itself on leaving a cell.
    """

    do = forms.RegexField(rf"^(?:{DO.pattern})$", required=False)
    note = forms.CharField(
        label="Votre réponse",
        required=False,
        max_length=500,
        help_text="Elle part avec le relevé\u00a0: la structure et la coordination la liront.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def _asked(self) -> tuple[str, str]:
        """Verb and what follows it."""
        match = DO.fullmatch(str(self.data.get("do") or "save"))
        verb, *rest = [part for part in match.groups() if part] if match else ["save"]
        return verb, rest[0] if rest else ""

    @property
    def verb(self) -> str:
        return self._asked[0]

    @property
    def key(self) -> str:
        """The key of the timesheet that the gesture is about, if it is about one."""
        return self._asked[1]

    @property
    def is_quiet(self) -> bool:
        """Whether nobody pressed anything: the sum bar tells, no message pops up."""
        return self.verb == "auto"

    @property
    def is_undo(self) -> bool:
        return self.verb == "undo"

    @property
    def hands_over(self) -> bool:
        """Whether timesheets change hands: what goes with that is not undone but recalled."""
        return self.verb in ("submit", "recall")

    @property
    def filling(self) -> Filling | None:
        """What the gesture puts into cells, if it does."""
        if self.verb == "week":
            return from_week_before(int(self.key))
        return {"copy": from_plan, "fill": as_planned}.get(self.verb)

    @property
    def goes_to(self) -> date | None:
        """The day to show next, if it is another one."""
        try:
            return date.fromisoformat(self.key) if self.verb == "go" else None
        except ValueError:
            return None

    def orders(self, grid: Grid) -> dict[str, Any]:
        """The keywords of entering.enter() that the button stands for; of a valid form."""
        verb, key = self._asked
        places = [line.place for line in grid.sheets if line.is_mine and (not key or key in line.aliases)]
        return {
            "note": self.cleaned_data["note"],
            "submit": places if verb == "submit" else (),
            "recall": places[0] if verb == "recall" and key and places else None,
        }
