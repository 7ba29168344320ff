"""Hours in and out: a file rehearsed, then imported in whole; the hours one may see, as CSV or workbook."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act, page
from members.access import for_roles
from timesheets import exporting
from timesheets.importing import layouts, questions, rehearsing, scope, uploads
from timesheets.importing.questions import NamesForm, UploadForm, chosen_names

KEPT = "hours_import"
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee", "member", "coordinator")
def import_hours(request: HttpRequest) -> HttpResponse:
    """The form; posted, what the file would change, and what stands against it. Nothing is written."""
    _refuse_who_enters_nothing(request)
    if request.method != "POST":
        return _page(request, UploadForm())
    kept = _kept(request)
    form = UploadForm(request.POST, request.FILES, has_file=bool(kept))
    if not form.is_valid():
        return _page(request, form, status=422)
    if file := form.cleaned_data["file"]:
        uploads.forget(kept.get("token", ""))
        kept = {"token": uploads.keep(file.read(), at=timezone.now()), "name": file.name[:100]}
    people = {**kept.get("people", {}), **chosen_names(request.POST, "people")}
    places = {**kept.get("places", {}), **chosen_names(request.POST, "places")}
    options = {name: form.cleaned_data[name] for name in ("how", "step", "order")}
    request.session[KEPT] = kept | options | {"people": people, "places": places}
    return _rehearsal(request, form)


@require_POST
@for_roles("employee", "member", "coordinator")
def confirm(request: HttpRequest) -> HttpResponse:
    """Import the file that was rehearsed, as it was rehearsed."""
    _refuse_who_enters_nothing(request)
    kept = _kept(request)
    form = _form(kept)
    read = act(request, uploads.fetch, kept.get("token", ""), at=timezone.now(), form=form)
    if not read:
        return _page(request, form, status=422)
    done = act(
        request,
        rehearsing.take_in,
        read.value,
        _choices(kept),
        digest=request.POST.get("digest", ""),
        by=request.user,
        at=timezone.now(),
        success=_taken,
    )
    if not done:
        return _rehearsal(request, form)
    uploads.forget(kept["token"])
    del request.session[KEPT]
    return redirect("timesheets:import")


@require_safe
@for_roles("employee", "member", "coordinator")
def report(request: HttpRequest) -> HttpResponse:
    """All faults of the file that was rehearsed, as CSV."""
    _refuse_who_enters_nothing(request)
    kept = _kept(request)
    try:
        data = uploads.fetch(kept.get("token", ""), at=timezone.now())
        trial = rehearsing.rehearse(data, _choices(kept), by=request.user, at=timezone.now())
    except Refusal:
        return redirect("timesheets:import")
    return _attached(questions.report(trial.faults), CSV, "erreurs-import-heures.csv")


@require_safe
@for_roles("employee", "member", "coordinator")
def sample(request: HttpRequest) -> HttpResponse:
    """A file to fill in, with a member that the person knows."""
    _refuse_who_enters_nothing(request)
    member = scope.known_member(request.user)
    if request.GET.get("format") == "xlsx":
        return _attached(questions.sample_workbook(member), XLSX, "modele-heures.xlsx")
    return _attached(questions.sample_csv(member), CSV, "modele-heures.csv")


@require_safe
@for_roles("employee", "member", "coordinator", "finance", "admin")
def export(request: HttpRequest) -> HttpResponseBase:
    """The filters; with ``?format=``, the hours that fit them."""
    form = exporting.Filter(request.GET or None, user=request.user)
    suffix = request.GET.get("format", "")
    if suffix not in ("csv", "xlsx") or not form.is_valid():
        status = 422 if form.is_bound and not form.is_valid() else 200
        context = {"form": form, "may_import": scope.may_import(request.user)}
        return page(request, "timesheets/exchange/export.html", context=context, status=status)
    wanted = form.wanted()
    name = exporting.file_name(wanted, suffix)
    if suffix == "xlsx":
        return FileResponse(
            exporting.as_workbook(request.user, wanted), as_attachment=True, filename=name, content_type=XLSX
        )
    answer = StreamingHttpResponse(exporting.as_csv(request.user, wanted), content_type=CSV)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _refuse_who_enters_nothing(request: HttpRequest) -> None:
    if not scope.may_import(request.user):
        raise PermissionDenied("Cette page est réservée aux personnes qui saisissent des heures.")


def _rehearsal(request: HttpRequest, form: UploadForm) -> HttpResponse:
    """Read the kept file and show what it would do."""
    kept = _kept(request)
    now = timezone.now()
    read = act(request, uploads.fetch, kept["token"], at=now, form=form)
    form.fields["file"].required = False  # it is here already
    choices = _choices(kept)
    tried = read and act(
        request, rehearsing.rehearse, read.value, choices, by=request.user, at=now, form=form
    )
    if not tried:
        return _page(request, form, status=422)
    trial = tried.value
    names = NamesForm(trial, choices)
    context = {
        "trial": trial,
        "kept": kept,
        "names": names if names.fields else None,
        "faults": trial.faults[: rehearsing.MOST_LISTED],
        "options": [(name, kept.get(name, "")) for name in ("how", "step", "order")],
    }
    return _page(request, form, context, status=200 if trial.is_good else 422)


def _page(
    request: HttpRequest, form: UploadForm, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    columns = layouts.DESCRIBED
    whole = {"form": form, "columns": columns, "trial": None, **(context or {})}
    return page(request, "timesheets/exchange/import.html", part="import", context=whole, status=status)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What the session knows of the file under way; empty when there is none."""
    return dict(request.session.get(KEPT) or {})


def _form(kept: dict[str, Any]) -> UploadForm:
    form = UploadForm({name: kept.get(name, "") for name in ("how", "step", "order")}, has_file=True)
    form.is_valid()
    return form


def _choices(kept: dict[str, Any]) -> scope.Choices:
    form = _form(kept)
    return form.choices(kept.get("people", {}), kept.get("places", {}))


def _attached(content: str | bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _taken(taken: rehearsing.Taken) -> str:
    if not taken.entries:
        return "Rien n’a changé\u00a0: ces heures étaient déjà là."
    whose = counted(taken.people, "personne") if taken.people > 1 else "une personne"
    return f"Import terminé\u00a0: {counted(taken.entries, 'pointage écrit')}, {whose}."
