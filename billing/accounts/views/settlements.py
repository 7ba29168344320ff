"""What is done with money that is there: used on invoices, taken back, and the small rest given up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.accounts import allocating, payments, receivables
from billing.accounts.forms import ReverseForm, UseCreditForm, WriteOffForm
from billing.accounts.views.accounts import find, parts_of, show
from billing.models import Allocation, Invoice, InvoiceKind, InvoiceStatus
from groupement.kernel.money import spell
from groupement.kernel.pages import act
from members.access import for_roles, today
from members.models import Group, Member
from members.roles import Role

SLIP = "Erreur de saisie"


@require_POST
@for_roles(Role.FINANCE)
def allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Use what is left of a payment on the invoices named."""
    found = find(request, pk)
    form = parts_of(found, request.POST)
    if form is None or not form.is_valid():
        return show(request, found, parts=form, status=422)
    if not (allocations := form.allocations()):
        form.add_error(None, "Indiquez un montant pour au moins une facture.")
        return show(request, found, parts=form, status=422)
    done = act(
        request,
        allocating.allocate,
        found,
        allocations,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=lambda made: f"{spell(sum(amount for _, amount in allocations))} imputés.",
    )
    return redirect("billing:payment", pk) if done else show(request, found, parts=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def unallocate(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo an allocation; back to the payment that it was a part of, else to the invoice."""
    mine = Member.objects.visible_to(request.user)
    rows = Allocation.objects.select_related("invoice").defer("invoice__snapshot")
    found = get_object_or_404(rows, pk=pk, invoice__member__in=mine)
    act(
        request,
        allocating.unallocate,
        found,
        by=request.user,
        at=timezone.now(),
        success=f"Imputation annulée\u00a0: {spell(found.amount)} sont de nouveau à régler sur {found.invoice}.",
    )
    if found.payment_id and "invoice" not in request.POST:
        return redirect("billing:payment", found.payment_id)
    return redirect("billing:invoice", found.invoice_id)


@require_POST
@for_roles(Role.FINANCE)
def reverse_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank took the payment back: unpaid cheque, rejected debit."""
    found = find(request, pk)
    form = ReverseForm(request.POST)
    if form.is_valid() and act(
        request,
        payments.reverse,
        found,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=None if found.reversed_on else form,  # the page of a reversed payment has no form to say it
        success="Règlement annulé\u00a0: ce qu’il réglait est de nouveau dû.",
    ):
        return redirect("billing:payment", pk)
    return show(request, found, reversal=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def undo_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a payment just recorded by mistake, on the day it was said to have come."""
    found = find(request, pk)
    done = f"Règlement de {spell(found.amount)} annulé\u00a0: {SLIP.lower()}."
    act(
        request,
        payments.reverse,
        found,
        on=found.received_on,
        reason=SLIP,
        by=request.user,
        at=timezone.now(),
        success=done,
    )
    return redirect("billing:payments")


@require_POST
@for_roles(Role.FINANCE)
def write_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Give up the small rest of an invoice; undone by its allocation."""
    found = get_object_or_404(Invoice.objects.visible_to(request.user).defer("snapshot"), pk=pk)
    form = WriteOffForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    done = act(request, allocating.write_off, found, reason=reason, by=request.user, at=timezone.now())
    if done.value:
        undo = reverse("billing:unallocate", args=[done.value.pk])
        _say(request, f"{spell(done.value.amount)} abandonnés sur {found}.", undo)
    return redirect("billing:invoice", pk)


@require_POST
@for_roles(Role.FINANCE)
def apply_credit(request: HttpRequest, pk: int) -> HttpResponse:
    """Use what is left of a credit note on a due invoice of the member."""
    rows = Invoice.objects.visible_to(request.user).defer("snapshot")
    note = get_object_or_404(rows, pk=pk, kind=InvoiceKind.CREDIT_NOTE)
    form = UseCreditForm(request.POST, invoices=receivables.unsettled(note.member_id).order_by("pk"))
    if not form.is_valid():
        _say(request, form.errors["invoice"][0])
        return redirect("billing:invoice", pk)
    to = form.cleaned_data["invoice"]
    done = act(request, allocating.apply_credit, note, to=to, by=request.user, at=timezone.now())
    if done.value:
        undo = reverse("billing:unallocate", args=[done.value.pk])
        _say(request, f"L’avoir {note.number} règle {spell(done.value.amount)} de {to.number}.", undo)
    return redirect("billing:invoice", pk)


def _say(request: HttpRequest, sentence: str, undo: str = "") -> None:
    """A success with its way back; without one, what was wrong."""
    tell = messages.success if undo else messages.error
    tell(request, sentence, extra_tags=undo)


def settlement(invoice: Any, *, may_act: bool) -> dict[str, Any]:
    """For an invoice read by ``settling.with_dues``; a draft has none."""
    if invoice.status != InvoiceStatus.ISSUED:
        return {"standing": None}
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    rows = Allocation.objects.filter(**{"credit_note" if is_note else "invoice": invoice})
    parties = rows.select_related("invoice", "payment", "credit_note", "recorded_by")
    found = parties.defer("invoice__snapshot", "credit_note__snapshot").order_by("settled_on", "pk")
    facts: dict[str, Any] = {
        "standing": receivables.standing(invoice, on=today()),
        "allocations": list(found),
        "at_hand": None,
        "write_off": None,
        "credit_form": None,
    }
    if may_act and is_note and invoice.left:
        due = receivables.oldest_first(receivables.unsettled(invoice.member_id).defer("snapshot"))
        facts["credit_form"] = UseCreditForm(invoices=due)
    if may_act and invoice.due:
        facts["at_hand"] = receivables.credits_at_hand([invoice.member_id]).get(invoice.member_id)
        if invoice.due <= Group.objects.values_list("write_off_limit", flat=True).get():
            facts["write_off"] = WriteOffForm()
    return facts
