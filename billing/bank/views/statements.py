"""Statements of the bank and their operations: import, list, matching. Bank details, so for finance only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.bank import (
    accepting,
    candidates,
    chaining,
    importing,
    overview,
    previewing,
    sorting,
    undoing,
)
from billing.bank.forms import (
    BankColumnsForm,
    StatementUpload,
)
from billing.bank.previewing import StatementPreview
from billing.models import BankStatement, OperationStatus
from groupement.kernel import uploads
from groupement.kernel.french import counted, quoted
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
    """Import a statement, or say why not; a table whose layout nobody confirmed is shown first.

    While a question about columns or identical lines is open, the file is stored.
    """
    stored = _stored(request)
    form = StatementUpload(request.POST, request.FILES, asks_twins=stored.get("twins", False))
    if not form.is_valid():
        return _bank_page(request, form, status=422)
    if file := form.cleaned_data["file"]:
        data, now = file.read(), timezone.now()
        previewed = act(request, previewing.preview, data, at=now, form=form)
        if not previewed:
            return _bank_page(request, form, status=422)
        if previewed.value:
            uploads.delete(stored.get("token", ""))
            request.session[STORED] = {"token": uploads.store(data, at=now), "name": file.name}
            return _columns_page(request, previewed.value)
        return _import(request, form, data, file.name)
    read = act(request, uploads.load, stored["token"], at=timezone.now(), form=form)
    if not read:
        return _bank_page(request, form, status=422)
    return _import(request, form, read.value, stored["name"], has_twins=form.cleaned_data["has_twins"])


@require_POST
@for_roles(Role.FINANCE)
def bank_columns(request: UserRequest) -> HttpResponse:
    """Show what the file gives under the columns that were chosen; once that was seen, remember them and import it."""
    stored, now = _stored(request), timezone.now()
    loaded = act(request, uploads.load, stored.get("token", ""), at=now)
    if not loaded or not (previewed := act(request, previewing.preview, loaded.value, at=now)):
        return redirect("billing:bank")
    if shown := previewed.value:
        columns = _columns_form(shown, request.POST)
        if not columns.is_valid():
            return _columns_page(request, shown, columns, status=422)
        chosen = columns.columns()
        again = act(request, previewing.preview, loaded.value, at=now, columns=chosen, form=columns)
        if not again:
            return _columns_page(request, shown, columns, status=422)
        if again.value and (again.value.sums is None or _is_to_be_seen(request, again.value)):
            return _columns_page(request, again.value, columns, 422 if again.value.refusal else 200)
        if again.value:
            name = columns.cleaned_data["name"] or Path(stored["name"]).stem
            act(request, importing.save_layout, shown.titles, chosen, name=name, at=now)
    form = StatementUpload({}, has_file=True)
    form.is_valid()
    return _import(request, form, loaded.value, stored["name"])


@require_POST
@for_roles(Role.FINANCE)
def undo_import(request: UserRequest, pk: int) -> HttpResponse:
    """Take the import of a statement back while nothing stands on it."""
    found = get_object_or_404(overview.statements(), pk=pk)
    done = act(
        request, undoing.undo_import, found, by=request.user, at=timezone.now(), success=_undone_message
    )
    return redirect("billing:bank") if done else redirect("billing:statement", pk)


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
        # Nothing matched: the import can still be undone.
        "is_undoable": not count.get(OperationStatus.MATCHED),
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


def _columns_page(
    request: UserRequest, shown: StatementPreview, form: BankColumnsForm | None = None, status: int = 200
) -> HttpResponse:
    form = form or _columns_form(shown)
    for error in (shown.refusal.message, *shown.refusal.errors) if form.is_bound and shown.refusal else ():
        form.add_error(None, error)
    context = {"form": form, "shown": shown, "stored": _stored(request)}
    return page(request, "billing/bank/columns.html", context=context, status=status)


def _columns_form(shown: StatementPreview, posted: QueryDict | None = None) -> BankColumnsForm:
    return BankColumnsForm(posted, titles=shown.all_titles, rows=shown.rows, places=shown.places)


def _is_to_be_seen(request: UserRequest, shown: StatementPreview) -> bool:
    """Whether the person asked for the sums, or has not seen those of the columns that were sent."""
    return "read_again" in request.POST or request.POST.get("seen", shown.shown) != shown.shown


def _stored(request: UserRequest) -> dict[str, Any]:
    """The file that waits for an answer, as the session notes it: token, name, twins; empty when there is none."""
    return dict(request.session.get(STORED) or {})


def _imported_message(done: importing.StatementImported) -> str:
    known = f", {counted(done.known, 'déjà connue', 'déjà connues')}" if done.known else ""
    layout = f" (format {quoted(done.statement.layout_name)})" if done.statement.layout_name else ""
    imported = f"Relevé importé{layout}\u00a0: {counted(done.new, 'opération nouvelle')}{known}."
    return " ".join([imported, *done.missing])


def _accepted_message(accepted: accepting.AcceptedOperations) -> str:
    if not accepted.count:
        return "Rien n’était sûr\u00a0: aucune opération n’a été rapprochée."
    return f"{counted(accepted.count, 'opération rapprochée')}\u00a0: {spell(accepted.amount)}."


def _undone_message(count: int) -> str:
    taken = counted(count, "opération est retirée", "opérations sont retirées")
    return f"L’import est annulé\u00a0: {taken}. Le fichier peut être importé de nouveau."


def _set_aside_message(count: int) -> str:
    return f"{counted(count, 'sortie mise')} de côté." if count else "Aucune sortie à mettre de côté."
