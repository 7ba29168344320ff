"""What an invoice's page says of its settlement: how it stands, by what it was settled, what may be done now."""

from typing import Any

from billing import settling
from billing.forms.payment import UseCreditForm, WriteOffForm
from billing.models import Allocation, InvoiceKind, InvoiceStatus
from members.access import today
from members.models import Group


def settlement(invoice: Any, *, may_act: bool) -> dict[str, Any]:
    """For an invoice read by ``settling.with_dues``; a draft has none."""
    if invoice.status != InvoiceStatus.ISSUED:
        return {"standing": None}
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    rows = Allocation.objects.filter(**{"credit_note" if is_note else "invoice": invoice})
    parties = rows.select_related("invoice", "payment", "credit_note", "recorded_by")
    found = parties.defer("invoice__snapshot", "credit_note__snapshot").order_by("settled_on", "pk")
    facts: dict[str, Any] = {
        "standing": settling.standing(invoice, on=today()),
        "allocations": list(found),
        "at_hand": None,
        "write_off": None,
        "credit_form": None,
    }
    if may_act and is_note and invoice.left:
        due = settling.oldest_first(settling.unsettled(invoice.member_id).defer("snapshot"))
        facts["credit_form"] = UseCreditForm(invoices=due)
    if may_act and invoice.due:
        facts["at_hand"] = settling.credits_at_hand([invoice.member_id]).get(invoice.member_id)
        if invoice.due <= Group.objects.values_list("write_off_limit", flat=True).get():
            facts["write_off"] = WriteOffForm()
    return facts
