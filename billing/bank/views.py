"""Statements of the bank: import, their list, one of them with its operations; bank details, so for finance only."""

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

from billing.accounts import receivables
from billing.bank import accepting, candidates, csv_layouts, importing, overview, sorting
from billing.bank.forms import (
    ColumnsForm,
    NoteForm,
    PayerForm,
    SettleForm,
    SplitForm,
    StatementUpload,
    TakeBackForm,
)
from billing.models import BankOperation, BankStatement, OperationStatus
from groupement.kernel import uploads
from groupement.kernel.french import counted, of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page, paginate
from members.access import for_roles, today
from members.models import Member
from members.roles import Role

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
        return _import(request, form, file.read(), file.name)
    read = act(request, uploads.load, kept["token"], at=timezone.now(), form=form)
    if not read:
        return _bank(request, form, status=422)
    return _import(request, form, read.value, kept["name"], has_twins=form.cleaned_data["has_twins"])


@require_POST
@for_roles(Role.FINANCE)
def bank_columns(request: HttpRequest) -> HttpResponse:
    """Keep what the columns of the file mean, and take it in."""
    kept = _kept(request)
    read = act(request, uploads.load, kept.get("token", ""), at=timezone.now())
    if not read:
        return redirect("billing:bank")
    try:
        importing.read_statement(read.value)
    except csv_layouts.UnknownColumns as unknown:
        columns = ColumnsForm(request.POST, titles=unknown.titles, rows=unknown.rows)
        chosen = columns.columns() if columns.is_valid() else {}
        if not act(request, importing.save_layout, unknown.titles, chosen, at=timezone.now(), form=columns):
            return _columns(request, columns, status=422)
    except Refusal:
        pass  # said below
    form = StatementUpload({}, has_file=True)
    form.is_valid()
    return _import(request, form, read.value, kept["name"])


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
    ledger = candidates.read(on=today())
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
    return page(request, "billing/bank/statement.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def accept_certain(request: HttpRequest, pk: int) -> HttpResponse:
    """Settle all operations of which number and amount agree."""
    found = get_object_or_404(BankStatement, pk=pk)
    act(request, accepting.accept_certain, found, by=request.user, at=timezone.now(), success=_accepted)
    return redirect("billing:statement", pk)


@require_POST
@for_roles(Role.FINANCE)
def set_aside_unrelated(request: HttpRequest, pk: int) -> HttpResponse:
    """Set aside what went out and has nothing to do with members' payments."""
    found = get_object_or_404(BankStatement, pk=pk)
    act(request, sorting.set_aside_all, found, by=request.user, at=timezone.now(), success=_aside)
    return redirect("billing:statement", pk)


def _import(
    request: HttpRequest, form: StatementUpload, data: bytes, name: str, *, has_twins: bool = False
) -> HttpResponse:
    uploads.delete(_kept(request).get("token", ""))
    request.session.pop(KEPT, None)
    now = timezone.now()
    facts = {"file_name": name, "has_twins": has_twins, "by": request.user, "at": now}
    done = act(request, importing.import_statement, data, **facts, form=form, success=_imported)
    if done:
        return redirect("billing:statement", done.value.statement.pk)
    if isinstance(done.refusal, csv_layouts.UnknownColumns):
        request.session[KEPT] = {"token": uploads.store(data, at=now), "name": name}
        return _columns(request, ColumnsForm(titles=done.refusal.titles, rows=done.refusal.rows))
    if isinstance(done.refusal, importing.IdenticalLines):
        request.session[KEPT] = {"token": uploads.store(data, at=now), "name": name, "twins": True}
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
    return page(request, "billing/bank/bank.html", context=context, status=status)


def _columns(request: HttpRequest, form: ColumnsForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "kept": _kept(request)}
    return page(request, "billing/bank/columns.html", context=context, status=status)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What the session knows of the file under way; empty when there is none."""
    return dict(request.session.get(KEPT) or {})


def _imported(done: importing.StatementImported) -> str:
    known = f", {counted(done.known, 'déjà connue', 'déjà connues')}" if done.known else ""
    return f"Relevé importé\u00a0: {counted(done.new, 'opération nouvelle')}{known}."


def _accepted(accepted: accepting.Accepted) -> str:
    if not accepted.count:
        return "Rien n’était sûr\u00a0: aucune opération n’a été rapprochée."
    return f"{counted(accepted.count, 'opération rapprochée')}\u00a0: {spell(accepted.amount)}."


def _aside(count: int) -> str:
    return f"{counted(count, 'sortie mise')} de côté." if count else "Aucune sortie à mettre de côté."


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
    done = _act(request, accepting.accept, found, code, success=_matched)
    return _back(request, found, to=None if done else found.pk)


@require_POST
@for_roles(Role.FINANCE)
def settle(request: HttpRequest, pk: int, member: int) -> HttpResponse:
    """Record it as a payment of this member, on the invoices and for the amounts chosen by hand."""
    found = _find(pk)
    payer = get_object_or_404(Member.objects.visible_to(request.user), pk=member)
    form = _parts(found, payer, request.POST)
    if form.is_valid() and _act(
        request, accepting.settle, found, payer, form.allocations(), form=form, success=_matched
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
        request, accepting.take_back, found, form.cleaned_data["payment"], form=form, success=_matched
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
        request, sorting.set_aside, found, note=form.cleaned_data["note"], form=form, success=sentence
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
        if _act(request, sorting.split_off, found, amount, form=form, success=sentence):
            return redirect("billing:operation", pk)
    return _show(request, found, split=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Open it again; what its matching recorded is reversed."""
    found = _find(pk)
    act(request, accepting.undo, found, by=request.user, at=timezone.now(), success=str)
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
        "rows": overview.rows([found], candidates.read(on=today())),
        "payer": payer,
        "asked": PayerForm(initial={"adherent": payer}) if payer else asked,
        "settle": refused.get("settle") or (_parts(found, payer) if payer and is_open and came_in else None),
        "take_back": refused.get("take_back") or _take_back(found, is_open=is_open),
        "note": refused.get("note") or NoteForm(),
        "split": refused.get("split") or SplitForm(),
        "parts": list(found.parts.all()),
    }
    return page(request, "billing/bank/operation.html", context=context, status=status)


def _parts(found: BankOperation, payer: Member, data: Any = None) -> SettleForm:
    invoices = list(receivables.oldest_first(receivables.unsettled(payer.pk).defer("snapshot")))
    proposed = [(each.pk, part) for each, part in receivables.shared_out(found.amount, invoices)]
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
        return f"Le règlement {of(row.reverses.member.short_name)} est annulé\u00a0: ses factures sont de nouveau dues."
    return f"Opération rapprochée\u00a0: {spell(row.amount)}, {row.payment.member.short_name}."
