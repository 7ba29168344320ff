"""The entry to what is done once a year: true-ups, joint liability, the reserve, and what stands beside them."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from billing import liability
from billing.overview import true_ups
from groupement.pages import page, paginate
from members.access import Role, for_roles, holds

TRUE_UPS_A_PAGE = 12


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def year(request: HttpRequest) -> HttpResponse:
    """True-ups, the newest period first; the reserve's balance; the ways to the other pages of the year."""
    context = {
        "page": paginate(request, true_ups.listed(), TRUE_UPS_A_PAGE),
        "balance": liability.balance(),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/yearly/year.html", context=context)
