"""Expenses: one’s own with a form for the next, everybody’s for who decides, one of them, its receipt."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.charges import expense_decisions, expenses, receipts
from billing.charges.forms import ExpenseAcceptForm, ExpenseFilter, ExpenseForm, RefuseForm
from billing.models import Charge, Expense, ExpenseState
from employees.models import VatRegime
from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.pages import act, attachment, page, paginate
from members.access import UserRequest, coordinates, for_roles, holds, today
from members.roles import Role, reserved

EXPENSES_A_PAGE = 25
READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.EMPLOYEE)
def mine(request: UserRequest) -> HttpResponse:
    """One’s own expenses, the last first, and the form for the next one; posted, it is written down."""
    form = _form(request, of_anybody=False)
    status = 200
    if request.method == "POST":
        if form.is_valid() and _claimed(request, form):
            return redirect("billing:my_expenses")
        status = 422
    rows = _listed(Expense.objects.filter(employee__user=request.user))
    context = {
        "form": form,
        "page": paginate(request, rows, EXPENSES_A_PAGE),
        "scales": expenses.scales_on(today()),
    }
    return page(request, "billing/charges/my_expenses.html", context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*READERS)
def everybodys(request: UserRequest) -> HttpResponse:
    """All expenses that fit the filter; coordination and finance also write one down for somebody."""
    may_claim = holds(request.user, Role.FINANCE) or coordinates(request.user)
    form = _form(request, of_anybody=True) if may_claim else None
    status = 200
    if request.method == "POST":
        if form is None:
            raise PermissionDenied(reserved("Saisir des frais est réservé", Role.COORDINATOR, Role.FINANCE))
        if form.is_valid() and (made := _claimed(request, form)):
            return redirect("billing:expense", made.pk)
        status = 422
    asked = ExpenseFilter(request.GET, user=request.user)
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "filter": asked,
        "form": form,
        "page": paginate(request, _listed(asked.chosen()), EXPENSES_A_PAGE),
        "may_act": holds(request.user, Role.FINANCE),
        "waiting": Expense.objects.in_state(ExpenseState.WAITING).count(),
        "query": f"{kept.urlencode()}&" if any(kept.values()) else "",
    }
    return page(request, "billing/charges/expenses.html", context=context, status=status)


@require_safe
def one(request: UserRequest, pk: int) -> HttpResponse:
    """One expense: what it is, who wrote it down, what was decided, what may be done with it."""
    return show(request, find(request, pk))


@require_safe
def receipt(request: UserRequest, pk: int) -> HttpResponseBase:
    """The file that proves it, to save; there is none, or it is not one’s own: it does not exist."""
    found = get_object_or_404(
        Expense.objects.visible_to(request.user).exclude(receipt=None).select_related("receipt"), pk=pk
    )
    done = act(request, receipts.open_receipt, found)
    if not done:
        return redirect("billing:expense", pk)
    file, content_type, name = done.value
    return attachment(file, name, content_type)


def find(request: UserRequest, pk: int) -> Expense:
    """The expense, if it is in the scope of who asks."""
    return get_object_or_404(_read(Expense.objects.visible_to(request.user)), pk=pk)


def show(request: UserRequest, found: Expense, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of ``found``; ``forms`` are those that were refused."""
    is_own = found.employee.user_id == request.user.pk
    is_finance = holds(request.user, Role.FINANCE)
    is_open = found.state in (ExpenseState.WAITING, ExpenseState.REFUSED)
    context = {
        "expense": found,
        "is_own": is_own,
        "wide": request.user.sees_every_member,
        "may_decide": is_finance and not is_own and found.state == ExpenseState.WAITING,
        "may_put_back": is_finance
        and not is_own
        and found.state in (ExpenseState.ACCEPTED, ExpenseState.REFUSED),
        "may_withdraw": may_withdraw(request, found)
        and (is_open or (is_finance and found.state == ExpenseState.ACCEPTED)),
        "regime": _regime(found) if is_finance and found.state == ExpenseState.WAITING else None,
        **_decisions(found, forms),
    }
    return page(request, "billing/charges/expense.html", context=context, status=status)


def may_withdraw(request: UserRequest, found: Expense) -> bool:
    """Whoever spent it or wrote it down, and finance."""
    whose = (found.employee.user_id, found.recorded_by_id)
    return request.user.pk in whose or holds(request.user, Role.FINANCE)


def _decisions(found: Expense, forms: dict[str, Any]) -> dict[str, Any]:
    defaults = {"label": expense_decisions.default_label(found), "cost": found.amount}
    return {
        "accept_form": forms.get("accept_form") or ExpenseAcceptForm(initial=defaults),
        "refuse_form": forms.get("refuse_form") or RefuseForm(),
    }


def _regime(found: Expense) -> dict[str, str]:
    """The VAT that the sum will bear, or why it cannot be said."""
    try:
        return {"label": VatRegime(expense_decisions.regime_of(found)).label, "fault": ""}
    except Refusal as refusal:
        return {"label": "", "fault": refusal.message}


def _form(request: UserRequest, *, of_anybody: bool) -> ExpenseForm:
    given = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    return ExpenseForm(*given, user=request.user, of_anybody=of_anybody, initial={"spent_on": today()})


def _claimed(request: UserRequest, form: ExpenseForm) -> Expense | None:
    done = act(
        request,
        expenses.claim,
        form.cleaned_data["assignment"],
        form.wanted(),
        is_confirmed=form.cleaned_data["is_confirmed"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=_written,
    )
    return done.value


def _written(made: Expense) -> str:
    return f"Dépense enregistrée\u00a0: {spell(made.amount)}. Les finances la lisent avant de l’accepter."


def _listed(rows: QuerySet[Expense]) -> QuerySet[Expense]:
    return _read(rows).order_by("-spent_on", "-pk")


def _read(rows: QuerySet[Expense]) -> QuerySet[Expense]:
    names = "employee assignment__member recorded_by charge__line__invoice charge__recorded_by"
    return rows.select_related(*names.split()).defer("charge__line__invoice__snapshot")


@require_POST
@for_roles(Role.FINANCE)
def accept(request: UserRequest, pk: int) -> HttpResponse:
    """Make it a sum that the member owes; the next draft takes it."""
    found, form = find(request, pk), ExpenseAcceptForm(request.POST)
    if form.is_valid() and act(
        request,
        expense_decisions.accept,
        found,
        label=form.cleaned_data["label"],
        cost=form.cleaned_data["cost"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=_accepted,
    ):
        return redirect("billing:expense", pk)
    return show(request, found, accept_form=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def refuse(request: UserRequest, pk: int) -> HttpResponse:
    """Say no, and why."""
    found, form = find(request, pk), RefuseForm(request.POST)
    if form.is_valid() and act(
        request,
        expense_decisions.refuse,
        found,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success="Dépense refusée. La personne lit le motif dans ses frais.",
    ):
        return redirect("billing:expense", pk)
    return show(request, found, refuse_form=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def put_back(request: UserRequest, pk: int) -> HttpResponse:
    """Undo the decision, as long as no invoice stands on it."""
    act(
        request,
        expense_decisions.reopen,
        find(request, pk),
        by=request.user,
        at=timezone.now(),
        success="La dépense attend de nouveau une décision.",
    )
    return redirect("billing:expense", pk)


@require_POST
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """Take it away with its receipt: its own person, who wrote it down, or finance."""
    found = find(request, pk)
    if not may_withdraw(request, found):
        found = get_object_or_404(Expense.objects.none(), pk=pk)
    done = act(
        request,
        expenses.withdraw,
        found,
        by=request.user,
        at=timezone.now(),
        success="La dépense est retirée, avec son justificatif.",
    )
    if not done:
        return redirect("billing:expense", pk)
    is_own = found.employee.user_id == request.user.pk
    return redirect("billing:my_expenses" if is_own else "billing:expenses")


def _accepted(charge: Charge) -> str:
    whose = of(charge.member.short_name)
    return f"Dépense acceptée\u00a0: {spell(charge.net)} HT rejoignent la prochaine facture {whose}."
