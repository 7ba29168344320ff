"""What employees cost: the month’s table, the months before, estimates, the imports so far; for finance only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.costs import carried_over, leave_ledger, payroll_tax
from billing.costs import estimates as costs_estimates
from billing.costs.forms import EstimateForm, PayrollUpload
from billing.costs.overview import (
    aid_years,
    aids_of,
    comparisons,
    cost_months,
    cost_table,
    latest_month,
    months_chart,
    provisions_page,
    yearly_pay,
)
from billing.costs.payroll_columns import SAMPLE_TITLES, sample_rows, sample_workbook
from billing.models import PayrollImport
from groupement.kernel.asked import asked_month, asked_year
from groupement.kernel.french import counted, of
from groupement.kernel.money import ZERO, spell
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from groupement.kernel.tabular import csv_text
from members.access import UserRequest, for_roles, today
from members.models import Group, Member
from members.roles import Role

IMPORTS_A_PAGE = 12
DIFFERENCES_SHOWN = 12
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@for_roles(Role.FINANCE)
def costs(request: UserRequest) -> HttpResponse:
    """One month’s costs, by ``?mois=``, else the last month that has hours."""
    return costs_page(request, month_asked(request.GET.get("mois")))


@require_POST
@for_roles(Role.FINANCE)
def estimate(request: UserRequest) -> HttpResponse:
    """Estimate a month for one person or for all who lack a cost."""
    month = month_asked(request.POST.get("month"))
    form = EstimateForm(request.POST, month=month)
    if form.is_valid() and act(
        request,
        costs_estimates.estimate,
        month,
        employees=form.chosen,
        basis=form.cleaned_data["basis"],
        rate=form.cleaned_data["rate"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=_estimated,
    ):
        return redirect(f"{reverse('billing:costs')}?mois={month}")
    return costs_page(request, month, estimates=form, status=422)


@require_safe
@for_roles(Role.FINANCE)
def sample(_request: UserRequest, month: Month) -> HttpResponse:
    """A payroll file to fill in: the month’s people, their amounts if known, as French spreadsheets open it."""
    rows: list[Sequence[str | Decimal | None]] = [
        SAMPLE_TITLES,
        *([*names, *amounts] for names, amounts in sample_rows(month)),
    ]
    return _csv_download(rows, f"paie-{month}.csv")


@require_safe
@for_roles(Role.FINANCE)
def sample_xlsx(_request: UserRequest, month: Month) -> HttpResponse:
    """The same as a workbook."""
    headers = {"Content-Disposition": f'attachment; filename="paie-{month}.xlsx"'}
    return HttpResponse(sample_workbook(month), content_type=XLSX, headers=headers)


def costs_page(
    request: UserRequest,
    month: Month,
    *,
    upload: PayrollUpload | None = None,
    estimates: EstimateForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of a month, with the forms as they were sent."""
    table = cost_table(month)
    imports = paginate(
        request,
        PayrollImport.objects.select_related("imported_by").order_by("-imported_at", "-pk"),
        IMPORTS_A_PAGE,
    )
    differences = carried_over.differences()
    context = {
        "month": month,
        "table": table,
        "missing_label": f"{counted(table.missing, 'coût')} à importer",
        "form": upload or PayrollUpload(initial={"month": month}),
        "estimates": estimates or EstimateForm(month=month),
        "differences": differences[:DIFFERENCES_SHOWN],
        "more_differences": len(differences) - DIFFERENCES_SHOWN,
        "pager_query": f"mois={month}&",
        "imports": imports,
        "tax": _payroll_tax(month.year),
        **_evolution(month),
    }
    return page(request, "billing/costs/costs.html", context=context, status=status)


def month_asked(text: str | None) -> Month:
    """The month that an address or a form names, else the last one with hours, else the one before today."""
    return asked_month(text) or latest_month() or Month.of(today()).previous


def _evolution(month: Month) -> dict[str, Any]:
    """The months up to this one, the latest first, and their chart."""
    shown = cost_months(month)
    return {"months": shown[::-1], "chart": months_chart(shown) if shown else None}


def _payroll_tax(year: int) -> dict[str, Any] | None:
    """What the accountant may want to know of the year’s payroll tax; None when the group owes none."""
    group = Group.objects.order_by("pk").first()
    scale = payroll_tax.scale_of(year)
    if group is None or group.payroll_tax_percent is None or scale is None:
        return None
    pay = yearly_pay(year)
    is_association = group.legal_form.casefold().startswith("association")
    reckoned = payroll_tax.payroll_tax(
        [gross for gross, _ in pay],
        percent=group.payroll_tax_percent,
        is_association=is_association,
        scale=scale,
    )
    return {
        "year": year,
        "percent": group.payroll_tax_percent,
        "people": len(pay),
        "months": max((months for _, months in pay), default=0),
        "reckoned": reckoned,
    }


def _estimated(done: costs_estimates.Estimates) -> str:
    whom = done.made[0].full_name if len(done.made) == 1 else counted(len(done.made), "personne")
    message = f"Coût {done.month.of_label} estimé pour {whom}\u00a0: {spell(done.total)}."
    if done.without:
        names = ", ".join(person.full_name for person in done.without)
        message += f" Sans paie connue\u00a0: {names}."
    return message


@require_safe
@for_roles(Role.FINANCE)
def provisions(request: UserRequest) -> HttpResponse:
    """What is held for whose leave, who paid it, and the leave year’s comparison so far."""
    group = Group.objects.order_by("pk").first()
    context = {
        **provisions_page(leave_ledger.balances(), on=today()),
        "comparisons": comparisons(today()),
        "provides": group is not None and group.leave_method == "provision",
    }
    return page(request, "billing/costs/provisions.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def settle(request: UserRequest, pk: int) -> HttpResponse:
    """Move what a member that left holds to the group’s own part."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)

    def success_message(amount: Decimal) -> str:
        return (
            f"La provision {of(member.short_name)} est soldée\u00a0: {spell(amount)} restent au groupement."
        )

    act(
        request,
        leave_ledger.settle_with_member,
        member,
        by=request.user,
        at=timezone.now(),
        success=success_message,
    )
    return redirect("billing:cost_provisions")


@require_safe
@for_roles(Role.FINANCE)
def aids(request: UserRequest) -> HttpResponse:
    """The aids of a year, to tell the members; with ``?format=csv``, as a file."""
    years = aid_years()
    year = _year(request.GET.get("annee"), years)
    found = aids_of(year)
    if request.GET.get("format") == "csv":
        return _aids_file(year, found)
    context: dict[str, Any] = {
        "year": year,
        "years": sorted({*years, year}, reverse=True),
        "aids": found,
        "total": sum((aid.amount for aid in found), ZERO),
    }
    return page(request, "billing/costs/aids.html", context=context)


def _aids_file(year: int, found: list[Any]) -> HttpResponse:
    titles = ["nature", "salariés", "du mois", "au mois", "montant"]
    rows = [[aid.nature, aid.people, aid.first, aid.last, aid.amount] for aid in found]
    return _csv_download([titles, *rows], f"aides-{year}.csv")


def _csv_download(rows: Iterable[Iterable[Any]], name: str) -> HttpResponse:
    response = HttpResponse(csv_text(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _year(text: str | None, years: list[int]) -> int:
    return asked_year(text) or (years[0] if years else today().year)
