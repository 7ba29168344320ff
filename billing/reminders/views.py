"""Reminders: those of today, read before they are sent; those sent; levels, late costs and disputes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Sum
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.documents import letters
from billing.models import (
    Dispute,
    DunningLevel,
    Invoice,
    InvoiceKind,
    InvoiceStatus,
    Letter,
    LetterKind,
    Reminder,
)
from billing.reminders import choosing, claiming, disputing, sending, wording
from billing.reminders.forms import DisputeForm, OutcomeForm
from groupement.kernel.asked import asked_key
from groupement.kernel.french import counted
from groupement.kernel.pages import act, page, paginate
from members.access import UserRequest, can_sign_for, for_roles, holds, today
from members.models import User
from members.roles import Role

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
LETTERS_A_PAGE = 25
MOST_AT_ONCE = 20


@require_safe
@for_roles(*READERS)
def reminders(request: UserRequest) -> HttpResponse:
    """What is late today: the letters to send, the other invoices with the reason, the open disputes."""
    despite = _despite_bank(request.GET)
    of_today = choosing.reminders_of_day(today(), despite_bank=despite)
    may_act = holds(request.user, Role.FINANCE)
    disputes = Dispute.objects.filter(closed_on=None).select_related("invoice__member", "opened_by")
    context = {
        "letters": of_today.to_send,
        "not_reminded": paginate(
            request, [each for each in of_today.not_reminded if not each.is_contested], LETTERS_A_PAGE
        ),
        "late": sum(len(letter.rows) for letter in of_today.to_send) + len(of_today.not_reminded),
        "due": sum(each.due for each in of_today.to_send)
        + sum(each.late.due for each in of_today.not_reminded),
        "disputes": disputes.defer("invoice__snapshot").order_by("opened_on", "pk"),
        "levels": DunningLevel.objects.filter(is_active=True).count(),
        "despite": despite,
        "may_act": may_act,
    }
    return page(request, "billing/reminders/reminders.html", context=context)


@require_safe
@for_roles(*READERS)
def review(request: UserRequest) -> HttpResponse:
    """The letters chosen by ``?lettre=``, all of them without, each as it will be printed; sent from here."""
    despite = _despite_bank(request.GET)
    due = choosing.due_reminders(today(), despite_bank=despite)
    asked = request.GET.getlist("lettre")
    chosen = [letter for letter in due if letter.key in asked] if asked else due
    if not chosen:
        return redirect("billing:reminders")
    context = {
        "previews": _previews(request, chosen[:MOST_AT_ONCE]),
        "left": len(chosen[MOST_AT_ONCE:]),
        "changed": len(set(asked)) - len(chosen) if asked else 0,
        "despite": despite,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/reminders/review.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def send(request: UserRequest) -> HttpResponse:
    """Send the letters that were read; all or none."""
    keys = request.POST.getlist("lettre")
    done = act(
        request,
        sending.send_reminders,
        keys,
        by=request.user,
        at=timezone.now(),
        despite_bank=_despite_bank(request.POST),
        success=_sent_message,
    )
    return redirect("billing:sent_reminders" if done else "billing:reminders")


def _despite_bank(asked: QueryDict) -> list[int]:
    """The invoices that somebody reminds although an operation that would settle them waits in the bank."""
    return sorted({key for each in asked.getlist("malgre") if (key := asked_key(each))})


@require_safe
@for_roles(*READERS, Role.MEMBER)
def sent(request: UserRequest) -> HttpResponse:
    """The letters sent, the latest first; people of a member read those to it."""
    rows = Reminder.objects.select_related("level", "invoice", "sent_by").defer("invoice__snapshot")
    found = _letters(request).prefetch_related(
        Prefetch("reminders", rows.order_by("invoice__due_on", "pk"), to_attr="rows")
    )
    found = found.annotate(due=Sum("reminders__amount_due"), total=_total_asked()).select_related("member")
    context = {
        "page": paginate(request, found.order_by("-written_at", "-pk"), LETTERS_A_PAGE),
        "wide": request.user.sees_every_member,
    }
    return page(request, "billing/reminders/sent.html", context=context)


@require_safe
def letter(request: UserRequest, pk: int) -> HttpResponse:
    """One letter as it was sent; for the group, whom it was mailed to as well."""
    found = get_object_or_404(_letters(request).select_related("member"), pk=pk)
    rows = found.reminders.select_related("invoice", "level", "sent_by").defer("invoice__snapshot")
    wide = request.user.sees_every_member
    mails = sending.mails_about(found).select_related("to")
    context = {
        "found": found,
        "rows": list(rows.order_by("invoice__due_on", "pk")),
        "mails": mails.defer("text", "html").order_by("pk") if wide else [],
        "wide": wide,
    }
    return page(request, "billing/reminders/letter.html", context=context)


@require_safe
def pdf(request: UserRequest, pk: int) -> HttpResponseBase:
    """The letter's PDF, stored once it was made."""
    found = get_object_or_404(_letters(request), pk=pk)
    done = act(request, letters.open_pdf, found)
    if not done:
        return redirect("billing:reminder_letter", pk)
    name = f"relance-{found.written_at:%Y-%m-%d}-{found.pk}.pdf"
    return FileResponse(done.value, as_attachment=True, filename=name, content_type="application/pdf")


def _letters(request: UserRequest) -> Any:
    """The letters of reminders that the person may see."""
    own = Reminder.objects.visible_to(request.user)
    return Letter.objects.filter(kind=LetterKind.REMINDER, pk__in=own.values("letter"))


def _total_asked() -> Any:
    return Sum("reminders__amount_due") + Sum("reminders__interest") + Sum("reminders__indemnity")


def _previews(request: UserRequest, chosen: Sequence[choosing.DueReminder]) -> list[dict[str, Any]]:
    """Each letter with its content and its readers."""
    sender, on = letters.sender(), today()
    readers = sending.recipients([each.member for each in chosen], on)
    return [
        {
            "reminder": each,
            "content": wording.letter_content(each, sender=sender, by=request.user, on=on),
            "readers": [str(reader) for reader in readers[each.member.pk]],
        }
        for each in chosen
    ]


def _sent_message(done: Sequence[sending.SentReminder]) -> str:
    count = len(done)
    unread = [each.letter.member.short_name for each in done if not each.mails and each.letter.member]
    message = f"{counted(count, 'courrier envoyé')} par e-mail."
    if not unread:
        return message
    return f"{message} Sans adresse pour {', '.join(unread)}\u00a0: imprimez le PDF et postez-le."


INVOICES_A_PAGE = 25


@require_safe
@for_roles(*READERS)
def levels(request: UserRequest) -> HttpResponse:
    """The levels in use with their texts; before there are any, those that the product proposes."""
    installed = list(DunningLevel.objects.order_by("rank", "pk"))
    context = {
        "levels": installed or wording.proposed_levels(),
        "are_installed": bool(installed),
        "days_between": choosing.DAYS_BETWEEN,
        "may_act": holds(request.user, Role.FINANCE),
        "may_change": holds(request.user, Role.ADMIN),
    }
    return page(request, "billing/reminders/levels.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def install_levels(request: UserRequest) -> HttpResponse:
    """Put the proposed levels into use."""
    act(request, wording.install_levels, success="Les trois niveaux proposés sont en vigueur.")
    return redirect("billing:dunning_levels")


@require_safe
@for_roles(*READERS)
def late_costs(request: UserRequest) -> HttpResponse:
    """Interest and indemnities that may be claimed today."""
    rows = claiming.claimable(today())
    context = {
        "page": paginate(request, rows, INVOICES_A_PAGE),
        "interest": sum(row.interest_left for row in rows),
        "indemnity": sum(row.indemnity_left for row in rows),
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/reminders/late_costs.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def charge_interest(request: UserRequest) -> HttpResponse:
    """Put the interest and the indemnity of the chosen invoices on their members' next invoice."""
    chosen = [key for each in request.POST.getlist("facture") if (key := asked_key(each))]
    found = list(
        Invoice.objects.visible_to(request.user).filter(pk__in=chosen).defer("snapshot").order_by("pk")
    )
    act(
        request, claiming.charge_interest, found, by=request.user, at=timezone.now(), success=_charged_message
    )
    return redirect("billing:late_costs")


@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: UserRequest, pk: int) -> HttpResponse:
    """Contest an issued invoice: its member's representative, or finance for them."""
    invoice = get_object_or_404(_contestable(request), pk=pk)
    if not may_dispute(request.user, invoice):
        raise Http404
    form = DisputeForm(request.POST or None)
    if form.is_valid() and act(
        request,
        disputing.open_dispute,
        invoice,
        reason=form.cleaned_data["reason"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"{invoice} est contestée\u00a0: les relances s’arrêtent.",
    ):
        return redirect("billing:invoice", pk)
    context = {"form": form, "invoice": invoice, "wide": request.user.sees_every_member}
    status = 422 if form.errors else 200
    return page(request, "billing/reminders/dispute.html", context=context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.FINANCE)
def close_dispute(request: UserRequest, pk: int) -> HttpResponse:
    """Close a dispute with its outcome; the reminders of the invoice go on."""
    found = get_object_or_404(Dispute.objects.select_related("invoice__member", "opened_by"), pk=pk)
    form = OutcomeForm(request.POST or None)
    if form.is_valid() and act(
        request,
        disputing.close_dispute,
        found,
        outcome=form.cleaned_data["outcome"],
        by=request.user,
        at=timezone.now(),
        form=form,
        success=f"Le litige sur {found.invoice} est clos.",
    ):
        return redirect("billing:invoice", found.invoice_id)
    status = 422 if form.errors else 200
    context = {"form": form, "dispute": found, "invoice": found.invoice}
    return page(request, "billing/reminders/close_dispute.html", context=context, status=status)


def may_dispute(user: User, invoice: Invoice) -> bool:
    """Whether the person may contest it: finance, and who can sign for the member today."""
    return holds(user, Role.FINANCE) or can_sign_for(user, invoice.member, today()) is not None


def _contestable(request: UserRequest) -> Any:
    issued = Invoice.objects.visible_to(request.user).filter(
        kind=InvoiceKind.INVOICE, status=InvoiceStatus.ISSUED
    )
    return issued.select_related("member").defer("snapshot")


def _charged_message(charges: Any) -> str:
    count = len({charge.late_invoice_id for charge in charges})
    whose = "d’une facture" if count == 1 else f"de {counted(count, 'facture')}"
    return f"Les frais de retard {whose} rejoindront la prochaine facture de l’adhérent, hors TVA."


def lateness_of_invoice(invoice: Invoice, user: User) -> dict[str, Any]:
    """The context of templates/billing/invoices/reminders/of_invoice.html; ``invoice`` with its member loaded."""
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind != InvoiceKind.INVOICE:
        return {"reminders": [], "disputes": [], "open": None, "may_dispute": False, "may_close": False}
    reminders = Reminder.objects.filter(invoice=invoice).select_related("level")
    disputes = list(
        Dispute.objects.filter(invoice=invoice).select_related("opened_by").order_by("-opened_on", "-pk")
    )
    still_open = next((each for each in disputes if each.closed_on is None), None)
    return {
        "reminders": list(reminders.order_by("-sent_on", "-pk")),
        "disputes": disputes,
        "open": still_open,
        "may_dispute": still_open is None and may_dispute(user, invoice),
        "may_close": holds(user, Role.FINANCE),
    }
