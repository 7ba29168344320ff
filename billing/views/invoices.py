"""Invoices: the list, one of them, its PDF."""

import logging

from django.db.models import Count, F, Sum
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from billing.forms import InvoiceFilter
from billing.models import Invoice
from groupement.pages import page, paginate
from members.access import Role, for_roles

log = logging.getLogger(__name__)

INVOICES_A_PAGE = 25


@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def invoices(request: HttpRequest) -> HttpResponse:
    """Those in scope that fit the filter, newest first, drafts on top; the sums are of issued ones."""
    asked = InvoiceFilter(request.GET, user=request.user)
    found = asked.chosen()
    listed = found.select_related("member", "document", "rendering").order_by(
        F("issued_on").desc(nulls_first=True), F("sequence").desc(nulls_first=True), "-service_month", "-pk"
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "filter": asked,
        "page": paginate(request, listed, INVOICES_A_PAGE),
        "sums": found.filter(number__isnull=False).aggregate(
            count=Count("pk"), net=Sum("net"), total=Sum("total")
        ),
        "query": f"{kept.urlencode()}&" if any(kept.values()) else "",
        "wide": request.user.sees_every_member,
    }
    return page(request, "billing/invoices.html", context=context)
