"""Statements of the bank: import, their list, one of them with its operations; bank details, so for finance only."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import banking
from billing.banking import matching, overview
from billing.forms.bank import ColumnsForm, StatementUpload
from billing.models import BankStatement, OperationStatus
from groupement.lifecycle import Refusal
from groupement.money import spell
from groupement.pages import act, page, paginate
from members.access import Role, for_roles, today
from timesheets import importing

KEPT = "bank_import"
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
def bank(request: HttpRequest) -> HttpResponse:
    """The statements taken in so far, and the way to take one in."""
    return _bank(request, StatementUpload())


@require_POST
@for_roles(Role.FINANCE)
def import_bank(request: HttpRequest) -> HttpResponse:
    """Take a statement in whole, or say why not; its columns or its twins are asked about while it is kept."""
    kept = _kept(request)
    form = StatementUpload(request.POST, request.FILES, asks_twins=kept.get("twins", False))
    if not form.is_valid():
        return _bank(request, form, status=422)
    if file := form.cleaned_data["file"]:
        return _take_in(request, form, file.read(), file.name)
    read = act(request, importing.fetch, kept["token"], at=timezone.now(), form=form)
    if not read:
        return _bank(request, form, status=422)
    return _take_in(request, form, read.value, kept["name"], has_twins=form.cleaned_data["has_twins"])


@require_POST
@for_roles(Role.FINANCE)
def bank_columns(request: HttpRequest) -> HttpResponse:
    """Keep what the columns of the file mean, and take it in."""
    kept = _kept(request)
    read = act(request, importing.fetch, kept.get("token", ""), at=timezone.now())
    if not read:
        return redirect("billing:bank")
    try:
        banking.read_statement(read.value)
    except banking.UnknownTitles as unknown:
        columns = ColumnsForm(request.POST, titles=unknown.titles, rows=unknown.rows)
        chosen = columns.columns() if columns.is_valid() else {}
        if not act(request, banking.remember, unknown.titles, chosen, at=timezone.now(), form=columns):
            return _columns(request, columns, status=422)
    except Refusal:
        pass  # said below
    form = StatementUpload({}, has_file=True)
    form.is_valid()
    return _take_in(request, form, read.value, kept["name"])


@require_safe
@for_roles(Role.FINANCE)
def statement(request: HttpRequest, pk: int) -> HttpResponse:
    """One statement and its operations; those that wait come with what they may be."""
    found = get_object_or_404(overview.statements(), pk=pk)
    counts = overview.counts(found)
    state = request.GET.get("etat", OperationStatus.OPEN if counts.get(OperationStatus.OPEN) else "")
    state = state if state in dict(STATES) else ""
    rows = overview.operations(found)
    shown = paginate(request, rows.filter(status=state) if state else rows, OPERATIONS_A_PAGE)
    ledger = matching.read(on=today())
    context = {
        "statement": found,
        "page": shown,
        "rows": overview.rows(shown.object_list, ledger),
        "tabs": [
            (code, label, counts.get(code, 0) if code else sum(counts.values())) for code, label in STATES
        ],
        "state": state,
        "at_once": overview.at_once(found, ledger),
        "asked": request.GET.get("confirmer", ""),
    }
    return page(request, "billing/collecting/bank/statement.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def accept_certain(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle all operations of which number and amount agree."""
    found = get_object_or_404(BankStatement, pk=pk)
    act(request, banking.accept_certain, found, by=request.user, at=timezone.now(), success=_accepted)
    return redirect("billing:statement", pk)


@require_POST
@for_roles(Role.FINANCE)
def set_aside_unrelated(request: HttpRequest, pk: int) -> HttpResponse:
    """Set aside what went out and has nothing to do with members' payments."""
    found = get_object_or_404(BankStatement, pk=pk)
    act(request, banking.set_aside_all, found, by=request.user, at=timezone.now(), success=_aside)
    return redirect("billing:statement", pk)


def _take_in(
    request: HttpRequest, form: StatementUpload, data: bytes, name: str, *, has_twins: bool = False
) -> HttpResponse:
    importing.forget(_kept(request).get("token", ""))
    request.session.pop(KEPT, None)
    now = timezone.now()
    facts = {"file_name": name, "has_twins": has_twins, "by": request.user, "at": now}
    done = act(request, banking.take_in, data, **facts, form=form, success=_taken)
    if done:
        return redirect("billing:statement", done.value.statement.pk)
    if isinstance(done.refusal, banking.UnknownTitles):
        request.session[KEPT] = {"token": importing.keep(data, at=now), "name": name}
        return _columns(request, ColumnsForm(titles=done.refusal.titles, rows=done.refusal.rows))
    if isinstance(done.refusal, banking.Twins):
        request.session[KEPT] = {"token": importing.keep(data, at=now), "name": name, "twins": True}
        return _bank(request, StatementUpload(asks_twins=True), refusal=done.refusal, status=422)
    return _bank(request, form, status=422)


def _bank(
    request: HttpRequest, form: StatementUpload, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "refusal": refusal,
        "kept": _kept(request),
        "page": paginate(request, overview.statements(), STATEMENTS_A_PAGE),
        "latest": overview.latest(),
    }
    return page(request, "billing/collecting/bank/bank.html", context=context, status=status)


def _columns(request: HttpRequest, form: ColumnsForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "kept": _kept(request)}
    return page(request, "billing/collecting/bank/columns.html", context=context, status=status)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What the session knows of the file under way; empty when there is none."""
    return dict(request.session.get(KEPT) or {})


def _taken(taken: banking.Taken) -> str:
    plural = "s" if taken.new > 1 else ""
    known = f", {taken.known} déjà connue{'s' if taken.known > 1 else ''}" if taken.known else ""
    return f"Relevé importé\u00a0: {taken.new} opération{plural} nouvelle{plural}{known}."


def _accepted(accepted: banking.Accepted) -> str:
    if not accepted.count:
        return "Rien n’était sûr\u00a0: aucune opération n’a été rapprochée."
    plural = "s" if accepted.count > 1 else ""
    return f"{accepted.count} opération{plural} rapprochée{plural}\u00a0: {spell(accepted.amount)}."


def _aside(count: int) -> str:
    plural = "s" if count > 1 else ""
    return f"{count} sortie{plural} mise{plural} de côté." if count else "Aucune sortie à mettre de côté."
