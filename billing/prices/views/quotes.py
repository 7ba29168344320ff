"""Pages of quotes and of the simulator: the list, a quote, its PDF, its acceptance; a simulation and its quote."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.documents import letters, vat
from billing.models import Dispatch, Quote
from billing.prices import offering
from billing.prices.forms.price import QuoteAcceptForm
from billing.prices.forms.simulator import EXAMPLE, MOST_ROWS, QuoteForm, SimulatorForm, member_named
from billing.prices.offering import Offer
from billing.prices.simulator import HOUR_PARTS, Simulation, hour_chart, simulate
from billing.prices.views.prices import TwoStepChange, answer
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import UserRequest, for_roles, holds, today
from members.models import Mail, Member, SubjectKind
from members.roles import Role

QUOTES_A_PAGE = 25


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def quotes(request: UserRequest) -> HttpResponse:
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
def quote(request: UserRequest, pk: int) -> HttpResponse:
    """The quote as its paper has it; who may agree on prices also sees the link to its simulation."""
    found = _quote(request, pk)
    context = {
        "quote": found,
        "letter": found.letter.content,
        "today": today(),
        "wide": request.user.sees_every_member,
        "may_act": _may_act(request),
        "mails": _mails(found) if request.user.sees_every_member else [],
    }
    return page(request, "billing/prices/quote.html", context=context)


def _mails(found: Quote) -> list[Mail]:
    """To whom the quote was sent, the last first."""
    sent = Dispatch.objects.filter(letter=found.letter_id).values("pk")
    about = {"about__kind": SubjectKind.DISPATCH, "about__number__in": sent}
    return list(Mail.objects.filter(**about).defer("text", "html").order_by("-queued_at", "pk"))


@require_safe
def pdf(request: UserRequest, pk: int) -> HttpResponseBase:
    """The file, made when it is first opened and stored, its digest checked."""
    found = _quote(request, pk)
    done = act(request, letters.open_pdf, found.letter)
    if not done:
        return redirect("billing:quote", pk)
    name = f"{found.letter.content['reference']}.pdf"
    return FileResponse(done.value, as_attachment=True, filename=name)


@require_http_methods(["GET", "POST"])
@for_roles(Role.COORDINATOR, Role.FINANCE)
def accept(request: UserRequest, pk: int) -> HttpResponse:
    """The quote becomes the terms of an assignment, in two steps."""
    found = _quote(request, pk)
    initial = {"starts_on": Month.of(today()).before}
    form = QuoteAcceptForm(request.POST or None, quote=found, on=today(), initial=initial)

    def figures() -> dict[str, Any]:
        data = form.cleaned_data
        return {"assignment": data["assignment"], "starts_on": data["starts_on"], "at": timezone.now()}

    steps = TwoStepChange(
        form,
        propose=lambda: offering.propose(found, **figures()),
        agree=lambda: offering.accept(found, **figures(), by=request.user),
        context={"quote": found, "assignment": None, "title": "Accepter le devis", "earliest": None},
    )
    return answer(request, steps)


def _quote(request: UserRequest, pk: int) -> Quote:
    rows = Quote.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("letter", "member", "made_by", "terms"), pk=pk)


def _may_act(request: UserRequest) -> bool:
    return holds(request.user, Role.COORDINATOR) or holds(request.user, Role.FINANCE)


VALID_FOR = timedelta(days=30)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE)
def simulator(request: UserRequest) -> HttpResponse:
    """What the address asks; without anything asked, an example to change."""
    asked = request.GET or QueryDict(urlencode(EXAMPLE))
    form = SimulatorForm(asked)
    simulation = _simulation(request, form)
    quote = None if simulation is None else QuoteForm(names=_names(simulation), initial=_initial(asked))
    return _page(request, form, simulation, quote)


@require_POST
@for_roles(Role.COORDINATOR, Role.FINANCE)
def make_quote(request: UserRequest) -> HttpResponse:
    """The simulation is done again from its address, and one of its structures gets a quote."""
    asked = QueryDict(request.POST.get("simulation", ""))
    form = SimulatorForm(asked)
    simulation = _simulation(request, form)
    if simulation is None:
        return _page(request, form, None, None, status=422)
    quote = QuoteForm(request.POST, names=_names(simulation))
    if quote.is_valid():
        offer = _offer(simulation, quote, asked.urlencode())
        done = act(
            request,
            offering.write,
            offer,
            by=request.user,
            at=timezone.now(),
            form=quote,
            success=_quote_made,
        )
        if done:
            return redirect("billing:quote", done.value.pk)
    return _page(request, form, simulation, quote, status=422)


def _simulation(request: UserRequest, form: SimulatorForm) -> Simulation | None:
    """The simulation, or None with the sentences at the fields."""
    if not form.is_valid():
        return None
    done = act(request, lambda: simulate(form.simulation_input(), rates=vat.rates(today())), form=form)
    return done.value if done else None


def _page(
    request: UserRequest,
    form: SimulatorForm,
    simulation: Simulation | None,
    quote: QuoteForm | None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "simulation": simulation,
        "quote": quote,
        "chart": hour_chart(simulation.job) if simulation else None,
        "hour_parts": HOUR_PARTS,
        "is_example": not (request.GET or request.POST),
        "members": list(Member.objects.by_name().values_list("short_name", flat=True)),
        "more": min(len(form.rows) + 1, MOST_ROWS) if len(form.rows) < MOST_ROWS else None,
    }
    return page(request, "billing/prices/simulator.html", context=context, status=status)


def _initial(asked: QueryDict) -> dict[str, Any]:
    return {"simulation": asked.urlencode(), "valid_until": today() + VALID_FOR}


def _offer(simulation: Simulation, quote: QuoteForm, address: str) -> Offer:
    data = quote.cleaned_data
    return Offer(
        simulation=simulation,
        row=data["row"],
        method=data["method"],
        job=data["job"],
        valid_until=data["valid_until"],
        member=member_named(simulation.hosts[data["row"]].host.name),
        note=data["note"],
        address=address,
    )


def _names(simulation: Simulation) -> list[str]:
    return [each.host.name for each in simulation.hosts]


def _quote_made(quote: Quote) -> str:
    return f"Le devis {quote.letter.content['reference']} est prêt."
