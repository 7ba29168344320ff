"""One operation of the bank: what it may be, accepted, chosen by hand, set aside, split, undone; for finance only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from billing import banking, settling
from billing.banking import matching, overview
from billing.forms.bank import NoteForm, PayerForm, SettleForm, SplitForm, TakeBackForm
from billing.models import BankOperation, OperationStatus
from groupement.money import spell
from groupement.pages import act, page
from members.access import Role, for_roles, today
from members.models import Member

NOTHING_CHOSEN = "Choisissez d’abord l’une des propositions."


@require_safe
@for_roles(Role.FINANCE)
def operation(request: HttpRequest, pk: int) -> HttpResponse:
    """One operation: what it may be, and all that can be done with it; ``?adherent=`` chooses by hand."""
    return _show(request, _find(pk))


@require_POST
@for_roles(Role.FINANCE)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept the candidate that was chosen."""
    found = _find(pk)
    code = request.POST.get("choice", "")
    if not code:
        messages.error(request, NOTHING_CHOSEN)
        return _back(request, found, to=found.pk)
    done = _act(request, banking.accept, found, code, success=_matched)
    return _back(request, found, to=None if done else found.pk)


@require_POST
@for_roles(Role.FINANCE)
def settle(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Record it as a payment of this member, on the invoices and for the amounts chosen by hand."""
    found = _find(pk)
    payer = get_object_or_404(Member.objects.visible_to(request.user), pk=member)
    form = _parts(found, payer, request.POST)
    if form.is_valid() and _act(
        request, banking.settle, found, payer, form.allocations(), form=form, success=_matched
    ):
        return _back(request, found)
    return _show(request, found, payer=payer, settle=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Say which payment the bank took back."""
    found = _find(pk)
    form = TakeBackForm(request.POST, payments=overview.mirrored(found))
    if form.is_valid() and _act(
        request, banking.take_back, found, form.cleaned_data["payment"], form=form, success=_matched
    ):
        return _back(request, found)
    return _show(request, found, take_back=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """It concerns no invoice: say what it is."""
    found = _find(pk)
    form = NoteForm(request.POST)
    sentence = "Opération mise de côté."
    if form.is_valid() and _act(
        request, banking.set_aside, found, note=form.cleaned_data["note"], form=form, success=sentence
    ):
        return _back(request, found)
    return _show(request, found, note=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def split(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it apart in two: an amount, and the rest."""
    found = _find(pk)
    form = SplitForm(request.POST)
    if form.is_valid():
        amount = form.cleaned_data["amount"]
        sentence = f"Opération ventilée\u00a0: {spell(amount)} et le reste."
        if _act(request, banking.split_off, found, amount, form=form, success=sentence):
            return redirect("billing:operation", pk)
    return _show(request, found, split=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Open it again; what its matching recorded is reversed."""
    found = _find(pk)
    act(request, banking.undo, found, by=request.user, at=timezone.now(), success=str)
    # Joined again, the whole is shown; a part that was undone is still there.
    return redirect("billing:operation", pk)


def _find(pk: int) -> BankOperation:
    return get_object_or_404(overview.found(pk))


def _act(
    request: HttpRequest, deed: Callable[..., Any], found: BankOperation, *args: Any, **facts: Any
) -> Any:
    """Do it in the name of who asks; the message has its way back."""
    back = reverse("billing:undo_operation", args=[found.pk])
    return act(request, deed, found, *args, by=request.user, at=timezone.now(), undo=back, **facts)


def _show(
    request: HttpRequest,
    found: BankOperation,
    *,
    payer: Member | None = None,
    status: int = 200,
    **refused: Any,
) -> HttpResponse:
    """The page of ``found``, with a form that was refused if there is one."""
    is_open = found.status == OperationStatus.OPEN
    asked = PayerForm(request.GET if "adherent" in request.GET else None)
    if payer is None and asked.is_bound and asked.is_valid():
        payer = asked.cleaned_data["adherent"]
    came_in = found.amount > 0
    context = {
        "operation": found,
        "rows": overview.rows([found], matching.read(on=today())),
        "payer": payer,
        "asked": PayerForm(initial={"adherent": payer}) if payer else asked,
        "settle": refused.get("settle") or (_parts(found, payer) if payer and is_open and came_in else None),
        "take_back": refused.get("take_back") or _take_back(found, is_open=is_open),
        "note": refused.get("note") or NoteForm(),
        "split": refused.get("split") or SplitForm(),
        "parts": list(found.parts.all()),
    }
    return page(request, "billing/collecting/bank/operation.html", context=context, status=status)


def _parts(found: BankOperation, payer: Member, data: Any = None) -> SettleForm:
    invoices = list(settling.oldest_first(settling.unsettled(payer.pk).defer("snapshot")))
    proposed = [(each.pk, part) for each, part in settling.shared_out(found.amount, invoices)]
    return SettleForm(data, invoices=invoices, proposed=proposed)


def _take_back(found: BankOperation, *, is_open: bool) -> TakeBackForm | None:
    if not is_open or found.amount > 0:
        return None
    form = TakeBackForm(payments=overview.mirrored(found))
    return form if form.payments else None


def _back(request: HttpRequest, found: BankOperation, *, to: int | None = None) -> HttpResponse:
    """The statement, at the next operation that waits, as it was listed."""
    kept = {name: request.POST[name] for name in ("etat", "page") if request.POST.get(name)}
    target = to or overview.next_open(found)
    query = f"?{urlencode(kept)}" if kept else ""
    anchor = f"#op-{target}" if target else ""
    return redirect(f"{reverse('billing:statement', args=[found.statement_id])}{query}{anchor}")


def _matched(row: BankOperation) -> str:
    if row.status == OperationStatus.SPLIT:
        return f"Opération ventilée et rapprochée\u00a0: {spell(row.amount)}."
    if row.reverses:
        return f"Le règlement de {row.reverses.member.short_name} est annulé\u00a0: ses factures sont de nouveau dues."
    return f"Opération rapprochée\u00a0: {spell(row.amount)}, {row.payment.member.short_name}."
