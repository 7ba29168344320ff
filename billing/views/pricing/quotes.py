"""Quotes: the list, one of them as its paper says it, its PDF, and how it becomes terms."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing import letters, quoting
from billing.forms.price import AcceptForm
from billing.models import Quote
from billing.views.pricing.two_steps import Change, answer
from groupement.pages import act, page, paginate
from groupement.periods import Month
from members.access import Role, for_roles, holds, today

QUOTES_A_PAGE = 25


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def quotes(request: HttpRequest) -> HttpResponse:
    """Those in scope, the newest first."""
    found = Quote.objects.visible_to(request.user).select_related("letter", "member")
    context = {
        "page": paginate(request, found.order_by("-made_at", "-pk"), QUOTES_A_PAGE),
        "today": today(),
        "wide": request.user.sees_every_member,
        "may_act": _may_act(request),
    }
    return page(request, "billing/pricing/quotes.html", context=context)


@require_safe
def quote(request: HttpRequest, pk: int) -> HttpResponse:
    """What the paper says; who may agree on prices also sees the way back to the simulation."""
    found = _quote(request, pk)
    context = {
        "quote": found,
        "letter": found.letter.content,
        "today": today(),
        "wide": request.user.sees_every_member,
        "may_act": _may_act(request),
    }
    return page(request, "billing/pricing/quote.html", context=context)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, made at the first reading and kept, its digest checked."""
    found = _quote(request, pk)
    done = act(request, letters.open_printed, found.letter)
    if not done:
        return redirect("billing:quote", pk)
    name = f"{found.letter.content['reference']}.pdf"
    return FileResponse(done.value, as_attachment=True, filename=name)


@require_http_methods(["GET", "POST"])
@for_roles(Role.COORDINATOR, Role.FINANCE)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The quote becomes the terms of an assignment, in two steps."""
    found = _quote(request, pk)
    initial = {"starts_on": Month.of(today()).before}
    form = AcceptForm(request.POST or None, quote=found, on=today(), initial=initial)

    def facts() -> dict[str, Any]:
        data = form.cleaned_data
        return {"assignment": data["assignment"], "starts_on": data["starts_on"], "at": timezone.now()}

    steps = Change(
        form,
        propose=lambda: quoting.propose(found, **facts()),
        agree=lambda: quoting.accept(found, **facts(), by=request.user),
        context={"quote": found, "assignment": None, "title": "Accepter le devis", "earliest": None},
    )
    return answer(request, steps)


def _quote(request: HttpRequest, pk: int) -> Quote:
    rows = Quote.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("letter", "member", "made_by", "terms"), pk=pk)


def _may_act(request: HttpRequest) -> bool:
    return holds(request.user, Role.COORDINATOR) or holds(request.user, Role.FINANCE)
