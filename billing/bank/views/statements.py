"""Statements of the bank and their operations: import, list, matching. Bank details, so for finance only."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.bank import accepting, candidates, chaining, csv_layouts, importing, overview, sorting
from billing.bank.forms import (
    BankColumnsForm,
    StatementUpload,
)
from billing.models import BankStatement, OperationStatus
from groupement.kernel import uploads
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, for_roles, today
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
        "covered": chaining.days_covered(),
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
    imported = f"Relevé importé\u00a0: {counted(done.new, 'opération nouvelle')}{known}."
    return " ".join([imported, *done.missing])


def _accepted_message(accepted: accepting.AcceptedOperations) -> str:
    if not accepted.count:
        return "Rien n’était sûr\u00a0: aucune opération n’a été rapprochée."
    return f"{counted(accepted.count, 'opération rapprochée')}\u00a0: {spell(accepted.amount)}."


def _set_aside_message(count: int) -> str:
    return f"{counted(count, 'sortie mise')} de côté." if count else "Aucune sortie à mettre de côté."
