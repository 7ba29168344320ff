"""The signed timesheet as a file."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from groupement.pages import act
from timesheets import freezing
from timesheets.models import SignedSheet, Timesheet


@require_safe
def signed(request: HttpRequest, pk: int, version: int) -> HttpResponseBase:
    """The PDF of one version, its digest checked; not made yet, the timesheet’s page says so."""
    visible = Timesheet.objects.visible_to(request.user)
    row = get_object_or_404(SignedSheet, timesheet__in=visible, timesheet=pk, version=version)
    done = act(request, freezing.open_printed, row)
    if not done:
        return redirect("timesheets:sheet", pk)
    return FileResponse(done.value, as_attachment=True, filename=f"releve-{row.content['reference']}.pdf")
