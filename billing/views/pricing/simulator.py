"""The simulator: an address, no more; nothing is stored until somebody makes a quote of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import quoting, vat
from billing.forms.simulator import EXAMPLE, MOST_ROWS, QuoteForm, SimulatorForm, member_named
from billing.models import Quote
from billing.quoting import Offer
from billing.simulating import Simulation, simulate
from billing.simulating.chart import draw
from groupement.pages import act, page
from members.access import Role, for_roles, today
from members.models import Member

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
            request, quoting.write, offer, by=request.user, at=timezone.now(), form=quote, success=_made
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
    return page(request, "billing/pricing/simulator.html", context=context, status=status)


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
