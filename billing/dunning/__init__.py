"""Reminding members of what is late: which letter when, what lateness costs by law, and the disputes that hold it."""

from billing.dunning.choosing import (
    DAYS_BETWEEN,
    Choice,
    DueReminder,
    Held,
    choose,
    due_reminders,
    open_dispute_of,
)
from billing.dunning.claiming import NotClaimable, charge_interest, claimable
from billing.dunning.disputing import NotDisputable, close_dispute, open_dispute
from billing.dunning.lateness import Late, late_on, measure
from billing.dunning.levels import PLACEHOLDERS, NotInstallable, default_levels, fault_of, install_levels
from billing.dunning.sending import (
    AlreadySent,
    NotSendable,
    Sent,
    mail_key,
    recipients,
    send,
)
from billing.dunning.wording import content

__all__ = [
    "DAYS_BETWEEN",
    "PLACEHOLDERS",
    "AlreadySent",
    "Choice",
    "DueReminder",
    "Held",
    "Late",
    "NotClaimable",
    "NotDisputable",
    "NotInstallable",
    "NotSendable",
    "Sent",
    "charge_interest",
    "choose",
    "claimable",
    "close_dispute",
    "content",
    "default_levels",
    "due_reminders",
    "fault_of",
    "install_levels",
    "late_on",
    "mail_key",
    "measure",
    "open_dispute",
    "open_dispute_of",
    "recipients",
    "send",
]
