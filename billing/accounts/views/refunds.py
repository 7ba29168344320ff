"""Money given back to a member: the form, of a payment or of a credit note; what was given back, and its cancelling."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.accounts import receivables, refunding, statement_of_account
from billing.accounts.forms import CancelRefundForm, RefundForm
from billing.models import Invoice, InvoiceKind, InvoiceStatus, Payment, Refund
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, for_roles, holds, today
from members.roles import Role

REFUNDS_A_PAGE = 25
READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@require_safe
@for_roles(*READERS)
def refund_list(request: UserRequest) -> HttpResponse:
    """All money given back, the last first."""
    rows = Refund.objects.visible_to(request.user).select_related("member", "payment", "credit_note")
    listed = rows.defer("credit_note__snapshot").order_by("-paid_on", "-pk")
    context = {
        "page": paginate(request, listed, REFUNDS_A_PAGE),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/refunds.html", context=context)


@require_safe
@for_roles(*READERS)
def refund(request: UserRequest, pk: int) -> HttpResponse:
    """One refund, and the way back."""
    return _refund_page(request, _refund_of(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def refund_payment(request: UserRequest, pk: int) -> HttpResponse:
    """Give back what is left of a payment."""
    rows = receivables.with_left(Payment.objects.visible_to(request.user)).select_related("member")
    return _give_back(request, get_object_or_404(rows, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def refund_credit_note(request: UserRequest, pk: int) -> HttpResponse:
    """Give back what is left of a credit note: its invoice was paid."""
    notes = Invoice.objects.visible_to(request.user).filter(
        kind=InvoiceKind.CREDIT_NOTE, status=InvoiceStatus.ISSUED
    )
    rows = receivables.with_dues(notes).select_related("member").defer("snapshot")
    return _give_back(request, get_object_or_404(rows, pk=pk))


def _give_back(request: UserRequest, source: Any) -> HttpResponse:
    is_payment = isinstance(source, Payment)
    form = RefundForm(request.POST or None, initial={"amount": source.left, "paid_on": today()})
    if form.is_valid():
        done = act(
            request,
            refunding.give_back,
            source,
            **form.cleaned_data,
            by=request.user,
            at=timezone.now(),
            form=form,
            success=lambda made: f"{spell(made.amount)} remboursés à {source.member.short_name}.",
        )
        if done.value:
            return redirect("billing:refund", done.value.pk)
    context = {
        "form": form,
        "source": source,
        "is_payment": is_payment,
        "member": source.member,
        "position": statement_of_account.account_position(source.member, on=today()),
    }
    status = 422 if form.errors else 200
    return page(request, "billing/accounts/give_back.html", context=context, status=status)


@require_POST
@for_roles(Role.FINANCE)
def cancel_refund(request: UserRequest, pk: int) -> HttpResponse:
    """The money came back, or never left."""
    found = _refund_of(request, pk)
    form = CancelRefundForm(request.POST)
    if form.is_valid() and act(
        request,
        refunding.cancel_refund,
        found,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=None if found.cancelled_on else form,
        success="Remboursement annulé\u00a0: la somme est de nouveau au crédit de l’adhérent.",
    ):
        return redirect("billing:refund", pk)
    return _refund_page(request, found, cancelling=form, status=422)


def _refund_of(request: UserRequest, pk: int) -> Refund:
    rows = Refund.objects.visible_to(request.user)
    named = rows.select_related("member", "payment", "credit_note", "recorded_by")
    return get_object_or_404(named.defer("credit_note__snapshot"), pk=pk)


def _refund_page(
    request: UserRequest, found: Refund, *, cancelling: CancelRefundForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "refund": found,
        "cancelling": cancelling or CancelRefundForm(initial={"on": today()}),
        "may_cancel": holds(request.user, Role.FINANCE) and not found.cancelled_on,
    }
    return page(request, "billing/accounts/refund.html", context=context, status=status)
