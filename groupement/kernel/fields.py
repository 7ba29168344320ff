"""Fields of a form as what they are: Django knows only that each of them is a field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from django import forms


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """The field ``name``, declared as one to choose a value."""
    return cast("forms.ChoiceField", form.fields[name])


def record_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """The field ``name``, declared as one to choose a record."""
    return cast("forms.ModelChoiceField[Any]", form.fields[name])
