"""What an invoice's page says of its lateness: the reminders sent, the disputes, who may open or close one."""

from typing import Any

from billing.models import Dispute, Invoice, InvoiceKind, InvoiceStatus, Reminder
from billing.views.collecting.lateness import may_dispute
from members.access import Role, holds
from members.models import User


def lateness(invoice: Invoice, user: User) -> dict[str, Any]:
    """For an issued invoice with its member loaded; a draft and a credit note have none."""
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
