"""Words that are kept and that nobody who reads the database may read: encrypted with the keys of the environment."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

# How every encrypted text begins (the version of Fernet, in base64): constraints know it by that.
BEGINNING = "gAAAA"


class UnreadableError(Exception):
    """No key of the environment opens it: it was changed, or its key was taken away."""


def encrypt(text: str) -> str:
    """The text, encrypted with the first of the keys."""
    return _keys().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """The text again, by whichever of the keys it was encrypted with. Raises UnreadableError."""
    try:
        return _keys().decrypt(encrypted.encode()).decode()
    except InvalidToken as error:
        raise UnreadableError from error


def is_encrypted(text: str) -> bool:
    """Whether it begins as all that is encrypted does."""
    return text.startswith(BEGINNING)


def _keys() -> MultiFernet:
    """Any text of the environment makes a key of the length that Fernet wants."""
    digests = (hashlib.sha256(b"groupement.encryption:" + key.encode()) for key in settings.ENCRYPTION_KEYS)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest.digest())) for digest in digests])


class EncryptedSession:
    """How sessions are written: a code sent by mail and a second factor being set up wait in there."""

    def dumps(self, obj: Any) -> bytes:
        return encrypt(json.dumps(obj, separators=(",", ":"))).encode()

    def loads(self, data: bytes) -> Any:
        """Of sessions from before, the plain text as well: nobody is logged out by an upgrade."""
        text = data.decode()
        return json.loads(decrypt(text) if is_encrypted(text) else text)
