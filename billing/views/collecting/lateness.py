"""What follows from lateness: levels of reminders, interest and indemnities to claim, disputes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import dunning
from billing.forms import DisputeForm, OutcomeForm
from billing.models import Dispute, DunningLevel, Invoice, InvoiceKind, InvoiceStatus
from groupement.pages import act, page, paginate
from members.access import Role, can_sign_for, for_roles, holds, today
from members.models import User

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
INVOICES_A_PAGE = 25


@require_safe
@for_roles(*READERS)
def levels(request: HttpRequest) -> HttpResponse:
    """The levels in use with their words; before there are any, those that the product proposes."""
    installed = list(DunningLevel.objects.order_by("rank", "pk"))
    context = {
        "levels": installed or dunning.default_levels(),
        "are_installed": bool(installed),
        "days_between": dunning.DAYS_BETWEEN,
        "may_act": holds(request.user, Role.FINANCE),
        "may_change": holds(request.user, Role.ADMIN),
    }
    return page(request, "billing/collecting/reminders/levels.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def install_levels(request: HttpRequest) -> HttpResponse:
    """Take the proposed levels into use."""
    act(request, dunning.install_levels, success="Les trois niveaux proposés sont en vigueur.")
    return redirect("billing:dunning_levels")


@require_safe
@for_roles(*READERS)
def late_costs(request: HttpRequest) -> HttpResponse:
    """Interest and indemnities that may be claimed today."""
    rows = dunning.claimable(today())
    context = {
        "page": paginate(request, rows, INVOICES_A_PAGE),
        "interest": sum(row.interest_left for row in rows),
        "indemnity": sum(row.indemnity_left for row in rows),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/collecting/reminders/late_costs.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def charge_interest(request: HttpRequest) -> HttpResponse:
    """Put the interest and the indemnity of the chosen invoices on their members' next invoice."""
    chosen = [int(number) for number in request.POST.getlist("facture") if number.isdecimal()]
    found = list(
        Invoice.objects.visible_to(request.user).filter(pk__in=chosen).defer("snapshot").order_by("pk")
    )
    act(request, dunning.charge_interest, found, by=request.user, at=timezone.now(), success=_charged)
    return redirect("billing:late_costs")


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Contest an issued invoice: its member's representative, or finance for them."""
    invoice = get_object_or_404(_contestable(request), pk=pk)
    if not may_dispute(request.user, invoice):
        raise Http404
    form = DisputeForm(request.POST or None)
    if form.is_valid() and act(
        request,
        dunning.open_dispute,
        invoice,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"{invoice} est contestée\u00a0: les relances s’arrêtent.",
    ):
        return redirect("billing:invoice", pk)
    context = {"form": form, "invoice": invoice, "wide": request.user.sees_every_member}
    status = 422 if form.errors else 200
    return page(request, "billing/collecting/reminders/dispute.html", context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def close_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how a dispute ended; the reminders go on with what is late then."""
    found = get_object_or_404(Dispute.objects.select_related("invoice__member", "opened_by"), pk=pk)
    form = OutcomeForm(request.POST or None)
    if form.is_valid() and act(
        request,
        dunning.close_dispute,
        found,
        outcome=form.cleaned_data["outcome"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"Le litige sur {found.invoice} est clos.",
    ):
        return redirect("billing:invoice", found.invoice_id)
    status = 422 if form.errors else 200
    context = {"form": form, "dispute": found, "invoice": found.invoice}
    return page(request, "billing/collecting/reminders/close_dispute.html", context=context, status=status)


def may_dispute(user: User, invoice: Invoice) -> bool:
    """Finance, and whoever engages the member that day."""
    return holds(user, Role.FINANCE) or can_sign_for(user, invoice.member, today()) is not None


def _contestable(request: HttpRequest) -> Any:
    issued = Invoice.objects.visible_to(request.user).filter(
        kind=InvoiceKind.INVOICE, status=InvoiceStatus.ISSUED
    )
    return issued.select_related("member").defer("snapshot")


def _charged(charges: Any) -> str:
    count = len({charge.figures["invoice"] for charge in charges})
    whose = "d’une facture" if count == 1 else f"de {count} factures"
    return f"Les frais de retard {whose} rejoindront la prochaine facture de l’adhérent, hors TVA."
