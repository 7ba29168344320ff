"""What the charter's page shows: the text by theme, who signed it and when, and for whom one may sign today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from charter.models import Charter, CharterStatus, Signature
from charter.signing import SIGNABLE
from charter.writing import compose, digest
from groupement.kernel.french import counted, plural
from members.models import Member, Membership, User
from members.models.people import Function

ICONS = {"biodiversity": "leaf", "living_together": "users", "inclusion": "door", "solidarity": "link"}
CURRENT = (CharterStatus.IN_FORCE, CharterStatus.OPEN)


@dataclass(frozen=True)
class MemberSignature:
    """A member and its signature, if it has signed; ``is_mine`` when the reader has a seat there."""

    member: Member
    signature: Signature | None
    is_mine: bool

    @property
    def short_digest(self) -> str:
        """The first sixteen digits of what was signed, in groups of four, as people compare them."""
        return shorten(self.signature.digest) if self.signature else ""


@dataclass(frozen=True)
class CharterReading:
    """One version as ``user`` reads it on the day ``on``; ``versions`` are all they may open, the newest first.

    Each property asks the database once at most.
    """

    charter: Charter
    versions: list[Charter]
    user: User
    on: date

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """The frozen text; for a draft, what it would be."""
        return self.charter.content or compose(self.charter)

    @cached_property
    def themes(self) -> list[dict[str, Any]]:
        """Themes with their commitments and the icon to draw."""
        return [{**theme, "icon": ICONS.get(theme["code"], "charter")} for theme in self.content["themes"]]

    @cached_property
    def lines(self) -> list[MemberSignature]:
        """The members concerned, in the order in which they are drawn on the ring."""
        signatures = {each.member_id: each for each in self._signatures}
        mine = {seat.member_id for seat in self._seats}
        return [
            MemberSignature(member, signatures.get(member.pk), member.pk in mine) for member in self._members
        ]

    @cached_property
    def ring(self) -> list[Member]:
        return [line.member for line in self.lines]

    @cached_property
    def signed(self) -> set[int]:
        """Primary keys of the members that have signed."""
        return {line.member.pk for line in self.lines if line.signature}

    @cached_property
    def missing(self) -> list[Member]:
        return [line.member for line in self.lines if not line.signature]

    @cached_property
    def to_sign(self) -> list[Member]:
        """Members that the reader may engage today and that have not signed."""
        if self.charter.status not in SIGNABLE:
            return []
        mandates = {seat.member_id for seat in self._seats if seat.function == Function.REPRESENTATIVE}
        return [member for member in self.missing if member.pk in mandates]

    @cached_property
    def open_version(self) -> Charter | None:
        """The version that waits for signatures, when it is not this one."""
        waiting = [each for each in self.versions if each.status == CharterStatus.OPEN]
        return waiting[0] if waiting and waiting[0] != self.charter else None

    @cached_property
    def is_intact(self) -> bool:
        """Whether text and signatures have the digest of the day the version was opened."""
        return digest(self.content) == self.charter.digest and all(
            each.digest == self.charter.digest for each in self._signatures
        )

    @property
    def figure(self) -> str:
        """What stands in the ring: "5/6"."""
        return f"{len(self.signed)}/{len(self.lines)}"

    @property
    def caption(self) -> str:
        return plural(len(self.lines), "signature")

    @property
    def label(self) -> str:
        """The ring in words."""
        spoken = f"{counted(len(self.signed), 'signature')} sur {len(self.lines)}"
        names = ", ".join(member.short_name for member in self.missing)
        return f"{spoken}, il manque {names}" if names else spoken

    @property
    def short_digest(self) -> str:
        return shorten(self.charter.digest)

    @property
    def long_digest(self) -> str:
        """The whole digest in groups of four, which may break."""
        return shorten(self.charter.digest, 64)

    @cached_property
    def _seats(self) -> list[Any]:
        return list(self.user.seats.on(self.on).order_by("pk"))

    @cached_property
    def _signatures(self) -> list[Signature]:
        return list(self.charter.signatures.select_related("member").order_by("signed_at", "pk"))

    @cached_property
    def _members(self) -> list[Member]:
        signers = {each.member_id: each.member for each in self._signatures}
        if self.charter.status == CharterStatus.SUPERSEDED:
            return [signers[pk] for pk in sorted(signers)]
        admitted = Member.objects.filter(pk__in=Membership.objects.admitting(self.on).values("member"))
        everyone = signers | {member.pk: member for member in admitted.order_by("pk")}
        return [everyone[pk] for pk in sorted(everyone)]


def read(user: User, on: date, version: int | None = None) -> CharterReading | None:
    """That version, or without a number the one in force, else the one to sign, else the newest.

    None when there is none that ``user`` may open.
    """
    versions = list(Charter.objects.visible_to(user).by_version())
    wanted = [each for each in versions if version in (None, each.version)]
    found = sorted(wanted, key=_rank)
    return CharterReading(found[0], versions, user, on) if found else None


def _rank(charter: Charter) -> int:
    return CURRENT.index(charter.status) if charter.status in CURRENT else len(CURRENT)


def shorten(whole: str, digits: int = 16) -> str:
    """ "6A36 D0A9 5981 1AB7": enough for two people to compare by eye."""
    plain = whole[:digits].upper()
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))
