"""Sums that wait for the next invoices, and a free line to add to them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.charges import dues
from billing.charges.forms import LineForm, YearForm
from billing.models import Charge
from groupement.kernel.french import counted, of, quoted
from groupement.kernel.money import ZERO, spell
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles, holds, today
from members.roles import Role

CHARGES_A_PAGE = 25


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def waiting(request: UserRequest) -> HttpResponse:
    """Standing sums that no issued invoice holds, by member."""
    return _page(request, _form())


@require_POST
@for_roles(Role.FINANCE)
def add(request: UserRequest) -> HttpResponse:
    """A free line for one member."""
    form = _form(request.POST)
    if form.is_valid() and act(
        request,
        dues.add_line,
        form.cleaned_data.pop("member"),
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=_added,
    ):
        return redirect("billing:waiting_charges")
    return _page(request, form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """Take back dues, a deposit or a free line that nothing holds yet."""
    found = get_object_or_404(Charge.objects.filter(is_standing=True), pk=pk)
    act(
        request,
        dues.withdraw,
        found,
        by=request.user,
        at=timezone.now(),
        success=f"{quoted(found.label)}, {spell(found.net)}, est retiré.",
    )
    return redirect("billing:waiting_charges")


def _page(request: UserRequest, form: LineForm, status: int = 200) -> HttpResponse:
    may_act = holds(request.user, Role.FINANCE)
    rows = _waiting()
    context = {
        "form": form if may_act else None,
        "page": paginate(request, rows, CHARGES_A_PAGE),
        "total": rows.aggregate(total=Sum("net"))["total"] or 0,
        "may_act": may_act,
    }
    return page(request, "billing/charges/lines.html", context=context, status=status)


def _waiting() -> QuerySet[Charge, Any]:
    """Each with ``in_draft`` and ``is_ours``: whether it may be withdrawn here."""
    free = Q(line__isnull=True, kind__in=dues.WITHDRAWABLE, rebills__isnull=True)
    rows = Charge.objects.filter(is_standing=True, released_at=None).exclude(
        line__isnull=False, line__invoice__status="issued"
    )
    rows = rows.annotate(
        is_ours=Case(When(free, then=Value(1)), default=Value(0), output_field=IntegerField()),
        draft=F("line__invoice"),
        expense_pk=F("expense"),
    )
    return rows.select_related("member").order_by("member__short_name", "service_month", "pk")


def _form(data: Any = None) -> LineForm:
    return LineForm(data, initial={"service_month": Month.of(today())})


def _added(charge: Charge) -> str:
    return f"{spell(charge.net)} HT rejoignent la prochaine facture {of(charge.member.short_name)}."


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def overview(request: UserRequest) -> HttpResponse:
    """The dues of one year by ``?annee=``, else this one, and all deposits: told before they are asked for."""
    form = YearForm(request.GET if "annee" in request.GET else None)
    year = form.cleaned_data["annee"] if form.is_valid() else today().year
    calls, deposits = dues.dues_of(year), dues.deposits()
    context = {
        "year": year,
        "years": sorted({year, *(today().year + step for step in (-1, 0, 1))}),
        "calls": calls,
        "to_call": _left(calls),
        "deposits": deposits,
        "to_deposit": _left(deposits),
        "is_near": abs(year - today().year) <= 1,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/charges/dues.html", context=context, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.FINANCE)
def call(request: UserRequest) -> HttpResponse:
    """Ask for the dues of the year that the button names."""
    form = YearForm(request.POST)
    if not form.is_valid():
        return redirect("billing:dues")
    year = form.cleaned_data["annee"]
    act(
        request,
        dues.call_dues,
        year,
        by=request.user,
        at=timezone.now(),
        success=lambda made: _asked(made, f"Cotisations {year}"),
    )
    return redirect(f"{reverse('billing:dues')}?annee={year}")


@require_POST
@for_roles(Role.FINANCE)
def ask_deposits(request: UserRequest) -> HttpResponse:
    """Ask for the deposits that were not asked for yet."""
    act(
        request,
        dues.ask_deposits,
        by=request.user,
        at=timezone.now(),
        success=lambda made: _asked(made, "Dépôts de garantie"),
    )
    return redirect("billing:dues")


def _left(calls: list[dues.DuesCall]) -> dict[str, Any]:
    """How many are still to be asked, and for how much."""
    waiting = [each.amount for each in calls if each.charge is None]
    return {"count": len(waiting), "total": sum(waiting, ZERO)}


def _asked(made: list[Charge], what: str) -> str:
    if not made:
        return f"{what}\u00a0: tout était déjà appelé, rien n’a changé."
    members = counted(len(made), "adhérent")
    return f"{what}\u00a0: {spell(sum(each.net for each in made))} appelés à {members}, sur les prochaines factures."
