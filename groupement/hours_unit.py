"""Which pages write hours as people say them, "7 h 30"; all others in hundredths, "7,5 h", and nothing else.

Hundredths where hours stand in a grid or a table, are summed up or have a price: there they are typed, added and
multiplied. Hours and minutes where one day is told beside its clock times, or a limit of the law.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from groupement.kernel.page_unit import Unit, choose, written_in

SPOKEN = {
    *("timesheets:day", "timesheets:person_day", "timesheets:grid_day"),
    *("timesheets:findings", "timesheets:my_findings", "timesheets:acknowledge"),
    *(
        "timesheets:import",
        "timesheets:import_confirm",
        "timesheets:import_columns",
        "timesheets:forget_columns",
    ),
}


def unit_of(view_name: str) -> Unit:
    """The unit in which the page of this name ("timesheets:day") writes durations."""
    return Unit.SPOKEN if view_name in SPOKEN else Unit.HUNDREDTHS


class HoursUnitMiddleware:
    """Choose the unit of each page before its view runs; after the answer none is chosen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with written_in(Unit.HUNDREDTHS):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        """The address is known from here on."""
        if request.resolver_match:
            choose(unit_of(request.resolver_match.view_name))
