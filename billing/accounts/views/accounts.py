"""A member's statement of account, the aged balance of all, and how one invoice or credit note is settled."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from billing.accounts import ageing, allocating, receivables, spreading, statement_of_account
from billing.accounts.forms import StatementPeriodForm, UseCreditForm, WriteOffForm
from billing.models import Allocation, Invoice, InvoiceKind, InvoiceStatus
from groupement.kernel.money import ZERO, spell
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles, holds, today
from members.models import Group, Member
from members.roles import Role

MEMBERS_A_PAGE = 50
MONTHS = 12
SMALL_REST = "Reste minime après règlement"


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def account(request: UserRequest, pk: int) -> HttpResponse:
    """A period of the account, the last twelve months unless asked otherwise; above it what is due today."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form, first, last = _period(request)
    context = {
        "member": member,
        "form": form,
        "statement": statement_of_account.account_statement(member, first=first, last=last),
        "position": statement_of_account.account_position(member, on=today()),
        "wide": request.user.sees_every_member,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/account.html", context=context, status=422 if form.errors else 200)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def account_pdf(request: UserRequest, pk: int) -> HttpResponse:
    """The same period as a file; a period that cannot be read is asked for again on the page."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form, first, last = _period(request)
    if form.errors:
        return redirect("billing:account", pk)
    statement = statement_of_account.account_statement(member, first=first, last=last)
    position = statement_of_account.account_position(member, on=today())
    done = act(request, statement_of_account.statement_pdf, member, statement, position, at=timezone.now())
    if not done:
        return redirect("billing:account", pk)
    response = HttpResponse(done.value, content_type="application/pdf")
    name = f"releve-{slugify(member.short_name)}-{last}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def aged_balance(request: UserRequest) -> HttpResponse:
    """What each member owes by age, the most overdue first; the bars are of all members."""
    rows, total = ageing.balances_by_age(on=today())
    rows.sort(key=lambda row: (-row.overdue, -row.due))
    rows_shown = Paginator(rows, MEMBERS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": rows_shown,
        "rows": [(row, ageing.ageing_shares(row.buckets)) for row in rows_shown],
        "buckets": ageing.BUCKETS,
        "total": total,
        "chart": ageing.ageing_chart(total.buckets),
        "totals": list(zip(ageing.BUCKETS, total.buckets, strict=True)),
        "on": today(),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/ageing.html", context=context)


def _period(request: UserRequest) -> tuple[StatementPeriodForm, date, date]:
    """The form, and the first and last day: those typed, else those of the last twelve months."""
    usual = {"du": Month.of(today()).shift(1 - MONTHS).first, "au": today()}
    asked = {"du", "au"} & set(request.GET)
    form = StatementPeriodForm(request.GET) if asked else StatementPeriodForm(initial=usual)
    days = usual | (form.cleaned_data if asked and form.is_valid() else {})
    return form, days["du"], days["au"]


@require_POST
@for_roles(Role.FINANCE)
def write_off(request: UserRequest, pk: int) -> HttpResponse:
    """Give up the small rest of an invoice; undone by its allocation."""
    found = get_object_or_404(Invoice.objects.visible_to(request.user).defer("snapshot"), pk=pk)
    form = WriteOffForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    done = act(request, allocating.write_off, found, reason=reason, by=request.user, at=timezone.now())
    if done.value:
        undo = reverse("billing:unallocate", args=[done.value.pk])
        _message(request, f"{spell(done.value.amount)} abandonnés sur {found}.", undo)
    return redirect("billing:invoice", pk)


@require_POST
@for_roles(Role.FINANCE)
def settle_whole(request: UserRequest, pk: int) -> HttpResponse:
    """Settle an invoice with the member's credit, and write off the cents that are left."""
    found = get_object_or_404(Invoice.objects.visible_to(request.user).defer("snapshot"), pk=pk)
    done = act(request, allocating.settle_whole, found, by=request.user, at=timezone.now())
    if done.value:
        rest = f", {spell(done.value.written_off)} abandonnés" if done.value.written_off else ""
        messages.success(request, f"{found} est soldée\u00a0: {spell(done.value.credit)} de crédit{rest}.")
    return redirect("billing:invoice", pk)


@require_POST
@for_roles(Role.FINANCE)
def apply_credit(request: UserRequest, pk: int) -> HttpResponse:
    """Use what is left of a credit note on a due invoice of the member."""
    rows = Invoice.objects.visible_to(request.user).defer("snapshot")
    note = get_object_or_404(rows, pk=pk, kind=InvoiceKind.CREDIT_NOTE)
    form = UseCreditForm(request.POST, invoices=receivables.unsettled(note.member_id).order_by("pk"))
    if not form.is_valid():
        _message(request, str(form.errors["invoice"][0]))
        return redirect("billing:invoice", pk)
    to = form.cleaned_data["invoice"]
    done = act(request, allocating.apply_credit, note, to=to, by=request.user, at=timezone.now())
    if done.value:
        undo = reverse("billing:unallocate", args=[done.value.pk])
        _message(request, f"L’avoir {note.number} règle {spell(done.value.amount)} de {to.number}.", undo)
    return redirect("billing:invoice", pk)


def _message(request: UserRequest, sentence: str, undo: str = "") -> None:
    """A success with the address that undoes it; without one, an error."""
    add = messages.success if undo else messages.error
    add(request, sentence, extra_tags=undo)


def settlement_context(invoice: Any, *, may_act: bool) -> dict[str, Any]:
    """The context of templates/billing/invoices/settlement.html, for an invoice read by ``with_dues``."""
    if invoice.status != InvoiceStatus.ISSUED:
        return {"settlement_state": None}
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    rows = Allocation.objects.filter(**{"credit_note" if is_note else "invoice": invoice})
    parties = rows.select_related("invoice", "payment", "credit_note", "recorded_by")
    found = parties.defer("invoice__snapshot", "credit_note__snapshot").order_by("settled_on", "pk")
    context: dict[str, Any] = {
        "settlement_state": receivables.settlement_state(invoice, on=today()),
        "allocations": list(found),
        "refunds": list(invoice.refunds.standing().order_by("paid_on", "pk")) if is_note else [],
        "unused_credit": None,
        "whole": None,
        "write_off": None,
        "credit_form": None,
    }
    if may_act and is_note and invoice.left:
        context["credit_form"] = UseCreditForm(invoices=spreading.due_invoices(invoice.member_id))
    if may_act and invoice.due:
        credit = receivables.unused_credits([invoice.member_id]).get(invoice.member_id, ZERO)
        limit = Group.objects.values_list("write_off_limit", flat=True).get()
        context["unused_credit"] = credit
        context["whole"] = allocating.whole_settlement(invoice.due, credit, limit)
        if invoice.due <= limit:
            is_rest = invoice.settled > 0
            context["write_off"] = WriteOffForm(initial={"reason": SMALL_REST} if is_rest else None)
    return context
