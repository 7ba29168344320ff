"""Who belongs: people who log in, the group itself, its members, and who sits for whom."""

from members.models.deputy import Deputy
from members.models.group import (
    DraftVisibility,
    Group,
    HolidayZone,
    LeaveMethod,
    LiabilityKey,
    PaymentBasis,
    PriceDetail,
)
from members.models.mail import Mail, MailFrequency, MailKind, MailStatus
from members.models.member import Member, Site, VatAttestation
from members.models.membership import Declaration, Membership, MembershipStep
from members.models.people import Invitation, Seat, User

__all__ = [
    "Declaration",
    "Deputy",
    "DraftVisibility",
    "Group",
    "HolidayZone",
    "Invitation",
    "LeaveMethod",
    "LiabilityKey",
    "Mail",
    "MailFrequency",
    "MailKind",
    "MailStatus",
    "Member",
    "Membership",
    "MembershipStep",
    "PaymentBasis",
    "PriceDetail",
    "Seat",
    "Site",
    "User",
    "VatAttestation",
]
