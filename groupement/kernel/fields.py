"""Fields of a form as what they are, and forms with a box to confirm what an act has listed; and nothing else."""

from __future__ import annotations

from typing import Any, cast

from django import forms


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The field ``name``, declared as one to choose a value."""
    return cast("forms.ChoiceField", form.fields[name])


def record_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """The field ``name``, declared as one to choose a record."""
    return cast("forms.ModelChoiceField[Any]", form.fields[name])


class ConfirmedForm(forms.Form):
    """A form with a box that shows once it is needed: an act has listed what stands against it, and asks.

    Ticked, the box stays ticked when something else is at fault.
    """

    is_confirmed = forms.BooleanField(label="J’ai lu, je confirme", required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.data.get(self.add_prefix("is_confirmed")):
            self.show_box()

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "is_confirmed":
            self.show_box()
        super().add_error(field, error)

    def show_box(self) -> None:
        """Ask for it, at the end of the form, after what it confirms."""
        box = self.fields.pop("is_confirmed")
        box.widget = forms.CheckboxInput(attrs=box.widget_attrs(forms.CheckboxInput()))
        self.fields["is_confirmed"] = box


class AnotherForm(ConfirmedForm):
    """A form of a sum whose act asks, when one like it is recorded already, whether it is another one."""

    is_confirmed = forms.BooleanField(
        label="Oui, l’enregistrer aussi", required=False, widget=forms.HiddenInput
    )
