"""Forms of the admin, filled as a browser would send them back."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.test import Client
from django.urls import reverse


def change_url(row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def filled(client: Client, row: Model) -> dict[str, Any]:
    """The form of ``row`` as a browser would send it back, by name."""
    context = client.get(change_url(row)).context
    typed = {"vu": context["vu"]}
    formsets = [each.formset for each in context["inline_admin_formsets"]]
    for form in [
        context["adminform"].form,
        *(each.management_form for each in formsets),
        *(form for each in formsets for form in each.initial_forms),
    ]:
        for bound in form:
            value = bound.value()
            if value is False or value is None:
                continue
            value = bound.field.widget.format_value(value) if value is not True else "on"
            typed[bound.html_name] = value[0] if isinstance(value, list) else value
    return {name: value for name, value in typed.items() if value is not None}
