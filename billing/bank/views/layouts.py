"""The layouts of tables: those that finance chose, those of banks, and imports that were undone. For finance only."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from billing.bank import importing, overview
from billing.models import BankLayout
from groupement.kernel.french import quoted
from groupement.kernel.pages import act, page
from members.access import UserRequest, for_roles
from members.roles import Role


@require_safe
@for_roles(Role.FINANCE)
def layouts(request: UserRequest) -> HttpResponse:
    """Which column means what, by layout; and what was undone."""
    context = {
        "layouts": overview.chosen_layouts(),
        "banks": overview.known_banks(),
        "undone": overview.undone_imports(),
    }
    return page(request, "billing/bank/layouts.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def drop_layout(request: UserRequest, pk: int) -> HttpResponse:
    """Forget a layout that was chosen."""
    found = get_object_or_404(BankLayout, pk=pk)
    success = f"Le format {quoted(str(found))} est oublié\u00a0: son prochain fichier sera montré d’abord."
    act(request, importing.drop_layout, found, success=success)
    return redirect("billing:bank_layouts")
