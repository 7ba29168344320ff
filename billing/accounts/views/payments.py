"""Payments: the list, one of them and what it settles, a new one; use what is left of it, take an allocation back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Count, Prefetch, Sum
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.accounts import ageing, allocating, payments, receivables, spreading, statement_of_account
from billing.accounts.forms import (
    AMOUNT_PREFIX,
    AllocationForm,
    PayerAndAmountForm,
    PaymentFilter,
    PaymentForm,
    ReverseForm,
)
from billing.models import Allocation, Payment
from groupement.kernel.money import parse_amount, spell, spell_plain
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, for_roles, holds, today
from members.models import Group, Member
from members.roles import Role

PAYMENTS_A_PAGE = 25
READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
TYPING_ERROR = "Erreur de saisie"


@require_safe
@for_roles(*READERS)
def payment_list(request: UserRequest) -> HttpResponse:
    """Payments that fit the filter, the last received first; the sums leave out those reversed."""
    chosen = PaymentFilter(request.GET, user=request.user)
    found = chosen.chosen()
    query = request.GET.copy()
    query.pop("page", None)
    settled = Prefetch("allocations", _allocations(), to_attr="settled")
    rows = found.select_related("member").prefetch_related(settled).order_by("-received_on", "-pk")
    context = {
        "filter": chosen,
        "page": paginate(request, rows, PAYMENTS_A_PAGE),
        "sums": found.filter(reversed_on=None).aggregate(
            count=Count("pk"), received=Sum("amount"), unallocated=Sum("left")
        ),
        "query": f"{query.urlencode()}&" if any(query.values()) else "",
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/payments.html", context=context)


@require_safe
@for_roles(*READERS)
def payment(request: UserRequest, pk: int) -> HttpResponse:
    """One payment, what it settles, and what may still be done with it."""
    return _payment_page(request, _payment_of(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def record_payment(request: UserRequest) -> HttpResponse:
    """First who paid and how much, from the address; then the rest, the amount spread over the oldest due invoices."""
    asked = request.GET if "montant" in request.GET else None
    due = {row.member.pk: row.due for row in ageing.balances_by_age(on=today())[0] if row.member}
    start = PayerAndAmountForm(asked, due_by_member=due, initial={"adherent": request.GET.get("adherent")})
    if not start.is_valid():
        status = 422 if start.is_bound else 200
        return page(request, "billing/accounts/record_start.html", context={"form": start}, status=status)
    member = start.cleaned_data["adherent"]
    form = _payment_form(request, member, start.cleaned_data["montant"])
    position, status = statement_of_account.account_position(member, on=today()), 200
    limit = Group.objects.values_list("write_off_limit", flat=True).get()
    if found := allocating.whole_after(form.typed, position.credit, limit):
        form.offer_to_settle(*found)
    if request.method == "POST" and "spread" not in request.POST:
        if form.is_valid() and (made := _record(request, member, form)):
            again = "again" in request.POST
            return redirect("billing:record_payment") if again else redirect("billing:payment", made.pk)
        status = 422
    context = {
        "form": form,
        "member": member,
        "position": position,
    }
    return page(request, "billing/accounts/record.html", context=context, status=status)


def _payment_form(request: UserRequest, member: Member, amount: Decimal) -> PaymentForm:
    """The form of a payment of ``member``; ``?facture=`` is the invoice to pay before the oldest."""
    invoices = list(spreading.due_invoices(member.pk))
    first = request.GET.get("facture")
    in_order = sorted(invoices, key=lambda each: str(each.pk) != first)
    if request.method == "POST":
        data = request.POST.copy()
        if "spread" in data:
            _spread_again(data, in_order)
        return PaymentForm(data, invoices=invoices)
    return PaymentForm(
        invoices=invoices,
        proposed=spreading.spread(amount, in_order),
        initial={"amount": amount, "received_on": today()},
    )


def _spread_again(data: QueryDict, invoices: list[Any]) -> None:
    """Replace what was typed for the invoices by the amount typed, spread; not when that amount cannot be read."""
    try:
        amount = parse_amount(data.get("amount", ""))
    except ValueError:
        return
    parts = {each.pk: part for each, part in spreading.spread(amount, invoices)}
    for each in invoices:
        data[f"{AMOUNT_PREFIX}{each.pk}"] = spell_plain(parts[each.pk]) if each.pk in parts else ""


def _record(request: UserRequest, member: Member, form: PaymentForm) -> Payment | None:
    done = act(
        request,
        payments.record_payment,
        member,
        **form.payment_data(),
        by=request.user,
        at=timezone.now(),
        form=form,
    )
    if done.value is None:
        return None
    made = receivables.with_left(Payment.objects.filter(pk=done.value.pk)).get()
    sentence = f"{member.short_name}\u00a0: règlement de {spell(made.amount)} enregistré"
    if made.left:
        sentence += f", {spell(made.left)} restent en crédit"
    messages.success(request, f"{sentence}.", extra_tags=reverse("billing:undo_payment", args=[made.pk]))
    return made


@require_POST
@for_roles(Role.FINANCE)
def allocate(request: UserRequest, pk: int) -> HttpResponse:
    """Use what is left of a payment on the invoices named."""
    found = _payment_of(request, pk)
    form = _allocation_form(found, request.POST)
    if form is None or not form.is_valid():
        return _payment_page(request, found, allocation=form, status=422)
    if not (allocations := form.allocations()):
        form.add_error(None, "Indiquez un montant pour au moins une facture.")
        return _payment_page(request, found, allocation=form, status=422)
    done = act(
        request,
        allocating.allocate,
        found,
        allocations,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=lambda _: f"{spell(sum(amount for _, amount in allocations))} imputés.",
    )
    return (
        redirect("billing:payment", pk)
        if done
        else _payment_page(request, found, allocation=form, status=422)
    )


@require_POST
@for_roles(Role.FINANCE)
def unallocate(request: UserRequest, pk: int) -> HttpResponse:
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
def reverse_payment(request: UserRequest, pk: int) -> HttpResponse:
    """The bank took the payment back: unpaid cheque, rejected debit."""
    found = _payment_of(request, pk)
    form = ReverseForm(request.POST)
    if form.is_valid() and act(
        request,
        payments.reverse_payment,
        found,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=None if found.reversed_on else form,  # the page of a reversed payment has no form to say it
        success="Règlement annulé\u00a0: ce qu’il réglait est de nouveau dû.",
    ):
        return redirect("billing:payment", pk)
    return _payment_page(request, found, reversal=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def undo_payment(request: UserRequest, pk: int) -> HttpResponse:
    """Reverse a payment just recorded by mistake, on the day on which it was received."""
    found = _payment_of(request, pk)
    done = f"Règlement de {spell(found.amount)} annulé\u00a0: {TYPING_ERROR.lower()}."
    act(
        request,
        payments.reverse_payment,
        found,
        on=found.received_on,
        reason=TYPING_ERROR,
        by=request.user,
        at=timezone.now(),
        success=done,
    )
    return redirect("billing:payments")


def _payment_of(request: UserRequest, pk: int) -> Payment:
    """The payment with what is left of it, if the person may see it."""
    rows = receivables.with_left(Payment.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("member", "recorded_by"), pk=pk)


def _payment_page(
    request: UserRequest,
    found: Any,
    *,
    allocation: AllocationForm | None = None,
    reversal: ReverseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of ``found``, with a form that was refused if there is one."""
    may_act = holds(request.user, Role.FINANCE)
    context = {
        "payment": found,
        "allocations": list(_allocations().filter(payment=found)),
        "allocation_form": allocation or (_allocation_form(found) if may_act and found.left else None),
        "reversal": reversal or ReverseForm(initial={"on": today()}),
        "refunds": list(found.refunds.order_by("paid_on", "pk")),
        "may_act": may_act,
        "may_refund": may_act and bool(found.left),
        "may_reverse": may_act and not found.reversed_on,
    }
    return page(request, "billing/accounts/payment.html", context=context, status=status)


def _allocation_form(found: Any, data: QueryDict | None = None) -> AllocationForm | None:
    """What is left of a payment, spread over the member's due invoices; None when nothing is due."""
    invoices = list(spreading.due_invoices(found.member_id))
    if not invoices:
        return None
    return AllocationForm(data, invoices=invoices, proposed=spreading.spread(found.left, invoices))


def _allocations() -> Any:
    rows = Allocation.objects.select_related("invoice", "recorded_by").defer("invoice__snapshot")
    return rows.order_by("invoice__issued_on", "invoice__sequence", "pk")
