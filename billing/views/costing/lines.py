"""Sums that wait for the next invoices, and a free line to add to them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import dues
from billing.drafting.wording import of
from billing.forms.dues import LineForm
from billing.models import Charge
from groupement.money import spell
from groupement.pages import act, page, paginate
from groupement.periods import Month
from members.access import Role, for_roles, holds, today

CHARGES_A_PAGE = 25


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def waiting(request: HttpRequest) -> HttpResponse:
    """Standing sums that no issued invoice holds, by member."""
    return _page(request, _form())


@require_POST
@for_roles(Role.FINANCE)
def add(request: HttpRequest) -> HttpResponse:
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
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back dues, a deposit or a free line that nothing holds yet."""
    found = get_object_or_404(Charge.objects.filter(is_standing=True), pk=pk)
    act(
        request,
        dues.withdraw,
        found,
        by=request.user,
        at=timezone.now(),
        success=f"«\u00a0{found.label}\u00a0», {spell(found.net)}, est retiré.",
    )
    return redirect("billing:waiting_charges")


def _page(request: HttpRequest, form: LineForm, status: int = 200) -> HttpResponse:
    may_act = holds(request.user, Role.FINANCE)
    rows = _waiting()
    context = {
        "form": form if may_act else None,
        "page": paginate(request, rows, CHARGES_A_PAGE),
        "total": rows.aggregate(total=Sum("net"))["total"] or 0,
        "may_act": may_act,
    }
    return page(request, "billing/costing/lines.html", context=context, status=status)


def _waiting() -> QuerySet[Charge, Any]:
    """Each with ``in_draft`` and ``is_ours``: whether it may be withdrawn here."""
    free = Q(line__isnull=True, kind__in=dues.OURS, rebills__isnull=True)
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
