"""The forms of duties: done on a day with a proof, given to somebody, added."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from groupement.kernel.fields import choice_field
from groupement.kernel.media_types import LARGEST_FILE, MediaType
from members.duties import Due
from members.fulfilling import NOTE_LENGTH, REFERENCE_LENGTH, TITLE_LENGTH
from members.models import DutyRole, DutyTopic, User
from members.models.duty import MOST_MONTHS

A_YEAR = 365  # days
ACCEPTED = ",".join(MediaType.values)
MEGABYTES = LARGEST_FILE // (1024 * 1024)


def _day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class FulfilForm(forms.Form):
    """When it was done, the file that shows it, a note; of a declaration, the reference of the letter."""

    on = forms.DateField(label="Fait le", widget=_day_input())
    proof = forms.FileField(
        label="Preuve",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text=f"Un PDF, une photo ou un document, {MEGABYTES}\u00a0Mo au plus.",
    )
    note = forms.CharField(label="Note", required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, due: Due, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = on
        self.fields["on"].widget.attrs["max"] = on.isoformat()
        if due.has_record:
            self.fields["note"] = forms.CharField(
                label="Référence de l’envoi",
                required=False,
                max_length=REFERENCE_LENGTH,
                help_text="Le numéro du recommandé, ou celui de l’accusé de réception.",
            )
        if not due.wants_proof:
            self.order_fields(["on", "note", "proof"])


class OwnerForm(forms.Form):
    """Who takes care of it."""

    owner = forms.ChoiceField(label="Qui s’en charge", required=False)

    def __init__(self, *args: Any, people: Iterable[User], nobody: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        choices = [("", nobody), *((pk, str(person)) for pk, person in self.people.items())]
        choice_field(self, "owner").choices = choices

    def clean_owner(self) -> User | None:
        """None: back to the role whose work it is."""
        return self.people.get(self.cleaned_data["owner"])


class DutyForm(OwnerForm):
    """A duty of the group's own."""

    title = forms.CharField(label="Ce qu’il y a à faire", max_length=TITLE_LENGTH)
    due_on = forms.DateField(label="À faire au plus tard le", widget=_day_input())
    every_months = forms.IntegerField(
        label="Revient tous les … mois",
        required=False,
        min_value=1,
        max_value=MOST_MONTHS,
        help_text="12 pour chaque année. Vide\u00a0: une seule fois.",
    )
    topic = forms.ChoiceField(label="Sujet", choices=DutyTopic, initial=DutyTopic.LIFE)
    role = forms.ChoiceField(
        label="À la charge de",
        choices=[(role.value, role.label) for role in (DutyRole.COORDINATOR, DutyRole.FINANCE)],
    )
    note = forms.CharField(label="Note", required=False, max_length=NOTE_LENGTH)

    def __init__(self, *args: Any, is_of_finance: bool, **kwargs: Any) -> None:
        super().__init__(*args, nobody="Toute l’équipe", **kwargs)
        self.order_fields(["title", "due_on", "every_months", "topic", "role", "owner", "note"])
        if is_of_finance:
            del self.fields["role"]  # finance adds its own


class FeedForm(forms.Form):
    """How long an address of a calendar is good for."""

    days = forms.ChoiceField(
        label="Valable",
        required=False,
        initial=A_YEAR,
        choices=[(90, "trois mois"), (A_YEAR, "un an"), (0, "jusqu’à ce que je la révoque")],
    )

    def clean_days(self) -> int:
        """0 for no end."""
        return int(self.cleaned_data["days"] or A_YEAR)
