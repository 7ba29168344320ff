"""True-ups: keys side by side, the draft that comes of one, its issue, the letters."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.documents import letters, rendering
from billing.liability import reserve
from billing.models import Invoice, InvoiceKind, Letter, LetterKind, TrueUp, TrueUpKey, TrueUpStatus
from billing.month import ahead
from billing.month.ahead import date_reached
from billing.true_ups import issuing, overview, preparing, previewing
from billing.true_ups.chart import differences_chart
from billing.true_ups.forms import KEPT, SHARED, KeyForm, ScopeForm
from groupement.kernel.asked import asked_day
from groupement.kernel.french import counted, quoted
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles, holds, today
from members.models import Member
from members.roles import Role

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@require_safe
@for_roles(*READERS)
def preview(request: UserRequest) -> HttpResponse:
    """Three keys side by side for what the address asks; first of all, the form for the year up to last month."""
    if "du" not in request.GET:
        return _page(request, ScopeForm(initial=_usual()))
    return _page(request, ScopeForm(request.GET))


@require_POST
@for_roles(Role.FINANCE)
def prepare(request: UserRequest) -> HttpResponse:
    """Write the draft of what the page shows, by the key chosen; the reasons why it cannot are on the page."""
    form, key = ScopeForm(request.POST), KeyForm(request.POST)
    scope = form.scope()
    if scope and key.is_valid():
        done = act(
            request,
            preparing.prepare,
            scope,
            key=key.cleaned_data["cle"],
            label=key.cleaned_data["libelle"],
            by=request.user,
            at=timezone.now(),
            form=key,
            success="La régularisation est préparée. Relisez-la, puis émettez-la.",
        )
        if done:
            return redirect("billing:true_up", done.value.pk)
    return _page(request, form, key, status=422)


@require_safe
@for_roles(*READERS)
def true_up(request: UserRequest, pk: int) -> HttpResponse:
    """A true-up as prepared or issued: shares by member and person, documents, letters."""
    found = get_object_or_404(TrueUp, pk=pk)
    context = {
        "true_up": found,
        "summary": overview.summary(found),
        "may_act": holds(request.user, Role.FINANCE),
        "again": f"{reverse('billing:true_up_preview')}?{urlencode(_asked(found), doseq=True)}",
        "asked": request.GET.get("confirmer", ""),
        "reached": date_reached(today(), InvoiceKind.values) if found.status == TrueUpStatus.DRAFT else None,
        "silence": ahead.silence(today()) if found.status == "draft" else None,
    }
    return page(request, "billing/true_ups/true_up.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def issue(request: UserRequest, pk: int) -> HttpResponse:
    """Issue the documents and letters, for good; their PDFs are asked for at once."""
    found = get_object_or_404(TrueUp, pk=pk)
    done = act(
        request,
        issuing.issue,
        found,
        by=request.user,
        at=timezone.now(),
        issued_on=asked_day(request.POST.get("date")),
        accepts_clock="horloge" in request.POST,
        success=_issued,
    )
    if done:
        _queue_pdfs(found, [document.pk for document in done.value])
    return redirect("billing:true_up", pk)


@require_POST
@for_roles(Role.FINANCE)
def discard(request: UserRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = get_object_or_404(TrueUp, pk=pk)
    done_text = f"{quoted(found.label)} est abandonnée."
    done = act(request, preparing.discard, found, by=request.user, at=timezone.now(), success=done_text)
    return redirect("billing:year") if done else redirect("billing:true_up", pk)


@require_safe
def letter(request: UserRequest, pk: int) -> HttpResponseBase:
    """The letter to one member, as PDF; for the member's staff too."""
    found = get_object_or_404(
        Letter,
        pk=pk,
        kind=LetterKind.TRUE_UP,
        member__in=Member.objects.visible_to(request.user),
    )
    done = act(request, letters.open_pdf, found)
    if not done:
        return redirect("home")
    return FileResponse(done.value, as_attachment=True, filename=f"courrier-regularisation-{found.pk}.pdf")


def _page(
    request: UserRequest, form: ScopeForm, key: KeyForm | None = None, status: int = 200
) -> HttpResponse:
    scope = form.scope() if form.is_bound else None
    preview_of_scope = previewing.preview(scope) if scope else None
    context: dict[str, Any] = {
        "form": form,
        "key_form": key or KeyForm(initial={"cle": TrueUpKey.HOURS}),
        "preview": preview_of_scope,
        "chart": differences_chart(preview_of_scope) if preview_of_scope and preview_of_scope.rows else None,
        "key_labels": {key: TrueUpKey(key).label for key in previewing.SIDE_BY_SIDE},
        "may_act": holds(request.user, Role.FINANCE),
        "chosen": [
            (name, value)
            for name, values in cast("QueryDict", form.data).lists()
            for value in values
            if name in form.fields
        ]
        if form.is_bound
        else [],
    }
    if form.is_bound and not scope:
        status = 422
    return page(request, "billing/true_ups/true_up_preview.html", context=context, status=status)


def _queue_pdfs(found: TrueUp, documents: list[int]) -> None:
    """Queue the PDFs; should the queue be down, the clock finds the documents, and a letter is printed when opened."""
    found.refresh_from_db()
    written = list(found.figures["letters"].values())
    transaction.on_commit(lambda: rendering.enqueue(documents), robust=True)
    transaction.on_commit(lambda: letters.enqueue(written), robust=True)


def _usual() -> dict[str, Any]:
    """The year up to last month; in January, last year."""
    last = Month.of(today()).previous
    return {"du": Month(last.year, 1), "au": last, "reserve": KEPT}


def _asked(found: TrueUp) -> dict[str, Any]:
    """The address that asks again for what ``found`` was prepared with."""
    chosen = found.figures.get("chosen", {})
    return {
        "du": str(found.first_month),
        "au": str(found.last_month),
        "personnes": chosen.get("employees", []),
        "adherents": chosen.get("members", []),
        "reserve": KEPT if chosen.get("keeps_reserve", True) else SHARED,
        "gestion": (chosen.get("management") or "").replace(".", ","),
    }


def _issued(documents: list[Invoice]) -> str:
    count = len(documents)
    return f"La régularisation est émise\u00a0: {counted(count, 'document')}. Les PDF se préparent."


TRUE_UPS_A_PAGE = 12


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def year(request: UserRequest) -> HttpResponse:
    """True-ups, the newest period first; the reserve's balance; the ways to the other pages of the year."""
    context = {
        "page": paginate(request, overview.all_true_ups(), TRUE_UPS_A_PAGE),
        "balance": reserve.balance(),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/true_ups/year.html", context=context)
