"""Locked reports of a grant: locking the months, and the files for the funder."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import funding
from billing.forms.funding import LockForm
from billing.models import FundingLine, FundingReport
from billing.views.yearly.funding import show
from groupement.pages import act
from members.access import Role, for_roles

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_POST
@for_roles(Role.FINANCE)
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Copy what the line pays for in these months; its tags change no more."""
    found, form = get_object_or_404(FundingLine, pk=pk), LockForm(request.POST)
    if form.is_valid() and act(
        request,
        funding.lock,
        found,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=lambda made: f"{made.content['period'].capitalize()} est verrouillé pour {found.code}.",
    ):
        return redirect("billing:funding_line", pk)
    return show(request, found, lock_form=form, status=422)


@require_safe
@for_roles(Role.FINANCE)
def as_csv(_request: HttpRequest, pk: int) -> HttpResponse:
    """The locked report as CSV."""
    return _file(pk, funding.as_csv, "csv", "text/csv; charset=utf-8")


@require_safe
@for_roles(Role.FINANCE)
def as_workbook(_request: HttpRequest, pk: int) -> HttpResponse:
    """The locked report as a workbook."""
    return _file(pk, funding.as_workbook, "xlsx", XLSX)


@require_safe
@for_roles(Role.FINANCE)
def as_pdf(_request: HttpRequest, pk: int) -> HttpResponse:
    """The locked report on paper, for the funder."""
    return _file(pk, funding.as_pdf, "pdf", "application/pdf")


def _file(pk: int, make: Callable[[FundingReport], bytes], suffix: str, content_type: str) -> HttpResponse:
    """Made from the locked content: the same bytes each time."""
    found = get_object_or_404(FundingReport, pk=pk)
    response = HttpResponse(make(found), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{funding.file_name(found, suffix)}"'
    return response
