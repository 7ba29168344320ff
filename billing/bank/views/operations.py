"""One operation of the bank: its candidates, and all that can be done with it by hand. For finance only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from billing.accounts import spreading
from billing.bank import accepting, candidates, overview, sorting
from billing.bank.forms import (
    NoteForm,
    OperationAllocationForm,
    PayerForm,
    RefundSourceForm,
    ReturnedPaymentForm,
    SplitForm,
)
from billing.models import BankOperation, OperationStatus
from groupement.kernel.french import of
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page
from members.access import UserRequest, for_roles, today
from members.models import Member
from members.roles import Role

NOTHING_CHOSEN = "Choisissez d’abord l’une des propositions."


@require_safe
@for_roles(Role.FINANCE)
def operation(request: UserRequest, pk: int) -> HttpResponse:
    """One operation: its candidates, and all that can be done with it; ``?adherent=`` chooses the payer by hand."""
    return _operation_page(request, _operation_of(pk))


@require_POST
@for_roles(Role.FINANCE)
def accept_candidate(request: UserRequest, pk: int) -> HttpResponse:
    """Accept the candidate that was chosen."""
    found = _operation_of(pk)
    code = request.POST.get("choice", "")
    if not code:
        messages.error(request, NOTHING_CHOSEN)
        return _next_operation(request, found, to=found.pk)
    done = _act(request, accepting.accept_candidate, found, code, success=_matched_message)
    return _next_operation(request, found, to=None if done else found.pk)


@require_POST
@for_roles(Role.FINANCE)
def record_as_payment(request: UserRequest, pk: int, member: int) -> HttpResponse:
    """Record the operation as a payment of this member, on the invoices and for the amounts chosen by hand."""
    found = _operation_of(pk)
    payer = get_object_or_404(Member.objects.visible_to(request.user), pk=member)
    form = _allocation_form(found, payer, request.POST)
    if form.is_valid() and _act(
        request,
        accepting.record_as_payment,
        found,
        payer,
        form.allocations(),
        form=form,
        success=_matched_message,
    ):
        return _next_operation(request, found)
    return _operation_page(request, found, payer=payer, allocation=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def record_as_return(request: UserRequest, pk: int) -> HttpResponse:
    """Record the operation as the return of the payment chosen."""
    found = _operation_of(pk)
    form = ReturnedPaymentForm(request.POST, payments=overview.returnable_payments(found))
    if form.is_valid() and _act(
        request,
        accepting.record_as_return,
        found,
        form.cleaned_data["payment"],
        form=form,
        success=_matched_message,
    ):
        return _next_operation(request, found)
    return _operation_page(request, found, returned=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def record_as_refund(request: UserRequest, pk: int) -> HttpResponse:
    """Record the operation as money given back out of the payment or the credit note chosen."""
    found = _operation_of(pk)
    form = RefundSourceForm(request.POST, sources=overview.refundable_sources(found))
    if form.is_valid() and _act(
        request,
        accepting.record_as_refund,
        found,
        form.cleaned_data["source"],
        form=form,
        success=_matched_message,
    ):
        return _next_operation(request, found)
    return _operation_page(request, found, refund=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def set_aside(request: UserRequest, pk: int) -> HttpResponse:
    """Note that the operation concerns no invoice, and what it is."""
    found = _operation_of(pk)
    form = NoteForm(request.POST)
    sentence = "Opération mise de côté."
    if form.is_valid() and _act(
        request, sorting.set_aside, found, note=form.cleaned_data["note"], form=form, success=sentence
    ):
        return _next_operation(request, found)
    return _operation_page(request, found, note=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def split_operation(request: UserRequest, pk: int) -> HttpResponse:
    """Split the operation in two: an amount, and the rest."""
    found = _operation_of(pk)
    form = SplitForm(request.POST)
    if form.is_valid():
        amount = form.cleaned_data["amount"]
        sentence = f"Opération ventilée\u00a0: {spell(amount)} et le reste."
        if _act(request, sorting.split_off, found, amount, form=form, success=sentence):
            return redirect("billing:operation", pk)
    return _operation_page(request, found, split=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def undo_matching(request: UserRequest, pk: int) -> HttpResponse:
    """Open the operation again; a payment that its matching recorded is reversed."""
    found = _operation_of(pk)
    act(request, accepting.undo_matching, found, by=request.user, at=timezone.now(), success=str)
    # The whole of parts that were joined, or a part of it: both still have their page.
    return redirect("billing:operation", pk)


def _operation_of(pk: int) -> BankOperation:
    return get_object_or_404(overview.operation_details(pk))


def _act(
    request: UserRequest, action: Callable[..., Any], found: BankOperation, *args: Any, **facts: Any
) -> Any:
    """``act`` in the name of the person, with a message that can be undone."""
    undo = reverse("billing:undo_operation", args=[found.pk])
    return act(request, action, found, *args, by=request.user, at=timezone.now(), undo=undo, **facts)


def _operation_page(
    request: UserRequest,
    found: BankOperation,
    *,
    payer: Member | None = None,
    status: int = 200,
    **refused: Any,
) -> HttpResponse:
    """The page of an operation, with the form that was refused if there is one."""
    is_open = found.status == OperationStatus.OPEN
    payer_form = PayerForm(request.GET if "adherent" in request.GET else None)
    if payer is None and payer_form.is_bound and payer_form.is_valid():
        payer = payer_form.cleaned_data["adherent"]
    allocation_form = refused.get("allocation")
    if allocation_form is None and payer and is_open and found.amount > 0:
        allocation_form = _allocation_form(found, payer)
    context = {
        "operation": found,
        "rows": overview.operation_rows([found], candidates.read_ledger(on=today())),
        "payer": payer,
        "payer_form": PayerForm(initial={"adherent": payer}) if payer else payer_form,
        "allocation_form": allocation_form,
        "return_form": refused.get("returned") or _return_form(found, is_open=is_open),
        "refund_form": refused.get("refund") or _refund_form(found, is_open=is_open),
        "note_form": refused.get("note") or NoteForm(),
        "split_form": refused.get("split") or SplitForm(),
        "parts": list(found.parts.all()),
    }
    return page(request, "billing/bank/operation.html", context=context, status=status)


def _allocation_form(found: BankOperation, payer: Member, data: Any = None) -> OperationAllocationForm:
    invoices = list(spreading.due_invoices(payer.pk))
    return OperationAllocationForm(data, invoices=invoices, proposed=spreading.spread(found.amount, invoices))


def _return_form(found: BankOperation, *, is_open: bool) -> ReturnedPaymentForm | None:
    if not is_open or found.amount > 0:
        return None
    form = ReturnedPaymentForm(payments=overview.returnable_payments(found))
    return form if form.payments else None


def _refund_form(found: BankOperation, *, is_open: bool) -> RefundSourceForm | None:
    if not is_open or found.amount > 0:
        return None
    form = RefundSourceForm(sources=overview.refundable_sources(found))
    return form if form.sources else None


def _next_operation(request: UserRequest, found: BankOperation, *, to: int | None = None) -> HttpResponse:
    """Back to the list of the statement, at the next open operation, with its filter and page."""
    listed = {name: request.POST[name] for name in ("etat", "page") if request.POST.get(name)}
    target = to or overview.next_open(found)
    query = f"?{urlencode(listed)}" if listed else ""
    anchor = f"#op-{target}" if target else ""
    return redirect(f"{reverse('billing:statement', args=[found.statement_id])}{query}{anchor}")


def _matched_message(row: BankOperation) -> str:
    if row.status == OperationStatus.SPLIT:
        return f"Opération ventilée et rapprochée\u00a0: {spell(row.amount)}."
    if row.reverses:
        return f"Le règlement {of(row.reverses.member.short_name)} est annulé\u00a0: ses factures sont de nouveau dues."
    if row.refund:
        return (
            f"Opération rapprochée\u00a0: {spell(-row.amount)} remboursés à {row.refund.member.short_name}."
        )
    of_whom = f", {row.payment.member.short_name}" if row.payment else ""
    return f"Opération rapprochée\u00a0: {spell(row.amount)}{of_whom}."
