"""What employees cost: the month’s table, the payroll file, the imports so far; for finance only."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import costing
from billing.forms import PayrollUpload
from billing.models import CostKind, PayrollImport
from billing.overview import cost_rows, cost_sums, latest_month
from groupement.money import spell
from groupement.pages import act, page, paginate
from groupement.periods import Month
from members.access import Role, for_roles, today

IMPORTS_A_PAGE = 12
COLUMNS = ("matricule", "nom", "prénom", "brut", "cotisations patronales", "autres")


@require_safe
@for_roles(Role.FINANCE)
def costs(request: HttpRequest) -> HttpResponse:
    """One month’s costs, by ``?mois=``, else the last month that has hours."""
    month = _month(request.GET.get("mois"))
    return _page(request, month, PayrollUpload(initial={"month": month}))


@require_POST
@for_roles(Role.FINANCE)
def import_costs(request: HttpRequest) -> HttpResponse:
    """Take a payroll file in whole, or say line by line why not; the month stays chosen."""
    form = PayrollUpload(request.POST, request.FILES)
    if form.is_valid():
        month, file = form.cleaned_data["month"], form.cleaned_data["file"]
        read = act(request, costing.read_payroll, file.read(), file_name=file.name, month=month, form=form)
        if read and act(
            request,
            costing.import_payroll,
            read.value,
            month=month,
            by=request.user,
            at=timezone.now(),
            form=form,
            success=_taken,
        ):
            return redirect(f"{reverse('billing:costs')}?mois={month}")
    return _page(request, form.cleaned_data.get("month") or _month(None), form, status=422)


@require_safe
@for_roles(Role.FINANCE)
def sample(_request: HttpRequest, month: Month) -> HttpResponse:
    """A payroll file to fill in: the month’s people, their amounts if known, as French spreadsheets open it."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="paie-{month}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in cost_rows(month):
        amounts = ["" if amount is None else f"{amount}".replace(".", ",") for _, amount in row.cells]
        writer.writerow(
            [row.employee.payroll_number, row.employee.last_name, row.employee.first_name, *amounts]
        )
    return response


def _page(request: HttpRequest, month: Month, form: PayrollUpload, status: int = 200) -> HttpResponse:
    rows = cost_rows(month)
    missing = sum(row.is_missing for row in rows)
    imports = paginate(
        request,
        PayrollImport.objects.select_related("imported_by").order_by("-imported_at", "-pk"),
        IMPORTS_A_PAGE,
    )
    for made in imports:
        made.corrections = [change for change in made.changes if change["before"]]
    context: dict[str, Any] = {
        "month": month,
        "form": form,
        "kinds": CostKind.labels,
        "rows": rows,
        "sums": cost_sums(rows),
        "total": sum((row.total for row in rows), Decimal(0)),
        "missing": missing,
        "missing_label": f"{missing} coût{'s' if missing > 1 else ''} à importer",
        "pager_query": f"mois={month}&",
        "imports": imports,
    }
    return page(request, "billing/costs.html", context=context, status=status)


def _month(text: str | None) -> Month:
    try:
        return Month.parse(text or "")
    except ValueError:
        return latest_month() or Month.of(today()).previous


def _taken(made: PayrollImport) -> str:
    lines = f"{made.row_count} ligne{'s' if made.row_count > 1 else ''}"
    return f"La paie {made.month.of_label} est importée\u00a0: {lines}, {spell(made.total)}."
