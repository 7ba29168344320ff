"""Pages of joint liability and the reserve: the statement, also as PDF, a member's own share, the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.liability import exposure
from billing.liability.forms import DebtForm, ReserveForm
from billing.liability.reserve import balance, deduction_cap, ledger, record_movement
from groupement.kernel.money import cents
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, for_roles, holds, today
from members.models import Member
from members.roles import Role

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
MOVEMENTS_A_PAGE = 25
# The debt of which a member reads its share: a round one, since a real one would show what people cost.
EXAMPLE = Decimal("10000.00")


@require_safe
@for_roles(*READERS)
def liability(request: UserRequest) -> HttpResponse:
    """Who would pay what of a debt, and what the default of one would cost the others."""
    form, statement = _state(request)
    context = {
        "form": form,
        "statement": statement,
        "chart": exposure.exposure_chart(statement) if statement and statement.rows else None,
        "query": request.GET.urlencode(),
    }
    status = 200 if statement else 422
    return page(request, "billing/liability/liability.html", context=context, status=status)


@require_safe
@for_roles(*READERS)
def liability_pdf(request: UserRequest) -> HttpResponse:
    """The same as a file; what cannot be shared is asked for again on the page."""
    _, statement = _state(request)
    if statement is None:
        return redirect("billing:liability")
    done = act(request, exposure.pdf, statement, at=timezone.now())
    if not done:
        return redirect("billing:liability")
    response = HttpResponse(done.value, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="responsabilite-solidaire-{today()}.pdf"'
    return response


@require_safe
@for_roles(Role.MEMBER)
def my_share(request: UserRequest) -> HttpResponse:
    """A member's own share in percent, and of a round debt; nobody else's, no real debt."""
    percents = exposure.percents(on=today())
    own_shares = [
        (member, percents[member.pk], cents(EXAMPLE * percents[member.pk] / 100))
        for member in Member.objects.visible_to(request.user).by_name()
        if member.pk in percents
    ]
    context = {"own_shares": own_shares, "example": EXAMPLE, "key": exposure.key_label(on=today())}
    return page(request, "billing/liability/my_share.html", context=context)


@require_safe
@for_roles(*READERS)
def reserve(request: UserRequest) -> HttpResponse:
    """The ledger of the reserve with its balance, the last movement first."""
    return _reserve(request, ReserveForm(initial={"booked_on": today()}))


@require_POST
@for_roles(Role.FINANCE)
def record(request: UserRequest) -> HttpResponse:
    """Record a movement that no close makes."""
    form = ReserveForm(request.POST)
    if form.is_valid() and act(
        request,
        record_movement,
        **form.cleaned_data,
        by=request.user,
        at=timezone.now(),
        form=form,
        success="Le mouvement est noté.",
    ):
        return redirect("billing:reserve")
    return _reserve(request, form, status=422)


def _reserve(request: UserRequest, form: ReserveForm, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "page": paginate(request, ledger(), MOVEMENTS_A_PAGE),
        "balance": balance(),
        "cap": deduction_cap(today().year),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/liability/reserve.html", context=context, status=status)


def _state(request: UserRequest) -> tuple[DebtForm, exposure.LiabilityStatement | None]:
    """What the address asks; None when it cannot be stated, then the form says why."""
    form = DebtForm(request.GET)
    if not form.is_valid():
        return form, None
    chosen = form.cleaned_data["defaut"]
    done = act(
        request,
        exposure.state,
        on=today(),
        debt=form.cleaned_data["dette"],
        defaulting=chosen.pk if chosen else None,
        form=form,
    )
    return form, done.value if done else None
