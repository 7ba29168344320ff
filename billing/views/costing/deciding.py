"""What is done to one expense: accepted, refused, put back, withdrawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing import spending
from billing.drafting.wording import of
from billing.forms.expense import AcceptForm, RefuseForm
from billing.models import Charge, Expense
from billing.views.costing.expenses import find, may_withdraw, show
from groupement.money import spell
from groupement.pages import act
from members.access import Role, for_roles


@require_POST
@for_roles(Role.FINANCE)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Make it a sum that the member owes; the next draft takes it."""
    found, form = find(request, pk), AcceptForm(request.POST)
    if form.is_valid() and act(
        request,
        spending.accept,
        found,
        label=form.cleaned_data["label"],
        cost=form.cleaned_data["cost"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=_accepted,
    ):
        return redirect("billing:expense", pk)
    return show(request, found, accept_form=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Say no, and why."""
    found, form = find(request, pk), RefuseForm(request.POST)
    if form.is_valid() and act(
        request,
        spending.refuse,
        found,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success="Dépense refusée. La personne lit le motif dans ses frais.",
    ):
        return redirect("billing:expense", pk)
    return show(request, found, refuse_form=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the decision, as long as no invoice stands on it."""
    act(
        request,
        spending.put_back,
        find(request, pk),
        by=request.user,
        at=timezone.now(),
        success="La dépense attend de nouveau une décision.",
    )
    return redirect("billing:expense", pk)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it away with its receipt: its own person, who wrote it down, or finance."""
    found = find(request, pk)
    if not may_withdraw(request, found):
        found = get_object_or_404(Expense.objects.none(), pk=pk)
    done = act(
        request,
        spending.withdraw,
        found,
        by=request.user,
        at=timezone.now(),
        success="La dépense est retirée, avec son justificatif.",
    )
    if not done:
        return redirect("billing:expense", pk)
    is_own = found.employee.user_id == request.user.pk
    return redirect("billing:my_expenses" if is_own else "billing:expenses")


def _accepted(charge: Charge) -> str:
    whose = of(charge.member.short_name)
    return f"Dépense acceptée\u00a0: {spell(charge.net)} HT rejoignent la prochaine facture {whose}."
