"""The cockpit’s reminder: one message to who has to act next on a timesheet."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from groupement.pages import act
from members.access import for_roles
from members.models import User
from timesheets import reminding
from timesheets.views import month, sheet


@require_POST
@for_roles("coordinator")
def remind(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to who has to act next, and go back to the month, or to the timesheet."""
    timesheet = sheet.find(request, pk)
    act(request, reminding.remind, [timesheet], by=request.user, at=timezone.now(), success=_told)
    if request.POST.get("back") == "month":
        return month.answer(request, timesheet.month)
    return redirect("timesheets:sheet", pk)


def _told(users: Sequence[User]) -> str:
    *others, last = [str(user) for user in users]
    return f"Relance envoyée à {', '.join(others)} et {last}." if others else f"Relance envoyée à {last}."
