"""Credit an invoice: choose what, read the credit note to come, issue it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.accounts import receivables, refunding
from billing.credit_notes import crediting, deposits, remaining, replacing
from billing.credit_notes.forms import CreditForm, ReplaceForm
from billing.documents import rendering
from billing.models import Invoice, InvoiceKind, InvoiceStatus
from billing.month import ahead
from groupement.kernel.asked import asked_day, asked_key
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page
from members.access import UserRequest, for_roles, today
from members.models import Member
from members.roles import Role


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def credit(request: UserRequest, pk: int) -> HttpResponse:
    """One address, three steps: the choice, its preview (``apercu``), the credit note issued (``emettre``)."""
    found = _invoice(request, pk)
    remainder = remaining.remainder_of(found)
    opened = [key for each in request.POST.getlist("ouvrir") if (key := asked_key(each))]
    step = request.POST.get("etape")
    if step not in ("apercu", "emettre"):
        form = CreditForm(initial=request.POST.dict(), remainder=remainder, opened=opened)
        return _choice_page(request, found, form)
    form = CreditForm(request.POST, remainder=remainder, opened=opened)
    if not form.is_valid():
        return _choice_page(request, found, form, status=422)
    # Only what was previewed is issued.
    is_previewed = step == "emettre" and form.cleaned_data["seen"] is not None
    return _issue(request, found, form) if is_previewed else _preview(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def credit_and_replace(request: UserRequest, pk: int) -> HttpResponse:
    """One screen: the invoice credited whole, its prices put right, its month drafted again."""
    found = _invoice(request, pk)
    prices = replacing.invoiced_prices_of(found)
    left = remaining.remainder_of(found).total
    if request.method != "POST":
        return _replace_page(request, found, ReplaceForm(initial={"seen": left}, prices=prices))
    form = ReplaceForm(request.POST, prices=prices)
    if not form.is_valid():
        return _replace_page(request, found, form, status=422)
    facts = {"reason": form.cleaned_data["reason"], "expected": form.cleaned_data["seen"]}
    facts |= {"prices": form.corrected, "by": request.user, "at": timezone.now()}
    facts |= {"issued_on": asked_day(request.POST.get("date"))}
    facts |= {"accepts_clock": "horloge" in request.POST}
    done = act(request, replacing.credit_and_replace, found, form=form, success=_replaced_message, **facts)
    if done.value is None:
        return _replace_page(request, found, form, status=422)
    note, draft = done.value.note.pk, done.value.draft.pk
    transaction.on_commit(lambda: rendering.enqueue([note]), robust=True)
    return redirect("billing:invoice", draft)


@require_POST
@for_roles(Role.FINANCE)
def release_deposit(request: UserRequest, pk: int) -> HttpResponse:
    """Credit a deposit that was paid, then ask how it goes back."""
    mine = Member.objects.visible_to(request.user)
    charge = get_object_or_404(deposits.asked_deposits(), pk=pk, member__in=mine)
    done = act(
        request, deposits.release_deposit, charge, by=request.user, at=timezone.now(), success=_issued_message
    )
    if done.value is None:
        return redirect("billing:dues")
    note = done.value
    transaction.on_commit(lambda: rendering.enqueue([note.pk]), robust=True)
    if refunding.refundable(note):
        return redirect("billing:refund_credit_note", note.pk)
    return redirect("billing:invoice", note.pk)


@require_POST
@for_roles(Role.FINANCE)
def retry(request: UserRequest, pk: int) -> HttpResponse:
    """Have the PDF of one paper made again after its job was given up."""
    found = get_object_or_404(Invoice.objects.visible_to(request.user), pk=pk, status=InvoiceStatus.ISSUED)
    rendering.retry([found.pk], at=timezone.now())
    return redirect("billing:invoice", pk)


def _invoice(request: UserRequest, pk: int) -> Invoice:
    """An issued invoice that the person may see, with what is due of it."""
    issued = Invoice.objects.visible_to(request.user).filter(
        kind=InvoiceKind.INVOICE, status=InvoiceStatus.ISSUED
    )
    found: Invoice = get_object_or_404(receivables.with_dues(issued).select_related("member"), pk=pk)
    return found


def _choice_page(request: UserRequest, found: Invoice, form: CreditForm, status: int = 200) -> HttpResponse:
    return page(
        request, "billing/credit_notes/credit.html", context={"invoice": found, "form": form}, status=status
    )


def _replace_page(request: UserRequest, found: Invoice, form: ReplaceForm, status: int = 200) -> HttpResponse:
    context = {
        "invoice": found,
        "form": form,
        "reached": crediting.date_of_note(found, today()),
        "silence": ahead.silence(today()),
    }
    return page(request, "billing/credit_notes/replace.html", context=context, status=status)


def _preview(request: UserRequest, found: Any, form: CreditForm) -> HttpResponse:
    reached = crediting.date_of_note(found, today())
    facts: dict[str, Any] = {"lines": form.requests, "at": timezone.now(), "issued_on": reached}
    done = act(request, crediting.preview_credit_note, found, form=form, **facts)
    if not done or done.value is None:
        return _choice_page(request, found, form, status=422)
    draft = done.value
    context = {
        "invoice": found,
        "draft": draft,
        "silence": ahead.silence(today()),
        "reason": form.cleaned_data["reason"],
        "due_after": max(found.due - draft.total, 0),
        "unused_credit": max(draft.total - found.due, 0),
        "reached": reached,
        "chosen_fields": [*_chosen_fields(request), ("seen", str(draft.remainder.total))],
    }
    return page(request, "billing/credit_notes/preview.html", context=context)


def _issue(request: UserRequest, found: Invoice, form: CreditForm) -> HttpResponse:
    done = act(
        request,
        crediting.issue_credit_note,
        found,
        lines=form.requests,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
        expected=form.cleaned_data["seen"],
        issued_on=asked_day(request.POST.get("date")),
        accepts_clock="horloge" in request.POST,
        form=form,
        success=_issued_message,
    )
    if not done or done.value is None:
        return _choice_page(request, found, form, status=422)
    note = done.value.pk
    transaction.on_commit(lambda: rendering.enqueue([note]), robust=True)
    return redirect("billing:invoice", note)


def _chosen_fields(request: UserRequest) -> list[tuple[str, Any]]:
    """The fields of the choice, to post again from the preview."""
    left_out = ("csrfmiddlewaretoken", "etape", "seen", "date")
    return [
        (name, value)
        for name in request.POST
        if name not in left_out
        for value in request.POST.getlist(name)
        if value
    ]


def _replaced_message(done: replacing.Replacement) -> str:
    return (
        f"L’avoir {done.note.number} est émis\u00a0: {spell(done.note.total)} TTC. Voici le brouillon au prix corrigé, "
        f"{spell(done.draft.total)} TTC\u00a0: relisez-le, puis émettez-le."
    )


def _issued_message(note: Invoice) -> str:
    return f"L’avoir {note.number} est émis\u00a0: {spell(note.total)} TTC. Son PDF se prépare."
