"""A price in two steps, without a script: fill in and see what it would do, then agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from billing.repricing.effects import effect
from billing.repricing.reading import Price
from employees.models import Assignment, Terms
from groupement.pages import act, page
from groupement.templatetags.formats import long_date

LOOK, AGREE = "effet", "accord"


@dataclass(frozen=True)
class Change:
    """One way to a new price: its form, and the acts that check it and agree on it; ``context`` is the page's."""

    form: forms.Form
    propose: Callable[[], Terms]
    agree: Callable[[], Terms]
    context: dict[str, Any]


def answer(request: HttpRequest, change: Change) -> HttpResponse:
    """The form; with what was typed its effect; agreed on, the history of the price."""
    step = request.POST.get("etape")
    if request.method != "POST":
        return _page(request, change)
    if not change.form.is_valid():
        return _page(request, change, status=422)
    if step == AGREE:
        done = act(request, change.agree, form=change.form, success=_agreed)
        return redirect("billing:price", done.value.assignment_id) if done else _page(request, change, 422)
    if step != LOOK:
        return _page(request, change)
    proposed = act(request, change.propose, form=change.form)
    return _page(request, change, proposed=proposed.value) if proposed else _page(request, change, 422)


def _page(
    request: HttpRequest, change: Change, status: int = 200, proposed: Terms | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": change.form,
        "proposed": None,
        "quote": None,
        **change.context,
    }
    if proposed is not None:
        told = effect(proposed.assignment, proposed, by=request.user, at=timezone.now())
        context |= {
            "proposed": Price(proposed, "to_come"),
            "assignment": proposed.assignment,
            # What was looked at is what is agreed on: the second step asks again with the same words.
            "typed": [(name, value) for name, value in request.POST.items() if name in change.form.fields],
            "effects": [
                ("Si ce prix avait valu", told.closed),
                ("Prévu", told.planned),
            ],
        }
    return page(request, "billing/pricing/change.html", context=context, status=status)


def _agreed(terms: Terms) -> str:
    placed: Assignment = terms.assignment
    return f"Le prix de {placed.reference} est convenu à partir du {long_date(terms.starts_on)}."
