"""The months and where each one stands."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from billing import overview
from groupement.pages import page, paginate
from members.access import Role, for_roles

MONTHS_A_PAGE = 12


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def runs(request: HttpRequest) -> HttpResponse:
    """Every month that has hours or a run, newest first."""
    listed = paginate(request, overview.months(), MONTHS_A_PAGE)
    return page(request, "billing/runs.html", context={"page": listed})
