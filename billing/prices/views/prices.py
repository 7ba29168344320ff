"""Pages of prices: the list, the history of one, a change or a revision with its effect before it is agreed on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.prices import changing, price_list
from billing.prices.effects import effect
from billing.prices.forms.price import PriceFilter, PriceForm, RevisionForm
from billing.prices.price_list import priced
from employees.models import Assignment, PriceMethod, Terms
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import long_date
from members.access import UserRequest, for_roles, holds, today
from members.roles import Role

PRICES_A_PAGE = 50


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def prices(request: UserRequest) -> HttpResponse:
    """Each assignment with the price that holds, filtered; the prices whose index moved are counted."""
    asked = PriceFilter(request.GET, on=today())
    found = asked.chosen().select_related("employee", "member").prefetch_related(_terms())
    listed = paginate(request, found, PRICES_A_PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "filter": asked,
        "page": listed,
        "rows": price_list.rows(listed.object_list, on=today()),
        "due_revisions": len(changing.due_revisions(today())),
        "query": f"{query.urlencode()}&" if any(query.values()) else "",
    }
    return page(request, "billing/prices/prices.html", context=context)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def price(request: UserRequest, pk: int) -> HttpResponse:
    """All prices of one assignment, the newest first."""
    assignment = _assignment(pk)
    context = {
        "assignment": assignment,
        "prices": price_list.history(assignment, on=today()),
        "earliest": changing.earliest(assignment),
        "invoiced": changing.invoiced_through(assignment),
    }
    return page(request, "billing/prices/price.html", context=context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.COORDINATOR, Role.FINANCE)
def change(request: UserRequest, pk: int) -> HttpResponse:
    """A new price from a day on, in two steps."""
    assignment = _assignment(pk)
    starts_on = _first_day(assignment)
    initial = PriceForm.initial_of(changing.in_force(assignment, starts_on), starts_on=starts_on)
    if "horaire" in request.GET:
        initial |= {"price_method": PriceMethod.HOURLY, "is_trued_up": True}
    form = PriceForm(request.POST or None, initial=initial)

    def figures() -> dict[str, Any]:
        return {"starts_on": form.cleaned_data["starts_on"], "figures": form.figures()}

    context = {
        "assignment": assignment,
        "title": "Changer le prix",
        "earliest": changing.earliest(assignment),
    }
    steps = TwoStepChange(
        form,
        propose=lambda: changing.propose(assignment, **figures()),
        agree=lambda: changing.agree(assignment, **figures(), by=request.user, at=timezone.now()),
        context=context,
    )
    return answer(request, steps)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def indices(request: UserRequest) -> HttpResponse:
    """The prices whose index was published anew, with what they become."""
    values = sorted(changing.latest_values().values(), key=lambda row: row.code)
    context = {"due_revisions": changing.due_revisions(today()), "indices": values}
    return page(request, "billing/prices/indices.html", context=context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.COORDINATOR, Role.FINANCE)
def revise(request: UserRequest, pk: int) -> HttpResponse:
    """The price follows its index, in two steps."""
    assignment = _assignment(pk)
    starts_on = _first_day(assignment)
    current = changing.in_force(assignment, starts_on)
    form = RevisionForm(
        request.POST or None, code=current.index_code if current else "", initial={"starts_on": starts_on}
    )

    def figures() -> dict[str, Any]:
        data = form.cleaned_data
        return {"month": Month.parse(data["month"]), "starts_on": data["starts_on"]}

    steps = TwoStepChange(
        form,
        propose=lambda: _revised(assignment, **figures()),
        agree=lambda: changing.revise(assignment, **figures(), by=request.user, at=timezone.now()),
        context={
            "assignment": assignment,
            "title": "Réviser le prix",
            "earliest": changing.earliest(assignment),
        },
    )
    return answer(request, steps)


def _revised(assignment: Assignment, *, month: Month, starts_on: date) -> Terms:
    figures = changing.revision(assignment, month=month, starts_on=starts_on)
    return changing.propose(assignment, starts_on=starts_on, figures=figures)


def _first_day(assignment: Assignment) -> date:
    """The first of next month, or the first day that no invoice touches if it comes later."""
    return max(Month.of(today()).before, changing.earliest(assignment))


def _assignment(pk: int) -> Assignment:
    return get_object_or_404(Assignment.objects.select_related("employee", "member"), pk=pk)


def _terms() -> Prefetch[str, QuerySet[Terms], str]:
    return Prefetch("terms", Terms.objects.order_by("starts_on"))


SHOW_EFFECT, AGREE = "effet", "accord"


@dataclass(frozen=True)
class TwoStepChange:
    """A new price in two steps: its form, the acts that check it and agree on it; ``context`` is the page's."""

    form: forms.Form
    propose: Callable[[], Terms]
    agree: Callable[[], Terms]
    context: dict[str, Any]


def answer(request: UserRequest, change: TwoStepChange) -> HttpResponse:
    """The form; posted, the effect of the price typed; agreed on, the history of the price."""
    step = request.POST.get("etape")
    if request.method != "POST":
        return _page(request, change)
    if not change.form.is_valid():
        return _page(request, change, status=422)
    if step == AGREE:
        done = act(request, change.agree, form=change.form, success=_agreed)
        return redirect("billing:price", done.value.assignment_id) if done else _page(request, change, 422)
    if step != SHOW_EFFECT:
        return _page(request, change)
    proposed = act(request, change.propose, form=change.form)
    return _page(request, change, proposed=proposed.value) if proposed else _page(request, change, 422)


def _page(
    request: UserRequest, change: TwoStepChange, status: int = 200, proposed: Terms | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": change.form,
        "proposed": None,
        "quote": None,
        **change.context,
    }
    if proposed is not None:
        changes = effect(proposed.assignment, proposed, by=request.user, at=timezone.now())
        context |= {
            "proposed": priced(proposed, "to_come", on=today()),
            "assignment": proposed.assignment,
            # The second step posts the same fields again: what is agreed on is the price whose effect was shown.
            "typed": [(name, value) for name, value in request.POST.items() if name in change.form.fields],
            "effects": [
                ("Si ce prix avait valu", changes.closed),
                ("Prévu", changes.planned),
            ],
            "computable": changes.computable,
            "sees_pay": holds(request.user, Role.FINANCE),
        }
    return page(request, "billing/prices/change.html", context=context, status=status)


def _agreed(terms: Terms) -> str:
    assignment: Assignment = terms.assignment
    return f"Le prix de {assignment.reference} est convenu à partir du {long_date(terms.starts_on)}."
