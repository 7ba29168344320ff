"""Accounts: one member's statement, on the page and as a PDF, and how old what all owe is."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from billing import settling
from billing.forms.payment import AccountPeriod
from billing.overview.ageing import bars, stacked
from groupement.pages import page
from groupement.periods import Month
from members.access import Role, for_roles, holds, today
from members.models import Member

MEMBERS_A_PAGE = 50
MONTHS = 12


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """A period of the account, the last twelve months unless asked otherwise; where the member stands today on top."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form, first, last = _period(request)
    context = {
        "member": member,
        "form": form,
        "account": settling.account(member, first=first, last=last),
        "position": settling.position(member, on=today()),
        "wide": request.user.sees_every_member,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(
        request, "billing/collecting/account.html", context=context, status=422 if form.errors else 200
    )


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def account_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same period as a file; a period that cannot be read is asked for again on the page."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form, first, last = _period(request)
    if form.errors:
        return redirect("billing:account", pk)
    told = settling.account(member, first=first, last=last)
    content = settling.print_account(member, told, settling.position(member, on=today()), at=timezone.now())
    response = HttpResponse(content, content_type="application/pdf")
    name = f"releve-{slugify(member.short_name)}-{last}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def ageing(request: HttpRequest) -> HttpResponse:
    """What members owe by age, the most overdue first; the drawing is of all of them."""
    rows, total = settling.ageing(on=today())
    rows.sort(key=lambda row: (-row.overdue, -row.due))
    shown = Paginator(rows, MEMBERS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": shown,
        "rows": [(row, stacked(row.buckets)) for row in shown],
        "buckets": settling.BUCKETS,
        "total": total,
        "bars": bars(settling.BUCKETS, settling.SHORT, total.buckets),
        "on": today(),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/collecting/ageing.html", context=context)


def _period(request: HttpRequest) -> tuple[AccountPeriod, date, date]:
    """The form, and the days it asks for; those of the last twelve months where it asks for none it can read."""
    usual = {"du": Month.of(today()).shift(1 - MONTHS).first, "au": today()}
    asked = {"du", "au"} & set(request.GET)
    form = AccountPeriod(request.GET) if asked else AccountPeriod(initial=usual)
    days = usual | (form.cleaned_data if asked and form.is_valid() else {})
    return form, days["du"], days["au"]
