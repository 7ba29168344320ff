"""Letting people in: an invitation is a single-use link sent by e-mail, of which only the digest is stored."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template.loader import render_to_string

from groupement.kernel.french import of
from groupement.kernel.lifecycle import Refusal
from members import account_mails
from members.access import trust_email
from members.models import Group, Invitation, User

log = logging.getLogger(__name__)

BYTES = 32
DEFAULT_DAYS = 7
CURE = "Demandez-en une nouvelle à la coordination."


class ClosedAccount(Refusal):
    """The account is closed: nobody enters by it."""


class BadInvitation(Refusal):
    """The link is unknown, expired, used or replaced."""


class MayNotInvite(Refusal):
    """Who asks only stands in for the coordination, or administers nobody's account."""


class WeakPassword(Refusal):
    """The password chosen is too easy to guess."""


@transaction.atomic
def invite(user: User, *, by: User | None, at: datetime, address: Callable[[str], str] | None = None) -> str:
    """Make the one valid invitation of ``user`` and return its token (256 bits, stored nowhere).

    Earlier ones that were not used are voided. ``address`` turns the token into a link; with it a letter goes to the
    outbox, which tries as long as the invitation holds. Raises MayNotInvite and ClosedAccount.
    """
    # A deputy answers for somebody for a while; letting people in is for good.
    if by is not None and not (by.is_coordinator or by.is_admin):
        raise MayNotInvite(
            "Une suppléance n’ouvre pas de compte. Demandez à la coordination ou à l’administration."
        )
    if not User.objects.select_for_update().get(pk=user.pk).is_active:
        raise ClosedAccount(f"Le compte {of(str(user))} est fermé. Rouvrez-le avant d’inviter.")
    group = Group.objects.order_by("pk").first()
    token = secrets.token_urlsafe(BYTES)
    user.invitations.filter(used_at__isnull=True, voided_at__isnull=True).update(voided_at=at)
    days = group.invitation_days if group else DEFAULT_DAYS
    invitation = Invitation.objects.create(
        user=user, token_digest=_digest(token), sent_by=by, sent_at=at, expires_at=at + timedelta(days=days)
    )
    log.info("invitation %s made", invitation.pk)
    if address is not None:
        _write_letter(user, group, invitation, address(token))
    return token


def read(token: str, *, at: datetime) -> Invitation:
    """The invitation that ``token`` opens, with its person. Raises BadInvitation with the reason and the cure."""
    invitation = (
        Invitation.objects.select_related("user").filter(token_digest=_digest(token)).order_by("pk").first()
    )
    if invitation is None:
        raise BadInvitation(
            "Cette invitation n’existe pas. Recopiez le lien entier de l’e-mail, ou demandez-en une "
            "nouvelle à la coordination."
        )
    if invitation.used_at is not None:
        raise BadInvitation(
            "Cette invitation a déjà servi. Connectez-vous avec votre mot de passe, ou demandez un code par e-mail."
        )
    if invitation.voided_at is not None:
        raise BadInvitation("Une invitation plus récente remplace celle-ci. Utilisez le dernier e-mail reçu.")
    if invitation.expires_at <= at:
        raise BadInvitation(f"Cette invitation a expiré. {CURE}")
    _refuse_closed(invitation.user)
    return invitation


@transaction.atomic
def accept(token: str, password: str, *, at: datetime) -> User:
    """Set the password chosen by the person invited, once; their address is proven by the link they received.

    Raises BadInvitation, ClosedAccount, and WeakPassword (field "password") with what is wrong.
    """
    invitation = read(token, at=at)
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    _refuse_closed(user)  # as it is now: it was read before the lock as well
    try:
        validate_password(password, user)
    except ValidationError as error:
        first, *others = error.messages
        raise WeakPassword(first, field="password", errors=others) from error
    # Guard and write are one statement: of two clicks on the same link, one enters.
    if not Invitation.objects.filter(pk=invitation.pk, used_at__isnull=True, voided_at__isnull=True).update(
        used_at=at
    ):
        raise BadInvitation("Cette invitation vient de servir. Connectez-vous avec le mot de passe choisi.")
    user.set_password(password)
    user.save(update_fields=["password"])
    trust_email(user)
    log.info("invitation %s used", invitation.pk)
    return user


def _refuse_closed(user: User) -> None:
    if not user.is_active:
        raise ClosedAccount("Ce compte est fermé. Écrivez à la coordination pour le rouvrir.")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _write_letter(user: User, group: Group | None, invitation: Invitation, link: str) -> None:
    context = {"person": user, "group": group, "invitation": invitation, "link": link}
    account_mails.write(
        user.email,
        to=user,
        subject=f"Votre accès à {group.name if group else 'l’espace du groupement'}",
        text=render_to_string("members/mail/invitation.txt", context),
        html=render_to_string("members/mail/invitation.html", context),
        at=invitation.sent_at,
        until=invitation.expires_at,
    )
