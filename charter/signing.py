"""Signing the charter: a representative engages a member, once, on exactly the text whose digest is stored."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from charter.models import Charter, CharterStatus, Signature
from groupement.kernel.lifecycle import Refusal
from members.access import can_sign_for
from members.models import Member, User

SIGNABLE = (CharterStatus.OPEN, CharterStatus.IN_FORCE)


class VersionNotOpen(Refusal):
    """The version is a draft or has been superseded."""


class NoConsent(Refusal):
    """The box was not ticked: nobody signs by accident."""


class NoMandate(Refusal):
    """Who signs has no representative seat at the member that day, or the member has left."""


class AlreadySigned(Refusal):
    """A member signs a version once."""


@transaction.atomic
def sign(charter: Charter, *, member: Member, by: User, at: datetime, consent: bool) -> Signature:
    """Sign ``charter`` for ``member``, by a seat that may do so on the local day of ``at``.

    Raises VersionNotOpen, NoConsent (field "consent"), NoMandate, AlreadySigned.
    """
    # Held until commit: the version cannot be superseded between this check and the signature.
    charter = Charter.objects.select_for_update().get(pk=charter.pk)
    if charter.status not in SIGNABLE:
        raise VersionNotOpen(
            f"La version {charter.version} n’est pas ouverte à la signature. Lisez la version en cours."
        )
    if not consent:
        raise NoConsent(
            "Cochez la case\u00a0: elle dit que vous avez lu la charte et que vous avez mandat pour signer.",
            field="consent",
        )
    on = timezone.localtime(at).date()
    seat = can_sign_for(by, member, on)
    if seat is None:
        raise NoMandate(
            f"Vous ne représentez pas {member} le {on:%d/%m/%Y}. Demandez à la coordination de noter votre mandat."
        )
    if not member.memberships.open().exists():
        raise NoMandate(f"{member} n’est plus adhérent\u00a0: sa signature n’engagerait personne.")
    try:
        with transaction.atomic():
            return Signature.objects.create(
                charter=charter,
                member=member,
                seat=seat,
                signer_name=str(by),
                signed_at=at,
                digest=charter.digest,
            )
    except IntegrityError as error:
        if not charter.signatures.filter(member=member).exists():
            raise
        raise AlreadySigned(f"{member} a déjà signé la version {charter.version}.") from error
