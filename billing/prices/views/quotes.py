"""Quotes: the list, one of them as its paper says it, its PDF, and how it becomes terms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.documents import letters, vat
from billing.models import Quote
from billing.prices import offering
from billing.prices.forms.price import AcceptForm
from billing.prices.forms.simulator import EXAMPLE, MOST_ROWS, QuoteForm, SimulatorForm, member_named
from billing.prices.offering import Offer
from billing.prices.simulator import Simulation, draw, simulate
from billing.prices.views.prices import Change, answer
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import for_roles, holds, today
from members.models import Member
from members.roles import Role

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
    return page(request, "billing/prices/quotes.html", context=context)


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
    return page(request, "billing/prices/quote.html", context=context)


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
        propose=lambda: offering.propose(found, **facts()),
        agree=lambda: offering.accept(found, **facts(), by=request.user),
        context={"quote": found, "assignment": None, "title": "Accepter le devis", "earliest": None},
    )
    return answer(request, steps)


def _quote(request: HttpRequest, pk: int) -> Quote:
    rows = Quote.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("letter", "member", "made_by", "terms"), pk=pk)


def _may_act(request: HttpRequest) -> bool:
    return holds(request.user, Role.COORDINATOR) or holds(request.user, Role.FINANCE)


VALID_FOR = timedelta(days=30)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def simulator(request: HttpRequest) -> HttpResponse:
    """What the address asks; without anything asked, an example to change."""
    asked = request.GET or QueryDict(urlencode(EXAMPLE))
    form = SimulatorForm(asked)
    said = _said(request, form)
    quote = None if said is None else QuoteForm(names=_names(said), initial=_offered(asked))
    return _page(request, form, said, quote)


@require_POST
@for_roles(Role.COORDINATOR, Role.FINANCE)
def make_quote(request: HttpRequest) -> HttpResponse:
    """The simulation is done again from its address, and one of its structures gets a quote."""
    asked = QueryDict(request.POST.get("simulation", ""))
    form = SimulatorForm(asked)
    said = _said(request, form)
    if said is None:
        return _page(request, form, None, None, status=422)
    quote = QuoteForm(request.POST, names=_names(said))
    if quote.is_valid():
        offer = _offer(said, quote, asked.urlencode())
        done = act(
            request, offering.write, offer, by=request.user, at=timezone.now(), form=quote, success=_made
        )
        if done:
            return redirect("billing:quote", done.value.pk)
    return _page(request, form, said, quote, status=422)


def _said(request: HttpRequest, form: SimulatorForm) -> Simulation | None:
    """The simulation, or None with the sentences at the fields."""
    if not form.is_valid():
        return None
    done = act(request, lambda: simulate(form.question(), rates=vat.rates(today())), form=form)
    return done.value if done else None


def _page(
    request: HttpRequest,
    form: SimulatorForm,
    said: Simulation | None,
    quote: QuoteForm | None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "said": said,
        "quote": quote,
        "chart": draw(said.job) if said else None,
        "is_example": not (request.GET or request.POST),
        "members": list(Member.objects.by_name().values_list("short_name", flat=True)),
        "more": min(len(form.rows) + 1, MOST_ROWS) if len(form.rows) < MOST_ROWS else None,
    }
    return page(request, "billing/prices/simulator.html", context=context, status=status)


def _offered(asked: QueryDict) -> dict[str, Any]:
    return {"simulation": asked.urlencode(), "valid_until": today() + VALID_FOR}


def _offer(said: Simulation, quote: QuoteForm, question: str) -> Offer:
    data = quote.cleaned_data
    return Offer(
        simulation=said,
        row=data["row"],
        method=data["method"],
        job=data["job"],
        valid_until=data["valid_until"],
        member=member_named(said.bills[data["row"]].host.name),
        note=data["note"],
        question=question,
    )


def _names(said: Simulation) -> list[str]:
    return [bill.host.name for bill in said.bills]


def _made(quote: Quote) -> str:
    return f"Le devis {quote.letter.content['reference']} est prêt."
