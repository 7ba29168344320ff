"""Pages of the monthly close: the list of months; of one, what is missing, drafts, issue, and the PDFs as they come."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.documents import rendering
from billing.documents.numbering import blocked_until
from billing.models import BillingRun, Invoice, RunStatus
from billing.month import ahead, completing, drafting, issuing, overview, price_reasons
from billing.month.completing import MonthRest
from billing.month.overview import Readiness, RunRow
from billing.month.problem_links import count_blocking, problem_notices, rest_notices
from billing.month.reconciling import Reconciliation, reconcile
from groupement.kernel import worktime
from groupement.kernel.asked import asked_day, asked_key
from groupement.kernel.french import counted
from groupement.kernel.pages import act, page, paginate
from groupement.kernel.periods import Month
from groupement.kernel.templatetags.formats import day_fr
from members.access import UserRequest, for_roles, holds, today
from members.roles import Role

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
MONTHS_A_PAGE = 12
HOURS_AND_COSTS = 4  # steps of the close before its drafts


@require_safe
@for_roles(*READERS)
def runs(request: UserRequest) -> HttpResponse:
    """Every month that has hours or a run, newest first."""
    listed = paginate(request, overview.months(), MONTHS_A_PAGE)
    return page(request, "billing/month/runs.html", context={"page": listed})


@require_safe
@for_roles(*READERS)
def run(request: UserRequest, month: Month) -> HttpResponse:
    """The month’s close; ``?confirmer=`` shows a dialog’s question without JavaScript."""
    return page(request, "billing/month/run.html", context=_context(request, month))


@require_safe
@for_roles(*READERS)
def progress(request: UserRequest, month: Month) -> HttpResponse:
    """The table and the PDFs for a page that polls; 204 while nothing has changed since what it shows."""
    if not getattr(request, "htmx", False):
        return redirect("billing:run", month)
    context = _context(request, month)
    papers = context["papers"]
    if request.GET.get("prets") == str(papers.ready) and request.GET.get("echecs") == str(papers.failed):
        return HttpResponse(status=204)
    return page(request, "billing/month/run.html", part="papers", context=context | {"oob": True})


@require_POST
@for_roles(Role.FINANCE)
def draft(request: UserRequest, month: Month) -> HttpResponse:
    """Draft the month: charges and drafts for every member, as often as one likes; nothing is numbered."""
    act(
        request,
        drafting.draft,
        month,
        by=request.user,
        at=timezone.now(),
        success=f"L’essai {month.of_label} est fait. Rien n’est numéroté.",
    )
    return redirect("billing:run", month)


@require_POST
@for_roles(Role.FINANCE)
def discard(request: UserRequest, month: Month) -> HttpResponse:
    """Throw the month’s drafts away."""
    act(
        request,
        drafting.discard,
        _open_run(month),
        by=request.user,
        at=timezone.now(),
        success=f"Les brouillons {month.of_label} sont abandonnés.",
    )
    return redirect("billing:run", month)


@require_POST
@for_roles(Role.FINANCE)
def issue(request: UserRequest, month: Month) -> HttpResponse:
    """Issue every draft of the run, then have their PDFs made; ``tot`` and ``date`` answer what the dialog asks."""
    the_run = _open_run(month)
    done = act(
        request,
        issuing.issue_run,
        the_run,
        by=request.user,
        at=timezone.now(),
        accepts_early="tot" in request.POST,
        accepts_clock="horloge" in request.POST,
        issued_on=asked_day(request.POST.get("date")),
    )
    if isinstance(done.refusal, ahead.MonthNotOver | ahead.ClockInDoubt):
        return redirect(f"{reverse('billing:run', args=[month])}?confirmer=emission#emission")
    if done and done.value:
        issued, failed = done.value.issued, done.value.failed
        _queue_pdfs([invoice.pk for invoice in issued])
        if issued:
            messages.success(request, _issued_sentence(len(issued)))
        elif not failed:
            messages.success(request, "Le coût du mois est compté. Il n’y avait rien à facturer.")
        for member, message in failed:
            messages.error(request, f"{member}\u00a0: {message}")
    return redirect("billing:run", month)


@require_POST
@for_roles(Role.FINANCE)
def retry(request: UserRequest, month: Month) -> HttpResponse:
    """Make the PDFs of the month that failed again: the one named by ``facture``, else all of them."""
    invoices = Invoice.objects.filter(run__month=month)
    if wanted := asked_key(request.POST.get("facture")):
        invoices = invoices.filter(pk=wanted)
    count = rendering.retry(invoices.values_list("pk", flat=True), at=timezone.now())
    if count:
        messages.success(request, f"{counted(count, 'PDF se prépare', 'PDF se préparent')} de nouveau.")
    else:
        messages.info(request, "Aucun PDF n’est en échec\u00a0: rien n’est relancé.")
    return redirect("billing:run", month)


@require_safe
@for_roles(Role.FINANCE)
def zip_all(request: UserRequest, month: Month) -> HttpResponseBase:
    """Every PDF of the month in one file, as soon as none is missing."""
    done = act(request, rendering.zip_of, _open_run(month))
    if not done or done.value is None:
        return redirect("billing:run", month)
    return FileResponse(done.value, as_attachment=True, filename=f"factures-{month}.zip")


def _context(request: UserRequest, month: Month) -> dict[str, Any]:
    """Everything that the page and its part show."""
    runs = list(BillingRun.objects.filter(month=month).order_by("supplement"))
    the_run = runs[-1] if runs else None
    rows = overview.rows(*runs)
    readiness = overview.readiness(month)
    rest = completing.rest_of(month) if runs and runs[0].status == RunStatus.ISSUED else None
    drafted = the_run if the_run and the_run.status == RunStatus.DRAFTED else None
    problems = overview.problems(drafted) if drafted else None
    if rest and not drafted:
        notices = rest_notices(month, rest, readiness)
    else:
        notices = problem_notices(month, problems, readiness, request.user, rest)
    blocking = count_blocking(notices)
    may_act = holds(request.user, Role.FINANCE)
    drafts = overview.issuable(rows, problems or [])
    papers = overview.pdf_progress(rows)
    balance = reconcile(*runs) if the_run and runs[0].employer_cost is not None else None
    can = _can(month, the_run, rows, drafts, rest, readiness) if may_act else {}
    return {
        "month": month,
        "run": the_run,
        "rest": rest,
        "readiness": readiness,
        "rows": rows,
        "sums": overview.sums(rows),
        "drafts": overview.sums(drafts),
        "papers": papers,
        "unsent": overview.count_unsent(*runs) if the_run and may_act and papers.ready else 0,
        "problems": notices,
        "blocking": blocking,
        "steps": steps(the_run, readiness, rows, blocking),
        "may_act": may_act,
        "can": can,
        "to_come": ahead.days_to_come(month, today()) if can.get("issue") else None,
        "silence": ahead.silence(today()) if can.get("issue") else None,
        "blocked_until": blocked_until(today()) if can.get("issue") else None,
        "reached": ahead.date_reached(today()) if can.get("issue") else None,
        "asked": request.GET.get("confirmer"),
        "balance": balance,
        "uncounted": _uncounted(balance, rest),
        "oob": False,
    } | _selected(rows, request.GET, with_costs=may_act)


def _open_run(month: Month) -> BillingRun:
    """The month’s run that is not issued, else the last; 404 for a month without any."""
    found = BillingRun.objects.filter(month=month).order_by("-supplement").first()
    if found is None:
        raise Http404
    return found


def _uncounted(balance: Reconciliation | None, rest: MonthRest | None) -> str:
    """Why the month’s account is not whole yet, in words; nothing when it is."""
    if rest and rest.lacks:
        return rest.lacks
    return completing.uncounted_cost(balance.without_cost) if balance else ""


def _can(
    month: Month,
    the_run: BillingRun | None,
    rows: Sequence[RunRow],
    drafts: Sequence[RunRow],
    rest: MonthRest | None,
    readiness: Readiness,
) -> dict[str, bool]:
    """Which buttons make sense now; the acts themselves have the last word.

    A month without hours may be tried too: for hours released by a credit note, sums that wait, flat prices. An issued
    one may be completed with what came since; a draft that only counts costs is closed without an invoice.
    """
    is_issued = the_run is not None and the_run.status == RunStatus.ISSUED
    is_drafted = the_run is not None and the_run.status == RunStatus.DRAFTED
    of_run = [row for row in rows if the_run and row.invoice.run_id == the_run.pk]
    counts_only = is_drafted and not of_run and the_run is not None and bool(the_run.employer_cost)
    counts_only = counts_only and bool((the_run and the_run.supplement) or not readiness.to_approve)
    return {
        "draft": not is_issued and month.first <= today(),
        "complete": is_issued and rest is not None and rest.may_be_completed,
        "discard": is_drafted and not any(row.invoice.number for row in of_run),
        "issue": is_drafted and bool(drafts),
        "count": counts_only,
    }


def _selected(rows: Sequence[RunRow], asked: QueryDict, *, with_costs: bool) -> dict[str, Any]:
    """The invoice whose price is explained: the one asked for, or that of the member asked for, else the first."""
    if not rows:
        return {"selected": None, "reasons": []}
    wanted = (
        (row for row in rows if str(row.invoice.pk) == asked.get("facture")),
        (row for row in rows if str(row.invoice.member_id) == asked.get("adherent")),
    )
    selected = next(chain(*wanted), rows[0])
    return {
        "selected": selected,
        "reasons": price_reasons.reasons(selected.invoice, with_costs=with_costs),
    }


def _queue_pdfs(invoices: Sequence[int]) -> None:
    """Queue the PDFs after commit; should the queue be down, the clock finds the job rows and sends them again."""
    transaction.on_commit(lambda: rendering.enqueue(invoices), robust=True)


def _issued_sentence(count: int) -> str:
    if count == 1:
        return "Une facture est émise. Son PDF se prépare."
    return f"{count} factures sont émises. Leurs PDF se préparent."


def steps(
    run: BillingRun | None, readiness: Readiness, rows: Sequence[RunRow], blocking: int
) -> list[dict[str, Any]]:
    """From hours to PDFs: label, note, done; the first step that is not done is the current one."""
    found = _hours_and_costs(readiness) + _invoices(run, rows, blocking)
    ahead = found
    if run is not None and (run.supplement or run.status == RunStatus.ISSUED):
        # What comes late makes a supplement or joins the next month: it no longer holds this one back, nor is it done.
        ahead = found[-1:] if run.status == RunStatus.ISSUED else found[HOURS_AND_COSTS:]
    current = next((step for step in ahead if not step["done"]), None)
    return [step | {"current": step is current} for step in found]


def _hours_and_costs(readiness: Readiness) -> list[dict[str, Any]]:
    begun = readiness.sheets > 0
    entered = begun and not readiness.drafts
    return [
        _step(
            "Heures",
            _left(readiness.drafts, "relevé à saisir", "relevés à saisir")
            or f"{worktime.short_hours(readiness.minutes)}\u00a0h",
            entered,
        ),
        _step(
            "Visa des adhérents",
            _left(readiness.submitted, "à viser", "à viser") or ("reçus" if entered else ""),
            entered and not readiness.submitted,
        ),
        _step(
            "Approbation",
            f"{readiness.approved} sur {readiness.sheets}"
            if readiness.to_approve
            else counted(readiness.sheets, "relevé"),
            begun and not readiness.to_approve,
        ),
        _step(
            "Coûts",
            f"{readiness.costed} sur {counted(readiness.people, 'personne')}",
            begun and not readiness.uncosted,
        ),
    ]


def _invoices(run: BillingRun | None, rows: Sequence[RunRow], blocking: int) -> list[dict[str, Any]]:
    is_issued = run is not None and run.status == RunStatus.ISSUED
    is_drafted = run is not None and run.status != RunStatus.OPEN
    papers = sum(row.invoice.paper_state == "ready" for row in rows)
    drafts = _left(blocking, "point à régler", "points à régler") or counted(len(rows), "facture")
    return [
        _step(
            "Brouillons",
            drafts if is_drafted else "à faire",
            is_drafted and not blocking and (bool(rows) or is_issued),
        ),
        _step("Émission", day_fr(run.issued_at) if run and is_issued else "à venir", is_issued),
        _step(
            "PDF",
            f"{papers} sur {len(rows)}" if is_issued else "à venir",
            is_issued and papers == len(rows),
        ),
    ]


def _step(label: str, note: str, done: bool) -> dict[str, Any]:
    return {"label": label, "note": note, "done": done}


def _left(count: int, one: str, many: str) -> str:
    """ "2 relevés à saisir", nothing for none."""
    return counted(count, one, many) if count else ""
