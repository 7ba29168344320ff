"""Pages of grants: all lines, one of them with what it pays for, tagging hours and expenses, locking, reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.costs.overview import latest_month
from billing.grants import funded_costs, reports, tagging
from billing.grants.forms import FundingLineForm, LockForm, SearchForm, TagExpenseForm, TagForm
from billing.models import FundedCost, FundingLine, FundingReport
from groupement.kernel.asked import asked_key, asked_month, asked_text
from groupement.kernel.charts import Part, shares
from groupement.kernel.money import spell
from groupement.kernel.page_unit import spell_duration
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles, holds
from members.roles import Role, reserved

LINES_A_PAGE = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*READERS)
def lines(request: UserRequest) -> HttpResponse:
    """All lines with their hours, and for finance their euros; finance adds one."""
    may_act = holds(request.user, Role.FINANCE)
    if request.method == "POST" and not may_act:
        raise PermissionDenied(reserved("Ajouter un financement est réservé", Role.FINANCE))
    form = FundingLineForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        done = act(request, tagging.add_line, form.instance, form=form)
        if done.value is not None:
            return redirect("billing:funding_line", done.value.pk)
    listed = paginate(request, FundingLine.objects.order_by("-starts_on", "code", "pk"), LINES_A_PAGE)
    found = funded_costs.funding_of(list(listed))
    context = {
        "page": listed,
        "rows": [(each, _used(each, found[each.pk])) for each in listed],
        "form": form if may_act else None,
    }
    return page(request, "billing/grants/funding.html", context=context, status=422 if form.errors else 200)


@require_safe
@for_roles(*READERS)
def line(request: UserRequest, pk: int) -> HttpResponse:
    """What one line pays for; the euros are for finance."""
    return _line_page(request, get_object_or_404(FundingLine, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def tag(request: UserRequest, pk: int) -> HttpResponse:
    """The hours that fit the filter, ticked; posted, those ticked go to the line."""
    found = get_object_or_404(FundingLine, pk=pk)
    asked = (
        request.GET if "mois" in request.GET else {"mois": str(latest_month() or Month.of(found.starts_on))}
    )
    search = SearchForm(asked)
    wanted = search.search() if search.is_valid() else None
    hits = tagging.taggable_entries(found, wanted) if wanted else []
    # Everybody's month is seldom one action: ticked are one person's days.
    is_one = wanted is not None and wanted.person is not None
    form = TagForm(request.POST if request.method == "POST" else None, entries=hits, ticks=is_one)
    if form.is_bound and form.is_valid() and _tagged(request, found, form):
        return redirect("billing:funding_line", pk)
    context = {
        "line": found,
        "search": search,
        "form": form,
        "rows": form.rows[: tagging.MOST_ENTRIES],
        "has_more": len(hits) > tagging.MOST_ENTRIES,
        "asked": request.GET.urlencode(),
    }
    status = 422 if form.is_bound or search.errors else 200
    return page(request, "billing/grants/funding_tag.html", context=context, status=status)


@require_POST
@for_roles(Role.FINANCE)
def untag(request: UserRequest, pk: int) -> HttpResponse:
    """Take a person's hours of one month and action off the line."""
    found = get_object_or_404(FundingLine, pk=pk)
    person, month = asked_key(request.POST.get("person")), asked_month(request.POST.get("month"))
    if person is None or month is None:
        raise Http404
    act(
        request,
        tagging.untag,
        found,
        person=person,
        month=month,
        action=asked_text(request.POST.get("action")),
        by=request.user,
        at=timezone.now(),
        success=lambda minutes: f"{spell_duration(minutes)} ne sont plus sur {found.code}.",
    )
    return redirect("billing:funding_line", pk)


@require_POST
@for_roles(Role.FINANCE)
def tag_expense(request: UserRequest, pk: int) -> HttpResponse:
    """An amount of an accepted expense goes to the line."""
    found = get_object_or_404(FundingLine, pk=pk)
    form = TagExpenseForm(request.POST, expenses=tagging.free_expenses(found))
    if form.is_valid() and act(
        request,
        tagging.tag_expense,
        found,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=lambda _: f"{spell(form.cleaned_data['amount'])} sont sur {found.code}.",
    ):
        return redirect("billing:funding_line", pk)
    return _line_page(request, found, expense_form=form, status=422)


@require_POST
@for_roles(Role.FINANCE)
def untag_expense(request: UserRequest, pk: int) -> HttpResponse:
    """Take an expense off its line."""
    cost = get_object_or_404(FundedCost.objects.select_related("line"), pk=pk)
    done_text = f"{spell(cost.amount)} ne sont plus sur {cost.line.code}."
    act(request, tagging.untag_expense, cost, by=request.user, at=timezone.now(), success=done_text)
    return redirect("billing:funding_line", cost.line_id)


def _line_page(request: UserRequest, found: FundingLine, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of ``found``; ``forms`` are those that were refused."""
    may_act = holds(request.user, Role.FINANCE)
    whole = funded_costs.funding_of([found])[found.pk]
    expenses = tagging.free_expenses(found) if may_act else ()
    context = {
        "line": found,
        "whole": whole,
        "used": _used(found, whole),
        "months": sorted({row.month for row in whole.hours}),
        "reports": found.reports.select_related("locked_by").order_by("-first_month", "-pk"),
        "may_act": may_act,
        "expense_form": forms.get("expense_form")
        or (TagExpenseForm(expenses=expenses) if may_act and expenses else None),
        "lock_form": forms.get("lock_form") or LockForm(),
        "tag_address": reverse("billing:funding_tag", args=[found.pk]),
    }
    return page(request, "billing/grants/funding_line.html", context=context, status=status)


def _used(line: FundingLine, whole: funded_costs.LineFunding) -> dict[str, Any]:
    """What hours and expenses take of the budget, as a bar too, and what is left of it; None without a budget."""
    budget = line.budget
    return {
        "minutes": whole.minutes,
        "total": whole.total,
        "shares": shares(
            [Part("success", whole.hours_cost), Part("info", whole.spent_total)], whole=budget or 0
        ),
        "left": None if budget is None else budget - whole.total,
        "percent": None if not budget else int(whole.total * 100 / budget),
    }


def _tagged(request: UserRequest, found: FundingLine, form: TagForm) -> Any:
    minutes = sum(form.minutes.values())
    return act(
        request,
        tagging.tag,
        found,
        form.minutes,
        action=form.cleaned_data["action"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"{spell_duration(minutes)} sont sur {found.code}.",
    )


@require_POST
@for_roles(Role.FINANCE)
def lock(request: UserRequest, pk: int) -> HttpResponse:
    """Copy what the line pays for in these months; its tags change no more."""
    found, form = get_object_or_404(FundingLine, pk=pk), LockForm(request.POST)
    if form.is_valid() and act(
        request,
        reports.lock,
        found,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=form,
        success=lambda made: f"{made.content['period'].capitalize()} est verrouillé pour {found.code}.",
    ):
        return redirect("billing:funding_line", pk)
    return _line_page(request, found, lock_form=form, status=422)


@require_safe
@for_roles(Role.FINANCE)
def as_csv(_request: UserRequest, pk: int) -> HttpResponse:
    """The locked report as CSV."""
    return _file(pk, reports.as_csv, "csv", "text/csv; charset=utf-8")


@require_safe
@for_roles(Role.FINANCE)
def as_workbook(_request: UserRequest, pk: int) -> HttpResponse:
    """The locked report as a workbook."""
    return _file(pk, reports.as_workbook, "xlsx", XLSX)


@require_safe
@for_roles(Role.FINANCE)
def as_pdf(_request: UserRequest, pk: int) -> HttpResponse:
    """The locked report on paper, for the funder."""
    return _file(pk, reports.as_pdf, "pdf", "application/pdf")


def _file(pk: int, make: Callable[[FundingReport], bytes], suffix: str, content_type: str) -> HttpResponse:
    """Made from the locked content: the same bytes each time."""
    found = get_object_or_404(FundingReport, pk=pk)
    response = HttpResponse(make(found), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{reports.file_name(found, suffix)}"'
    return response
