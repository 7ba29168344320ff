"""Prices: the list, the history of one, a change and a revision, told before they are agreed on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing import repricing
from billing.forms.price import PriceFilter, PriceForm, RevisionForm
from billing.repricing import indexing, reading
from billing.views.pricing.two_steps import Change, answer
from employees.models import Assignment, Terms
from groupement.pages import page, paginate
from groupement.periods import Month
from members.access import Role, for_roles, today

PRICES_A_PAGE = 50


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def prices(request: HttpRequest) -> HttpResponse:
    """Each assignment with the price that holds, filtered; the prices whose index moved are counted."""
    asked = PriceFilter(request.GET, on=today())
    found = asked.chosen().select_related("employee", "member").prefetch_related(_terms())
    shown = paginate(request, found, PRICES_A_PAGE)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "filter": asked,
        "page": shown,
        "rows": reading.rows(shown.object_list, on=today()),
        "moved": len(indexing.moved(today())),
        "query": f"{kept.urlencode()}&" if any(kept.values()) else "",
    }
    return page(request, "billing/pricing/prices.html", context=context)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def price(request: HttpRequest, pk: int) -> HttpResponse:
    """All prices of one assignment, the newest first."""
    placed = _placed(pk)
    context = {
        "assignment": placed,
        "prices": reading.history(placed, on=today()),
        "earliest": repricing.earliest(placed),
        "invoiced": repricing.invoiced_through(placed),
    }
    return page(request, "billing/pricing/price.html", context=context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.COORDINATOR, Role.FINANCE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A new price from a day on, in two steps."""
    placed = _placed(pk)
    starts_on = _first_day(placed)
    initial = PriceForm.initial_of(repricing.in_force(placed, starts_on), starts_on=starts_on)
    form = PriceForm(request.POST or None, initial=initial)

    def facts() -> dict[str, Any]:
        return {"starts_on": form.cleaned_data["starts_on"], "figures": form.figures()}

    context = {"assignment": placed, "title": "Changer le prix", "earliest": repricing.earliest(placed)}
    steps = Change(
        form,
        propose=lambda: repricing.propose(placed, **facts()),
        agree=lambda: repricing.agree(placed, **facts(), by=request.user, at=timezone.now()),
        context=context,
    )
    return answer(request, steps)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def indices(request: HttpRequest) -> HttpResponse:
    """The prices whose index was published anew, with what they become."""
    values = sorted(indexing.latest_values().values(), key=lambda row: row.code)
    context = {"moved": indexing.moved(today()), "indices": values}
    return page(request, "billing/pricing/indices.html", context=context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.COORDINATOR, Role.FINANCE)
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """The price follows its index, in two steps."""
    placed = _placed(pk)
    starts_on = _first_day(placed)
    held = repricing.in_force(placed, starts_on)
    form = RevisionForm(
        request.POST or None, code=held.index_code if held else "", initial={"starts_on": starts_on}
    )

    def facts() -> dict[str, Any]:
        data = form.cleaned_data
        return {"month": Month.parse(data["month"]), "starts_on": data["starts_on"]}

    steps = Change(
        form,
        propose=lambda: _revised(placed, **facts()),
        agree=lambda: indexing.revise(placed, **facts(), by=request.user, at=timezone.now()),
        context={"assignment": placed, "title": "Réviser le prix", "earliest": repricing.earliest(placed)},
    )
    return answer(request, steps)


def _revised(placed: Assignment, *, month: Month, starts_on: date) -> Terms:
    figures = indexing.revision(placed, month=month, starts_on=starts_on)
    return repricing.propose(placed, starts_on=starts_on, figures=figures)


def _first_day(placed: Assignment) -> date:
    """The first of next month, or the first day that no invoice touches if it comes later."""
    return max(Month.of(today()).before, repricing.earliest(placed))


def _placed(pk: int) -> Assignment:
    return get_object_or_404(Assignment.objects.select_related("employee", "member"), pk=pk)


def _terms() -> Prefetch[str, QuerySet[Terms], str]:
    return Prefetch("terms", Terms.objects.order_by("starts_on"))
