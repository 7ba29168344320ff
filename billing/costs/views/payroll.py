"""Pages of a payroll import: the columns of the file, the preview of what it would change, the import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.costs import payroll_columns, payroll_file, payroll_import
from billing.costs.forms import PayrollUpload
from billing.costs.payroll_columns import PayrollFileLayout
from billing.costs.views.costs import costs_page, month_asked
from billing.models import CostKind, PayrollImport
from groupement.kernel import uploads
from groupement.kernel.column_meanings import ColumnMeaningsForm
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.money import spell
from groupement.kernel.pages import act, page
from groupement.kernel.periods import Month
from groupement.kernel.tabular import Table
from members.access import UserRequest, for_roles
from members.roles import Role

SESSION_KEY = "payroll_import"


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def import_costs(request: UserRequest) -> HttpResponse:
    """Posted, a payroll file; then its preview, or the meaning of its columns. Nothing is imported yet."""
    if request.method != "POST":
        return _next_page(request)
    form = PayrollUpload(request.POST, request.FILES)
    if form.is_valid():
        month, file = form.cleaned_data["month"], form.cleaned_data["file"]
        data = file.read()
        if act(request, payroll_columns.read_payroll_table, data, form=form):
            uploads.delete(_pending(request).get("token", ""))
            token = uploads.store(data, at=timezone.now())
            request.session[SESSION_KEY] = {"token": token, "name": file.name[:100], "month": str(month)}
            return _next_page(request)
    month = form.cleaned_data.get("month") or month_asked(None)
    return costs_page(request, month, upload=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def columns(request: UserRequest) -> HttpResponse:
    """What each column of the file means; stored for the next file with these titles."""
    read = _read(request)
    if isinstance(read, HttpResponse):
        return read
    _, table = read
    if request.method != "POST":
        return _columns_page(request, table)
    form = ColumnMeaningsForm(request.POST, meanings=payroll_columns.COLUMN_MEANINGS, table=table)
    if form.is_valid() and act(
        request, payroll_columns.save_layout, table.titles, form.columns, at=timezone.now(), form=form
    ):
        return redirect("billing:import_costs")
    return _columns_page(request, table, form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def confirm(request: UserRequest) -> HttpResponse:
    """Import the file as it was previewed."""
    read = _read(request)
    if isinstance(read, HttpResponse):
        return read
    pending = _pending(request)
    month = Month.parse(pending["month"])
    sheet = act(request, payroll_file.read_payroll, read[0], file_name=pending["name"], month=month)
    if not sheet or not act(
        request,
        payroll_import.import_payroll,
        sheet.value,
        month=month,
        previewed=request.POST.get("digest", ""),
        by=request.user,
        at=timezone.now(),
        success=_imported,
    ):
        return _next_page(request)
    uploads.delete(pending["token"])
    del request.session[SESSION_KEY]
    return redirect(f"{reverse('billing:costs')}?mois={month}")


def _next_page(request: UserRequest) -> HttpResponse:
    """The next page of the pending file: its columns to name, its faults, or its preview."""
    read = _read(request)
    if isinstance(read, HttpResponse):
        return read
    data, table = read
    layout = payroll_columns.recognise_layout(table.titles)
    return _columns_page(request, table) if layout is None else _preview_page(request, data, table, layout)


def _preview_page(request: UserRequest, data: bytes, table: Table, layout: PayrollFileLayout) -> HttpResponse:
    pending = _pending(request)
    month = Month.parse(pending["month"])
    context: dict[str, Any] = {"pending": pending, "month": month, "lines": len(table.rows), "preview": None}
    context["form"] = PayrollUpload(initial={"month": month})
    context["kinds"] = [CostKind(kind).label for kind in payroll_columns.AMOUNTS]
    context["ignored"] = layout.ignored
    try:
        sheet = payroll_file.read_payroll(data, file_name=pending["name"], month=month, layout=layout)
        preview = payroll_import.preview_payroll(sheet)
    except Refusal as refusal:
        return _import_page(request, context | {"refused": refusal.message, "errors": refusal.errors})
    return _import_page(request, context | {"preview": preview, "refused": preview.refusal, "errors": []})


def _import_page(request: UserRequest, context: dict[str, Any]) -> HttpResponse:
    status = 422 if context["refused"] else 200
    return page(request, "billing/costs/import.html", context=context, status=status)


def _columns_page(
    request: UserRequest, table: Table, form: ColumnMeaningsForm | None = None, status: int = 200
) -> HttpResponse:
    form = form or ColumnMeaningsForm(
        meanings=payroll_columns.COLUMN_MEANINGS,
        table=table,
        guessed=payroll_columns.guess_meanings(table.titles),
    )
    pending = _pending(request)
    context = {
        "form": form,
        "pending": pending,
        "month": Month.parse(pending["month"]),
        "is_known": payroll_columns.recognise_layout(table.titles) is not None,
    }
    return page(request, "billing/costs/columns.html", context=context, status=status)


def _read(request: UserRequest) -> tuple[bytes, Table] | HttpResponse:
    """The pending file and its table; the way back to the costs when it is not there any more."""
    pending = _pending(request)
    if not pending:
        return redirect("billing:costs")
    try:
        data = uploads.load(pending["token"], at=timezone.now())
    except uploads.UploadGone as gone:
        messages.error(request, gone.message)
        return redirect(f"{reverse('billing:costs')}?mois={pending['month']}")
    return data, payroll_columns.read_payroll_table(data)


def _pending(request: UserRequest) -> dict[str, str]:
    """The stored file that waits for its import, as the session knows it; empty when there is none."""
    return dict(request.session.get(SESSION_KEY) or {})


def _imported(made: PayrollImport) -> str:
    lines = counted(made.row_count, "ligne")
    return f"La paie {made.month.of_label} est importée\u00a0: {lines}, {spell(made.total)}."
