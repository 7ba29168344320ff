"""Pages of hours from a file and to a file: columns, preview, import, report of faults, sample; export."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupement.kernel import uploads
from groupement.kernel.french import counted
from groupement.kernel.lifecycle import Refusal
from groupement.kernel.pages import act, page
from members.access import UserRequest, for_roles
from timesheets import exporting
from timesheets.importing import columns, layouts, scope
from timesheets.importing import preview as acts
from timesheets.importing.columns import ColumnsAsked, HoursFile
from timesheets.importing.forms import HoursColumnsForm, HoursUploadForm, UnknownNamesForm, chosen_answers

SESSION_KEY = "hours_import"
OPTIONS = ("how", "step", "order", "reason")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee", "member", "coordinator")
def import_hours(request: UserRequest) -> HttpResponse:
    """The form; posted, the preview of the file: what it would change, and its faults. Nothing is written."""
    _refuse_who_enters_no_hours(request)
    pending = _pending(request)
    if request.method != "POST":
        # Back from the choice of columns, the file is previewed without being sent again.
        if pending and "relire" in request.GET:
            return _preview_page(request, _form(pending))
        return _import_page(request, HoursUploadForm())
    form = HoursUploadForm(request.POST, request.FILES, has_file=bool(pending))
    if not form.is_valid():
        return _import_page(request, form, status=422)
    if file := form.cleaned_data["file"]:
        uploads.delete(pending.get("token", ""))
        pending = {"token": uploads.store(file.read(), at=timezone.now()), "name": file.name[:100]}
    answers = {
        group: {**pending.get(group, {}), **chosen} for group, chosen in chosen_answers(request.POST).items()
    }
    options = {name: form.cleaned_data[name] for name in OPTIONS}
    request.session[SESSION_KEY] = pending | options | answers
    return _preview_page(request, form)


@require_POST
@for_roles("employee", "member", "coordinator")
def confirm(request: UserRequest) -> HttpResponse:
    """Import the file as it was previewed."""
    _refuse_who_enters_no_hours(request)
    pending = _pending(request)
    form = _form(pending)
    read = act(request, uploads.load, pending.get("token", ""), at=timezone.now(), form=form)
    if not read:
        return _import_page(request, form, status=422)
    done = act(
        request,
        acts.import_hours,
        read.value,
        _choices(pending),
        digest=request.POST.get("digest", ""),
        by=request.user,
        at=timezone.now(),
        success=_imported,
    )
    if not done:
        return _preview_page(request, form)
    uploads.delete(pending["token"])
    del request.session[SESSION_KEY]
    return redirect("timesheets:import")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employee", "member", "coordinator")
def choose_columns(request: UserRequest) -> HttpResponse:
    """What each column of the pending file means; remembered for the next file with these titles."""
    _refuse_who_enters_no_hours(request)
    pending = _pending(request)
    if not pending:
        return redirect("timesheets:import")
    read = act(request, uploads.load, pending["token"], at=timezone.now())
    file = act(request, columns.read_file_to_ask, read.value, by=request.user) if read else read
    if not file:
        return redirect("timesheets:import")
    if request.method != "POST":
        return _columns_page(request, file.value, HoursColumnsForm(file=file.value))
    form = HoursColumnsForm(request.POST, file=file.value)
    if form.is_valid() and act(
        request,
        columns.save_layout,
        file.value.table,
        form.columns,
        form.kinds,
        by=request.user,
        at=timezone.now(),
        form=form,
    ):
        return redirect(f"{reverse('timesheets:import')}?relire")
    return _columns_page(request, file.value, form)


@require_POST
@for_roles("employee", "member", "coordinator")
def forget_columns(request: UserRequest, pk: int) -> HttpResponse:
    """Forget the columns that one chose for some titles; asked for twice, they are forgotten once."""
    _refuse_who_enters_no_hours(request)
    if layout := columns.chosen_layouts(request.user).filter(pk=pk).first():
        columns.forget_layout(layout, by=request.user)
        messages.success(
            request, "Ces colonnes sont oubliées\u00a0: au prochain fichier, elles vous seront demandées."
        )
    return redirect("timesheets:import")


@require_safe
@for_roles("employee", "member", "coordinator")
def report(request: UserRequest) -> HttpResponse:
    """All faults of the pending file, as CSV."""
    _refuse_who_enters_no_hours(request)
    pending = _pending(request)
    try:
        data = uploads.load(pending.get("token", ""), at=timezone.now())
        preview = acts.preview_hours(data, _choices(pending), by=request.user, at=timezone.now())
    except Refusal:
        return redirect("timesheets:import")
    return _download(acts.faults_csv(preview.faults), CSV, "erreurs-import-heures.csv")


@require_safe
@for_roles("employee", "member", "coordinator")
def sample(request: UserRequest) -> HttpResponse:
    """A file to fill in, with a member that the person knows."""
    _refuse_who_enters_no_hours(request)
    member = scope.known_member(request.user)
    if request.GET.get("format") == "xlsx":
        return _download(layouts.sample_workbook(member), XLSX, "modele-heures.xlsx")
    return _download(layouts.sample_csv(member), CSV, "modele-heures.csv")


@require_safe
@for_roles("employee", "member", "coordinator", "finance", "admin")
def export(request: UserRequest) -> HttpResponseBase:
    """The filters; with ``?format=``, the hours that fit them."""
    form = exporting.ExportForm(request.GET or None, user=request.user)
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


def _refuse_who_enters_no_hours(request: UserRequest) -> None:
    if not scope.may_import(request.user):
        raise PermissionDenied("Cette page est réservée aux personnes qui saisissent des heures.")


def _preview_page(request: UserRequest, form: HoursUploadForm) -> HttpResponse:
    """The preview of the pending file."""
    pending = _pending(request)
    now = timezone.now()
    read = act(request, uploads.load, pending["token"], at=now, form=form)
    form.fields["file"].required = False  # it is here already
    choices = _choices(pending)
    if not read:
        return _import_page(request, form, status=422)
    done = act(request, acts.preview_hours, read.value, choices, by=request.user, at=now, form=form)
    if isinstance(done.refusal, ColumnsAsked):
        return redirect("timesheets:import_columns")
    if not done:
        return _import_page(request, form, status=422)
    preview = done.value
    names = UnknownNamesForm(preview, choices)
    context = {
        "preview": preview,
        "pending": pending,
        "names": names if names.fields else None,
        "faults": preview.faults[: acts.MOST_LISTED],
        "options": [(name, pending.get(name, "")) for name in OPTIONS],
    }
    return _import_page(request, form, context, status=200 if preview.is_good else 422)


def _columns_page(request: UserRequest, file: HoursFile, form: HoursColumnsForm) -> HttpResponse:
    names_nobody = scope.read_directory(request.user).is_own_only
    context = {
        "form": form,
        "pending": _pending(request),
        "stored": file.stored,
        "names_nobody": names_nobody,
        "asked": "" if form.is_bound else columns.what_is_asked(file, names_nobody=names_nobody),
    }
    status = 422 if form.errors else 200
    return page(request, "timesheets/exchange/choose_columns.html", context=context, status=status)


def _import_page(
    request: UserRequest, form: HoursUploadForm, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    whole = {
        "form": form,
        "columns": layouts.COLUMN_HELP,
        "preview": None,
        "chosen": columns.chosen_layouts(request.user),
        **(context or {}),
    }
    return page(request, "timesheets/exchange/import.html", part="import", context=whole, status=status)


def _pending(request: UserRequest) -> dict[str, Any]:
    """The stored file that waits for its import, as the session knows it; empty when there is none."""
    return dict(request.session.get(SESSION_KEY) or {})


def _form(pending: dict[str, Any]) -> HoursUploadForm:
    form = HoursUploadForm({name: pending.get(name, "") for name in OPTIONS}, has_file=True)
    form.is_valid()
    return form


def _choices(pending: dict[str, Any]) -> scope.ImportChoices:
    form = _form(pending)
    return form.choices(pending.get("people", {}), pending.get("places", {}), pending.get("twins", {}))


def _download(content: str | bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _imported(taken: acts.HoursImported) -> str:
    if not taken.entries:
        return "Rien n’a changé\u00a0: ces heures étaient déjà là."
    whose = counted(taken.people, "personne") if taken.people > 1 else "une personne"
    return f"Import terminé\u00a0: {counted(taken.entries, 'pointage écrit')}, {whose}."
