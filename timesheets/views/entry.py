"""The month grid where hours are entered: by the person for themselves, by a member for one assignment."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from groupement.periods import Month


def my_months(request: HttpRequest) -> HttpResponse:
    """The own hours of the month we are in."""
    return redirect("timesheets:my_month", Month.of(timezone.localdate()))


def my_month(request: HttpRequest, month: Month, employee: int | None = None) -> HttpResponse:
    """All the own timesheets of a month: GET shows them, POST saves and perhaps submits."""
    return HttpResponse(status=501)


def grid(request: HttpRequest, month: Month, assignment: int) -> HttpResponse:
    """One assignment's month, for the staff of its member and for the coordinator."""
    return HttpResponse(status=501)
