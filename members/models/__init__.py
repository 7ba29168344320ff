"""Who belongs: people who log in, the group itself, its members, and who sits for whom."""

from members.models.group import Group
from members.models.member import Member, Site, VatAttestation
from members.models.membership import Declaration, Membership, MembershipStep
from members.models.people import Invitation, Seat, User

__all__ = [
    "Declaration",
    "Group",
    "Invitation",
    "Member",
    "Membership",
    "MembershipStep",
    "Seat",
    "Site",
    "User",
    "VatAttestation",
]
