"""Dues and deposits: who owes what, what was asked for already, and the button that asks the others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import dues
from billing.forms.dues import YearForm
from billing.models import Charge
from groupement.money import spell
from groupement.pages import act, page
from members.access import Role, for_roles, holds, today


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def overview(request: HttpRequest) -> HttpResponse:
    """The dues of one year by ``?annee=``, else this one, and all deposits: told before they are asked for."""
    form = YearForm(request.GET if "annee" in request.GET else None)
    year = form.cleaned_data["annee"] if form.is_valid() else today().year
    calls, deposits = dues.dues_of(year), dues.deposits()
    context = {
        "year": year,
        "years": sorted({year, *(today().year + step for step in (-1, 0, 1))}),
        "calls": calls,
        "to_call": _left(calls),
        "deposits": deposits,
        "to_deposit": _left(deposits),
        "is_near": abs(year - today().year) <= 1,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/costing/dues.html", context=context, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.FINANCE)
def call(request: HttpRequest) -> HttpResponse:
    """Ask for the dues of the year that the button names."""
    form = YearForm(request.POST)
    if not form.is_valid():
        return redirect("billing:dues")
    year = form.cleaned_data["annee"]
    act(
        request,
        dues.call_dues,
        year,
        by=request.user,
        at=timezone.now(),
        success=lambda made: _asked(made, f"Cotisations {year}"),
    )
    return redirect(f"{reverse('billing:dues')}?annee={year}")


@require_POST
@for_roles(Role.FINANCE)
def ask_deposits(request: HttpRequest) -> HttpResponse:
    """Ask for the deposits that were not asked for yet."""
    act(
        request,
        dues.ask_deposits,
        by=request.user,
        at=timezone.now(),
        success=lambda made: _asked(made, "Dépôts de garantie"),
    )
    return redirect("billing:dues")


def _left(calls: list[dues.Call]) -> dict[str, Any]:
    """How many are still to be asked, and for how much."""
    waiting = [each.amount for each in calls if each.charge is None]
    return {"count": len(waiting), "total": sum(waiting, Decimal(0))}


def _asked(made: list[Charge], what: str) -> str:
    if not made:
        return f"{what}\u00a0: tout était déjà appelé, rien n’a changé."
    members = f"{len(made)} adhérent{'s' if len(made) > 1 else ''}"
    return f"{what}\u00a0: {spell(sum(each.net for each in made))} appelés à {members}, sur les prochaines factures."
