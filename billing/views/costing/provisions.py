"""Leave paid for ahead, by person and member, and the aids of a year; for finance only."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import provisioning
from billing.overview.aids import aid_years, aids_of
from billing.overview.provisions import comparisons, page_of
from groupement.money import spell
from groupement.pages import act, page
from groupement.tabular import inert
from members.access import Role, for_roles, today
from members.models import Group, Member


@require_safe
@for_roles(Role.FINANCE)
def provisions(request: HttpRequest) -> HttpResponse:
    """What is held for whose leave, who paid it, and the leave year’s comparison so far."""
    group = Group.objects.order_by("pk").first()
    context = {
        **page_of(provisioning.balances(), on=today()),
        "comparisons": comparisons(today()),
        "provides": group is not None and group.leave_method == "provision",
    }
    return page(request, "billing/costing/provisions.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Move what a member that left holds to the group’s own part."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)

    def told(amount: Decimal) -> str:
        return f"La provision de {member.short_name} est soldée\u00a0: {spell(amount)} restent au groupement."

    act(request, provisioning.settle, member, by=request.user, at=timezone.now(), success=told)
    return redirect("billing:cost_provisions")


@require_safe
@for_roles(Role.FINANCE)
def aids(request: HttpRequest) -> HttpResponse:
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
        "total": sum((aid.amount for aid in found), Decimal("0.00")),
    }
    return page(request, "billing/costing/aids.html", context=context)


def _aids_file(year: int, found: list[Any]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="aides-{year}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, delimiter=";", lineterminator="\r\n")
    writer.writerow(["nature", "salariés", "du mois", "au mois", "montant"])
    for aid in found:
        amount = f"{aid.amount}".replace(".", ",")
        writer.writerow([inert(aid.nature), aid.people, aid.first, aid.last, amount])
    return response


def _year(text: str | None, years: list[int]) -> int:
    if text and text.isdecimal() and len(text) == 4:
        return int(text)
    return years[0] if years else today().year
