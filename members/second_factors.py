"""Second factors as allauth keeps them, but encrypted: the seeds of code apps and of recovery codes."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError

from groupement.kernel.encryption import decrypt, encrypt, is_encrypted
from members import security
from members.models import SecurityEventKind


class Adapter(DefaultMFAAdapter):
    """The hooks of allauth."""

    def encrypt(self, text: str) -> str:
        """As it is kept in the database."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Of one kept before keys were there, the text itself."""
        return decrypt(encrypted_text) if is_encrypted(encrypted_text) else encrypted_text

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """A wrong code is written down."""
        if code == "incorrect_code":
            security.note(SecurityEventKind.LOGIN_FAILED, self.request, detail="second facteur")
        error: ValidationError = super().validation_error(code, *args)
        return error
