"""Signed links of messages: each opens one page, as whoever is logged in, or after the login; it lets nobody in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse

from groupement.kernel.lifecycle import Refusal
from members.models import User

SALT = "members.linking"


class BrokenLink(Refusal):
    """The link is not one of ours, or was cut on its way."""


@dataclass(frozen=True)
class LinkedPage:
    """The page that a link opens, and the account to which it was sent."""

    path: str
    to: int


def link(to: User, name: str, *args: Any) -> str:
    """The whole address of a page for ``to``, signed: nobody else can make it lead elsewhere."""
    return signed(to, reverse(name, args=args))


def signed(to: User, address: str) -> str:
    """The same of an ``address`` of ours, whole or a path."""
    token = signing.dumps([address.removeprefix(settings.SITE_URL), to.pk], salt=SALT)
    return f"{settings.SITE_URL}{reverse('members:link', args=[token])}"


def read(token: str) -> LinkedPage:
    """What ``token`` opens. Raises BrokenLink."""
    try:
        path, to = signing.loads(token, salt=SALT)
    except signing.BadSignature as fault:
        raise BrokenLink(
            "Ce lien est incomplet ou n’est pas de nous\u00a0: recopiez-le en entier depuis votre message."
        ) from fault
    return LinkedPage(path, to)
