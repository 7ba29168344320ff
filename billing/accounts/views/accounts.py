"""Accounts: one member's statement, on the page and as a PDF, and how old what all owe is."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from billing.accounts import ageing as accounts_ageing
from billing.accounts import payments as accounts_payments
from billing.accounts import receivables, statement_of_account
from billing.accounts.ageing import bars, stacked
from billing.accounts.forms import (
    PART,
    AccountPeriod,
    PartsForm,
    PaymentFilter,
    PaymentForm,
    PaymentStart,
    ReverseForm,
)
from billing.models import Allocation, Payment
from groupement.kernel.money import parse_amount, spell, spell_plain
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from members.access import for_roles, holds, today
from members.models import Member
from members.roles import Role

MEMBERS_A_PAGE = 50
MONTHS = 12


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """A period of the account, the last twelve months unless asked otherwise; where the member stands today on top."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form, first, last = _period(request)
    context = {
        "member": member,
        "form": form,
        "account": statement_of_account.account(member, first=first, last=last),
        "position": statement_of_account.position(member, on=today()),
        "wide": request.user.sees_every_member,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/account.html", context=context, status=422 if form.errors else 200)


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN, Role.MEMBER)
def account_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The same period as a file; a period that cannot be read is asked for again on the page."""
    member = get_object_or_404(Member.objects.visible_to(request.user), pk=pk)
    form, first, last = _period(request)
    if form.errors:
        return redirect("billing:account", pk)
    told = statement_of_account.account(member, first=first, last=last)
    content = statement_of_account.print_account(
        member, told, statement_of_account.position(member, on=today()), at=timezone.now()
    )
    response = HttpResponse(content, content_type="application/pdf")
    name = f"releve-{slugify(member.short_name)}-{last}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@for_roles(Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
def ageing(request: HttpRequest) -> HttpResponse:
    """What members owe by age, the most overdue first; the drawing is of all of them."""
    rows, total = accounts_ageing.ageing(on=today())
    rows.sort(key=lambda row: (-row.overdue, -row.due))
    shown = Paginator(rows, MEMBERS_A_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": shown,
        "rows": [(row, stacked(row.buckets)) for row in shown],
        "buckets": accounts_ageing.BUCKETS,
        "total": total,
        "bars": bars(accounts_ageing.BUCKETS, accounts_ageing.SHORT, total.buckets),
        "on": today(),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/ageing.html", context=context)


def _period(request: HttpRequest) -> tuple[AccountPeriod, date, date]:
    """The form, and the days it asks for; those of the last twelve months where it asks for none it can read."""
    usual = {"du": Month.of(today()).shift(1 - MONTHS).first, "au": today()}
    asked = {"du", "au"} & set(request.GET)
    form = AccountPeriod(request.GET) if asked else AccountPeriod(initial=usual)
    days = usual | (form.cleaned_data if asked and form.is_valid() else {})
    return form, days["du"], days["au"]


PAYMENTS_A_PAGE = 25
READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)


@require_safe
@for_roles(*READERS)
def payments(request: HttpRequest) -> HttpResponse:
    """Those that fit the filter, the last received first; the sums are of those that the bank did not take back."""
    asked = PaymentFilter(request.GET, user=request.user)
    found = asked.chosen()
    kept = request.GET.copy()
    kept.pop("page", None)
    settled = Prefetch("allocations", _allocations(), to_attr="settled")
    rows = found.select_related("member").prefetch_related(settled).order_by("-received_on", "-pk")
    context = {
        "filter": asked,
        "page": paginate(request, rows, PAYMENTS_A_PAGE),
        "sums": found.filter(reversed_on=None).aggregate(
            count=Count("pk"), received=Sum("amount"), at_hand=Sum("left")
        ),
        "query": f"{kept.urlencode()}&" if any(kept.values()) else "",
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/accounts/payments.html", context=context)


@require_safe
@for_roles(*READERS)
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """One payment, what it settles, and what may still be done with it."""
    return show(request, find(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def record(request: HttpRequest) -> HttpResponse:
    """Who paid and how much, from the address; then the rest of it, with the oldest due proposed first."""
    asked = request.GET if "montant" in request.GET else None
    dues = {row.member.pk: row.due for row in accounts_ageing.ageing(on=today())[0] if row.member}
    start = PaymentStart(asked, dues=dues, initial={"adherent": request.GET.get("adherent")})
    if not start.is_valid():
        status = 422 if start.is_bound else 200
        return page(request, "billing/accounts/record_start.html", context={"form": start}, status=status)
    member = start.cleaned_data["adherent"]
    form = _form(request, member, start.cleaned_data["montant"])
    status = 200
    if request.method == "POST" and "spread" not in request.POST:
        if form.is_valid() and (made := _record(request, member, form)):
            again = "again" in request.POST
            return redirect("billing:record_payment") if again else redirect("billing:payment", made.pk)
        status = 422
    context = {"form": form, "member": member, "account": statement_of_account.position(member, on=today())}
    return page(request, "billing/accounts/record.html", context=context, status=status)


def find(request: HttpRequest, pk: int) -> Payment:
    """The payment with what is left of it, if it is in the scope of who asks."""
    rows = receivables.with_left(Payment.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("member", "recorded_by"), pk=pk)


def show(
    request: HttpRequest,
    found: Any,
    *,
    parts: PartsForm | None = None,
    reversal: ReverseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of ``found``, with a form that was refused if there is one."""
    may_act = holds(request.user, Role.FINANCE)
    context = {
        "payment": found,
        "allocations": list(_allocations().filter(payment=found)),
        "parts": parts or (parts_of(found) if may_act and found.left else None),
        "reversal": reversal or ReverseForm(initial={"on": today()}),
        "may_act": may_act,
        "may_reverse": may_act and not found.reversed_on,
    }
    return page(request, "billing/accounts/payment.html", context=context, status=status)


def parts_of(found: Any, data: QueryDict | None = None) -> PartsForm | None:
    """What is left of ``found`` over the member's due invoices, the oldest first; None when nothing is due."""
    invoices = list(receivables.oldest_first(receivables.unsettled(found.member_id).defer("snapshot")))
    proposed = [(each.pk, part) for each, part in receivables.shared_out(found.left, invoices)]
    return PartsForm(data, invoices=invoices, proposed=proposed) if invoices else None


def _allocations() -> Any:
    rows = Allocation.objects.select_related("invoice", "recorded_by").defer("invoice__snapshot")
    return rows.order_by("invoice__issued_on", "invoice__sequence", "pk")


def _form(request: HttpRequest, member: Member, amount: Any) -> PaymentForm:
    first = request.GET.get("facture")
    invoices = list(receivables.oldest_first(receivables.unsettled(member.pk).defer("snapshot")))
    wanted = sorted(invoices, key=lambda each: str(each.pk) != first)
    if request.method == "POST":
        data = request.POST.copy()
        if "spread" in data:
            _spread(data, wanted)
        return PaymentForm(data, invoices=invoices)
    shares = [(each.pk, part) for each, part in receivables.shared_out(amount, wanted)]
    return PaymentForm(invoices=invoices, proposed=shares, initial={"amount": amount, "received_on": today()})


def _spread(data: QueryDict, invoices: list[Any]) -> None:
    """Write the amount typed over the invoices again; an amount that cannot be read leaves them as they are."""
    try:
        amount = parse_amount(data.get("amount", ""))
    except ValueError:
        return
    shares = {each.pk: part for each, part in receivables.shared_out(amount, invoices)}
    for each in invoices:
        data[f"{PART}{each.pk}"] = spell_plain(shares[each.pk]) if each.pk in shares else ""


def _record(request: HttpRequest, member: Member, form: PaymentForm) -> Payment | None:
    done = act(
        request,
        accounts_payments.record,
        member,
        **form.facts(),
        by=request.user,
        at=timezone.now(),
        form=form,
    )
    if done.value is None:
        return None
    made = receivables.with_left(Payment.objects.filter(pk=done.value.pk)).get()
    sentence = f"{member.short_name}\u00a0: règlement de {spell(made.amount)} enregistré"
    if made.left:
        sentence += f", {spell(made.left)} restent en crédit"
    messages.success(request, f"{sentence}.", extra_tags=reverse("billing:undo_payment", args=[made.pk]))
    return made
