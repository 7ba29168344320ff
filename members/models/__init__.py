"""Who belongs: people who log in, the group itself, its members, and who sits for whom."""

from members.models.deputy import Deputy
from members.models.duty import Duty, DutyRole, DutyTopic
from members.models.file import File
from members.models.group import (
    AbsenceRule,
    DraftVisibility,
    Group,
    HolidayZone,
    LeaveMethod,
    LiabilityKey,
    PaymentBasis,
    PriceDetail,
    VatPeriod,
)
from members.models.history import ChangeContext
from members.models.mail import DIGESTS, Mail, MailFrequency, MailKind, MailStatus, MailSubject, SubjectKind
from members.models.member import Member, Site, VatAttestation
from members.models.membership import Declaration, Membership, MembershipStep
from members.models.notice import Notice, NoticeKind
from members.models.people import Invitation, Seat, User
from members.models.rule import BEGINNING, GroupRule, RuleCode, RuleOrigin
from members.models.security import SecurityEvent, SecurityEventKind
from members.models.sent_form import SentForm

__all__ = [
    "BEGINNING",
    "DIGESTS",
    "AbsenceRule",
    "ChangeContext",
    "Declaration",
    "Deputy",
    "DraftVisibility",
    "Duty",
    "DutyRole",
    "DutyTopic",
    "File",
    "Group",
    "GroupRule",
    "HolidayZone",
    "Invitation",
    "LeaveMethod",
    "LiabilityKey",
    "Mail",
    "MailFrequency",
    "MailKind",
    "MailStatus",
    "MailSubject",
    "Member",
    "Membership",
    "MembershipStep",
    "Notice",
    "NoticeKind",
    "PaymentBasis",
    "PriceDetail",
    "RuleCode",
    "RuleOrigin",
    "Seat",
    "SecurityEvent",
    "SecurityEventKind",
    "SentForm",
    "Site",
    "SubjectKind",
    "User",
    "VatAttestation",
    "VatPeriod",
]
