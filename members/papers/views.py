"""Pages of papers: those that wait for one, a paper with its signatures, its PDF and copies, whether a file is it."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groupement.kernel.pages import act, attachment, page, paginate
from members import filing
from members.access import UserRequest, coordinates, for_roles, today
from members.papers import printing, signing, verifying, writing
from members.papers.forms import AgreementForm, CopyForm, PaperReasonForm, SignForm, VerifyForm
from members.papers.models import Paper, PaperStatus, Party, Signature, Template, TemplateStatus

LONGEST_AGENT = 200


@require_safe
def papers(request: UserRequest) -> HttpResponse:
    """Those to sign first, then all that one may read, the newest first."""
    rows = Paper.objects.visible_to(request.user).select_related("member").order_by("-written_at", "-pk")
    context = {
        "awaiting": signing.awaiting(request.user, today()),
        "papers": paginate(request, rows.defer("content")),
        "may_write": coordinates(request.user),
    }
    return page(request, "papers/papers.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("coordinator")
def write_agreement(request: UserRequest) -> HttpResponse:
    """The form of a new agreement, and the act."""
    if request.method == "POST":
        form = AgreementForm(request.POST)
        if form.is_valid():
            done = act(
                request,
                writing.write_agreement,
                by=request.user,
                at=timezone.now(),
                form=form,
                success=lambda made: f"{made} est écrite. Relisez-la, puis ouvrez-la à la signature.",
                **form.cleaned_data,
            )
            if done:
                return redirect("papers:paper", done.value.pk)
    else:
        form = AgreementForm(initial={"starts_on": today(), "signer": request.user})
    template = Template.objects.filter(code="agreement", status=TemplateStatus.IN_USE).first()
    return page(
        request,
        "papers/write_agreement.html",
        context={"form": form, "template": template},
        status=422 if form.errors else 200,
    )


@require_safe
def paper(request: UserRequest, pk: int) -> HttpResponse:
    """One paper: what it says, who signed, what may be done with it."""
    return _show(request, _find(request, pk))


@require_safe
def pdf(request: UserRequest, pk: int) -> HttpResponseBase:
    """The PDF, to save."""
    found = _find(request, pk)
    done = act(request, printing.open_pdf, found)
    if not done:
        return redirect("papers:paper", pk)
    return attachment(done.value, f"{found.reference}.pdf", "application/pdf")


@require_POST
@for_roles("coordinator")
def open_for_signature(request: UserRequest, pk: int) -> HttpResponse:
    """Let the parties sign."""
    found = _find(request, pk)
    sentence = "Le document est à la signature. Les parties le trouvent sous Documents."
    act(request, signing.open_for_signature, found, by=request.user, at=timezone.now(), success=sentence)
    return redirect("papers:paper", pk)


@require_POST
@for_roles("coordinator")
def void(request: UserRequest, pk: int) -> HttpResponse:
    """Give a paper up."""
    found, form = _find(request, pk), PaperReasonForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        facts: dict[str, Any] = {"reason": reason, "by": request.user, "at": timezone.now()}
        if act(request, signing.void, found, form=form, success="Le document est annulé.", **facts):
            return redirect("papers:paper", pk)
    return _show(request, found, void_form=form, status=422)


@require_POST
def sign(request: UserRequest, pk: int) -> HttpResponse:
    """Sign in the app; a refusal comes back on the page of the paper, beside the box."""
    party, form = _party(request, pk), SignForm(request.POST)
    form.is_valid()
    evidence = {
        "login": [
            each.get("method", "") for each in request.session.get("account_authentication_methods", [])
        ],
        "address": str(get_adapter(request).get_client_ip(request)),
        "agent": request.headers.get("user-agent", "")[:LONGEST_AGENT],
    }
    done = act(
        request,
        signing.sign,
        party,
        by=request.user,
        at=timezone.now(),
        consent=form.cleaned_data["consent"],
        evidence=evidence,
        form=form,
        success=f"Vous avez signé pour {party.name}.",
    )
    if done:
        return redirect("papers:paper", party.paper_id)
    return _show(request, _find(request, party.paper_id), sign_forms={party.pk: form}, status=422)


@require_POST
@for_roles("coordinator")
def record_copy(request: UserRequest, pk: int) -> HttpResponse:
    """Record a signature given outside the app."""
    party = _party(request, pk)
    form = CopyForm(request.POST, request.FILES, party=party, on=today())
    if form.is_valid():
        facts: dict[str, Any] = {"by": request.user, "at": timezone.now()}
        sentence = f"La copie signée par {party.name} est gardée."
        if act(request, signing.record_copy, party, form.wanted(), form=form, success=sentence, **facts):
            return redirect("papers:paper", party.paper_id)
    return _show(request, _find(request, party.paper_id), copy_forms={party.pk: form}, status=422)


@require_safe
def signed_copy(request: UserRequest, pk: int) -> HttpResponseBase:
    """The copy that was signed outside the app, to save."""
    signature = _signature(request, pk)
    if signature.copy is None:
        raise Http404
    done = act(request, filing.open_file, signature.copy)
    if not done:
        return redirect("papers:paper", signature.party.paper_id)
    return attachment(done.value, signature.copy.name, signature.copy.media_type)


@require_POST
def withdraw(request: UserRequest, pk: int) -> HttpResponse:
    """Take one's signature back."""
    signature, form = _signature(request, pk), PaperReasonForm(request.POST)
    number = signature.party.paper_id
    if form.is_valid():
        facts: dict[str, Any] = {
            "reason": form.cleaned_data["reason"],
            "by": request.user,
            "at": timezone.now(),
        }
        sentence = (
            "La signature est retirée à partir d’aujourd’hui. Elle reste dans le document, avec son retrait."
        )
        if act(request, signing.withdraw, signature, form=form, success=sentence, **facts):
            return redirect("papers:paper", number)
    return _show(request, _find(request, number), withdraw_forms={signature.pk: form}, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: UserRequest, pk: int) -> HttpResponse:
    """Whether all is as it was written and signed; and what a file is that somebody holds."""
    found, comparison, form = _find(request, pk), None, VerifyForm()
    if request.method == "POST":
        form = VerifyForm(request.POST, request.FILES)
        if form.is_valid():
            done = act(request, verifying.compare, found, form.cleaned_data["file"].read(), form=form)
            comparison = done.value if done else None
    context = {"paper": found, "faults": verifying.faults(found), "form": form, "comparison": comparison}
    return page(request, "papers/verify.html", context=context, status=422 if form.errors else 200)


def _find(request: UserRequest, pk: int) -> Paper:
    rows = Paper.objects.visible_to(request.user).select_related("pdf", "template", "supersedes")
    return get_object_or_404(rows, pk=pk)


def _party(request: UserRequest, pk: int) -> Party:
    rows = Party.objects.filter(paper__in=Paper.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("paper", "member", "user"), pk=pk)


def _signature(request: UserRequest, pk: int) -> Signature:
    rows = Signature.objects.filter(party__paper__in=Paper.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("copy", "party__paper", "party__member"), pk=pk)


def _show(request: UserRequest, found: Paper, *, status: int = 200, **refused: Any) -> HttpResponse:
    """The page of a paper; ``refused`` are forms that come back."""
    coordination = coordinates(request.user)
    context = {
        "paper": found,
        "lines": _lines(request, found, coordination, refused),
        "faults": verifying.faults(found),
        "may_open": coordination and found.status == PaperStatus.WRITTEN,
        "void_form": (refused.get("void_form") or PaperReasonForm())
        if coordination and found.may_move(PaperStatus.VOID)
        else None,
        "steps": found.steps.select_related("by").order_by("at", "pk"),
    }
    return page(request, "papers/paper.html", context=context, status=status)


def _lines(
    request: UserRequest, found: Paper, coordination: bool, refused: dict[str, Any]
) -> list[dict[str, Any]]:
    """Each party with its signature, and the forms that who asks may send."""
    parties = found.parties.select_related("member", "user").order_by("rank")
    rows = Signature.objects.filter(party__paper=found).select_related("withdrawal", "copy", "party__member")
    signed = {each.party_id: each for each in rows}
    mine = {each.pk for each in signing.awaiting(request.user, today()) if each.paper_id == found.pk}
    withdrawn = any(hasattr(each, "withdrawal") for each in signed.values())
    lines = []
    for party in parties:
        signature = signed.get(party.pk)
        is_open = found.status == PaperStatus.SIGNING and party.must_sign and not signature and not withdrawn
        signing_form = refused.get("sign_forms", {}).get(party.pk)
        copy_form = refused.get("copy_forms", {}).get(party.pk)
        back_form = refused.get("withdraw_forms", {}).get(signature.pk) if signature else None
        may_take_back = (
            signature is not None
            and found.status != PaperStatus.VOID
            and not hasattr(signature, "withdrawal")
            and signing.may_withdraw(signature, request.user, today())
        )
        lines.append(
            {
                "party": party,
                "signature": signature,
                "withdrawal": getattr(signature, "withdrawal", None),
                "sign_form": signing_form or (SignForm() if is_open and party.pk in mine else None),
                "copy_form": copy_form
                or (CopyForm(party=party, on=today()) if is_open and coordination else None),
                "withdraw_form": back_form or (PaperReasonForm() if may_take_back else None),
            }
        )
    return lines
