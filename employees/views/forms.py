"""What is asked on the planning: another duration, another day, days to free, an absence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from employees.absences import NOTE_LENGTH
from employees.forms import DurationField
from employees.models import Absence, AbsenceKind, Employee
from employees.moving import MoveCheck
from employees.rescheduling import REASON_LENGTH
from groupement.kernel.fields import ConfirmedForm, choice_field
from groupement.kernel.french import enumeration
from groupement.kernel.worktime import DAY
from members.models import Member


def day_field(label: str) -> forms.DateField:
    """A day, by the browser’s picker."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Choisissez un jour.",
            "invalid": "Écrivez un jour, par exemple 09/11/2026.",
        },
    )


def reason_field() -> forms.CharField:
    return forms.CharField(label="Motif", required=False, max_length=REASON_LENGTH)


class SetForm(ConfirmedForm):
    """Minutes of a day, planned apart."""

    minutes = DurationField(
        label="Durée ce jour-là",
        at_most=DAY,
        help_text="7,5 ou 7:30\u00a0; 0 libère le jour.",
    )
    reason = reason_field()

    def clean_minutes(self) -> int:
        """Nothing typed is no time elsewhere; here it would free the day by oversight."""
        if not self.data.get(self.add_prefix("minutes"), "").strip():
            raise forms.ValidationError("Écrivez une durée\u00a0; 0 libère le jour.")
        return int(self.cleaned_data["minutes"])


class MoveForm(ConfirmedForm):
    """Where a day goes, and whether those concerned are told.

    With ``check``, what is known of the day proposed: whom that concerns, and whether it is to be confirmed.
    """

    to = day_field("Nouveau jour")
    reason = reason_field()
    is_announced = forms.BooleanField(
        label="Prévenir la personne et les structures concernées", required=False, initial=True
    )

    def __init__(
        self, *args: Any, check: MoveCheck | None = None, concerned: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if concerned:
            self.fields["is_announced"].label = f"Prévenir {enumeration(concerned)}"
        if check and check.grave:
            self.show_box()


class ClearForm(ConfirmedForm):
    """Days to free, both included."""

    first = day_field("Du")
    last = day_field("Au")
    reason = reason_field()


A_YEAR = 365


class CalendarForm(forms.Form):
    """Which calendar an address is for, among those that one may read."""

    calendar = forms.ChoiceField(label="Agenda")
    days = forms.ChoiceField(
        label="Valable",
        required=False,
        initial=A_YEAR,
        choices=[(90, "trois mois"), (A_YEAR, "un an"), (0, "jusqu’à ce que je la révoque")],
    )

    def __init__(self, *args: Any, people: list[Employee], members: list[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered: dict[str, dict[str, Any]] = {
            **{f"personne-{each.pk}": {"employee": each} for each in people},
            **{f"adherent-{each.pk}": {"member": each} for each in members},
        }
        groups = [
            ("Personnes", [(f"personne-{each.pk}", each.full_name) for each in people]),
            ("Structures", [(f"adherent-{each.pk}", str(each)) for each in members]),
        ]
        choice_field(self, "calendar").choices = [group for group in groups if group[1]]

    def clean_days(self) -> int:
        """0 for no end."""
        return int(self.cleaned_data["days"] or A_YEAR)

    def clean_calendar(self) -> dict[str, Any]:
        """{"employee": …} or {"member": …}"""
        return self.offered[self.cleaned_data["calendar"]]


class AbsenceForm(ConfirmedForm):
    """An absence: cause, first and last day, a note; whose it is, where one may choose among ``people``."""

    employee = forms.ModelChoiceField(Employee.objects.none(), label="Personne", empty_label="Choisissez")
    kind = forms.ChoiceField(label="Motif", choices=AbsenceKind)
    first = day_field("Premier jour")
    last = day_field("Dernier jour")
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=NOTE_LENGTH,
        help_text="Lue par la personne et le groupement, jamais par les structures.",
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[Employee] | None = None,
        absence: Absence | None = None,
        **kwargs: Any,
    ) -> None:
        if absence is not None:
            kwargs["initial"] = {
                "kind": absence.kind,
                "first": absence.starts_on,
                "last": absence.last_day,
                "note": absence.note,
            }
        super().__init__(*args, **kwargs)
        if people is None:
            del self.fields["employee"]
            return
        field: Any = self.fields["employee"]
        field.queryset = Employee.objects.all()
        field.choices = [("", "Choisissez"), *((person.pk, person.full_name) for person in people)]
