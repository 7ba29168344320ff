"""Form controls in the house's markup, for components/field.html, and nothing else."""

from __future__ import annotations

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's widget with the house's class; a placeholder never stands in for a label, so it goes."""
    attrs: dict[str, object] = {"placeholder": False}
    if not is_choice(field):
        own = field.field.widget.attrs
        classes = [
            own.get("class", ""),
            "input",
            "is-code" if own.get("autocomplete") == "one-time-code" else "",
        ]
        attrs["class"] = " ".join(filter(None, classes))
    return field.as_widget(attrs=attrs)


@register.filter
def is_choice(field: BoundField) -> bool:
    """Whether the field is one box to tick, whose label follows it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def faulty(form: forms.BaseForm) -> list[BoundField]:
    """The visible fields of ``form`` that have errors, in order."""
    return [field for field in form.visible_fields() if field.errors]
