"""Reminders: what to send today, read whole before it leaves; what was sent; the letters and their files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, Sum
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing import dunning, letters
from billing.models import Dispute, DunningLevel, Letter, LetterKind, Reminder
from groupement.pages import act, page, paginate
from members.access import Role, for_roles, holds, today
from members.models import Mail

READERS = (Role.COORDINATOR, Role.FINANCE, Role.ADMIN)
LETTERS_A_PAGE = 25
MOST_AT_ONCE = 20


@require_safe
@for_roles(*READERS)
def reminders(request: HttpRequest) -> HttpResponse:
    """What is late today: the letters to send, and what waits with the reason; disputes that are open."""
    choice, may_act = dunning.choose(today()), holds(request.user, Role.FINANCE)
    disputes = Dispute.objects.filter(closed_on=None).select_related("invoice__member", "opened_by")
    context = {
        "letters": choice.to_send,
        "held": paginate(request, [each for each in choice.held if not each.is_contested], LETTERS_A_PAGE),
        "late": sum(len(letter.rows) for letter in choice.to_send) + len(choice.held),
        "due": sum(letter.due for letter in choice.to_send) + sum(each.late.due for each in choice.held),
        "disputes": disputes.defer("invoice__snapshot").order_by("opened_on", "pk"),
        "levels": DunningLevel.objects.filter(is_active=True).count(),
        "may_act": may_act,
    }
    return page(request, "billing/collecting/reminders/reminders.html", context=context)


@require_safe
@for_roles(*READERS)
def review(request: HttpRequest) -> HttpResponse:
    """The letters chosen by ``?lettre=``, all of them without, each as it will be printed; sent from here."""
    due = dunning.due_reminders(today())
    asked = request.GET.getlist("lettre")
    chosen = [letter for letter in due if letter.key in asked] if asked else due
    if not chosen:
        return redirect("billing:reminders")
    context = {
        "previews": _previews(request, chosen[:MOST_AT_ONCE]),
        "left": len(chosen[MOST_AT_ONCE:]),
        "changed": len(set(asked)) - len(chosen) if asked else 0,
        "may_act": holds(request.user, Role.FINANCE),
    }
    return page(request, "billing/collecting/reminders/review.html", context=context)


@require_POST
@for_roles(Role.FINANCE)
def send(request: HttpRequest) -> HttpResponse:
    """Send the letters that were read; all or none."""
    keys = request.POST.getlist("lettre")
    done = act(request, dunning.send, keys, by=request.user, at=timezone.now(), success=_sent)
    return redirect("billing:sent_reminders" if done else "billing:reminders")


@require_safe
@for_roles(*READERS, Role.MEMBER)
def sent(request: HttpRequest) -> HttpResponse:
    """The letters that left, the latest first; a member's staff read their own."""
    rows = Reminder.objects.select_related("level", "invoice", "sent_by").defer("invoice__snapshot")
    found = _letters(request).prefetch_related(
        Prefetch("reminders", rows.order_by("invoice__due_on", "pk"), to_attr="rows")
    )
    found = found.annotate(due=Sum("reminders__amount_due"), total=_total()).select_related("member")
    context = {
        "page": paginate(request, found.order_by("-written_at", "-pk"), LETTERS_A_PAGE),
        "wide": request.user.sees_every_member,
    }
    return page(request, "billing/collecting/reminders/sent.html", context=context)


@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter as it was sent; for the group, whom it was mailed to as well."""
    found = get_object_or_404(_letters(request).select_related("member"), pk=pk)
    rows = found.reminders.select_related("invoice", "level", "sent_by").defer("invoice__snapshot")
    wide = request.user.sees_every_member
    mails = Mail.objects.filter(key__startswith=dunning.mail_key(found)).select_related("to")
    context = {
        "found": found,
        "rows": list(rows.order_by("invoice__due_on", "pk")),
        "mails": mails.defer("text", "html").order_by("pk") if wide else [],
        "wide": wide,
    }
    return page(request, "billing/collecting/reminders/letter.html", context=context)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The letter's PDF, kept once it was made."""
    found = get_object_or_404(_letters(request), pk=pk)
    done = act(request, letters.open_printed, found)
    if not done:
        return redirect("billing:reminder_letter", pk)
    name = f"relance-{found.written_at:%Y-%m-%d}-{found.pk}.pdf"
    return FileResponse(done.value, as_attachment=True, filename=name, content_type="application/pdf")


def _letters(request: HttpRequest) -> Any:
    """The reminders' letters in the scope of who looks."""
    mine = Reminder.objects.visible_to(request.user)
    return Letter.objects.filter(kind=LetterKind.REMINDER, pk__in=mine.values("letter"))


def _total() -> Any:
    return Sum("reminders__amount_due") + Sum("reminders__interest") + Sum("reminders__indemnity")


def _previews(request: HttpRequest, chosen: Sequence[dunning.DueReminder]) -> list[dict[str, Any]]:
    """Each letter with what it will say and who will be told."""
    sender, on = letters.sender(), today()
    readers = dunning.recipients([each.member for each in chosen], on)
    return [
        {
            "reminder": each,
            "content": dunning.content(each, sender=sender, by=request.user, on=on),
            "readers": [str(reader) for reader in readers[each.member.pk]],
        }
        for each in chosen
    ]


def _sent(done: Sequence[dunning.Sent]) -> str:
    count = len(done)
    unread = [each.letter.member.short_name for each in done if not each.mails]
    told = f"{count} courrier{'s' if count > 1 else ''} envoyé{'s' if count > 1 else ''} par e-mail."
    if not unread:
        return told
    return f"{told} Sans adresse pour {', '.join(unread)}\u00a0: imprimez le PDF et postez-le."
