"""Where the day of finance begins."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from billing.day.agenda import agenda
from groupement.kernel.pages import page
from members.access import UserRequest, for_roles, today
from members.roles import Role


@require_safe
@for_roles(Role.FINANCE)
def day(request: UserRequest) -> HttpResponse:
    """What awaits, who owes what, how the month stands."""
    context = {"agenda": agenda(today()), "today": today()}
    return page(request, "billing/day/day.html", context=context)
