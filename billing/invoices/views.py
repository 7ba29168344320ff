"""Invoices and credit notes: the list, one of them as its PDF has it with all that came of it, its PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Exists, F, QuerySet, Sum
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from billing.accounts import receivables
from billing.accounts.views.accounts import settlement_context
from billing.credit_notes import remaining
from billing.dispatch import sending
from billing.documents import numbering, rendering, snapshot
from billing.invoices.forms import InvoiceFilter
from billing.models import Dispatch, Invoice, InvoiceKind, InvoiceStatus
from billing.month import price_reasons, summing
from billing.month.price_reasons import PriceReason
from billing.reminders.views import lateness_of_invoice
from billing.true_ups import overview
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, for_roles, holds, today
from members.models import Mail
from members.roles import Role

if TYPE_CHECKING:
    from billing.accounts.receivables import InvoiceWithDues

INVOICES_A_PAGE = 25


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def invoices(request: UserRequest) -> HttpResponse:
    """Those that fit the filter, drafts on top, then the newest first; the sums are of issued ones."""
    chosen = InvoiceFilter(request.GET, user=request.user)
    found = chosen.chosen()
    query = request.GET.copy()
    query.pop("page", None)
    rows = paginate(request, _newest_first(found), INVOICES_A_PAGE)
    receivables.with_states(rows, on=today())
    sums = _sums(found)
    context = {
        "filter": chosen,
        "page": rows,
        "sums": sums,
        "gaps": numbering.gaps() if sums["has_gaps"] and request.user.sees_every_member else [],
        "query": f"{query.urlencode()}&" if any(query.values()) else "",
        "wide": request.user.sees_every_member,
        "several": chosen.members_to_choose > 1,
        "account_of": chosen.member,
    }
    return page(request, "billing/invoices/invoices.html", context=context)


@require_safe
def invoice(request: UserRequest, pk: int) -> HttpResponse:
    """The content of the PDF, from the snapshot made at issue; of a draft, what it would be today."""
    found = get_object_or_404(
        receivables.with_dues(Invoice.objects.visible_to(request.user))
        .select_related("member", "run", "document", "rendering", "corrects")
        .defer("corrects__snapshot"),
        pk=pk,
    )
    context = _document_context(found, may_act=holds(request.user, Role.FINANCE)) | {
        "late": lateness_of_invoice(found, request.user),
        "true_up_letter": overview.letter_of(found),
        "wide": request.user.sees_every_member,
        "mails": _mails(found) if request.user.sees_every_member and found.number else [],
    }
    return page(request, "billing/invoices/invoice.html", context=context)


@require_safe
def pdf(request: UserRequest, pk: int) -> HttpResponseBase:
    """The file stored since it was made, its digest checked; while it is not ready, the page says how far it is."""
    found = get_object_or_404(
        Invoice.objects.visible_to(request.user).select_related("document", "rendering"),
        pk=pk,
        status=InvoiceStatus.ISSUED,
    )
    if found.paper_state != "ready":
        return redirect("billing:invoice", pk)
    done = act(request, rendering.open_document, found.document)
    if not done:
        return redirect("billing:invoice", pk)
    return FileResponse(done.value, as_attachment=True, filename=f"{found.number}.pdf")


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def draft_pdf(request: UserRequest, pk: int) -> HttpResponse:
    """What a draft would print today, marked as a draft; nothing is numbered nor kept."""
    drafts = Invoice.objects.visible_to(request.user).filter(status=InvoiceStatus.DRAFT)
    found = get_object_or_404(drafts.select_related("member", "run", "corrects"), pk=pk)
    copied = snapshot.prepare([found], issued_on=today()).copy(found)
    response = HttpResponse(rendering.print_draft(copied, at=timezone.now()), content_type="application/pdf")
    name = f"brouillon-{slugify(found.member.short_name)}-{found.service_month}.pdf"
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _mails(found: Invoice) -> list[Mail]:
    return list(sending.mails_of(Dispatch.objects.filter(invoice=found)))


def _document_context(found: Invoice, *, may_act: bool) -> dict[str, Any]:
    """The content of the PDF, the reasons of its prices, the steps, the credit notes, and how it is settled."""
    paper = found.snapshot or snapshot.prepare([found], issued_on=today()).copy(found)
    terms = paper["payment"] if found.kind == InvoiceKind.INVOICE else {}
    return {
        "invoice": found,
        "paper": paper,
        "conditions": [
            terms[name] for name in ("terms", "discount", "penalty", "indemnity") if terms.get(name)
        ],
        "steps": list(found.steps.select_related("by").order_by("at", "pk")),
        "reasons": _unprinted_reasons(found, paper) if may_act else [],
        "why": paper.get("why", []),  # as the annex prints it; older papers have none
        "credits": remaining.credit_notes_of(found),
        "origin": remaining.origin_of(found),
        "may_act": may_act,
        **settlement_context(found, may_act=may_act),
    }


def _sums(found: QuerySet[InvoiceWithDues]) -> dict[str, Any]:
    """Those of issued ones, and whether a number is missing anywhere: asked at once with them."""
    return found.filter(status=InvoiceStatus.ISSUED).aggregate(
        count=Count("pk"),
        net=summing.total_of("net"),
        total=summing.total_of("total"),
        owed=Sum("due"),
        has_gaps=BoolOr(Exists(numbering.broken_series())),
    )


def _unprinted_reasons(found: Invoice, paper: Mapping[str, Any]) -> list[PriceReason]:
    """What finance reads beyond the annex: the cost by kind, and sentences that are not printed."""
    printed = {sentence for row in paper.get("why", []) for sentence in row["sentences"]}
    reasons = price_reasons.reasons(found, with_costs=True, printed=printed)
    return [reason for reason in reasons if reason.parts or reason.sentences]


def _newest_first(found: QuerySet[InvoiceWithDues]) -> QuerySet[InvoiceWithDues]:
    newest: list[Any] = [F("issued_on").desc(nulls_first=True), F("sequence").desc(nulls_first=True)]
    related = found.select_related("member", "document", "rendering", "corrects")
    return related.defer("snapshot", "corrects__snapshot").order_by(*newest, "-service_month", "-pk")
