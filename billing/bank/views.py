"""Statements of the bank and their operations: import, list, matching. Bank details, so for finance only."""

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
from billing.bank import accepting, candidates, csv_layouts, importing, overview, sorting
from billing.bank.forms import (
    BankColumnsForm,
    NoteForm,
    OperationAllocationForm,
    PayerForm,
    ReturnedPaymentForm,
    SplitForm,
    StatementUpload,
)
from billing.models import BankOperation, BankStatement, OperationStatus
from groupement.kernel import uploads
from groupement.kernel.french import counted, of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, for_roles, today
from members.models import Member
from members.roles import Role

STORED = "bank_import"
STATEMENTS_A_PAGE = 15
OPERATIONS_A_PAGE = 20
STATES = (
    (OperationStatus.OPEN, "À rapprocher"),
    (OperationStatus.MATCHED, "Rapprochées"),
    (OperationStatus.SET_ASIDE, "Hors factures"),
    ("", "Toutes"),
)


@require_safe
@for_roles(Role.FINANCE)
def bank(request: UserRequest) -> HttpResponse:
    """The statements imported so far, and the import of another."""
    return _bank_page(request, StatementUpload())


@require_POST
@for_roles(Role.FINANCE)
def import_bank(request: UserRequest) -> HttpResponse:
    """Import a statement, or say why not; while a question about columns or identical lines is open, it is stored."""
    stored = _stored(request)
    form = StatementUpload(request.POST, request.FILES, asks_twins=stored.get("twins", False))
    if not form.is_valid():
        return _bank_page(request, form, status=422)
    if file := form.cleaned_data["file"]:
        return _import(request, form, file.read(), file.name)
    read = act(request, uploads.load, stored["token"], at=timezone.now(), form=form)
    if not read:
        return _bank_page(request, form, status=422)
    return _import(request, form, read.value, stored["name"], has_twins=form.cleaned_data["has_twins"])


@require_POST
@for_roles(Role.FINANCE)
def bank_columns(request: UserRequest) -> HttpResponse:
    """Save what the columns of the file mean, and import it."""
    stored = _stored(request)
    read = act(request, uploads.load, stored.get("token", ""), at=timezone.now())
    if not read:
        return redirect("billing:bank")
    try:
        importing.read_statement(read.value)
    except csv_layouts.UnknownColumns as unknown:
        columns = BankColumnsForm(request.POST, titles=unknown.titles, rows=unknown.rows)
        chosen = columns.columns() if columns.is_valid() else {}
        if not act(request, importing.save_layout, unknown.titles, chosen, at=timezone.now(), form=columns):
            return _columns_page(request, columns, status=422)
    except Refusal:
        pass  # the import below says it
    form = StatementUpload({}, has_file=True)
    form.is_valid()
    return _import(request, form, read.value, stored["name"])


@require_safe
@for_roles(Role.FINANCE)
def statement(request: UserRequest, pk: int) -> HttpResponse:
    """One statement and its operations, the open ones with their candidates."""
    found = get_object_or_404(overview.statements(), pk=pk)
    count = overview.count_by_status(found)
    state = request.GET.get("etat", OperationStatus.OPEN if count.get(OperationStatus.OPEN) else "")
    state = state if state in dict(STATES) else ""
    rows = overview.operations(found)
    operations = paginate(request, rows.filter(status=state) if state else rows, OPERATIONS_A_PAGE)
    ledger = candidates.read_ledger(on=today())
    context = {
        "statement": found,
        "page": operations,
        "rows": overview.operation_rows(operations.object_list, ledger),
        "tabs": [
            (code, label, count.get(code, 0) if code else sum(count.values())) for code, label in STATES
        ],
        "state": state,
        "bulk": overview.bulk_actions(found, ledger),
        "dialog": request.GET.get("confirmer", ""),
    }
    return page(request, "billing/bank/statement.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def accept_certain(request: UserRequest, pk: int) -> HttpResponse:
    """Accept the certain candidates: number and amount agree."""
    found = get_object_or_404(BankStatement, pk=pk)
    act(
        request,
        accepting.accept_certain,
        found,
        by=request.user,
        at=timezone.now(),
        success=_accepted_message,
    )
    return redirect("billing:statement", pk)


@require_POST
@for_roles(Role.FINANCE)
def set_aside_unrelated(request: UserRequest, pk: int) -> HttpResponse:
    """Set aside what went out and returns no member's payment."""
    found = get_object_or_404(BankStatement, pk=pk)
    act(
        request,
        sorting.set_aside_unrelated,
        found,
        by=request.user,
        at=timezone.now(),
        success=_set_aside_message,
    )
    return redirect("billing:statement", pk)


def _import(
    request: UserRequest, form: StatementUpload, data: bytes, name: str, *, has_twins: bool = False
) -> HttpResponse:
    uploads.delete(_stored(request).get("token", ""))
    request.session.pop(STORED, None)
    now = timezone.now()
    done = act(
        request,
        importing.import_statement,
        data,
        file_name=name,
        has_twins=has_twins,
        by=request.user,
        at=now,
        form=form,
        success=_imported_message,
    )
    if done:
        return redirect("billing:statement", done.value.statement.pk)
    if isinstance(done.refusal, csv_layouts.UnknownColumns):
        request.session[STORED] = {"token": uploads.store(data, at=now), "name": name}
        return _columns_page(request, BankColumnsForm(titles=done.refusal.titles, rows=done.refusal.rows))
    if isinstance(done.refusal, importing.IdenticalLines):
        request.session[STORED] = {"token": uploads.store(data, at=now), "name": name, "twins": True}
        return _bank_page(request, StatementUpload(asks_twins=True), refusal=done.refusal, status=422)
    return _bank_page(request, form, status=422)


def _bank_page(
    request: UserRequest, form: StatementUpload, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "refusal": refusal,
        "stored": _stored(request),
        "page": paginate(request, overview.statements(), STATEMENTS_A_PAGE),
        "latest": overview.last_day_covered(),
    }
    return page(request, "billing/bank/bank.html", context=context, status=status)


def _columns_page(request: UserRequest, form: BankColumnsForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "stored": _stored(request)}
    return page(request, "billing/bank/columns.html", context=context, status=status)


def _stored(request: UserRequest) -> dict[str, Any]:
    """The file that waits for an answer, as the session notes it: token, name, twins; empty when there is none."""
    return dict(request.session.get(STORED) or {})


def _imported_message(done: importing.StatementImported) -> str:
    known = f", {counted(done.known, 'déjà connue', 'déjà connues')}" if done.known else ""
    return f"Relevé importé\u00a0: {counted(done.new, 'opération nouvelle')}{known}."


def _accepted_message(accepted: accepting.AcceptedOperations) -> str:
    if not accepted.count:
        return "Rien n’était sûr\u00a0: aucune opération n’a été rapprochée."
    return f"{counted(accepted.count, 'opération rapprochée')}\u00a0: {spell(accepted.amount)}."


def _set_aside_message(count: int) -> str:
    return f"{counted(count, 'sortie mise')} de côté." if count else "Aucune sortie à mettre de côté."


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
    of_whom = f", {row.payment.member.short_name}" if row.payment else ""
    return f"Opération rapprochée\u00a0: {spell(row.amount)}{of_whom}."
