"""A payroll file on its way in: what its columns mean, what it would change, then the one button that keeps it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.costs import payroll_columns, payroll_file, payroll_import
from billing.costs.forms import ColumnsForm, PayrollUpload
from billing.costs.payroll_columns import Layout
from billing.costs.views.costs import costs_page, month_asked
from billing.models import CostKind, PayrollImport
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Table
from members.access import for_roles
from members.roles import Role
from timesheets.importing.uploads import Gone, fetch, forget, keep

KEPT = "payroll_import"
SAMPLES = 3


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def import_costs(request: HttpRequest) -> HttpResponse:
    """Posted, a payroll file to look at; then what it would change, or what its columns mean. Nothing is kept yet."""
    if request.method != "POST":
        return _stage(request)
    form = PayrollUpload(request.POST, request.FILES)
    if form.is_valid():
        month, file = form.cleaned_data["month"], form.cleaned_data["file"]
        data = file.read()
        if act(request, payroll_columns.read_table, data, form=form):
            forget(_kept(request).get("token", ""))
            token = keep(data, at=timezone.now())
            request.session[KEPT] = {"token": token, "name": file.name[:100], "month": str(month)}
            return _stage(request)
    month = form.cleaned_data.get("month") or month_asked(None)
    return costs_page(request, month, upload=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def columns(request: HttpRequest) -> HttpResponse:
    """What each column of the file means; it is remembered for the next file with these titles."""
    read = _read(request)
    if isinstance(read, HttpResponse):
        return read
    _, table = read
    if request.method != "POST":
        return _columns_page(request, table)
    form = ColumnsForm(request.POST, titles=table.titles, guessed=[""] * len(table.titles))
    if form.is_valid() and act(
        request, payroll_columns.remember, table.titles, form.columns, at=timezone.now(), form=form
    ):
        return redirect("billing:import_costs")
    return _columns_page(request, table, form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def confirm(request: HttpRequest) -> HttpResponse:
    """Keep the file as it was shown."""
    read = _read(request)
    if isinstance(read, HttpResponse):
        return read
    kept = _kept(request)
    month = Month.parse(kept["month"])
    sheet = act(request, payroll_file.read_payroll, read[0], file_name=kept["name"], month=month)
    if not sheet or not act(
        request,
        payroll_import.import_payroll,
        sheet.value,
        month=month,
        rehearsed=request.POST.get("digest", ""),
        by=request.user,
        at=timezone.now(),
        success=_taken,
    ):
        return _stage(request)
    forget(kept["token"])
    del request.session[KEPT]
    return redirect(f"{reverse('billing:costs')}?mois={month}")


def _stage(request: HttpRequest) -> HttpResponse:
    """Where the kept file stands: its columns to name, its faults, or what it would change."""
    read = _read(request)
    if isinstance(read, HttpResponse):
        return read
    data, table = read
    layout = payroll_columns.recognise(table.titles)
    return _columns_page(request, table) if layout is None else _rehearsal(request, data, table, layout)


def _rehearsal(request: HttpRequest, data: bytes, table: Table, layout: Layout) -> HttpResponse:
    kept = _kept(request)
    month = Month.parse(kept["month"])
    context: dict[str, Any] = {"kept": kept, "month": month, "lines": len(table.rows), "trial": None}
    context["form"] = PayrollUpload(initial={"month": month})
    context["kinds"] = [CostKind(kind).label for kind in payroll_columns.AMOUNTS]
    context["ignored"] = layout.ignored
    try:
        sheet = payroll_file.read_payroll(data, file_name=kept["name"], month=month, layout=layout)
        trial = payroll_import.rehearse(sheet)
    except Refusal as refusal:
        return _import_page(request, context | {"refused": refusal.message, "errors": refusal.errors})
    refused = (
        f"Les factures {month.of_label} sont émises\u00a0: leurs coûts sont arrêtés." if trial.errors else ""
    )
    return _import_page(request, context | {"trial": trial, "refused": refused, "errors": trial.errors})


def _import_page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["refused"] else 200
    return page(request, "billing/costs/import.html", context=context, status=status)


def _columns_page(
    request: HttpRequest, table: Table, form: ColumnsForm | None = None, status: int = 200
) -> HttpResponse:
    form = form or ColumnsForm(titles=table.titles, guessed=payroll_columns.guess(table.titles))
    samples = [
        [
            cells[place]
            for _, cells in table.rows[:SAMPLES]
            if place < len(cells) and cells[place] not in (None, "")
        ]
        for place in range(len(table.titles))
    ]
    kept = _kept(request)
    context = {
        "form": form,
        "kept": kept,
        "month": Month.parse(kept["month"]),
        "rows": list(zip(form, table.titles, samples, strict=True)),
        "is_known": payroll_columns.recognise(table.titles) is not None,
    }
    return page(request, "billing/costs/columns.html", context=context, status=status)


def _read(request: HttpRequest) -> tuple[bytes, Table] | HttpResponse:
    """The kept file and its table; the way back to the costs when it is not there any more."""
    kept = _kept(request)
    if not kept:
        return redirect("billing:costs")
    try:
        data = fetch(kept["token"], at=timezone.now())
    except Gone as gone:
        messages.error(request, gone.message)
        return redirect(f"{reverse('billing:costs')}?mois={kept['month']}")
    return data, payroll_columns.read_table(data)


def _kept(request: HttpRequest) -> dict[str, str]:
    """What the session knows of the file under way; empty when there is none."""
    return dict(request.session.get(KEPT) or {})


def _taken(made: PayrollImport) -> str:
    lines = counted(made.row_count, "ligne")
    return f"La paie {made.month.of_label} est importée\u00a0: {lines}, {spell(made.total)}."
