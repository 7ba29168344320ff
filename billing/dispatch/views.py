"""Send a document, or all those of a month, by e-mail."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from billing.dispatch import sending
from billing.models import Invoice, InvoiceStatus, Quote
from groupement.kernel.french import counted, enumeration
from groupement.kernel.pages import act
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles
from members.roles import Role


@require_POST
@for_roles(Role.FINANCE)
def send_invoice(request: UserRequest, pk: int) -> HttpResponse:
    """Send one invoice or credit note, for the first time or again."""
    issued = Invoice.objects.visible_to(request.user).filter(status=InvoiceStatus.ISSUED)
    found = get_object_or_404(issued.defer("snapshot"), pk=pk)
    act(request, sending.send_invoices, [found], by=request.user, at=timezone.now(), success=_sent_message)
    return redirect("billing:invoice", pk)


@require_POST
@for_roles(Role.FINANCE)
def send_month(request: UserRequest, month: Month) -> HttpResponse:
    """Send what of the month was never sent."""
    rows = sending.unsent(Invoice.objects.visible_to(request.user).filter(run__month=month))
    found = list(rows.defer("snapshot").order_by("pk"))
    if found:
        act(request, sending.send_invoices, found, by=request.user, at=timezone.now(), success=_sent_message)
    else:
        messages.info(request, "Tout est déjà envoyé, ou les PDF se préparent encore.")
    return redirect("billing:run", month)


@require_POST
@for_roles(Role.COORDINATOR, Role.FINANCE)
def send_quote(request: UserRequest, pk: int) -> HttpResponse:
    """Send a quote to its member."""
    rows = Quote.objects.visible_to(request.user).select_related("member", "letter")
    found = get_object_or_404(rows, pk=pk)
    done = act(request, sending.send_quote, found, by=request.user, at=timezone.now())
    if done.value:
        messages.success(request, _sent_message([done.value]))
    return redirect("billing:quote", pk)


def _sent_message(sent: Sequence[sending.SentDocument]) -> str:
    addresses = sorted({address for each in sent for address in each.addresses})
    what = counted(len(sent), "document part", "documents partent")
    return f"{what} par e-mail, avec le fichier, à {enumeration(addresses, at_most=3)}."
