"""What somebody asks for beside the cells of the grid: the button pressed, and the answer to a contest."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from timesheets.grid.lines import Grid

DO = re.compile(r"(save|auto|copy|submit|recall)(?:-(\d{1,18}|a\d{1,18}|g))?")


class Gesture(forms.Form):
    """The button: save, copy (the plan), submit (all drafts, or one: "submit-12") or recall ("recall-12").

    "auto" is no button: the page saves itself on leaving a cell.
    """

    do = forms.RegexField(DO, required=False)
    note = forms.CharField(
        label="Votre réponse",
        required=False,
        max_length=500,
        help_text="Elle part avec le relevé\u00a0: la structure et la coordination la liront.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    @property
    def is_copy(self) -> bool:
        return bool(self.data.get("do") == "copy")

    @property
    def is_quiet(self) -> bool:
        """Whether nobody pressed anything: the sum bar tells, no message pops up."""
        return bool(self.data.get("do") == "auto")

    def orders(self, grid: Grid) -> dict[str, Any]:
        """The keywords of entering.enter() that the button stands for; of a valid form."""
        match = DO.fullmatch(self.cleaned_data["do"] or "save")
        verb, key = match.groups() if match else ("save", None)
        places = [
            (line.sheet.assignment_id, line.sheet.supplement)
            for line in grid.sheets
            if line.is_mine and key in (None, line.key)
        ]
        return {
            "note": self.cleaned_data["note"],
            "submit": places if verb == "submit" else (),
            "recall": places[0] if verb == "recall" and key and places else None,
        }
